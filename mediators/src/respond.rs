//! `<respond/>`: the message as it is goes back to the client, and the flow ends (mediators.md §3.5).
//!
//! Does not read the payload: a request that streams in can be answered with itself.

use sinew_core::config::{Attributes, BuildContext, MediatorConfig, ParseContext};
use sinew_core::mediation::{Action, Exchange, Fault, Flow, Mediate, Recipient};
use sinew_core::xml::Element;

use crate::parts::ignore_other_children;

/// The `respond` mediator.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Respond;

impl MediatorConfig for Respond {
    const ELEMENT: &'static str = "respond";
    const TYPE: &'static str = "Respond";

    fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Self> {
        Attributes::of(element).finish(context);
        ignore_other_children(element, &[], context);
        Some(Self)
    }

    fn build(&self, _: &mut dyn BuildContext) -> Action {
        Action::Mediate(Box::new(*self))
    }
}

impl Mediate for Respond {
    fn mediate(&self, exchange: &mut Exchange) -> Result<Flow, Fault> {
        exchange.clear_destination();
        exchange.mark_response();
        exchange.deliver(Recipient::Client);
        Ok(Flow::Stop)
    }
}
