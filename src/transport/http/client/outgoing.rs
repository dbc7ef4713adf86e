//! A request for a member: the headers of the message that it is made of, and what changes in them.

use std::borrow::Cow;

use ::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, Version};
use sinew_core::message::Body;

use crate::transport::http::codec::{write_line, write_request_line};
use crate::transport::http::framing::is_hop_by_hop;
use crate::transport::http::{CloseAfter, ForceHttp10};

/// A request for a member. Its headers may be borrowed: the message that they belong to keeps them for its fault handlers, and
/// nothing is copied but into the bytes that are sent.
#[derive(Debug)]
pub struct Outgoing<'h> {
    /// The method.
    pub method: Method,
    /// What stands on the request line: path and query, or an absolute address when the member is a proxy.
    pub uri: Uri,
    /// The headers as they came.
    pub headers: Cow<'h, HeaderMap>,
    /// What is different when they are sent.
    pub edits: HeaderEdits,
    /// The body; its size decides how it is framed.
    pub body: Body,
    /// It is sent as HTTP/1.0, and its body must be of a known length.
    pub is_http_10: bool,
    /// The connection is closed after the answer, and the member is told so.
    pub closes: bool,
}

impl Outgoing<'_> {
    /// The version on the wire.
    pub(super) fn version(&self) -> Version {
        if self.is_http_10 { Version::HTTP_10 } else { Version::HTTP_11 }
    }

    /// The value that a header will have, the first of a repeated one.
    pub(super) fn header(&self, name: &HeaderName) -> Option<&HeaderValue> {
        match self.edits.find(name) {
            Some(edit) => edit.as_ref(),
            None => self.headers.get(name),
        }
    }

    /// Writes the head. Headers of the connection that the message came over, and of its framing, are left out, unless the
    /// edits set them.
    pub(super) fn write_head(&self, out: &mut Vec<u8>) {
        write_request_line(out, &self.method, &self.uri, self.version());
        for (name, value) in self.edits.set() {
            write_line(out, name.as_str().as_bytes(), value.as_bytes());
        }
        for (name, value) in &*self.headers {
            if !is_of_connection(name) && self.edits.find(name).is_none() {
                write_line(out, name.as_str().as_bytes(), value.as_bytes());
            }
        }
        out.extend_from_slice(b"\r\n");
    }

    /// The request with its edits made, for whoever looks at it without sending it.
    pub fn into_request(self) -> Request<Body> {
        let mut headers = self.headers.into_owned();
        for (name, value) in self.edits.0 {
            match value {
                Some(value) => drop(headers.insert(name, value)),
                None => drop(headers.remove(name)),
            }
        }
        let mut request = Request::new(self.body);
        *request.method_mut() = self.method;
        *request.uri_mut() = self.uri;
        *request.headers_mut() = headers;
        request
    }
}

impl From<Request<Body>> for Outgoing<'static> {
    /// See [`CloseAfter`] and [`ForceHttp10`].
    fn from(request: Request<Body>) -> Self {
        let (head, body) = request.into_parts();
        Self {
            method: head.method,
            uri: head.uri,
            headers: Cow::Owned(head.headers),
            edits: HeaderEdits::default(),
            body,
            is_http_10: head.extensions.get::<ForceHttp10>().is_some(),
            closes: head.extensions.get::<CloseAfter>().is_some(),
        }
    }
}

fn is_of_connection(name: &HeaderName) -> bool {
    is_hop_by_hop(name) || [::http::header::CONTENT_LENGTH, ::http::header::EXPECT].contains(name)
}

/// Headers that are set or removed. What is said last of a name counts. They are few, and compared one by one.
#[derive(Debug, Default)]
pub struct HeaderEdits(Vec<(HeaderName, Option<HeaderValue>)>);

impl HeaderEdits {
    /// Sets a header: the message has it once, with this value.
    pub fn insert(&mut self, name: HeaderName, value: HeaderValue) {
        self.put(name, Some(value));
    }

    /// Removes a header.
    pub fn remove(&mut self, name: HeaderName) {
        self.put(name, None);
    }

    fn put(&mut self, name: HeaderName, value: Option<HeaderValue>) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) => *known = value,
            None => self.0.push((name, value)),
        }
    }

    /// What is said of a header, if anything is: its value, or that it is removed.
    fn find(&self, name: &HeaderName) -> Option<&Option<HeaderValue>> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    fn set(&self) -> impl Iterator<Item = (&HeaderName, &HeaderValue)> {
        self.0.iter().filter_map(|(name, value)| Some((name, value.as_ref()?)))
    }
}
