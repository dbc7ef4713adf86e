//! What operators said, kept in a file for the next start (`balancer.state`).

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sinew_core::config::balancer::{Changes, ClusterChange, ClusterKey, Place};
use sinew_core::diagnostics::{Diagnostic, Location, SourceFile, codes};

use super::body::{ClusterBody, malformed, read_part, span_of};
use super::exact_host;

/// A file that is replaced as a whole with each change. What the topology says is not in it.
#[derive(Clone, Debug)]
pub struct StateFile(PathBuf);

/// The version of the form.
const SCHEMA: u32 = 1;

/// The largest file, in bytes.
const LARGEST: u64 = 16 * 1024 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object with `schema`, `clusters`, `hosts` and `maintenance`")]
struct Document<'a> {
    schema: u32,
    #[serde(borrow)]
    clusters: Vec<Cluster<'a>>,
    #[serde(borrow)]
    hosts: Vec<&'a RawValue>,
    maintenance: Vec<Maintenance>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object with `cluster` and `settings`")]
struct Cluster<'a> {
    cluster: String,
    #[serde(borrow)]
    settings: &'a RawValue,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object with `host` and `cluster`")]
struct Host {
    host: String,
    cluster: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object with `cluster` and `on`")]
struct Maintenance {
    cluster: String,
    on: bool,
}

impl StateFile {
    /// At a path.
    pub fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// What the file says; nothing when there is none yet.
    ///
    /// # Errors
    /// It cannot be read, or is wrong at a place.
    pub fn read(&self) -> Result<Changes, Box<Diagnostic>> {
        let name = self.0.display().to_string();
        let text = match text(&self.0) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Changes::default()),
            Err(error) => {
                let message = format!("cannot read {name}: {error}");
                return Err(Box::new(Diagnostic::error(codes::FILE_UNREADABLE, message)));
            }
        };
        parse(&SourceFile::new(name, text))
    }

    /// Replaces what the file says, all at once: whoever reads it finds the old text or the new one.
    ///
    /// # Errors
    /// It cannot be written; the old text stays.
    pub fn write(&self, changes: &Changes) -> io::Result<()> {
        let mut new = self.0.clone().into_os_string();
        new.push(".new");
        let explain =
            |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", self.0.display()));
        let replace = || {
            let mut file = File::create(&new)?;
            file.write_all(render(changes).as_bytes())?;
            file.sync_all()?;
            fs::rename(&new, &self.0)
        };
        replace().map_err(explain)
    }
}

fn text(path: &Path) -> io::Result<String> {
    if fs::metadata(path)?.len() > LARGEST {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("larger than {LARGEST} bytes")));
    }
    fs::read_to_string(path)
}

/// What a text says.
pub(super) fn parse(file: &Arc<SourceFile>) -> Result<Changes, Box<Diagnostic>> {
    let document: Document<'_> =
        serde_json::from_str(file.text()).map_err(|problem| malformed(file, file.text(), &problem))?;
    let place = |part: &str| Location::new(Arc::clone(file), span_of(file, part));
    let wrong = |part: &str, message: String| {
        Box::new(Diagnostic::error(codes::SETTINGS_INVALID, message).at(place(part)))
    };
    if document.schema != SCHEMA {
        let message = format!("the form {} is not known, only {SCHEMA}", document.schema);
        return Err(wrong(file.text(), message));
    }
    let mut clusters: BTreeMap<ClusterKey, ClusterChange> = BTreeMap::new();
    for Cluster { cluster, settings } in document.clusters {
        let ClusterBody { definition, hosts } = read_part(file, settings.get())?;
        if hosts.is_some() {
            return Err(wrong(settings.get(), "`hosts` are in the list of hosts".to_owned()));
        }
        if clusters.insert(ClusterKey::parse(&cluster), definition).is_some() {
            return Err(wrong(settings.get(), format!("the cluster {cluster} is there twice")));
        }
    }
    let mut hosts = BTreeMap::new();
    for raw in document.hosts {
        let host: Host =
            serde_json::from_str(raw.get()).map_err(|problem| malformed(file, raw.get(), &problem))?;
        let name = exact_host(&host.host).map_err(|message| wrong(raw.get(), message))?;
        hosts.insert((name, ClusterKey::parse(&host.cluster)), Place(place(raw.get())));
    }
    let maintenance = document.maintenance.into_iter().map(|one| (ClusterKey::parse(&one.cluster), one.on));
    Ok(Changes::restored(clusters, hosts, maintenance.collect()))
}

/// The text that says it.
pub(super) fn render(changes: &Changes) -> String {
    let settings = |change: &ClusterChange| {
        let service = change.service.iter().map(|name| ("serviceName".to_owned(), name.to_string()));
        let keys = change.properties.iter().map(|one| (one.key.clone(), one.value.clone()));
        let all = service.chain(keys).map(|(key, value)| (key, serde_json::Value::String(value)));
        serde_json::Value::Object(all.collect())
    };
    let clusters = changes.clusters().map(|(cluster, change)| {
        serde_json::json!({ "cluster": cluster.to_string(), "settings": settings(change) })
    });
    let hosts =
        changes.hosts().map(|(host, cluster)| Host { host: host.to_string(), cluster: cluster.to_string() });
    let maintenance =
        changes.maintenance().map(|(cluster, on)| Maintenance { cluster: cluster.to_string(), on });
    let document = serde_json::json!({
        "schema": SCHEMA,
        "clusters": clusters.collect::<Vec<_>>(),
        "hosts": hosts.collect::<Vec<_>>(),
        "maintenance": maintenance.collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}
