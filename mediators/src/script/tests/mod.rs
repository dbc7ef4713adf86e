//! The cases of mediators.md §9.1, and what scripts may not do.

mod cases;
mod diagnostics;
mod e4x;
mod limits;
mod message;
mod tail;

use crate::testing::{Bench, Outcome};

/// A script in a mediator of its own.
fn script(source: &str) -> String {
    let source = source.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("<script language=\"js\">{source}</script>")
}

/// Runs a script on the default input.
fn run(source: &str) -> Outcome {
    Bench::new(&script(source)).run()
}

/// The text of a JavaScript expression, or what it threw.
fn value(expression: &str) -> String {
    let outcome = run(&format!("mc.setProperty('value', String({expression}));"));
    match outcome.fault_message() {
        Some(message) => message.to_owned(),
        None => outcome.default("value").expect("the script has set it"),
    }
}
