//! What clients ask, and how often.

use super::outgoing::Message;

/// What clients do.
#[derive(Clone, Debug)]
pub(crate) struct Traffic {
    /// How many of them there are.
    pub(crate) connections: usize,
    /// How they go on.
    pub(crate) pace: Pace,
    /// Whether they speak TLS.
    pub(crate) tls: bool,
    /// What they ask.
    pub(crate) request: Request,
}

/// How a client goes on after an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pace {
    /// With the next request.
    Again,
    /// With a new connection.
    NewConnection,
    /// As many requests a second as this, of all clients together.
    Rate(u32),
    /// With the next request, until so many were answered.
    Times(u64),
    /// Not at all.
    Once,
}

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// Its path.
    pub(crate) path: String,
    /// What the back end shall answer.
    pub(crate) answer: String,
    /// How long the body of the answer is.
    pub(crate) answer_bytes: u64,
    /// What it posts, if anything.
    pub(crate) body: Option<Body>,
    /// Whether the cookie that an answer sets goes with the next request.
    pub(crate) sticky: bool,
    /// How many headers there are besides the usual eight.
    pub(crate) more_headers: usize,
}

/// What a request posts.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    /// So many bytes of no meaning.
    Bytes(u64),
    /// A text with its media type.
    Text(String, &'static str),
}

impl Request {
    /// A GET for a small answer.
    pub(crate) fn small(path: &str) -> Self {
        let (path, answer) = (path.to_owned(), "small".to_owned());
        Self { path, answer, answer_bytes: 128, body: None, sticky: false, more_headers: 0 }
    }

    /// A GET for an answer of a size.
    pub(crate) fn sized(path: &str, bytes: u64) -> Self {
        Self { answer: format!("sized:{bytes}"), answer_bytes: bytes, ..Self::small(path) }
    }

    /// As it goes out, with eight headers.
    pub(super) fn message(&self, cookie: Option<&str>) -> Message {
        let method = if self.body.is_some() { "POST" } else { "GET" };
        let mut head = format!(
            "{method} {} HTTP/1.1\r\nHost: shop.example.org\r\n\
             User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n\
             Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\n\
             Accept-Language: en-US,en;q=0.5\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n\
             Referer: http://shop.example.org/catalogue/books/index.html?page=4&sort=title\r\n\
             X-Request-Id: 4bf92f3577b34da6a3ce929d0e0e4736\r\nX-Answer: {}\r\n",
            self.path, self.answer
        );
        let mut bulk = 0;
        let mut text = "";
        match &self.body {
            None => {}
            Some(Body::Bytes(length)) => {
                head += &format!("Content-Type: application/octet-stream\r\nContent-Length: {length}\r\n");
                bulk = *length;
            }
            Some(Body::Text(body, kind)) => {
                head += &format!("Content-Type: {kind}\r\nContent-Length: {}\r\n", body.len());
                text = body;
            }
        }
        for number in 0..self.more_headers {
            head += &format!("X-Header-{number}: the value of header {number}\r\n");
        }
        if let Some(cookie) = cookie {
            head += &format!("Cookie: {cookie}\r\n");
        }
        head += "\r\n";
        head += text;
        Message { start: head.into_bytes().into(), bulk }
    }
}
