//! Running mediators in tests: a sequence from text, a message, and what came of it.

mod compiler;
mod outcome;
mod world;

use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

pub(crate) use compiler::Compiled;
pub(crate) use outcome::Outcome;
use sinew_core::config::{Artifact, ArtifactKind, MediatorRegistry, SourceKind, parse_file};
use sinew_core::diagnostics::{Diagnostics, SourceFile, render};
use sinew_core::message::{Body, Destination, Message, Payload, Received, Value};
use world::Throw;

/// Parses the mediators of a sequence; what was understood, and what is wrong with it.
pub(crate) fn parse(mediators: &str) -> (Option<Artifact>, Diagnostics) {
    let text = format!(
        "<sequence xmlns=\"http://ws.apache.org/ns/synapse\" name=\"test\">\n{mediators}\n</sequence>\n"
    );
    let file = SourceFile::new("sequences/test.xml", text);
    let (artifacts, diagnostics) =
        parse_file(&file, SourceKind::Artifact(ArtifactKind::Sequence), &registry());
    (artifacts.into_iter().next(), diagnostics)
}

/// Every problem of a sequence with its excerpt, as people see it.
pub(crate) fn problems(mediators: &str) -> String {
    let (_, mut diagnostics) = parse(mediators);
    diagnostics.sort();
    let rendered: Vec<String> = diagnostics.iter().map(|diagnostic| render(diagnostic, false)).collect();
    rendered.join("\n\n")
}

/// Compares every problem of a sequence with a snapshot.
macro_rules! assert_problems {
    ($mediators:expr) => {
        insta::with_settings!({ omit_expression => true }, {
            insta::assert_snapshot!($crate::testing::problems($mediators));
        })
    };
}
pub(crate) use assert_problems;

/// True when the sequence cannot be used: what the specification calls a startup error.
pub(crate) fn is_refused(mediators: &str) -> bool {
    parse(mediators).1.has_errors()
}

/// True when there is nothing to say about the sequence.
pub(crate) fn is_clean(mediators: &str) -> bool {
    parse(mediators).1.is_empty()
}

/// The real mediators, and one that fails.
fn registry() -> MediatorRegistry {
    let mut registry = crate::registry();
    registry.add::<Throw>();
    registry
}

/// The default input of mediators.md §12: a SOAP 1.1 request to `http://h/p` whose body streams in.
pub(crate) fn soap_request(content: &str) -> Message {
    let envelope = format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>{content}</s:Body></s:Envelope>"
    );
    let mut message = request("POST", "text/xml", &envelope);
    message.headers.insert("soapaction", "\"\"".parse().expect("a header value"));
    message
}

/// A request of any kind with a streaming body, to `http://h/p`, with the identity `m`.
pub(crate) fn request(method: &str, content_type: &str, body: &str) -> Message {
    let method = method.parse().expect("a method");
    let received = Received::new(method, "/p".parse().expect("a target"));
    let mut headers = http::HeaderMap::new();
    if !content_type.is_empty() {
        headers.insert("content-type", content_type.parse().expect("a header value"));
    }
    let payload = match body {
        "" => Payload::Empty,
        text => Payload::Stream(Body::full(text.to_owned())),
    };
    let mut message = Message::request(received, headers, payload);
    message.addressing.to = Destination::Address("http://h/p".into());
    message.set_message_id("m");
    message
}

/// The response to the default input, with such a body.
pub(crate) fn soap_response(content: &str) -> Message {
    let mut message = soap_request("");
    let answer = soap_request(content);
    message.become_response(http::StatusCode::OK, answer.headers, answer.payload);
    message.set_message_id("m");
    message
}

/// A sequence under test with its message and surroundings.
pub(crate) struct Bench {
    compiled: Compiled,
    message: Message,
}

impl Bench {
    /// A sequence of these mediators, and the default input.
    pub(crate) fn new(mediators: &str) -> Self {
        Self::with(mediators, &[])
    }

    /// The same with other sequences: name, attributes, mediators.
    pub(crate) fn with(mediators: &str, others: &[(&str, &str, &str)]) -> Self {
        Self { compiled: Compiled::new(mediators, others), message: soap_request("") }
    }

    /// The sequence `test` among these artifacts.
    pub(crate) fn definitions(artifacts: &str) -> Self {
        Self { compiled: Compiled::definitions(artifacts), message: soap_request("") }
    }

    pub(crate) fn message(mut self, message: Message) -> Self {
        self.message = message;
        self
    }

    pub(crate) fn property(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.message.properties.set(name, value);
        self
    }

    pub(crate) fn axis2(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.message.axis2.set(name, value);
        self
    }

    /// Adds a header line.
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.message.headers.append(name, value.parse().expect("a header value"));
        self
    }

    /// Runs the sequence once.
    pub(crate) fn run(self) -> Outcome {
        self.compiled.run(self.message)
    }
}

/// Wakes the thread of a test.
struct Unpark(std::thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Runs a future to its end; only scripts wait.
fn block_on<F: Future>(future: F) -> F::Output {
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}

/// Runs a sequence that waits on one message, and another on another message while it does; what became of both, the
/// other first.
pub(crate) fn meanwhile(waiting: &str, other: &str) -> (Outcome, Outcome) {
    let (waiting, other) = (Compiled::new(waiting, &[]), Compiled::new(other, &[]));
    let mut waits = pin!(async { waiting.run_later(soap_request("")).await });
    let first = waits.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(first.is_pending(), "it holds up its thread");
    (other.run(soap_request("")), block_on(waits))
}

/// What was written to the mediation log: category and text.
type LogLines = Arc<Mutex<Vec<(String, String)>>>;
