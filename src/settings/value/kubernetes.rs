//! Values that name things of Kubernetes.

use std::collections::BTreeMap;

use http::Uri;
use toml::de::DeValue;

use super::{ClusterName, Optional, Problem, Value, unexpected};

/// The name of a service, a namespace or a port: lower-case letters, digits and `-` in between, at most 63 (RFC 1123 §2.1,
/// as Kubernetes restricts it).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LabelName(String);

/// The port of the endpoints of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServicePort {
    /// The name that the service has for it.
    Name(LabelName),
    /// Its number.
    Number(u16),
}

/// What keeps a number of pods running.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Workload {
    /// What it is.
    pub kind: WorkloadKind,
    /// Its name.
    pub name: LabelName,
}

/// A kind of workloads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WorkloadKind {
    /// Pods that are alike.
    Deployment,
    /// Pods with numbers; the highest ends first.
    StatefulSet,
}

/// Workloads by the names of their clusters. No two clusters have the same.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Workloads(BTreeMap<String, Workload>);

/// The URL of an API server: `http` or `https`, host, perhaps port and path, nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiUrl(Uri);

/// The longest name.
const LONGEST_NAME: usize = 63;

/// The longest URL, in bytes.
const LONGEST_URL: usize = 2048;

impl LabelName {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Value for LabelName {
    fn kind() -> String {
        format!("a name of at most {LONGEST_NAME} lower-case letters, digits and dashes")
    }

    fn from_text(text: &str) -> Result<Self, Problem> {
        let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let is_label = (1..=LONGEST_NAME).contains(&text.len())
            && text.bytes().all(letters)
            && !text.starts_with('-')
            && !text.ends_with('-');
        match is_label {
            true => Ok(Self(text.to_owned())),
            false => Err(Problem(format!("`{text}` is no name of Kubernetes"))),
        }
    }

    fn to_text(&self) -> String {
        self.0.clone()
    }
}

impl Optional for LabelName {
    const ABSENT: &'static str = "";
}

impl Value for ServicePort {
    fn kind() -> String {
        "the name of a port or a number from 1 to 65535".to_owned()
    }

    fn from_text(text: &str) -> Result<Self, Problem> {
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            let number = text.parse().ok().filter(|port| *port > 0);
            let problem = || Problem(format!("`{text}` is no port from 1 to 65535"));
            return number.map(Self::Number).ok_or_else(problem);
        }
        LabelName::from_text(text).map(Self::Name)
    }

    fn from_toml(value: &DeValue<'_>) -> Result<Self, Problem> {
        let number = value.as_integer().ok_or_else(|| unexpected(value))?;
        match Self::from_text(number.as_str()) {
            Ok(Self::Number(port)) => Ok(Self::Number(port)),
            _ => Err(Problem(format!("`{}` is no port from 1 to 65535", number.as_str()))),
        }
    }

    fn to_text(&self) -> String {
        match self {
            Self::Name(name) => name.to_text(),
            Self::Number(number) => number.to_string(),
        }
    }
}

impl Optional for ServicePort {
    const ABSENT: &'static str = "";
}

const WORKLOAD_KINDS: [(&str, WorkloadKind); 2] =
    [("deployment", WorkloadKind::Deployment), ("statefulset", WorkloadKind::StatefulSet)];

impl Workload {
    fn parse(text: &str) -> Result<Self, Problem> {
        let (kind, name) = text.split_once('/').unwrap_or_default();
        match WORKLOAD_KINDS.iter().find(|(known, _)| *known == kind) {
            Some((_, kind)) => Ok(Self { kind: *kind, name: LabelName::from_text(name)? }),
            None => Err(Problem(format!("`{text}` is neither `deployment/NAME` nor `statefulset/NAME`"))),
        }
    }
}

impl std::fmt::Display for Workload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self.kind {
            WorkloadKind::Deployment => "deployment",
            WorkloadKind::StatefulSet => "statefulset",
        };
        write!(f, "{kind}/{}", self.name.as_str())
    }
}

impl Workloads {
    /// The workloads, by `domain` or `domain/sub-domain`.
    pub fn get(&self) -> &BTreeMap<String, Workload> {
        &self.0
    }

    fn of(pairs: Vec<(String, String)>) -> Result<Self, Problem> {
        let mut workloads = BTreeMap::new();
        for (cluster, text) in pairs {
            ClusterName::from_text(&cluster)?;
            let workload = Workload::parse(&text)?;
            if workloads.values().any(|other| *other == workload) {
                return Err(Problem(format!("two clusters have `{text}`")));
            }
            workloads.insert(cluster, workload);
        }
        Ok(Self(workloads))
    }
}

/// A table of strings in the file; `CLUSTER=KIND/NAME,CLUSTER=KIND/NAME` elsewhere.
impl Value for Workloads {
    const STRING_IN_FILE: bool = false;

    fn kind() -> String {
        "a table of workloads such as `{ \"shop.example\" = \"deployment/shop\" }`".to_owned()
    }

    fn from_text(text: &str) -> Result<Self, Problem> {
        Self::of(super::provider::pairs(text)?)
    }

    fn from_toml(value: &DeValue<'_>) -> Result<Self, Problem> {
        Self::of(super::provider::pairs_of(value)?)
    }

    fn to_text(&self) -> String {
        let pairs: Vec<String> =
            self.0.iter().map(|(cluster, workload)| format!("{cluster}={workload}")).collect();
        pairs.join(",")
    }
}

impl ApiUrl {
    /// What it is.
    pub fn uri(&self) -> &Uri {
        &self.0
    }
}

impl Value for ApiUrl {
    fn kind() -> String {
        "a URL that begins with http:// or https://".to_owned()
    }

    fn from_text(text: &str) -> Result<Self, Problem> {
        let uri = text.parse::<Uri>().ok().filter(|uri| {
            let authority = uri.authority().map_or("", |authority| authority.as_str());
            text.len() <= LONGEST_URL
                && matches!(uri.scheme_str(), Some("http" | "https"))
                && uri.host().is_some_and(|host| !host.is_empty())
                && !authority.contains('@')
                && uri.query().is_none()
        });
        uri.map(Self).ok_or_else(|| Problem(format!("`{text}` is no URL of an API server")))
    }

    fn to_text(&self) -> String {
        self.0.to_string()
    }
}

impl Optional for ApiUrl {
    const ABSENT: &'static str = "";
}
