//! The client against raw members.

use std::net::SocketAddr;
use std::time::Duration;

use ::http::{Method, Request, Response};
use http_body_util::BodyExt;
use sinew_core::message::Body;

use super::{ClientError, ClientSettings, HttpClient, Timeouts};
use crate::transport::http::testing::target;

mod failures;
mod pool;
mod requests;

const TIMEOUTS: Timeouts = Timeouts { connect: Duration::from_secs(5), response: Duration::from_secs(5) };
const SHORT: Duration = Duration::from_millis(150);

/// The default settings with a change.
fn client(change: impl FnOnce(&mut ClientSettings)) -> HttpClient {
    let mut settings = ClientSettings::default();
    change(&mut settings);
    HttpClient::new(settings)
}

fn request(method: Method, body: Body) -> Request<Body> {
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = "/x?y=z".parse().unwrap();
    request
}

fn get() -> Request<Body> {
    request(Method::GET, Body::empty())
}

async fn send(
    client: &HttpClient,
    member: SocketAddr,
    request: Request<Body>,
) -> Result<Response<Body>, ClientError> {
    client.send(&target(member), request, TIMEOUTS).await
}

/// Sends, and reads the answer to its end.
async fn text(client: &HttpClient, member: SocketAddr, request: Request<Body>) -> String {
    let answer = send(client, member, request).await.unwrap();
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}
