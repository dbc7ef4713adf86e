//! What mediation costs without any network: nanoseconds a message, best of several runs.
//!
//! `cargo bench` prints a table. The endpoints are stubs that answer at once, so the figures are those of dispatching,
//! mediators, composing the request and writing the answer. Compare rows of one run with each other; the machine's mood
//! is in all of them.

use std::fmt::Write;
use std::future::Ready;
use std::hint::black_box;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use http::{HeaderMap, HeaderValue, Method, Response, Uri};
use sinew::compiler::{CompileSettings, Deployed};
use sinew::deployment::{Deployer, Folder};
use sinew::dispatch::{Account, DispatchSettings, Service, serve};
use sinew::endpoints::Call;
use sinew::transport::http::client::ClientError;
use sinew_core::message::{Body, Message, Payload, Received};

/// Answers at once.
#[derive(Clone)]
struct Instantly;

impl tower::Service<Call<'_>> for Instantly {
    type Response = Response<Body>;
    type Error = ClientError;
    type Future = Ready<Result<Response<Body>, ClientError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), ClientError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, call: Call<'_>) -> Self::Future {
        black_box(call);
        std::future::ready(Ok(Response::new(Body::full("hi"))))
    }
}

const ROUNDS: u32 = 20;
const MESSAGES: u32 = 20_000;

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let property = |n: usize| {
        (0..n).fold(String::new(), |mut text, n| {
            let _ = write!(text, "<property name=\"p{n}\" expression=\"$trp:Host\"/>");
            text
        })
    };
    println!("{:<34} {:>10}", "flow", "ns/message");
    for (name, mediators) in [
        ("forward, no mediators", String::new()),
        ("forward, 3 payload-free mediators", property(3)),
        ("forward, 20 payload-free mediators", property(20)),
    ] {
        let deployed = deploy(&[("proxy-services/P.xml", &forward(&mediators))]);
        let best = (0..ROUNDS)
            .map(|_| runtime.block_on(round(&deployed, "/services/P/a?b=c")))
            .fold(f64::INFINITY, f64::min);
        println!("{name:<34} {best:>10.0}");
    }
    for (name, members) in [("balanced, 3 members", 3), ("balanced, 64 members", 64)] {
        let deployed = deploy(&[("sequences/main.xml", MAIN), ("loadbalancer.conf", &balance(members))]);
        let best =
            (0..ROUNDS).map(|_| runtime.block_on(round(&deployed, "/a?b=c"))).fold(f64::INFINITY, f64::min);
        println!("{name:<34} {best:>10.0}");
    }
}

/// A main sequence that leaves the choice to the balancer.
const MAIN: &str = "<sequence xmlns=\"http://ws.apache.org/ns/synapse\" name=\"main\"><in>\
    <property name=\"REQUEST_HOST_HEADER\" expression=\"$trp:host\" scope=\"axis2\"/><send/></in>\
    <out><send/></out></sequence>";

/// One cluster of so many members.
fn balance(members: usize) -> String {
    let members = (1..=members).fold(String::new(), |mut text, n| {
        let _ = writeln!(text, "m{n} {{ host 127.0.0.1; httpPort {}; }}", 9000 + n);
        text
    });
    format!(
        "services {{ shop {{ hosts shop.example; domains {{ shop.domain {{ tenant_range *; members {{\n{members}}} }} }} }} }}"
    )
}

/// A proxy service that forwards.
fn forward(mediators: &str) -> String {
    format!(
        "<proxy xmlns=\"http://ws.apache.org/ns/synapse\" name=\"P\"><target><inSequence>{mediators}</inSequence>\
         <endpoint><address uri=\"http://127.0.0.1:9000/x\"/></endpoint></target></proxy>"
    )
}

fn deploy(files: &[(&str, &str)]) -> Arc<Deployed> {
    let folder = tempfile::TempDir::new().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
    let registry = sinew_mediators::registry();
    let deployer =
        Deployer::start(Folder::new(folder.path()), registry, CompileSettings::default(), Instantly);
    deployer.expect("a readable folder").deployed().load_full()
}

async fn round(deployed: &Arc<Deployed>, target: &str) -> f64 {
    let settings = DispatchSettings::default();
    let target: Uri = target.parse().expect("a target");
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("host", "shop.example"),
        ("user-agent", "bench/1"),
        ("accept", "*/*"),
        ("accept-encoding", "gzip"),
        ("accept-language", "en"),
        ("cookie", "a=b"),
        ("referer", "http://shop.example/"),
        ("x-request-id", "1"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    let started = Instant::now();
    for _ in 0..MESSAGES {
        let mut received = Received::new(Method::GET, target.clone());
        received.remote = Some(([192, 0, 2, 9], 5000).into());
        received.local = Some(([10, 0, 0, 5], 8280).into());
        let service = Service::find(deployed, &mut received);
        let message = Message::request(received, headers.clone(), Payload::Empty);
        let mut account = Account::default();
        black_box(serve(deployed, service, message, &settings, None, &mut account).await);
    }
    started.elapsed().as_nanos() as f64 / f64::from(MESSAGES)
}
