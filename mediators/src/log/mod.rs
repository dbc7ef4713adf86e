//! `<log level="…">`: writes about the message to the mediation log (mediators.md §3.7).
//!
//! ```xml
//! <log/>
//! <log level="custom" separator=" | " category="WARN">
//!   <property name="code" expression="get-property('ERROR_CODE')"/>
//! </log>
//! ```
//!
//! `simple` (the default) writes addresses and identity, `headers` the SOAP header blocks, `full` the payload as well as
//! what `simple` does, `custom` only the properties. Reads the payload for `headers` and `full`, and when an expression
//! does; a simple log leaves a streaming body alone.

mod config;
mod run;
#[cfg(test)]
mod tests;

pub(crate) use config::Log;
