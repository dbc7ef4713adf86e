//! `<call-template target="…">`: runs a sequence template with parameters (mediators.md §3.9).
//!
//! ```xml
//! <call-template target="notify">
//!   <with-param name="level" value="high"/>
//!   <with-param name="symbol" value="{//m:symbol}"/>
//!   <with-param name="price" value="{{//m:price}}"/>
//! </call-template>
//! ```
//!
//! `{…}` is evaluated before the template runs, `{{…}}` when the parameter is read (`$func:price`), against the
//! message as it is then; it means the parameters of the template that the call stands in. Reads the payload when an
//! expression of either kind does.

mod config;
mod run;
#[cfg(test)]
mod tests;

pub(crate) use config::CallTemplate;
