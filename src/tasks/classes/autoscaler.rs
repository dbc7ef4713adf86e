//! The autoscalers of 1.x, whose tasks hold the settings of today's `loadbalancer.conf` (elastic-load-balancer.md §1.11.1).

use std::sync::Arc;

use sinew_core::config::TaskDefinition;
use sinew_core::config::balancer::is_autoscaler_class;
use sinew_core::diagnostics::{Diagnostic, codes};

use crate::tasks::{Building, TaskClass, Work};

/// Knows the tasks of autoscalers, and has no effect: who scales adds a class that does, with the same names.
#[derive(Clone, Copy, Debug)]
pub(in crate::tasks) struct Autoscaler;

impl TaskClass for Autoscaler {
    fn names(&self) -> &'static [&'static str] {
        &[
            "ServiceRequestsInFlightAutoscaler",
            "org.wso2.carbon.mediator.autoscale.lbautoscale.task.ServiceRequestsInFlightAutoscaler",
        ]
    }

    /// As the reader of 1.x has it, which knows the families of classes.
    fn is_meant(&self, class: &str) -> bool {
        is_autoscaler_class(class)
    }

    fn coordinator_only(&self) -> bool {
        true
    }

    fn build(&self, task: &TaskDefinition, building: &mut Building<'_>) -> Option<Arc<dyn Work>> {
        let file = task.location.file.name();
        let class = task.class.as_ref()?;
        building.diagnostics.push(
            Diagnostic::warning(codes::TASK_IDLE, "the tasks of autoscalers have no effect yet")
                .at(class.location.clone())
                .label("does nothing")
                .help(format!("`sinew convert {file} -o loadbalancer.conf` keeps what this task says")),
        );
        None
    }
}
