//! `<sequence key="…"/>`: runs another sequence in this place (mediators.md §3.1).
//!
//! ```xml
//! <sequence key="logging"/>
//! <sequence key="{$ctx:next}"/>
//! <sequence name="inner" onError="handler"><log/></sequence>
//! ```
//!
//! The key may be computed. A sequence with a name and mediators of its own is run as it stands. Does not read the
//! payload; the mediators inside decide for themselves.

mod config;
mod run;
#[cfg(test)]
mod tests;

pub(crate) use config::SequenceMediator;
