//! Sealing and opening one datagram.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce};
use aws_lc_rs::rand;

use super::Keys;
use super::keys::Key;

/// The largest datagram over UDP and IPv4, in bytes.
pub const LARGEST: usize = 65_507;

/// What is in a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Content<'a> {
    /// The process that sends.
    pub sender: u64,
    /// Its count of datagrams.
    pub sequence: u64,
    /// Which part of the message this is, from 0.
    pub part: u8,
    /// How many parts the message has, at least 1.
    pub parts: u8,
    /// The part.
    pub bytes: &'a [u8],
}

/// Why a datagram is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// It is too short or too long to be one of ours.
    Size,
    /// It has another form.
    Version,
    /// It is of another group.
    Group,
    /// It is sealed with a key that we do not have.
    Key,
    /// It was changed, or made by somebody who does not have the key.
    Forged,
    /// It came from this process.
    Own,
    /// It was there before, or is too old to tell.
    Replayed,
    /// It is sealed rightly, and makes no sense.
    Malformed,
}

const VERSION: u8 = 1;
const HEADER: usize = 1 + 4 + 4 + NONCE_LEN;
const TAG: usize = 16;
/// The bytes of the content before the part.
const PREFIX: usize = 8 + 8 + 1 + 1;

impl Keys {
    /// A datagram with a content; `None` when the system has no random numbers.
    pub fn seal(&self, content: &Content<'_>) -> Option<Vec<u8>> {
        let key = self.ring.first()?;
        let mut nonce = [0; NONCE_LEN];
        rand::fill(&mut nonce).ok()?;
        let mut header = Vec::with_capacity(HEADER + PREFIX + content.bytes.len() + TAG);
        header.push(VERSION);
        header.extend(self.group.tag);
        header.extend(key.id);
        header.extend(nonce);
        let mut sealed = Vec::with_capacity(PREFIX + content.bytes.len() + TAG);
        sealed.extend(content.sender.to_be_bytes());
        sealed.extend(content.sequence.to_be_bytes());
        sealed.extend([content.part, content.parts]);
        sealed.extend(content.bytes);
        let associated = self.associated(&header);
        let nonce = Nonce::assume_unique_for_key(nonce);
        key.key.seal_in_place_append_tag(nonce, associated, &mut sealed).ok()?;
        header.extend(sealed);
        Some(header)
    }

    /// Opens a datagram, in place.
    ///
    /// # Errors
    /// Why it is not believed.
    pub fn open<'a>(&self, datagram: &'a mut [u8]) -> Result<Content<'a>, Refusal> {
        if datagram.len() > LARGEST {
            return Err(Refusal::Size);
        }
        let (header, sealed) = datagram.split_at_mut_checked(HEADER).ok_or(Refusal::Size)?;
        if sealed.len() < PREFIX + TAG {
            return Err(Refusal::Size);
        }
        let (version, rest) = header.split_first().ok_or(Refusal::Size)?;
        let (group, rest) = rest.split_first_chunk::<4>().ok_or(Refusal::Size)?;
        let (id, rest) = rest.split_first_chunk::<4>().ok_or(Refusal::Size)?;
        let nonce: [u8; NONCE_LEN] = rest.try_into().map_err(|_| Refusal::Size)?;
        if *version != VERSION {
            return Err(Refusal::Version);
        }
        if *group != self.group.tag {
            return Err(Refusal::Group);
        }
        let key = self.ring.iter().find(|key| key.id == *id).ok_or(Refusal::Key)?;
        let content = self.decrypt(key, header, nonce, sealed)?;
        Content::read(content).filter(|content| content.part < content.parts).ok_or(Refusal::Malformed)
    }

    fn decrypt<'a>(
        &self,
        key: &Key,
        header: &[u8],
        nonce: [u8; NONCE_LEN],
        sealed: &'a mut [u8],
    ) -> Result<&'a [u8], Refusal> {
        let nonce = Nonce::assume_unique_for_key(nonce);
        let opened = key.key.open_in_place(nonce, self.associated(header), sealed);
        opened.map(|content| &*content).map_err(|_| Refusal::Forged)
    }

    fn associated(&self, header: &[u8]) -> Aad<Vec<u8>> {
        debug_assert_eq!(AES_256_GCM.tag_len(), TAG);
        Aad::from([header, &self.group.name].concat())
    }
}

impl<'a> Content<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let (sender, rest) = bytes.split_first_chunk()?;
        let (sequence, rest) = rest.split_first_chunk()?;
        let (&[part, parts], bytes) = rest.split_first_chunk()?;
        let (sender, sequence) = (u64::from_be_bytes(*sender), u64::from_be_bytes(*sequence));
        Some(Self { sender, sequence, part, parts, bytes })
    }
}

impl Refusal {
    /// The label of metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Refusal::Size => "size",
            Refusal::Version => "version",
            Refusal::Group => "group",
            Refusal::Key => "key",
            Refusal::Forged => "forged",
            Refusal::Own => "own",
            Refusal::Replayed => "replayed",
            Refusal::Malformed => "malformed",
        }
    }
}
