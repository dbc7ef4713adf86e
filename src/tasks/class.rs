//! The classes of tasks, by the names that configurations use.

use std::fmt;
use std::sync::Arc;

use sinew_core::config::{TaskDefinition, TaskText};
use sinew_core::diagnostics::{Diagnostic, Diagnostics, codes, nearest};

use super::Work;
use super::classes::{AutoscalerTask, MessageInjector};

/// A class of tasks.
pub trait TaskClass: Send + Sync + 'static {
    /// Its names: a short one first, then those of the original.
    fn names(&self) -> &'static [&'static str];

    /// Whether a class attribute means it.
    fn is_meant(&self, class: &str) -> bool {
        self.names().contains(&class)
    }

    /// Whether its tasks run on the coordinator of a group only, whatever they say themselves.
    fn coordinator_only(&self) -> bool {
        false
    }

    /// Reads what a task says, and makes what it does. Nothing when there is nothing to do; why, it reports.
    fn build(&self, task: &TaskDefinition, building: &mut Building<'_>) -> Option<Arc<dyn Work>>;
}

/// What making a task needs.
pub struct Building<'a> {
    /// What is wrong.
    pub diagnostics: &'a mut Diagnostics,
    /// What the task names and must be there.
    pub needs: Vec<Need>,
}

/// Something that a task names.
#[derive(Clone, Debug)]
pub enum Need {
    /// A sequence.
    Sequence(TaskText),
    /// A proxy service.
    Proxy(TaskText),
    /// A local entry.
    LocalEntry(TaskText),
}

/// The classes that there are. Of two that are meant by one name, the one that was added last counts.
#[derive(Clone)]
pub struct TaskClasses(Vec<Arc<dyn TaskClass>>);

/// Whether a property is about when and where a task runs, and so not for its class.
pub fn is_of_the_scheduler(property: &str) -> bool {
    matches!(property, COORDINATOR_ONLY | QUARTZ_CONF)
}

/// The property that makes a task run on the coordinator of a group only.
const COORDINATOR_ONLY: &str = "coordinatorOnly";

/// The property that names a file for Quartz, which is not there.
const QUARTZ_CONF: &str = "quartz.conf";

impl Default for TaskClasses {
    /// Those of the product, one line each.
    fn default() -> Self {
        Self(vec![Arc::new(MessageInjector), Arc::new(AutoscalerTask::default())])
    }
}

impl TaskClasses {
    /// Adds a class, in front of those with the same names.
    pub fn add(&mut self, class: Arc<dyn TaskClass>) {
        self.0.push(class);
    }

    /// Makes what a task does, and says whether it does so on a coordinator only. What it names is added to `needs`.
    pub fn build(
        &self,
        task: &TaskDefinition,
        diagnostics: &mut Diagnostics,
    ) -> (Option<Arc<dyn Work>>, bool, Vec<Need>) {
        let mut coordinator_only = coordinator_only(task, diagnostics);
        if let Some(property) = task.property(QUARTZ_CONF) {
            diagnostics.push(
                Diagnostic::warning(
                    codes::VALUE_IGNORED,
                    "there is no Quartz that this file could configure",
                )
                .at(property.location.clone())
                .label("has no effect"),
            );
        }
        // A task without a class was reported when it was read.
        let Some(written) = &task.class else { return (None, coordinator_only, Vec::new()) };
        let Some(class) = self.0.iter().rev().find(|class| class.is_meant(&written.text)) else {
            diagnostics.push(self.unknown(written));
            return (None, coordinator_only, Vec::new());
        };
        coordinator_only |= class.coordinator_only();
        let mut building = Building { diagnostics, needs: Vec::new() };
        let work = class.build(task, &mut building);
        (work, coordinator_only, building.needs)
    }

    fn unknown(&self, class: &TaskText) -> Diagnostic {
        let mut names: Vec<&str> = self.0.iter().filter_map(|class| class.names().first().copied()).collect();
        names.dedup();
        let message = format!("no task has the class \"{}\"; there are {}", class.text, names.join(" and "));
        let diagnostic = Diagnostic::error(codes::TASK_CLASS_UNKNOWN, message)
            .at(class.location.clone())
            .label("unknown class");
        let all = self.0.iter().flat_map(|class| class.names().iter().copied());
        match nearest(&class.text, all) {
            Some(near) => diagnostic.help(format!("a class with a similar name exists: \"{near}\"")),
            None => diagnostic,
        }
    }
}

fn coordinator_only(task: &TaskDefinition, diagnostics: &mut Diagnostics) -> bool {
    let Some(property) = task.property(COORDINATOR_ONLY) else { return false };
    match property.value.text().trim() {
        "true" => true,
        "false" => false,
        _ => {
            diagnostics.push(
                Diagnostic::error(codes::ATTRIBUTE_INVALID, "a task runs on the coordinator only, or not")
                    .at(property.location.clone())
                    .label("expected true or false"),
            );
            false
        }
    }
}

impl fmt::Debug for TaskClasses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|class| class.names())).finish()
    }
}
