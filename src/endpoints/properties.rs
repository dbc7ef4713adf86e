//! The properties that endpoints set on what they send (endpoints.md §1.2).

use http::HeaderMap;
use http::header::HeaderName;
use sinew_core::config::endpoint::{EndpointProperty, PropertyTarget};
use sinew_core::expression::Scope;
use sinew_core::mediation::{Exchange, Fault};
use sinew_core::message::{Axis2Properties, Message, Properties};

use super::request::header_value;

/// Evaluates the properties and sets them on the message. The payload is read when one of them asks for it.
pub(super) async fn apply(properties: &[EndpointProperty], exchange: &mut Exchange) -> Result<(), Fault> {
    for property in properties {
        if property.value.needs_payload() {
            exchange.read_payload().await?;
        }
        let message = &mut exchange.message;
        let scope =
            Scope { message, surroundings: &*exchange.environment, parameters: exchange.parameters.as_ref() };
        let text = property.value.string(scope).map_err(|error| Fault::mediation(error.to_string()))?;
        let Some(text) = text.map(|text| text.into_owned()) else { continue };
        match property.target {
            PropertyTarget::Default => message.properties.set(property.name.clone(), text),
            PropertyTarget::Axis2 => message.axis2.set(property.name.clone(), text),
            PropertyTarget::Transport => {
                let name = HeaderName::try_from(&*property.name)
                    .map_err(|_| Fault::mediation(format!("{} is no header name", property.name)))?;
                let value = header_value(name.as_str(), &text)?;
                message.headers.insert(name, value);
            }
        }
    }
    Ok(())
}

/// What endpoints change on a message besides its payload, as it was before.
pub(super) struct Snapshot {
    headers: HeaderMap,
    properties: Properties,
    axis2: Axis2Properties,
}

impl Snapshot {
    pub(super) fn of(message: &Message) -> Self {
        Self {
            headers: message.headers.clone(),
            properties: message.properties.clone(),
            axis2: message.axis2.clone(),
        }
    }

    /// Puts it back.
    pub(super) fn restore(&self, message: &mut Message) {
        message.headers = self.headers.clone();
        message.properties = self.properties.clone();
        message.axis2 = self.axis2.clone();
    }
}
