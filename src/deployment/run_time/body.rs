//! What JSON says of a cluster: the keys of a domain's block in `loadbalancer.conf`, each with its place.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use sinew_core::config::balancer::{ClusterChange, Property};
use sinew_core::diagnostics::{Diagnostic, Location, SourceFile, Span, codes};

use crate::balancing::resolution::host_name;

/// What a body says.
#[derive(Clone, Debug)]
pub struct ClusterBody {
    /// The cluster.
    pub definition: ClusterChange,
    /// Its hosts, when they are given.
    pub hosts: Option<Vec<Arc<str>>>,
}

/// Keys that are said elsewhere, and where.
const ELSEWHERE: [(&str, &str); 4] = [
    ("domain", "the path names the domain"),
    ("sub_domain", "the path names the sub-domain"),
    ("members", "members are added at the path of the cluster's members"),
    ("url_suffix", "other names of hosts are those of url-mapping.conf"),
];

/// Reads a body that is an object: `hosts` is a list of texts, every other key has a text, a number, true or false. Whether the
/// keys are known and their values possible is seen when the change is made.
///
/// # Errors
/// What is wrong and where: no JSON, no object, a key that is repeated or does not belong here, a value of another kind.
pub fn read_cluster(file: &Arc<SourceFile>) -> Result<ClusterBody, Box<Diagnostic>> {
    read_part(file, file.text())
}

/// The same for a part of a text.
pub(super) fn read_part(file: &Arc<SourceFile>, part: &str) -> Result<ClusterBody, Box<Diagnostic>> {
    let entries: Entries<'_> =
        serde_json::from_str(part).map_err(|problem| malformed(file, part, &problem))?;
    let mut service = None;
    let mut properties = Vec::new();
    let mut hosts = None;
    for (key, raw) in entries.0 {
        let value_span = span_of(file, raw.get());
        let wrong = |message: String| {
            let at = Location::new(Arc::clone(file), value_span);
            Box::new(Diagnostic::error(codes::BALANCER_VALUE_INVALID, message).at(at))
        };
        if let Some((_, why)) = ELSEWHERE.iter().find(|(name, _)| *name == key) {
            return Err(wrong(format!("`{key}` cannot be given here: {why}")));
        }
        // It was valid JSON a moment ago.
        let value = serde_json::from_str(raw.get()).unwrap_or(Value::Null);
        match (&*key, value) {
            ("hosts", Value::Array(list)) => hosts = Some(host_list(&list).map_err(wrong)?),
            ("hosts", _) => return Err(wrong("`hosts` must be a list of texts".to_owned())),
            (_, value) => {
                let value = scalar(value)
                    .ok_or_else(|| wrong(format!("`{key}` must be a text, a number, true or false")))?;
                let key_span = key_span(file, &key, value_span);
                match &*key {
                    "serviceName" if value.is_empty() => {
                        return Err(wrong("`serviceName` must not be empty".to_owned()));
                    }
                    "serviceName" => service = Some(value.as_str().into()),
                    _ => properties.push(Property { key, key_span, value, value_span }),
                }
            }
        }
    }
    let definition = ClusterChange { file: Arc::clone(file), span: span_of(file, part), service, properties };
    Ok(ClusterBody { definition, hosts })
}

/// A host in the spelling of tables: in lower case, without a final dot or a port.
///
/// # Errors
/// It is none, in one sentence.
pub fn exact_host(text: &str) -> Result<Arc<str>, String> {
    host_name(text).map(|name| Arc::from(&*name)).map_err(|error| format!("`{text}` is no host: {error}"))
}

fn host_list(list: &[Value]) -> Result<Vec<Arc<str>>, String> {
    let host = |item: &Value| match item {
        Value::String(text) => exact_host(text),
        other => Err(format!("`hosts` must be a list of texts, and {other} is none")),
    };
    list.iter().map(host).collect::<Result<BTreeSet<_>, _>>().map(|hosts| hosts.into_iter().collect())
}

/// A value as `loadbalancer.conf` would write it.
fn scalar(value: Value) -> Option<String> {
    match value {
        Value::String(text) if text.chars().any(char::is_control) => None,
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(switch) => Some(switch.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// What is wrong with JSON, at its place in the whole text.
pub(super) fn malformed(file: &Arc<SourceFile>, part: &str, problem: &serde_json::Error) -> Box<Diagnostic> {
    let from = span_of(file, part).start as usize;
    let span = file.character(from, problem.line(), problem.column());
    // The place is said by the diagnostic.
    let text = problem.to_string();
    let message = text.split(" at line ").next().unwrap_or(&text).to_owned();
    Box::new(Diagnostic::error(codes::SETTINGS_INVALID, message).at(Location::new(Arc::clone(file), span)))
}

/// Where a part of the file's text stands.
pub(super) fn span_of(file: &SourceFile, part: &str) -> Span {
    let start = (part.as_ptr() as usize).saturating_sub(file.text().as_ptr() as usize);
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(offset(start), offset(start.saturating_add(part.len())))
}

/// Where the key of a value stands: the last text before it that is written like the key.
fn key_span(file: &SourceFile, key: &str, value: Span) -> Span {
    let before = file.text().get(..value.start as usize).unwrap_or_default();
    let found =
        before.rfind(&format!("\"{key}\"")).and_then(|quote| before.get(quote + 1..quote + 1 + key.len()));
    found.map_or(Span::point(value.start), |key| span_of(file, key))
}

/// The entries of an object in their order, each key once.
struct Entries<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor)
    }
}

struct EntriesVisitor;

impl<'de> Visitor<'de> for EntriesVisitor {
    type Value = Entries<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with the keys of a cluster")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<'de>, A::Error> {
        let mut entries: Vec<(String, &'de RawValue)> = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            if entries.iter().any(|(known, _)| *known == key) {
                return Err(A::Error::custom(format!("`{key}` is given twice")));
            }
            entries.push((key, map.next_value()?));
        }
        Ok(Entries(entries))
    }
}
