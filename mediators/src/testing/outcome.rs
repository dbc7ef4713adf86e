//! What came of a run.

use sinew_core::mediation::{Exchange, Fault, Flow};
use sinew_core::message::{Payload, Value};

use super::LogLines;

/// What came of a run.
pub(crate) struct Outcome {
    /// The exchange afterwards.
    pub(crate) exchange: Exchange,
    /// How it ended, fault handlers included.
    pub(crate) flow: Result<Flow, Fault>,
    /// The fault of the sequence itself.
    pub(crate) fault: Option<Fault>,
    /// What was logged.
    pub(crate) logged: LogLines,
}

impl Outcome {
    /// The text of a default property.
    pub(crate) fn default(&self, name: &str) -> Option<String> {
        self.exchange.message.properties.value(name).map(|value| value.text().into_owned())
    }

    /// Type and text of a default property.
    pub(crate) fn typed(&self, name: &str) -> Option<(&'static str, String)> {
        let value = self.exchange.message.properties.value(name)?;
        Some((value.type_name(), value.text().into_owned()))
    }

    /// The text of an axis2 property.
    pub(crate) fn axis2(&self, name: &str) -> Option<String> {
        self.exchange.message.axis2(name).map(|value| value.text().into_owned())
    }

    /// The text of an operation property.
    pub(crate) fn operation(&self, name: &str) -> Option<String> {
        self.exchange.message.operation.value(name).map(Value::text).map(|text| text.into_owned())
    }

    /// Every line of a header.
    pub(crate) fn headers(&self, name: &str) -> Vec<&str> {
        let values = self.exchange.message.headers.get_all(name).iter();
        values.map(|value| value.to_str().expect("ASCII")).collect()
    }

    /// True when a mediator set the probe `<property name="…" value="1"/>`.
    pub(crate) fn reached(&self, probe: &str) -> bool {
        self.default(probe).as_deref() == Some("1")
    }

    /// The message of the sequence's own fault.
    pub(crate) fn fault_message(&self) -> Option<&str> {
        self.fault.as_ref().map(|fault| &*fault.message)
    }

    /// Where the message was sent, in order.
    pub(crate) fn sent(&self) -> Vec<String> {
        self.exchange.deliveries.iter().map(|delivery| format!("{:?}", delivery.to)).collect()
    }

    /// The texts that were logged.
    pub(crate) fn log(&self) -> Vec<String> {
        let lines = self.logged.lock().expect("no test panics while logging");
        lines.iter().map(|(_, text)| text.clone()).collect()
    }

    /// The payload as XML; empty when it is none.
    pub(crate) fn xml(&self) -> String {
        match &self.exchange.message.payload {
            Payload::Xml(xml) => xml.document.to_xml(),
            _ => String::new(),
        }
    }

    /// True while nobody has read the body.
    pub(crate) fn streams(&self) -> bool {
        self.exchange.message.payload.is_stream()
    }
}
