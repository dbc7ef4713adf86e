//! Scripts in whole flows (mediators.md §9.1, §11, case 201).

use std::path::Path;

use sinew::testing::{Flows, Reply, Request, Transcript};

use super::support::{BACK_END, flows, folder, header};

/// The start and the end of what the shipped fault sequence of WSO2 ELB 2.0.5 answers, around its time stamp.
const START: &str = "<SResponse xmlns=\"org.wso2.gateway\"><Timestamp>";
const END: &str = "</SeverityCode>";

/// A sequence that works like the shipped one: the literal's root has a computed name, the status follows the error code.
const FAULT: &str = r#"<sequence NS name="fault">
    <script language="js"><![CDATA[
        mc.setPayloadXML(
           <{mc.getProperty("SERVICENAME")}Response xmlns="org.wso2.gateway">
            <Timestamp>{new Date()}</Timestamp>
            <Ack>Failure</Ack>
            <Errors>
             <LongMessage>{mc.getProperty("ERROR_MESSAGE")}</LongMessage>
             <SeverityCode>Error</SeverityCode>
            </Errors>
            <ServiceName>{mc.getProperty("SERVICENAME")}</ServiceName>
            <ResponseCode>{mc.getProperty("HTTP_SC")}</ResponseCode>
           </{mc.getProperty("SERVICENAME")}Response>
        );
    ]]></script>
    <switch source="get-property('ERROR_CODE')">
        <case regex="101504">
            <property name="HTTP_SC" value="504" scope="axis2"/>
            <sequence key="seq_timeout"/>
        </case>
        <default>
            <property name="HTTP_SC" value="500" scope="axis2"/>
        </default>
    </switch>
    <property name="NO_ENTITY_BODY" scope="axis2" action="remove"/>
    <header name="To" action="remove"/>
    <property name="RESPONSE" value="true"/>
    <property name="messageType" value="text/xml" scope="axis2"/>
    <property name="ContentType" value="text/xml" scope="axis2"/>
    <send/>
</sequence>"#;

const PROXY: &str = r#"<proxy NS name="S"><target>
    <inSequence><property name="SERVICENAME" value="S"/></inSequence>
    <endpoint><address uri="http://127.0.0.1:9000"><markForSuspension><errorCodes>-1</errorCodes></markForSuspension>
        <suspendOnFailure><errorCodes>-1</errorCodes></suspendOnFailure></address></endpoint>
</target></proxy>"#;

fn files(fault: &str) -> Flows {
    flows(&[
        ("proxy-services/S.xml", PROXY),
        ("sequences/fault.xml", fault),
        ("sequences/seq_timeout.xml", "<sequence NS name=\"seq_timeout\"/>"),
        ("sequences/seq_endpoint_down.xml", "<sequence NS name=\"seq_endpoint_down\"/>"),
    ])
}

/// What case 201 says of the answer.
fn assert_answer(answer: &Transcript, status: u16) {
    assert_eq!(answer.status, status, "{answer}");
    assert!(header(answer, "content-type").is_some_and(|value| value.starts_with("text/xml")), "{answer}");
    assert!(answer.body.starts_with(START), "{answer}");
    assert!(answer.body.contains("<Ack>Failure</Ack><Errors>"), "{answer}");
    assert!(answer.body.contains(END), "{answer}");
    assert!(
        answer.body.contains("<ServiceName>S</ServiceName><ResponseCode>null</ResponseCode>"),
        "{answer}"
    );
    assert!(answer.body.ends_with("</SResponse>"), "{answer}");
}

fn assert_answers(flows: &Flows) {
    let requests = [
        Request::get("/services/S"),
        Request::post("/services/S", "application/xml", "<a/>"),
        Request::post("/services/S", "application/json", "{}"),
    ];
    for request in requests {
        assert_answer(&flows.send(request), 500);
    }
}

#[test]
fn case_201_a_fault_sequence_answers_with_a_literal() {
    let refused = files(FAULT).stub(BACK_END, Reply::refused());
    assert_answers(&refused);
    let late = files(FAULT).stub(BACK_END, Reply::timed_out());
    assert_answer(&late.send(Request::get("/services/S")), 504);
}

#[test]
fn case_201_the_shipped_fault_sequence() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let shipped = corpus.join("wso2-elb-2.0.5/synapse-configs/default/sequences/fault.xml");
    let Ok(shipped) = std::fs::read_to_string(shipped) else {
        eprintln!("skipped: the corpus of configurations is not on this machine");
        return;
    };
    let refused = files(&shipped).stub(BACK_END, Reply::refused());
    let errors = refused.status().diagnostics.iter().filter(|diagnostic| diagnostic.severity.is_error());
    assert_eq!(errors.count(), 0);
    assert_answers(&refused);
    let late = files(&shipped).stub(BACK_END, Reply::timed_out());
    let answer = late.send(Request::get("/services/S"));
    assert_answer(&answer, 504);
    assert!(answer.body.contains("<ErrorCode>500</ErrorCode>"), "{answer}");
    assert!(answer.body.contains("<ContentType>null</ContentType><Version>1.5.1</Version>"), "{answer}");
}

#[test]
fn a_script_in_a_local_entry_is_called_by_name() {
    let entry = r#"<localEntry NS key="quotes"><![CDATA[
        function transformRequest(mc) {
            var symbol = mc.getPayloadXML()..*::Code.toString();
            mc.setPayloadXML(<m:getQuote xmlns:m="http://services.samples"><m:symbol>{prefix + symbol}</m:symbol></m:getQuote>);
        }
        function fails(mc) {
            nope();
        }
    ]]></localEntry>"#;
    let proxy = |name: &str, script: &str| {
        format!(
            "<proxy NS name=\"{name}\"><target><inSequence>{script}<respond/></inSequence>\
             <faultSequence><property name=\"X-Error\" expression=\"$ctx:ERROR_MESSAGE\" scope=\"transport\"/>\
             <respond/></faultSequence></target></proxy>"
        )
    };
    let call = |function: &str| {
        format!(
            "<script language=\"js\" key=\"quotes\" function=\"{function}\"><include key=\"prefix\"/></script>"
        )
    };
    let folder = folder(&[
        ("local-entries/quotes.xml", entry),
        ("local-entries/prefix.xml", "<localEntry NS key=\"prefix\">var prefix = 'X';</localEntry>"),
        ("local-entries/broken.xml", "<localEntry NS key=\"broken\">\n  var a = ;</localEntry>"),
        ("proxy-services/Quotes.xml", &proxy("Quotes", &call("transformRequest"))),
        ("proxy-services/Fails.xml", &proxy("Fails", &call("fails"))),
        ("proxy-services/Missing.xml", &proxy("Missing", &call("missing"))),
        ("proxy-services/Broken.xml", &proxy("Broken", "<script language=\"js\" key=\"broken\"/>")),
        ("proxy-services/None.xml", &proxy("None", "<script language=\"js\" key=\"none\"/>")),
    ]);
    let flows = Flows::try_load(folder.path()).expect("a readable folder");
    let send = |name: &str| {
        let body = "<p:CheckPriceRequest xmlns:p=\"urn:p\"><p:Code>IBM</p:Code></p:CheckPriceRequest>";
        flows.send(Request::post(&format!("/services/{name}"), "application/xml", body))
    };
    let quote = "<m:getQuote xmlns:m=\"http://services.samples\"><m:symbol>XIBM</m:symbol></m:getQuote>";
    for _ in 0..2 {
        assert_eq!(send("Quotes").body, quote);
    }
    let table = [
        ("Fails", "the script failed in line 7: ReferenceError: nope is not defined"),
        ("Missing", "the script failed: ReferenceError: the script has no function missing"),
        ("Broken", "the script is not valid JavaScript: unexpected token in expression: ';' at broken:2:11"),
        ("None", "the script \"none\" cannot be found"),
    ];
    for (name, message) in table {
        assert_eq!(header(&send(name), "x-error"), Some(message), "{name}");
    }
}

/// A file of the samples of Apache Synapse; `None`, and a note, in a clone that does not have them.
fn sample(number: u32) -> Option<Flows> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/apache-synapse-samples");
    let path = corpus.join(format!("synapse_sample_{number}.xml"));
    if !path.is_file() {
        eprintln!("skipped: the corpus of configurations is not on this machine");
        return None;
    }
    Some(Flows::load(path))
}

fn soap(content: &str) -> String {
    format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>{content}</s:Body></s:Envelope>"
    )
}

fn check_price() -> Request {
    let content = "<m0:CheckPriceRequest xmlns:m0=\"http://services.samples\"><m0:Code>IBM</m0:Code></m0:CheckPriceRequest>";
    Request::post("/", "text/xml", &soap(content)).header("SOAPAction", "\"urn:getQuote\"")
}

#[test]
fn sample_351_transforms_request_and_response() {
    let quote = "<ns:getQuoteResponse xmlns:ns=\"http://services.samples\"><ns:return><ns:last>99.9</ns:last>\
                 <ns:symbol>IBM</ns:symbol></ns:return></ns:getQuoteResponse>";
    let Some(flows) = sample(351) else { return };
    let reply = Reply::status(200).header("Content-Type", "text/xml").body(&soap(quote));
    let transcript = flows.stub("http://localhost:9000", reply).send(check_price());
    let request = "<s:Body><m:getQuote xmlns:m=\"http://services.samples\"><m:request><m:symbol>IBM</m:symbol>\
                   </m:request></m:getQuote></s:Body>";
    assert!(transcript.to_string().contains(request), "{transcript}");
    let answer = "<s:Body><m:CheckPriceResponse xmlns:m=\"http://services.samples/xsd\"><m:Code>IBM</m:Code>\
                  <m:Price>99.9</m:Price></m:CheckPriceResponse></s:Body>";
    assert!(transcript.body.contains(answer), "{transcript}");
}

#[test]
fn sample_352_answers_by_itself() {
    let Some(flows) = sample(352) else { return };
    let transcript = flows.send(check_price());
    let answer = "<s:Body><ns:getQuoteResponse xmlns:ns=\"http://services.samples\"><ns:return>\
                  <ns:last>99.9</ns:last></ns:return></ns:getQuoteResponse></s:Body>";
    assert_eq!(transcript.status, 200, "{transcript}");
    assert!(transcript.body.contains(answer), "{transcript}");
}
