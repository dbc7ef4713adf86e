//! A compiled list of mediators and the loop that runs it.

use std::sync::Arc;

use smallvec::SmallVec;

use super::{Branch, Chosen, Exchange, Fault, FaultHandler, Flow, Mediate, Needs};

/// A compiled list of mediators.
pub struct Sequence {
    /// Where the list stands, such as `sequence:main` or `proxy:Echo/in`.
    pub address: Arc<str>,
    /// The mediators in order.
    pub steps: Box<[Step]>,
    /// What runs when a mediator of the list fails (`onError`).
    pub on_error: Option<FaultHandler>,
}

/// One mediator in its list.
pub struct Step {
    /// Its address: the list's address, its position from 1 and its type, as in `proxy:Echo/in/3.Property[RESPONSE]`.
    pub address: Arc<str>,
    /// What it needs of the payload.
    pub needs: Needs,
    /// What it does.
    pub action: Action,
}

/// What a step does.
pub enum Action {
    /// Something to the message.
    Mediate(Box<dyn Mediate>),
    /// It chooses another list.
    Branch(Box<dyn Branch>),
}

impl Step {
    /// True when the step may change a message that was asked to be sent. Branches only choose.
    pub(super) fn may_change(&self) -> bool {
        matches!(&self.action, Action::Mediate(mediator) if !mediator.only_stops())
    }
}

/// How deep sequences found by computed keys may call each other: they can be recursive, static ones cannot.
const COMPUTED_DEPTH_LIMIT: u8 = 64;

/// Runs a list of mediators to its end, to the first that stops, or to the first fault.
///
/// One loop drives nested lists with a stack of positions, so nothing is boxed for `filter`, `in` or a sequence by
/// key; the loop waits only for the payload of a mediator that needs one. On a fault the handlers that were pushed
/// stay on the exchange's fault stack: the caller runs them ([`Exchange::handle_fault`]).
///
/// # Errors
/// The fault of the mediator that failed.
pub async fn run(sequence: &Sequence, exchange: &mut Exchange) -> Result<Flow, Fault> {
    let mut lists: SmallVec<[Position<'_>; 8]> = SmallVec::new();
    lists.push(Position::enter(sequence, exchange));
    while let Some(position) = lists.last_mut() {
        let Some(step) = position.sequence.steps.get(position.next) else {
            position.leave(exchange);
            lists.pop();
            continue;
        };
        position.next += 1;
        if step.needs != Needs::Nothing && exchange.message.payload.is_stream() {
            let read = exchange.read_payload().await;
            if step.needs == Needs::Payload {
                read?;
            }
        }
        exchange.before(step);
        match &step.action {
            Action::Mediate(mediator) => {
                let flow = mediator.mediate(exchange);
                exchange.after(step, flow.as_ref().err());
                if flow? == Flow::Stop {
                    return Ok(Flow::Stop);
                }
            }
            Action::Branch(branch) => {
                let chosen = branch.choose(exchange);
                exchange.after(step, chosen.as_ref().err());
                match chosen? {
                    None => {}
                    Some(Chosen::Own(list)) => lists.push(Position::enter(list, exchange)),
                    Some(Chosen::Found(list)) => {
                        if exchange.computed_depth >= COMPUTED_DEPTH_LIMIT {
                            return Err(Fault::mediation(format!(
                                "sequences call each other more than {COMPUTED_DEPTH_LIMIT} deep at {}",
                                step.address
                            )));
                        }
                        exchange.computed_depth += 1;
                        let flow = Box::pin(run(&list, exchange)).await;
                        exchange.computed_depth -= 1;
                        if flow? == Flow::Stop {
                            return Ok(Flow::Stop);
                        }
                    }
                }
            }
        }
    }
    Ok(Flow::Continue)
}

/// A position in a list that is being run.
struct Position<'a> {
    sequence: &'a Sequence,
    next: usize,
    faults_before: usize,
    sent_before: usize,
}

impl<'a> Position<'a> {
    fn enter(sequence: &'a Sequence, exchange: &mut Exchange) -> Self {
        let faults_before = exchange.faults.len();
        if let Some(handler) = &sequence.on_error {
            exchange.faults.push(handler.clone());
        }
        Self { sequence, next: 0, faults_before, sent_before: exchange.sent_to_endpoints() }
    }

    /// A list that ended normally takes its own handler back if it is still the innermost (configuration.md §6.2).
    /// It is not once the list has sent something to an endpoint: the handler then waits for the fault of sending
    /// (mediators.md case 85).
    fn leave(&self, exchange: &mut Exchange) {
        if self.sequence.on_error.is_some()
            && exchange.faults.len() == self.faults_before + 1
            && exchange.sent_to_endpoints() == self.sent_before
        {
            exchange.faults.pop();
        }
    }
}

impl std::fmt::Debug for Sequence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.steps.iter().map(|step| &*step.address)).finish()
    }
}
