//! `<script language="js">…</script>`: a script decides what happens to the message (mediators.md §9.1).
//!
//! ```xml
//! <script language="js"><![CDATA[
//!     var symbol = mc.getPayloadXML()..*::Code.toString();
//!     mc.setPayloadXML(<m:getQuote xmlns:m="http://services.samples"><m:symbol>{symbol}</m:symbol></m:getQuote>);
//! ]]></script>
//! <script language="js" key="stockquote" function="transformRequest"/>
//! ```
//!
//! JavaScript with the XML literals and operators of E4X (ECMA-357), and `mc` for the message. The result `false` ends the
//! flow, every other result goes on; an error is a fault. Every message starts afresh: what a script leaves behind is
//! gone. Scripts have no modules, no timers, no input or output, and cannot evaluate text as code. After
//! [`DEADLINE`](limits::DEADLINE) they are stopped; memory and recursion are bounded as well. A script that can only
//! be over soon, without loops, functions that call each other and regular expressions, runs where the message is. Every
//! other runs on threads of their own, so that a slow one holds up nobody but others of its kind.
//!
//! Reads the payload only when the script says so: a script in the configuration that mentions none of the payload's
//! functions leaves it a stream. What a local entry holds is not known beforehand, so that it always gets the payload.
//!
//! Without the feature `script` of this crate the element is known, and refused.

#[cfg(feature = "script")]
mod brief;
#[cfg(feature = "script")]
mod config;
#[cfg(feature = "script")]
mod dialect;
#[cfg(feature = "script")]
mod engine;
#[cfg(feature = "script")]
mod limits;
#[cfg(feature = "script")]
mod message;
#[cfg(feature = "script")]
mod program;
#[cfg(feature = "script")]
mod run;
#[cfg(feature = "script")]
mod text;
#[cfg(feature = "script")]
mod workers;
#[cfg(feature = "script")]
mod xml;

#[cfg(not(feature = "script"))]
mod absent;

#[cfg(all(test, feature = "script"))]
mod tests;

#[cfg(not(feature = "script"))]
pub(crate) use absent::Script;
#[cfg(feature = "script")]
pub(crate) use config::Script;
