//! `<rewrite>`: changes the parts of an address by rules (mediators.md §5.7).
//!
//! ```xml
//! <rewrite>
//!   <rewriterule>
//!     <condition><equal type="url" source="host" value="old.example"/></condition>
//!     <action fragment="host" value="new.example"/>
//!     <action fragment="path" type="replace" regex="^/soap" value="/services"/>
//!   </rewriterule>
//! </rewrite>
//! ```
//!
//! The address is `To`, or the property that `inProperty` names; it is taken apart, and what the rules made of it goes to
//! `To`, or to the property that `outProperty` names. Reads the payload only when an expression or a condition of type
//! `soap` does.

mod config;
mod replacement;
mod run;
#[cfg(test)]
mod tests;

pub(crate) use config::Rewrite;
