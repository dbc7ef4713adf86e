//! What happens after a fault: the handlers on the exchange's fault stack, innermost first.

use std::sync::Arc;

use super::{Exchange, Fault, FaultHandler, Flow, Sequence, SequenceReference, run};

impl Exchange {
    /// Records a fault and runs the innermost handler; one that fails itself hands its fault to the next
    /// (mediators.md §2.9, configuration.md §9.2). What the failed flow had asked to be sent is forgotten, and the
    /// templates it was in are left (case 182). A handler whose sequence does not exist is passed over (case 35).
    ///
    /// # Errors
    /// The fault that no handler was left for.
    pub async fn handle_fault(&mut self, fault: Fault) -> Result<Flow, Fault> {
        let mut fault = fault;
        loop {
            tracing::debug!(target: "mediation", code = fault.code.0, message = %fault.message, "fault");
            self.deliveries.clear();
            self.parameters = None;
            self.loops_back = false;
            self.record_fault(&fault);
            let Some(handler) = self.innermost_handler() else {
                return Err(fault);
            };
            match run(&handler, self).await {
                Ok(flow) => return Ok(flow),
                Err(next) => fault = next,
            }
        }
    }

    fn innermost_handler(&mut self) -> Option<Arc<Sequence>> {
        loop {
            match self.faults.pop()? {
                FaultHandler::Inline(sequence) => return Some(sequence),
                FaultHandler::Key(key) => match self.environment.sequence(&key) {
                    SequenceReference::Found(sequence) => return Some(sequence),
                    SequenceReference::Missing(key) => {
                        tracing::warn!(target: "mediation", %key, "the fault sequence does not exist");
                    }
                },
            }
        }
    }
}
