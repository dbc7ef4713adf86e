//! Raw clients, raw members and small handlers for tests on loopback sockets.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ::http::{Request, Response, StatusCode};
use sinew_core::message::Body;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use super::Stream;
use super::client::{ClientError, ClientSettings, HttpClient, Target, Timeouts};
use super::drain::DrainSignal;
use super::framing::Refusal;
use super::server::{ConnectionInfo, Handler, Scheme, ServerSettings, Serving, serve_connection};
use crate::transport::counters::ListenerCounters;

/// Longer than anything in a test may take; reached only when the test fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// After so long without a request a connection of [`Server`] gives its buffers back.
pub(crate) const PARK_AFTER: Duration = Duration::from_millis(20);

// --- our side -------------------------------------------------------------------------------------------------------

type Answer = Pin<Box<dyn Future<Output = Response<Body>> + Send>>;

/// A handler made of a function.
pub(crate) struct Answering<F>(pub(crate) F);

impl<F> Handler for Answering<F>
where
    F: Fn(Request<Body>) -> Answer + Send + Sync + 'static,
{
    async fn handle(&self, request: Request<Body>, _connection: &Arc<ConnectionInfo>) -> Response<Body> {
        (self.0)(request).await
    }
}

/// A server under test.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) counters: Arc<ListenerCounters>,
    pub(crate) drain: DrainSignal,
}

impl Server {
    pub(crate) async fn start<F>(settings: ServerSettings, answer: F) -> Self
    where
        F: Fn(Request<Body>) -> Answer + Send + Sync + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let counters = Arc::new(ListenerCounters::new("test".into(), 1));
        let drain = DrainSignal::default();
        let serving = Serving {
            settings: Arc::new(settings),
            counters: Arc::clone(&counters),
            thread: 0,
            drain: drain.clone(),
            park_after: PARK_AFTER,
        };
        let handler = Arc::new(Answering(answer));
        tokio::spawn(async move {
            while let Ok((stream, remote)) = listener.accept().await {
                let info = Arc::new(ConnectionInfo {
                    listener: "test".into(),
                    scheme: Scheme::Http,
                    local: address,
                    remote,
                    tls: None,
                });
                let (handler, serving) = (Arc::clone(&handler), serving.clone());
                tokio::spawn(async move {
                    serve_connection(Stream::Plain(stream), info, handler, &serving).await;
                });
            }
        });
        Self { address, counters, drain }
    }

    /// A server that passes everything on to a member.
    pub(crate) async fn relay(settings: ServerSettings, member: SocketAddr) -> Self {
        Self::relay_with(settings, ClientSettings::default(), Timeouts::default(), member).await
    }

    pub(crate) async fn relay_with(
        settings: ServerSettings,
        client: ClientSettings,
        timeouts: Timeouts,
        member: SocketAddr,
    ) -> Self {
        let client = HttpClient::new(client);
        let target = target(member);
        Self::start(settings, move |request| {
            let (client, target) = (client.clone(), target.clone());
            Box::pin(async move {
                match client.send(&target, origin_form(request), timeouts).await {
                    Ok(response) => response,
                    Err(ClientError::RequestBody { source, .. }) => empty(Refusal::of_body(&source).status),
                    Err(error) if error.code() == 101_504 => empty(StatusCode::GATEWAY_TIMEOUT),
                    Err(_) => empty(StatusCode::BAD_GATEWAY),
                }
            })
        })
        .await
    }
}

/// Keeps path and query of an absolute target, as an endpoint does.
fn origin_form(mut request: Request<Body>) -> Request<Body> {
    if let Some(path) = request.uri().path_and_query() {
        *request.uri_mut() = path.clone().into();
    }
    request
}

pub(crate) fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

pub(crate) fn target(address: SocketAddr) -> Target {
    Target::new(Scheme::Http, &address.ip().to_string(), address.port()).unwrap()
}

// --- the client -----------------------------------------------------------------------------------------------------

/// A client that writes bytes and reads bytes.
pub(crate) struct Client(pub(crate) TcpStream);

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        Self(TcpStream::connect(address).await.unwrap())
    }

    pub(crate) async fn write(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.unwrap();
    }

    /// Everything until the server closes; a reset counts as an end and is marked.
    pub(crate) async fn read_to_end(&mut self) -> String {
        let mut all = Vec::new();
        let ended = timeout(PATIENCE, self.0.read_to_end(&mut all)).await.expect("the server must close");
        let mut text = String::from_utf8_lossy(&all).into_owned();
        if ended.is_err() {
            text.push_str("[reset]");
        }
        text
    }

    /// One answer: its head, and a body of the stated length or of chunks as they stand on the wire.
    pub(crate) async fn read_answer(&mut self) -> String {
        let mut all = self.read_until(b"\r\n\r\n").await;
        let head = String::from_utf8_lossy(&all).to_ascii_lowercase();
        if let Some(length) = header(&head, "content-length") {
            let mut body = vec![0; length.parse().unwrap()];
            timeout(PATIENCE, self.0.read_exact(&mut body)).await.unwrap().unwrap();
            all.extend_from_slice(&body);
        } else if header(&head, "transfer-encoding").is_some() {
            all.extend(self.read_until(b"0\r\n\r\n").await);
        }
        String::from_utf8_lossy(&all).into_owned()
    }

    pub(crate) async fn read_until(&mut self, end: &[u8]) -> Vec<u8> {
        let mut all = Vec::new();
        while !all.ends_with(end) {
            let byte = timeout(PATIENCE, self.0.read_u8()).await.expect("more bytes must come");
            all.push(byte.unwrap_or_else(|error| {
                panic!("{error} after {:?}", String::from_utf8_lossy(&all));
            }));
        }
        all
    }
}

/// The value of a header in the text of a head in lower case.
pub(crate) fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (known, value) = line.split_once(':')?;
        known.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// Sends bytes, closes the sending side, and reads to the end.
pub(crate) async fn converse(address: SocketAddr, bytes: impl AsRef<[u8]>) -> String {
    let mut client = Client::connect(address).await;
    client.write(bytes).await;
    client.0.shutdown().await.unwrap();
    client.read_to_end().await
}

/// Waits until something is the case.
pub(crate) async fn until(is_so: impl Fn() -> bool) {
    let wait = async {
        while !is_so() {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, wait).await.expect("it must come to be so");
}

/// The status of the first answer in a text, or 0.
pub(crate) fn status(text: &str) -> u16 {
    text.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0)
}

// --- the member -----------------------------------------------------------------------------------------------------

/// A member that reads strictly and records everything.
pub(crate) struct Member {
    pub(crate) address: SocketAddr,
    record: Arc<Mutex<Record>>,
}

#[derive(Default)]
struct Record {
    requests: Vec<Seen>,
    connections: usize,
}

/// A request as it stood on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) head: String,
    /// Decoded.
    pub(crate) body: Vec<u8>,
    /// False when the connection ended within it.
    pub(crate) is_complete: bool,
    /// The connection it came on, counted from 1.
    pub(crate) connection: usize,
}

impl Member {
    /// Answers every complete request with the same bytes.
    pub(crate) async fn answering(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self::start(move |_| Some(bytes.clone())).await
    }

    /// Answers a request with 200 and an empty body.
    pub(crate) async fn ok() -> Self {
        Self::answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await
    }

    /// Answers with what the function makes of a request, and closes when it makes `None`.
    pub(crate) async fn start(answer: impl Fn(&Seen) -> Option<Vec<u8>> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let record = Arc::new(Mutex::new(Record::default()));
        let shared = Arc::clone(&record);
        let answer = Arc::new(answer);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let connection = {
                    let mut record = shared.lock().unwrap();
                    record.connections += 1;
                    record.connections
                };
                let (record, answer) = (Arc::clone(&shared), Arc::clone(&answer));
                tokio::spawn(async move {
                    let mut stream = stream;
                    let mut unread = Vec::new();
                    loop {
                        let seen = read_request(&mut stream, &mut unread, connection).await;
                        let Some(seen) = seen else { return };
                        record.lock().unwrap().requests.push(seen.clone());
                        match answer(&seen).filter(|_| seen.is_complete) {
                            Some(bytes) if stream.write_all(&bytes).await.is_ok() => {}
                            _ => return,
                        }
                    }
                });
            }
        });
        Self { address, record }
    }

    pub(crate) fn requests(&self) -> Vec<Seen> {
        self.record.lock().unwrap().requests.clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.record.lock().unwrap().connections
    }

    /// Waits until the member has seen so many requests, complete or cut off.
    pub(crate) async fn wait_for(&self, count: usize) -> Vec<Seen> {
        until(|| self.requests().len() >= count).await;
        self.requests()
    }
}

/// Reads one request with `Content-Length` or chunks, and nothing lenient about either.
async fn read_request(stream: &mut TcpStream, unread: &mut Vec<u8>, connection: usize) -> Option<Seen> {
    let mut seen = Seen { head: String::new(), body: Vec::new(), is_complete: false, connection };
    let Some(head) = take_until(stream, unread, b"\r\n\r\n").await else {
        seen.head = String::from_utf8_lossy(unread).into_owned();
        return (!unread.is_empty()).then_some(seen);
    };
    seen.head = String::from_utf8_lossy(&head).into_owned();
    let lower = seen.head.to_ascii_lowercase();
    let length = header(&lower, "content-length");
    seen.is_complete = match header(&lower, "transfer-encoding") {
        Some(coding) => {
            assert_eq!((coding, length), ("chunked", None), "doubtful framing reached the member");
            read_chunks(stream, unread, &mut seen.body).await.is_some()
        }
        None => {
            let length = length.map_or(0, |length| length.parse().expect("a proper length"));
            match take(stream, unread, length).await {
                Some(body) => {
                    seen.body = body;
                    true
                }
                None => {
                    seen.body = std::mem::take(unread);
                    false
                }
            }
        }
    };
    Some(seen)
}

async fn read_chunks(stream: &mut TcpStream, unread: &mut Vec<u8>, body: &mut Vec<u8>) -> Option<()> {
    loop {
        let line = String::from_utf8(take_until(stream, unread, b"\r\n").await?).unwrap();
        let size = usize::from_str_radix(line.trim_end(), 16).expect("a chunk size without extension");
        let chunk = take(stream, unread, size + 2).await?;
        assert!(chunk.ends_with(b"\r\n"), "a chunk ends with CRLF, and there are no trailers");
        if size == 0 {
            return Some(());
        }
        body.extend_from_slice(&chunk[..size]);
    }
}

async fn take_until(stream: &mut TcpStream, unread: &mut Vec<u8>, end: &[u8]) -> Option<Vec<u8>> {
    loop {
        if let Some(at) = unread.windows(end.len()).position(|window| window == end) {
            return Some(unread.drain(..at + end.len()).collect());
        }
        fill(stream, unread).await?;
    }
}

async fn take(stream: &mut TcpStream, unread: &mut Vec<u8>, count: usize) -> Option<Vec<u8>> {
    while unread.len() < count {
        fill(stream, unread).await?;
    }
    Some(unread.drain(..count).collect())
}

async fn fill(stream: &mut TcpStream, unread: &mut Vec<u8>) -> Option<()> {
    match stream.read_buf(unread).await {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(()),
    }
}

/// A member that answers every connection with the same bytes and closes.
pub(crate) struct ClosingMember;

impl ClosingMember {
    pub(crate) async fn start(bytes: impl Into<Vec<u8>>) -> SocketAddr {
        let bytes = bytes.into();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut unread = Vec::new();
                if take_until(&mut stream, &mut unread, b"\r\n\r\n").await.is_some() {
                    // An error means that the test is over.
                    let _ = stream.write_all(&bytes).await;
                }
            }
        });
        address
    }
}
