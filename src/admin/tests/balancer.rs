//! Clusters, hosts and sessions over the port (elastic-load-balancer.md §6.2, §6.4, cases 228 to 232).

use serde_json::json;
use tempfile::TempDir;

use super::*;
use crate::compiler::CompileSettings;
use crate::deployment::run_time::StateFile;
use crate::deployment::{Deployer, Folder, Linker, Watch};
use crate::endpoints::{Lasting, TransportClient};
use crate::transport::http::client::{ClientSettings, HttpClient};

const FILE: &str = "services { shop { hosts shop.example.org; domains {
    shop.a.domain { tenant_range 1-100; }
    shop.c.domain { tenant_range *; }
} } }";

const PHP: &str = "/lb/clusters/php.domain/-";
const NEW: &str = r#"{"hosts": ["php.example.org"], "tenant_range": "*", "max_app_instances": 3}"#;

/// A configuration that is deployed, and who may change it.
struct Site {
    folder: TempDir,
    running: Running,
    _watch: Watch,
}

impl Site {
    fn new() -> Self {
        let folder = TempDir::new().expect("a folder");
        std::fs::write(folder.path().join("loadbalancer.conf"), FILE).expect("a file");
        let running = Running::start(Some("secret"));
        let directory = running.state.directory.clone();
        let lasting = Arc::new(Lasting::new(directory, Duration::from_secs(120), None));
        let settings = CompileSettings { lasting: lasting.clone(), ..CompileSettings::default() };
        let client = TransportClient(HttpClient::new(ClientSettings::default()));
        let linker = Linker { registry: sinew_mediators::registry(), settings, client };
        let state = StateFile::new(folder.path().join("state.json"));
        let changes = state.read().expect("no state");
        let deployer = Deployer::start_with(Folder::new(folder.path()), changes, Some(state), linker);
        let deployer = deployer.expect("a readable folder");
        let deployed = deployer.deployed().clone();
        let watch = Watch::start(deployer, None, |_, _| {}).expect("a thread");
        let changer = watch.changer();
        running.state.control_balancer(BalancerControl { deployed, lasting, changer });
        Self { folder, running, _watch: watch }
    }

    fn change(&self, method: &str, path: &str, body: &str) -> Answer {
        self.running.change(method, path, body)
    }

    fn read(&self, path: &str) -> Value {
        self.running.get(path, &["Authorization: Bearer secret"]).json()
    }

    /// The hosts, each with its clusters.
    fn hosts(&self) -> Vec<(String, Vec<String>)> {
        let report: Vec<HostReport> =
            serde_json::from_value(self.read("/lb/hosts")["hosts"].clone()).expect("hosts");
        let clusters = |host: HostReport| {
            (
                host.host,
                host.clusters.into_iter().map(|one| format!("{} {}", one.cluster, one.layer)).collect(),
            )
        };
        report.into_iter().map(clusters).collect()
    }
}

#[test]
fn a_cluster_is_added_changed_and_removed() {
    let site = Site::new();
    let added = site.change("PUT", PHP, NEW);
    assert_eq!(added.status, 201, "{}", added.body);
    let cluster = added.json()["cluster"].clone();
    assert_eq!((&cluster["cluster"], &cluster["layer"]), (&json!("php.domain"), &json!("run_time")));
    assert_eq!(site.change("PUT", PHP, NEW).status, 200, "said again");
    let hosts = site.hosts();
    assert_eq!(hosts[0], ("php.example.org".to_owned(), vec!["php.domain run_time".to_owned()]));
    assert_eq!(hosts[1].0, "shop.example.org");
    let kept = std::fs::read_to_string(site.folder.path().join("state.json")).expect("a state");
    assert!(kept.contains("php.example.org"), "{kept}");

    let removed = site.change("DELETE", PHP, "");
    assert_eq!((removed.status, removed.json()["layer"].clone()), (200, Value::Null));
    assert_eq!(site.change("DELETE", PHP, "").status, 404);
    assert_eq!(site.hosts().len(), 1);
    let listed = site.read("/lb/clusters");
    assert!(!listed.to_string().contains("php.domain"), "{listed}");
    // A cluster of the file gets other settings, and its own again.
    let shop = "/lb/clusters/shop.c.domain/-";
    let over = site.change("PUT", shop, r#"{"max_app_instances": 8}"#);
    assert_eq!((over.status, over.json()["cluster"]["layer"].clone()), (200, json!("run_time")));
    let back = site.change("DELETE", shop, "");
    assert_eq!((back.status, back.json()["layer"].clone()), (200, json!("static")));
    assert_eq!(site.change("DELETE", shop, "").status, 409);
}

#[test]
fn what_is_wrong_names_its_field() {
    let site = Site::new();
    for (body, status, words) in [
        (r#"{"hosts": null, "tenant_range": "*"}"#, 400, "`hosts`"),
        (r#"{"tenant_range": "*"}"#, 422, "`hosts` is missing"),
        (r#"{"hosts": ["a.test"]}"#, 422, "tenant_range"),
        (r#"{"hosts": ["a.test"], "tenant_range": "5-1"}"#, 422, "tenant_range"),
        (r#"{"hosts": ["a.test"], "tenant_range": "*", "bogus": 1}"#, 422, "bogus"),
        (r#"{"hosts": ["a.test"], "tenant_range": "*", "max_app_instances": 0}"#, 422, "max_app_instances"),
        (r#"{"hosts": ["a.test"], "tenant_range": "*", "min_app_instances": 9}"#, 422, "min_app_instances"),
        (r#"{"hosts": ["a.test"], "hosts": ["b.test"]}"#, 400, "`hosts` is given twice"),
        (r#"{"hosts": ["shop.example.org"], "tenant_range": "50-60"}"#, 409, "50-60"),
        (r#"{"hosts": ["shop.example.org"], "tenant_range": "300", "serviceName": "php"}"#, 409, "shop"),
        ("nothing", 400, "body:1:"),
        ("[]", 400, "an object"),
    ] {
        let answer = site.change("PUT", PHP, body);
        assert_eq!(answer.status, status, "{body}: {}", answer.body);
        let error = answer.json()["error"].as_str().expect("an error").to_owned();
        assert!(error.contains(words), "{body}: {error}");
        let has_places = status != 400 && !error.contains("is missing");
        assert_eq!(answer.json()["diagnostics"].is_array(), has_places, "{body}");
    }
    assert_eq!(site.hosts().len(), 1, "nothing changed");
    assert!(!site.folder.path().join("state.json").exists());
    assert_eq!(site.change("PUT", "/lb/clusters/a%20b/-", NEW).status, 400);
    let plain = site.running.body("PUT", PHP, &["Authorization: Bearer secret"], NEW);
    assert_eq!(plain.status, 415);
    let nobody = site.running.body("PUT", PHP, &["Content-Type: application/json"], NEW);
    assert_eq!(nobody.status, 401);
}

#[test]
fn hosts_are_added_and_removed() {
    let site = Site::new();
    let path = "/lb/hosts/X.Shop.Example.org";
    let added = site.change("PUT", path, r#"{"cluster": "shop.a.domain"}"#);
    assert_eq!(added.status, 201, "{}", added.body);
    assert_eq!(added.json()["host"]["host"], "x.shop.example.org");
    assert_eq!(site.change("PUT", path, r#"{"cluster": "shop.a.domain"}"#).status, 200);
    assert_eq!(site.change("PUT", path, r#"{"cluster": "shop.c.domain"}"#).status, 201);
    let one = site.read("/lb/hosts/x.shop.example.org");
    let expected = json!({ "host": "x.shop.example.org", "service": "shop", "clusters": [
        { "cluster": "shop.a.domain", "tenants": "1-100", "layer": "run_time" },
        { "cluster": "shop.c.domain", "tenants": "*", "layer": "run_time" },
    ]});
    assert_eq!(one["host"], expected);
    let page = include_str!("../../../docs/admin.md");
    for field in ["host", "service", "clusters", "cluster", "tenants", "layer", "maintenance", "sessions"] {
        assert!(page.contains(&format!("`{field}`")), "docs/admin.md does not explain `{field}`");
    }
    let left = site.change("DELETE", &format!("{path}?cluster=shop.a.domain"), "");
    assert_eq!((left.status, left.json()["clusters"][0]["cluster"].clone()), (200, json!("shop.c.domain")));
    for (method, path, body, status) in [
        ("DELETE", "/lb/hosts/x.shop.example.org?cluster=shop.a.domain", "", 404),
        ("DELETE", "/lb/hosts/x.shop.example.org?clutser=shop.a.domain", "", 400),
        ("DELETE", "/lb/hosts/shop.example.org", "", 409),
        ("DELETE", "/lb/hosts/nowhere.test", "", 404),
        ("PUT", "/lb/hosts/a.test", r#"{"cluster": "nobody"}"#, 404),
        ("PUT", "/lb/hosts/a.test", r#"{"cluster": "a/b/c"}"#, 400),
        ("PUT", "/lb/hosts/a.test", r#"{"cluster": "shop.a.domain", "weight": 1}"#, 400),
        ("PUT", "/lb/hosts/a.test", "{}", 400),
        ("PUT", "/lb/hosts/a.test:80", r#"{"cluster": "shop.a.domain"}"#, 400),
    ] {
        let answer = site.change(method, path, body);
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.body);
    }
    assert_eq!(site.change("DELETE", path, "").status, 200);
    assert_eq!(site.hosts().len(), 1);
}

#[test]
fn a_cluster_goes_out_of_service_and_comes_back() {
    let site = Site::new();
    let path = "/lb/clusters/shop.a.domain/-/maintenance";
    for on in [true, false] {
        let answer = site.change("POST", path, &json!({ "on": on }).to_string());
        assert_eq!((answer.status, answer.json()["cluster"]["maintenance"].clone()), (200, json!(on)));
        assert_eq!(site.read("/lb/clusters/shop.a.domain/-")["cluster"]["maintenance"], on);
    }
    assert_eq!(site.change("POST", path, r#"{"on": "yes"}"#).status, 400);
    assert_eq!(site.change("POST", "/lb/clusters/nobody/-/maintenance", r#"{"on": true}"#).status, 404);
}

/// Counts since the start, and of the sessions that are not over.
#[test]
fn sessions_are_counted() {
    use crate::balancing::affinity::Window;
    let site = Site::new();
    let sessions = site.running.state.balancer().expect("a balancer").lasting.sessions().clone();
    let now = tokio::time::Instant::now();
    let window = Window::after_use(Duration::from_secs(60));
    for id in ["1", "2"] {
        sessions.bind(&"shop.a.domain".into(), id, "/", "10.0.1.1:80".into(), window, now);
    }
    let over = Window::after_use(Duration::ZERO);
    sessions.bind(&"shop.c.domain".into(), "3", "/", "10.0.3.1:80".into(), over, now);
    let report = site.read("/lb/sessions/stats")["sessions"].clone();
    let expected = json!({
        "size": 3, "limit": 1_000_000, "hits": 0, "misses": 0, "expired": 0, "evicted": 0,
        "clusters": { "shop.a.domain": 2 },
    });
    assert_eq!(report, expected);
}

/// Before anything serves, and when it does no more, there is nothing to change.
#[test]
fn nothing_can_be_changed_before_it_serves() {
    let running = Running::start(Some("secret"));
    for (method, path, body) in
        [("PUT", PHP, NEW), ("DELETE", PHP, ""), ("POST", "/api/v1/maintenance", r#"{"on": true}"#)]
    {
        assert_eq!(running.change(method, path, body).status, 503, "{method} {path}");
    }
    let read = |path: &str| running.get(path, &["Authorization: Bearer secret"]).json();
    assert_eq!(read("/lb/hosts")["hosts"], json!([]));
    assert_eq!(read("/api/v1/maintenance")["maintenance"], false);
    assert_eq!(read("/lb/sessions/stats")["sessions"]["size"], 0);
}
