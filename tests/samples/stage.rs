//! One sample, running: the program, the service behind it, and a client that speaks like the sample's.

use std::path::Path;

use tempfile::TempDir;

use crate::stock_quote::{SERVICES, StockQuote, soap_11, text_of};
use crate::support::corpus::{corpus, lay_out};
use crate::support::{Answer, Connection, Program};

/// Send to addresses that only the client named.
const CLIENT_ADDRESSES: [&str; 2] = ["--set", "compat.client_addresses=true"];

/// A sample that runs. The configuration's own text is changed in one thing only: it names the service's address
/// where the sample has `localhost:9000`, the port 9002 becomes the encrypted service's, and 9009, where the samples
/// expect nobody, a port where nobody is.
pub(crate) struct Stage {
    pub(crate) service: StockQuote,
    pub(crate) encrypted: StockQuote,
    pub(crate) program: Program,
    _home: TempDir,
}

impl Stage {
    /// Starts a sample by its number; `None` where the samples are not on this machine.
    pub(crate) fn open(sample: u16) -> Option<Self> {
        Self::open_with(sample, &[])
    }

    /// The same for a sample that sends to whatever address its client names: the client of these samples uses the
    /// balancer as its HTTP proxy.
    pub(crate) fn open_as_proxy(sample: u16) -> Option<Self> {
        Self::open_with(sample, &CLIENT_ADDRESSES)
    }

    fn open_with(sample: u16, more: &[&str]) -> Option<Self> {
        let samples = corpus()?.join("apache-synapse-samples");
        Some(Self::start(&samples.join(format!("synapse_sample_{sample}.xml")), more))
    }

    /// Starts what the original does when nobody has configured anything.
    pub(crate) fn open_default() -> Option<Self> {
        Some(Self::start(&corpus()?.join("apache-synapse-default"), &CLIENT_ADDRESSES))
    }

    fn start(source: &Path, more: &[&str]) -> Self {
        let service = StockQuote::start();
        let encrypted = StockQuote::start_encrypted();
        let home = TempDir::new().expect("a folder");
        let configuration = lay_out(source, home.path(), &|text| localize(text, &service, &encrypted));
        let authority = encrypted.certificate().expect("it is encrypted").display();
        let trust = format!("tls.ca_file={authority}");
        let settings = [&["--set", trust.as_str()], more].concat();
        let program = Program::serve_with(&configuration, &settings);
        Self { service, encrypted, program, _home: home }
    }

    /// Asks for a quote as the samples' client does: SOAP 1.1 to a path or, as through an HTTP proxy, to an address.
    pub(crate) fn quote(&self, target: &str, symbol: &str) -> Answer {
        self.ask(target, &soap_call("urn:getQuote"), &soap_11(&get_quote(symbol)))
    }

    /// The address of the service, as the client in the role of a proxy's client names it.
    pub(crate) fn address(&self, path: &str) -> String {
        format!("http://{}{path}", self.service.address)
    }

    /// Sends a request with a body.
    pub(crate) fn ask(&self, target: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut connection = Connection::open(self.program.http);
        connection.send(request(target, headers, body).as_bytes());
        connection.read(false)
    }

    /// The same over HTTPS.
    pub(crate) fn ask_encrypted(&self, target: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut connection = Connection::open_encrypted(self.program.https, &self.program.certificate());
        connection.send(request(target, headers, body).as_bytes());
        connection.read(false)
    }

    /// Waits until a mediator has logged a line with all of these.
    pub(crate) fn wait_for_log(&mut self, texts: &[&str]) -> String {
        self.program.wait_for_log(|line| {
            let record: Option<serde_json::Value> = serde_json::from_str(line).ok();
            let message = record.as_ref().and_then(|record| record["message"].as_str()).unwrap_or_default();
            texts.iter().all(|text| message.contains(text))
        })
    }
}

fn localize(text: &str, service: &StockQuote, encrypted: &StockQuote) -> String {
    text.replace("localhost:9000", &service.address.to_string())
        .replace("localhost:9009", "127.0.0.1:1")
        .replace("\"9000\"", &format!("\"{}\"", service.address.port()))
        .replace("\"9002\"", &format!("\"{}\"", encrypted.address.port()))
}

fn request(target: &str, headers: &[(&str, &str)], body: &str) -> String {
    let mut head =
        format!("POST {target} HTTP/1.1\r\nHost: localhost:8280\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    format!("{head}\r\n{body}")
}

/// The headers of a SOAP 1.1 call.
pub(crate) fn soap_call(action: &str) -> [(&'static str, &str); 2] {
    [("Content-Type", "text/xml; charset=UTF-8"), ("SOAPAction", action)]
}

/// The standard request of the samples' client.
pub(crate) fn get_quote(symbol: &str) -> String {
    format!(
        "<m0:getQuote xmlns:m0=\"{SERVICES}\"><m0:request><m0:symbol>{symbol}</m0:symbol></m0:request></m0:getQuote>"
    )
}

/// The custom request of the samples' client, which the service does not know.
pub(crate) fn check_price(symbol: &str) -> String {
    format!(
        "<m0:checkPriceRequest xmlns:m0=\"{SERVICES}\"><m0:Code>{symbol}</m0:Code></m0:checkPriceRequest>"
    )
}

/// The price in an answer with a quote.
pub(crate) fn last(answer: &Answer) -> Option<String> {
    text_of(&answer.text(), "last")
}
