//! From bytes to a payload, by content type (message-and-expressions.md §4).

use bytes::Bytes;

use super::{FormatError, Kind, charset, coding, form, soap};
use crate::message::{JsonPayload, Message, Payload, SoapVersion, XmlPayload};
use crate::xml::Limits;

/// Reads collected bytes by the message's content type: XML, forms and JSON become trees or values, plain text becomes
/// text. What has no tree, multipart messages among it, stays bytes.
///
/// # Errors
/// The bytes contradict the content type, exceed a limit, or are not of the charset that is said of them. It takes time
/// linear in the bytes to find out.
pub fn read(bytes: Bytes, message: &Message) -> Result<Payload, FormatError> {
    if bytes.is_empty() {
        return Ok(Payload::Empty);
    }
    let kind = message.media_type().map_or(Kind::Opaque, |media_type| Kind::of(&media_type));
    if kind == Kind::Opaque {
        return Ok(Payload::Bytes(bytes));
    }
    if coding::is_foreign(&message.headers) {
        return Err(FormatError::ForeignCoding);
    }
    let charset = message.charset();
    match kind {
        Kind::Soap11 => xml(&bytes, charset, Some(SoapVersion::Soap11), message.is_rest()),
        Kind::Soap12 => xml(&bytes, charset, Some(SoapVersion::Soap12), false),
        Kind::Xml => xml(&bytes, charset, None, true),
        Kind::Json => json(&bytes, charset.as_deref()),
        Kind::Form => {
            let document = form::read(&bytes, charset.as_deref())?;
            let charset = charset.map(Into::into);
            Ok(Payload::Xml(XmlPayload { document: document.into(), soap: None, charset }))
        }
        Kind::Text => text(bytes, charset.as_deref()),
        Kind::Opaque => Ok(Payload::Bytes(bytes)),
    }
}

fn xml(
    bytes: &[u8],
    charset: Option<String>,
    expected: Option<SoapVersion>,
    rest: bool,
) -> Result<Payload, FormatError> {
    let document = crate::xml::parse_bytes(bytes, charset.as_deref(), &Limits::default())?;
    let soap = soap::version(&document);
    match (expected, soap) {
        (Some(expected), Some(found)) if expected != found => {
            return Err(FormatError::SoapVersion { expected: expected.word(), found: found.word() });
        }
        (Some(expected), None) if !rest => {
            return Err(FormatError::SoapVersion { expected: expected.word(), found: "no envelope" });
        }
        _ => {}
    }
    Ok(Payload::Xml(XmlPayload { document: document.into(), soap, charset: charset.map(Into::into) }))
}

fn json(bytes: &[u8], charset: Option<&str>) -> Result<Payload, FormatError> {
    Ok(Payload::Json(JsonPayload::parse(&charset::decode(bytes, charset)?)?))
}

/// Text. Where no charset is named, what is not UTF-8 stays bytes: it can still be passed on.
fn text(bytes: Bytes, charset: Option<&str>) -> Result<Payload, FormatError> {
    match charset::decode(&bytes, charset) {
        Ok(text) => Ok(Payload::Text(text.into())),
        Err(_) if charset.is_none() => Ok(Payload::Bytes(bytes)),
        Err(error) => Err(error),
    }
}
