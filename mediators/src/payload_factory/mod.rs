//! `<payloadFactory>`: makes a new payload from a format with places for arguments (mediators.md §5.3).
//!
//! ```xml
//! <payloadFactory media-type="xml">
//!   <format><m:quote xmlns:m="urn:example"><m:symbol>$1</m:symbol></m:quote></format>
//!   <args><arg expression="//m:code" xmlns:m="urn:example"/></args>
//! </payloadFactory>
//! ```
//!
//! The format is read once, when the configuration is. What a message adds can only fill its places: an argument that is
//! text stays text there, whatever is in it; one that is elements becomes these elements. Needs the payload, whose SOAP
//! envelope is kept.

mod argument;
mod config;
mod format;
mod json;
mod placeholders;
#[cfg(test)]
mod properties;
mod run;
#[cfg(test)]
mod tests;
mod xml;

pub(crate) use config::PayloadFactory;
