//! Sample 50: one format becomes another on the way.

use crate::stage::{Stage, get_quote, last};
use crate::stock_quote::price;

/// Plain XML becomes SOAP 1.1 with the action that the sequence set; nothing is appended to the address
/// (endpoints.md §2.4 `soap11`).
#[test]
fn sample_050_plain_xml_to_soap() {
    let Some(stage) = Stage::open(50) else { return };
    let plain = [("Content-Type", "application/xml; charset=UTF-8")];
    let answer = stage.ask("/services/StockQuote", &plain, &get_quote("IBM"));
    assert_eq!((answer.status, last(&answer).as_deref()), (200, Some(price("IBM"))));
    let request = stage.service.requests().remove(0);
    assert_eq!(
        (request.method.as_str(), request.target.as_str(), request.media_type()),
        ("POST", "/services/SimpleStockQuoteService", "text/xml")
    );
    assert_eq!(request.header("soapaction").trim_matches('"'), "urn:getQuote");
    assert!(request.body.contains("http://schemas.xmlsoap.org/soap/envelope/"), "{}", request.body);
    assert_eq!(request.text_of("symbol").as_deref(), Some("IBM"));
}
