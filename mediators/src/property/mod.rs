//! `<property name="…" value="…"/>`: sets or removes a property, or a header (mediators.md §3.8).
//!
//! ```xml
//! <property name="host" expression="$trp:Host" pattern="([^:]+)(:\d+)?" group="1"/>
//! <property name="HTTP_SC" value="503" scope="axis2"/>
//! <property name="X-Via" action="remove" scope="transport"/>
//! ```
//!
//! Reads the payload only when an expression does, or when it changes `Content-Encoding`. Setting `messageType` does not:
//! the payload is read when the message is sent, if it is not in that form already.

mod config;
mod content;
mod run;
mod target;
#[cfg(test)]
mod tests;

pub(crate) use config::Property;
