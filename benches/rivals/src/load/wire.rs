//! HTTP/1.1 messages as they come in, on either side: where they end, and the little of them that matters here.

use anyhow::{Result, bail};

/// A message that comes in, piece by piece.
#[derive(Debug, Default)]
pub(crate) struct Incoming {
    head: Vec<u8>,
    part: Part,
    /// What the head said, once it is complete.
    pub(crate) said: Said,
    /// How many bytes of the body came.
    pub(crate) body: u64,
}

/// What a head says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    /// The status of an answer; 0 for a request.
    pub(crate) status: u16,
    /// The header `X-Answer` of a request: what the back end shall answer.
    pub(crate) answer: Option<String>,
    /// Name and value of the last cookie that an answer sets.
    pub(crate) cookie: Option<String>,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum Part {
    #[default]
    Head,
    Length(u64),
    Chunked(Chunk),
    Whole,
}

/// Where in a chunked body the next byte is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chunk {
    Size(u64),
    Extension(u64),
    Data(u64),
    AfterData,
    /// The length so far of a line after the last chunk.
    Trailer(u32),
}

/// No head is longer here.
const LONGEST_HEAD: usize = 16 * 1024;
const MOST_HEADERS: usize = 128;

impl Incoming {
    /// Takes bytes; returns how many belong to this message.
    ///
    /// # Errors
    /// This is no HTTP/1.1.
    pub(crate) fn take(&mut self, input: &[u8]) -> Result<usize> {
        let mut used = 0;
        while used < input.len() && self.part != Part::Whole {
            used += self.step(&input[used..])?;
        }
        Ok(used)
    }

    /// Whether the message is complete.
    pub(crate) fn is_whole(&self) -> bool {
        self.part == Part::Whole
    }

    /// Begins with the next message.
    pub(crate) fn reset(&mut self) {
        self.head.clear();
        self.part = Part::Head;
        self.said = Said::default();
        self.body = 0;
    }

    fn step(&mut self, input: &[u8]) -> Result<usize> {
        match &mut self.part {
            Part::Head => self.take_head(input),
            Part::Length(left) => {
                let taken = (*left).min(input.len() as u64);
                *left -= taken;
                self.body += taken;
                if *left == 0 {
                    self.part = Part::Whole;
                }
                Ok(taken as usize)
            }
            Part::Chunked(chunk) => {
                let (taken, next) = chunk.step(input, &mut self.body)?;
                self.part = next.map_or(Part::Whole, Part::Chunked);
                Ok(taken)
            }
            Part::Whole => Ok(0),
        }
    }

    fn take_head(&mut self, input: &[u8]) -> Result<usize> {
        let before = self.head.len();
        // The end may lie across the border of what came before and what comes now.
        let from = before.saturating_sub(3);
        self.head.extend_from_slice(input);
        let Some(end) = self.head[from..].windows(4).position(|four| four == b"\r\n\r\n") else {
            if self.head.len() > LONGEST_HEAD {
                bail!("a head of more than {LONGEST_HEAD} bytes");
            }
            return Ok(input.len());
        };
        let end = from + end + 4;
        self.head.truncate(end);
        self.read_head()?;
        Ok(end - before)
    }

    fn read_head(&mut self) -> Result<()> {
        let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
        if self.head.starts_with(b"HTTP/") {
            let mut answer = httparse::Response::new(&mut headers);
            answer.parse(&self.head)?;
            self.said.status = answer.code.unwrap_or_default();
        } else {
            httparse::Request::new(&mut headers).parse(&self.head)?;
        }
        let mut part = Part::Whole;
        for header in headers.iter().take_while(|header| !header.name.is_empty()) {
            let value = String::from_utf8_lossy(header.value);
            let name = header.name;
            if name.eq_ignore_ascii_case("content-length") {
                let length: u64 = value.trim().parse()?;
                part = if length == 0 { Part::Whole } else { Part::Length(length) };
            } else if name.eq_ignore_ascii_case("transfer-encoding") {
                part = Part::Chunked(Chunk::Size(0));
            } else if name.eq_ignore_ascii_case("x-answer") {
                self.said.answer = Some(value.into_owned());
            } else if name.eq_ignore_ascii_case("set-cookie") {
                self.said.cookie = value.split(';').next().map(|cookie| cookie.trim().to_owned());
            }
        }
        self.part = part;
        Ok(())
    }
}

impl Chunk {
    /// How many bytes it took, and what comes next: nothing when the body is complete.
    fn step(self, input: &[u8], body: &mut u64) -> Result<(usize, Option<Self>)> {
        if let Self::Data(left) = self {
            let taken = left.min(input.len() as u64);
            *body += taken;
            let next = if taken == left { Self::AfterData } else { Self::Data(left - taken) };
            return Ok((taken as usize, Some(next)));
        }
        let byte = input[0];
        let after_size = |size| if size == 0 { Self::Trailer(0) } else { Self::Data(size) };
        let next = match (self, byte) {
            (Self::Size(size) | Self::Extension(size), b'\n') => after_size(size),
            (Self::Size(size), b';' | b' ' | b'\r') => Self::Extension(size),
            (Self::Size(size), digit) => match (digit as char).to_digit(16) {
                Some(digit) if size < 1 << 48 => Self::Size(size * 16 + u64::from(digit)),
                _ => bail!("a wrong size of a chunk"),
            },
            (Self::Extension(size), _) => Self::Extension(size),
            (Self::AfterData, b'\n') => Self::Size(0),
            (Self::AfterData, b'\r') => Self::AfterData,
            (Self::Trailer(0), b'\n') => return Ok((1, None)),
            (Self::Trailer(_), b'\n') => Self::Trailer(0),
            (Self::Trailer(length), b'\r') => Self::Trailer(length),
            (Self::Trailer(length), _) => Self::Trailer(length.saturating_add(1)),
            (Self::AfterData | Self::Data(_), _) => bail!("a chunk without its end"),
        };
        Ok((1, Some(next)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes a text in pieces of each length, and returns what was left and how long the body was.
    fn read(text: &str) -> (Said, u64, usize) {
        let mut seen = Vec::new();
        for piece in 1..=text.len() {
            let mut incoming = Incoming::default();
            let mut left = text.len();
            for part in text.as_bytes().chunks(piece) {
                left -= incoming.take(part).unwrap();
            }
            assert!(incoming.is_whole(), "in pieces of {piece}");
            seen.push((incoming.said.clone(), incoming.body, left));
        }
        assert!(seen.iter().all(|one| *one == seen[0]));
        seen.remove(0)
    }

    #[test]
    fn messages_end_where_rfc_9112_says() {
        let (said, body, left) =
            read("HTTP/1.1 200 OK\r\ncontent-length: 5\r\nSet-Cookie: A=b; Path=/\r\n\r\nhelloHTTP/1.1");
        assert_eq!((said.status, said.cookie.as_deref(), body, left), (200, Some("A=b"), 5, 8));
        let (said, body, left) = read("GET / HTTP/1.1\r\nX-Answer: small\r\n\r\n");
        assert_eq!((said.answer.as_deref(), body, left), (Some("small"), 0, 0));
        let (_, body, left) = read(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na;x=1\r\n0123456789\r\n1\r\nx\r\n0\r\nA: b\r\n\r\nX",
        );
        assert_eq!((body, left), (11, 1));
    }

    #[test]
    fn what_is_no_http_is_an_error() {
        assert!(Incoming::default().take(b"nothing here\r\n\r\n").is_err());
        let mut incoming = Incoming::default();
        assert!(incoming.take(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nxyz").is_err());
    }
}
