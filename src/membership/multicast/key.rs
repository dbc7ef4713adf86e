//! Signing, and believing who has signed.

use std::fmt;

use aws_lc_rs::{hkdf, hmac};

use super::Refusal;
use super::wire::{LARGEST, Packet, SIGNATURE, WireError};
use crate::settings::Secret;

/// The key of a domain, derived from the secret that its nodes share.
#[derive(Clone)]
pub struct SharedKey {
    domain: String,
    key: hmac::Key,
}

/// Tells this key from others that are derived from the same secret.
const PURPOSE: &[u8] = b"sinew membership multicast 1";

impl SharedKey {
    /// The key for a domain: HKDF-SHA256 (RFC 5869) of the secret, salted with its purpose, for the domain.
    pub fn derive(secret: &Secret, domain: &str) -> Self {
        let secret = hkdf::Salt::new(hkdf::HKDF_SHA256, PURPOSE).extract(secret.expose());
        let info = [domain.as_bytes()];
        let key = secret.expand(&info, hmac::HMAC_SHA256).expect("a key is not longer than HKDF can make it");
        Self { domain: domain.to_owned(), key: key.into() }
    }

    /// The domain it is for.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The datagram of a packet: its bytes and their HMAC-SHA256 (RFC 2104).
    ///
    /// # Errors
    /// It does not fit in a datagram.
    pub fn sign(&self, packet: &Packet) -> Result<Vec<u8>, WireError> {
        let mut datagram = packet.encode()?;
        let signature = hmac::sign(&self.key, &datagram);
        datagram.extend(signature.as_ref());
        Ok(datagram)
    }

    /// The packet of a datagram that somebody with the same key and domain sent. Takes the same time for every signature.
    ///
    /// # Errors
    /// It is none.
    pub fn open(&self, datagram: &[u8]) -> Result<Packet, Refusal> {
        if datagram.len() > LARGEST {
            return Err(Refusal::Oversized);
        }
        let (signed, signature) = datagram.split_last_chunk::<SIGNATURE>().ok_or(Refusal::Truncated)?;
        // What it says is looked at first only to tell strangers from forgers.
        let packet = Packet::decode(signed).map_err(|error| match error {
            WireError::Oversized => Refusal::Oversized,
            WireError::Truncated(_) => Refusal::Truncated,
            WireError::Foreign => Refusal::Foreign,
            WireError::Version(_) => Refusal::Version,
            WireError::Malformed(_) => Refusal::Malformed,
        })?;
        if packet.domain != self.domain {
            return Err(Refusal::Domain);
        }
        hmac::verify(&self.key, signed, signature).map_err(|_| Refusal::Signature)?;
        Ok(packet)
    }
}

impl fmt::Debug for SharedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedKey").field("domain", &self.domain).finish_non_exhaustive()
    }
}
