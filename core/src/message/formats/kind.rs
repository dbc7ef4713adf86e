//! What a media type means to us.

/// The formats that payloads are read and written in, by media type (message-and-expressions.md §4.1, §5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `text/xml`: a SOAP 1.1 envelope, or plain XML when the exchange is REST.
    Soap11,
    /// `application/soap+xml`.
    Soap12,
    /// `application/xml`, and everything that ends with `+xml`.
    Xml,
    /// `application/json`, and everything that ends with `+json`.
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// `text/plain`.
    Text,
    /// Everything else: bytes that are passed on as they are. As `messageType`, `text/html` and others without a
    /// formatter ask for just that: it is the idiom of relays (message-and-expressions.md §5.2).
    Opaque,
}

impl Kind {
    /// The format of a content type; parameters and case do not matter.
    pub fn of(content_type: &str) -> Kind {
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        let is = |name: &str| media_type.eq_ignore_ascii_case(name);
        let ends = |suffix: &str| {
            let at = media_type.len().checked_sub(suffix.len());
            at.and_then(|at| media_type.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case(suffix))
        };
        if is("text/xml") {
            Kind::Soap11
        } else if is("application/soap+xml") {
            Kind::Soap12
        } else if is("application/json") || is("text/json") || ends("+json") {
            Kind::Json
        } else if is(super::super::FORM) {
            Kind::Form
        } else if is("text/plain") {
            Kind::Text
        } else if is("application/xop+xml") {
            // A part of a multipart message; alone it is none.
            Kind::Opaque
        } else if is("application/xml") || ends("+xml") {
            Kind::Xml
        } else {
            Kind::Opaque
        }
    }
}
