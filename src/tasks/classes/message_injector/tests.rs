//! What properties mean, and what messages become of them.

use std::sync::{Arc, Mutex};

use http::header::{CONTENT_TYPE, HOST};
use sinew_core::config::{MediatorRegistry, ParseContext, TaskDefinition};
use sinew_core::diagnostics::{Diagnostics, SourceFile};
use sinew_core::message::{Dialect, Message, Payload, SOAP_ACTION, SoapVersion};
use sinew_core::xml::{Limits, SourceDocument};

use crate::tasks::{Door, Inject, InjectFuture, Injection, Need, RunContext, TaskClasses, TaskError, Work};

/// Keeps what is injected. Has one local entry.
#[derive(Default)]
struct Keeper(Mutex<Vec<Injection>>);

impl Inject for Keeper {
    fn inject(&self, injection: Injection) -> InjectFuture<'_> {
        self.0.lock().expect("a test").push(injection);
        Box::pin(async { Ok(()) })
    }

    fn local_entry(&self, key: &str) -> Option<String> {
        (key == "order").then(|| "<order/>".to_owned())
    }
}

/// What is made of a message injector with these properties.
fn build(properties: &str) -> (Option<Arc<dyn Work>>, Vec<Need>, Vec<String>) {
    let xml = format!(
        "<task xmlns=\"http://ws.apache.org/ns/synapse\" name=\"t\" \
         class=\"org.apache.synapse.startup.tasks.MessageInjector\">{properties}</task>"
    );
    let source = SourceDocument::parse(SourceFile::new("t.xml", xml), &Limits::default());
    let source = source.expect("well-formed");
    let (registry, mut diagnostics) = (MediatorRegistry::default(), Diagnostics::new());
    let mut context = ParseContext::new(&registry, &mut diagnostics);
    let task = TaskDefinition::parse(source.root(), &mut context).expect("a task");
    let (work, _, needs) = TaskClasses::default().build(&task, &mut diagnostics);
    let report = |found: &sinew_core::diagnostics::Diagnostic| {
        let place = found.location.as_ref().expect("a place");
        let text = place.file.text().get(place.span.start as usize..place.span.end as usize);
        format!("{} {}", found.code, text.expect("a place in the file"))
    };
    let reports = diagnostics.iter().map(report).collect();
    (work, needs, reports)
}

fn property(name: &str, value: &str) -> String {
    format!("<property name=\"{name}\" value=\"{value}\"/>")
}

async fn run(properties: &str) -> Result<Injection, TaskError> {
    let (work, _, reports) = build(properties);
    assert_eq!(reports, [""; 0], "{properties}");
    let keeper = Arc::new(Keeper::default());
    let context = RunContext { task: "t".into(), inject: keeper.clone() };
    work.expect("work").run(context).await?;
    let injected = keeper.0.lock().expect("a test").pop();
    Ok(injected.expect("a message"))
}

fn xml(message: &Message) -> String {
    match &message.payload {
        Payload::Xml(xml) => xml.document.to_xml(),
        other => panic!("{other:?}"),
    }
}

const MESSAGE: &str = r#"<property name="message"><a xmlns="urn:a"><b>1</b></a></property>"#;

/// configuration.md §6.6: the message in each format.
#[tokio::test]
async fn messages_in_each_format() {
    let rows = [
        ("", Dialect::Soap(SoapVersion::Soap12), Some("application/soap+xml"), None),
        ("SOAP12", Dialect::Soap(SoapVersion::Soap12), Some("application/soap+xml"), None),
        ("soap11", Dialect::Soap(SoapVersion::Soap11), Some("text/xml"), Some("\"urn:act\"")),
        ("pox", Dialect::Rest, Some("application/xml"), None),
    ];
    for (format, dialect, content_type, action) in rows {
        let properties = MESSAGE.to_owned()
            + &property("soapAction", "urn:act")
            + &property("to", "http://quotes.example:9000/services/Quotes");
        let properties =
            if format.is_empty() { properties } else { properties + &property("format", format) };
        let Injection { message, door } = run(&properties).await.expect("a run");
        assert_eq!((message.client, door), (dialect, Door::Main), "{format}");
        let header = |name| message.headers.get(name).and_then(|value| value.to_str().ok());
        assert_eq!(header(CONTENT_TYPE), content_type, "{format}");
        assert_eq!(header(SOAP_ACTION), action, "{format}");
        assert_eq!(header(HOST), Some("quotes.example:9000"), "{format}");
        assert_eq!(message.to().as_deref(), Some("http://quotes.example:9000/services/Quotes"));
        assert_eq!((message.action(), &*message.rest_suffix()), (Some("urn:act"), ""), "{format}");
        assert_eq!(
            message.properties.value("TASK_NAME").map(|name| name.text().into_owned()).as_deref(),
            Some("t")
        );
        let text = xml(&message);
        assert!(text.contains(r#"<a xmlns="urn:a"><b>1</b></a>"#), "{text}");
        let namespace = match dialect {
            Dialect::Soap(version) => version.namespace(),
            Dialect::Rest => "",
        };
        assert_eq!(text.contains("Envelope"), dialect != Dialect::Rest, "{text}");
        assert!(text.contains(namespace), "{text}");
    }
}

#[tokio::test]
async fn a_get_has_the_message_in_its_query() {
    let fields = r#"<property name="message"><quote><symbol>A&amp;B</symbol><n>1</n></quote></property>"#;
    let Injection { message, .. } =
        run(&(fields.to_owned() + &property("format", "get"))).await.expect("a run");
    assert_eq!(*message.method(), http::Method::GET);
    assert_eq!(&*message.rest_suffix(), "?symbol=A%26B&n=1");
    assert!(matches!(message.payload, Payload::Empty) && message.no_entity_body());
}

#[tokio::test]
async fn messages_are_xml_or_text_and_may_stand_elsewhere() {
    let given = property("message", " &lt;a/&gt; ");
    assert!(xml(&run(&given).await.expect("a run").message).contains("<a/>"));
    let Injection { message, .. } = run(&property("message", "ping")).await.expect("a run");
    assert!(matches!(&message.payload, Payload::Text(text) if &**text == "ping"));
    assert_eq!(message.client, Dialect::Rest);
    let entry = property("registryKey", "order") + &property("format", "pox");
    assert_eq!(xml(&run(&entry).await.expect("a run").message), "<order/>");
    let error = run(&property("registryKey", "nothing")).await.expect_err("no entry");
    assert_eq!(error.to_string(), "there is no local entry \"nothing\"");
    let envelope = r#"<property name="message"><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><a/></e:Body></e:Envelope></property>"#;
    let text =
        xml(&run(&(envelope.to_owned() + &property("format", "soap12"))).await.expect("a run").message);
    assert!(text.contains(SoapVersion::Soap12.namespace()), "{text}");
    assert_eq!(text.matches("Envelope").count(), 2, "{text}");
}

#[tokio::test]
async fn messages_go_in_where_the_task_says() {
    let sequence = MESSAGE.to_owned() + &property("injectTo", "Sequence") + &property("sequenceName", "s");
    assert_eq!(run(&sequence).await.expect("a run").door, Door::Sequence("s".into()));
    let (_, needs, _) = build(&sequence);
    assert!(matches!(&needs[..], [Need::Sequence(named)] if &*named.text == "s"));
    let proxy = MESSAGE.to_owned() + &property("injectTo", "proxy") + &property("proxyName", "P");
    let Injection { message, door } = run(&proxy).await.expect("a run");
    assert_eq!((door, message.received.path()), (Door::Proxy("P".into()), "/services/P"));
}

#[test]
fn mistakes_are_reported_where_they_stand() {
    let to = |text: &str| MESSAGE.to_owned() + &property("to", text);
    let class = "org.apache.synapse.startup.tasks.MessageInjector";
    let (no_message, no_name) = (format!("E0303 {class}"), format!("E0303 {class}"));
    let proxy = property("injectTo", "proxy") + &property("proxyName", "P");
    let rows = [
        (property("format", "pox"), no_message.as_str(), false),
        (property("message", "&lt;a&gt;"), "E0302 &lt;a&gt;", false),
        (to("quotes"), "E0302 quotes", false),
        (to("ftp://h/"), "E0302 ftp://h/", false),
        (MESSAGE.to_owned() + &property("injectTo", "sequence"), no_name.as_str(), false),
        (MESSAGE.to_owned() + &property("mesage", "a"), "E0302 a", false),
        (MESSAGE.to_owned() + &proxy + &property("format", "xml"), "E0302 xml", false),
        (MESSAGE.to_owned() + &property("coordinatorOnly", "yes"), "E0302 yes", true),
        // What counts as not given.
        (MESSAGE.to_owned() + &property("format", "xml"), "W0301 xml", true),
        (MESSAGE.to_owned() + &property("injectTo", "outside"), "W0301 outside", true),
        (MESSAGE.to_owned() + &property("sequential", "false"), "W0301 false", true),
        (MESSAGE.to_owned() + &property("invokeHandlers", "true"), "W0301 true", true),
        (MESSAGE.to_owned() + &property("quartz.conf", "q"), "W0301 q", true),
        (property("message", "ping") + &property("format", "pox"), "W0301 pox", true),
    ];
    for (properties, report, works) in rows {
        let (work, _, reports) = build(&properties);
        assert_eq!(reports, [report], "{properties}");
        assert_eq!(work.is_some(), works, "{properties}");
    }
}
