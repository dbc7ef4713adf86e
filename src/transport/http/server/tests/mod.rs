//! One server, raw clients, small handlers.

use std::sync::Arc;

use ::http::{Response, StatusCode};
use sinew_core::message::Body;

use super::ServerSettings;
use crate::transport::http::testing::{Server, empty};

mod answers;
mod bodies;
mod endings;
mod oracle;
mod order;
mod times;

/// Answers with method and path.
async fn naming() -> Server {
    Server::start(ServerSettings::default(), |request| {
        let text = format!("{} {}", request.method(), request.uri().path());
        Box::pin(async move { Response::new(Body::full(text)) })
    })
    .await
}

/// Answers with the request's own body, streamed.
async fn echo(settings: ServerSettings) -> Server {
    Server::start(settings, |request| Box::pin(async move { Response::new(request.into_body()) })).await
}

/// Answers every request with the same status, at once and without looking at it.
async fn deaf(settings: ServerSettings, status: StatusCode) -> Server {
    Server::start(settings, move |_| Box::pin(async move { empty(status) })).await
}

/// The default settings with a change.
fn with(change: impl FnOnce(&mut ServerSettings)) -> ServerSettings {
    let mut settings = ServerSettings::default();
    change(&mut settings);
    settings
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n")
}

fn post(headers: &str, body: &str) -> String {
    format!("POST / HTTP/1.1\r\nHost: a\r\n{headers}\r\n\r\n{body}")
}

/// A handler's gate: closed until the test opens it.
#[derive(Clone, Default)]
struct Gate(Arc<tokio::sync::Notify>);

impl Gate {
    fn open(&self) {
        self.0.notify_one();
    }

    async fn wait(&self) {
        self.0.notified().await;
    }
}
