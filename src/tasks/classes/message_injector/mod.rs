//! The message injector: each run mediates a message (configuration.md §6.6).

mod message;
mod read;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use sinew_core::config::TaskDefinition;

use message::{Content, Format, parse};

use crate::tasks::{Building, Door, Injection, RunContext, RunFuture, TaskClass, TaskError, Work};

/// Makes message injectors.
#[derive(Clone, Copy, Debug)]
pub(in crate::tasks) struct MessageInjector;

/// What a message injector sends, and where.
#[derive(Clone, Debug)]
struct Sending {
    content: Source,
    format: Option<Format>,
    to: Option<http::Uri>,
    action: Option<Arc<str>>,
    door: Door,
}

/// Where the content of the message comes from.
#[derive(Clone, Debug)]
enum Source {
    /// It was given.
    Given(Content),
    /// A local entry has it, which is looked up for each run.
    LocalEntry(Arc<str>),
}

impl TaskClass for MessageInjector {
    fn names(&self) -> &'static [&'static str] {
        &["MessageInjector", "org.apache.synapse.startup.tasks.MessageInjector"]
    }

    fn build(&self, task: &TaskDefinition, building: &mut Building<'_>) -> Option<Arc<dyn Work>> {
        let sending = read::sending(task, building)?;
        Some(Arc::new(sending))
    }
}

impl Work for Sending {
    fn run(&self, context: RunContext) -> RunFuture<'_> {
        Box::pin(async move {
            let content = match &self.content {
                Source::Given(content) => content.clone(),
                Source::LocalEntry(key) => {
                    let text = context.inject.local_entry(key);
                    let text = text.ok_or_else(|| TaskError(format!("there is no local entry \"{key}\"")))?;
                    parse(&text).map_err(|error| {
                        TaskError(format!("the local entry \"{key}\" is no message: {error}"))
                    })?
                }
            };
            let mut message = self.message(content)?;
            message.properties.set("TASK_NAME", &*context.task);
            context.inject.inject(Injection { message, door: self.door.clone() }).await
        })
    }
}
