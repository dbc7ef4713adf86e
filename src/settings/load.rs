//! Loading: every source is read, the highest wins, every problem of all of them is reported.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use sinew_core::diagnostics::{Diagnostic, Diagnostics, Location, SourceFile, codes, nearest};

use super::file::{Document, Found};
use super::key::{DNS, KUBERNETES, Key, MEMBERS, PROVIDERS, Section, describe, describe_entry};
use super::sections::{DnsTable, KubernetesTable, MemberTable, ProviderTable};
use super::value::{Input, Problem};
use super::{Explanation, Origin, Settings, StaticMember, checks};

/// Every source of settings but the defaults, the lowest first.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The settings file, when there is one.
    pub file: Option<Arc<SourceFile>>,
    /// Environment variables; those whose name does not begin with `SINEW_` are ignored.
    pub environment: Vec<(String, String)>,
    /// Flags, in the order given: a later one wins over an earlier one.
    pub flags: Vec<Override>,
}

/// A setting given by a flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// The flag as people know it: `--set`, or a flag of its own such as `--listen`.
    pub flag: String,
    /// The dotted path of the key.
    pub key: String,
    /// The value.
    pub value: String,
}

/// Settings, and where each value comes from.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The values.
    pub settings: Settings,
    /// What is suspicious without being wrong.
    pub warnings: Diagnostics,
    origins: BTreeMap<String, Origin>,
    /// What was given in lists of tables.
    lists: Vec<Explanation>,
}

/// The largest settings file, in bytes.
const LARGEST_FILE: u64 = 1024 * 1024;

/// Reads a settings file of at most 1 MiB.
///
/// # Errors
///
/// A diagnostic `FILE_UNREADABLE` when it cannot be read, is too large or is no UTF-8 text.
pub fn read_file(path: &Path) -> Result<Arc<SourceFile>, Diagnostics> {
    let unreadable = |reason: &dyn std::fmt::Display| {
        let message = format!("cannot read the settings {}: {reason}", path.display());
        Diagnostics::from(Diagnostic::error(codes::FILE_UNREADABLE, message))
    };
    let file = File::open(path).map_err(|error| unreadable(&error))?;
    let mut text = String::new();
    // One byte more than allowed shows that there is too much; a pipe or device may have no end.
    file.take(LARGEST_FILE + 1).read_to_string(&mut text).map_err(|error| unreadable(&error))?;
    if u64::try_from(text.len()).is_ok_and(|length| length <= LARGEST_FILE) {
        Ok(SourceFile::new(path.display().to_string(), text))
    } else {
        Err(unreadable(&format!("it is larger than {LARGEST_FILE} bytes")))
    }
}

/// Loads the settings: flag over environment over file over default.
///
/// # Errors
///
/// Every problem found, sorted, each with the code `SETTINGS_INVALID`. A wrong value is an error even when a higher
/// source gives a good one.
pub fn load(sources: &Sources) -> Result<Loaded, Diagnostics> {
    let (tables, keys) = describe();
    let mut loading = Loading::default();
    if let Some(file) = &sources.file {
        let document = Document::parse(file, &mut loading.problems);
        loading.incomplete = loading.problems.has_errors();
        for found in document.values(&tables, &keys, &mut loading.problems) {
            loading.assign(found.key, &Input::Toml(found.value), Origin::File(found.location));
        }
        loading.members(&document);
        loading.services(&document);
        loading.names(&document);
        loading.providers(&document);
    }
    loading.environment(&keys, &sources.environment);
    loading.flags(&keys, &sources.flags);
    let Loading { settings, origins, lists, mut problems, incomplete } = loading;
    let loaded = Loaded { settings, origins, lists, warnings: Diagnostics::new() };
    // Without the values that could not be read, what remains may seem not to fit together.
    if !incomplete {
        problems.extend(checks::check(&loaded));
    }
    problems.sort();
    if problems.has_errors() { Err(problems) } else { Ok(Loaded { warnings: problems, ..loaded }) }
}

/// Reads the members of a file that holds nothing but `[[member]]`.
///
/// # Errors
///
/// Every problem found, sorted.
pub fn read_members(file: &Arc<SourceFile>) -> Result<Vec<StaticMember>, Diagnostics> {
    let mut loading = Loading::default();
    let document = Document::parse(file, &mut loading.problems);
    document.values(&[], &[], &mut loading.problems);
    loading.members(&document);
    let Loading { settings, mut problems, .. } = loading;
    problems.sort();
    if problems.has_errors() { Err(problems) } else { Ok(settings.members) }
}

// === impl Sources ===

impl Sources {
    /// The environment of the process, nothing else.
    ///
    /// Variables that are no Unicode are read with replacement characters.
    pub fn from_environment() -> Sources {
        let environment = std::env::vars_os()
            .map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()))
            .collect();
        Sources { environment, ..Sources::default() }
    }
}

// === impl Override ===

impl Override {
    /// Reads the value of `--set`: `key=value`.
    ///
    /// # Errors
    ///
    /// When there is no `=`. Whether the key exists is found out by [`load`].
    pub fn parse(text: &str) -> Result<Override, Diagnostics> {
        let Some((key, value)) = text.split_once('=') else {
            let problem = Diagnostic::error(codes::SETTINGS_INVALID, format!("--set {text}: no value"));
            return Err(problem.help("write --set key=value, for example --set timeouts.header=10s").into());
        };
        Ok(Override::new("--set", key.trim(), value))
    }

    /// A flag of its own, such as `--listen`, for one key.
    pub fn new(flag: impl Into<String>, key: impl Into<String>, value: impl Into<String>) -> Override {
        Override { flag: flag.into(), key: key.into(), value: value.into() }
    }
}

// === impl Loaded ===

impl Loaded {
    /// Every key with its value and where that comes from, in the order of the reference; then what the file says in
    /// lists of tables.
    pub fn explain(&self) -> Vec<Explanation> {
        let keys = super::keys().into_iter();
        let keys = keys.map(|key| Explanation {
            value: self.settings.show(&key.path).unwrap_or_default(),
            origin: self.origin(&key.path).clone(),
            key: key.path,
        });
        keys.chain(self.lists.iter().cloned()).collect()
    }

    /// Where the value of a key comes from.
    pub fn origin(&self, key: &str) -> &Origin {
        self.origins.get(key).unwrap_or(&Origin::Default)
    }
}

/// The defaults, as after loading nothing.
impl Default for Loaded {
    fn default() -> Self {
        Loaded {
            settings: Settings::default(),
            warnings: Diagnostics::new(),
            origins: BTreeMap::new(),
            lists: Vec::new(),
        }
    }
}

// === loading ===

#[derive(Default)]
struct Loading {
    settings: Settings,
    origins: BTreeMap<String, Origin>,
    lists: Vec<Explanation>,
    problems: Diagnostics,
    /// Whether a value was given that could not be read.
    incomplete: bool,
}

impl Loading {
    fn assign(&mut self, key: &Key, input: &Input<'_>, origin: Origin) {
        match self.settings.set(&key.path, input) {
            Ok(()) => {
                self.origins.insert(key.path.clone(), origin);
            }
            Err(problem) => {
                self.incomplete = true;
                self.problems.push(wrong_value(key, &problem, origin));
            }
        }
    }

    /// Reads `[[member]]`.
    fn members(&mut self, document: &Document<'_>) {
        for (table, location) in self.entries::<MemberTable>(document, MEMBERS) {
            let error = |message: String| Diagnostic::error(codes::SETTINGS_INVALID, message).at(location);
            match table.into_member() {
                Err(missing) => self.problems.push(error(missing.to_owned())),
                Ok(member) if self.settings.members.iter().any(|one| one.identity() == member.identity()) => {
                    let (cluster, host, port) = member.identity();
                    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
                    let message = format!("the cluster {cluster} has a member {host}{port} already");
                    self.problems.push(error(message));
                }
                Ok(member) => self.settings.members.push(member),
            }
        }
    }

    /// Reads `[[membership.kubernetes]]`.
    fn services(&mut self, document: &Document<'_>) {
        for (table, location) in self.entries::<KubernetesTable>(document, KUBERNETES) {
            match table.into_service() {
                Ok(service) => self.settings.membership.kubernetes.push(service),
                Err(problem) => {
                    self.problems.push(Diagnostic::error(codes::SETTINGS_INVALID, problem).at(location));
                }
            }
        }
    }

    /// Reads `[[membership.dns]]`.
    fn names(&mut self, document: &Document<'_>) {
        for (table, location) in self.entries::<DnsTable>(document, DNS) {
            match table.into_name() {
                Ok(name) => self.settings.membership.dns.push(name),
                Err(problem) => {
                    self.problems.push(Diagnostic::error(codes::SETTINGS_INVALID, problem).at(location));
                }
            }
        }
    }

    /// Reads `[[iaas]]`.
    fn providers(&mut self, document: &Document<'_>) {
        for (table, location) in self.entries::<ProviderTable>(document, PROVIDERS) {
            let provider = table.into_provider();
            match provider.and_then(|provider| provider.beside(&self.settings.providers).map(|()| provider)) {
                Ok(provider) => self.settings.providers.push(provider),
                Err(problem) => {
                    self.problems.push(Diagnostic::error(codes::SETTINGS_INVALID, problem).at(location));
                }
            }
        }
    }

    /// Reads the entries of a list of tables; those with values that could not be read are left out.
    fn entries<T: Section + Default>(&mut self, document: &Document<'_>, list: &str) -> Vec<(T, Location)> {
        let (tables, keys) = describe_entry(list);
        let mut entries = Vec::new();
        for (entry, number) in document.entries(list, &mut self.problems).iter().zip(1..) {
            let (mut table, mut complete) = (T::default(), true);
            let found = document.entry(list, entry, (&tables, &keys), &mut self.problems);
            for Found { key, value, location } in found {
                // Every key of an entry begins with the path of its list.
                let name = key.path.get(list.len() + 1..).unwrap_or_default();
                match table.set(name, &Input::Toml(value)) {
                    Ok(()) => self.lists.push(Explanation {
                        key: format!("{list}[{number}].{name}"),
                        value: table.show(name).unwrap_or_default(),
                        origin: Origin::File(location),
                    }),
                    Err(problem) => {
                        complete = false;
                        self.problems.push(wrong_value(key, &problem, Origin::File(location)));
                    }
                }
            }
            match complete {
                true => entries.push((table, entry.location.clone())),
                false => self.incomplete = true,
            }
        }
        entries
    }

    fn environment(&mut self, keys: &[Key], environment: &[(String, String)]) {
        let known: Vec<(String, &Key)> = keys.iter().map(|key| (key.environment_variable(), key)).collect();
        for (name, value) in environment.iter().filter(|(name, _)| name.starts_with("SINEW_")) {
            if let Some((name, key)) = known.iter().find(|(known, _)| known == name) {
                self.assign(key, &Input::Text(value), Origin::Environment(name.clone()));
            } else if let Some(meant) = nearest(name, known.iter().map(|(name, _)| name.as_str())) {
                // Others set variables with our prefix too: Kubernetes does it for a service called "sinew". Only
                // what looks like a slip of the pen is worth a warning.
                let message = format!("environment variable {name} sets nothing");
                let problem = Diagnostic::warning(codes::VALUE_IGNORED, message);
                self.problems.push(problem.help(format!("did you mean {meant}?")));
            }
        }
    }

    fn flags(&mut self, keys: &[Key], flags: &[Override]) {
        for Override { flag, key: path, value } in flags {
            if let Some(key) = keys.iter().find(|key| key.path == *path) {
                self.assign(key, &Input::Text(value), Origin::Flag(flag.clone()));
                continue;
            }
            let problem =
                Diagnostic::error(codes::SETTINGS_INVALID, format!("{flag}: `{path}` is no known key"));
            self.problems.push(match nearest(path, keys.iter().map(|key| key.path.as_str())) {
                Some(meant) => problem.help(format!("did you mean `{meant}`?")),
                None => problem.help("`sinew show settings` lists every key"),
            });
        }
    }
}

/// The diagnostic for a value that its key does not take.
fn wrong_value(key: &Key, Problem(problem): &Problem, origin: Origin) -> Diagnostic {
    let Key { path, kind, secret, .. } = key;
    let expected = format!("expected {kind}");
    let error = |subject: &str| Diagnostic::error(codes::SETTINGS_INVALID, format!("{subject}: {problem}"));
    match origin {
        Origin::File(location) if *secret => error(path).at(without_text(&location)).label(expected),
        Origin::File(location) => error(path).at(location).label(expected),
        Origin::Environment(name) => error(&format!("environment variable {name}")).help(expected),
        Origin::Flag(flag) => error(&format!("{flag} {path}")).help(expected),
        Origin::Default => error(path).help(expected),
    }
}

/// The same place in a copy of the file in which its text is covered, so that no excerpt shows it.
fn without_text(location: &Location) -> Location {
    let text = location.file.text();
    let (start, end) = (location.span.start as usize, location.span.end as usize);
    let covered: String = text
        .char_indices()
        .flat_map(|(at, letter)| {
            let cover = (start..end).contains(&at) && !letter.is_control();
            let (letter, times) = if cover { ('*', letter.len_utf8()) } else { (letter, 1) };
            std::iter::repeat_n(letter, times)
        })
        .collect();
    Location::new(SourceFile::new(location.file.name(), covered), location.span)
}
