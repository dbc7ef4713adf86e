//! Which files there are, and which changed since the last look.

use std::collections::BTreeMap;
use std::fs::{self, DirEntry, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sinew_core::config::{ArtifactKind, BALANCER_FILES, SourceKind, source_kind};

use super::sources::text;

/// What tells one version of a file from another without reading it: any change counts, an older time too
/// (configuration.md R6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fingerprint {
    modified: Option<SystemTime>,
    length: u64,
    identity: (u64, u64, i64, i64),
}

/// A file that may hold artifacts.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) path: PathBuf,
    pub(super) kind: SourceKind,
    pub(super) fingerprint: Fingerprint,
}

/// Lists the files below a folder that the layout knows, by their path inside it; a single file, of this kind, stands for a
/// folder with nothing else. Links are followed.
///
/// # Errors
/// The folder itself cannot be read. What cannot be read inside it is left out and found again at the next scan.
pub(super) fn scan(root: &Path, single: SourceKind) -> io::Result<BTreeMap<String, Found>> {
    let mut found = BTreeMap::new();
    let metadata = fs::metadata(root)?;
    if metadata.is_file() {
        let name = root.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let fingerprint = Fingerprint::of(&metadata);
        found.insert(name, Found { path: root.to_owned(), kind: single, fingerprint });
        return Ok(found);
    }
    for entry in fs::read_dir(root)? {
        let Ok(entry) = entry else { continue };
        let name = entry.file_name().to_string_lossy().into_owned();
        match metadata_of(&entry) {
            Ok(metadata) if metadata.is_dir() && !name.starts_with('.') => {
                for inner in fs::read_dir(entry.path()).into_iter().flatten().flatten() {
                    add(&mut found, format!("{name}/{}", inner.file_name().to_string_lossy()), &inner);
                }
            }
            Ok(_) => add(&mut found, name, &entry),
            Err(_) => {}
        }
    }
    Ok(found)
}

/// What a file without a folder is for: one of the balancer's files by its name or ending, and by its root element when it is of
/// 1.x (elastic-load-balancer.md §1.11.2); every other has `<definitions>`.
pub(super) fn single_file_kind(path: &Path) -> SourceKind {
    let named = |(known, _): &&(&str, ArtifactKind)| path.file_name().is_some_and(|name| name == *known);
    if let Some((_, kind)) = BALANCER_FILES.iter().find(named) {
        return SourceKind::Artifact(*kind);
    }
    let is_balancer = path.extension().is_some_and(|extension| extension == "conf")
        || text(path).is_ok_and(|text| root_element(&text) == Some("loadBalancerConfig"));
    if is_balancer { SourceKind::Artifact(ArtifactKind::Balancer) } else { SourceKind::Definitions }
}

/// The local name of the first element of a text, as far as can be seen without parsing it.
fn root_element(text: &str) -> Option<&str> {
    let mut rest = text;
    loop {
        rest = rest.split_once('<')?.1;
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.split_once("-->")?.1;
        } else if !rest.starts_with(['?', '!']) {
            let name = rest.split(|letter: char| letter.is_whitespace() || "/>".contains(letter)).next()?;
            return Some(name.rsplit(':').next().unwrap_or(name));
        }
    }
}

/// Adds files outside the folder, by their absolute paths; those inside it of the same kinds do not count then.
///
/// # Errors
/// The balancer's configuration is not there; other files may be missing.
pub(super) fn add_outside(
    found: &mut BTreeMap<String, Found>,
    outside: &[(PathBuf, ArtifactKind)],
) -> io::Result<()> {
    found.retain(|_, file| !outside.iter().any(|(_, kind)| SourceKind::Artifact(*kind) == file.kind));
    for (path, kind) in outside {
        let metadata = match fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(_) if *kind != ArtifactKind::Balancer => continue,
            Err(error) => return Err(io::Error::new(error.kind(), format!("{}: {error}", path.display()))),
        };
        let fingerprint = Fingerprint::of(&metadata);
        let name = path.display().to_string();
        found.insert(name, Found { path: path.clone(), kind: SourceKind::Artifact(*kind), fingerprint });
    }
    Ok(())
}

fn add(found: &mut BTreeMap<String, Found>, name: String, entry: &DirEntry) {
    let Some(kind) = source_kind(&name) else { return };
    if let Ok(metadata) = metadata_of(entry)
        && metadata.is_file()
    {
        let fingerprint = Fingerprint::of(&metadata);
        found.insert(name, Found { path: entry.path(), kind, fingerprint });
    }
}

/// What an entry is, or what it links to. An entry that is no link is asked in its open folder: the way there need not be gone
/// for each of thousands.
fn metadata_of(entry: &DirEntry) -> io::Result<Metadata> {
    match entry.metadata()? {
        link if link.is_symlink() => fs::metadata(entry.path()),
        own => Ok(own),
    }
}

impl Fingerprint {
    /// The version of the file at a path; `None` when there is none.
    pub(super) fn of_path(path: &Path) -> Option<Self> {
        fs::metadata(path).ok().map(|metadata| Self::of(&metadata))
    }

    #[cfg(unix)]
    fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        let identity = (metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec());
        Self { modified: metadata.modified().ok(), length: metadata.len(), identity }
    }

    #[cfg(not(unix))]
    fn of(metadata: &Metadata) -> Self {
        Self { modified: metadata.modified().ok(), length: metadata.len(), identity: (0, 0, 0, 0) }
    }
}

#[cfg(test)]
mod tests {
    use super::root_element;

    #[test]
    fn the_first_element_is_the_root() {
        for (text, expected) in [
            ("<loadBalancerConfig/>", Some("loadBalancerConfig")),
            ("<?xml version='1.0'?>\n<!-- <a> -->\n<s:definitions xmlns:s='x'>", Some("definitions")),
            ("<a\n b='1'>", Some("a")),
            ("no element", None),
            ("<!-- no end", None),
        ] {
            assert_eq!(root_element(text), expected, "{text}");
        }
    }
}
