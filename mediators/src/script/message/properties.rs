//! Properties by scope, as `property` has them (mediators.md §3.8, §9.1).

use std::sync::Arc;

use http::HeaderName;
use sinew_core::message::{Message, Value};

use super::Desk;
use super::datum::Datum;
use crate::parts::{computed_header_value, set_header};

/// The scopes that scripts can name.
#[derive(Clone, Copy)]
enum Scope {
    Default,
    Axis2,
    Transport,
    Operation,
}

impl Scope {
    fn parse(word: &str) -> Result<Self, String> {
        Ok(match word {
            "default" | "synapse" => Scope::Default,
            "axis2" | "axis2-client" => Scope::Axis2,
            "transport" => Scope::Transport,
            "operation" => Scope::Operation,
            other => {
                return Err(format!(
                    "properties have no scope \"{other}\"; there are default, axis2, transport and operation"
                ));
            }
        })
    }
}

impl Desk {
    /// `mc.getProperty(name, scope)`.
    pub(super) fn property(&mut self, name: &str, scope: &str) -> Result<Datum, String> {
        let Desk { message, values, .. } = self;
        match Scope::parse(scope)? {
            Scope::Default => Datum::of(message.properties.value(name), values),
            Scope::Axis2 => Datum::of(message.axis2(name).as_deref(), values),
            Scope::Operation => Datum::of(message.operation.value(name), values),
            Scope::Transport => {
                let header = HeaderName::try_from(name).ok().and_then(|name| message.header(&name));
                Ok(header.map_or(Datum::Null, |text| Datum::Text(text.into_owned())))
            }
        }
    }

    /// `mc.setProperty(name, value, scope)`. Null leaves a default property as it was and removes any other
    /// (mediators.md §2.10).
    pub(super) fn set_property(&mut self, name: &str, value: Datum, scope: &str) -> Result<(), String> {
        let scope_word = scope;
        let scope = Scope::parse(scope)?;
        let Some(value) = value.into_value(&mut self.values)? else {
            return match scope {
                Scope::Default => Ok(()),
                _ => self.remove_property(name, scope_word),
            };
        };
        let message = &mut self.message;
        let name_text: Arc<str> = name.into();
        match scope {
            Scope::Default => {
                if name == "RESPONSE" {
                    message.operation.set("RESPONSE_WRITTEN", "SKIP");
                }
                message.properties.set(name_text, value);
            }
            Scope::Axis2 => message.axis2.set(name_text, value),
            Scope::Operation => message.operation.set(name_text, value),
            Scope::Transport => set_transport_header(message, name, &value)?,
        }
        Ok(())
    }

    /// `mc.removeProperty(name, scope)`.
    pub(super) fn remove_property(&mut self, name: &str, scope: &str) -> Result<(), String> {
        let message = &mut self.message;
        match Scope::parse(scope)? {
            Scope::Default => drop(message.properties.remove(name)),
            Scope::Operation => drop(message.operation.remove(name)),
            Scope::Transport => drop(message.headers.remove(name)),
            Scope::Axis2 => {
                if name == "TRANSPORT_HEADERS" {
                    message.headers.clear();
                }
                message.axis2.remove(name);
            }
        }
        Ok(())
    }
}

fn set_transport_header(message: &mut Message, name: &str, value: &Value) -> Result<(), String> {
    let name = HeaderName::try_from(name).map_err(|_| format!("no header can be named {name:?}"))?;
    let value = computed_header_value(&value.text()).map_err(|fault| fault.message.into_owned())?;
    set_header(&mut message.headers, &name, Some(value));
    Ok(())
}
