//! The properties of a block: their variables, their values, and those that nobody knows.

use std::borrow::Cow;

use super::super::Place;
use super::super::settings::{CLUSTER_KEYS, Effect, Key, Kind, Reading, Scope, Unreadable, keys};
use super::super::tree::{Block, Property};
use super::super::variables::expand;
use super::Reader;
use super::layers::Layers;
use crate::diagnostics::{Diagnostic, codes, nearest};

impl<'a> Reader<'a> {
    /// What the properties of a block give. Those that name things are left for those who make them.
    pub(super) fn layers(&mut self, block: &'a Block, scope: Scope) -> Layers {
        let mut layers = Layers::default();
        for property in &block.properties {
            let names = |key: &Key| key.name == property.key && key.scopes.contains(&scope);
            if CLUSTER_KEYS.iter().any(names) {
                continue;
            }
            let text = self.expanded(property);
            let place = Place(self.tree.locate(property.value_span));
            match layers.set(scope, &property.key, &text, place) {
                Some((key, reading)) => {
                    self.judge(property, &text, key.expected, reading);
                    if layers.changes(key) {
                        self.perhaps_without_effect(property, key);
                    }
                }
                None => self.unknown_key(property, scope),
            }
        }
        layers
    }

    /// Reports a key that is set and does nothing yet.
    pub(super) fn perhaps_without_effect(&mut self, property: &'a Property, key: &Key) {
        let Effect::NotYet(instead) = key.effect() else { return };
        let message = format!("\"{}\" has no effect yet: {instead}", self.written(property));
        self.warning(codes::NO_EFFECT_YET, property.key_span, message, "no effect yet");
    }

    /// The value with its variables replaced.
    pub(super) fn expanded(&mut self, property: &'a Property) -> Cow<'a, str> {
        let mut missing = Vec::new();
        let expanded = expand(&property.value, self.variables, |name| missing.push(name));
        for name in missing {
            let message = format!("nothing has a value for \"${{{name}}}\"; it stays as it is");
            let diagnostic = Diagnostic::warning(codes::VARIABLE_UNRESOLVED, message)
                .help(format!("set it in the environment, or write ${{{name}:-default}}"));
            self.push(diagnostic, property.value_span, "not known");
        }
        match expanded {
            Cow::Borrowed(text) => Cow::Borrowed(text),
            Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
        }
    }

    /// The value of a property by its kind, if the block has it.
    pub(super) fn value<T>(&mut self, block: &'a Block, name: &str, kind: &Kind<T>) -> Option<T> {
        let property = block.property(name)?;
        let text = self.expanded(property);
        match (kind.read)(&text) {
            Ok(value) | Err(Unreadable::TakenAs(value, _)) => Some(value),
            Err(_) => {
                self.judge(property, &text, kind.expected, Reading::Refused);
                None
            }
        }
    }

    /// Reports what became of a value.
    pub(super) fn judge(&mut self, property: &Property, text: &str, expected: &str, reading: Reading) {
        let key = self.written(property);
        let warning = |message| Diagnostic::warning(codes::BALANCER_VALUE_IGNORED, message);
        let diagnostic = match reading {
            Reading::Taken => return,
            Reading::TakenAs(word) => warning(format!("{key} is \"{text}\", which counts as \"{word}\"")),
            Reading::Ignored => warning(format!("{key} cannot be \"{text}\"; the value is ignored")),
            Reading::Refused => {
                let message = format!("{key} cannot be \"{text}\"");
                Diagnostic::error(codes::BALANCER_VALUE_INVALID, message)
            }
        };
        self.push(diagnostic, property.value_span, &format!("expected {expected}"));
    }

    /// A key as the file writes it: that of an XML file is another than ours.
    pub(super) fn written(&self, property: &'a Property) -> &'a str {
        let (start, end) = (property.key_span.start as usize, property.key_span.end as usize);
        self.tree.written(start..end).filter(|text| !text.is_empty()).unwrap_or(&property.key)
    }

    fn unknown_key(&mut self, property: &'a Property, scope: Scope) {
        let span = property.key_span;
        let key = self.written(property);
        let elsewhere =
            keys().find(|known| known.name == property.key && !known.scopes.contains(&Scope::Member));
        if let Some(known) = elsewhere
            && scope == Scope::Defaults
            && known.scopes.contains(&Scope::Domain)
        {
            // It is a key of services, and not one that they inherit.
            return self.ignored(span, &format!("\"{key}\" is not inherited from defaults"));
        }
        let message = match elsewhere {
            Some(_) => format!("\"{key}\" has no meaning in the block of a {scope}"),
            None => format!("\"{key}\" is no key of loadbalancer.conf"),
        };
        let help = match elsewhere {
            Some(known) => {
                let scopes: Vec<String> = known.scopes.iter().map(Scope::to_string).collect();
                Some(format!("it may stand in {}", scopes.join(", ")))
            }
            None => {
                let here = keys().filter(|known| known.scopes.contains(&scope)).map(|known| known.name);
                nearest(&property.key, here)
                    .map(|near| format!("a key with a similar name exists: \"{near}\""))
            }
        };
        let diagnostic = match self.strict {
            true => Diagnostic::error(codes::BALANCER_UNKNOWN_KEY, message),
            false => Diagnostic::warning(codes::BALANCER_IGNORED, format!("{message}; it is ignored")),
        };
        let diagnostic = match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        };
        self.push(diagnostic, span, "unknown key");
    }
}
