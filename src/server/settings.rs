//! From the settings to what each part takes.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::num::NonZero;
use std::path::Path;
use std::sync::Arc;

use sinew_core::diagnostics::{Diagnostic, codes};

use crate::balancing::rewriting::ListenPorts;
use crate::clusters::{ClusterKey, Directory, Layer, MemberDefinition, Source};
use crate::compiler::CompileSettings;
use crate::deployment::WatchSettings;
use crate::dispatch::{DispatchSettings, ReplyPolicy};
use crate::endpoints::{Lasting, RequestPolicy};
use crate::settings::{HttpsListener, SecretError, Settings};
use crate::tasks::TaskClasses;
use crate::telemetry::metrics::Metrics;
use crate::transport::http::client::{ClientSettings, Timeouts};
use crate::transport::http::framing::{RequestLimits, ResponseLimits};
use crate::transport::http::server::ServerSettings;
use crate::transport::tls::{
    CertificateFiles, ClientTlsSettings, ServerCertificates, TlsError, Verify, client_config,
    development_certificate,
};

/// What the receiving side takes.
pub(super) fn server(settings: &Settings) -> ServerSettings {
    let (limits, timeouts) = (&settings.limits, &settings.timeouts);
    ServerSettings {
        limits: RequestLimits {
            head: bytes(limits.head.get()),
            headers: limits.headers.get(),
            target: bytes(limits.target.get()),
            method: bytes(limits.method.get()),
            body: limits.body.map(|size| size.get()),
            ..RequestLimits::default()
        },
        head_time: timeouts.header.get(),
        idle_time: timeouts.keep_alive.get(),
        body_idle: timeouts.body_idle.get(),
        write_stall: timeouts.write_stall.get(),
        drain_bytes: limits.discard.get(),
        linger_time: timeouts.linger.get(),
        handshake_time: timeouts.handshake.get(),
        max_buffer: bytes(limits.buffer.get()),
    }
}

/// What the sending side takes.
pub(super) fn client(settings: &Settings, tls: Arc<rustls::ClientConfig>) -> ClientSettings {
    let (pools, timeouts, limits) = (&settings.pools, &settings.timeouts, &settings.limits);
    ClientSettings {
        max_idle_per_target: pools.max_idle.get(),
        max_connections_per_target: pools.max_connections.map(|count| count.get()),
        max_waiting_per_target: pools.max_waiting.get(),
        idle_time: pools.idle_time.get(),
        life_time: pools.life_time.map(|time| time.get()),
        body_idle: timeouts.body_idle.get(),
        write_stall: timeouts.write_stall.get(),
        response: ResponseLimits {
            head: bytes(limits.response_head.get()),
            headers: limits.response_headers.get(),
        },
        tls: Some(tls),
        max_buffer: bytes(limits.buffer.get()),
    }
}

/// The certificates of the encrypted listener: those of the settings, or one that signs itself.
pub(super) fn certificates(listener: &HttpsListener) -> Result<Arc<ServerCertificates>, TlsError> {
    let files = match (&listener.certificate, &listener.key, &listener.development_certificate_directory) {
        (Some(certificate), Some(key), _) => {
            CertificateFiles { certificate: certificate.clone(), key: key.clone() }
        }
        (_, _, directory) => {
            let directory = directory.clone().unwrap_or_default();
            development_certificate(&directory, &host_name().into_iter().collect::<Vec<_>>())?
        }
    };
    ServerCertificates::load(vec![files])
}

/// TLS towards members.
pub(super) fn client_tls(settings: &Settings) -> Result<Arc<rustls::ClientConfig>, TlsError> {
    let verify = if settings.tls.verify { Verify::Full } else { Verify::None };
    client_config(&ClientTlsSettings { verify, authorities: settings.tls.ca_file.clone() })
}

/// What the compiler takes.
pub(super) fn compile(
    settings: &Settings,
    metrics: Arc<Metrics>,
    lasting: Arc<Lasting>,
    autoscaler: super::autoscaler::Place,
) -> CompileSettings {
    let mut task_classes = TaskClasses::default();
    task_classes.add(Arc::new(super::autoscaler::tasks(autoscaler)));
    let (timeouts, compat) = (&settings.timeouts, &settings.compat);
    let user_agent = settings.server.user_agent.as_ref().map(|text| text.value().clone());
    CompileSettings {
        timeouts: Timeouts { connect: timeouts.connect.get(), response: timeouts.response.get() },
        policy: Arc::new(RequestPolicy {
            user_agent,
            preserve_user_agent: compat.user_agent_preserve,
            preserve: compat.headers_preserve.clone(),
            client_addresses: compat.client_addresses,
            always_chunk: compat.always_chunk,
            payload_limit: settings.limits.payload.get(),
        }),
        server_names: server_name(settings).into_iter().collect(),
        metrics,
        replay_limit: bytes(settings.limits.replay.get()),
        endpoint_states: Arc::default(),
        lasting,
        listen: listen_ports(settings),
        task_classes: Arc::new(task_classes),
    }
}

/// What outlives deployments.
pub(super) fn lasting(settings: &Settings, directory: Arc<Directory>) -> Result<Lasting, SecretError> {
    let balancer = &settings.balancer;
    let secret = balancer.affinity_secret.as_ref().map(|reference| reference.resolve()).transpose()?;
    let secret = secret.map(|secret| secret.expose().to_owned());
    Ok(Lasting::new(directory, balancer.session_timeout.get(), secret))
}

/// The ports of the listeners as they are set; one that the system chooses is not known here.
fn listen_ports(settings: &Settings) -> ListenPorts {
    let port = |enabled: bool, address: SocketAddr| Some(address.port()).filter(|port| enabled && *port > 0);
    let (http, https) = (&settings.listeners.http, &settings.listeners.https);
    ListenPorts { http: port(http.enabled, http.address), https: port(https.enabled, https.address) }
}

/// What dispatching takes.
pub(super) fn dispatch(settings: &Settings) -> DispatchSettings {
    let compat = &settings.compat;
    DispatchSettings {
        reply: ReplyPolicy {
            server: settings.server.name.as_ref().map(|text| text.value().clone()),
            preserve_server: compat.server_preserve,
            reflect_credentials: compat.reflect_credentials,
            reflect_user_agent: compat.user_agent_preserve,
            ..ReplyPolicy::default()
        },
        payload_limit: settings.limits.payload.get(),
    }
}

/// The members that the settings name.
pub(super) fn members(settings: &Settings, directory: &Directory) {
    let mut clusters: BTreeMap<ClusterKey, Vec<MemberDefinition>> = BTreeMap::new();
    for member in &settings.members {
        let (cluster, definition) = crate::membership::stated(member);
        clusters.entry(cluster).or_default().push(definition);
    }
    for error in directory.replace(&Source::new(Layer::Static, "sinew.toml"), &clusters) {
        tracing::error!(target: "server", %error, "a member of the settings is left out");
    }
}

/// When to look at the configuration folder; `None` when nobody wants that.
pub(super) fn watch(settings: &Settings) -> Option<WatchSettings> {
    let deployment = &settings.deployment;
    let times = WatchSettings { quiet: deployment.quiet.get(), rescan: deployment.rescan.get() };
    deployment.watch.then_some(times)
}

/// The number of worker threads: as set, or one for each core.
pub(super) fn threads(settings: &Settings) -> NonZero<usize> {
    let set = settings.server.threads.and_then(|count| NonZero::new(count.get()));
    set.or_else(|| std::thread::available_parallelism().ok()).unwrap_or(NonZero::<usize>::MIN)
}

/// A size for memory; settings limit it to far less than a machine can address.
fn bytes(size: u64) -> usize {
    usize::try_from(size).unwrap_or(usize::MAX)
}

/// The name of this server, for `pinnedServers` (configuration.md §2.7).
fn server_name(settings: &Settings) -> Option<String> {
    let set = settings.server.host_name.as_ref().map(|name| name.as_str().to_owned());
    set.or_else(host_name)
}

/// The name of this machine.
fn host_name() -> Option<String> {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    name.or_else(|| std::env::var("HOSTNAME").ok()).map(|name| name.trim().to_owned())
}

/// A file that cannot be read, as a diagnostic.
pub(super) fn unreadable(path: &Path, error: &io::Error) -> Diagnostic {
    let message = format!("cannot read the configuration folder {}: {error}", path.display());
    Diagnostic::error(codes::DIRECTORY_MISSING, message)
        .help("name the folder with `sinew run DIR`, or run it where synapse-configs/default is")
}
