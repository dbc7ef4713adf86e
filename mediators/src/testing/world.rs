//! What surrounds a message under test.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use sinew_core::config::{Attributes, BuildContext, MediatorConfig, ParseContext};
use sinew_core::expression::Surroundings;
use sinew_core::mediation::{
    Action, Endpoint, Environment, ErrorCode, Exchange, Fault, Flow, Mediate, Observer, Retry, SendFuture,
    Sequence, SequenceReference, Step,
};
use sinew_core::message::Message;
use sinew_core::xml::Element;

use super::LogLines;

/// The sequences there are; every endpoint but `missing` exists.
pub(super) struct World {
    pub(super) sequences: BTreeMap<Arc<str>, Arc<Sequence>>,
}

impl Environment for World {
    fn sequence(&self, key: &str) -> SequenceReference {
        match self.sequences.get(key) {
            Some(sequence) => SequenceReference::Found(sequence.clone()),
            None => SequenceReference::Missing(key.into()),
        }
    }

    fn endpoint(&self, key: &str) -> Option<Arc<dyn Endpoint>> {
        (key != "missing").then(|| Arc::new(Unreachable(key.into())) as Arc<dyn Endpoint>)
    }

    fn default_endpoint(&self) -> Arc<dyn Endpoint> {
        Arc::new(Unreachable("default".into()))
    }
}

impl Surroundings for World {
    fn local_entry(&self, key: &str) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(match key {
            "entry" => "local",
            "xml-entry" => "<entry a='$1'>$1</entry>",
            _ => return None,
        }))
    }

    /// 2001-02-03 04:05:06 UTC.
    fn now(&self) -> jiff::Zoned {
        let timestamp = jiff::Timestamp::from_second(981_173_106).expect("a time");
        timestamp.to_zoned(jiff::tz::TimeZone::UTC)
    }

    fn system_property(&self, _: &str) -> Option<Cow<'_, str>> {
        None
    }
}

/// An endpoint that nothing is behind.
pub(super) struct Unreachable(pub(super) Arc<str>);

impl Endpoint for Unreachable {
    fn name(&self) -> &str {
        &self.0
    }

    fn send<'a>(&'a self, _: &'a mut Exchange) -> SendFuture<'a> {
        let fault = Fault::endpoint(ErrorCode::CONNECTION_FAILED, "connection refused", Retry::NotSent);
        Box::pin(async { Err(fault) })
    }
}

/// Writes down what is logged.
pub(super) struct Listener(pub(super) LogLines);

impl Observer for Listener {
    fn before(&mut self, _: &Step, _: &Message) {}

    fn after(&mut self, _: &Step, _: &Message, _: Option<&Fault>) {}

    fn logged(&mut self, level: &str, text: &str) {
        self.0.lock().expect("no test panics while logging").push((level.to_owned(), text.to_owned()));
    }
}

/// `<throw message="…"/>`: a mediator that always fails.
#[derive(Clone)]
pub(super) struct Throw(pub(super) String);

impl MediatorConfig for Throw {
    const ELEMENT: &'static str = "throw";
    const TYPE: &'static str = "Throw";

    fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Self> {
        Attributes::of(element).required("message", context).map(|text| Self(text.to_owned()))
    }

    fn build(&self, _: &mut dyn BuildContext) -> Action {
        Action::Mediate(Box::new(self.clone()))
    }
}

impl Mediate for Throw {
    fn mediate(&self, _: &mut Exchange) -> Result<Flow, Fault> {
        Err(Fault::mediation(self.0.clone()))
    }
}
