//! Reading bytes from the front, with the place where each is.

use super::WireError;

/// A position in data. Reading beyond the end is an error that names the part.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    /// Where `bytes` begins in the data that the errors speak of.
    offset: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, offset: 0 }
    }

    /// For data that begins somewhere within other data.
    pub(super) fn at(bytes: &'a [u8], offset: usize) -> Self {
        Self { bytes, offset }
    }

    pub(super) fn offset(&self) -> usize {
        self.offset
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.bytes
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(super) fn take(&mut self, length: usize, part: &'static str) -> Result<&'a [u8], WireError> {
        let Some((taken, rest)) = self.bytes.split_at_checked(length) else {
            return Err(WireError::Truncated { offset: self.offset, part });
        };
        self.bytes = rest;
        self.offset = self.offset.saturating_add(length);
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self, part: &'static str) -> Result<[u8; N], WireError> {
        let truncated = WireError::Truncated { offset: self.offset, part };
        self.take(N, part)?.try_into().map_err(|_| truncated)
    }

    pub(super) fn u8(&mut self, part: &'static str) -> Result<u8, WireError> {
        self.array::<1>(part).map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self, part: &'static str) -> Result<u16, WireError> {
        self.array(part).map(u16::from_be_bytes)
    }

    pub(super) fn u32(&mut self, part: &'static str) -> Result<u32, WireError> {
        self.array(part).map(u32::from_be_bytes)
    }

    pub(super) fn i32(&mut self, part: &'static str) -> Result<i32, WireError> {
        self.array(part).map(i32::from_be_bytes)
    }

    pub(super) fn i64(&mut self, part: &'static str) -> Result<i64, WireError> {
        self.array(part).map(i64::from_be_bytes)
    }

    /// A four-byte length of at most `limit`.
    pub(super) fn length(&mut self, limit: usize, part: &'static str) -> Result<usize, WireError> {
        let offset = self.offset;
        let length = self.i32(part)?;
        let wrong = WireError::Length { offset, part, length: length.into() };
        usize::try_from(length).ok().filter(|&length| length <= limit).ok_or(wrong)
    }

    /// A four-byte length of at most `limit`, and that many bytes.
    pub(super) fn prefixed(&mut self, limit: usize, part: &'static str) -> Result<&'a [u8], WireError> {
        let length = self.length(limit, part)?;
        self.take(length, part)
    }

    /// Bytes that are always the same.
    pub(super) fn expect(&mut self, expected: &[u8], part: &'static str) -> Result<(), WireError> {
        let offset = self.offset;
        if self.take(expected.len(), part)? == expected {
            Ok(())
        } else {
            Err(WireError::Unexpected { offset, part })
        }
    }

    /// Nothing may follow.
    pub(super) fn end(&self, part: &'static str) -> Result<(), WireError> {
        if self.is_empty() { Ok(()) } else { Err(WireError::Excess { offset: self.offset, part }) }
    }
}

/// Appends a four-byte length and the bytes.
pub(super) fn put_prefixed(to: &mut Vec<u8>, bytes: &[u8]) {
    // Nothing that is written comes near this size: records have 65,535 bytes and frames a mebibyte.
    let length = i32::try_from(bytes.len()).expect("data of less than two gibibytes");
    to.extend(length.to_be_bytes());
    to.extend(bytes);
}
