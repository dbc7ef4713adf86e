//! Sequence templates, and local entries where a sequence, an endpoint or a template is named by key: C67, C68 and C97 of
//! configuration.md §14, and cases 179 to 182 of mediators.md through whole flows.

use std::fs;

use sinew::compiler::CompileSettings;
use sinew::deployment::{Deployer, Folder, Outcome};
use sinew::endpoints::Offline;
use sinew::testing::{Flows, Reply, Request};
use sinew_core::diagnostics::render;
use tempfile::TempDir;

use crate::support::{BACK_END, NS, answer, errors, flows, folder, header, proxy, write};

const P: &str = "proxy-services/P.xml";

/// Mediators that answer with the value of an expression.
fn answer_with(expression: &str) -> String {
    let set = format!("<property name=\"X-Value\" expression=\"{expression}\" scope=\"transport\"/>");
    set + &answer("value")
}

fn template(name: &str, parameters: &str, body: &str) -> String {
    format!("<template NS name=\"{name}\">{parameters}<sequence>{body}</sequence></template>")
}

fn call(target: &str, parameters: &[(&str, &str)]) -> String {
    let given = parameters.iter();
    let given = given.map(|(name, value)| format!("<with-param name=\"{name}\" value=\"{value}\"/>"));
    format!("<call-template target=\"{target}\">{}</call-template>", given.collect::<String>())
}

fn entry(key: &str, content: &str) -> String {
    format!("<localEntry NS key=\"{key}\">{content}</localEntry>")
}

/// What the proxy service `P` answers with in `X-Value`.
fn answered(flows: &Flows) -> String {
    let transcript = flows.send(Request::get("/services/P?x=1"));
    match header(&transcript, "x-value") {
        Some(value) => value.to_owned(),
        None => panic!("no X-Value in:\n{transcript}"),
    }
}

/// Every problem as people see it, without the name of the temporary folder.
fn problems(files: &[(&str, &str)]) -> String {
    let folder = folder(files);
    let flows = Flows::try_load(folder.path()).expect("a readable folder");
    let rendered: Vec<String> = flows.status().diagnostics.iter().map(|found| render(found, false)).collect();
    rendered.join("\n\n").replace(&format!("{}/", folder.path().display()), "")
}

#[test]
fn c97_parameters_are_there_inside_and_gone_after_return() {
    let body = "<property name=\"inside\" expression=\"$func:p\"/>";
    let template = template("t", "<parameter name=\"p\"/>", body);
    let mediators = call("t", &[("p", "5")]) + &answer_with("concat($ctx:inside, '|', $func:p, '|')");
    let flows = flows(&[("templates/t.xml", &template), (P, &proxy("P", &mediators))]);
    assert_eq!(answered(&flows), "5||");
}

#[test]
fn a_call_is_told_step_by_step() {
    let body = "<property name=\"level\" expression=\"$func:level\"/><sequence key=\"s\"/>";
    let files = [
        ("templates/t.xml", &*template("t", "<parameter name=\"level\" default=\"low\"/>", body)),
        (
            "sequences/s.xml",
            "<sequence NS name=\"s\"><property name=\"x\" expression=\"$func:level\"/></sequence>",
        ),
        (P, &*proxy("P", &(call("t", &[("level", "{$url:x}")]) + &answer_with("$ctx:x")))),
    ];
    let transcript = flows(&files).send(Request::get("/services/P?x=high"));
    insta::assert_snapshot!(transcript);
}

#[test]
fn templates_stand_in_definitions_too() {
    let body = answer_with("get-property('func','p')");
    let text = format!(
        "<definitions {NS}>{}{}</definitions>",
        template("t", "<parameter name=\"p\"/>", &body).replace(" NS ", " "),
        proxy("P", &call("t", &[("p", "{$trp:Host}")])).replace(" NS ", " ")
    );
    assert_eq!(answered(&flows(&[("synapse.xml", &text)])), "localhost:8280");
}

#[test]
fn case_181_a_missing_mandatory_parameter_is_reported_and_a_fault() {
    let handler = format!(
        "<sequence NS name=\"h\">{}</sequence>",
        answer_with("concat($ctx:ERROR_CODE, ' ', $ctx:ERROR_MESSAGE)")
    );
    let guarded = format!("<sequence name=\"g\" onError=\"h\">{}</sequence>", call("t", &[]));
    let files = [
        ("templates/t.xml", &*template("t", "<parameter name=\"p\" isMandatory=\"true\"/>", "<log/>")),
        ("sequences/h.xml", &*handler),
        (P, &*proxy("P", &guarded)),
    ];
    assert_eq!(errors(&files), ["E0403"]);
    assert_eq!(answered(&flows(&files)), "500101 The mandatory template parameter p is missing");
}

#[test]
fn case_182_a_missing_template_is_reported_and_a_fault() {
    let files = [(P, &*proxy("P", &call("t", &[])))];
    assert_eq!(errors(&files), ["E0210"]);
    assert_eq!(flows(&files).send(Request::get("/services/P")).status, 500);
}

/// The endpoint is called when the list is done; what it reads of the template is still there.
#[test]
fn endpoints_in_templates_read_the_parameters() {
    let endpoint = "<send><endpoint><address uri=\"http://127.0.0.1:9000/\"/>\
                    <property name=\"X-Tenant\" expression=\"$func:p\" scope=\"transport\"/></endpoint></send>";
    let template = template("t", "<parameter name=\"p\"/>", endpoint);
    let flows = flows(&[("templates/t.xml", &template), (P, &proxy("P", &call("t", &[("p", "acme")])))])
        .stub(BACK_END, Reply::ok("done"));
    let transcript = flows.send(Request::get("/services/P"));
    assert!(transcript.to_string().to_lowercase().contains("x-tenant: acme"), "{transcript}");
    assert_eq!(transcript.body, "done");
}

#[test]
fn templates_that_call_themselves_are_a_cycle() {
    let direct = [("templates/t.xml", &*template("t", "", &call("t", &[])))];
    assert_eq!(errors(&direct), ["E0203"]);
    let through_a_sequence = [
        ("templates/t.xml", &*template("t", "", "<sequence key=\"s\"/>")),
        ("sequences/s.xml", &format!("<sequence NS name=\"s\">{}</sequence>", call("t", &[]))),
    ];
    assert_eq!(errors(&through_a_sequence), ["E0203"]);
    let through_an_entry = [
        ("local-entries/e.xml", &*entry("e", "<sequence name=\"e\"><sequence key=\"s\"/></sequence>")),
        ("sequences/s.xml", "<sequence NS name=\"s\"><sequence key=\"e\"/></sequence>"),
    ];
    assert_eq!(errors(&through_an_entry), ["E0203"]);
}

#[test]
fn c67_a_sequence_in_a_local_entry_runs() {
    let q = entry("q2", &format!("<sequence name=\"q\">{}</sequence>", answer_with("get-property('k')")));
    let k = entry("k", "<x xmlns=\"\"/>");
    for (attribute, mediators) in [
        ("", "<sequence key=\"q2\"/>"),
        ("", "<sequence key=\"{'q2'}\"/>"),
        ("", "<filter xpath=\"'x'\"><then sequence=\"q2\"/></filter>"),
        (" inSequence=\"q2\"", ""),
        (" faultSequence=\"q2\"", "<sequence key=\"{'none'}\"/>"),
    ] {
        let inline = if mediators.is_empty() {
            String::new()
        } else {
            format!("<inSequence>{mediators}</inSequence>")
        };
        let proxy = format!("<proxy NS name=\"P\"><target{attribute}>{inline}</target></proxy>");
        let files = [("local-entries/q2.xml", &*q), ("local-entries/k.xml", &*k), (P, &*proxy)];
        assert_eq!(errors(&files), [""; 0], "{proxy}");
        assert_eq!(answered(&flows(&files)), "<x xmlns=\"\"/>", "{proxy}");
    }
}

#[test]
fn c67_an_endpoint_and_a_template_in_local_entries() {
    let mediators = call("t", &[("p", "1")]) + "<send><endpoint key=\"e\"/></send>";
    let body = "<property name=\"X-Tenant\" expression=\"$func:p\" scope=\"transport\"/>";
    let files = [
        (
            "local-entries/e.xml",
            &*entry("e", "<endpoint><address uri=\"http://127.0.0.1:9000/e\"/></endpoint>"),
        ),
        (
            "local-entries/t.xml",
            &*entry("t", &template("x", "<parameter name=\"p\"/>", body).replace(" NS ", " ")),
        ),
        (P, &*proxy("P", &mediators)),
    ];
    let flows = flows(&files).stub("http://127.0.0.1:9000/e", Reply::ok("from e"));
    let transcript = flows.send(Request::get("/services/P"));
    assert_eq!(transcript.body, "from e", "{transcript}");
    assert!(transcript.to_string().to_lowercase().contains("x-tenant: 1"), "{transcript}");
}

#[test]
fn c68_a_file_that_cannot_be_read_leaves_the_entry_out() {
    let definitions = format!(
        "<definitions {NS}><localEntry key=\"a\" src=\"file:none.xml\"/><localEntry key=\"b\">text</localEntry>{}</definitions>",
        proxy("P", &answer_with("concat(get-property('a'), '|', get-property('b'))")).replace(" NS ", " ")
    );
    let files = [("synapse.xml", &*definitions)];
    assert_eq!(errors(&files), ["E0101"]);
    assert_eq!(answered(&flows(&files)), "|text");
    for src in ["http://127.0.0.1:9/x", "https://127.0.0.1:9/x", "gov:x"] {
        let fetched = format!("<localEntry NS key=\"a\" src=\"{src}\"/>");
        assert_eq!(errors(&[("local-entries/a.xml", &fetched)]), ["E0702"], "{src}");
    }
}

#[test]
fn files_of_local_entries_are_read() {
    let sequence = format!(
        "<sequence NS name=\"q\">{}</sequence>",
        answer_with("concat(get-property('t'), get-property('x'))")
    );
    let files = [
        ("files/text.txt", " a\n"),
        ("files/x.xml", "<?xml version=\"1.0\"?>\n<!-- not part of it --><x a=\"1\"/>"),
        ("files/q.xml", &*sequence),
        ("local-entries/t.xml", "<localEntry NS key=\"t\" src=\"files/text.txt\"/>"),
        (
            "local-entries/x.xml",
            "<localEntry NS key=\"x\" src=\"file:files/x.xml\"><description>an element</description></localEntry>",
        ),
        ("local-entries/q.xml", "<localEntry NS key=\"q\" src=\"file:files/q.xml\"/>"),
        (
            P,
            &*proxy(
                "P",
                "<property name=\"t\" expression=\"normalize-space(get-property('t'))\"/><sequence key=\"q\"/>",
            ),
        ),
    ];
    assert_eq!(errors(&files), [""; 0]);
    assert_eq!(answered(&flows(&files)), "a<x a=\"1\"/>");
}

/// A folder `synapse-configs/<name>` has the home that the original has: the directory around `synapse-configs`.
#[test]
fn relative_files_start_at_the_home() {
    let home = TempDir::new().expect("a temporary folder");
    write(home.path(), "resources/k.txt", "from the home");
    let root = home.path().join("synapse-configs/default");
    write(&root, "local-entries/k.xml", "<localEntry NS key=\"k\" src=\"file:resources/k.txt\"/>");
    write(&root, P, &proxy("P", &answer_with("get-property('k')")));
    assert_eq!(answered(&Flows::load(root)), "from the home");
}

#[test]
fn a_changed_file_of_a_local_entry_is_a_change() {
    let sequence = |steps: &str| format!("<sequence NS name=\"q\">{steps}</sequence>");
    let folder = folder(&[
        ("files/q.xml", &sequence("<drop/>")),
        ("local-entries/q.xml", "<localEntry NS key=\"q\" src=\"files/q.xml\"/>"),
        (P, &proxy("P", "<sequence key=\"q\"/>")),
    ]);
    let registry = sinew_mediators::registry();
    let deployer = Deployer::start(Folder::new(folder.path()), registry, CompileSettings::default(), Offline);
    let mut deployer = deployer.expect("a readable folder");
    let steps = |deployer: &Deployer<Offline>| {
        let deployed = deployer.deployed().load();
        deployed.sequences().find(|(name, _)| &***name == "q").map(|(_, sequence)| sequence.steps.len())
    };
    let look = |deployer: &mut Deployer<Offline>| deployer.reload().expect("a readable folder");
    assert_eq!((look(&mut deployer), steps(&deployer)), (None, Some(1)));

    write(folder.path(), "files/q.xml", &sequence("<log/><drop/>"));
    assert_eq!((look(&mut deployer), steps(&deployer)), (Some(Outcome::Deployed), Some(2)));
    assert_eq!(look(&mut deployer), None);

    // What is wrong, or gone, leaves the version in service; it is back when the file is.
    write(folder.path(), "files/q.xml", &sequence("<sequence key=\"none\"/>"));
    assert_eq!((look(&mut deployer), steps(&deployer)), (Some(Outcome::Partly), Some(2)));
    fs::remove_file(folder.path().join("files/q.xml")).expect("the file is there");
    assert_eq!((look(&mut deployer), steps(&deployer)), (Some(Outcome::Partly), Some(2)));
    write(folder.path(), "files/q.xml", &sequence("<drop/>"));
    assert_eq!((look(&mut deployer), steps(&deployer)), (Some(Outcome::Deployed), Some(1)));
}

#[test]
fn wrong_templates_are_explained() {
    let problems = problems(&[
        ("templates/a.xml", "<template NS/>"),
        (
            "templates/b.xml",
            "<template NS name=\"b\"><endpoint><address uri=\"$uri\"/></endpoint></template>",
        ),
        (
            "templates/c.xml",
            "<template NS name=\"c\" onError=\"none\" nmae=\"x\">
  <parameter name=\"p\" default=\"{//(}\"/>
  <parameter/>
  <parameter name=\"q\"/>
  <parameter name=\"q\" optional=\"maybe\"/>
  <log/>
  <sequence key=\"s\" onError=\"other\"><unknown/></sequence>
</template>",
        ),
    ]);
    insta::assert_snapshot!(problems);
}

#[test]
fn keys_that_lead_elsewhere_are_explained() {
    let mediators = "\n<sequence key=\"text\"/>\n<sequence key=\"e\"/>\n<sequence key=\"mian\"/>\
                     \n<send><endpoint key=\"s\"/></send>\n<call-template target=\"tt\"/>\n<call-template target=\"s\"/>\n";
    let problems = problems(&[
        ("local-entries/text.xml", &entry("text", "text")),
        ("local-entries/broken.xml", "<localEntry NS key=\"broken\" src=\"broken.xml\"/>"),
        ("broken.xml", "<a><b></a>"),
        ("endpoints/e.xml", "<endpoint NS name=\"e\"><default/></endpoint>"),
        ("sequences/s.xml", "<sequence NS name=\"s\"><drop/></sequence>"),
        ("templates/ttt.xml", &template("ttt", "", "<drop/>")),
        (P, &proxy("P", mediators)),
    ]);
    insta::assert_snapshot!(problems);
}
