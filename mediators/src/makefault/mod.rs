//! `<makefault>`: makes a fault of the message (mediators.md §5.2).
//!
//! ```xml
//! <makefault version="soap12" response="true">
//!   <code value="s:Receiver" xmlns:s="http://www.w3.org/2003/05/soap-envelope"/>
//!   <reason expression="get-property('ERROR_MESSAGE')"/>
//! </makefault>
//! ```
//!
//! A SOAP fault in a new envelope that keeps the header blocks, or `<Exception>` for messages without SOAP. Sends nothing:
//! `send` or `respond` follows. Needs the payload, for the header blocks.

mod code;
mod config;
mod run;
#[cfg(test)]
mod tests;

pub(crate) use config::MakeFault;
