//! Cases 43 and 44, and every row of §1.8: a file that is rewritten wrongly changes nothing that runs.

use std::time::Duration;

use sinew::deployment::{Folder, Outcome};
use sinew::testing::{Flows, Reply};
use sinew_core::config::balancer::ClusterKey;
use sinew_core::diagnostics::Severity;
use tempfile::TempDir;

use super::{C1, C2, C3, Fixture, ask, called, stubbed};
use crate::support::write;

const SHOP: &str = "shop.example.org";
const BALANCER: &str = "loadbalancer.conf";

/// F1 with a folder that can be rewritten.
struct Site {
    folder: TempDir,
    flows: Flows,
    good: String,
    requests: usize,
}

impl Site {
    fn new(fixture: &Fixture<'_>) -> Self {
        let folder = fixture.folder();
        let flows = stubbed(Flows::try_load(folder.path()).expect("a readable folder"));
        assert_eq!(flows.status().diagnostics.len(), 0);
        Self { flows, folder, good: fixture.configuration(), requests: 0 }
    }

    fn rewrite(&mut self, file: &str, text: &str) {
        write(self.folder.path(), file, text);
        self.flows.reload().expect("a readable folder");
    }

    /// Every problem as `file:line:column code`.
    fn found(&self) -> Vec<String> {
        let name = |file: &str| file.rsplit('/').next().unwrap_or_default().to_owned();
        let line = |diagnostic: &sinew_core::diagnostics::Diagnostic| {
            let place = diagnostic.location.as_ref().expect("a place");
            let position = place.position();
            format!("{}:{}:{} {}", name(place.file.name()), position.line, position.column, diagnostic.code)
        };
        self.flows.status().diagnostics.iter().map(line).collect()
    }

    /// The members of shop.c take turns as if nothing had happened, and tenants and other hosts find theirs.
    #[track_caller]
    fn balances_as_before(&mut self, what: &str) {
        let expected = ["10.0.3.1", "10.0.3.2", "10.0.3.3"][self.requests % 3];
        self.requests += 1;
        assert_eq!(self.flows.send(ask(SHOP, "/")).body, expected, "{what}");
        let tenant = self.flows.send(ask(SHOP, "/t/beta/"));
        assert_eq!(tenant.body, "10.0.2.1", "{what}");
        assert_eq!(self.flows.send(ask("www.acme.test", "/t/beta/")).body, "10.0.2.1", "{what}");
        assert_eq!(self.flows.send(ask("esb.example.org", "/")).body, "e1", "{what}");
    }
}

/// The text without its mark `^`, and the place of the mark as `line:column`.
fn marked(text: &str) -> (String, String) {
    let (before, after) = text.split_once('^').expect("a mark");
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (format!("{before}{after}"), format!("{line}:{column}"))
}

/// What is replaced in F1 by what; `^` marks where the mistake is.
const MISTAKES: [(&str, &str, &str, &str); 21] = [
    ("no services", "services {", "^servicez {", "E0904"),
    ("no domains", "services {\n", "services {\n^bad {\nhosts bad.test;\n}\n", "E0904"),
    ("empty domains", "services {\n", "services {\nbad {\nhosts bad.test;\n^domains {\n}\n}\n", "E0904"),
    ("duplicate host", "hosts esb.example.org;", "hosts esb.example.org, ^shop.example.org;", "E0905"),
    ("max_app_instances < 1", "max_app_instances 5;", "max_app_instances ^0;", "E0903"),
    ("instances_per_scale_up < 1", "defaults {", "defaults {\ninstances_per_scale_up ^0;", "E0903"),
    ("message_expiry_time < 1", "defaults {", "defaults {\nmessage_expiry_time ^0;", "E0903"),
    ("case 45: rounds_to_average < 1", "defaults {", "defaults {\nrounds_to_average ^0;", "E0903"),
    ("overlapping ranges", "tenant_range 101-200;", "tenant_range ^100-200;", "E0906"),
    (
        "two * on one host",
        "esb.domain {\ntenant_range *;",
        "esb.other {\ntenant_range *;\n}\nesb.domain {\ntenant_range ^*;",
        "E0906",
    ),
    ("case 10: unknown key", "session_timeout", "^bogus 1;\nsession_timeout", "E0902"),
    ("unknown key of services", "max_app_instances", "^max_app_instance", "E0902"),
    ("negative min", "defaults {", "defaults {\nmin_app_instances ^-1;", "E0903"),
    ("no tenant_range", "shop.b.domain {\ntenant_range 101-200;", "^shop.b.domain {", "E0904"),
    ("case 11: no number", "instances 1;", "instances ^two;", "E0903"),
    ("G10, case 43", "instances 1;", "instances 1^", "E0901"),
    ("G10 in a member", "c3 { host 10.0.3.3;", "c3 { host 10.0.3.3^\n", "E0901"),
    ("G11, case 9", "instances 1;", "^instances;", "E0901"),
    ("G15", "services {\n", "services {\n^{\n}\n", "E0901"),
    ("another dialect", "instances 1;", "^algorithm: round-robin;", "E0907"),
    (
        "a member without a port",
        "c3 { host 10.0.3.3; httpPort 9763; httpsPort 9443; }",
        "^c3 { host 10.0.3.3; }",
        "E0904",
    ),
];

#[test]
fn what_is_wrong_keeps_what_runs() {
    let mut site = Site::new(&Fixture::default());
    site.balances_as_before("at the start");
    for (what, old, new, code) in MISTAKES {
        assert!(site.good.contains(old), "{what}");
        let (text, place) = marked(&site.good.replacen(old, new, 1));
        // Without a block `services` the whole file is at fault.
        let place = if what == "no services" { "1:1".to_owned() } else { place };
        site.rewrite(BALANCER, &text);
        let found = site.found();
        assert!(found.contains(&format!("{BALANCER}:{place} {code}")), "{what}: {place} {code} in {found:?}");
        assert_eq!(site.flows.status().outcome, Outcome::Partly, "{what}");
        site.balances_as_before(what);
    }
    let good = site.good.clone();
    site.rewrite(BALANCER, &good);
    assert_eq!((site.found(), site.flows.status().outcome), (Vec::new(), Outcome::Deployed));
    site.balances_as_before("when it is good again");
}

#[test]
fn a_host_of_two_services_names_both() {
    let mut site = Site::new(&Fixture::default());
    let text = site.good.replace("hosts esb.example.org;", "hosts shop.example.org;");
    site.rewrite(BALANCER, &text);
    let message = &site.flows.status().diagnostics[0].message;
    assert!(message.contains("\"shop\"") && message.contains("\"esb\""), "{message}");
}

/// The rows of §1.8 that are warnings, and those that nothing is wrong with before an instance is launched: they are deployed.
#[test]
fn what_is_only_suspicious_is_deployed() {
    let mut site = Site::new(&Fixture::default());
    for (what, old, new, codes) in [
        ("rates", "defaults {", "defaults {\nalarming_upper_rate 1.5;", &["W0904"][..]),
        ("min > max", "defaults {", "defaults {\nmin_app_instances 6;", &["W0907"]),
        ("strict", "instances 1;", "strict false; bogus 1;", &["W0903"]),
        ("G12", "services {", "bogus 1;\nservices {", &["W0903"]),
        ("payload", "instances 1;", "payload nowhere.zip;", &[]),
        ("scaling", "instances 1;", "enable_autoscaler true;", &[]),
    ] {
        let text = site.good.replacen(old, new, 1);
        site.rewrite(BALANCER, &text);
        let found: Vec<String> = site.flows.status().diagnostics.iter().map(|d| d.code.to_string()).collect();
        assert_eq!(found, codes, "{what}");
        assert_eq!(site.flows.status().outcome, Outcome::Deployed, "{what}");
        site.balances_as_before(what);
    }
}

/// A file that cannot be read: in the folder, and elsewhere.
#[test]
fn what_is_unreadable_keeps_what_runs() {
    let mut site = Site::new(&Fixture::default());
    std::fs::write(site.folder.path().join(BALANCER), [b's', 0xff, 0xfe]).expect("a file");
    site.flows.reload().expect("a readable folder");
    assert_eq!(site.found(), [format!("{BALANCER}:1:1 E0101")]);
    site.balances_as_before("not UTF-8");

    let inside = Fixture::default().folder();
    let elsewhere = Fixture::default().folder();
    let file = elsewhere.path().join(BALANCER);
    std::fs::remove_file(inside.path().join(BALANCER)).expect("a file");
    let folder = Folder::new(inside.path()).with_balancer(&file);
    let flows = stubbed(Flows::deploy(folder).expect("a readable folder"));
    let mut site = Site { flows, folder: elsewhere, good: String::new(), requests: 0 };
    site.balances_as_before("elsewhere");
    std::fs::remove_file(&file).expect("a file");
    let error = site.flows.reload().expect_err("it is not there any more");
    assert!(error.to_string().contains(&file.display().to_string()), "{error}");
    site.balances_as_before("gone");
}

#[test]
fn wrong_lists_keep_what_runs() {
    let mut site = Site::new(&Fixture::default());
    for (file, text, place) in [
        ("tenants.conf", "beta 150;\nacme seven;\n", "tenants.conf:2:6"),
        ("tenants.conf", "beta 150;\nbeta 7;\n", "tenants.conf:2:1"),
        ("url-mapping.conf", "www.acme.test shop.example.org;\nother;\n", "url-mapping.conf:2:1"),
    ] {
        site.rewrite(file, text);
        assert!(site.found().contains(&format!("{place} E0803")), "{place} in {:?}", site.found());
        assert_eq!(site.flows.status().outcome, Outcome::Partly);
        site.balances_as_before(place);
    }
    site.rewrite("url-mapping.conf", "www.acme.test esb.example.org;\n");
    site.rewrite("tenants.conf", "acme 7;\nbeta 7;\n");
    assert!(site.found().is_empty(), "{:?}", site.found());
    assert_eq!(site.flows.send(ask(SHOP, "/t/beta/")).body, "10.0.1.1", "beta is another tenant now");
    assert_eq!(site.flows.send(ask("www.acme.test", "/")).body, "e1", "the alias stands for another host");
}

/// Limits arrive; whose turn it is, sessions and suspensions stay (§1.9).
#[tokio::test(start_paused = true)]
async fn case_044_a_changed_limit_arrives() {
    let mut site = Site::new(&Fixture { shop_c: &[C1, C2, C3], ..Fixture::default() });
    let session = Reply::ok("10.0.3.1").header("Set-Cookie", "JSESSIONID=1; Path=/");
    site.flows = site
        .flows
        .stub("http://10.0.3.1:9763/login", session)
        .stub("http://10.0.3.2:9763/away", Reply::refused());
    let limit = |site: &Site| {
        let balancer = site.flows.configuration().balancer.clone().expect("a balancer");
        let clusters = balancer.clusters();
        clusters[&ClusterKey::domain("shop.c.domain")].limits.max_app_instances
    };
    assert_eq!(limit(&site), 5);
    assert_eq!(site.flows.exchange(ask(SHOP, "/login")).await.body, "10.0.3.1");
    let moved = site.flows.exchange(ask(SHOP, "/away")).await;
    assert_eq!(called(&moved), ["http://10.0.3.2:9763/away", "http://10.0.3.3:9763/away"]);

    let text =
        site.good.replacen("max_app_instances 5;", "max_app_instances 8; fail_over_max_attempts 1;", 1);
    site.rewrite(BALANCER, &text);
    assert_eq!((limit(&site), site.found().len()), (8, 0));
    let bound = ask(SHOP, "/").header("Cookie", "JSESSIONID=1");
    assert_eq!(site.flows.exchange(bound).await.body, "10.0.3.1", "the session");
    let mut answers = Vec::new();
    for _ in 0..3 {
        answers.push(site.flows.exchange(ask(SHOP, "/")).await.body);
    }
    assert_eq!(answers, ["10.0.3.1", "10.0.3.3", "10.0.3.1"], "the turns, and the member that is away");
    tokio::time::advance(Duration::from_secs(10)).await;
    let refused = site.flows.exchange(ask(SHOP, "/away")).await;
    assert_eq!((called(&refused).len(), refused.status), (1, 503), "one attempt from now on");
    assert!(site.flows.status().diagnostics.iter().all(|found| found.severity != Severity::Error));
}
