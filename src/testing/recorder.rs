//! Watches mediators and writes down what each changed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use sinew_core::mediation::{Fault, Observer, Step};
use sinew_core::message::{Message, Payload, header_text};

use super::stub::lock;
use super::transcript::{Change, Event, text};

/// Records into the list that the stubs record their calls in.
pub(super) struct Recorder {
    events: Arc<Mutex<Vec<Event>>>,
    before: BTreeMap<String, String>,
    logged: Vec<Event>,
}

impl Recorder {
    pub(super) fn new(events: Arc<Mutex<Vec<Event>>>) -> Self {
        Self { events, before: BTreeMap::new(), logged: Vec::new() }
    }
}

impl Observer for Recorder {
    fn before(&mut self, _: &Step, message: &Message) {
        self.before = parts(message);
    }

    fn after(&mut self, step: &Step, message: &Message, fault: Option<&Fault>) {
        let changes = differences(&self.before, &parts(message));
        let fault = fault.map(ToString::to_string);
        let mut events = lock(&self.events);
        events.push(Event::Visited { address: step.address.to_string(), changes, fault });
        events.append(&mut self.logged);
    }

    fn logged(&mut self, level: &str, text: &str) {
        self.logged.push(Event::Logged { level: level.to_owned(), text: text.to_owned() });
    }
}

/// The message as named texts.
fn parts(message: &Message) -> BTreeMap<String, String> {
    let mut parts = BTreeMap::new();
    let addressing = &message.addressing;
    if let Some(to) = message.to() {
        parts.insert("To".to_owned(), to.into_owned());
    }
    let fields = [
        ("From", &addressing.from),
        ("ReplyTo", &addressing.reply_to),
        ("FaultTo", &addressing.fault_to),
        ("Action", &addressing.action),
        ("RelatesTo", &addressing.relates_to),
    ];
    for (name, field) in fields {
        parts.extend(field.as_ref().map(|value| (name.to_owned(), value.to_string())));
    }
    for name in message.headers.keys() {
        let values: Vec<_> = message.headers.get_all(name).iter().map(header_text).collect();
        parts.insert(format!("transport {name}"), values.join(", "));
    }
    for (name, value) in message.properties.sorted() {
        parts.insert(format!("default {name}"), value.to_string());
    }
    for (name, value) in message.axis2.sorted() {
        let value = value.map_or("(removed)".to_owned(), ToString::to_string);
        parts.insert(format!("axis2 {name}"), value);
    }
    for (name, value) in message.operation.sorted() {
        parts.insert(format!("operation {name}"), value.to_string());
    }
    match &message.payload {
        Payload::Empty => {}
        Payload::Stream(_) => drop(parts.insert("payload".to_owned(), "(streaming)".to_owned())),
        Payload::Sent => drop(parts.insert("payload".to_owned(), "(sent)".to_owned())),
        Payload::Bytes(bytes) => drop(parts.insert("payload".to_owned(), text(bytes))),
        Payload::Text(text) => drop(parts.insert("payload".to_owned(), text.to_string())),
        Payload::Xml(xml) => drop(parts.insert("payload".to_owned(), xml.document.to_xml())),
        Payload::Json(json) => drop(parts.insert("payload".to_owned(), json.text().to_owned())),
    }
    parts
}

fn differences(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<Change> {
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort();
    names.dedup();
    let changed = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
    let value = |map: &BTreeMap<String, String>, name: &String| map.get(name).cloned();
    changed
        .map(|name| Change { part: name.clone(), before: value(before, name), after: value(after, name) })
        .collect()
}
