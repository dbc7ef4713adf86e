//! Bodies of requests, and the file of what operators said.

use std::collections::BTreeMap;

use sinew_core::config::balancer::{Change, Changes, ClusterKey, Place};
use sinew_core::diagnostics::{Location, SourceFile, Span, render_short};
use tempfile::TempDir;

use super::state::{parse, render};
use super::{StateFile, read_cluster};

fn read(text: &str) -> Result<super::ClusterBody, String> {
    read_cluster(&SourceFile::new("body", text)).map_err(|problem| render_short(&problem))
}

#[test]
fn keys_and_values_have_places() {
    let text = r#"{"hosts": ["B.test.", "a.test"], "max_app_instances": 3, "maintenance": true, "tenant_range": " 1-5 "}"#;
    let body = read(text).expect("a body");
    let hosts: Vec<String> = body.hosts.expect("hosts").iter().map(ToString::to_string).collect();
    assert_eq!(hosts, ["a.test", "b.test"]);
    let found: Vec<_> = body
        .definition
        .properties
        .iter()
        .map(|one| {
            let (key, value) = (one.key_span, one.value_span);
            let at = |span: Span| &text[span.start as usize..span.end as usize];
            (one.key.as_str(), one.value.as_str(), at(key), at(value))
        })
        .collect();
    assert_eq!(
        found,
        [
            ("max_app_instances", "3", "max_app_instances", "3"),
            ("maintenance", "true", "maintenance", "true"),
            ("tenant_range", "1-5", "tenant_range", "\" 1-5 \""),
        ]
    );
}

#[test]
fn what_is_no_body_is_refused_where_it_is_wrong() {
    for (text, place, words) in [
        ("", "body:1:1", "EOF"),
        ("[]", "body:1:1", "an object with the keys of a cluster"),
        ("{\"a\": 1,\n \"b\": tru}", "body:2:10", "expected"),
        ("{\"a\": 1, \"a\": 2}", "body:1:", "`a` is given twice"),
        ("{\"a\": null}", "body:1:7", "`a` must be a text, a number, true or false"),
        ("{\"a\": [1]}", "body:1:7", "`a` must be"),
        ("{\"a\": \"x\\u0000\"}", "body:1:7", "`a` must be"),
        ("{\"hosts\": \"a.test\"}", "body:1:11", "`hosts` must be a list of texts"),
        ("{\"hosts\": [1]}", "body:1:11", "`hosts` must be a list of texts"),
        ("{\"hosts\": [\"a b\"]}", "body:1:11", "`a b` is no host"),
        ("{\"domain\": \"d\"}", "body:1:12", "the path names the domain"),
        ("{\"sub_domain\": \"d\"}", "body:1:16", "the path names the sub-domain"),
        ("{\"serviceName\": \"\"}", "body:1:17", "`serviceName` must not be empty"),
    ] {
        let problem = read(text).expect_err(text);
        assert!(problem.starts_with(place) && problem.contains(words), "{text}: {problem}");
    }
}

fn changes() -> Changes {
    let body =
        read(r#"{"serviceName": "php", "tenant_range": "1-5", "max_app_instances": 3}"#).expect("a body");
    let key = ClusterKey::parse("php.domain/worker");
    let place = Place(Location::new(SourceFile::new("", ""), Span::point(0)));
    Changes::restored(
        BTreeMap::from([(key.clone(), body.definition)]),
        BTreeMap::from([(("php.test".into(), key.clone()), place)]),
        BTreeMap::from([(ClusterKey::parse("shop"), true)]),
    )
}

#[test]
fn what_is_written_is_read_again() {
    let folder = TempDir::new().expect("a folder");
    let file = StateFile::new(folder.path().join("state.json"));
    assert_eq!(file.read().expect("nothing yet"), Changes::default());
    for changes in [changes(), Changes::default(), changes()] {
        file.write(&changes).expect("written");
        assert_eq!(file.read().expect("readable"), changes);
    }
    let names: Vec<_> = std::fs::read_dir(folder.path()).expect("a folder").flatten().collect();
    assert_eq!(names.len(), 1, "nothing else is left behind");
    // The topology is not the operators'.
    let mut with_topology = changes();
    let (tree, _) = sinew_core::config::balancer::parse(&SourceFile::new("t", "services { }"));
    let topology = Change::Topology(std::sync::Arc::new(tree.expect("a tree")));
    with_topology.apply(topology, None).expect("applied");
    assert_eq!(render(&with_topology), render(&changes()));
}

#[test]
fn what_cannot_be_read_has_a_place() {
    let good = render(&changes());
    assert!(parse(&SourceFile::new("s", good.clone())).is_ok());
    for (text, place, words) in [
        (good.replace("\"clusters\": [", "\"clusters\": [,"), "s:3:16", "expected value"),
        (good.replace("\"schema\": 1", "\"schema\": 2"), "s:1:1", "the form 2 is not known"),
        (good.replace("\"on\"", "\"off\""), "s:", "unknown field `off`"),
        (good.replace("\"php.test\"", "\"php test\""), "s:", "`php test` is no host"),
        (good.replace("\"3\"", "[3]"), "s:", "`max_app_instances` must be"),
        (good.replace("\"max_app_instances\"", "\"tenant_range\""), "s:", "`tenant_range` is given twice"),
    ] {
        let problem = render_short(&parse(&SourceFile::new("s", text.clone())).expect_err(&text));
        assert!(problem.starts_with(place) && problem.contains(words), "{problem}");
    }
    let folder = TempDir::new().expect("a folder");
    let problem = StateFile::new(folder.path().to_owned()).read().expect_err("a directory");
    assert!(render_short(&problem).contains("E0101"), "{problem:?}");
    let nowhere = StateFile::new(folder.path().join("no/such/folder"));
    assert!(nowhere.write(&changes()).is_err());
}
