//! What is wrong with a payload.

use super::CodingError;
use crate::message::json::JsonError;
use crate::xml::XmlError;

/// The payload is not what its content type says, or cannot be written as asked.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// The XML is not well-formed or exceeds a limit.
    #[error("{}", xml_problem(.0))]
    Xml(#[from] XmlError),
    /// The text is no JSON or exceeds a limit.
    #[error("the payload is not JSON: {0}")]
    Json(#[from] JsonError),
    /// A form with more fields than are read, or more text in their names.
    #[error("the form has more than {0} fields, or too long names")]
    TooManyFields(usize),
    /// The envelope belongs to another SOAP version than the content type.
    #[error("the content type says {expected}, the envelope says {found}")]
    SoapVersion {
        /// By content type.
        expected: &'static str,
        /// By envelope.
        found: &'static str,
    },
    /// A charset that nobody knows.
    #[error("the charset \"{0}\" is not known")]
    UnknownCharset(String),
    /// Bytes that mean nothing in their charset.
    #[error("the payload is not valid {0}")]
    NotDecodable(&'static str),
    /// Bytes that have no tree are to be written as XML, JSON or a form.
    #[error("the payload is bytes of a type that has no other form")]
    NoTree,
    /// Compressed bytes that are none, or a bomb.
    #[error(transparent)]
    Coding(#[from] CodingError),
    /// A content coding that is not spoken here.
    #[error("the payload is in a content coding that is not supported")]
    ForeignCoding,
}

/// What is wrong with the XML, and where; a limit exceeded says nothing about well-formedness.
fn xml_problem(error: &XmlError) -> String {
    let offset = error.offset;
    match error.kind.is_limit() {
        true => format!("the payload exceeds a limit: {error} (at byte {offset})"),
        false => format!("the payload is not well-formed XML: {error} (at byte {offset})"),
    }
}
