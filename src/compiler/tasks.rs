//! Tasks: definitions to what the scheduler runs.

use std::sync::Arc;

use sinew_core::config::{ResourceKey, TaskDefinition, TaskText, TaskTrigger};
use sinew_core::diagnostics::{Diagnostic, Location, Span, codes, nearest};

use super::build::Compiler;
use super::keys::Wanted;
use crate::endpoints::Client;
use crate::tasks::{Cron, CronError, Need, Task, Trigger};

impl<C: Client> Compiler<'_, C> {
    /// Every task that can run. One whose class or trigger is wrong is reported and left out.
    pub(super) fn tasks(&mut self) -> Vec<Arc<Task>> {
        let configuration = self.configuration;
        configuration.tasks.values().filter_map(|task| self.task(task)).map(Arc::new).collect()
    }

    fn task(&mut self, definition: &TaskDefinition) -> Option<Task> {
        let errors = self.diagnostics.error_count();
        let trigger = self.trigger(definition);
        let classes = self.settings.task_classes.clone();
        let (work, coordinator_only, needs) = classes.build(definition, &mut self.diagnostics);
        if self.diagnostics.error_count() > errors {
            return None;
        }
        // What it names may come later: a run without it fails.
        needs.iter().for_each(|need| self.check(need));
        let here = definition.pinned_servers.is_empty()
            || definition.pinned_servers.iter().any(|name| self.is_this_server(name));
        Some(Task {
            name: definition.name.clone(),
            group: definition.group.clone(),
            class: definition.class.as_ref().map_or_else(|| "".into(), |class| class.text.clone()),
            trigger: trigger?,
            work,
            here,
            coordinator_only,
            source: definition.source.clone(),
        })
    }

    fn trigger(&mut self, definition: &TaskDefinition) -> Option<Trigger> {
        Some(match &definition.trigger {
            TaskTrigger::Once => Trigger::Once,
            TaskTrigger::Every { interval, count } => Trigger::Every { interval: *interval, count: *count },
            TaskTrigger::Never => Trigger::Never,
            TaskTrigger::Cron(text) => match Cron::parse(&text.text) {
                Ok(cron) => Trigger::Cron(cron),
                Err(error) => {
                    self.diagnostics.push(not_a_cron(text, &error));
                    return None;
                }
            },
        })
    }

    fn check(&mut self, need: &Need) {
        let key =
            |named: &TaskText| ResourceKey { text: named.text.clone(), location: named.location.clone() };
        match need {
            Need::Sequence(named) if self.configuration.sequence(&named.text).is_none() => {
                self.missing(&key(named), Wanted::Sequence);
            }
            Need::LocalEntry(named) => self.local_entry_by_key(&key(named)),
            Need::Proxy(named) if !self.configuration.proxies.contains_key(&named.text) => {
                let message = format!("proxy service \"{}\" is not defined", named.text);
                let diagnostic = Diagnostic::error(codes::PROXY_NOT_DEFINED, message)
                    .at(named.location.clone())
                    .label("no proxy service with this name");
                let names = self.configuration.proxies.keys().map(|name| &**name);
                self.diagnostics.push(match nearest(&named.text, names) {
                    Some(near) => diagnostic.help(format!("a proxy service \"{near}\" is defined")),
                    None => diagnostic,
                });
            }
            Need::Sequence(_) | Need::Proxy(_) => {}
        }
    }
}

/// What is wrong with an expression, at the field that it is about.
fn not_a_cron(text: &TaskText, error: &CronError) -> Diagnostic {
    let Location { file, span } = &text.location;
    let written = file.text().get(span.start as usize..span.end as usize).unwrap_or_default();
    // Where references stand in the text, its bytes are not those of the file.
    let offset = written.find(&*text.text).filter(|_| !error.range.is_empty());
    let span = offset.map_or(*span, |offset| {
        let at = |position: usize| {
            let position = u32::try_from(offset.saturating_add(position)).unwrap_or(u32::MAX);
            span.start.saturating_add(position).min(span.end)
        };
        Span::new(at(error.range.start), at(error.range.end))
    });
    Diagnostic::error(codes::CRON_INVALID, error.message.clone())
        .at(Location::new(file.clone(), span))
        .label("not understood")
        .help("the fields are seconds, minutes, hours, day of month, month, day of week and perhaps year, as in \"0 30 2 ? * MON-FRI\"")
}
