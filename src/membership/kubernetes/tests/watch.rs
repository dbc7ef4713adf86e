//! A scheme and an API server, over real sockets: from recorded answers to members.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::super::{Kubernetes, Pace};
use super::server::{PATIENCE, Request, Server, recording};
use super::service;
use crate::clusters::{Cluster, ClusterKey, Directory, InFlight, Phase};
use crate::membership::{Lifecycle, MemberRules, Membership, Ports, Started};
use crate::settings::KubernetesService;
use crate::telemetry::metrics::MembershipCounts;
use crate::transport::tls::{CertificateFiles, ServerCertificates, server_config};

/// A network on which every port is open.
struct Open;

impl Ports for Open {
    fn is_open<'a>(&'a self, _: &'a str, _: u16) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>> {
        Box::pin(std::future::ready(true))
    }
}

struct Site {
    cluster: Arc<Cluster>,
    directory: Arc<Directory>,
    counts: Arc<MembershipCounts>,
    _started: Started,
}

impl Site {
    fn new(service: KubernetesService) -> Self {
        let (directory, counts) = (Arc::<Directory>::default(), Arc::<MembershipCounts>::default());
        let rules = MemberRules::default();
        let membership =
            Membership::new(Handle::current(), directory.clone(), Arc::new(Open), counts.clone(), rules);
        let key = ClusterKey::parse(service.cluster.as_str());
        let none = Lifecycle { admission_delay: Duration::ZERO, ..Lifecycle::default() };
        membership.follow(BTreeMap::from([(key.clone(), none)]));
        let cluster = directory.cluster(&key);
        let mut scheme = Kubernetes::new(vec![service]);
        scheme.pace = Pace::new(Duration::from_millis(1), Duration::from_millis(20));
        let _started = membership.start(scheme);
        Self { cluster, directory, counts, _started }
    }

    /// The members, with what they get.
    fn members(&self) -> Vec<String> {
        let members = self.cluster.members();
        let shown = members.iter().map(|member| {
            let word = match member.is_open() {
                true => "open",
                false if member.live().phase() == Phase::Ready => "inactive",
                false => member.live().phase().as_str(),
            };
            format!("{} {word}", member.key())
        });
        let mut shown: Vec<String> = shown.collect();
        shown.sort();
        shown
    }

    async fn wait_for(&self, expected: &[&str]) {
        let mut changes = self.directory.changes();
        while self.members() != expected {
            let changed = timeout(PATIENCE, changes.changed()).await;
            let changed = changed.unwrap_or_else(|_| panic!("{:?} is not {expected:?}", self.members()));
            changed.expect("a directory");
        }
    }

    fn refused(&self, reason: &'static str) -> u64 {
        self.counts.refusals("kubernetes", reason)
    }
}

fn at(server: &Server) -> KubernetesService {
    KubernetesService { url: Some(server.url().parse().expect("a URL")), ..service() }
}

/// The lines of a recording.
fn lines(name: &str) -> Vec<String> {
    recording(name).split_inclusive('\n').map(str::to_owned).collect()
}

/// A site that has listed, and its watch that waits for an answer.
async fn listed() -> (Site, Server, Request) {
    let mut server = Server::start(None).await;
    let site = Site::new(at(&server));
    server.next().await.answer(200, "list.json").await;
    let watch = server.next().await;
    site.wait_for(&["10.1.0.1:8080 open", "10.1.0.2:8080 open"]).await;
    (site, server, watch)
}

#[tokio::test]
async fn the_requests_are_those_that_the_api_describes() {
    let mut server = Server::start(None).await;
    let _site = Site::new(at(&server));
    let list = server.next().await;
    assert!(
        list.target.starts_with("/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices?"),
        "{}",
        list.target
    );
    let selector = Some("kubernetes.io/service-name=api".to_owned());
    assert_eq!((list.is_watch(), list.parameter("labelSelector")), (false, selector.clone()));
    assert_eq!((list.header("authorization"), list.parameter("resourceVersion")), (None, None));
    list.answer(200, "list.json").await;
    let watch = server.next().await;
    assert_eq!((watch.is_watch(), watch.parameter("labelSelector")), (true, selector));
    assert_eq!(watch.parameter("resourceVersion").as_deref(), Some("1000"));
    assert_eq!(watch.parameter("allowWatchBookmarks").as_deref(), Some("true"));
    assert_eq!(watch.parameter("timeoutSeconds").as_deref(), Some("60"));
}

#[tokio::test]
async fn a_rolling_update() {
    let (site, mut server, watch) = listed().await;
    let first = site.cluster.member("10.1.0.1:8080").expect("a member");
    assert_eq!(first.definition().zone.as_deref(), Some("eu-1a"));
    assert_eq!(first.definition().properties["target"], "api-6d4cf56db6-a1".into());
    let request = InFlight::begin(first.live());
    let mut stream = watch.stream().await;
    let [starts, is_ready, ends, has_ended, bookmark] =
        lines("rolling-update.jsonl").try_into().expect("lines");
    stream.chunk(&starts).await;
    site.wait_for(&["10.1.0.1:8080 open", "10.1.0.2:8080 open", "10.1.0.3:8080 inactive"]).await;
    // A line need not be one chunk, nor a chunk one line.
    let (head, tail) = is_ready.split_at(200);
    stream.chunk(head).await;
    stream.chunk(&format!("{tail}{ends}")).await;
    site.wait_for(&["10.1.0.1:8080 draining", "10.1.0.2:8080 open", "10.1.0.3:8080 open"]).await;
    stream.chunk(&format!("{has_ended}{bookmark}")).await;
    drop(request);
    site.wait_for(&["10.1.0.2:8080 open", "10.1.0.3:8080 open"]).await;
    // The server ends watches when their time is over; the next goes on from the bookmark.
    stream.end().await;
    let watch = server.next().await;
    assert_eq!((watch.is_watch(), watch.parameter("resourceVersion").as_deref()), (true, Some("1010")));
    assert_eq!(site.refused("api"), 0);
}

#[tokio::test]
async fn slices_come_and_go() {
    let (site, _server, watch) = listed().await;
    let mut stream = watch.stream().await;
    let [added, deleted] = lines("second-slice.jsonl").try_into().expect("lines");
    stream.chunk(&added).await;
    site.wait_for(&["10.1.0.1:8080 open", "10.1.0.2:8080 open", "10.1.0.4:8080 open"]).await;
    stream.chunk(&deleted).await;
    site.wait_for(&["10.1.0.1:8080 open", "10.1.0.2:8080 open"]).await;
}

/// The server has forgotten what happened since: as an event, and as an answer.
#[tokio::test]
async fn everything_is_listed_anew_when_the_version_is_gone() {
    let (site, mut server, watch) = listed().await;
    let mut stream = watch.stream().await;
    stream.chunk(&recording("gone.jsonl")).await;
    let list = server.next().await;
    assert!(!list.is_watch(), "{}", list.target);
    assert_eq!(list.parameter("resourceVersion"), None);
    assert_eq!(site.members(), ["10.1.0.1:8080 open", "10.1.0.2:8080 open"], "until the answer is there");
    list.answer(200, "list-later.json").await;
    site.wait_for(&["10.1.0.2:8080 open", "10.1.0.5:8080 open"]).await;

    let watch = server.next().await;
    assert_eq!(watch.parameter("resourceVersion").as_deref(), Some("4000"));
    watch.answer(410, "status-410.json").await;
    let list = server.next().await;
    assert!(!list.is_watch(), "{}", list.target);
    list.answer(200, "list-empty.json").await;
    site.wait_for(&[]).await;
    assert_eq!(site.refused("gone"), 2);
}

/// A connection that breaks in the middle of a line loses nothing: the watch goes on after the last whole one.
#[tokio::test]
async fn a_watch_that_breaks_off_goes_on() {
    let (site, mut server, watch) = listed().await;
    let rolling = lines("rolling-update.jsonl");
    let mut stream = watch.stream().await;
    stream.chunk(&rolling[0]).await;
    stream.cut(&rolling[1][..300]).await;
    let watch = server.next().await;
    assert_eq!((watch.is_watch(), watch.parameter("resourceVersion").as_deref()), (true, Some("1001")));
    site.wait_for(&["10.1.0.1:8080 open", "10.1.0.2:8080 open", "10.1.0.3:8080 inactive"]).await;
    let mut stream = watch.stream().await;
    stream.chunk(&rolling[1]).await;
    site.wait_for(&["10.1.0.1:8080 open", "10.1.0.2:8080 open", "10.1.0.3:8080 open"]).await;
    // A line that is none.
    stream.chunk("{\"type\":\"MODIFIED\",\"object\":7}\n").await;
    let watch = server.next().await;
    assert_eq!((watch.is_watch(), watch.parameter("resourceVersion").as_deref()), (true, Some("1002")));
}

/// What is known counts while the server does not answer, answers with mistakes, or is away.
#[tokio::test]
async fn what_is_known_counts_while_the_server_is_away() {
    let known = ["10.1.0.1:8080 open", "10.1.0.2:8080 open"];
    let (site, mut server, mut watch) = listed().await;
    // What a watch is answered, and the reason.
    let rows = [
        (500, "status-500.json", "api"),
        (500, "status-500.json", "api"),
        (401, "status-401.json", "credentials"),
        (403, "status-403.json", "credentials"),
        (200, "list-empty.json", "api"),
    ];
    for (status, name, reason) in rows {
        let before = site.refused(reason);
        watch.answer(status, name).await;
        watch = server.next().await;
        assert_eq!((watch.is_watch(), watch.parameter("resourceVersion").as_deref()), (true, Some("1000")));
        assert_eq!(site.members(), known, "{name}");
        assert_eq!(site.refused(reason), before + 1, "{name}");
    }
    // It ends, and starts again.
    let address = server.address;
    drop((watch, server));
    let mut changes = site.directory.changes();
    changes.mark_unchanged();
    while site.refused("api") < 6 {
        tokio::task::yield_now().await;
    }
    assert_eq!(site.members(), known);
    assert!(!changes.has_changed().expect("a directory"));
    let mut server = Server::start_again(address).await;
    let watch = server.next().await;
    assert_eq!((watch.is_watch(), watch.parameter("resourceVersion").as_deref()), (true, Some("1000")));
    let mut stream = watch.stream().await;
    stream.chunk(&lines("rolling-update.jsonl")[3]).await;
    site.wait_for(&["10.1.0.2:8080 open", "10.1.0.3:8080 open"]).await;
}

#[tokio::test]
async fn lists_may_have_pages() {
    let mut server = Server::start(None).await;
    let site = Site::new(at(&server));
    server.next().await.answer(200, "list-page-1.json").await;
    let second = server.next().await;
    let token = "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6NTAwMH0";
    assert_eq!(second.parameter("continue").as_deref(), Some(token));
    assert!(site.members().is_empty(), "half a list is none");
    second.answer(200, "list-page-2.json").await;
    site.wait_for(&["10.1.0.2:8080 open", "10.1.0.4:8080 open"]).await;
}

/// A list that cannot be had is asked for until it can.
#[tokio::test]
async fn the_first_list_is_waited_for() {
    let mut server = Server::start(None).await;
    let site = Site::new(at(&server));
    for (status, name) in [(500, "status-500.json"), (403, "status-403.json"), (410, "status-410.json")] {
        let list = server.next().await;
        assert!(!list.is_watch());
        list.answer(status, name).await;
    }
    server.next().await.answer(200, "list.json").await;
    site.wait_for(&["10.1.0.1:8080 open", "10.1.0.2:8080 open"]).await;
    assert_eq!((site.refused("api"), site.refused("credentials"), site.refused("gone")), (1, 1, 1));
}

/// A server that accepts and says nothing is given up, at a clock that jumps while everybody waits.
#[tokio::test(start_paused = true)]
async fn a_silent_server_is_asked_again() {
    let mut server = Server::start(None).await;
    let site = Site::new(at(&server));
    let _silent = server.requests.recv().await.expect("a request");
    let _again = server.requests.recv().await.expect("a request");
    assert!(site.refused("api") >= 1);
}

/// By a kubeconfig: TLS by its authority, its token, its namespace; read again when the token is refused.
#[tokio::test]
async fn credentials_come_from_a_kubeconfig() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    let certified = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a certificate");
    let files = CertificateFiles { certificate: path("server.pem"), key: path("server-key.pem") };
    std::fs::write(&files.certificate, certified.cert.pem()).expect("a file");
    std::fs::write(&files.key, certified.signing_key.serialize_pem()).expect("a file");
    let certificates = ServerCertificates::load(vec![files]).expect("certificates");
    let tls = TlsAcceptor::from(server_config(certificates).expect("settings"));
    let mut server = Server::start(Some(tls)).await;
    let kubeconfig = |token: &str| {
        format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: other\n\
             clusters:\n- name: here\n  cluster:\n    server: https://{}\n    certificate-authority: server.pem\n\
             contexts:\n- name: shop\n  context:\n    cluster: here\n    user: sinew\n    namespace: of-the-context\n\
             users:\n- name: sinew\n  user:\n    token: {token}\n",
            server.address
        )
    };
    let (first, second) = (kubeconfig("old"), kubeconfig("new"));
    // Not there yet: it is looked for until it is.
    let service = KubernetesService {
        namespace: None,
        kubeconfig: Some(path("config")),
        context: Some("shop".parse().expect("a name")),
        ..service()
    };
    let site = Site::new(service);
    while site.refused("configuration") == 0 {
        tokio::task::yield_now().await;
    }
    std::fs::write(path("aside"), first).expect("a file");
    std::fs::rename(path("aside"), path("config")).expect("a file");
    let list = server.next().await;
    assert!(list.target.contains("/namespaces/of-the-context/endpointslices?"), "{}", list.target);
    assert_eq!(list.header("authorization"), Some("Bearer old"));
    std::fs::write(path("aside"), second).expect("a file");
    std::fs::rename(path("aside"), path("config")).expect("a file");
    list.answer(401, "status-401.json").await;
    let list = server.next().await;
    assert_eq!(list.header("authorization"), Some("Bearer new"));
    list.answer(200, "list.json").await;
    site.wait_for(&["10.1.0.1:8080 open", "10.1.0.2:8080 open"]).await;
}

/// Pauses double up to the longest, and begin anew when it works.
#[test]
fn pauses_are_bounded() {
    let mut pace = Pace::new(Duration::from_millis(500), Duration::from_secs(30));
    let mut pauses = |count: usize| (0..count).map(|_| pace.pause().as_millis()).collect::<Vec<_>>();
    assert_eq!(pauses(9), [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    pace.reset();
    assert_eq!(pace.pause(), Duration::from_millis(500));
}
