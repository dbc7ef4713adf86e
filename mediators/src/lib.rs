//! The mediators of Sinew: one folder each (one file when there is nothing to configure), one registration line each.
//!
//! A mediator is a definition that reads its element (`MediatorConfig`) and what runs: `Mediate` for the ones that
//! act on the message, `Branch` for the ones that choose the list that runs next. Mediators know nothing of each other;
//! sequences and endpoints come to them compiled. `README.md` is the catalogue.

mod autoscale_in;
mod autoscale_out;
mod call_template;
mod conditional_router;
mod drop;
mod enrich;
mod filter;
mod header;
mod in_out;
mod log;
mod loopback;
mod makefault;
mod parts;
mod payload_factory;
mod property;
mod respond;
mod rewrite;
mod script;
mod send;
mod sequence;
mod switch;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use sinew_core::config::MediatorRegistry;

use autoscale_in::AutoscaleIn;
use autoscale_out::AutoscaleOut;
use call_template::CallTemplate;
use conditional_router::ConditionalRouter;
use drop::Drop;
use enrich::Enrich;
use filter::Filter;
use header::Header;
use in_out::{In, Out};
use log::Log;
use loopback::Loopback;
use makefault::MakeFault;
use payload_factory::PayloadFactory;
use property::Property;
use respond::Respond;
use rewrite::Rewrite;
use script::Script;
use send::Send;
use sequence::SequenceMediator;
use switch::Switch;

/// Every mediator there is, in the order of the catalogue (mediators.md §1).
pub fn registry() -> MediatorRegistry {
    let mut registry = MediatorRegistry::default();
    registry.add::<SequenceMediator>();
    registry.add::<In>();
    registry.add::<Out>();
    registry.add::<Send>();
    registry.add::<Drop>();
    registry.add::<Property>();
    registry.add::<Header>();
    registry.add::<Filter>();
    registry.add::<Switch>();
    registry.add::<Log>();
    registry.add::<MakeFault>();
    registry.add::<PayloadFactory>();
    registry.add::<Enrich>();
    registry.add::<Script>();
    registry.add::<Respond>();
    registry.add::<Loopback>();
    registry.add::<CallTemplate>();
    registry.add::<ConditionalRouter>();
    registry.add::<Rewrite>();
    registry.add::<AutoscaleIn>();
    registry.add::<AutoscaleOut>();
    registry.plan(PLANNED);
    registry
}

/// Elements of the language that have no mediator here yet, in alphabetical order.
const PLANNED: &[&str] = &[
    "NTLM",
    "RMSequence",
    "aggregate",
    "annotatedCommand",
    "bean",
    "builder",
    "cache",
    "call",
    "callout",
    "class",
    "clone",
    "comment",
    "dataServiceCall",
    "datamapper",
    "dblookup",
    "dbreport",
    "detach",
    "ejb",
    "enqueue",
    "entitlementService",
    "event",
    "eventPublisher",
    "fastXSLT",
    "foreach",
    "iterate",
    "jsontransform",
    "oauthService",
    "opa",
    "pojoCommand",
    "propertyGroup",
    "publishEvent",
    "replace",
    "rule",
    "rules",
    "sampler",
    "scatter-gather",
    "smooks",
    "spring",
    "store",
    "throttle",
    "throwError",
    "transaction",
    "validate",
    "variable",
    "xquery",
    "xslt",
];
