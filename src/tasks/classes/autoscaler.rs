//! The autoscalers of 1.x: each run is a tick of the autoscaler (elastic-load-balancer.md §1.11.1).

use std::sync::Arc;

use sinew_core::config::TaskDefinition;
use sinew_core::config::balancer::is_autoscaler_class;
use sinew_core::diagnostics::{Diagnostic, codes};

use crate::tasks::{Building, RunContext, RunFuture, TaskClass, TaskError, Work, is_of_the_scheduler};

/// Tasks that let the autoscaler tick when their trigger says so, instead of its own timer.
pub struct AutoscalerTask {
    work: Arc<dyn Work>,
}

impl AutoscalerTask {
    /// Tasks that do this at each run.
    pub fn new(work: Arc<dyn Work>) -> Self {
        Self { work }
    }

    /// Whether a class attribute means such a task.
    pub fn is_meant_by(class: &str) -> bool {
        class == NAMES[0] || is_autoscaler_class(class)
    }
}

/// Where nothing scales, as while a configuration is only checked.
impl Default for AutoscalerTask {
    fn default() -> Self {
        Self::new(Arc::new(Nothing))
    }
}

const NAMES: [&str; 3] = [
    "autoscaler",
    "ServiceRequestsInFlightAutoscaler",
    "org.wso2.carbon.mediator.autoscale.lbautoscale.task.ServiceRequestsInFlightAutoscaler",
];

impl TaskClass for AutoscalerTask {
    fn names(&self) -> &'static [&'static str] {
        &NAMES
    }

    /// As the reader of 1.x has it, which knows the families of classes.
    fn is_meant(&self, class: &str) -> bool {
        Self::is_meant_by(class)
    }

    fn coordinator_only(&self) -> bool {
        true
    }

    fn build(&self, task: &TaskDefinition, building: &mut Building<'_>) -> Option<Arc<dyn Work>> {
        let file = task.location.file.name();
        let said = task.properties.iter().find(|property| !is_of_the_scheduler(&property.name));
        if let Some(property) = said {
            building.diagnostics.push(
                Diagnostic::warning(
                    codes::VALUE_IGNORED,
                    "the task says when the autoscaler ticks; how it scales, loadbalancer.conf says",
                )
                .at(property.location.clone())
                .label("has no effect")
                .help(format!("`sinew convert {file} -o loadbalancer.conf` keeps what this task says")),
            );
        }
        Some(self.work.clone())
    }
}

/// There is no autoscaler.
struct Nothing;

impl Work for Nothing {
    fn run(&self, _: RunContext) -> RunFuture<'_> {
        Box::pin(async { Err(TaskError("there is no autoscaler in this process".to_owned())) })
    }
}
