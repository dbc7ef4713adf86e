//! What heads of requests and answers have in common: their end, their limits, and their header lines.

use std::mem::MaybeUninit;

use ::http::{HeaderMap, HeaderValue};
use bytes::{Buf, Bytes, BytesMut};
use httparse::{Header, Status};
use memchr::memchr_iter;

use super::names::header_name;

/// Why bytes are no head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HeadFault {
    /// They break the grammar of RFC 9112.
    #[error("the head is not HTTP")]
    Malformed,
    /// The head is longer, or has more lines, than the limits allow.
    #[error("the head is over a limit")]
    TooLarge,
    /// The target of a request is longer than any that is served.
    #[error("the target is too long")]
    TargetTooLong,
}

/// A head of which a part has arrived. It remembers how much was looked at, so that a head that comes byte by byte is not
/// read from its beginning for every byte.
#[derive(Debug, Default)]
pub(crate) struct Unfinished {
    seen: usize,
}

impl Unfinished {
    /// Whether it is worth while to read the head now.
    pub(super) fn may_be_complete(&self, bytes: &[u8]) -> bool {
        if self.seen == 0 {
            return true;
        }
        let from = self.seen.saturating_sub(3);
        let new = bytes.get(from..).unwrap_or_default();
        memchr_iter(b'\n', new)
            .filter_map(|end| new.get(end + 1..))
            .any(|rest| rest.starts_with(b"\n") || rest.starts_with(b"\r\n"))
    }

    /// The head has not ended within these bytes.
    pub(super) fn note(&mut self, bytes: &[u8]) {
        self.seen = bytes.len();
    }
}

/// Takes a head off the front of the buffer when it is there completely. `parse` reads it, and says how long it is; `most` is
/// how long it may be.
pub(super) fn take_head<H>(
    buffer: &mut BytesMut,
    unfinished: &mut Unfinished,
    most: usize,
    parse: impl FnOnce(&[u8]) -> Result<Option<(usize, H)>, HeadFault>,
) -> Result<Option<H>, HeadFault> {
    if unfinished.may_be_complete(buffer)
        && let Some((length, head)) = parse(buffer)?
    {
        buffer.advance(length);
        *unfinished = Unfinished::default();
        return Ok(Some(head));
    }
    if buffer.len() >= most {
        return Err(HeadFault::TooLarge);
    }
    unfinished.note(buffer);
    Ok(None)
}

/// The bytes of a head that ended within its limit; `None` when it has not ended.
pub(super) fn whole(bytes: &[u8], status: Status<usize>, most: usize) -> Result<Option<&[u8]>, HeadFault> {
    match status {
        Status::Complete(length) if length > most => Err(HeadFault::TooLarge),
        Status::Complete(length) => Ok(bytes.get(..length)),
        Status::Partial => Ok(None),
    }
}

/// Lines for which no memory is allocated.
const FEW: usize = 100;

/// Room for as many header lines as are allowed.
pub(super) fn with_lines<'b, T>(most: usize, read: impl FnOnce(&mut [MaybeUninit<Header<'b>>]) -> T) -> T {
    if most <= FEW {
        let mut lines = [const { MaybeUninit::uninit() }; FEW];
        let (lines, _) = lines.split_at_mut(most);
        return read(lines);
    }
    let mut lines: Vec<MaybeUninit<Header<'b>>> =
        std::iter::repeat_with(MaybeUninit::uninit).take(most).collect();
    read(&mut lines)
}

impl From<httparse::Error> for HeadFault {
    fn from(error: httparse::Error) -> Self {
        match error {
            httparse::Error::TooManyHeaders => Self::TooLarge,
            _ => Self::Malformed,
        }
    }
}

/// How many headers are usually added on the way: a map that has no room for them is made anew.
const ADDED: usize = 4;

/// Makes a map of header lines that were found in `bytes`, of which `head` is a copy.
pub(super) fn collect(bytes: &[u8], head: &Bytes, lines: &[Header<'_>]) -> Result<HeaderMap, HeadFault> {
    let mut headers = HeaderMap::try_with_capacity(lines.len() + ADDED).map_err(|_| HeadFault::TooLarge)?;
    for line in lines {
        let name = header_name(line.name.as_bytes()).ok_or(HeadFault::Malformed)?;
        let value = HeaderValue::from_maybe_shared(part(bytes, head, line.value))
            .map_err(|_| HeadFault::Malformed)?;
        headers.try_append(name, value).map_err(|_| HeadFault::TooLarge)?;
    }
    Ok(headers)
}

/// The part of `head` that lies where `part` lies in `bytes`, of which `head` is a copy.
pub(super) fn part(bytes: &[u8], head: &Bytes, part: &[u8]) -> Bytes {
    let start = part.as_ptr().addr().wrapping_sub(bytes.as_ptr().addr());
    match start.checked_add(part.len()) {
        Some(end) if end <= head.len() => head.slice(start..end),
        // It lies elsewhere, which a parser has no reason for.
        _ => Bytes::copy_from_slice(part),
    }
}
