//! Cases 152 to 160 of mediators.md §12.7.

use sinew_core::message::{Destination, Value};

use crate::testing::{Bench, Outcome, assert_problems, is_refused, request, soap_request};

fn rewrite(rules: &str, address: Option<&str>) -> Outcome {
    bench(rules, address).run()
}

fn bench(rules: &str, address: Option<&str>) -> Bench {
    let mut message = soap_request("<symbol>IBM</symbol>");
    message.addressing.to =
        address.map_or(Destination::Cleared, |address| Destination::Address(address.into()));
    Bench::new(&format!("<rewrite>{rules}</rewrite>")).message(message)
}

fn to(outcome: &Outcome) -> Option<String> {
    outcome.exchange.message.to().map(|address| address.into_owned())
}

/// What one action makes of an address.
fn acted(action: &str, address: &str) -> Option<String> {
    let outcome = rewrite(&format!("<rewriterule>{action}</rewriterule>"), Some(address));
    assert!(outcome.fault.is_none(), "{action}: {:?}", outcome.fault);
    to(&outcome)
}

#[test]
fn case_152_without_rules_nothing_changes() {
    assert_eq!(to(&rewrite("", Some("http://h/p"))).as_deref(), Some("http://h/p"));
    assert_eq!(to(&rewrite("<rewriterule/>", Some("http://h/p"))).as_deref(), Some("http://h/p"));
}

#[test]
fn case_153_the_whole_address_is_set() {
    let rule = "<rewriterule><action value='http://localhost:9000/s'/></rewriterule>";
    for before in [None, Some("https://other/x?y#z")] {
        assert_eq!(to(&rewrite(rule, before)).as_deref(), Some("http://localhost:9000/s"));
    }
}

#[test]
fn case_154_the_result_can_go_to_a_property() {
    let rules = "<rewriterule><action fragment='host' value='new'/></rewriterule>";
    let outcome = Bench::new(&format!("<rewrite outProperty='out'>{rules}</rewrite>")).run();
    assert_eq!(to(&outcome).as_deref(), Some("http://h/p"));
    assert_eq!(outcome.default("out").as_deref(), Some("http://new/p"));
    let outcome = Bench::new(&format!("<rewrite inProperty='in'>{rules}</rewrite>"))
        .property("in", "https://x/y?z")
        .run();
    assert_eq!(to(&outcome).as_deref(), Some("https://new/y?z"));
    let outcome = Bench::new("<rewrite inProperty='none'/>").run();
    assert_eq!(to(&outcome).as_deref(), Some(""), "To is always replaced");
}

/// hardening.md §2 row 20: `To` is the configuration's word once a rule says what host it is.
#[test]
fn what_the_client_named_stays_its_word() {
    let ours = |actions: &str| {
        let mut message = soap_request("");
        message.addressing.to = Destination::Received;
        message.received.target = "http://client.example:81/p?q".parse().expect("a target");
        let outcome = Bench::new(&format!("<rewrite><rewriterule>{actions}</rewriterule></rewrite>"))
            .message(message)
            .run();
        let is_ours = outcome.exchange.message.addressing.to != Destination::Received;
        (is_ours, to(&outcome).expect("an address"))
    };
    let table = [
        ("", false, "http://client.example:81/p?q"),
        ("<action fragment='path' value='/x'/>", false, "http://client.example:81/x?q"),
        ("<action fragment='protocol' value='https'/>", false, "https://client.example:81/p?q"),
        ("<action fragment='port' value='82'/>", false, "http://client.example:82/p?q"),
        ("<action fragment='host' type='prepend' value='x.'/>", false, "http://x.client.example:81/p?q"),
        (
            "<action fragment='host' type='replace' regex='client' value='c'/>",
            false,
            "http://c.example:81/p?q",
        ),
        ("<action fragment='host' value='ours'/>", true, "http://ours:81/p?q"),
        ("<action value='http://ours/'/>", true, "http://ours/"),
        ("<action value='http://ours/'/><action fragment='path' value='/x'/>", true, "http://ours/x"),
    ];
    for (actions, is_ours, address) in table {
        assert_eq!(ours(actions), (is_ours, address.to_owned()), "{actions}");
    }
}

/// `http://test.org:9763/MyService` with rules on every part becomes another address (mediators.md §5.7).
#[test]
fn case_155_a_whole_scenario() {
    let rules = "
      <rewriterule>
        <condition><and><equal type='url' source='host' value='test.org'/><equal type='url' source='protocol' value='http'/></and></condition>
        <action fragment='protocol' value='https'/>
        <action fragment='host' type='replace' regex='org' value='com'/>
        <action fragment='port' value='9443'/>
      </rewriterule>
      <rewriterule>
        <condition><equal type='property' source='prop1' value='value1'/></condition>
        <action fragment='path' type='set' value='/StockQuoteService'/>
        <action fragment='path' type='prepend' value='/services'/>
        <action fragment='ref' value='id'/>
      </rewriterule>
      <rewriterule>
        <condition><equal type='url' source='host' value='test.org'/></condition>
        <action value='http://never/'/>
      </rewriterule>";
    let outcome = bench(rules, Some("http://test.org:9763/MyService")).property("prop1", "value1").run();
    assert_eq!(to(&outcome).as_deref(), Some("https://test.com:9443/services/StockQuoteService#id"));
}

#[test]
fn case_156_a_path_needs_its_slash() {
    let outcome =
        rewrite("<rewriterule><action fragment='path' value='x'/></rewriterule>", Some("http://h/p"));
    assert_eq!(outcome.fault_message(), Some("the path \"x\" does not start with a slash"));
    assert_eq!(to(&outcome).as_deref(), Some("http://h/p"));
}

#[test]
fn case_157_a_port_can_be_removed() {
    for action in [
        "<action fragment='port' type='remove'/>",
        "<action fragment='port' value='-1'/>",
        "<action fragment='port' type='remove' value='7'/>",
    ] {
        assert_eq!(acted(action, "http://h:81/p").as_deref(), Some("http://h/p"), "{action}");
    }
}

#[test]
fn case_158_conditions_may_ask_the_body() {
    let rule = |symbol: &str| {
        format!(
            "<rewriterule><condition><equal type='soap' source='//symbol' value='{symbol}'/></condition>\
             <action type='replace' regex='MyService' value='SimpleStockQuoteService' fragment='path'/></rewriterule>"
        )
    };
    let address = Some("http://h/services/MyService");
    let replaced = "http://h/services/SimpleStockQuoteService";
    assert_eq!(to(&rewrite(&rule("IBM"), address)).as_deref(), Some(replaced));
    assert_eq!(to(&rewrite(&rule("MSFT"), address)).as_deref(), address);
}

#[test]
fn case_159_what_was_encoded_without_need_is_decoded() {
    let outcome = rewrite("<rewriterule/>", Some("http://h/a%20b?x=1%262"));
    assert_eq!(to(&outcome).as_deref(), Some("http://h/a%20b?x=1&2"));
}

#[test]
fn case_160_actions_must_be_whole() {
    for wrong in [
        "<action/>",
        "<action fragment='host'/>",
        "<action type='append' fragment='path'/>",
        "<action type='replace' fragment='path' value='x'/>",
        "<action type='replace' fragment='path' value='x' regex='('/>",
        "<action fragment='fragment' value='x'/>",
        "<action type='change' value='x'/>",
        "<action xpath='//(' />",
        "<action type='remove-query-param' fragment='path' value='a'/>",
        "<action type='remove-query-param' fragment='query'/>",
    ] {
        assert!(is_refused(&format!("<rewrite><rewriterule>{wrong}</rewriterule></rewrite>")), "{wrong}");
    }
}

#[test]
fn every_change_of_every_part() {
    let address = "http://u@h:81/p?q=1#r";
    for (action, expected) in [
        ("<action fragment='protocol' value='https'/>", "https://u@h:81/p?q=1#r"),
        ("<action fragment='user' type='append' value=':x y'/>", "http://u:x%20y@h:81/p?q=1#r"),
        ("<action fragment='user' type='remove'/>", "http://h:81/p?q=1#r"),
        ("<action fragment='host' type='prepend' value='www.'/>", "http://u@www.h:81/p?q=1#r"),
        ("<action fragment='host' type='remove'/>", "http:/p?q=1#r"),
        ("<action fragment='port' value='82'/>", "http://u@h:82/p?q=1#r"),
        ("<action fragment='path' type='append' value='/x y'/>", "http://u@h:81/p/x%20y?q=1#r"),
        ("<action fragment='path' type='remove'/>", "http://u@h:81?q=1#r"),
        ("<action fragment='path' type='replace' regex='(p)' value='$1$1'/>", "http://u@h:81/pp?q=1#r"),
        ("<action fragment='query' type='append' value='&amp;x=%'/>", "http://u@h:81/p?q=1&x=%25#r"),
        ("<action fragment='query' type='remove'/>", "http://u@h:81/p#r"),
        ("<action fragment='ref' type='remove'/>", "http://u@h:81/p?q=1"),
        ("<action fragment='path' xpath=\"concat('/', //symbol)\"/>", "http://u@h:81/IBM?q=1#r"),
        ("<action fragment='path' value='/x' xpath=\"'/y'\"/>", "http://u@h:81/y?q=1#r"),
        ("<action fragment='path' xpath=\"get-property('none')\"/>", "http://u@h:81?q=1#r"),
        ("<action type='remove'/>", ""),
    ] {
        assert_eq!(acted(action, address).as_deref(), Some(expected), "{action}");
    }
    let parameter = "<action fragment='query' type='remove-query-param' value='a'/>";
    for (address, expected) in [
        ("http://h/?a=1&b=2&a=3", "http://h/?b=2&a=3"),
        ("http://h/?a", "http://h/"),
        ("http://h/?ab=1", "http://h/?ab=1"),
        ("http://h/", "http://h/"),
    ] {
        assert_eq!(acted(parameter, address).as_deref(), Some(expected));
    }
    let missing = "<action fragment='query' type='append' value='a=b'/>";
    assert_eq!(acted(missing, "http://h/p").as_deref(), Some("http://h/p?a=b"));
}

#[test]
fn what_makes_no_address_is_a_fault() {
    for (address, action) in [
        ("http://h/a b", ""),
        ("http://h:x/", ""),
        ("http://h/", "<action xpath=\"'http://h:x/'\"/>"),
        ("http://h/", "<action fragment='port' xpath=\"'x'\"/>"),
        ("http://h/", "<action fragment='port' xpath=\"get-property('none')\"/>"),
        ("http://h/", "<action fragment='host' value='a/b'/>"),
        ("http://h/", "<action fragment='path' type='replace' regex='h' xpath=\"'$1'\"/>"),
    ] {
        let outcome = rewrite(&format!("<rewriterule>{action}</rewriterule>"), Some(address));
        assert!(outcome.fault.is_some(), "{address} {action}");
    }
}

#[test]
fn a_condition_that_fails_skips_its_rule() {
    let rules = "<rewriterule><action fragment='path' value='x'/></rewriterule>\
                 <rewriterule><condition><match type='url' regex='.*'/></condition><action fragment='ref' value='never'/></rewriterule>\
                 <rewriterule><action fragment='path' type='prepend' value='/'/></rewriterule>";
    assert_eq!(to(&rewrite(rules, Some("http://h/p"))).as_deref(), Some("http://h/x"));
}

#[test]
fn only_expressions_on_the_body_read_it() {
    for (rules, streams) in [
        (
            "<rewriterule><condition><equal source='h' value='1'/></condition><action fragment='path' xpath='$trp:Host'/></rewriterule>",
            true,
        ),
        ("<rewriterule><action fragment='ref' xpath='/a'/></rewriterule>", false),
        (
            "<rewriterule><condition><equal type='soap' source='/a' value='1'/></condition></rewriterule>",
            false,
        ),
    ] {
        let sent = request("POST", "text/xml", "<a>1</a>");
        let bench = Bench::new(&format!("<rewrite>{rules}</rewrite>")).message(sent);
        assert_eq!(bench.run().streams(), streams, "{rules}");
    }
}

#[test]
fn a_port_can_come_from_a_number() {
    let rule = "<rewriterule><action fragment='port' xpath=\"get-property('http.port')\"/></rewriterule>";
    let outcome = bench(rule, Some("http://h/p")).property("http.port", Value::Integer(9000)).run();
    assert_eq!(to(&outcome).as_deref(), Some("http://h:9000/p"));
}

#[test]
fn wrong_rules_are_explained() {
    assert_problems!(
        "<rewrite inproperty=\"a\"><log/><rewriterule>
  <condition><equal source=\"a\"/></condition>
  <action/>
  <action type=\"replace\" fragment=\"path\" value=\"x\"/>
  <action type=\"replace\" fragment=\"path\" regex=\"(a)\" value=\"$2\"/>
  <action fragment=\"port\" value=\"http\"/>
  <action fragment=\"anchor\" value=\"x\"/>
  <action type=\"delete\" fragment=\"path\"/>
  <action type=\"append\" value=\"x\"/>
  <action xpath=\"//(\" value=\"x\"/>
  <log/>
</rewriterule></rewrite>"
    );
}
