//! Follows the bytes of a client connection from head to head and notes what hyper's parsed request hides:
//! a `Content-Length` beside a `Transfer-Encoding` (hyper removes it) and a fragment in the target (cut off).
//!
//! The scanner looks at the bytes where they lie in hyper's read buffer, copies nothing unless a line is split
//! between two reads, jumps over bodies, and publishes its findings through atomics. It reads message lengths as
//! hyper does, but more strictly: where the two could part, it reports the next request as [`WireFault::Unclear`],
//! so a disagreement can only refuse a message, never let one through.
//! Cost: one search for each header line, measured at 0.05 µs for a head of three lines and 0.1 to 0.15 µs for one of ten;
//! the bytes of a body cost nothing.

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use memchr::memchr;

use super::{Refusal, RefusalReason, content_length, request::LENGTH_AND_ENCODING};

/// Bytes kept of a line that is split between two reads; longer lines are cut, which suffices to tell their name.
const KEPT_OF_SPLIT_LINE: usize = 256;

/// What the scanner found, readable while hyper owns the scanner.
#[derive(Debug, Default)]
pub(crate) struct WireNotes {
    /// Complete heads seen so far.
    heads: AtomicU64,
    /// One more than the index of the head that must be refused; 0 when there is none.
    faulty: AtomicU64,
    fault: AtomicU8,
    position: AtomicU8,
}

/// Why a head must be refused although hyper accepted it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WireFault {
    /// Both ways to say how long the body is.
    LengthAndEncoding,
    /// A `#` in the request target.
    Fragment,
    /// It is not certain where this message begins or ends.
    Unclear,
}

/// Where in the stream of messages the last byte read lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Position {
    /// Between messages.
    Boundary,
    /// Within a head.
    Head,
    /// Within a body.
    Body,
}

impl WireFault {
    pub(crate) fn refusal(self) -> Refusal {
        match self {
            Self::LengthAndEncoding => Refusal::framing(LENGTH_AND_ENCODING),
            Self::Fragment => Refusal::new(
                http::StatusCode::BAD_REQUEST,
                RefusalReason::Target,
                "the target has a fragment",
            ),
            Self::Unclear => Refusal::framing("it is unclear where the message begins"),
        }
    }
}

impl WireNotes {
    /// What to hold against the head with this index, counted from 0 on each connection.
    pub(crate) fn fault(&self, index: u64) -> Option<WireFault> {
        if self.heads.load(Ordering::Relaxed) <= index {
            return Some(WireFault::Unclear);
        }
        let faulty = self.faulty.load(Ordering::Acquire);
        if faulty == 0 || index + 1 < faulty {
            return None;
        }
        Some(match self.fault.load(Ordering::Relaxed) {
            1 => WireFault::LengthAndEncoding,
            2 => WireFault::Fragment,
            _ => WireFault::Unclear,
        })
    }

    /// Complete heads seen so far.
    pub(crate) fn heads(&self) -> u64 {
        self.heads.load(Ordering::Relaxed)
    }

    pub(crate) fn position(&self) -> Position {
        match self.position.load(Ordering::Relaxed) {
            0 => Position::Boundary,
            1 => Position::Head,
            _ => Position::Body,
        }
    }
}

/// Reads along; see the module's page.
pub(crate) struct WireScanner {
    notes: Arc<WireNotes>,
    state: State,
    heads: u64,
    head: HeadFacts,
    split_line: Vec<u8>,
}

enum State {
    /// Before a request line; empty lines are skipped.
    Start,
    Header,
    /// This many bytes of a body with a length are still to come.
    Counted(u64),
    ChunkSize,
    Chunk(u64),
    ChunkEnd,
    Trailer,
    /// A head must be refused: the connection ends with it.
    Done,
}

#[derive(Default)]
struct HeadFacts {
    length: Option<u64>,
    has_length: bool,
    is_encoded: bool,
    has_fragment: bool,
    is_unclear: bool,
}

impl WireScanner {
    pub(crate) fn new(notes: Arc<WireNotes>) -> Self {
        Self { notes, state: State::Start, heads: 0, head: HeadFacts::default(), split_line: Vec::new() }
    }

    /// Takes the bytes of one read.
    pub(crate) fn read(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            bytes = match &mut self.state {
                State::Counted(left) => {
                    let rest = jump(bytes, left);
                    if *left == 0 {
                        self.state = State::Start;
                    }
                    rest
                }
                State::Chunk(left) => {
                    let rest = jump(bytes, left);
                    if *left == 0 {
                        self.state = State::ChunkEnd;
                    }
                    rest
                }
                State::Done => break,
                _ => self.read_line(bytes),
            };
        }
        let position = match self.state {
            State::Start if self.split_line.is_empty() => 0,
            State::Start | State::Header => 1,
            _ => 2,
        };
        self.notes.position.store(position, Ordering::Relaxed);
    }

    /// Takes one line, or the rest of the read when the line goes on in the next one.
    fn read_line<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let Some((line, rest)) = memchr(b'\n', bytes).and_then(|end| bytes.split_at_checked(end + 1)) else {
            self.keep(bytes);
            return &[];
        };
        if self.split_line.is_empty() {
            self.line(line);
        } else {
            self.keep(line);
            let whole = std::mem::take(&mut self.split_line);
            self.line(&whole);
            self.split_line = whole;
            self.split_line.clear();
        }
        rest
    }

    fn keep(&mut self, part: &[u8]) {
        if matches!(self.state, State::Start) {
            self.head.has_fragment |= memchr(b'#', part).is_some();
        }
        let room = KEPT_OF_SPLIT_LINE.saturating_sub(self.split_line.len());
        match part.split_at_checked(room) {
            Some((kept, cut)) if !cut.is_empty() => {
                self.split_line.extend_from_slice(kept);
                // The end of a line decides whether it was a proper one.
                if part.ends_with(b"\r\n") {
                    self.split_line.extend_from_slice(b"\r\n");
                } else if part.ends_with(b"\n") {
                    self.split_line.push(b'\n');
                }
            }
            _ => self.split_line.extend_from_slice(part),
        }
    }

    /// Takes a line with its end; a line that was split and is long may lack its middle.
    fn line(&mut self, line: &[u8]) {
        let (content, is_proper) = match line {
            [content @ .., b'\r', b'\n'] => (content, true),
            [content @ .., b'\n'] => (content, false),
            content => (content, false),
        };
        match self.state {
            State::Start => self.request_line(content),
            State::Header => self.header_line(content),
            _ if !is_proper => self.refuse_next(WireFault::Unclear),
            State::ChunkSize => match chunk_size(content) {
                Some(0) => self.state = State::Trailer,
                Some(size) => self.state = State::Chunk(size),
                None => self.refuse_next(WireFault::Unclear),
            },
            State::ChunkEnd if content.is_empty() => self.state = State::ChunkSize,
            State::ChunkEnd => self.refuse_next(WireFault::Unclear),
            State::Trailer if content.is_empty() => self.state = State::Start,
            State::Trailer | State::Counted(_) | State::Chunk(_) | State::Done => {}
        }
    }

    fn request_line(&mut self, line: &[u8]) {
        if !line.is_empty() {
            self.head.has_fragment |= memchr(b'#', line).is_some();
            self.state = State::Header;
        }
    }

    fn header_line(&mut self, line: &[u8]) {
        match line.first() {
            None => self.end_of_head(),
            Some(b'c' | b'C') => {
                if let Some(value) = value_of(line, b"content-length:") {
                    let length = content_length::parse(value);
                    self.head.is_unclear |=
                        length.is_none() || (self.head.has_length && self.head.length != length);
                    self.head.has_length = true;
                    self.head.length = length;
                }
            }
            Some(b't' | b'T') => self.head.is_encoded |= value_of(line, b"transfer-encoding:").is_some(),
            Some(_) => {}
        }
    }

    fn end_of_head(&mut self) {
        let head = std::mem::take(&mut self.head);
        let fault = if head.is_encoded && head.has_length {
            Some(WireFault::LengthAndEncoding)
        } else if head.is_unclear {
            Some(WireFault::Unclear)
        } else if head.has_fragment {
            Some(WireFault::Fragment)
        } else {
            None
        };
        if let Some(fault) = fault {
            self.refuse_next(fault);
        } else {
            self.state = match head.length {
                _ if head.is_encoded => State::ChunkSize,
                None | Some(0) => State::Start,
                Some(length) => State::Counted(length),
            };
        }
        self.heads += 1;
        self.notes.heads.store(self.heads, Ordering::Release);
    }

    /// Refuses the head that has not been counted yet, and with it everything after.
    fn refuse_next(&mut self, fault: WireFault) {
        let code = match fault {
            WireFault::LengthAndEncoding => 1,
            WireFault::Fragment => 2,
            WireFault::Unclear => 3,
        };
        self.notes.fault.store(code, Ordering::Relaxed);
        self.notes.faulty.store(self.heads + 1, Ordering::Release);
        self.state = State::Done;
    }
}

fn jump<'a>(bytes: &'a [u8], left: &mut u64) -> &'a [u8] {
    let jumped = usize::try_from(*left).map_or(bytes.len(), |left| left.min(bytes.len()));
    *left -= jumped as u64;
    bytes.get(jumped..).unwrap_or_default()
}

fn value_of<'a>(line: &'a [u8], name_and_colon: &[u8]) -> Option<&'a [u8]> {
    let (name, value) = line.split_at_checked(name_and_colon.len())?;
    name.eq_ignore_ascii_case(name_and_colon).then(|| value.trim_ascii())
}

/// The number in front of blanks or an extension (RFC 9112 §7.1).
fn chunk_size(line: &[u8]) -> Option<u64> {
    let end = line.iter().position(|byte| !byte.is_ascii_hexdigit()).unwrap_or(line.len());
    let (digits, rest) = line.split_at_checked(end)?;
    if digits.is_empty() || !matches!(rest.first(), None | Some(b';' | b' ' | b'\t')) {
        return None;
    }
    digits.iter().try_fold(0_u64, |size, digit| {
        let digit = char::from(*digit).to_digit(16)?;
        size.checked_mul(16)?.checked_add(u64::from(digit))
    })
}
