//! The numbered cases.

use sinew_core::mediation::Flow;

use super::{Bench, run, script};
use crate::testing::{is_clean, is_refused, request, soap_request};

/// How a script on this payload ends.
fn flow(source: &str, content: &str) -> Flow {
    let outcome = Bench::new(&script(source)).message(soap_request(content)).run();
    outcome.flow.expect("no fault")
}

#[test]
fn case_199_the_value_of_the_script_decides() {
    let source = "mc.getPayloadXML().b == 'petra';";
    assert_eq!(flow(source, "<a><b>petra</b></a>"), Flow::Continue);
    assert_eq!(flow(source, "<a><b>paul</b></a>"), Flow::Stop);
    let returned = "return mc.getPayloadXML().b == 'petra'";
    assert_eq!(flow(returned, "<a><b>paul</b></a>"), Flow::Stop);
    for source in ["'false'", "0", "null", "undefined", "''", "var x = false;", "true"] {
        assert_eq!(flow(source, ""), Flow::Continue, "{source}");
    }
    let rest = Bench::new(&script(source)).message(request("POST", "application/xml", "<a><b>petra</b></a>"));
    assert_eq!(rest.run().flow.expect("no fault"), Flow::Continue);
}

#[test]
fn case_200_key_function_and_scopes() {
    assert!(is_refused("<script language='js' function='f'>1</script>"));
    assert!(is_refused("<script>1</script>"));
    assert!(is_refused("<script language='js'><include key='k'/>1</script>"));
    assert!(is_refused("<script language='rb'>1</script>"));
    assert!(is_refused("<script language='js'>1 +</script>"));
    assert!(is_clean("<script language='js' key='k' function='f'><include key='l'/></script>"));
    assert!(is_clean("<script language='js' key='{$ctx:k}'/>"));
    let outcome = run("mc.setProperty('k', 'v', 'transport')");
    assert_eq!(outcome.headers("k"), ["v"]);
    let outcome = run("undefinedFunction()");
    assert_eq!(
        outcome.fault_message(),
        Some("the script failed in line 2: ReferenceError: undefinedFunction is not defined")
    );
}

/// The fault sequence of the ELB, written anew: a literal with computed element names over several lines.
const FAULT: &str = r#"<script language="js"><![CDATA[
        mc.setPayloadXML(
           <{mc.getProperty("SERVICENAME")}Response xmlns="org.wso2.gateway">
            <Timestamp>{new Date()}</Timestamp>
            <Errors>
             <LongMessage>{mc.getProperty("ERROR_MESSAGE")}</LongMessage>
            </Errors>
            <ServiceName>{mc.getProperty("SERVICENAME")}</ServiceName>
           </{mc.getProperty("SERVICENAME")}Response>
        );
      ]]></script>
    <switch source="get-property('ERROR_CODE')">
        <case regex="101504"><property name="HTTP_SC" value="504" scope="axis2"/></case>
        <default><property name="HTTP_SC" value="500" scope="axis2"/></default>
    </switch>"#;

#[test]
fn case_201_the_fault_sequence_makes_its_answer() {
    let outcome = Bench::new(FAULT)
        .message(request("POST", "application/xml", "<a/>"))
        .property("SERVICENAME", "S")
        .property("ERROR_MESSAGE", "m < n")
        .property("ERROR_CODE", sinew_core::message::Value::Integer(101_503))
        .run();
    assert_eq!(outcome.fault_message(), None);
    let xml = outcome.xml();
    assert!(xml.starts_with("<SResponse xmlns=\"org.wso2.gateway\"><Timestamp>"), "{xml}");
    assert!(xml.contains("<Errors><LongMessage>m &lt; n</LongMessage></Errors>"), "{xml}");
    assert!(xml.ends_with("<ServiceName>S</ServiceName></SResponse>"), "{xml}");
    assert_eq!(outcome.axis2("HTTP_SC").as_deref(), Some("500"));
}

#[test]
fn a_payload_that_cannot_be_read_is_replaced() {
    let outcome = Bench::new(FAULT).message(request("POST", "application/xml", "<a")).run();
    assert_eq!(outcome.fault_message(), None);
    assert!(outcome.xml().starts_with("<nullResponse xmlns=\"org.wso2.gateway\">"), "{}", outcome.xml());
}
