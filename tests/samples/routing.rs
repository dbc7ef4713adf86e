//! Samples 0 to 12: the main sequence looks at messages and sends them where they belong.

use crate::stage::{Stage, last, soap_call};
use crate::stock_quote::{price, soap_11, text_of};

const SERVICE: &str = "/services/SimpleStockQuoteService";

/// Messages go where they are addressed to, and the log shows them both ways (mediators.md §3.7, §3.4).
#[test]
fn sample_000_implicit_destination() {
    let Some(mut stage) = Stage::open_as_proxy(0) else { return };
    let answer = stage.quote(&stage.address(SERVICE), "IBM");
    assert_eq!((answer.status, last(&answer).as_deref()), (200, Some(price("IBM"))));
    let requests = stage.service.requests();
    assert_eq!((requests.len(), requests[0].target.as_str()), (1, SERVICE));
    assert_eq!(requests[0].text_of("symbol").as_deref(), Some("IBM"));
    stage.wait_for_log(&["Direction: request", "Envelope: ", "<m0:symbol>IBM</m0:symbol>"]);
    stage.wait_for_log(&["Direction: response", "Envelope: ", "getQuoteResponse"]);
}

/// What the original ships: it sends to the samples' service, and to nothing else that a client names.
#[test]
fn default_configuration() {
    let Some(mut stage) = Stage::open_default() else { return };
    let address = stage.address(SERVICE);
    let answer = stage.quote(&address, "IBM");
    assert_eq!((answer.status, last(&answer).as_deref()), (200, Some(price("IBM"))));
    stage.wait_for_log(&[&format!("To: {address}"), "Direction: request", "Envelope: "]);
    let elsewhere = format!("http://{}{SERVICE}", stage.encrypted.address);
    let answer = stage.quote(&elsewhere, "IBM");
    assert_eq!((answer.status, stage.service.requests().len()), (202, 1));
}

/// Unless a setting says so, an address that only the client named is not sent to (hardening.md §2 row 20).
#[test]
fn sample_000_is_no_open_proxy() {
    let Some(stage) = Stage::open(0) else { return };
    let answer = stage.quote(&stage.address(SERVICE), "IBM");
    assert_eq!((answer.status, stage.service.requests().len()), (503, 0));
}

/// A path that matches the filter goes to the service; everything else goes where it is addressed to, which a bare
/// path is not (message-and-expressions.md §1.2).
#[test]
fn sample_001_content_based_routing() {
    let Some(stage) = Stage::open_as_proxy(1) else { return };
    let answer = stage.quote("/services/StockQuote", "IBM");
    assert_eq!((answer.status, last(&answer).as_deref()), (200, Some(price("IBM"))));
    assert_eq!(stage.service.requests()[0].target, SERVICE);

    let elsewhere = stage.quote(&stage.address("/services/Other"), "SUN");
    assert_eq!(last(&elsewhere).as_deref(), Some(price("SUN")));
    assert_eq!(stage.service.requests()[1].target, "/services/Other");

    assert_eq!(stage.quote("/services/Other", "IBM").status, 500);
    assert_eq!(stage.service.requests().len(), 2);
}

/// Each case sets the property that the log shows; a switch has a full match (mediators.md §4.2).
#[test]
fn sample_002_switch() {
    let Some(mut stage) = Stage::open_as_proxy(2) else { return };
    let address = stage.address(SERVICE);
    for (symbol, text) in [
        ("IBM", "symbol = Great stock - IBM, epr = "),
        ("MSFT", "symbol = Are you sure? - MSFT, epr = "),
        ("SUN", "symbol = Normal Stock - SUN, epr = "),
        ("IBMX", "symbol = Normal Stock - IBMX, epr = "),
    ] {
        let answer = stage.quote(&address, symbol);
        assert_eq!((answer.status, last(&answer).as_deref()), (200, Some(price(symbol))), "{symbol}");
        stage.wait_for_log(&[&format!("{text}{address}")]);
    }
}

/// A local entry is read like a property, and named sequences and endpoints are used by key.
#[test]
fn sample_003_local_entries_and_reuse() {
    let Some(mut stage) = Stage::open(3) else { return };
    let answer = stage.quote("/", "IBM");
    assert_eq!((answer.status, last(&answer).as_deref()), (200, Some(price("IBM"))));
    assert_eq!(stage.service.requests()[0].target, SERVICE);
    stage.wait_for_log(&["Text = Sending quote request, version = 0.1, direction = incoming"]);
}

/// Keys that lead nowhere are faults of the message that needs them, with the code 305100: the nearest handler runs
/// (configuration.md §2.6, §9.1, endpoints.md §8.1), and a client that no handler answered gets an error
/// (configuration.md R7).
#[test]
fn sample_004_error_handling() {
    let Some(mut stage) = Stage::open(4) else { return };
    let answer = stage.quote("/", "IBM");
    assert_eq!((answer.status, last(&answer).as_deref()), (200, Some(price("IBM"))));

    let general = stage.quote("/", "MSFT");
    assert_eq!(general.status, 503);
    assert!(general.text().contains(":Fault>"), "{}", general.text());
    let line = stage.wait_for_log(&["text = An unexpected error occured, message = "]);
    assert!(line.contains("bogus"), "{line}");

    assert_eq!(stage.quote("/", "SUN").status, 503);
    let line = stage.wait_for_log(&["text = An unexpected error occured for stock SUN, message = "]);
    assert!(line.contains("sunPort"), "{line}");
    assert_eq!(stage.service.requests().len(), 1);
}

/// A failure to send becomes a SOAP fault for the client (mediators.md §5.2, case 122).
#[test]
fn sample_005_soap_faults() {
    let Some(mut stage) = Stage::open(5) else { return };
    let answer = stage.quote("/", "SUN");
    assert_eq!(answer.status, 500);
    let content_type = answer.header("content-type").unwrap_or_default();
    assert!(content_type.starts_with("text/xml"), "{content_type}");
    let reason = text_of(&answer.text(), "faultstring").expect("a SOAP 1.1 fault");
    stage.wait_for_log(&[&format!("******ERROR = {reason}")]);
    assert_eq!(stage.quote("/", "ORCL").status, 202, "no case: the flow ends with drop");
}

/// A header mediator says where the message goes.
#[test]
fn sample_006_header_to() {
    let Some(stage) = Stage::open(6) else { return };
    let answer = stage.quote("/nowhere", "IBM");
    assert_eq!((answer.status, last(&answer).as_deref()), (200, Some(price("IBM"))));
    assert_eq!(stage.service.requests()[0].target, SERVICE);
}

/// A registry that has no main sequence leaves the generated one: it logs, and the client gets 202
/// (mediators.md §2.9, configuration.md §8.5).
#[test]
fn sample_011_generated_sequences() {
    let Some(stage) = Stage::open(11) else { return };
    let answer = stage.quote(&stage.address(SERVICE), "IBM");
    assert_eq!((answer.status, answer.body.len()), (202, 0));
    assert_eq!(stage.service.requests().len(), 0);
}

/// Sequences and endpoints are found in local entries, inline and from a file.
#[test]
fn sample_012_artifacts_in_local_entries() {
    let Some(mut stage) = Stage::open(12) else { return };
    let answer = stage.quote("/", "IBM");
    assert_eq!((answer.status, last(&answer).as_deref()), (200, Some(price("IBM"))));
    assert_eq!(stage.service.requests()[0].target, SERVICE);
    stage.wait_for_log(&["message = *** Test Message 1 ***"]);
}

/// The path of the address is rewritten (mediators.md §5.7).
#[test]
fn sample_450_rewrite_the_path() {
    let Some(stage) = Stage::open_as_proxy(450) else { return };
    let answer = stage.quote(&stage.address("/soap/SimpleStockQuoteService"), "IBM");
    assert_eq!((answer.status, last(&answer).as_deref()), (200, Some(price("IBM"))));
    assert_eq!(stage.service.requests()[0].target, SERVICE);
}

/// Requests in the clear to `localhost` go on encrypted, to another port; others go as they are.
#[test]
fn sample_451_rewrite_protocol_and_port() {
    let Some(stage) = Stage::open_as_proxy(451) else { return };
    let clear = format!("http://localhost:{}{SERVICE}", stage.service.address.port());
    let answer = stage.quote(&clear, "IBM");
    assert_eq!((answer.status, last(&answer).as_deref()), (200, Some(price("IBM"))));
    assert_eq!((stage.service.requests().len(), stage.encrypted.requests().len()), (0, 1));

    let other_host = stage.quote(&stage.address(SERVICE), "SUN");
    assert_eq!(last(&other_host).as_deref(), Some(price("SUN")));
    assert_eq!((stage.service.requests().len(), stage.encrypted.requests().len()), (1, 1));
}

/// Several rules, each on what the one before left: host, path and, by protocol, the port.
#[test]
fn sample_452_rewrite_with_several_rules() {
    let Some(stage) = Stage::open(452) else { return };
    let clear = stage.quote("http://test.invalid:81/SimpleStockQuoteService", "IBM");
    assert_eq!((clear.status, last(&clear).as_deref()), (200, Some(price("IBM"))));
    assert_eq!(stage.service.requests()[0].target, SERVICE);
    let encrypted = stage.quote("https://test.invalid/SimpleStockQuoteService", "SUN");
    assert_eq!((encrypted.status, last(&encrypted).as_deref()), (200, Some(price("SUN"))));
    assert_eq!(stage.encrypted.requests()[0].target, SERVICE);
}

/// A one-way call is answered by 202 without a body, all the way.
#[test]
fn sample_001_one_way() {
    let Some(stage) = Stage::open(1) else { return };
    let order = "<m0:placeOrder xmlns:m0=\"http://services.samples\"><m0:order><m0:symbol>IBM</m0:symbol></m0:order></m0:placeOrder>";
    let answer = stage.ask("/services/StockQuote", &soap_call("urn:placeOrder"), &soap_11(order));
    assert_eq!((answer.status, answer.body.len()), (202, 0));
    assert_eq!(stage.service.requests()[0].text_of("symbol").as_deref(), Some("IBM"));
}
