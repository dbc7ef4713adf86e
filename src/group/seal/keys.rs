//! The keys of a group, made of secrets.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, LessSafeKey, UnboundKey};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};

/// The keys of one group. The first seals, all open: a new one is first added at the end everywhere, then moved to the front,
/// and the old one removed in the end.
pub struct Keys {
    pub(super) group: Group,
    pub(super) ring: Vec<Key>,
}

/// A group by its name.
pub(super) struct Group {
    pub(super) name: Vec<u8>,
    pub(super) tag: [u8; 4],
}

/// One key.
pub(super) struct Key {
    pub(super) id: [u8; 4],
    pub(super) key: LessSafeKey,
}

/// Why secrets make no keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeysError {
    /// Nothing could be sealed.
    #[error("a group needs a key")]
    None,
    /// It could be guessed.
    #[error("a key of the group has {0} characters, and needs {SHORTEST}")]
    Short(usize),
    /// The same is there twice.
    #[error("a key of the group is there twice")]
    Twice,
    /// The cryptographic library says no.
    #[error("the keys of the group cannot be made")]
    Library,
}

/// The shortest secret, in bytes.
pub(super) const SHORTEST: usize = 32;

/// Keeps keys of this use apart from others that are made of the same secret.
const SALT: &[u8] = b"sinew group 1";

/// So many bytes.
struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

impl Keys {
    /// The keys of a group, by HKDF with SHA-256 (RFC 5869) of secrets of at least 32 bytes.
    ///
    /// # Errors
    /// There is no secret, a short one, or one that is there twice.
    pub fn new<'a>(group: &str, secrets: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, KeysError> {
        let mut ring: Vec<Key> = Vec::new();
        for secret in secrets {
            if secret.len() < SHORTEST {
                return Err(KeysError::Short(secret.len()));
            }
            let key = Key::new(group, secret)?;
            if ring.iter().any(|known| known.id == key.id) {
                return Err(KeysError::Twice);
            }
            ring.push(key);
        }
        if ring.is_empty() {
            return Err(KeysError::None);
        }
        let mut tag = [0; 4];
        tag.iter_mut().zip(digest(&SHA256, group.as_bytes()).as_ref()).for_each(|(to, from)| *to = *from);
        Ok(Self { group: Group { name: group.as_bytes().to_vec(), tag }, ring })
    }
}

impl Key {
    fn new(group: &str, secret: &[u8]) -> Result<Self, KeysError> {
        let made = Salt::new(HKDF_SHA256, SALT).extract(secret);
        let fill = |what: &[u8], bytes: &mut [u8]| {
            let info = [what, group.as_bytes()];
            made.expand(&info, Length(bytes.len())).and_then(|made| made.fill(bytes))
        };
        let (mut key, mut id) = ([0; 32], [0; 4]);
        fill(b"key ", &mut key).map_err(|_| KeysError::Library)?;
        fill(b"id ", &mut id).map_err(|_| KeysError::Library)?;
        let key = UnboundKey::new(&AES_256_GCM, &key).map_err(|_| KeysError::Library)?;
        Ok(Self { id, key: LessSafeKey::new(key) })
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("count", &self.ring.len()).finish_non_exhaustive()
    }
}
