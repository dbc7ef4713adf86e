//! What travels: messages, their payloads, headers and properties.

mod addressing;
mod body;
mod dialect;
pub mod formats;
pub mod json;
mod model;
mod names;
mod payload;
mod properties;
mod received;
mod table;
mod value;

pub use addressing::{ANONYMOUS, Addressing, Destination, Named, is_addressing};
pub use body::{Body, BodyError};
pub use dialect::{Dialect, Towards};
pub use json::JsonPayload;
pub use model::{Direction, FORM, Message, SOAP_ACTION, header_text, header_value};
pub use payload::{Payload, SoapVersion, XmlPayload};
pub use properties::{Axis2Entry, Axis2Properties, Properties};
pub use received::Received;
pub use value::{ConversionError, Value, ValueType, java_double};
