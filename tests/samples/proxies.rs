//! Samples 150 to 157, 440 and 600: proxy services.

use std::time::{Duration, Instant};

use crate::stage::{Stage, check_price, get_quote, last, soap_call};
use crate::stock_quote::{price, soap_11, soap_11_with_header, soap_12, text_of};
use crate::support::Connection;

const SERVICE: &str = "/services/SimpleStockQuoteService";

/// Name and value.
type Header = (&'static str, &'static str);

/// A proxy service stands in front of the service: SOAP 1.1 and 1.2 alike.
#[test]
fn sample_150_proxy_service() {
    let Some(stage) = Stage::open(150) else { return };
    let answer = stage.quote("/services/StockQuoteProxy", "IBM");
    assert_eq!((answer.status, last(&answer).as_deref()), (200, Some(price("IBM"))));
    let soap_12_call = [("Content-Type", "application/soap+xml; charset=UTF-8; action=\"urn:getQuote\"")];
    let answer = stage.ask("/services/StockQuoteProxy", &soap_12_call, &soap_12(&get_quote("SUN")));
    assert_eq!((answer.status, last(&answer).as_deref()), (200, Some(price("SUN"))));
    assert_eq!(answer.header("content-type"), Some("application/soap+xml; charset=UTF-8"));
    let requests = stage.service.requests();
    assert_eq!(requests.len(), 2);
    for (request, body) in requests.iter().zip([soap_11(&get_quote("IBM")), soap_12(&get_quote("SUN"))]) {
        assert_eq!(
            (request.target.as_str(), &request.body),
            (SERVICE, &body),
            "nothing is changed on the way"
        );
    }
}

/// A REST call keeps its suffix on the way through a proxy service (endpoints.md §4.1).
#[test]
fn sample_150_rest_suffix() {
    let Some(stage) = Stage::open(150) else { return };
    let answer = Connection::get(stage.program.http, "/services/StockQuoteProxy/getQuote?symbol=IBM");
    assert_eq!((answer.status, last(&answer).as_deref()), (200, Some(price("IBM"))));
    let request = stage.service.requests().remove(0);
    assert_eq!((request.method.as_str(), request.target), ("GET", format!("{SERVICE}/getQuote?symbol=IBM")));
}

/// Two proxy services that share sequences and an endpoint by name.
#[test]
fn sample_151_named_sequences_and_endpoints() {
    let Some(stage) = Stage::open(151) else { return };
    for proxy in ["/services/StockQuoteProxy1", "/services/StockQuoteProxy2"] {
        let answer = stage.quote(proxy, "IBM");
        assert_eq!((answer.status, last(&answer).as_deref()), (200, Some(price("IBM"))), "{proxy}");
    }
    assert_eq!(stage.service.requests().len(), 2);
}

/// SOAP over HTTPS becomes plain XML over HTTP (endpoints.md §2.4 `pox`); over HTTP there is no such service.
#[test]
fn sample_152_soap_to_plain_xml() {
    let Some(stage) = Stage::open(152) else { return };
    let request = soap_11(&get_quote("IBM"));
    let answer = stage.ask_encrypted("/services/StockQuoteProxy", &soap_call("urn:getQuote"), &request);
    assert_eq!((answer.status, last(&answer).as_deref()), (200, Some(price("IBM"))));
    let got = stage.service.requests().remove(0);
    assert_eq!(
        (got.method.as_str(), got.target.as_str(), got.media_type()),
        ("POST", SERVICE, "application/xml")
    );
    assert!(
        !got.body.contains("Envelope") && got.text_of("symbol").as_deref() == Some("IBM"),
        "{}",
        got.body
    );

    let in_the_clear = stage.quote("/services/StockQuoteProxy", "IBM");
    assert_eq!((in_the_clear.status, stage.service.requests().len()), (500, 1));
}

/// Security headers go through untouched.
#[test]
fn sample_153_security_headers_pass() {
    let Some(stage) = Stage::open(153) else { return };
    let security = "<wsse:Security xmlns:wsse=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd\" \
                    soapenv:mustUnderstand=\"1\"><wsse:BinarySecurityToken>MIIB</wsse:BinarySecurityToken></wsse:Security>";
    let message = soap_11_with_header(security, &get_quote("IBM"));
    let answer = stage.ask("/services/StockQuoteProxy", &soap_call("urn:getQuote"), &message);
    assert_eq!((answer.status, last(&answer).as_deref()), (200, Some(price("IBM"))));
    let request = stage.service.requests().remove(0);
    assert_eq!((request.target.as_str(), request.body), ("/services/SecureStockQuoteService", message));
}

/// Conditions on URL, headers and parameters: every route whose condition holds is taken, since none breaks
/// (mediators.md §2.8, §4.3).
#[test]
fn sample_157_conditional_router() {
    let Some(mut stage) = Stage::open(157) else { return };
    let message = soap_11(&get_quote("IBM"));
    let soap = soap_call("urn:getQuote");
    let rows: [(&str, &[Header], &str); 3] = [
        ("/services/StockQuoteProxy", &[("foo", "bar1")], "Condition (I) Satisfied"),
        ("/services/StockQuoteProxy", &[("my_custom_header1", "foo1")], "Condition (II) Satisfied"),
        (
            "/services/StockQuoteProxy?qparam1=qpv_foo&qparam2=qpv_foo2",
            &[("my_custom_header2", "bar"), ("my_custom_header3", "foo")],
            "Condition (III) Satisfied",
        ),
    ];
    for (index, (target, more, text)) in rows.into_iter().enumerate() {
        let headers: Vec<_> = soap.iter().chain(more).copied().collect();
        let answer = stage.ask(target, &headers, &message);
        assert_eq!((answer.status, last(&answer).as_deref()), (200, Some(price("IBM"))), "{text}");
        stage.wait_for_log(&[&format!("MSG_FLOW = {text}")]);
        assert_eq!(stage.service.requests().len(), index + 1, "{text}");
    }
    for (target, more) in [
        ("/services/StockQuoteProxy", [("foo", "other"), ("my_custom_header1", "bar")]),
        (
            "/services/StockQuoteProxy?qparam1=qpv_foo&qparam2=qpv_bar",
            [("my_custom_header2", "bar"), ("a", "b")],
        ),
    ] {
        let headers: Vec<_> = soap.into_iter().chain(more).collect();
        let answer = stage.ask(target, &headers, &message);
        assert_eq!((answer.status, stage.service.requests().len()), (202, 3), "{target}: no condition holds");
    }
}

/// `respond` sends the request back as its own answer.
#[test]
fn sample_440_respond_echoes() {
    let Some(stage) = Stage::open(440) else { return };
    let message = soap_11(&check_price("IBM"));
    let answer = stage.ask("/services/EchoService", &soap_call("urn:mediate"), &message);
    assert_eq!((answer.status, answer.text()), (200, message));
    assert!(answer.header("content-type").unwrap_or_default().starts_with("text/xml"));
}

/// `respond` with a payload of its own: a mock of a service.
#[test]
fn sample_441_respond_mocks() {
    let Some(stage) = Stage::open(441) else { return };
    let answer = stage.ask("/services/MockService", &soap_call("urn:mediate"), &soap_11(&check_price("IBM")));
    assert_eq!((answer.status, text_of(&answer.text(), "value").as_deref()), (200, Some("foo")));
    assert!(
        answer.text().contains("Body>") && !answer.text().contains("checkPriceRequest"),
        "{}",
        answer.text()
    );
}

/// A folder of files in place of one: what cannot run, an event source, does not keep the proxy services from running
/// (configuration.md §2.6). Its task asks for a quote at the start, and every 5 s.
#[test]
fn sample_600_folder() {
    let Some(mut stage) = Stage::open(600) else { return };
    for proxy in
        ["MainStockQuoteProxy", "StockQuoteProxy", "CustomStockQuoteProxy1", "CustomStockQuoteProxy2"]
    {
        let answer = stage.quote(&format!("/services/{proxy}"), "IBM");
        assert_eq!((answer.status, last(&answer).as_deref()), (200, Some(price("IBM"))), "{proxy}");
    }
    stage.wait_for_log(&["symbol = null, epr = /services/CustomStockQuoteProxy1"]);
    stage.wait_for_log(&["symbol = null, epr = /services/CustomStockQuoteProxy2"]);
    let began = Instant::now();
    while stage.service.requests().len() <= 4 {
        assert!(began.elapsed() < Duration::from_secs(60), "the task does not run");
    }
}
