//! The StockQuote service of the Apache samples, as a stub: SOAP 1.1 and 1.2, plain XML, and one REST resource.
//!
//! It answers `getQuote`, `getFullQuote`, `getMarketActivity` and the one-way `placeOrder` in the namespace
//! `http://services.samples`, always with the same figures, and keeps every request for the test to look at.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use regex::Regex;
use rustls::ServerConfig;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// The namespace of the service's messages.
pub(crate) const SERVICES: &str = "http://services.samples";
const SOAP_11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const SOAP_12: &str = "http://www.w3.org/2003/05/soap-envelope";

/// What the service says a share costs.
pub(crate) fn price(symbol: &str) -> &'static str {
    match symbol {
        "IBM" => "84.25",
        "MSFT" => "27.5",
        "SUN" => "12.75",
        _ => "10.0",
    }
}

/// When the service says shares were traded last.
pub(crate) const TRADED: &str = "Wed Nov 05 10:15:00 UTC 2014";

/// The service on a thread of its own.
pub(crate) struct StockQuote {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
    certificate: Option<(TempDir, PathBuf)>,
}

#[derive(Default)]
struct Shared {
    requests: Mutex<Vec<Recorded>>,
    replies: Mutex<VecDeque<Response<Full<Bytes>>>>,
}

/// A request as the service got it.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    pub(crate) method: String,
    /// Path and query, or the absolute form.
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Recorded {
    /// The text of a header; empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a text"))
    }

    /// The content type without its parameters.
    pub(crate) fn media_type(&self) -> &str {
        self.header("content-type").split(';').next().unwrap_or_default().trim()
    }

    /// The text of the first element with this local name.
    pub(crate) fn text_of(&self, element: &str) -> Option<String> {
        text_of(&self.body, element)
    }
}

impl StockQuote {
    pub(crate) fn start() -> Self {
        let shared = Arc::<Shared>::default();
        Self { address: listen(shared.clone(), None), shared, certificate: None }
    }

    /// The same over TLS, with a certificate for `localhost` of its own.
    pub(crate) fn start_encrypted() -> Self {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let folder = TempDir::new().expect("a folder");
        let path = folder.path().join("authority.pem");
        std::fs::write(&path, made.cert.pem()).expect("a file");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .expect("a TLS configuration");
        let shared = Arc::<Shared>::default();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        Self { address: listen(shared.clone(), Some(acceptor)), shared, certificate: Some((folder, path)) }
    }

    /// The file with the certificate that the encrypted service shows.
    pub(crate) fn certificate(&self) -> Option<&PathBuf> {
        self.certificate.as_ref().map(|(_, path)| path)
    }

    /// Answers the next request with this instead of a quote; several are given in turn.
    pub(crate) fn reply(&self, status: u16, headers: &[(&str, &str)], body: impl Into<Bytes>) {
        let mut response = Response::new(Full::new(body.into()));
        *response.status_mut() = StatusCode::from_u16(status).expect("a status");
        for (name, value) in headers {
            let name = HeaderName::try_from(*name).expect("a header name");
            response.headers_mut().append(name, HeaderValue::from_str(value).expect("a header value"));
        }
        lock(&self.shared.replies).push_back(response);
    }

    /// Every request so far.
    pub(crate) fn requests(&self) -> Vec<Recorded> {
        lock(&self.shared.requests).clone()
    }
}

/// A test that panicked elsewhere leaves its data readable.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn listen(shared: Arc<Shared>, tls: Option<TlsAcceptor>) -> SocketAddr {
    let (started, address) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async move {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            started.send(listener.local_addr().expect("an address")).expect("the test waits");
            loop {
                let (stream, _) = listener.accept().await.expect("a connection");
                let (shared, tls) = (shared.clone(), tls.clone());
                tokio::spawn(async move {
                    let service = service_fn(move |request| answer(request, shared.clone()));
                    let builder = hyper::server::conn::http1::Builder::new();
                    // A peer that goes away in the middle is no concern of the stub.
                    match tls {
                        None => drop(builder.serve_connection(TokioIo::new(stream), service).await),
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                drop(builder.serve_connection(TokioIo::new(stream), service).await);
                            }
                        }
                    }
                });
            }
        });
    });
    address.recv().expect("the service starts")
}

async fn answer(
    request: Request<Incoming>,
    shared: Arc<Shared>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let recorded = Recorded {
        method: head.method.to_string(),
        target: head.uri.to_string(),
        headers: head.headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    let planned = lock(&shared.replies).pop_front();
    let response = planned.unwrap_or_else(|| quote(&recorded));
    lock(&shared.requests).push(recorded);
    Ok(response)
}

/// How a message is wrapped.
#[derive(Clone, Copy, PartialEq)]
enum Wrapping {
    Soap11,
    Soap12,
    Plain,
}

impl Wrapping {
    /// What the request's body is; `None` when its content type says something else.
    fn of(request: &Recorded) -> Option<Self> {
        let body = &request.body;
        let found = match body {
            _ if body.contains(SOAP_11) => Wrapping::Soap11,
            _ if body.contains(SOAP_12) => Wrapping::Soap12,
            _ => Wrapping::Plain,
        };
        let fits = match found {
            Wrapping::Soap11 => request.media_type() == "text/xml",
            Wrapping::Soap12 => request.media_type() == "application/soap+xml",
            Wrapping::Plain => !matches!(request.media_type(), "application/soap+xml"),
        };
        fits.then_some(found)
    }

    fn content_type(self) -> &'static str {
        match self {
            Wrapping::Soap11 => "text/xml; charset=UTF-8",
            Wrapping::Soap12 => "application/soap+xml; charset=UTF-8",
            Wrapping::Plain => "application/xml; charset=UTF-8",
        }
    }

    fn wrap(self, content: &str) -> String {
        match self {
            Wrapping::Soap11 => soap(SOAP_11, "", content),
            Wrapping::Soap12 => soap(SOAP_12, "", content),
            Wrapping::Plain => content.to_owned(),
        }
    }
}

fn quote(request: &Recorded) -> Response<Full<Bytes>> {
    let rest = request.target.split_once("/getQuote?symbol=").map(|(_, symbol)| symbol.to_owned());
    if let (Some(symbol), "GET") = (rest, request.method.as_str()) {
        return respond(200, Wrapping::Plain, &quote_of("getQuoteResponse", &symbol));
    }
    let Some(wrapping) = Wrapping::of(request) else {
        return respond(415, Wrapping::Plain, "<unsupported>content type and envelope differ</unsupported>");
    };
    let symbol = request.text_of("symbol").unwrap_or_default();
    match operation(&request.body).as_deref() {
        Some("getQuote") => respond(200, wrapping, &quote_of("getQuoteResponse", &symbol)),
        Some("getFullQuote") => respond(200, wrapping, &quote_of("getFullQuoteResponse", &symbol)),
        Some("getMarketActivity") => respond(200, wrapping, &quote_of("getMarketActivityResponse", &symbol)),
        Some("placeOrder") => {
            let mut accepted = Response::new(Full::default());
            *accepted.status_mut() = StatusCode::ACCEPTED;
            accepted
        }
        operation => respond(500, wrapping, &unknown_operation(wrapping, operation.unwrap_or("none"))),
    }
}

/// The local name of the element in the body.
fn operation(body: &str) -> Option<String> {
    let content = body.split_once(":Body>").map_or(body, |(_, content)| content);
    let name = Regex::new(r"<(?:[\w.-]+:)?([A-Za-z][\w.-]*)").expect("a pattern");
    Some(name.captures(content)?[1].to_owned())
}

fn quote_of(response: &str, symbol: &str) -> String {
    format!(
        "<ns:{response} xmlns:ns=\"{SERVICES}\"><ns:return><ns:change>-2.5</ns:change>\
         <ns:lastTradeTimestamp>{TRADED}</ns:lastTradeTimestamp><ns:last>{}</ns:last>\
         <ns:name>{symbol} Company</ns:name><ns:symbol>{symbol}</ns:symbol><ns:volume>7618</ns:volume>\
         </ns:return></ns:{response}>",
        price(symbol)
    )
}

fn unknown_operation(wrapping: Wrapping, operation: &str) -> String {
    let reason = format!("no operation {operation}");
    match wrapping {
        Wrapping::Soap11 => format!(
            "<s:Fault xmlns:s=\"{SOAP_11}\"><faultcode>s:Client</faultcode><faultstring>{reason}</faultstring></s:Fault>"
        ),
        Wrapping::Soap12 => format!(
            "<s:Fault xmlns:s=\"{SOAP_12}\"><s:Code><s:Value>s:Sender</s:Value></s:Code>\
             <s:Reason><s:Text xml:lang=\"en\">{reason}</s:Text></s:Reason></s:Fault>"
        ),
        Wrapping::Plain => format!("<Exception>{reason}</Exception>"),
    }
}

fn respond(status: u16, wrapping: Wrapping, content: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(wrapping.wrap(content)));
    *response.status_mut() = StatusCode::from_u16(status).expect("a status");
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(wrapping.content_type()));
    response
}

fn soap(namespace: &str, header: &str, content: &str) -> String {
    format!(
        "<soapenv:Envelope xmlns:soapenv=\"{namespace}\"><soapenv:Header>{header}</soapenv:Header>\
         <soapenv:Body>{content}</soapenv:Body></soapenv:Envelope>"
    )
}

/// A SOAP 1.1 message.
pub(crate) fn soap_11(content: &str) -> String {
    soap(SOAP_11, "", content)
}

/// A SOAP 1.1 message with a header block.
pub(crate) fn soap_11_with_header(header: &str, content: &str) -> String {
    soap(SOAP_11, header, content)
}

/// A SOAP 1.2 message.
pub(crate) fn soap_12(content: &str) -> String {
    soap(SOAP_12, "", content)
}

/// The text of the first element with this local name, whatever its prefix.
pub(crate) fn text_of(xml: &str, element: &str) -> Option<String> {
    let pattern = format!(r"<(?:[\w.-]+:)?{element}(?:\s[^>]*)?>([^<]*)<");
    let found = Regex::new(&pattern).expect("a pattern").captures(xml)?;
    Some(found[1].to_owned())
}
