//! A server for tests that answers as it is told, and one for every way in which servers are broken.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;

/// A request that came.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) method: String,
    /// With its query.
    pub(super) path: String,
    /// By lower-case name.
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: String,
}

/// What is answered.
#[derive(Clone, Debug)]
pub(super) enum Reply {
    /// Status, further lines of the head, and body.
    Answer(u16, &'static str, String),
    /// These bytes, and the end of the connection.
    Raw(&'static [u8]),
    /// Nothing, and the connection stays open.
    Never,
}

/// What connections come from.
enum Listener {
    Tcp(TcpListener),
    #[cfg(feature = "docker")]
    Unix(tokio::net::UnixListener),
}

trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

impl Listener {
    async fn accept(&self) -> Box<dyn Wire> {
        match self {
            Self::Tcp(listener) => Box::new(listener.accept().await.expect("a connection").0),
            #[cfg(feature = "docker")]
            Self::Unix(listener) => Box::new(listener.accept().await.expect("a connection").0),
        }
    }
}

/// A server. It ends with this.
pub(super) struct Stub {
    port: u16,
    seen: Arc<Mutex<Vec<Seen>>>,
    _task: AbortOnDropHandle<()>,
}

impl Stub {
    /// Answers every request.
    pub(super) async fn start(reply: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        Self::run(port, Listener::Tcp(listener), reply)
    }

    /// The same at a Unix socket.
    #[cfg(feature = "docker")]
    pub(super) fn start_at(
        path: &std::path::Path,
        reply: impl Fn(&Seen) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = tokio::net::UnixListener::bind(path).expect("a socket");
        Self::run(0, Listener::Unix(listener), reply)
    }

    fn run(port: u16, listener: Listener, reply: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let seen = Arc::<Mutex<Vec<Seen>>>::default();
        let (reply, all) = (Arc::new(reply), seen.clone());
        let task = tokio::spawn(async move {
            loop {
                tokio::spawn(serve(listener.accept().await, reply.clone(), all.clone()));
            }
        });
        Self { port, seen, _task: AbortOnDropHandle::new(task) }
    }

    /// Where it is.
    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What came, in order.
    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("a lock").clone()
    }
}

/// Servers that are no use, each with what is wrong with it.
pub(super) async fn broken() -> Vec<(&'static str, Stub)> {
    let mut broken = Vec::new();
    for (what, reply) in broken_replies() {
        broken.push((what, Stub::start(move |_| reply.clone()).await));
    }
    broken
}

/// What such servers answer.
pub(super) fn broken_replies() -> [(&'static str, Reply); 15] {
    [
        ("never answers", Reply::Never),
        ("closes", Reply::Raw(b"")),
        ("speaks no HTTP", Reply::Raw(b"220 mail.example ESMTP\r\n")),
        ("stops in the middle", Reply::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"inst")),
        ("has too much to say", Reply::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n{")),
        ("says nothing", Reply::Answer(200, "", String::new())),
        (
            "shows a page",
            Reply::Answer(200, "", "<!DOCTYPE html><html><body>Welcome</body></html>".to_owned()),
        ),
        ("shows another answer", Reply::Answer(200, "", "<OtherResponse/>".to_owned())),
        ("answers with a list", Reply::Answer(200, "", "[]".to_owned())),
        ("answers with more", Reply::Answer(200, "", "{\"surprise\":1}".to_owned())),
        ("is no text", Reply::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n\xff\xfe\x00")),
        ("sends elsewhere", Reply::Answer(302, "location: http://127.0.0.1:9/\r\n", String::new())),
        ("fails", Reply::Answer(500, "", "oops".to_owned())),
        ("is too busy", Reply::Answer(503, "retry-after: 3600\r\n", String::new())),
        ("lets nobody in", Reply::Answer(403, "", "{}".to_owned())),
    ]
}

async fn serve(
    mut stream: Box<dyn Wire>,
    reply: Arc<impl Fn(&Seen) -> Reply + Send + Sync>,
    all: Arc<Mutex<Vec<Seen>>>,
) {
    let Some(seen) = read(&mut stream).await else { return };
    all.lock().expect("a lock").push(seen.clone());
    match reply(&seen) {
        Reply::Never => std::future::pending().await,
        Reply::Raw(bytes) => drop(stream.write_all(bytes).await),
        Reply::Answer(status, head, body) => {
            let answer = format!(
                "HTTP/1.1 {status} Status\r\n{head}content-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            drop(stream.write_all(answer.as_bytes()).await);
        }
    }
}

async fn read(stream: &mut Box<dyn Wire>) -> Option<Seen> {
    let mut bytes = Vec::new();
    loop {
        let head = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        if let Some(head) = head {
            let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
            let mut lines = text.split("\r\n");
            let mut request = lines.next()?.split(' ').map(str::to_owned);
            let (method, path) = (request.next()?, request.next()?);
            let headers: BTreeMap<String, String> = lines
                .filter_map(|line| line.split_once(": "))
                .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
                .collect();
            let length = headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
            if let Some(body) = bytes.get(head + 4..head + 4 + length) {
                let body = String::from_utf8_lossy(body).into_owned();
                return Some(Seen { method, path, headers, body });
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}
