//! `<drop/>`: the flow ends here (mediators.md §3.3).
//!
//! What was asked to be sent before is sent; nothing else is. The destination is cleared unless a message that is still
//! to be sent carries it. Does not read the payload.

use sinew_core::config::{Attributes, BuildContext, MediatorConfig, ParseContext};
use sinew_core::mediation::{Action, Exchange, Fault, Flow, Mediate};
use sinew_core::xml::Element;

use crate::parts::ignore_other_children;

/// The `drop` mediator.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Drop;

impl MediatorConfig for Drop {
    const ELEMENT: &'static str = "drop";
    const TYPE: &'static str = "Drop";

    fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Self> {
        Attributes::of(element).finish(context);
        ignore_other_children(element, &[], context);
        Some(Self)
    }

    fn build(&self, _: &mut dyn BuildContext) -> Action {
        Action::Mediate(Box::new(*self))
    }
}

impl Mediate for Drop {
    fn mediate(&self, exchange: &mut Exchange) -> Result<Flow, Fault> {
        // `<send/><drop/>` is the idiom: the message being sent is this very one, and its address must stay.
        if exchange.deliveries.is_empty() {
            exchange.clear_destination();
        }
        Ok(Flow::Stop)
    }

    fn only_stops(&self) -> bool {
        true
    }
}
