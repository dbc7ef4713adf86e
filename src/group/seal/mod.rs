//! Datagrams that only those who know a secret can read or write (membership-wire.md §15.3).
//!
//! | Bytes | What |
//! |--:|---|
//! | 1 | the version of this form, 1 |
//! | 4 | which group: the beginning of SHA-256 of its name |
//! | 4 | which key |
//! | 12 | a random nonce |
//! | rest | AES-256-GCM of the content, with the bytes before it and the name of the group as associated data |
//!
//! The content begins with who sends (8 bytes, chosen at random by each process), its count of datagrams (8), and which part of
//! a message of how many this is (1 + 1). Numbers are big-endian.

mod envelope;
mod keys;
mod parts;
mod replay;
#[cfg(test)]
mod tests;

pub use envelope::{Content, LARGEST, Refusal};
pub use keys::{Keys, KeysError};
pub use parts::{Assembly, PART};
pub use replay::Windows;
