//! Following a source, on a paused clock, and what sources say.

use std::collections::VecDeque;
use std::io::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::HeaderValue;
use sinew_core::config::balancer::{Change, ClusterKey, NotPossible};
use sinew_core::diagnostics::SourceFile;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::{Instant, sleep};

use super::*;
use crate::deployment::{Changed, Refused};
use crate::telemetry::metrics::TopologyCounts;
use crate::transport::http::client::{ClientSettings, HttpClient};

/// Answers in turn, each after a time; silent at the end.
struct Script(VecDeque<(u64, Result<&'static str, ()>)>);

impl TopologySource for Script {
    fn name(&self) -> &'static str {
        "script"
    }

    async fn next(&mut self) -> Result<Arc<SourceFile>, SourceError> {
        let Some((seconds, _)) = self.0.front().copied() else { return std::future::pending().await };
        sleep(Duration::from_secs(seconds)).await;
        match self.0.pop_front() {
            Some((_, Ok(text))) => Ok(SourceFile::new("script", text)),
            _ => Err(SourceError::Unreadable("nobody is there".to_owned())),
        }
    }
}

/// Takes every change whose text does not say `contradiction`, as long as that is not gone, and remembers when.
#[derive(Clone, Default)]
struct Books {
    made: Arc<Mutex<Vec<(u64, String)>>>,
    is_consistent: Arc<Mutex<bool>>,
}

impl Deploys for (Books, Instant) {
    async fn make(&self, change: Change) -> Result<Changed, Refused> {
        let Change::Topology(tree) = change else { panic!("only topologies") };
        let text = tree.to_string();
        if text.contains("contradiction") && !*self.0.is_consistent.lock().expect("a lock") {
            return Err(NotPossible::UnknownCluster(ClusterKey::domain("c")).into());
        }
        let mut made = self.0.made.lock().expect("a lock");
        let is_news = made.last().is_none_or(|(_, last)| *last != text);
        if is_news {
            made.push((self.1.elapsed().as_secs(), text));
        }
        Ok(Changed { revision: made.len() as u64, is_news })
    }
}

const ONE: &str = "services { t { domains { t1 { tenant_range *; } } } }";
const TWO: &str = "services { t { domains { t2 { tenant_range *; } } } }";

/// Follows a script for so many seconds: what was deployed when, and the counts.
async fn followed(
    script: &[(u64, Result<&'static str, ()>)],
    seconds: u64,
    books: &Books,
) -> (Vec<u64>, Arc<TopologyCounts>) {
    let counts = Arc::new(TopologyCounts::default());
    let source = Script(script.iter().copied().collect());
    let deployment = (books.clone(), Instant::now());
    let follower = tokio::spawn(follow(source, deployment, counts.clone()));
    sleep(Duration::from_secs(seconds)).await;
    follower.abort();
    let made = books.made.lock().expect("a lock");
    (made.iter().map(|(when, _)| *when).collect(), counts)
}

/// Case 237: nobody is there for 40 s; the state stays, and news are taken as soon as they can be.
#[tokio::test(start_paused = true)]
async fn case_237_an_outage_changes_nothing() {
    let books = Books::default();
    let outage = std::iter::repeat_n((0, Err(())), 10);
    // 0.5 + 1 + 2 + 4 and then six times 5 s are 37.5 s.
    let script: Vec<_> = [(0, Ok(ONE))].into_iter().chain(outage).chain([(3, Ok(TWO))]).collect();
    let (made, counts) = followed(&script, 40, &books).await;
    assert_eq!(made, [0], "nothing is taken back");
    assert_eq!(counts.updates("script", "failed"), 10);
    let books = Books::default();
    let (made, _) = followed(&script, 41, &books).await;
    assert_eq!(made, [0, 40]);
}

/// Cases 235 and 236: what is wrong is refused whole, and what is said again does nothing.
#[tokio::test(start_paused = true)]
async fn what_is_wrong_is_refused_and_what_is_the_same_is_nothing() {
    let books = Books::default();
    let script = [
        (0, Ok(ONE)),
        (1, Ok(ONE)),
        (1, Ok("services { t { domains { t2 { tenant_range *; } } }")),
        (1, Ok("services { t: 1 }")),
        (1, Ok(TWO)),
    ];
    let (made, counts) = followed(&script, 10, &books).await;
    assert_eq!(made, [0, 4]);
    let count = |outcome| counts.updates("script", outcome);
    assert_eq!(["applied", "unchanged", "refused", "failed"].map(count), [2, 1, 2, 0]);
}

/// A text that contradicts something is tried again when that may be gone.
#[tokio::test(start_paused = true)]
async fn what_contradicts_is_tried_again() {
    let books = Books::default();
    let text = "services { contradiction { domains { t1 { tenant_range *; } } } }";
    let consistent = books.is_consistent.clone();
    tokio::spawn(async move {
        sleep(Duration::from_secs(90)).await;
        *consistent.lock().expect("a lock") = true;
    });
    let (made, counts) = followed(&[(0, Ok(text))], 200, &books).await;
    assert_eq!(made, [120], "after 60 s it is refused again, after 120 s not");
    assert_eq!(counts.updates("script", "refused"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_file_is_read_when_it_changes() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("topology.conf");
    let mut source = TopologyFile::new(path.clone(), Duration::from_millis(50));
    assert!(matches!(source.next().await, Err(SourceError::Unreadable(_))));
    std::fs::write(&path, ONE).expect("written");
    assert_eq!(source.next().await.expect("a text").text(), ONE);
    let before = Instant::now();
    let waiting = tokio::time::timeout(Duration::from_secs(1), source.next()).await;
    assert!(waiting.is_err() && before.elapsed() >= Duration::from_secs(1), "nothing is new");
    std::fs::File::create(&path).and_then(|mut file| file.write_all(TWO.as_bytes())).expect("written");
    assert_eq!(source.next().await.expect("a text").text(), TWO);
}

/// A server that gives these answers on a connection each, and what it was asked.
async fn server(answers: Vec<String>) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}/clusters?all", listener.local_addr().expect("an address"));
    let asked = Arc::new(Mutex::new(Vec::new()));
    let heads = asked.clone();
    tokio::spawn(async move {
        for answer in answers {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.expect("a head"));
            }
            heads.lock().expect("a lock").push(String::from_utf8(head).expect("text"));
            stream.write_all(answer.as_bytes()).await.expect("taken");
        }
    });
    (address, asked)
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n{headers}\r\n{body}", body.len())
}

#[tokio::test]
async fn a_server_is_asked_for_news() {
    let (address, asked) = server(vec![
        answer("200 OK", "ETag: \"1\"\r\n", ONE),
        "HTTP/1.1 304 Not Modified\r\n\r\n".to_owned(),
        answer("200 OK", "", TWO),
        answer("503 Service Unavailable", "", ""),
        answer("200 OK", "Content-Type: text/plain\r\n", &"x".repeat(4 * 1024 * 1024 + 1)),
    ])
    .await;
    let client = HttpClient::new(ClientSettings::default());
    let token = HeaderValue::from_static("Bearer secret");
    let uri = address.parse().expect("an address");
    let mut source = HttpTopology::new(client, &uri, Some(&token), Duration::from_secs(7)).expect("a source");
    source.pause = Duration::ZERO;
    let first = source.next().await.expect("a text");
    assert_eq!((first.text(), first.name()), (ONE, &*address));
    assert_eq!(source.next().await.expect("a text").text(), TWO);
    assert!(matches!(source.next().await, Err(SourceError::Status(status)) if status.as_u16() == 503));
    assert!(matches!(source.next().await, Err(SourceError::TooLarge(_))));
    assert!(matches!(source.next().await, Err(SourceError::Exchange(_))), "nobody listens any more");
    let asked = asked.lock().expect("a lock").clone();
    for head in &asked {
        assert!(head.starts_with("GET /clusters?all&wait=7 HTTP/1.1\r\n"), "{head}");
        assert!(head.to_ascii_lowercase().contains("authorization: bearer secret\r\n"), "{head}");
    }
    let etags: Vec<bool> =
        asked.iter().map(|head| head.to_ascii_lowercase().contains("if-none-match: \"1\"\r\n")).collect();
    assert_eq!(etags, [false, true, true, false, false]);
}
