//! Samples 351 and 352: scripts in JavaScript.

use crate::stage::{Stage, check_price, soap_call};
use crate::stock_quote::{price, soap_11, text_of};

/// Scripts read and make payloads (mediators.md §9.1).
#[test]
fn sample_351_inline_script() {
    let Some(stage) = Stage::open(351) else { return };
    let answer = stage.ask("/", &soap_call("urn:getQuote"), &soap_11(&check_price("IBM")));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let request = stage.service.requests().remove(0);
    assert_eq!(request.text_of("symbol").as_deref().map(str::trim), Some("IBM"), "{}", request.body);
    let text = answer.text();
    assert_eq!(text_of(&text, "Code").as_deref(), Some("IBM"));
    assert_eq!(text_of(&text, "Price").as_deref(), Some(price("IBM")));
}

/// A script answers the request itself: it clears the destination, says that this is a response, and sets a payload.
#[test]
fn sample_352_script_responds() {
    let Some(stage) = Stage::open(352) else { return };
    let answer = stage.quote("/services/StockQuote", "IBM");
    assert_eq!((answer.status, text_of(&answer.text(), "last").as_deref()), (200, Some("99.9")));
    assert!(answer.text().contains("Envelope"), "{}", answer.text());
    assert_eq!(stage.service.requests().len(), 0);
}
