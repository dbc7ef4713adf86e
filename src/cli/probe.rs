//! One question over plain HTTP, for the commands that ask whether something is well.

use std::io;

use bytes::Bytes;
use http::header::{CONNECTION, HOST, USER_AGENT};
use http::{Request, StatusCode};
use http_body_util::Empty;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// The status of the answer to a GET for a path on a connection of its own. It waits as long as it takes: who asks has the
/// time-out.
///
/// # Errors
/// There is no connection, or no answer.
pub(super) async fn status(host: &str, port: u16, path: &str, asker: &str) -> io::Result<StatusCode> {
    let stream = TcpStream::connect((host, port)).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
    let name = if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
    let request = Request::get(path)
        .header(HOST, name)
        .header(USER_AGENT, asker)
        .header(CONNECTION, "close")
        .body(Empty::<Bytes>::new())
        .map_err(io::Error::other)?;
    // Ends with the sender.
    tokio::spawn(connection);
    Ok(sender.send_request(request).await.map_err(io::Error::other)?.status())
}
