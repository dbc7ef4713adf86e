//! What files say of members.

use std::future::Future;
use std::pin::Pin;

use tempfile::TempDir;
use tokio::runtime::Handle;

use super::*;
use crate::clusters::Directory;
use crate::membership::{MemberRules, Membership, Ports};

struct Closed;

impl Ports for Closed {
    fn is_open<'a>(&'a self, _: &'a str, _: u16) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>> {
        Box::pin(std::future::ready(false))
    }
}

const TOML: &str = r#"
[[member]]
cluster = "shop.a"
host = "10.0.1.1"
http_port = 9763
weight = 2
port_mappings = { "8280" = 9000 }

[[member]]
cluster = "shop.b/worker"
host = "::1"
https_port = 9443
active = false
"#;

const JSON: &str = r#"{"members": [
  {"cluster": "shop.a", "host": "10.0.1.1", "http_port": 9763, "weight": 2, "port_mappings": {"8280": 9000}},
  {"cluster": "shop.b/worker", "host": "::1", "https_port": 9443, "active": false}
]}"#;

fn members(name: &str, text: &str) -> Result<Members, Diagnostics> {
    read(Path::new(name), &SourceFile::new(name, text))
}

#[test]
fn both_forms_say_the_same() {
    let toml = members("members.toml", TOML).expect("members");
    assert_eq!(toml, members("members.json", JSON).expect("members"));
    let keys: Vec<_> = toml.keys().map(|(cluster, member)| format!("{cluster} {member}")).collect();
    assert_eq!(keys, ["shop.a 10.0.1.1:9763", "shop.b/worker [::1]:9443"]);
    assert!(members("members.toml", "").expect("none").is_empty());
    assert!(members("members.json", r#"{"members":[]}"#).expect("none").is_empty());
}

#[test]
fn mistakes_have_places() {
    let rows = [
        (
            "m.toml",
            "[[member]]\ncluster = \"a\"\nhots = \"h\"\nhttp_port = 1\n",
            "m.toml:3:1",
            "`member.hots` is no known key",
        ),
        (
            "m.toml",
            "[[member]]\ncluster = \"a\"\nhost = \"h\"\n",
            "m.toml:1:1",
            "needs `http_port` or `https_port`",
        ),
        ("m.toml", "[server]\nthreads = 1\n", "m.toml:1:2", "`server` is no known table"),
        ("m.toml", "[[member]\n", "m.toml:1:", "TOML syntax"),
        (
            "m.json",
            "{\"members\": [\n {\"cluster\": \"a\", \"host\": \"h\", \"weight\": 0}]}",
            "m.json:2:",
            "not between 1 and 1000000",
        ),
        (
            "m.json",
            "{\"members\": [\n {\"cluster\": \"a/b/c\", \"host\": \"h\"}]}",
            "m.json:2:",
            "no name of a cluster",
        ),
        ("m.json", "{\"mambers\": []}", "m.json:1:", "unknown field `mambers`"),
        ("m.json", "{\"members\": [", "m.json:1:", "EOF"),
        ("m.json", "", "m.json:1:1", "EOF"),
        (
            "m.toml",
            "[[member]]\ncluster = \"a\"\nhost = \"0.0.0.0\"\nhttp_port = 1\n",
            "m.toml",
            "no single machine",
        ),
        (
            "m.json",
            "{\"members\": [{\"cluster\":\"a\",\"host\":\"h\",\"http_port\":1},{\"cluster\":\"a\",\"host\":\"h\",\"http_port\":1}]}",
            "m.json",
            "has a member h:1 already",
        ),
    ];
    for (name, text, place, message) in rows {
        let problems = members(name, text).expect_err(text);
        let shown: String = problems.iter().map(render_short).collect();
        assert!(shown.contains(place) && shown.contains(message), "{text}: {shown}");
    }
}

/// Looks at the directory until it has these members.
async fn wait_for(directory: &Directory, expected: &[&str]) {
    let mut changes = directory.changes();
    let found = || {
        let clusters = directory.clusters();
        let keys = clusters.iter().flat_map(|cluster| {
            let members = cluster.snapshot();
            members
                .iter()
                .map(|member| format!("{}={}", member.key(), member.definition().weight))
                .collect::<Vec<_>>()
        });
        keys.collect::<Vec<_>>()
    };
    let there = async {
        while found() != expected {
            changes.changed().await.expect("a directory");
        }
    };
    tokio::time::timeout(Duration::from_secs(30), there).await.unwrap_or_else(|_| panic!("{:?}", found()));
}

#[tokio::test]
async fn a_changed_file_is_read_and_a_broken_one_keeps_what_was() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("members.toml");
    let directory = Arc::<Directory>::default();
    let counts = Arc::<crate::telemetry::metrics::MembershipCounts>::default();
    let membership = Membership::new(
        Handle::current(),
        directory.clone(),
        Arc::new(Closed),
        counts.clone(),
        MemberRules::default(),
    );
    let scheme = membership.start(MemberFile::new(path.clone(), Duration::from_millis(5)));
    let write = |text: &str| {
        let aside = path.with_extension("tmp");
        std::fs::write(&aside, text).expect("a file");
        std::fs::rename(aside, &path).expect("a rename");
    };
    let entry = |host: &str, weight: u32| {
        format!("[[member]]\ncluster = \"a\"\nhost = \"{host}\"\nhttp_port = 80\nweight = {weight}\n")
    };
    write(&(entry("h1", 1) + &entry("h2", 1)));
    wait_for(&directory, &["h1:80=1", "h2:80=1"]).await;
    let h2 = directory.clusters()[0].snapshot()[1].clone();
    let before = counts.refusals("file", "file");
    write("[[member]]\nnonsense");
    let seen = async {
        while counts.refusals("file", "file") == before {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), seen).await.expect("the mistake is seen");
    wait_for(&directory, &["h1:80=1", "h2:80=1"]).await;
    write(&(entry("h2", 7) + &entry("h3", 1)));
    wait_for(&directory, &["h2:80=7", "h3:80=1"]).await;
    assert!(Arc::ptr_eq(h2.live(), directory.clusters()[0].snapshot()[0].live()), "it stayed");
    drop(scheme);
    wait_for(&directory, &[]).await;
}
