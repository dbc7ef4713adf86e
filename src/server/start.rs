//! Starting: everything is read and checked before the first port is opened.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use sinew_core::diagnostics::Diagnostic;

use super::background::Background;
use super::front::{Front, ListenerLabels};
use super::tasks::samples as task_samples;
use super::topology::{self, Following};
use super::{report, settings as map};
use crate::admin::{
    AdminError, AdminOptions, AdminServer, AdminState, BalancerControl, ListenerStatus, Phase, Reloads,
    member_samples,
};
use crate::clusters::Directory;
use crate::clusters::health::NetworkProbe;
use crate::deployment::run_time::StateFile;
use crate::deployment::{Deployer, Folder, Linker, Watch};
use crate::endpoints::{Lasting, TransportClient};
use crate::membership::RegistrationError;
use crate::settings::{SecretError, Settings};
use crate::telemetry::access_log::{AccessLog, AccessLogThread};
use crate::telemetry::metrics::{Build, ConnectionCounts, ListenerLabel, Metrics};
use crate::transport::http::client::HttpClient;
use crate::transport::http::listener::{BindError, ListenerSettings};
use crate::transport::threads::{self, Workers};
use crate::transport::tls::{self, ServerCertificates};

/// A server that serves.
pub struct Running {
    pub(super) workers: Workers,
    pub(super) watch: Watch,
    /// What the topology says is not followed any more when the server ends.
    pub(super) _topology: Option<Following>,
    /// What runs beside requests ends with the server.
    pub(super) background: Arc<Background>,
    pub(super) admin: Arc<AdminState>,
    /// Answers as long as the process runs, while it drains too.
    pub(super) admin_server: Option<AdminServer>,
    /// What operators wish; taken by who can fulfil it.
    pub(super) reloads: Option<Reloads>,
    /// By the name of the listener that shows them.
    pub(super) certificates: Vec<(&'static str, Arc<ServerCertificates>)>,
    pub(super) access_log: AccessLog,
    pub(super) log_thread: Option<AccessLogThread>,
}

/// Why a server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration folder cannot be read.
    #[error("the configuration folder cannot be read")]
    Folder(Box<Diagnostic>),
    /// The configuration has errors and `server.strict` is on.
    #[error("the configuration has errors")]
    Configuration(Vec<Diagnostic>),
    /// A certificate or key is missing or wrong.
    #[error(transparent)]
    Tls(#[from] tls::TlsError),
    /// A port is taken, or an address is not ours.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The admin interface cannot be offered as asked for.
    #[error(transparent)]
    Admin(#[from] AdminError),
    /// Members cannot be registered as asked for.
    #[error(transparent)]
    Registration(#[from] RegistrationError),
    /// The balancer cannot be one of its group.
    #[cfg(feature = "group")]
    #[error(transparent)]
    Group(#[from] crate::group::GroupError),
    /// A token cannot be read.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// Threads cannot be started, or a log cannot be opened.
    #[error("cannot start: {0}")]
    Io(#[from] io::Error),
}

/// The names of the listeners, in logs, metrics and settings.
const HTTP: &str = "http";
const HTTPS: &str = "https";
const REGISTRATION: &str = "registration";

/// Starts a server on a configuration folder.
///
/// # Errors
/// Why it cannot start; nothing is left running then.
pub fn start(settings: &Settings, folder: PathBuf) -> Result<Running, StartError> {
    let threads = map::threads(settings);
    let build = Build { version: env!("CARGO_PKG_VERSION"), revision: "unknown" };
    let metrics = Arc::new(Metrics::new(build, &[HTTP, HTTPS], threads.get()));
    let directory = Arc::new(Directory::default());
    map::members(settings, &directory);
    let members = directory.clone();
    metrics.observe_members(move || member_samples(&members));
    let lasting = Arc::new(map::lasting(settings, directory.clone())?);
    let admin = Arc::new(AdminState::new(env!("CARGO_PKG_VERSION"), metrics.clone(), directory));
    admin.update(|status| status.strict = settings.server.strict);
    let client = HttpClient::new(map::client(settings, map::client_tls(settings)?));
    let deployer = deploy(settings, folder, &admin, lasting.clone(), client.clone())?;
    let (deployed, probe) = (deployer.deployed(), NetworkProbe::new(client.clone()));
    let background = Background::start(settings, &lasting, deployed, probe, &admin)?;
    let background = Arc::new(background);
    let tasks = background.tasks().clone();
    admin.control_tasks(tasks.clone());
    metrics.observe_tasks(move || task_samples(&tasks));
    let https = &settings.listeners.https;
    let certificates = https.enabled.then(|| map::certificates(https)).transpose()?;
    let listeners = listeners(settings, certificates.as_ref())?;
    let others = background.certificates().map(|others| (REGISTRATION, others.clone()));
    let certificates: Vec<_> = certificates.map(|ours| (HTTPS, ours)).into_iter().chain(others).collect();
    for (listener, certificates) in &certificates {
        report::certificates(&metrics, listener, certificates);
    }
    let (access_log, log_thread) = AccessLog::open(&settings.logs.access, threads.get())?;
    metrics.observe_access_log(&access_log);
    let front = Front {
        deployed: deployer.deployed().clone(),
        settings: map::dispatch(settings),
        metrics: metrics.clone(),
        listeners: ListenerLabels { http: label(&metrics, HTTP)?, https: label(&metrics, HTTPS)? },
        access_log: access_log.clone(),
    };
    let workers = Workers::start(Some(threads), listeners, Arc::new(front)).map_err(|error| match error {
        threads::StartError::Bind(error) => StartError::Bind(error),
        threads::StartError::Thread(error) => StartError::Io(error),
    })?;
    announce(&workers, &admin);
    admin.control_entrance(workers.entrance());
    let reloads = admin.reloads();
    let shown = admin.clone();
    let followed = background.clone();
    let in_service = deployer.deployed().clone();
    let watch = Watch::start(deployer, map::watch(settings), move |deployer, outcome| {
        followed.follow(&deployer.deployed().load());
        report::reloaded(&shown, deployer, outcome);
    })?;
    let changer = watch.changer();
    admin.control_balancer(BalancerControl { deployed: in_service, lasting, changer: changer.clone() });
    let (topology, counts) = (&settings.balancer.topology, metrics.topology());
    let _topology = topology::follow(topology, background.handle(), client, changer, counts)?;
    admin.update(|status| status.phase = Phase::Serving);
    background.tasks().open();
    // Last, so that the first who asks is told that it serves.
    let options = AdminOptions::from_settings(&settings.admin)?;
    let admin_server = options.map(|options| AdminServer::start(options, admin.clone())).transpose()?;
    let reloads = Some(reloads);
    Ok(Running {
        workers,
        watch,
        _topology,
        background,
        admin,
        admin_server,
        reloads,
        certificates,
        access_log,
        log_thread,
    })
}

fn deploy(
    settings: &Settings,
    folder: PathBuf,
    admin: &AdminState,
    lasting: Arc<Lasting>,
    client: HttpClient,
) -> Result<Deployer<TransportClient>, StartError> {
    let compile = map::compile(settings, admin.metrics.clone(), lasting);
    admin.control_endpoints(compile.endpoint_states.clone());
    let files = match &settings.balancer.configuration {
        Some(file) => Folder::new(folder.clone()).with_balancer(file),
        None => Folder::new(folder.clone()),
    };
    let client = TransportClient(client);
    let state = settings.balancer.state.clone().map(StateFile::new);
    let changes = state.as_ref().map(StateFile::read).transpose();
    let changes = changes.map_err(|problem| StartError::Configuration(vec![*problem]))?.unwrap_or_default();
    let linker = Linker { registry: sinew_mediators::registry(), settings: compile, client };
    let deployer = Deployer::start_with(files, changes, state, linker)
        .map_err(|error| StartError::Folder(Box::new(map::unreadable(&folder, &error))))?;
    let diagnostics = &deployer.status().load().diagnostics;
    if settings.server.strict && diagnostics.iter().any(|diagnostic| diagnostic.severity.is_error()) {
        return Err(StartError::Configuration(diagnostics.clone()));
    }
    report::started(admin, &deployer);
    Ok(deployer)
}

fn listeners(
    settings: &Settings,
    certificates: Option<&Arc<ServerCertificates>>,
) -> Result<Vec<ListenerSettings>, StartError> {
    let common = |name: &str, address: SocketAddr| ListenerSettings {
        backlog: u32::try_from(settings.limits.backlog.get()).unwrap_or(u32::MAX),
        max_connections: settings.limits.max_connections.map(|count| count.get()),
        server: map::server(settings),
        ..ListenerSettings::new(name, address)
    };
    let mut listeners = Vec::new();
    let (http, https) = (&settings.listeners.http, &settings.listeners.https);
    if http.enabled {
        listeners.push(common(HTTP, http.address));
    }
    if let Some(certificates) = certificates {
        let tls = Some(tls::server_config(certificates.clone())?);
        listeners.push(ListenerSettings { tls, ..common(HTTPS, https.address) });
    }
    Ok(listeners)
}

fn label(metrics: &Metrics, name: &str) -> io::Result<ListenerLabel> {
    metrics.listener(name).ok_or_else(|| io::Error::other(format!("no metrics for the listener {name}")))
}

/// Says where it listens, and shows the connections in the metrics.
fn announce(workers: &Workers, admin: &AdminState) {
    for (counters, address) in workers.counters().iter().zip(workers.addresses()) {
        tracing::info!(target: "server", listener = &**counters.name(), %address, "listening");
        let counted = counters.clone();
        admin.metrics.observe_connections(counters.name(), move || ConnectionCounts {
            active: counted.open() as u64,
            accepted: counted.accepted(),
            ..ConnectionCounts::default()
        });
        let scheme = if **counters.name() == *HTTPS { "https" } else { "http" };
        let name = counters.name().to_string();
        admin.update(|status| {
            status.listeners.push(ListenerStatus { name: name.clone(), scheme, address: *address });
        });
    }
}
