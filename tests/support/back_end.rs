//! A back end that tells what it got.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::Notify;

type BackEndBody = BoxBody<Bytes, Infallible>;

/// A back end on a thread of its own.
///
/// - `/echo`: the request as text: request line, headers, an empty line, the body
/// - `/status/<code>`: that status, with an `ETag`
/// - `/large/<bytes>`: so many bytes with their length, `/chunked/<bytes>` without
/// - `/count`: reads the body, answers how many bytes it had
/// - `/slow`: answers when [`BackEnd::release`] is called
/// - `/hang`: never answers
/// - anything else: `hi`
pub(crate) struct BackEnd {
    pub(crate) address: SocketAddr,
    requests: Arc<AtomicUsize>,
    release: Arc<Notify>,
    waiting: Arc<Notify>,
}

impl BackEnd {
    pub(crate) fn start() -> Self {
        let (requests, release, waiting) =
            (Arc::<AtomicUsize>::default(), Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (started, address) = std::sync::mpsc::channel();
        let shared = (requests.clone(), release.clone(), waiting.clone());
        std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async move {
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
                started.send(listener.local_addr().expect("an address")).expect("the test waits");
                loop {
                    let (stream, _) = listener.accept().await.expect("a connection");
                    let shared = shared.clone();
                    let service = service_fn(move |request| answer(request, shared.clone()));
                    tokio::spawn(async move {
                        let builder = hyper::server::conn::http1::Builder::new();
                        let _ = builder.serve_connection(TokioIo::new(stream), service).await;
                    });
                }
            });
        });
        Self { address: address.recv().expect("the back end starts"), requests, release, waiting }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many requests have come.
    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    /// Lets one request to `/slow` be answered.
    pub(crate) fn release(&self) {
        self.release.notify_one();
    }

    /// Waits until a request to `/slow` has come.
    pub(crate) fn wait_for_slow(&self) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let came = runtime
            .block_on(async { tokio::time::timeout(Duration::from_secs(60), self.waiting.notified()).await });
        came.expect("a request to /slow");
    }
}

type Shared = (Arc<AtomicUsize>, Arc<Notify>, Arc<Notify>);

async fn answer(
    request: Request<Incoming>,
    (requests, release, waiting): Shared,
) -> Result<Response<BackEndBody>, Infallible> {
    requests.fetch_add(1, Ordering::SeqCst);
    let path = request.uri().path().to_owned();
    let number = path.rsplit('/').next().and_then(|last| last.parse::<u64>().ok()).unwrap_or(0);
    let mut response = Response::new(full("hi"));
    match path.split('/').nth(1).unwrap_or_default() {
        "echo" => *response.body_mut() = full(&describe(request).await),
        "status" => {
            *response.status_mut() =
                StatusCode::from_u16(u16::try_from(number).expect("a status")).expect("a status");
            response.headers_mut().insert("etag", HeaderValue::from_static("\"1\""));
            if matches!(number, 204 | 304) {
                *response.body_mut() = Empty::new().boxed();
            }
        }
        "large" => {
            response.headers_mut().insert("content-length", HeaderValue::from(number));
            *response.body_mut() = bytes(number);
        }
        "chunked" => *response.body_mut() = bytes(number),
        "count" => {
            let mut body = request.into_body();
            let mut count = 0;
            while let Some(Ok(frame)) = body.frame().await {
                count += frame.data_ref().map_or(0, Bytes::len);
            }
            *response.body_mut() = full(&count.to_string());
        }
        "slow" => {
            waiting.notify_one();
            release.notified().await;
        }
        "hang" => std::future::pending().await,
        _ => {}
    }
    Ok(response)
}

async fn describe(request: Request<Incoming>) -> String {
    let mut text = format!("{} {} {:?}\n", request.method(), request.uri(), request.version());
    let mut headers: Vec<String> = request
        .headers()
        .iter()
        .map(|(name, value)| format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes())))
        .collect();
    headers.sort();
    text.extend(headers);
    let body = request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    text + "\n" + &String::from_utf8_lossy(&body)
}

fn full(text: &str) -> BackEndBody {
    Full::new(Bytes::copy_from_slice(text.as_bytes())).boxed()
}

/// So many bytes in pieces of 64 KiB.
fn bytes(count: u64) -> BackEndBody {
    let piece = Bytes::from(vec![b'x'; 64 * 1024]);
    let pieces = futures_util::stream::unfold(count, move |left| {
        let piece = piece.clone();
        async move {
            let length = usize::try_from(left.min(piece.len() as u64)).expect("at most 64 KiB");
            (length > 0).then(|| (Ok(Frame::data(piece.slice(..length))), left - length as u64))
        }
    });
    BodyExt::boxed(StreamBody::new(pieces))
}
