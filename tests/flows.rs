//! Flow snapshots of the shipped configuration and the examples.

use sinew::testing::{Flows, Reply, Request};

fn shipped() -> Flows {
    Flows::load(concat!(env!("CARGO_MANIFEST_DIR"), "/synapse-configs/default"))
}

fn example(name: &str) -> Flows {
    Flows::load(format!("{}/examples/{name}", env!("CARGO_MANIFEST_DIR")))
}

#[test]
fn echo_proxy() {
    let request = Request::get("/services/EchoProxy")
        .header("Accept", "*/*")
        .header("User-Agent", "curl/7")
        .header("Cookie", "secret=1");
    insta::assert_snapshot!(shipped().send(request));
}

#[test]
fn main_knows_nothing_yet() {
    insta::assert_snapshot!(shipped().send(Request::get("/nowhere")));
}

/// The shipped fault sequence, for each kind of failure: the status fits the error.
#[test]
fn fault_sequence_statuses() {
    let flows = |reply| example("forward").stub("http://127.0.0.1:9000", reply);
    for (reply, status) in [(Reply::refused(), 502), (Reply::closed(), 502), (Reply::timed_out(), 504)] {
        let transcript = flows(reply).send(Request::get("/services/Orders/7"));
        assert_eq!(transcript.status, status, "{transcript}");
        assert!(transcript.body.starts_with("<Exception>"), "{transcript}");
    }
}

#[test]
fn example_forward() {
    let flows = example("forward")
        .stub("http://127.0.0.1:9000/orders", Reply::ok("order 7").header("X-Internal", "node 3"))
        .stub("http://127.0.0.1:9000/shop", Reply::ok("welcome"));
    let order = flows.send(Request::get("/services/Orders/7?full=1"));
    let shop = flows.send(Request::get("/shop/start"));
    insta::assert_snapshot!(format!("{order}\n{shop}"));
}

#[test]
fn example_forward_when_the_back_end_is_down() {
    let flows = example("forward").stub("http://127.0.0.1:9000", Reply::refused());
    insta::assert_snapshot!(flows.send(Request::get("/services/Orders/7")));
}

#[test]
fn example_by_header() {
    let flows = example("by_header")
        .stub("http://127.0.0.1:9001", Reply::ok("beta"))
        .stub("http://127.0.0.1:9002", Reply::ok("stable"));
    let beta = flows.send(Request::get("/page").header("X-Channel", "beta"));
    let stable = flows.send(Request::get("/page"));
    insta::assert_snapshot!(format!("{beta}\n{stable}"));
}

/// Two members take turns, a session stays with its own, and who does not answer costs no request.
#[test]
fn example_load_balancing() {
    let session = Reply::ok("one").header("Set-Cookie", "JSESSIONID=1; Path=/");
    let flows = example("load-balancing")
        .stub("http://127.0.0.1:9001", Reply::ok("one"))
        .stub("http://127.0.0.1:9001/login", session)
        .stub("http://127.0.0.1:9002", Reply::ok("two"))
        .stub("http://127.0.0.1:9002/away", Reply::refused());
    let ask = |target: &str| flows.send(Request::get(target).header("Host", "shop.example.org"));
    let login = ask("/login");
    let bodies = ["/", "/", "/away", "/"].map(|target| ask(target).body);
    assert_eq!(bodies, ["two", "one", "one", "one"]);
    let bound = Request::get("/").header("Host", "shop.example.org").header("Cookie", "JSESSIONID=1");
    assert_eq!(flows.send(bound).body, "one");
    assert_eq!(flows.send(Request::get("/").header("Host", "elsewhere.example.org")).status, 404);
    insta::assert_snapshot!(login);
}

/// The member of that example, which is called what the environment says.
#[test]
fn example_member() {
    let transcript = example("load-balancing/member").send(Request::get("/login"));
    assert_eq!(transcript.status, 200);
    assert!(transcript.body.starts_with("member "), "{transcript}");
    assert!(
        transcript.headers.iter().any(|header| header.starts_with("set-cookie: JSESSIONID=")),
        "{transcript}"
    );
}
