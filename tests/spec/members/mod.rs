//! The cases of endpoints.md §12 about endpoints that send to members: E54, E79 to E95.

mod class;
mod domain;
mod private;
mod services;

use sinew::testing::{Flows, Reply, Request, Transcript};

use crate::support::{answer, called, flows, header, sent};

const B1: &str = "http://10.0.0.1:80";
const B2: &str = "http://10.0.0.2:80";
const B3: &str = "http://10.0.0.3:80";

/// Members by the number of their back end, as blocks of `loadbalancer.conf`.
fn members(numbers: &[u8]) -> String {
    let blocks = numbers.iter().map(|number| format!("m{number} {{ host 10.0.0.{number}; httpPort 80; }}\n"));
    format!("members {{\n{}}}", blocks.collect::<String>())
}

/// A `loadbalancer.conf` with these domains, each with its block's lines, that is reached by hosts nobody asks for.
fn configuration(keys: &str, domains: &[(&str, &str)]) -> String {
    let service = |(domain, lines): &(&str, &str)| {
        format!(
            "{domain}_service {{\nhosts {domain}.own.test;\ndomains {{\n{domain} {{\ntenant_range *;\n{lines}\n}}\n}}\n}}\n"
        )
    };
    let services: String = domains.iter().map(service).collect();
    format!("loadbalancer {{\n{keys}\n}}\nservices {{\n{services}}}\n")
}

/// Sends everything to an endpoint; the fault sequence answers with the error code. `more` are further files.
fn load_with(endpoint: &str, more: &[(&str, &str)]) -> Flows {
    let main =
        format!("<sequence NS name=\"main\"><in><send>{endpoint}</send></in><out><send/></out></sequence>");
    let fault = format!(
        "<sequence NS name=\"fault\">\
         <property name=\"X-Code\" expression=\"get-property('ERROR_CODE')\" scope=\"transport\"/>{}</sequence>",
        answer("fault")
    );
    let files = [&[("sequences/main.xml", &*main), ("sequences/fault.xml", &*fault)], more].concat();
    let flows = flows(&files);
    let wrong: Vec<_> = flows.status().diagnostics.iter().filter(|found| found.severity.is_error()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    flows
}

/// The same with two domains: `d1` with these members, and `d2` with the third back end.
fn load(endpoint: &str, numbers: &[u8]) -> Flows {
    let (d1, d2) = (members(numbers), members(&[3]));
    let configuration = configuration("", &[("d1", &d1), ("d2", &d2)]);
    load_with(endpoint, &[("loadbalancer.conf", &configuration)])
}

/// Back ends that answer with their names, but for those that have said otherwise before.
fn answering(flows: Flows) -> Flows {
    flows.stub(B1, Reply::ok("B1")).stub(B2, Reply::ok("B2")).stub(B3, Reply::ok("B3"))
}

fn ask(host: &str) -> Request {
    Request::get("/p?q=1").header("Host", host)
}

/// What came back: the name of the back end, or `ERR` with the code that the fault sequence saw.
fn outcome(transcript: &Transcript) -> String {
    match header(transcript, "x-code") {
        Some(code) => format!("ERR {code}"),
        None => transcript.body.clone(),
    }
}

async fn outcomes(flows: &Flows, request: Request, count: usize) -> Vec<String> {
    let mut found = Vec::new();
    for _ in 0..count {
        found.push(outcome(&flows.exchange(request.clone()).await));
    }
    found
}
