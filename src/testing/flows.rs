//! A configuration folder with stub endpoints.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use http::uri::Scheme;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use http_body_util::BodyExt;
use sinew_core::config::Configuration;
use sinew_core::config::balancer::Change;
use sinew_core::diagnostics::render;
use sinew_core::message::{Body, Message, Payload, Received};

use super::recorder::Recorder;
use super::stub::{Reply, StubClient, lock};
use super::transcript::{Transcript, header_lines, text};
use crate::clusters::Directory;
use crate::compiler::{CompileSettings, Deployed};
use crate::deployment::{Changed, Deployer, Folder, Refused, Status};
use crate::dispatch::{Account, DispatchSettings, Service, serve, serve_sequence};
use crate::endpoints::{EndpointStates, Lasting};

/// A configuration folder, compiled like the real thing, whose endpoints are stubs.
pub struct Flows {
    deployer: Deployer<StubClient>,
    deployed: Arc<Deployed>,
    status: Arc<Status>,
    client: StubClient,
    settings: DispatchSettings,
    endpoint_states: Arc<EndpointStates>,
    lasting: Arc<Lasting>,
}

/// A request to send into a flow.
#[derive(Clone, Debug)]
pub struct Request {
    method: Method,
    target: String,
    headers: HeaderMap,
    body: Bytes,
    scheme: Scheme,
    client: Option<SocketAddr>,
    listener: Option<SocketAddr>,
}

impl Flows {
    /// Loads a folder, or a single file with `<definitions>`.
    ///
    /// # Panics
    /// The folder cannot be read, or has errors: they are in the panic's text, as `sinew check` prints them.
    pub fn load(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        match Self::try_load(path.clone()) {
            Ok(flows) => {
                let errors = flows.status.diagnostics.iter().filter(|d| d.severity.is_error());
                let errors: Vec<String> = errors.map(|diagnostic| render(diagnostic, false)).collect();
                assert!(errors.is_empty(), "{} has errors:\n{}", path.display(), errors.join("\n"));
                flows
            }
            Err(error) => panic!("cannot load {}: {error}", path.display()),
        }
    }

    /// Loads a folder with whatever is wrong in it: see [`Flows::status`].
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn try_load(path: impl Into<PathBuf>) -> std::io::Result<Self> {
        Self::deploy(Folder::new(path))
    }

    /// The same for a folder with files elsewhere.
    ///
    /// # Errors
    /// The folder or such a file cannot be read.
    pub fn deploy(folder: Folder) -> std::io::Result<Self> {
        let client = StubClient::default();
        let settings = CompileSettings::default();
        let endpoint_states = settings.endpoint_states.clone();
        let lasting = settings.lasting.clone();
        let deployer = Deployer::start(folder, sinew_mediators::registry(), settings, client.clone())?;
        Ok(Self {
            deployed: deployer.deployed().load_full(),
            status: deployer.status().load_full(),
            deployer,
            client,
            settings: DispatchSettings::default(),
            endpoint_states,
            lasting,
        })
    }

    /// Looks at the folder again, as a server does when a file changed.
    ///
    /// # Errors
    /// The folder cannot be read any more.
    pub fn reload(&mut self) -> std::io::Result<()> {
        self.deployer.reload()?;
        self.follow();
        Ok(())
    }

    /// Makes a change above the files, as operators and the topology do.
    ///
    /// # Errors
    /// It is refused; nothing changed.
    pub fn change(&mut self, change: Change) -> Result<Changed, Refused> {
        let changed = self.deployer.change(change)?;
        self.follow();
        Ok(changed)
    }

    fn follow(&mut self) {
        self.deployed = self.deployer.deployed().load_full();
        self.status = self.deployer.status().load_full();
    }

    /// What is known of the endpoints.
    pub fn endpoint_states(&self) -> &EndpointStates {
        &self.endpoint_states
    }

    /// The clusters and their members.
    pub fn directory(&self) -> &Arc<Directory> {
        &self.lasting.directory
    }

    /// Forgets clusters that nobody works with any more, as a server does now and then.
    pub fn prune(&self) {
        self.lasting.prune();
    }

    /// What was found wrong in the folder.
    pub fn status(&self) -> &Status {
        &self.status
    }

    /// What the files in service say.
    pub fn configuration(&self) -> &Configuration {
        &self.deployed.configuration
    }

    /// True when a sequence has this name.
    pub fn has_sequence(&self, name: &str) -> bool {
        self.deployed.sequences().any(|(known, _)| **known == *name)
    }

    /// Says what requests to an address are answered with. Addresses are matched by their longest prefix; several
    /// replies for one address are given in turn, the last one for ever.
    #[must_use]
    pub fn stub(self, address: &str, reply: Reply) -> Self {
        lock(&self.client.stubs).add(address, reply);
        self
    }

    /// Sends a request in as a listener would.
    ///
    /// # Panics
    /// The request is none that HTTP can carry, or no runtime can be made.
    pub fn send(&self, request: Request) -> Transcript {
        let line = format!("{} {}", request.method, request.target);
        self.run(line, request, None)
    }

    /// Sends a request straight into a sequence, without any service.
    ///
    /// # Panics
    /// As [`Flows::send`].
    pub fn mediate(&self, sequence: &str, request: Request) -> Transcript {
        let line = format!("{} {} into sequence:{sequence}", request.method, request.target);
        self.run(line, request, Some(sequence))
    }

    /// Sends a request in as a listener would, within the runtime of the caller: with a paused clock, time passes when
    /// the test says so.
    ///
    /// # Panics
    /// The request is none that HTTP can carry.
    pub async fn exchange(&self, request: Request) -> Transcript {
        let line = format!("{} {}", request.method, request.target);
        self.transcribe(line, request, None).await
    }

    fn run(&self, line: String, request: Request, sequence: Option<&str>) -> Transcript {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime for the test").block_on(self.transcribe(line, request, sequence))
    }

    async fn transcribe(&self, line: String, request: Request, sequence: Option<&str>) -> Transcript {
        lock(&self.client.events).clear();
        let mut message = request.into_message();
        let recorder = Some(Box::new(Recorder::new(self.client.events.clone())) as Box<_>);
        let mut account = Account::default();
        let settings = &self.settings;
        let answer = match sequence {
            None => {
                let service = Service::find(&self.deployed, &mut message.received);
                serve(&self.deployed, service, message, settings, recorder, &mut account).await
            }
            Some(key) => serve_sequence(&self.deployed, key, message, settings, recorder, &mut account).await,
        };
        let (head, body) = answer.into_parts();
        let body = match body.collect().await {
            Ok(collected) => text(&collected.to_bytes()),
            Err(error) => format!("<{error}>"),
        };
        Transcript {
            request: line,
            events: std::mem::take(&mut lock(&self.client.events)),
            status: head.status.as_u16(),
            headers: header_lines(&head.headers),
            body,
        }
    }
}

impl Request {
    /// A request with any method.
    ///
    /// # Panics
    /// The method is none that HTTP can carry.
    pub fn new(method: &str, target: &str) -> Self {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let mut headers = HeaderMap::new();
        headers.insert(http::header::HOST, HeaderValue::from_static("localhost:8280"));
        Self {
            method,
            target: target.to_owned(),
            headers,
            body: Bytes::new(),
            scheme: Scheme::HTTP,
            client: None,
            listener: None,
        }
    }

    /// A GET request.
    pub fn get(target: &str) -> Self {
        Self::new("GET", target)
    }

    /// A POST request.
    pub fn post(target: &str, content_type: &str, body: &str) -> Self {
        Self::new("POST", target).header("Content-Type", content_type).body(body.to_owned())
    }

    /// Sets a header.
    ///
    /// # Panics
    /// The name or value is none that headers can have.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::try_from(name).expect("a header name");
        self.headers.insert(name, HeaderValue::from_str(value).expect("a header value"));
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Lets it come from this address.
    #[must_use]
    pub fn from(mut self, client: SocketAddr) -> Self {
        self.client = Some(client);
        self
    }

    /// Lets it come in at a listener with this address, plain or encrypted.
    #[must_use]
    pub fn at(mut self, listener: SocketAddr, encrypted: bool) -> Self {
        self.listener = Some(listener);
        self.scheme = if encrypted { Scheme::HTTPS } else { Scheme::HTTP };
        self
    }

    /// Leaves a header out, `Host` too.
    ///
    /// # Panics
    /// The name is none that headers can have.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.headers.remove(HeaderName::try_from(name).expect("a header name"));
        self
    }

    fn into_message(self) -> Message {
        let target: Uri = self.target.parse().expect("a request target");
        let mut received = Received::new(self.method, target);
        received.scheme = self.scheme;
        received.remote = self.client;
        received.local = self.listener;
        let payload = match self.body.is_empty() {
            true => Payload::Empty,
            // As a stream, like the wire's: what mediators read must be asked for.
            false => Payload::Stream(Body::full(self.body)),
        };
        let mut message = Message::request(received, self.headers, payload);
        message.set_message_id("urn:uuid:00000000-0000-0000-0000-000000000001");
        message
    }
}
