//! Cases 77–87 and 90–98: what the member is told, and what the client sees of it.

use sinew::testing::{Flows, Reply, Request, Transcript};

use super::{C1, C2, Fixture, address, ask, called, sent};
use crate::support::errors;

const SHOP: &str = "shop.example.org";
const LISTENER: &str = "10.0.0.5:8280";

fn load() -> Flows {
    Fixture::default().load().stub("https://10.0.3.1:9443", Reply::ok("10.0.3.1"))
}

/// Cases 77–81: the address at the member.
#[test]
fn addresses_of_members() {
    let absolute =
        "<in><header name=\"To\" value=\"http://esb.example.org/x?y=1\"/><send/></in><out><send/></out>";
    for (case, host, target, encrypted, main, expected) in [
        ("77", "shop.example.org:8280", "/a/b?c=d", false, "", "http://10.0.3.1:9763/a/b?c=d"),
        ("78", "shop.example.org:8243", "/a/b?c=d", true, "", "https://10.0.3.1:9443/a/b?c=d"),
        ("79", "esb.example.org:8280", "/x", false, "", "http://203.0.113.5:9000/x"),
        ("80", "esb.example.org", "/x", false, "", "http://203.0.113.5:9763/x"),
        ("80", "esb.example.org:80", "/x", false, "", "http://203.0.113.5:9763/x"),
        ("81", "esb.example.org", "/other", false, absolute, "http://203.0.113.5:9763/x?y=1"),
    ] {
        let usual = Fixture::default();
        let main = if main.is_empty() { usual.main } else { main };
        let flows = Fixture { main, ..usual }.load().stub("https://10.0.3.1:9443", Reply::ok("ok"));
        let transcript = flows.send(ask(host, target).at(address(LISTENER), encrypted));
        assert_eq!(called(&transcript), [expected], "case {case}: {transcript}");
    }
}

#[test]
fn case_082_the_member_sees_the_host_of_the_client() {
    let main = "<in><property name=\"REQUEST_HOST_HEADER\" expression=\"$trp:host\" scope=\"axis2\"/><send/></in>\
        <out><send/></out>";
    let transcript = Fixture { main, ..Fixture::default() }.load().send(ask("shop.example.org:8280", "/"));
    assert!(sent(&transcript).contains(&"host: shop.example.org:8280".to_owned()), "{transcript}");
}

/// Cases 83–86: whom the member is told that the request is from.
#[test]
fn forwarded_for() {
    let refusing = |flows: Flows| flows.stub("http://10.0.3.1:9763/away", Reply::refused());
    for (case, target, name, value, expected) in [
        ("83", "/", "", "", "x-forwarded-for: 192.0.2.9"),
        ("84", "/", "X-Forwarded-For", "198.51.100.7", "x-forwarded-for: 198.51.100.7,192.0.2.9"),
        ("85", "/away", "", "", "x-forwarded-for: 192.0.2.9"),
        ("86", "/", "X-Originating-IP", "203.0.113.1", "x-originating-ip: 203.0.113.1"),
    ] {
        let request = ask(SHOP, target).from(address("192.0.2.9:5000"));
        let request = if name.is_empty() { request } else { request.header(name, value) };
        let transcript = refusing(load()).send(request);
        assert_eq!(transcript.status, 200, "case {case}");
        assert!(sent(&transcript).contains(&expected.to_owned()), "case {case}: {transcript}");
    }
}

#[test]
fn case_087_a_member_without_the_port_gets_no_such_requests() {
    let plain = "c9 { host 10.0.3.9; httpPort 9763; }";
    let flows = Fixture { shop_c: &[plain, C1], ..Fixture::default() }.load();
    let flows = flows.stub("https://10.0.3.1:9443", Reply::ok("encrypted"));
    for _ in 0..3 {
        let transcript = flows.send(ask(SHOP, "/").at(address("10.0.0.5:8243"), true));
        assert_eq!(called(&transcript), ["https://10.0.3.1:9443/"]);
    }
}

/// The answer of a member with an address in a header, through a main sequence without logic for it.
fn redirected(host: &str, status: u16, name: &str, location: &str) -> Transcript {
    let reply = Reply::status(status).header(name, location);
    let flows =
        Fixture { shop_c: &[C1, C2], ..Fixture::default() }.load().stub("http://10.0.3.1:9763/r", reply);
    flows.send(Request::get("/r").header("Host", host).at(address(LISTENER), false))
}

/// Cases 91–95 and 98: addresses of members become ours.
#[test]
fn locations() {
    let host = "shop.example.org:8280";
    for (case, status, location, expected) in [
        ("91", 302, "http://shop.example.org:9763/x", "http://shop.example.org:8280/x"),
        ("93", 302, "http://10.0.3.1:9763/x", "http://shop.example.org:8280/x"),
        ("93, another member", 302, "http://10.0.3.2:9763/x", "http://shop.example.org:8280/x"),
        ("94", 302, "https://login.other.test/x", "https://login.other.test/x"),
        ("95", 302, "/relative", "/relative"),
        ("98", 201, "http://10.0.3.1:9763/items/5", "http://shop.example.org:8280/items/5"),
    ] {
        let transcript = redirected(host, status, "Location", location);
        let expected = format!("location: {expected}");
        assert!(transcript.headers.contains(&expected), "case {case}: {transcript}");
    }
}

/// `rewrite_location off`, and `auto` with a main sequence that does it itself.
#[test]
fn who_rewrites_itself_is_left_alone() {
    let own =
        "<in><send/></in><out><filter source=\"$trp:Location\" regex=\".+\"><log/></filter><send/></out>";
    for (keys, main) in [("rewrite_location off;", Fixture::default().main), ("", own)] {
        let reply = Reply::status(302).header("Location", "http://10.0.3.1:9763/x");
        let flows = Fixture { keys, main, ..Fixture::default() }.load().stub("http://10.0.3.1:9763/r", reply);
        let transcript = flows.send(ask(SHOP, "/r").at(address(LISTENER), false));
        assert!(transcript.headers.contains(&"location: http://10.0.3.1:9763/x".to_owned()), "{transcript}");
    }
}

/// The keys for `Forwarded` and for the cookies of members.
#[test]
fn forwarded_and_cookies_as_configured() {
    let keys = "forwarded on;\ncookie_domain members,internal.test=example.org;\ncookie_path /app=/;";
    let reply = Reply::ok("hi")
        .header("Set-Cookie", "a=1; Domain=10.0.3.1; Path=/app/x")
        .header("Set-Cookie", "b=2; Domain=internal.test; Path=/other");
    let flows =
        Fixture { keys, shop_c: &[C1], ..Fixture::default() }.load().stub("http://10.0.3.1:9763/c", reply);
    let request = ask(SHOP, "/c").from(address("192.0.2.9:5000")).at(address(LISTENER), false);
    let transcript = flows.send(request);
    let forwarded = "forwarded: for=192.0.2.9;host=\"shop.example.org\";proto=http";
    assert!(sent(&transcript).contains(&forwarded.to_owned()), "{transcript}");
    for cookie in ["set-cookie: a=1; Path=/x", "set-cookie: b=2; Domain=example.org; Path=/other"] {
        assert!(transcript.headers.contains(&cookie.to_owned()), "{cookie}: {transcript}");
    }
    for wrong in ["cookie_domain a b;", "cookie_domain =a.test;", "cookie_path app=/;"] {
        let text = Fixture { keys: wrong, ..Fixture::default() }.configuration();
        assert_eq!(errors(&[("loadbalancer.conf", &text)]), ["E0903"], "{wrong}");
    }
}
