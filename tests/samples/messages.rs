//! Samples 15 and 17: mediators that make payloads.

use crate::stage::{Stage, check_price, last, soap_call};
use crate::stock_quote::{TRADED, price, soap_11, text_of};

const SERVICE: &str = "/services/SimpleStockQuoteService";

/// Parts of messages are copied: into properties, from a local entry into the request, from the response's body into
/// a header block (mediators.md §5.4).
#[test]
fn sample_015_enrich() {
    let Some(mut stage) = Stage::open(15) else { return };
    let answer = stage.quote("/", "IBM");
    assert_eq!((answer.status, last(&answer).as_deref()), (200, Some(price("MSFT"))));
    let request = stage.service.requests().remove(0);
    assert_eq!((request.target.as_str(), request.text_of("symbol").as_deref()), (SERVICE, Some("MSFT")));
    let text = answer.text();
    let (header, _) = text.split_once("Body>").expect("an envelope");
    assert_eq!(text_of(header, "lastTradeTimestamp").as_deref(), Some(TRADED), "{header}");
    assert!(!header.contains(">foo<"), "the header block was replaced: {header}");
    let line = stage.wait_for_log(&["Original Request Symbol = IBM", "Request Payload = "]);
    assert!(line.contains("Direction: response"), "{line}");
}

/// The client's own format becomes the service's, and the answer becomes the client's again (mediators.md §5.3,
/// case 128).
#[test]
fn sample_017_payload_factory() {
    let Some(stage) = Stage::open_as_proxy(17) else { return };
    let address = stage.address(SERVICE);
    let answer = stage.ask(&address, &soap_call("urn:getQuote"), &soap_11(&check_price("IBM")));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let request = stage.service.requests().remove(0);
    assert_eq!((request.media_type(), request.text_of("symbol").as_deref()), ("text/xml", Some("IBM")));
    assert!(
        request.body.contains("getQuote") && !request.body.contains("checkPriceRequest"),
        "{}",
        request.body
    );
    let text = answer.text();
    assert!(text.contains("CheckPriceResponse") && text.contains("http://services.samples/xsd"), "{text}");
    assert_eq!(text_of(&text, "Code").as_deref(), Some("IBM"));
    assert_eq!(text_of(&text, "Price").as_deref(), Some(price("IBM")));
}
