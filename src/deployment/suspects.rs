//! Which files may have changed since the last look, as far as file events say it.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

/// What may have changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Suspects {
    /// These files and folders, and nothing else that events tell of.
    Paths(BTreeSet<PathBuf>),
    /// Everything: nobody knows better.
    Everything,
}

/// Where more than this may have changed, a look at everything is as quick.
const MOST: usize = 1000;

impl Suspects {
    /// What an event tells; nothing when it tells of no change.
    pub(super) fn of_event(event: notify::Result<notify::Event>) -> Option<Self> {
        match event {
            Ok(event) if event.kind.is_access() => None,
            Ok(event) if !event.need_rescan() && !event.paths.is_empty() => {
                Some(Self::Paths(event.paths.into_iter().collect()))
            }
            // Events were lost, or may have been.
            _ => Some(Self::Everything),
        }
    }

    /// With others.
    pub(super) fn add(&mut self, others: Self) {
        match (&mut *self, others) {
            (Self::Paths(paths), Self::Paths(others)) if paths.len() + others.len() <= MOST => {
                paths.extend(others);
            }
            _ => *self = Self::Everything,
        }
    }

    /// The names inside a folder of what may have changed, as far as all of it is where the files of the folder's layout are.
    pub(super) fn below(&self, folder: &Path) -> Option<BTreeSet<String>> {
        let Self::Paths(paths) = self else { return None };
        // As the watcher says it.
        let folder = std::path::absolute(folder).ok()?;
        let name = |path: &PathBuf| {
            let inside = path.strip_prefix(&folder).ok()?;
            let names: Option<Vec<&str>> = inside
                .components()
                .map(|part| match part {
                    Component::Normal(name) => name.to_str(),
                    _ => None,
                })
                .collect();
            match names?[..] {
                [name] => Some(name.to_owned()),
                [folder, name] if !folder.starts_with('.') => Some(format!("{folder}/{name}")),
                _ => None,
            }
        };
        paths.iter().map(name).collect()
    }
}

#[cfg(test)]
mod tests {
    use notify::Event;
    use notify::event::{AccessKind, CreateKind, EventKind, Flag};

    use super::*;

    fn suspects(paths: &[&str]) -> Suspects {
        Suspects::Paths(paths.iter().map(PathBuf::from).collect())
    }

    #[test]
    fn names_are_known_where_the_layout_has_files() {
        let root = Path::new("/conf");
        for (paths, names) in [
            (&["/conf/api/A.xml"][..], Some(&["api/A.xml"][..])),
            (&["/conf/synapse.xml", "/conf/api"], Some(&["api", "synapse.xml"])),
            (&["/conf/.synapse.xml.swp"], Some(&[".synapse.xml.swp"])),
            // A mounted directory of Kubernetes, what a scan does not reach, the folder itself, elsewhere.
            (&["/conf/..data/A.xml"], None),
            (&["/conf/api/old/A.xml"], None),
            (&["/conf"], None),
            (&["/conf/api/A.xml", "/other/B.xml"], None),
        ] {
            let names = names.map(|names| names.iter().map(ToString::to_string).collect());
            assert_eq!(suspects(paths).below(root), names, "{paths:?}");
        }
        assert_eq!(Suspects::Everything.below(root), None);
    }

    #[test]
    fn lost_events_make_everything_suspect() {
        let of = |kind| Event::new(kind).add_path("/conf/api/A.xml".into());
        let created = of(EventKind::Create(CreateKind::File));
        assert_eq!(Suspects::of_event(Ok(created.clone())), Some(suspects(&["/conf/api/A.xml"])));
        assert_eq!(Suspects::of_event(Ok(of(EventKind::Access(AccessKind::Any)))), None);
        let lost = Event::new(EventKind::Other).set_flag(Flag::Rescan);
        assert_eq!(Suspects::of_event(Ok(lost)), Some(Suspects::Everything));
        assert_eq!(Suspects::of_event(Err(notify::Error::generic("no"))), Some(Suspects::Everything));
    }

    #[test]
    fn many_suspects_are_everything() {
        let mut all = suspects(&["/conf/a"]);
        all.add(suspects(&["/conf/b"]));
        assert_eq!(all, suspects(&["/conf/a", "/conf/b"]));
        let many = (0..MOST).map(|number| PathBuf::from(format!("/conf/{number}"))).collect();
        all.add(Suspects::Paths(many));
        assert_eq!(all, Suspects::Everything);
        all.add(suspects(&["/conf/a"]));
        assert_eq!(all, Suspects::Everything);
    }
}
