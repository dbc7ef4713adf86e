//! An API server that says what the test says.

use std::net::SocketAddr;
use std::path::Path;
use std::pin::Pin;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

/// How long anything may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

trait Wire: AsyncRead + AsyncWrite + Send {}

impl<T: AsyncRead + AsyncWrite + Send> Wire for T {}

/// The server. It takes one request on each connection.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    pub(super) requests: mpsc::UnboundedReceiver<Request>,
    task: JoinHandle<()>,
}

/// A request that waits for its answer.
pub(super) struct Request {
    /// Its path and query.
    pub(super) target: String,
    head: String,
    wire: Pin<Box<dyn Wire>>,
}

/// A watch that goes on.
pub(super) struct Stream(Pin<Box<dyn Wire>>);

/// A recording by its name: lines of JSON, as they were on the wire.
pub(super) fn recording(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/membership/kubernetes/tests/recordings");
    std::fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

impl Server {
    pub(super) async fn start(tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        Self::listen(listener, tls)
    }

    /// The same at an address where there was one before.
    pub(super) async fn start_again(address: SocketAddr) -> Self {
        Self::listen(TcpListener::bind(address).await.expect("the port"), None)
    }

    fn listen(listener: TcpListener, tls: Option<TlsAcceptor>) -> Self {
        let address = listener.local_addr().expect("an address");
        let (sender, requests) = mpsc::unbounded_channel();
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.expect("a connection");
                let (sender, tls) = (sender.clone(), tls.clone());
                tokio::spawn(async move {
                    let wire: Pin<Box<dyn Wire>> = match tls {
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => Box::pin(stream),
                            // A client that does not trust it.
                            Err(_) => return,
                        },
                        None => Box::pin(stream),
                    };
                    if let Some(request) = Request::read(wire).await {
                        let _ = sender.send(request);
                    }
                });
            }
        });
        Self { address, requests, task }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The next request.
    pub(super) async fn next(&mut self) -> Request {
        timeout(PATIENCE, self.requests.recv()).await.expect("a request in time").expect("a request")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Request {
    async fn read(mut wire: Pin<Box<dyn Wire>>) -> Option<Self> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(wire.read_u8().await.ok()?);
        }
        let head = String::from_utf8(head).expect("text");
        let target = head.split(' ').nth(1).expect("a target").to_owned();
        Some(Self { target, head, wire })
    }

    /// A header, in lower case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// A parameter of the query.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        let (_, query) = self.target.split_once('?')?;
        let (_, value) =
            query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name)?;
        Some(percent_encoding::percent_decode_str(value).decode_utf8().expect("text").into_owned())
    }

    pub(super) fn is_watch(&self) -> bool {
        matches!(self.parameter("watch").as_deref(), Some("true" | "1"))
    }

    /// Answers with a recording.
    pub(super) async fn answer(mut self, status: u16, name: &str) {
        let body = recording(name);
        let head = format!(
            "HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        // A client that gave up hears nothing.
        let _ = self.wire.write_all(format!("{head}{body}").as_bytes()).await;
        let _ = self.wire.shutdown().await;
    }

    /// Begins to answer a watch.
    pub(super) async fn stream(mut self) -> Stream {
        assert!(self.is_watch(), "{}", self.target);
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
        self.wire.write_all(head.as_bytes()).await.expect("sent");
        Stream(self.wire)
    }
}

impl Stream {
    /// Sends a chunk, which need not be whole lines.
    pub(super) async fn chunk(&mut self, bytes: &str) {
        let chunk = format!("{:x}\r\n{bytes}\r\n", bytes.len());
        self.0.write_all(chunk.as_bytes()).await.expect("sent");
        self.0.flush().await.expect("sent");
    }

    /// Ends the watch as the server does when its time is over.
    pub(super) async fn end(mut self) {
        self.0.write_all(b"0\r\n\r\n").await.expect("sent");
        self.0.shutdown().await.expect("an end");
    }

    /// Breaks off in the middle of a chunk.
    pub(super) async fn cut(mut self, bytes: &str) {
        let chunk = format!("{:x}\r\n{bytes}", bytes.len() + 100);
        self.0.write_all(chunk.as_bytes()).await.expect("sent");
        self.0.shutdown().await.expect("an end");
    }
}
