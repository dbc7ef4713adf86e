//! `<send>…</send>`: sends the message to an endpoint, or a response back to the client (mediators.md §3.4).
//!
//! ```xml
//! <send/>
//! <send receive="afterwards"><endpoint key="backend"/></send>
//! ```
//!
//! The list goes on: what later mediators change no longer concerns what was sent. Does not read the payload, unless
//! `buildmessage="true"` asks for it.

mod config;
mod run;
#[cfg(test)]
mod tests;

pub(crate) use config::Send;
