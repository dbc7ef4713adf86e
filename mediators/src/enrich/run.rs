//! Gathering from the source and changing the target.

use std::sync::Arc;

use sinew_core::expression::{Item, NodeSet, Object};
use sinew_core::mediation::{Exchange, Fault, Flow, Mediate};
use sinew_core::message::{Message, Payload, Value, ValueType, XmlPayload};
use sinew_core::xml::Document;

use super::config::Definition;
use super::edit::{at_attribute, at_element, at_text, detach_originals};
use super::json::{added_to_text, fill, fill_with_json, put_at, put_json, take_away};
use super::parts::{Part, content_of, parts_of, value_of, without_json};
use super::source::{Gathered, Source};
use super::target::{self, Action, Place, Target, in_payload};
use crate::parts::{declare_a_body, envelope_version, replace_content, replace_envelope, soap_body};

/// Runs the mediator.
pub(super) struct Enricher(pub(super) Arc<Definition>);

impl Mediate for Enricher {
    fn mediate(&self, exchange: &mut Exchange) -> Result<Flow, Fault> {
        let Definition { source, moves, action, .. } = &*self.0;
        if *action == Action::Remove {
            remove(source, exchange)?;
            return Ok(Flow::Continue);
        }
        let mut gathered = source.gather(exchange.scope())?;
        if !moves {
            gathered.originals.clear();
        }
        if *moves && !source.paths().is_empty() {
            let before = exchange.message.payload.share();
            take_away(&mut exchange.message, source.paths())?;
            let done = self.put(exchange, &gathered);
            if done.is_err() {
                before.into_iter().for_each(|before| exchange.message.payload = before);
            }
            return done.map(|()| Flow::Continue);
        }
        self.put(exchange, &gathered)?;
        Ok(Flow::Continue)
    }
}

impl Enricher {
    /// Puts what was gathered where the target is.
    fn put(&self, exchange: &mut Exchange, gathered: &Gathered) -> Result<(), Fault> {
        let Definition { source, target, action, .. } = &*self.0;
        let (parts, action) = (&gathered.parts, *action);
        match target {
            // A path that leads nowhere is an empty text (message-and-expressions.md §10).
            Target::Property(name) if parts.is_empty() && source.is_json_path() => {
                exchange.message.properties.set(name.clone(), "");
            }
            Target::Property(name) => set_property(&mut exchange.message, name, parts, action)?,
            Target::Envelope => {
                put_envelope(&mut exchange.message, parts)?;
                declare_a_body(&mut exchange.message);
            }
            // Nothing to put is no fault (cases 140 and 142).
            Target::Body | Target::Custom(_) if parts.is_empty() => {
                tracing::error!(target: "mediation", "the source of enrich gives nothing; the message stays as it is");
            }
            Target::Body => {
                let place = target::body(&exchange.message);
                put(&mut exchange.message, place, gathered, action)?;
                declare_a_body(&mut exchange.message);
            }
            Target::Custom(expression) => match expression.json_path() {
                Some(path) => warn_of_no_room(put_at(&mut exchange.message, path, parts, action)?),
                None => {
                    let place = target::selected(expression, exchange.scope())?;
                    put(&mut exchange.message, place, gathered, action)?;
                }
            },
        }
        Ok(())
    }
}

/// Puts what was gathered at a place of the payload.
fn put(message: &mut Message, place: Place, gathered: &Gathered, action: Action) -> Result<(), Fault> {
    if place == Place::Json {
        warn_of_no_room(put_json(message, &gathered.parts, action)?);
        return Ok(());
    }
    // An object or list takes the place of the whole body; elsewhere it is a text.
    if let (Place::EmptyBody | Place::PlainText | Place::Element(_), [Part::Json(value)], Action::Replace) =
        (&place, gathered.parts.as_slice(), action)
        && place == target::body(message)
        && fill(message, value)
    {
        return Ok(());
    }
    let parts = &without_json(&gathered.parts);
    let fits = match place {
        Place::Envelope => {
            put_envelope(message, parts)?;
            true
        }
        Place::EmptyBody => fill_body(message, parts)?,
        Place::PlainText => put_text(message, parts, action)?,
        Place::Json => false,
        Place::Element(target) => edit(message, |document| {
            detach_originals(document, &gathered.originals, Some(target));
            at_element(document, target, parts, action)
        }),
        Place::Text(target) => edit(message, |document| {
            detach_originals(document, &gathered.originals, Some(target));
            at_text(document, target, parts);
            true
        }),
        Place::Attribute(target) => edit(message, |document| {
            detach_originals(document, &gathered.originals, Some(document.attribute_owner(target)));
            at_attribute(document, target, parts);
            true
        }),
    };
    warn_of_no_room(fits);
    Ok(())
}

fn warn_of_no_room(fits: bool) {
    if !fits {
        tracing::warn!(target: "mediation", "there is no room for everything that enrich should put into the message");
    }
}

/// Changes the payload's tree, which may gain or lose its envelope, or all it has.
pub(super) fn edit<T>(message: &mut Message, change: impl FnOnce(&mut Document) -> T) -> T
where
    T: Default,
{
    let Some(xml) = message.payload.xml_mut() else { return T::default() };
    let changed = change(Arc::make_mut(&mut xml.document));
    xml.soap = envelope_version(&xml.document);
    if xml.document.root_element().is_none() {
        message.payload = Payload::Empty;
    }
    changed
}

/// Puts elements into a body with nothing in it. False when something could not be put there.
fn fill_body(message: &mut Message, parts: &[Part]) -> Result<bool, Fault> {
    let elements: Vec<Part> = parts.iter().filter(|part| matches!(part, Part::Element(_))).cloned().collect();
    if elements.is_empty() {
        return Ok(parts.len() == 1 && fill_with_json(message, parts));
    }
    if let Payload::Xml(XmlPayload { soap: Some(_), .. }) = &message.payload {
        let body = soap_body(message)?;
        edit(message, |document| at_element(document, body, &elements, Action::Child));
        return Ok(elements.len() == parts.len());
    }
    let room = elements.len() == 1 || !message.is_rest();
    replace_content(message, content_of(&elements))?;
    Ok(room && elements.len() == parts.len())
}

/// Puts the first part in the place of plain text, or a text behind it. False when something could not be put.
fn put_text(message: &mut Message, parts: &[Part], action: Action) -> Result<bool, Fault> {
    match (parts.first(), action) {
        (Some(Part::Text(text)), Action::Replace) => message.payload = Payload::Text(text.clone()),
        (Some(Part::Text(text)), Action::Child) => {
            let Payload::Text(old) = &message.payload else { return Ok(false) };
            message.payload = Payload::Text(format!("{old}{text}").into());
        }
        (Some(element @ Part::Element(_)), Action::Replace) => {
            replace_content(message, content_of(std::slice::from_ref(element)))?;
        }
        _ => return Ok(false),
    }
    Ok(parts.len() == 1)
}

/// Makes the first part the envelope.
fn put_envelope(message: &mut Message, parts: &[Part]) -> Result<(), Fault> {
    if let Some(Part::Element(document)) = parts.first()
        && let Some(version) = envelope_version(document)
    {
        replace_envelope(message, document.clone(), version);
        return Ok(());
    }
    Err(Fault::mediation("the source of enrich is no SOAP envelope to put in the place of the envelope"))
}

/// Sets a property to what was gathered; as children it goes into the element that the property holds (case 136).
fn set_property(message: &mut Message, name: &Arc<str>, parts: &[Part], action: Action) -> Result<(), Fault> {
    let value = match message.properties.value(name) {
        Some(held) if action == Action::Child => {
            let held = match held {
                Value::Xml(document) => document.clone(),
                other if let Some(json) = added_to_text(&other.text(), parts) => {
                    message.properties.set(name.clone(), json);
                    return Ok(());
                }
                other => match ValueType::Om.convert(&other.text()) {
                    Ok(Value::Xml(document)) => document,
                    _ => {
                        return Err(Fault::mediation(format!(
                            "property \"{name}\" is no XML to put children into"
                        )));
                    }
                },
            };
            appended(held, &without_json(parts))
        }
        _ => value_of(parts),
    };
    message.properties.set(name.clone(), value);
    Ok(())
}

/// The element with parts put last in it.
fn appended(mut document: Arc<Document>, parts: &[Part]) -> Value {
    match document.root_element() {
        Some(root) => {
            at_element(Arc::make_mut(&mut document), root, parts, Action::Child);
            Value::Xml(document)
        }
        None => {
            let mut all = parts_of(&Value::Xml(document));
            all.extend_from_slice(parts);
            value_of(&all)
        }
    }
}

/// Removes what the source selects in the payload.
fn remove(source: &Source, exchange: &mut Exchange) -> Result<(), Fault> {
    if !source.paths().is_empty() {
        return take_away(&mut exchange.message, source.paths());
    }
    let Source::Custom(expression) = source else { return Ok(()) };
    let items = match expression.value(exchange.scope())? {
        Object::Nodes(nodes) => payload_items(&nodes, &exchange.message),
        _ => return Ok(()),
    };
    edit(&mut exchange.message, |document| {
        for item in items {
            match item {
                Item::Node(node) => document.detach(node),
                Item::Attribute(id) => {
                    let element = document.attribute_owner(id);
                    let attribute = document.attribute_by_id(id);
                    let (local, namespace) = (attribute.local.to_owned(), attribute.namespace.to_owned());
                    document.remove_attribute(element, &namespace, &local);
                }
                _ => {}
            }
        }
    });
    Ok(())
}

/// Those of the nodes that belong to the payload.
fn payload_items(nodes: &NodeSet<'_>, message: &Message) -> Vec<Item> {
    nodes.iter().filter(|node| in_payload(**node, message)).map(|node| node.item()).collect()
}
