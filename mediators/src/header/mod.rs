//! `<header name="…" value="…"/>`: sets or removes an addressing field, an HTTP header or a SOAP header block
//! (mediators.md §5.1).
//!
//! ```xml
//! <header name="To" value="http://backend/service"/>
//! <header name="X-Via" value="sinew" scope="transport"/>
//! <header name="m:token" expression="$ctx:token" xmlns:m="urn:example"/>
//! <header><m:token xmlns:m="urn:example">T</m:token></header>
//! ```
//!
//! Header blocks need the payload; a message without a SOAP envelope has none and stays as it is. Everything else needs
//! the payload only when its expression does.

mod config;
mod run;
#[cfg(test)]
mod tests;

pub(crate) use config::Header;
