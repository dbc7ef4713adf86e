//! A compiled list of mediators and the loop that runs it.

use std::sync::Arc;

use smallvec::SmallVec;

use super::{Branch, Chosen, Exchange, Fault, FaultHandler, Flow, Mediate, Needs, Turn, Wait};

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
    /// Something to the message for which it waits.
    Wait(Box<dyn Wait>),
    /// It chooses another list.
    Branch(Box<dyn Branch>),
}

impl Step {
    /// A mediator at an address. What its definition needs of the payload counts, else what the compiled branch does.
    pub fn new(address: Arc<str>, needs: Needs, action: Action) -> Self {
        let needs = match (needs, &action) {
            (Needs::Nothing, Action::Branch(branch)) => branch.needs(),
            _ => needs,
        };
        Self { address, needs, action }
    }

    /// True when the step may change a message that was asked to be sent. Branches only choose.
    pub(super) fn may_change(&self) -> bool {
        match &self.action {
            Action::Mediate(mediator) => !mediator.only_stops(),
            Action::Wait(_) => true,
            Action::Branch(_) => false,
        }
    }

    /// Goes on after a list that it chose. Only branches choose any.
    fn resume(&self, turn: Turn, exchange: &mut Exchange) -> Result<Option<Chosen<'_>>, Fault> {
        let Action::Branch(branch) = &self.action else { return Ok(None) };
        let chosen = branch.resume(turn, exchange);
        if let Err(fault) = &chosen {
            exchange.after(self, Some(fault));
        }
        chosen
    }
}

/// How deep sequences found by computed keys may call each other: they can be recursive, static ones cannot.
const COMPUTED_DEPTH_LIMIT: u8 = 64;

/// Runs a list of mediators to its end, to the first that stops, or to the first fault.
///
/// One loop drives nested lists with a stack of positions, so nothing is boxed for `filter`, `in` or a sequence by
/// key. Mediators that never wait are plain calls in it ([`advance`]); this function waits for the payload of a mediator
/// that needs one, and for mediators that wait themselves. On a fault the handlers that were pushed stay on the exchange's
/// fault stack: the caller runs them ([`Exchange::handle_fault`]).
///
/// # Errors
/// The fault of the mediator that failed.
pub async fn run(sequence: &Sequence, exchange: &mut Exchange) -> Result<Flow, Fault> {
    let mut lists = Lists::new();
    lists.push(Position::enter(sequence, None, exchange));
    let mut ending = None;
    loop {
        match advance(&mut lists, ending.take(), exchange)? {
            Pause::Ended(flow) => return Ok(flow),
            Pause::Payload(needs) => {
                let read = exchange.read_payload().await;
                if needs == Needs::Payload {
                    read?;
                }
            }
            Pause::Waits(step, mediator) => {
                let flow = mediator.mediate(exchange).await;
                exchange.after(step, flow.as_ref().err());
                ending = (flow? == Flow::Stop).then_some(Flow::Stop);
            }
            Pause::Found(step, list) => {
                if exchange.computed_depth >= COMPUTED_DEPTH_LIMIT {
                    return Err(Fault::mediation(format!(
                        "sequences call each other more than {COMPUTED_DEPTH_LIMIT} deep at {}",
                        step.address
                    )));
                }
                exchange.computed_depth += 1;
                let flow = Box::pin(run(&list, exchange)).await;
                exchange.computed_depth -= 1;
                ending = (flow? == Flow::Stop).then_some(Flow::Stop);
            }
        }
    }
}

/// What comes after the mediators of a list that do their one thing.
enum Reached<'a> {
    /// A step that chooses a list.
    Branch(&'a Step, &'a dyn Branch),
    /// The end of the list, or a mediator that stopped.
    End(Flow),
    /// What cannot go on by plain calls.
    Pause(Pause<'a>),
}

/// Where lists cannot go on by plain calls.
enum Pause<'a> {
    /// They are done.
    Ended(Flow),
    /// The next step needs the payload in memory.
    Payload(Needs),
    /// A step waits.
    Waits(&'a Step, &'a dyn Wait),
    /// A step found a list that was not compiled into it.
    Found(&'a Step, Arc<Sequence>),
}

/// Runs steps as long as none waits. `ending` is how the innermost list ended, if it has.
fn advance<'a>(
    lists: &mut Lists<'a>,
    mut ending: Option<Flow>,
    exchange: &mut Exchange,
) -> Result<Pause<'a>, Fault> {
    while let Some(position) = lists.last_mut() {
        let (step, chosen) = match ending.take() {
            None => match position.advance(exchange)? {
                Reached::Branch(step, branch) => {
                    exchange.before(step);
                    let chosen = branch.choose(exchange);
                    exchange.after(step, chosen.as_ref().err());
                    (step, chosen?)
                }
                Reached::End(flow) => {
                    ending = Some(flow);
                    continue;
                }
                Reached::Pause(pause) => return Ok(pause),
            },
            Some(flow) => match leave(lists, flow, exchange) {
                None if lists.is_empty() => return Ok(Pause::Ended(flow)),
                None => continue,
                Some((step, number)) => (step, step.resume(Turn { number, flow }, exchange)?),
            },
        };
        match chosen {
            None => {}
            Some(Chosen::Own(list)) if list.steps.is_empty() => {}
            Some(Chosen::Own(list)) => lists.push(Position::enter(list, None, exchange)),
            Some(Chosen::Turn(list, number)) => {
                lists.push(Position::enter(list, Some((step, number)), exchange));
            }
            Some(Chosen::Found(list)) => return Ok(Pause::Found(step, list)),
            Some(Chosen::Stop) => ending = Some(Flow::Stop),
        }
    }
    Ok(Pause::Ended(Flow::Continue))
}

/// The lists that are being run, the innermost last.
type Lists<'a> = SmallVec<[Position<'a>; 8]>;

/// Leaves the innermost list, and for a stop those around it, up to one that belongs to a turn of a branch. Returns the
/// branch and its number for the turn.
fn leave<'a>(lists: &mut Lists<'a>, flow: Flow, exchange: &mut Exchange) -> Option<(&'a Step, usize)> {
    while let Some(position) = lists.pop() {
        position.leave(exchange);
        if position.turn.is_some() || flow == Flow::Continue {
            return position.turn;
        }
    }
    None
}

/// A position in a list that is being run.
struct Position<'a> {
    sequence: &'a Sequence,
    next: usize,
    /// The branch that goes on after the list, with its number for it.
    turn: Option<(&'a Step, usize)>,
    /// What there was before, for a list that has a fault handler.
    before: Option<Before>,
}

/// What there was before a list began.
struct Before {
    faults: usize,
    sent: usize,
}

impl<'a> Position<'a> {
    fn enter(sequence: &'a Sequence, turn: Option<(&'a Step, usize)>, exchange: &mut Exchange) -> Self {
        let before = sequence.on_error.as_ref().map(|handler| {
            let before = Before { faults: exchange.faults.len(), sent: exchange.sent_to_endpoints() };
            exchange.faults.push(handler.clone());
            before
        });
        Self { sequence, next: 0, turn, before }
    }

    /// Runs the mediators that do their one thing, one after the other: nothing of the lists around is touched for them.
    fn advance(&mut self, exchange: &mut Exchange) -> Result<Reached<'a>, Fault> {
        let sequence = self.sequence;
        while let Some(step) = sequence.steps.get(self.next) {
            if step.needs != Needs::Nothing && exchange.message.payload.is_stream() {
                return Ok(Reached::Pause(Pause::Payload(step.needs)));
            }
            self.next += 1;
            match &step.action {
                Action::Mediate(mediator) => {
                    exchange.before(step);
                    let done = mediator.mediate(exchange);
                    exchange.after(step, done.as_ref().err());
                    if done? == Flow::Stop {
                        return Ok(Reached::End(Flow::Stop));
                    }
                }
                Action::Branch(branch) => return Ok(Reached::Branch(step, &**branch)),
                Action::Wait(mediator) => {
                    exchange.before(step);
                    return Ok(Reached::Pause(Pause::Waits(step, &**mediator)));
                }
            }
        }
        Ok(Reached::End(Flow::Continue))
    }

    /// A list that ended without a fault takes its own handler back if it is still the innermost (configuration.md §6.2).
    /// It is not once the list has sent something to an endpoint: the handler then waits for the fault of sending
    /// (mediators.md case 85).
    fn leave(&self, exchange: &mut Exchange) {
        if let Some(before) = &self.before
            && exchange.faults.len() == before.faults + 1
            && exchange.sent_to_endpoints() == before.sent
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
