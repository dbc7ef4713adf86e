//! `<autoscaleOut/>`: the request that was counted by [`autoscaleIn`](super::autoscale_in) does not count any more
//! (mediators.md §11).
//!
//! Where `enable_autoscaler` is on, each `<out>` of the main sequence begins with one. Without any, a request counts until
//! its exchange ends. Does not read the payload.

use sinew_core::config::{Attributes, BuildContext, MediatorConfig, ParseContext};
use sinew_core::mediation::{Action, Counting, Exchange, Fault, Flow, Mediate};
use sinew_core::xml::Element;

use crate::parts::ignore_other_children;

/// The `autoscaleOut` mediator.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AutoscaleOut;

impl MediatorConfig for AutoscaleOut {
    const ELEMENT: &'static str = "autoscaleOut";
    const TYPE: &'static str = "AutoscaleOut";

    fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Self> {
        let mut attributes = Attributes::of(element);
        attributes.optional("configuration");
        attributes.finish(context);
        ignore_other_children(element, &[], context);
        Some(Self)
    }

    fn build(&self, _: &mut dyn BuildContext) -> Action {
        Action::Mediate(Box::new(*self))
    }
}

impl Mediate for AutoscaleOut {
    fn mediate(&self, exchange: &mut Exchange) -> Result<Flow, Fault> {
        exchange.counting = Counting::Off;
        Ok(Flow::Continue)
    }

    fn only_stops(&self) -> bool {
        // It does not touch the message.
        true
    }
}
