//! `<loopback/>`: a request turns round and goes through the response flow (mediators.md §3.6).
//!
//! The flow it stands in ends. On a response it only does that. Does not read the payload.

use sinew_core::config::{Attributes, BuildContext, MediatorConfig, ParseContext};
use sinew_core::mediation::{Action, Exchange, Fault, Flow, Mediate};
use sinew_core::xml::Element;

use crate::parts::ignore_other_children;

/// The `loopback` mediator.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Loopback;

impl MediatorConfig for Loopback {
    const ELEMENT: &'static str = "loopback";
    const TYPE: &'static str = "Loopback";

    fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Self> {
        Attributes::of(element).finish(context);
        ignore_other_children(element, &[], context);
        Some(Self)
    }

    fn build(&self, _: &mut dyn BuildContext) -> Action {
        Action::Mediate(Box::new(*self))
    }
}

impl Mediate for Loopback {
    fn mediate(&self, exchange: &mut Exchange) -> Result<Flow, Fault> {
        if !exchange.message.is_response() {
            exchange.loops_back = true;
            exchange.clear_destination();
            exchange.mark_response();
        }
        Ok(Flow::Stop)
    }
}
