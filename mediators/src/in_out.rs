//! `<in>…</in>` and `<out>…</out>`: mediators for requests only and for responses only (mediators.md §3.2).
//!
//! A message that does not go their way passes by. What counts as a response is `Message::is_response`. Neither reads
//! the payload; the mediators inside decide for themselves.

use sinew_core::config::{Attributes, BuildContext, MediatorConfig, MediatorList, ParseContext};
use sinew_core::mediation::{Action, Branch, Chosen, Exchange, Fault, Sequence};
use sinew_core::xml::Element;

/// The `in` mediator.
#[derive(Clone, Debug)]
pub(crate) struct In(MediatorList);

/// The `out` mediator.
#[derive(Clone, Debug)]
pub(crate) struct Out(MediatorList);

impl MediatorConfig for In {
    const ELEMENT: &'static str = "in";
    const TYPE: &'static str = "In";

    fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Self> {
        Attributes::of(element).finish(context);
        Some(Self(context.mediators_of(element, &[])))
    }

    fn list(&self) -> Option<&MediatorList> {
        Some(&self.0)
    }

    fn with_list(&self, list: MediatorList) -> Option<Self> {
        Some(Self(list))
    }

    fn build(&self, context: &mut dyn BuildContext) -> Action {
        Action::Branch(Box::new(OneWay { responses: false, list: context.list("", &self.0) }))
    }
}

impl MediatorConfig for Out {
    const ELEMENT: &'static str = "out";
    const TYPE: &'static str = "Out";

    fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Self> {
        Attributes::of(element).finish(context);
        Some(Self(context.mediators_of(element, &[])))
    }

    fn list(&self) -> Option<&MediatorList> {
        Some(&self.0)
    }

    fn with_list(&self, list: MediatorList) -> Option<Self> {
        Some(Self(list))
    }

    fn build(&self, context: &mut dyn BuildContext) -> Action {
        Action::Branch(Box::new(OneWay { responses: true, list: context.list("", &self.0) }))
    }
}

struct OneWay {
    responses: bool,
    list: Sequence,
}

impl Branch for OneWay {
    fn choose(&self, exchange: &mut Exchange) -> Result<Option<Chosen<'_>>, Fault> {
        let mine = exchange.message.is_response() == self.responses;
        Ok(mine.then_some(Chosen::Own(&self.list)))
    }
}
