//! `conditionalRouter` and `rewrite` through whole flows (mediators.md §4.3, §5.7).

use sinew::testing::{Flows, Reply, Request};

use crate::support::{answer, flows, header, proxy};

/// A proxy service `P` with these mediators, before back ends `one` and `two`.
fn balancer(mediators: &str) -> Flows {
    flows(&[
        ("proxy-services/P.xml", &proxy("P", mediators)),
        ("sequences/one.xml", &format!("<sequence NS name=\"one\">{}</sequence>", answer("one"))),
        ("endpoints/two.xml", "<endpoint NS name=\"two\"><address uri=\"http://two.example\"/></endpoint>"),
    ])
    .stub("http://two.example", Reply::ok("two"))
    .stub("http://new.example:9000", Reply::ok("new"))
}

const ROUTER: &str = "<conditionalRouter continueAfter=\"true\">
    <conditionalRoute>
      <condition><equal source=\"X-Tenant\" value=\"acme\"/></condition>
      <target sequence=\"one\"/>
    </conditionalRoute>
    <conditionalRoute>
      <condition><or><match type=\"param\" source=\"v\" regex=\"2(\\.\\d+)?\"/><match type=\"url\" source=\"path\" regex=\".*/v2/.*\"/></or></condition>
      <target endpoint=\"two\" soapAction=\"urn:two\"/>
    </conditionalRoute>
  </conditionalRouter>";

#[test]
fn requests_are_routed_by_header_parameter_and_path() {
    let flows = balancer(ROUTER);
    let transcript = flows.send(Request::get("/services/P?v=2").header("X-Tenant", "ACME"));
    assert_eq!(header(&transcript, "x-answer"), Some("one"), "{transcript}");
    for target in ["/services/P?v=2.1", "/services/P/v2/orders"] {
        assert_eq!(flows.send(Request::get(target)).body, "two", "{target}");
    }
    assert_eq!(flows.send(Request::get("/services/P?v=1")).status, 202);
}

#[test]
fn a_routed_request() {
    let transcript = balancer(ROUTER).send(Request::get("/services/P/v2/orders"));
    insta::assert_snapshot!(transcript);
}

#[test]
fn addresses_are_rewritten_before_they_are_sent_to() {
    let rewrite = "<header name=\"To\" expression=\"concat('http://old.example', $axis2:REST_URL_POSTFIX)\"/>
      <rewrite>
        <rewriterule>
          <condition><equal type=\"url\" source=\"host\" value=\"old.example\"/></condition>
          <action fragment=\"host\" value=\"new.example\"/>
          <action fragment=\"port\" value=\"9000\"/>
          <action fragment=\"path\" type=\"replace\" regex=\"^/soap\" value=\"/services\"/>
        </rewriterule>
      </rewrite>
      <property name=\"REST_URL_POSTFIX\" scope=\"axis2\" action=\"remove\"/>
      <send/>";
    let transcript = balancer(rewrite).send(Request::get("/services/P/soap/Quotes?x=1"));
    insta::assert_snapshot!(transcript);
}

#[test]
fn a_fault_in_a_route_runs_the_fault_sequence() {
    let router = "<conditionalRouter><conditionalRoute>\
                  <condition><not><equal source=\"none\" value=\"x\"/></not></condition>\
                  <target sequence=\"nowhere\"/></conditionalRoute></conditionalRouter>";
    let transcript = balancer(router).send(Request::get("/services/P"));
    assert_eq!(transcript.status, 500, "{transcript}");
    assert!(transcript.to_string().contains("Sequence named nowhere cannot be found"), "{transcript}");
}
