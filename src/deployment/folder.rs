//! The files of a configuration folder with what they say, kept up to date.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use sinew_core::config::{
    Artifact, ArtifactKind, BALANCER_FILES, Configuration, Definition, MediatorRegistry, Resources,
    SourceKind, assemble, parse_file_with, source_kind,
};
use sinew_core::diagnostics::{Diagnostic, Diagnostics, Location, SourceFile, Span, codes};

use super::parallel::in_parallel;
use super::scan::{Fingerprint, Found, scan, scan_outside, single_file_kind};
use super::sources::{Named, Sources, text};
use super::suspects::Suspects;

/// A configuration folder, or a single file: with `<definitions>`, or one of the balancer's.
pub struct Folder {
    root: PathBuf,
    /// What a single file is for, once it has been looked at.
    single: Option<SourceKind>,
    /// Files elsewhere that belong to it, by absolute path.
    outside: Vec<(PathBuf, ArtifactKind)>,
    files: BTreeMap<String, File>,
    /// The number of the last look at everything.
    look: u64,
}

/// One file: what it says now, and what of it is in service.
struct File {
    kind: SourceKind,
    fingerprint: Option<Fingerprint>,
    /// The last look at everything that saw it.
    seen: u64,
    /// The files that its artifacts name.
    named: Named,
    artifacts: Vec<Arc<Artifact>>,
    diagnostics: Diagnostics,
    /// The artifacts of the version that is in service.
    good: Option<Vec<Arc<Artifact>>>,
    /// True when that is the newest version.
    current: bool,
    /// Gone from the folder, kept because it defines a sequence that cannot be removed.
    removed: bool,
}

/// What a look found.
struct Differences {
    gone: Vec<String>,
    /// What is new or different.
    news: Vec<(String, Found)>,
}

impl Folder {
    /// A folder that has not been looked at yet.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), single: None, outside: Vec::new(), files: BTreeMap::new(), look: 0 }
    }

    /// With the balancer's configuration in a file elsewhere; those for tenants and host names are looked for beside it. A
    /// single file of the balancer stays alone.
    pub fn with_balancer(mut self, file: &Path) -> Self {
        let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
        let path = |name: &str, kind| match kind {
            ArtifactKind::Balancer => file.clone(),
            _ => file.with_file_name(name),
        };
        self.outside = BALANCER_FILES.iter().map(|(name, kind)| (path(name, *kind), *kind)).collect();
        self
    }

    /// Where the folder is.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Looks for changes and reads what changed. Returns the names of files that are new, different or gone.
    ///
    /// # Errors
    /// The folder cannot be read at all.
    pub fn refresh(&mut self, registry: &MediatorRegistry) -> io::Result<BTreeSet<String>> {
        if self.single.is_none() && self.root.is_file() {
            self.single = Some(single_file_kind(&self.root));
        }
        self.look += 1;
        let look = self.look;
        let (files, outside) = (&mut self.files, &self.outside);
        let mut news = Vec::new();
        let mut see = |name: &str, kind: SourceKind, fingerprint: Fingerprint, path: &dyn Fn() -> PathBuf| {
            if let Some(file) = files.get_mut(name) {
                file.seen = look;
                if file.is_unchanged(&fingerprint) {
                    return;
                }
            }
            news.push((name.to_owned(), Found { path: path(), kind, fingerprint }));
        };
        let is_alone = matches!(self.single, Some(SourceKind::Artifact(_)));
        let outside = if is_alone { &[][..] } else { outside };
        scan(&self.root, self.single.unwrap_or(SourceKind::Definitions), |name, kind, fingerprint, path| {
            // Files outside stand for those inside of the same kinds.
            if !is_outside(outside, kind) {
                see(name, kind, fingerprint, path);
            }
        })?;
        scan_outside(outside, &mut see)?;
        let gone = self.files.iter().filter(|(_, file)| !file.removed && file.seen != look);
        let gone = gone.map(|(name, _)| name.clone()).collect();
        Ok(self.take_over(Differences { gone, news }, registry))
    }

    /// The same, but looks only at files that may have changed, where that can be said.
    ///
    /// # Errors
    /// As [`Folder::refresh`].
    pub(super) fn refresh_suspects(
        &mut self,
        suspects: &Suspects,
        registry: &MediatorRegistry,
    ) -> io::Result<BTreeSet<String>> {
        let names = suspects.below(&self.root).filter(|_| self.single.is_none());
        match names.and_then(|names| self.look_at(names)) {
            Some(differences) => Ok(self.take_over(differences, registry)),
            None => self.refresh(registry),
        }
    }

    /// Which of these are gone, and which are new or different, together with those that name other files that changed; nothing
    /// when that takes a look at everything.
    fn look_at(&self, mut names: BTreeSet<String>) -> Option<Differences> {
        let naming = self.files.iter().filter(|(_, file)| !file.removed && file.names_what_changed());
        names.extend(naming.map(|(name, _)| name.clone()));
        let (mut gone, mut news) = (Vec::new(), Vec::new());
        for name in names {
            let known = self.files.get(&name).filter(|file| !file.removed);
            let path = self.root.join(&name);
            let metadata = match fs::metadata(&path) {
                Ok(metadata) if metadata.is_file() => metadata,
                Err(error) if error.kind() == io::ErrorKind::NotFound && !self.is_folder(&name) => {
                    gone.extend(known.map(|_| name));
                    continue;
                }
                _ => return None,
            };
            // Files outside stand for those inside of the same kinds.
            let inside = || source_kind(&name).filter(|kind| !is_outside(&self.outside, *kind));
            let Some(kind) = known.map(|file| file.kind).or_else(inside) else { continue };
            let fingerprint = Fingerprint::of(&metadata);
            if !known.is_some_and(|file| file.is_unchanged(&fingerprint)) {
                news.push((name, Found { path, kind, fingerprint }));
            }
        }
        Some(Differences { gone, news })
    }

    /// Whether there were files in a folder of this name.
    fn is_folder(&self, name: &str) -> bool {
        let inside = format!("{name}/");
        self.files.range(inside.clone()..).next().is_some_and(|(name, _)| name.starts_with(&inside))
    }

    /// Forgets what is gone and reads what is new or different. Returns the names of all these.
    fn take_over(&mut self, differences: Differences, registry: &MediatorRegistry) -> BTreeSet<String> {
        let Differences { gone, news } = differences;
        let mut changed = BTreeSet::new();
        for name in gone {
            self.remove(&name);
            changed.insert(name);
        }
        let contents = in_parallel(&news, |(name, found)| {
            let sources = Sources::new(&self.root);
            let (artifacts, diagnostics) =
                read(&found.path, &self.display_name(name), found.kind, registry, &sources);
            (artifacts.into_iter().map(Arc::new).collect(), diagnostics, sources.named())
        });
        for ((name, found), (artifacts, diagnostics, named)) in news.into_iter().zip(contents) {
            let good = self.files.remove(&name).and_then(|file| file.good);
            let file = File {
                kind: found.kind,
                fingerprint: Some(found.fingerprint),
                seen: self.look,
                named,
                artifacts,
                diagnostics,
                good,
                current: false,
                removed: false,
            };
            self.files.insert(name.clone(), file);
            changed.insert(name);
        }
        changed
    }

    /// Forgets a file, unless it holds `main` or `fault`: they cannot be undeployed (configuration.md §3.4, C42).
    fn remove(&mut self, name: &str) {
        let Some(file) = self.files.get_mut(name) else { return };
        if file.good.as_ref().is_some_and(|good| good.iter().any(|artifact| is_permanent(artifact))) {
            file.removed = true;
            file.fingerprint = None;
            file.artifacts = file.good.clone().unwrap_or_default();
            file.diagnostics = Diagnostics::default();
        } else {
            self.files.remove(name);
        }
    }

    /// The files whose newest version is not in service.
    pub fn not_in_service(&self) -> BTreeSet<String> {
        self.files.iter().filter(|(_, file)| !file.current).map(|(name, _)| name.clone()).collect()
    }

    /// Puts together the newest version of every file; files in `old` and files with mistakes take part with the
    /// version in service, if they have one.
    ///
    /// Broken artifacts take part only when asked for: to look at them, not to deploy them.
    pub fn assemble(&self, old: &BTreeSet<String>, with_broken: bool) -> (Configuration, Diagnostics) {
        let mut order: Vec<(&String, &File)> = self.files.iter().collect();
        // Who is in service keeps a name that a newcomer wants too (configuration.md C45).
        order.sort_by_key(|(name, file)| (file.kind.rank(), file.removed, file.good.is_none(), *name));
        let artifacts = order.into_iter().flat_map(|(name, file)| -> &[Arc<Artifact>] {
            let wrong = file.diagnostics.has_errors() || old.contains(name);
            match &file.good {
                Some(good) if wrong => good,
                // A newcomer that is not in service has no older version.
                None if old.contains(name) => &[],
                _ => &file.artifacts,
            }
        });
        let (configuration, mut diagnostics) =
            assemble(artifacts.filter(|artifact| with_broken || !artifact.broken).cloned());
        // A kept sequence whose name was taken over by another file has done its duty.
        let kept: BTreeSet<String> = self
            .files
            .iter()
            .filter(|(_, file)| file.removed)
            .map(|(name, _)| self.display_name(name))
            .collect();
        if !kept.is_empty() {
            let rest =
                diagnostics.into_vec().into_iter().filter(|d| !file_of(d).is_some_and(|f| kept.contains(f)));
            diagnostics = rest.collect();
        }
        (configuration, diagnostics)
    }

    /// True when some file has a broken artifact.
    pub fn has_broken(&self) -> bool {
        self.files.values().any(|file| file.artifacts.iter().any(|artifact| artifact.broken))
    }

    /// Records that the newest version of every file, except those in `old`, is in service now.
    pub fn deployed(&mut self, old: &BTreeSet<String>) {
        let mut superseded = BTreeSet::new();
        for (name, file) in &mut self.files {
            if file.diagnostics.has_errors() && file.good.is_some() || old.contains(name) {
                continue;
            }
            if !file.current {
                file.good = Some(file.artifacts.clone());
                file.current = true;
            }
            if !file.removed {
                superseded.extend(file.artifacts.iter().filter(|a| is_permanent(a)).map(|a| a.name.clone()));
            }
        }
        self.files.retain(|_, file| {
            !file.removed || file.artifacts.iter().any(|a| is_permanent(a) && !superseded.contains(&a.name))
        });
    }

    /// What is wrong inside the files themselves.
    pub fn diagnostics(&self) -> Diagnostics {
        let mut all = Diagnostics::default();
        for (name, file) in &self.files {
            all.extend(file.diagnostics.iter().cloned());
            if file.removed {
                let source = SourceFile::new(self.display_name(name), "");
                all.push(
                    Diagnostic::warning(
                        codes::FILE_IGNORED,
                        "this file is gone, its sequence stays in service",
                    )
                    .at(Location { file: source, span: Span::point(0) })
                    .help("main and fault cannot be removed, only replaced"),
                );
            }
        }
        all
    }

    /// True when a file has a version in service that is older than its newest, which is well-formed.
    pub fn can_step_back(&self, name: &str) -> bool {
        let file = self.files.get(name);
        file.is_some_and(|file| file.good.is_some() && !file.current && !file.diagnostics.has_errors())
    }

    /// What a file is for.
    pub fn kind_of(&self, name: &str) -> Option<SourceKind> {
        self.files.get(name).map(|file| file.kind)
    }

    /// True when the newest version of a file is in service.
    pub fn is_current(&self, name: &str) -> bool {
        self.files.get(name).is_some_and(|file| file.current)
    }

    /// The name of a file by the name that diagnostics show; for a file that an artifact names, the artifact's.
    pub fn inside_name<'n>(&'n self, display_name: &'n str) -> Option<&'n str> {
        let path = Path::new(display_name);
        let names_it =
            |(name, file): &(&String, &File)| file.named.contains_key(path) || **name == *display_name;
        match self.files.iter().find(names_it) {
            Some((name, _)) => Some(name),
            None => path.strip_prefix(&self.root).ok().and_then(Path::to_str),
        }
    }

    fn display_name(&self, name: &str) -> String {
        // Files outside go by their absolute paths.
        if self.root.is_file() && !Path::new(name).is_absolute() {
            return self.root.display().to_string();
        }
        self.root.join(name).display().to_string()
    }
}

impl File {
    /// True when neither the file nor one that its artifacts name has changed.
    fn is_unchanged(&self, found: &Fingerprint) -> bool {
        self.fingerprint.as_ref() == Some(found) && !self.names_what_changed()
    }

    /// True when a file that its artifacts name has changed.
    fn names_what_changed(&self) -> bool {
        self.named.iter().any(|(path, seen)| Fingerprint::of_path(path) != *seen)
    }
}

/// Whether files of this kind are read elsewhere.
fn is_outside(outside: &[(PathBuf, ArtifactKind)], kind: SourceKind) -> bool {
    outside.iter().any(|(_, outside)| SourceKind::Artifact(*outside) == kind)
}

/// The file that a diagnostic is about.
pub(super) fn file_of(diagnostic: &Diagnostic) -> Option<&str> {
    diagnostic.location.as_ref().map(|location| location.file.name())
}

fn is_permanent(artifact: &Artifact) -> bool {
    artifact.kind == ArtifactKind::Sequence
        && matches!(&*artifact.name, "main" | "fault")
        && matches!(artifact.definition, Definition::Sequence(_))
}

/// Reads and parses one file. One that cannot be read is an error at its start.
fn read(
    path: &Path,
    name: &str,
    kind: SourceKind,
    registry: &MediatorRegistry,
    resources: &dyn Resources,
) -> (Vec<Artifact>, Diagnostics) {
    match text(path) {
        Ok(text) => parse_file_with(&SourceFile::new(name, text), kind, registry, resources),
        Err(error) => {
            let mut diagnostics = Diagnostics::default();
            let file: Arc<SourceFile> = SourceFile::new(name, "");
            diagnostics.push(
                Diagnostic::error(codes::FILE_UNREADABLE, format!("cannot read this file: {error}"))
                    .at(Location { file, span: Span::point(0) }),
            );
            (Vec::new(), diagnostics)
        }
    }
}
