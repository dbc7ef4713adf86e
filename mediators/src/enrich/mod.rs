//! `<enrich>`: puts something of the message, of a property or of the configuration somewhere else in the message or
//! into a property (mediators.md §5.4).
//!
//! ```xml
//! <enrich>
//!   <source xpath="//m:order" xmlns:m="urn:example"/>
//!   <target type="property" property="order"/>
//! </enrich>
//! <enrich>
//!   <source type="inline"><m:seen xmlns:m="urn:example">yes</m:seen></source>
//!   <target type="body" action="child"/>
//! </enrich>
//! ```
//!
//! In a JSON payload `xpath` may be a JSONPath, on both sides:
//!
//! ```xml
//! <enrich>
//!   <source xpath="json-eval($.order.items[0])" clone="false"/>
//!   <target xpath="json-eval($.done)" action="child"/>
//! </enrich>
//! ```
//!
//! The source is gathered first, as copies; then the target is found and changed. Needs the payload unless both sides do
//! without it.

mod config;
mod edit;
mod json;
#[cfg(test)]
mod json_tests;
mod parts;
mod paths;
mod run;
mod source;
mod target;
#[cfg(test)]
mod tests;

pub(crate) use config::Enrich;
