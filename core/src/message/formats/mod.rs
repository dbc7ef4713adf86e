//! Between bytes and payloads: which content types have a tree, and what a payload looks like on the wire.
//!
//! Reading goes by the content type ([`read`]), writing by the payload and by what the configuration set as
//! `messageType` and `ContentType` ([`write()`]). Nothing of this runs for a payload that nobody asked for.

mod kind;

mod charset;
mod coding;
mod error;
mod form;
mod read;

mod convert;
mod soap;
mod soap_fault;
mod versions;

mod content_type;
mod write;

#[cfg(test)]
mod tests;

pub use charset::is_charset;
pub use coding::{Coded, CodingError, EXPANSION_FREE, EXPANSION_LIMIT, compress, decompress, is_foreign};
pub use error::FormatError;
pub use kind::Kind;
pub use read::read;
pub use soap_fault::{SoapFault, SoapFaultCode, SoapFaultDetail};
pub use write::{Formatter, Written, must_read, write, write_as};
