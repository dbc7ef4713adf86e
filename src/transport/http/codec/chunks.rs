//! The chunked transfer coding, read strictly (RFC 9112 §7.1, hardening.md §1.1).

use ::http::{HeaderName, HeaderValue};
use bytes::Buf;
use memchr::{memchr, memmem};

use super::BodyFault;

/// The most bytes of chunk extensions in one body; they are dropped.
const EXTENSIONS: usize = 16 * 1024;
/// The most bytes of trailers in one body; they are dropped.
const TRAILERS: usize = 16 * 1024;

const TRAILERS_TOO_LONG: BodyFault = BodyFault("the trailers are too long");

/// Where in the coding the next byte lies.
#[derive(Debug)]
pub(super) struct Chunks {
    place: Place,
    extensions: usize,
    trailers: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Size,
    /// So many bytes of the chunk are still to come.
    Data(u64),
    /// The end of the line behind the data of a chunk.
    DataEnd,
    Trailers,
    Ended,
}

/// What comes next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// At most so many bytes of data; never 0.
    Data(u64),
    /// More has to arrive.
    More,
    /// Nothing: the body has ended.
    End,
}

impl Chunks {
    pub(super) fn new() -> Self {
        Self { place: Place::Size, extensions: 0, trailers: 0 }
    }

    pub(super) fn is_ended(&self) -> bool {
        self.place == Place::Ended
    }

    /// So many bytes of data were taken from the buffer.
    pub(super) fn took(&mut self, count: u64) {
        if let Place::Data(left) = &mut self.place {
            *left = left.saturating_sub(count);
            if *left == 0 {
                self.place = Place::DataEnd;
            }
        }
    }

    /// Goes past what is no data.
    pub(super) fn next(&mut self, buffer: &mut &[u8]) -> Result<Next, BodyFault> {
        loop {
            match self.place {
                Place::Size => {
                    let Some(end) = end_of_line(buffer, EXTENSIONS)? else {
                        return match buffer.first() {
                            Some(byte) if !byte.is_ascii_hexdigit() => Err(BodyFault("a chunk has no size")),
                            _ => Ok(Next::More),
                        };
                    };
                    let (size, extension) = size(buffer.get(..end).unwrap_or_default())?;
                    self.extensions = self.extensions.saturating_add(extension);
                    if self.extensions > EXTENSIONS {
                        return Err(BodyFault("the chunk extensions are too long"));
                    }
                    buffer.advance(end + 2);
                    self.place = if size == 0 { Place::Trailers } else { Place::Data(size) };
                }
                Place::Data(left) => {
                    return Ok(if buffer.is_empty() { Next::More } else { Next::Data(left) });
                }
                Place::DataEnd => match (buffer.first(), buffer.get(1)) {
                    (Some(b'\r'), Some(b'\n')) => {
                        buffer.advance(2);
                        self.place = Place::Size;
                    }
                    (None, _) | (Some(b'\r'), None) => return Ok(Next::More),
                    _ => return Err(BodyFault("a chunk does not end with its line")),
                },
                Place::Trailers => {
                    // A line that only LF ends goes on, so that a section which never ends is ended by a time-out.
                    let Some(end) = memmem::find(buffer, b"\r\n") else {
                        return if buffer.len() > TRAILERS { Err(TRAILERS_TOO_LONG) } else { Ok(Next::More) };
                    };
                    let line = buffer.get(..end).unwrap_or_default();
                    let is_last = line.is_empty();
                    if !is_last && !is_header_line(line) {
                        return Err(BodyFault("a trailer is no header line"));
                    }
                    buffer.advance(end + 2);
                    self.trailers = self.trailers.saturating_add(end);
                    if self.trailers > TRAILERS {
                        return Err(TRAILERS_TOO_LONG);
                    }
                    if is_last {
                        self.place = Place::Ended;
                    }
                }
                Place::Ended => return Ok(Next::End),
            }
        }
    }
}

/// Where the first line ends, before its CR and LF. `None` when it goes on in bytes that are still to come.
fn end_of_line(buffer: &[u8], longest: usize) -> Result<Option<usize>, BodyFault> {
    let Some(end) = memchr(b'\n', buffer) else {
        // A few bytes more than the longest, for the size in front of an extension.
        let is_too_long = buffer.len() > longest + 32;
        return if is_too_long { Err(BodyFault("a line between chunks is too long")) } else { Ok(None) };
    };
    let end = end.checked_sub(1).ok_or(BodyFault("a line between chunks ends without CR"))?;
    let line = buffer.get(..end).unwrap_or_default();
    if buffer.get(end) != Some(&b'\r') || memchr(b'\r', line).is_some() {
        return Err(BodyFault("a line between chunks does not end with CR and LF"));
    }
    Ok(Some(end))
}

/// The size at the front of a line, and how long the extension behind it is.
fn size(line: &[u8]) -> Result<(u64, usize), BodyFault> {
    let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    let (digits, rest) = line.split_at_checked(digits).unwrap_or_default();
    let behind = rest.iter().find(|byte| !matches!(byte, b' ' | b'\t'));
    if digits.is_empty() || !matches!(behind, None | Some(b';')) {
        return Err(BodyFault("a chunk has no size"));
    }
    let size = digits.iter().try_fold(0_u64, |size, digit| {
        let digit = char::from(*digit).to_digit(16)?;
        size.checked_mul(16)?.checked_add(u64::from(digit))
    });
    Ok((size.ok_or(BodyFault("a chunk is larger than any body"))?, rest.len()))
}

fn is_header_line(line: &[u8]) -> bool {
    let Some((name, value)) = memchr(b':', line).and_then(|colon| line.split_at_checked(colon)) else {
        return false;
    };
    HeaderName::from_bytes(name).is_ok()
        && HeaderValue::from_bytes(value.get(1..).unwrap_or_default()).is_ok()
}
