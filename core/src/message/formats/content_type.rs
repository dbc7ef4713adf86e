//! The content type of what is written (message-and-expressions.md §5.2, §5.3).

use super::charset::Charset;
use super::write::wanted;
use super::{FormatError, Formatter, Kind};
use crate::message::{Axis2Entry, FORM, Message, Payload, SoapVersion};

/// The type set as `ContentType`.
pub(super) fn configured(message: &Message) -> Option<String> {
    text(message, "ContentType")
}

fn text(message: &Message, name: &str) -> Option<String> {
    match message.axis2.entry(name) {
        Axis2Entry::Set(value) => Some(value.text().into_owned()),
        _ => None,
    }
}

/// The format of the content type that the message came with.
pub(super) fn received(message: &Message) -> Kind {
    message.media_type().map_or(Kind::Opaque, |media_type| Kind::of(&media_type))
}

/// The charset to write in: `CHARACTER_SET_ENCODING` when the configuration set it, else UTF-8.
pub(super) fn charset(message: &Message) -> Result<Charset, FormatError> {
    match text(message, "CHARACTER_SET_ENCODING") {
        Some(name) => Charset::named(&name),
        None => Ok(Charset::UTF_8),
    }
}

/// The content type for a formatter that `messageType` or the payload chose; `None` when what was received fits.
pub(super) fn of(formatter: Formatter, message: &Message, charset: &Charset) -> Option<String> {
    let configured = configured(message);
    // As messageType, a type without a formatter relays: ContentType stands as it is (§5.2).
    let relays =
        wanted(message).is_none() && matches!(message.axis2.entry("messageType"), Axis2Entry::Set(_));
    if relays && configured.is_some() {
        return configured;
    }
    let base = match formatter {
        Formatter::Soap(_) => None,
        Formatter::Form => None,
        Formatter::Xml => configured.filter(|name| !name.contains("application/soap+xml")),
        Formatter::Json | Formatter::Text => configured,
    };
    let base = base.or_else(|| asked_for(formatter, message));
    match base {
        Some(base) => Some(with_charset(&base, message, charset)),
        None => from_received(formatter, message, charset),
    }
}

/// The type set as `messageType` where it is one of the formatter's own.
fn asked_for(formatter: Formatter, message: &Message) -> Option<String> {
    let name = text(message, "messageType")?;
    let fits = match formatter {
        Formatter::Xml => Kind::of(&name) == Kind::Xml,
        Formatter::Json => Kind::of(&name) == Kind::Json,
        Formatter::Text => Kind::of(&name) == Kind::Text,
        Formatter::Soap(_) | Formatter::Form => false,
    };
    fits.then_some(name)
}

/// The type as received where it still fits, else the formatter's own.
fn from_received(formatter: Formatter, message: &Message, charset: &Charset) -> Option<String> {
    let kind = received(message);
    let is_bare = !matches!(&message.payload, Payload::Xml(xml) if xml.soap.is_some());
    let fits = wanted(message).is_none()
        && match formatter {
            Formatter::Xml => is_bare && matches!(kind, Kind::Xml | Kind::Soap11),
            Formatter::Json => kind == Kind::Json,
            Formatter::Text => kind == Kind::Text,
            Formatter::Soap(_) | Formatter::Form => false,
        };
    let base = message.content_type().filter(|_| fits);
    let Some(base) = base else { return Some(plain(formatter, message, charset)) };
    let is_utf8 = |name: &str| name.eq_ignore_ascii_case("utf-8");
    let untouched = matches!(message.payload, Payload::Json(_) | Payload::Text(_));
    if untouched && is_utf8(&charset.name) && message.charset().is_none_or(|name| is_utf8(&name)) {
        return None;
    }
    Some(with_charset(&base, message, charset))
}

/// The formatter's own type.
pub(super) fn plain(formatter: Formatter, message: &Message, charset: &Charset) -> String {
    let media_type = match formatter {
        Formatter::Soap(version) => version.media_type(),
        Formatter::Xml => "application/xml",
        Formatter::Json => "application/json",
        Formatter::Form => FORM,
        Formatter::Text => "text/plain",
    };
    let mut content_type = with_charset(media_type, message, charset);
    if formatter == Formatter::Soap(SoapVersion::Soap12)
        && let Some(action) = message.action().filter(|action| !action.contains(['"', '\\']))
    {
        content_type.push_str("; action=\"");
        content_type.push_str(action);
        content_type.push('"');
    }
    content_type
}

/// A type with this charset instead of its own, or with none when `setCharacterEncoding` is `false`.
fn with_charset(content_type: &str, message: &Message, charset: &Charset) -> String {
    let is_charset = |part: &&str| {
        part.split_once('=').is_some_and(|(name, _)| name.trim().eq_ignore_ascii_case("charset"))
    };
    let mut written = String::with_capacity(content_type.len() + 16);
    for part in content_type.split(';').filter(|part| !is_charset(part)) {
        if !written.is_empty() {
            written.push_str("; ");
        }
        written.push_str(part.trim());
    }
    let suppressed = text(message, "setCharacterEncoding").is_some_and(|text| text == "false");
    if !suppressed {
        written.push_str("; charset=");
        written.push_str(&charset.name);
    }
    written
}
