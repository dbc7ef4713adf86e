//! Reading files: those of the folder, and those that local entries name as `src`.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sinew_core::config::Resources;
use sinew_core::diagnostics::SourceFile;

use super::scan::Fingerprint;

/// Files larger than this are refused rather than read.
const FILE_LIMIT: u64 = 16 * 1024 * 1024;

/// The files outside the folder's layout that artifacts of one file name, with the versions that were read.
pub(super) type Named = BTreeMap<PathBuf, Option<Fingerprint>>;

/// Reads the files that artifacts name, and remembers which they were.
pub(super) struct Sources<'a> {
    root: &'a Path,
    named: RefCell<Named>,
}

impl<'a> Sources<'a> {
    /// For the artifacts of a configuration folder, or of a single file.
    pub(super) fn new(root: &'a Path) -> Self {
        Self { root, named: RefCell::default() }
    }

    /// Every file that was asked for, also those that could not be read.
    pub(super) fn named(self) -> Named {
        self.named.into_inner()
    }
}

impl Resources for Sources<'_> {
    fn read(&self, path: &str) -> Result<Arc<SourceFile>, String> {
        let path = home(self.root).join(local_path(path)?);
        let explain = |error: io::Error| format!("{}: {error}", path.display());
        // Before the content, so that a change while it is read is a change afterwards.
        let fingerprint = Fingerprint::of_path(&path);
        self.named.borrow_mut().insert(path.clone(), fingerprint);
        let text = text(&path).map_err(explain)?;
        Ok(SourceFile::new(path.display().to_string(), text))
    }

    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }
}

/// Where relative paths start, what the original calls its home: the directory that holds `synapse-configs`. A folder
/// elsewhere is its own home, and a single file that of its directory.
fn home(root: &Path) -> PathBuf {
    let folder = if root.is_file() { root.parent().unwrap_or(Path::new("")) } else { root };
    let above = |folder: &Path| {
        let configurations = folder.parent().filter(|parent| parent.ends_with("synapse-configs"))?;
        configurations.parent().map(Path::to_owned)
    };
    let absolute = || above(&std::path::absolute(folder).ok()?);
    above(folder).or_else(absolute).unwrap_or_else(|| folder.to_owned())
}

/// The path in `file:path`, `file:///path` or a plain path.
fn local_path(text: &str) -> Result<PathBuf, String> {
    let Some(url) = text.strip_prefix("file:") else { return Ok(PathBuf::from(text)) };
    let path = match url.strip_prefix("//") {
        None => url,
        Some(rest) => {
            let rest = rest.strip_prefix("localhost").unwrap_or(rest);
            if !rest.starts_with('/') {
                return Err(format!("\"{text}\" names another machine"));
            }
            rest
        }
    };
    let decoded = percent_encoding::percent_decode_str(path).decode_utf8();
    decoded.map(|path| PathBuf::from(&*path)).map_err(|_| format!("\"{text}\" is no path"))
}

/// The text of a file, whatever encoding its XML declaration names.
///
/// # Errors
/// It cannot be read, is no file, is too large, or is not in that encoding.
pub(super) fn text(path: &Path) -> io::Result<String> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "this is no file"));
    }
    if metadata.len() > FILE_LIMIT {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("larger than {FILE_LIMIT} bytes")));
    }
    let bytes = fs::read(path)?;
    sinew_core::xml::decode(&bytes, None)
        .map(|text| text.into_owned())
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::{home, local_path};

    #[test]
    fn relative_paths_start_at_the_home() {
        assert_eq!(
            home(Path::new("/opt/elb/repository/synapse-configs/default")),
            Path::new("/opt/elb/repository")
        );
        assert_eq!(home(Path::new("synapse-configs/default")), Path::new(""));
        assert_eq!(home(Path::new("/etc/sinew")), Path::new("/etc/sinew"));
    }

    #[test]
    fn urls_of_files_are_paths() {
        for (text, path) in [
            ("a/b.xml", "a/b.xml"),
            ("/a%20b.xml", "/a%20b.xml"),
            ("file:a/b.xml", "a/b.xml"),
            ("file:/a%20b.xml", "/a b.xml"),
            ("file:///a.xml", "/a.xml"),
            ("file://localhost/a.xml", "/a.xml"),
        ] {
            assert_eq!(local_path(text), Ok(PathBuf::from(path)), "{text}");
        }
        assert!(local_path("file://elsewhere/a.xml").is_err());
    }
}
