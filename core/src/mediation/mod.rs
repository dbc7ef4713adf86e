//! How messages are mediated: mediators, sequences, exchanges and faults.

mod counting;
mod environment;
mod exchange;
mod fault;
mod flow;
mod reading;
mod recovery;
mod sequence;
mod template;

pub use counting::{CountedRequest, Counting, RequestCounter};
pub use environment::{Endpoint, Environment, Observer, SendFuture};
pub use exchange::{DEFAULT_PAYLOAD_LIMIT, Delivery, Exchange, FaultHandler, Recipient, SequenceReference};
pub use fault::{ErrorCode, Fault, FaultSource, Retry};
pub use flow::{Branch, Chosen, Flow, Mediate, Needs, Turn, Wait, WaitFuture};
pub use sequence::{Action, Sequence, Step, run};
pub use template::{Absence, Template, TemplateParameter, TemplateReference};
