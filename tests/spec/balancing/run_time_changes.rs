//! §9.11: clusters and hosts that change while the balancer runs, cases 227 to 236.

use std::sync::Arc;

use sinew::clusters::{ClusterKey, Layer, MemberDefinition, Source};
use sinew::deployment::run_time::{exact_host, read_cluster};
use sinew::deployment::{Outcome, Refused};
use sinew::testing::{Flows, Reply};
use sinew_core::config::balancer::{Change, Place, parse};
use sinew_core::diagnostics::{Location, SourceFile, Span};
use tempfile::TempDir;

use super::{Fixture, ask, stubbed};
use crate::support::write;

const SHOP: &str = "shop.example.org";

/// F1 with a folder that can be rewritten.
struct Site {
    folder: TempDir,
    flows: Flows,
}

impl Site {
    fn new() -> Self {
        let folder = Fixture::default().folder();
        let flows = stubbed(Flows::try_load(folder.path()).expect("a readable folder"))
            .stub("http://10.0.9.1:80", Reply::ok("php"))
            .stub("http://10.0.9.2:80", Reply::ok("q2"));
        Self { flows, folder }
    }

    /// A member of a cluster that registered itself, whether anybody configured the cluster or not.
    fn member(&self, cluster: &str, host: &str) {
        let registration = Source::new(Layer::Topology, "registration");
        let definition = MemberDefinition::new(host, Some(80), None);
        self.flows.directory().add(&registration, &ClusterKey::parse(cluster), definition).expect("a member");
    }

    fn put(&mut self, cluster: &str, body: &str) -> Result<bool, String> {
        let body = read_cluster(&SourceFile::new("body", body)).map_err(|problem| problem.message)?;
        let cluster = ClusterKey::parse(cluster);
        self.change(Change::PutCluster { cluster, definition: body.definition, hosts: body.hosts })
    }

    fn topology(&mut self, text: &str) -> Result<bool, String> {
        let (tree, _) = parse(&SourceFile::new("topology", text));
        self.change(Change::Topology(Arc::new(tree.ok_or("no tree")?)))
    }

    /// Whether something was deployed.
    fn change(&mut self, change: Change) -> Result<bool, String> {
        self.flows.change(change).map(|changed| changed.is_news).map_err(|error| error.to_string())
    }

    /// Status and body of an answer for a host.
    fn ask(&self, host: &str) -> (u16, String) {
        let answer = self.flows.send(ask(host, "/"));
        let body = if answer.status == 200 { answer.body } else { String::new() };
        (answer.status, body)
    }

    /// Whether somebody still works with a cluster.
    fn is_listed(&self, cluster: &str) -> bool {
        self.flows.prune();
        self.flows.directory().find(&ClusterKey::parse(cluster)).is_some()
    }
}

const OK: u16 = 200;

#[test]
fn case_227_a_second_sub_domain_gets_the_members_that_are_known() {
    let mut site = Site::new();
    // The node said that it is of a sub-domain of a known domain, before anybody wanted it.
    site.member("shop.c.domain/worker", "10.0.9.1");
    let body = r#"{"hosts": ["worker.example.org"], "tenant_range": "*"}"#;
    assert_eq!(site.put("shop.c.domain/worker", body), Ok(true));
    assert_eq!(site.ask("worker.example.org"), (OK, "php".to_owned()));
}

#[test]
fn case_228_a_cluster_is_routable_without_a_restart() {
    let mut site = Site::new();
    assert_eq!(site.ask("php.example.org").0, 404);
    let body = r#"{"hosts": ["php.example.org"], "tenant_range": "*", "min_app_instances": 1, "max_app_instances": 3}"#;
    assert_eq!(site.put("php.domain", body), Ok(true));
    site.member("php.domain", "10.0.9.1");
    assert_eq!(site.ask("php.example.org"), (OK, "php".to_owned()));
    let balancer = site.flows.configuration().balancer.clone().expect("a balancer");
    let limits = balancer.clusters()[&ClusterKey::domain("php.domain")].limits.clone();
    assert_eq!((limits.min_app_instances, limits.max_app_instances), (1, 3));
    // It survives a reload of the files.
    let text = Fixture::default().configuration().replace("max_app_instances 5", "max_app_instances 6");
    write(site.folder.path(), "loadbalancer.conf", &text);
    site.flows.reload().expect("a readable folder");
    assert_eq!((site.ask("php.example.org").0, site.flows.status().outcome), (OK, Outcome::Deployed));
}

#[test]
fn cases_229_and_230_what_is_wrong_changes_nothing() {
    let mut site = Site::new();
    let revision = site.flows.status().revision;
    for (body, words) in [
        (r#"{"hosts": null, "tenant_range": "*"}"#, "`hosts` must be a list"),
        (r#"{"tenant_range": "*"}"#, "`hosts` is missing"),
        (r#"{"hosts": ["p.test"]}"#, "tenant_range"),
        (r#"{"hosts": ["p.test"], "tenant_range": "5-"}"#, "tenant_range"),
        (
            r#"{"hosts": ["p.test"], "tenant_range": "*", "tenant_range": "1"}"#,
            "`tenant_range` is given twice",
        ),
        (
            r#"{"hosts": ["p.test"], "tenant_range": "*", "min_app_instances": 4, "max_app_instances": 3}"#,
            "min_app_instances",
        ),
        (r#"{"hosts": ["p.test"], "tenant_range": "*", "alarming_upper_rate": 1.5}"#, "alarming_upper_rate"),
        (r#"{"hosts": ["p.test"], "tenant_range": "*", "max_app_instance": 3}"#, "max_app_instance"),
        (r#"{"hosts": ["p.test"], "tenant_range": "*", "members": {}}"#, "`members`"),
        (r#"{"hosts": ["p.test:80"], "tenant_range": "*"}"#, "p.test:80"),
        (r#"{"hosts": ["shop.example.org"], "tenant_range": "200-300"}"#, "200"),
    ] {
        let problem = site.put("php.domain", body).expect_err(body);
        assert!(problem.contains(words), "{body}: {problem}");
        assert_eq!(site.flows.status().revision, revision, "{body}");
    }
    assert!(!site.is_listed("php.domain"));
    assert_eq!(
        site.put("php.domain", r#"{"hosts": ["p.test"], "tenant_range": "1-5"}"#),
        Ok(true),
        "case 230"
    );
}

#[test]
fn case_231_a_host_below_another_is_its_own() {
    let mut site = Site::new();
    assert_eq!(site.ask("x.shop.example.org"), (OK, "10.0.3.1".to_owned()), "by its suffix");
    site.member("q", "10.0.9.2");
    let body = r#"{"hosts": ["x.shop.example.org"], "tenant_range": "*"}"#;
    assert_eq!(site.put("q", body), Ok(true));
    assert_eq!(site.ask("x.shop.example.org"), (OK, "q2".to_owned()));
    assert_eq!(site.ask(SHOP), (OK, "10.0.3.2".to_owned()), "and its turns go on");
}

#[test]
fn case_232_a_host_stays_for_who_shares_it() {
    let mut site = Site::new();
    site.member("q2", "10.0.9.2");
    assert_eq!(site.put("q1", r#"{"hosts": ["q.example.org"], "tenant_range": "1-5"}"#), Ok(true));
    assert_eq!(site.put("q2", r#"{"hosts": ["q.example.org"], "tenant_range": "*"}"#), Ok(true));
    assert_eq!(site.change(Change::RemoveCluster(ClusterKey::parse("q1"))), Ok(true));
    assert_eq!(site.ask("q.example.org"), (OK, "q2".to_owned()));
    assert!(!site.is_listed("q1"), "nobody works with it any more");
    // A host by itself: for one cluster, and back.
    let host = exact_host("Q.Example.COM.").expect("a host");
    let cluster = ClusterKey::parse("q2");
    let place = Place(Location::new(SourceFile::new("body", ""), Span::point(0)));
    let put = Change::PutHost { host: host.clone(), cluster: cluster.clone(), place };
    assert_eq!((site.change(put.clone()), site.change(put)), (Ok(true), Ok(false)));
    assert_eq!(site.ask("q.example.com").0, OK);
    assert_eq!(site.change(Change::RemoveHost { host, cluster: Some(cluster) }), Ok(true));
    assert_eq!((site.ask("q.example.com").0, site.ask("q.example.org").0), (404, OK));
}

const T1: &str = "services { t { domains { t1 { hosts t.example.org; tenant_range *;
    members { m { host 10.0.9.1; httpPort 80; } } } } } }";

#[test]
fn cases_233_to_235_the_topology() {
    let mut site = Site::new();
    assert_eq!(site.topology(T1), Ok(true));
    assert_eq!(site.ask("t.example.org"), (OK, "php".to_owned()));
    assert_eq!(site.ask(SHOP).0, OK, "case 233: what the file says stays");
    for wrong in [
        T1.replace("tenant_range *;", "tenant_range *; bogus 1;"),
        T1.replace("tenant_range *", "tenant_range x"),
    ] {
        site.topology(&wrong).expect_err("case 235");
        assert_eq!(site.ask("t.example.org"), (OK, "php".to_owned()), "case 235");
    }
    // Case 234: a request that is under way keeps its member until its answer.
    let member = site.flows.directory().find(&ClusterKey::parse("t1")).expect("t1").members()[0].clone();
    assert_eq!(site.topology("services { }"), Ok(true));
    assert_eq!(site.ask("t.example.org").0, 404, "its hosts are removed");
    assert!(!member.is_available(tokio::time::Instant::now()), "and its members get nothing");
    assert!(!site.is_listed("t1"));
    assert_eq!(site.ask(SHOP).0, OK);
}

/// Turns and sessions outlive what is said again, and what is said of others.
#[tokio::test(start_paused = true)]
async fn case_236_cursors_and_sessions_are_kept() {
    let mut site = Site::new();
    let session = Reply::ok("10.0.3.1").header("Set-Cookie", "JSESSIONID=1; Path=/");
    site.flows = site.flows.stub("http://10.0.3.1:9763/login", session);
    assert_eq!(site.flows.exchange(ask(SHOP, "/login")).await.body, "10.0.3.1");
    let member = |site: &Site| {
        let cluster = site.flows.directory().find(&ClusterKey::parse("shop.c.domain")).expect("a cluster");
        cluster.members()[0].clone()
    };
    let before = member(&site);
    assert_eq!(site.topology(T1), Ok(true));
    let revision = site.flows.status().revision;
    for expected in ["10.0.3.2", "10.0.3.3", "10.0.3.1"] {
        assert_eq!(site.topology(&T1.replace("tenant_range *;", "\n tenant_range  * ;\n")), Ok(false));
        assert_eq!(site.flows.exchange(ask(SHOP, "/")).await.body, expected);
    }
    assert_eq!(site.flows.status().revision, revision);
    assert_eq!(site.topology("services { }"), Ok(true));
    assert_eq!(site.flows.exchange(ask(SHOP, "/")).await.body, "10.0.3.2");
    let bound = ask(SHOP, "/").header("Cookie", "JSESSIONID=1");
    assert_eq!(site.flows.exchange(bound).await.body, "10.0.3.1");
    assert!(Arc::ptr_eq(before.live(), member(&site).live()), "what is known of members stays");
}

/// §5.8: a cluster is taken out of service and brought back; others go on.
#[test]
fn maintenance_of_a_cluster() {
    let mut site = Site::new();
    let cluster = ClusterKey::parse("esb.domain");
    for (on, status) in [(true, 503), (false, OK)] {
        assert_eq!(site.change(Change::Maintenance { cluster: cluster.clone(), on }), Ok(true));
        let main = site.ask("esb.example.org").0;
        assert_eq!((main, site.ask(SHOP).0), (status, OK));
    }
}

/// A file that contradicts what was added since is held at its last good version, and its mistake has a place.
#[test]
fn a_file_that_contradicts_is_not_deployed() {
    let mut site = Site::new();
    site.member("q", "10.0.9.2");
    assert_eq!(site.put("q", r#"{"hosts": ["q.example.org"], "tenant_range": "*"}"#), Ok(true));
    let text = Fixture::default()
        .configuration()
        .replace("hosts esb.example.org", "hosts esb.example.org,q.example.org");
    write(site.folder.path(), "loadbalancer.conf", &text);
    site.flows.reload().expect("a readable folder");
    let status = site.flows.status();
    assert_eq!(status.outcome, Outcome::Partly);
    let error = status.diagnostics.iter().find(|found| found.severity.is_error()).expect("an error");
    assert!(error.location.as_ref().is_some_and(|place| place.file.name().ends_with("loadbalancer.conf")));
    assert_eq!((site.ask("q.example.org"), site.ask(SHOP).0), ((OK, "q2".to_owned()), OK));
    // Other changes are made above the version in service.
    assert_eq!(site.put("q3", r#"{"hosts": [], "tenant_range": "*"}"#), Ok(true));
    assert_eq!(site.ask("q.example.org"), (OK, "q2".to_owned()));
    // When the contradiction is gone, the next look takes the file as it is.
    assert_eq!(site.change(Change::RemoveCluster(ClusterKey::parse("q"))), Ok(true));
    write(site.folder.path(), "loadbalancer.conf", &format!("{text}\n"));
    site.flows.reload().expect("a readable folder");
    assert_eq!(site.flows.status().outcome, Outcome::Deployed);
    assert_eq!(site.ask("q.example.org"), (OK, "e1".to_owned()));
}

/// Without loadbalancer.conf there is nothing to balance, until somebody says so.
#[test]
fn a_balancer_that_begins_with_nothing() {
    let folder = crate::support::folder(&[("sequences/a.xml", "<sequence NS name=\"a\"><drop/></sequence>")]);
    let mut flows = Flows::try_load(folder.path())
        .expect("a readable folder")
        .stub("http://10.0.9.1:80", Reply::ok("php"));
    let body = r#"{"hosts": ["php.example.org"], "tenant_range": "*"}"#;
    let body = read_cluster(&SourceFile::new("body", body)).expect("a body");
    let cluster = ClusterKey::parse("php.domain");
    let change =
        Change::PutCluster { cluster: cluster.clone(), definition: body.definition, hosts: body.hosts };
    flows.change(change).expect("deployed");
    let definition = MemberDefinition::new("10.0.9.1", Some(80), None);
    flows.directory().add(&Source::new(Layer::RunTime, "admin"), &cluster, definition).expect("a member");
    assert_eq!(flows.send(ask("php.example.org", "/")).body, "php");
    let refused =
        flows.change(Change::RemoveCluster(ClusterKey::parse("other"))).expect_err("it is not there");
    assert!(matches!(refused, Refused::NotPossible(_)), "{refused}");
}
