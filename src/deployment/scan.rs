//! Which files there are, and which changed since the last look.

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

/// Shows the files below a folder that the layout knows, with their path inside it; a single file, of this kind, stands for a
/// folder with nothing else. Links are followed.
///
/// # Errors
/// The folder itself cannot be read. What cannot be read inside it is left out and found again at the next scan.
pub(super) fn scan(
    root: &Path,
    single: SourceKind,
    mut see: impl FnMut(&str, SourceKind, Fingerprint, &dyn Fn() -> PathBuf),
) -> io::Result<()> {
    let metadata = fs::metadata(root)?;
    if metadata.is_file() {
        let name = root.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        see(&name, single, Fingerprint::of(&metadata), &|| root.to_owned());
        return Ok(());
    }
    let mut show = |name: &str, entry: &DirEntry| {
        let Some(kind) = source_kind(name) else { return };
        if let Ok(metadata) = metadata_of(entry)
            && metadata.is_file()
        {
            see(name, kind, Fingerprint::of(&metadata), &|| entry.path());
        }
    };
    let mut inside = String::new();
    for entry in fs::read_dir(root)? {
        let Ok(entry) = entry else { continue };
        let name = entry.file_name();
        let name = name.to_string_lossy();
        match metadata_of(&entry) {
            Ok(metadata) if metadata.is_dir() && !name.starts_with('.') => {
                for inner in fs::read_dir(entry.path()).into_iter().flatten().flatten() {
                    inside.clear();
                    inside.extend([&*name, "/", &inner.file_name().to_string_lossy()]);
                    show(&inside, &inner);
                }
            }
            Ok(_) => show(&name, &entry),
            Err(_) => {}
        }
    }
    Ok(())
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

/// Shows files outside the folder, by their absolute paths.
///
/// # Errors
/// The balancer's configuration is not there; other files may be missing.
pub(super) fn scan_outside(
    outside: &[(PathBuf, ArtifactKind)],
    mut see: impl FnMut(&str, SourceKind, Fingerprint, &dyn Fn() -> PathBuf),
) -> io::Result<()> {
    for (path, kind) in outside {
        let metadata = match fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(_) if *kind != ArtifactKind::Balancer => continue,
            Err(error) => return Err(io::Error::new(error.kind(), format!("{}: {error}", path.display()))),
        };
        let name = path.display().to_string();
        see(&name, SourceKind::Artifact(*kind), Fingerprint::of(&metadata), &|| path.clone());
    }
    Ok(())
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
    pub(super) fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        let identity = (metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec());
        Self { modified: metadata.modified().ok(), length: metadata.len(), identity }
    }

    #[cfg(not(unix))]
    pub(super) fn of(metadata: &Metadata) -> Self {
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
