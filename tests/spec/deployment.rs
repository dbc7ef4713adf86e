//! The hot deployment cases of configuration.md §14 (C35 to C48), by their numbers.

use std::fs;
use std::path::Path;

use sinew::compiler::CompileSettings;
use sinew::deployment::{Deployer, Folder, Outcome};
use sinew::endpoints::Offline;
use tempfile::TempDir;

use crate::support::{answer, folder, proxy, write};

struct Hot {
    folder: TempDir,
    deployer: Deployer<Offline>,
}

impl Hot {
    fn start(files: &[(&str, &str)]) -> Self {
        let folder = folder(files);
        let deployer = Deployer::start(
            Folder::new(folder.path()),
            sinew_mediators::registry(),
            CompileSettings::default(),
            Offline,
        );
        Self { deployer: deployer.expect("a readable folder"), folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file and looks.
    fn write(&mut self, path: &str, text: &str) -> Option<Outcome> {
        write(self.path(), path, text);
        self.look()
    }

    fn remove(&mut self, path: &str) -> Option<Outcome> {
        fs::remove_file(self.path().join(path)).expect("the file is there");
        self.look()
    }

    fn look(&mut self) -> Option<Outcome> {
        self.deployer.reload().expect("a readable folder")
    }

    fn proxies(&self) -> Vec<String> {
        let deployed = self.deployer.deployed().load();
        deployed.routes.proxies().iter().map(|proxy| proxy.name.to_string()).collect()
    }

    /// How many mediators a sequence has.
    fn steps(&self, sequence: &str) -> Option<usize> {
        let deployed = self.deployer.deployed().load();
        deployed.sequences().find(|(name, _)| ***name == *sequence).map(|(_, sequence)| sequence.steps.len())
    }

    fn codes(&self) -> Vec<String> {
        self.deployer.status().load().diagnostics.iter().map(|d| d.code.to_string()).collect()
    }

    fn revision(&self) -> u64 {
        self.deployer.deployed().load().revision
    }
}

#[test]
fn c35_c41_add_and_delete() {
    let mut hot = Hot::start(&[]);
    assert_eq!(hot.write("proxy-services/P.xml", &proxy("P", "<log/>")), Some(Outcome::Deployed));
    assert_eq!(hot.proxies(), ["P"]);
    assert_eq!(hot.look(), None);
    assert_eq!(hot.remove("proxy-services/P.xml"), Some(Outcome::Deployed));
    assert!(hot.proxies().is_empty());
}

/// C37 to C40: a wrong file changes nothing that runs, stays where it is, and is reported once it is looked at.
#[test]
fn c37_c38_c39_c40_wrong_files_change_nothing() {
    let mut hot = Hot::start(&[("sequences/s.xml", "<sequence NS name=\"s\"><drop/></sequence>")]);
    for wrong in [
        "<sequence NS name=\"s\"><drop/><unknown/></sequence>",
        "<sequence NS name=\"s\"><drop/>",
        "<sequence NS name=\"s\"><drop/><sequence key=\"missing\"/></sequence>",
        "",
        "\u{0}",
    ] {
        assert_eq!(hot.write("sequences/s.xml", wrong), Some(Outcome::Partly), "{wrong}");
        assert_eq!(hot.steps("s"), Some(1), "{wrong}");
        assert_eq!(hot.codes().len(), 1, "{wrong}: {:?}", hot.codes());
        assert!(hot.path().join("sequences/s.xml").exists());
    }
    assert_eq!(
        hot.write("sequences/new.xml", "<sequence NS name=\"new\"><unknown/></sequence>"),
        Some(Outcome::Partly)
    );
    assert_eq!(hot.steps("new"), None);
    assert_eq!(
        hot.write("sequences/s.xml", "<sequence NS name=\"s\"><drop/><drop/></sequence>"),
        Some(Outcome::Partly)
    );
    assert_eq!(hot.steps("s"), Some(2));
}

/// C42, C43: `main` can be replaced, not removed or renamed.
#[test]
fn c42_c43_main_stays() {
    let main = "<sequence NS name=\"main\"><log/><log/><drop/></sequence>";
    let mut hot = Hot::start(&[("sequences/main.xml", main)]);
    hot.remove("sequences/main.xml");
    assert_eq!(hot.steps("main"), Some(3));
    assert_eq!(hot.codes(), ["W0104"]);
    hot.write("sequences/moved.xml", "<sequence NS name=\"main\"><drop/></sequence>");
    assert_eq!(hot.steps("main"), Some(1));
    assert!(hot.codes().is_empty(), "{:?}", hot.codes());
}

#[test]
fn c44_a_renamed_artifact_has_its_new_name_only() {
    let mut hot = Hot::start(&[("sequences/s.xml", "<sequence NS name=\"s1\"><drop/></sequence>")]);
    hot.write("sequences/s.xml", "<sequence NS name=\"s2\"><drop/></sequence>");
    assert_eq!((hot.steps("s1"), hot.steps("s2")), (None, Some(1)));
}

#[test]
fn c45_who_is_in_service_keeps_the_name() {
    let mut hot = Hot::start(&[("proxy-services/b.xml", &proxy("P", &answer("old")))]);
    assert_eq!(hot.write("proxy-services/a.xml", &proxy("P", "<log/>")), Some(Outcome::Partly));
    assert_eq!(hot.codes(), ["E0201"]);
    let deployed = hot.deployer.deployed().load();
    let artifact = deployed.configuration.artifacts.iter().find(|a| &*a.name == "P").expect("P is there");
    assert!(artifact.location.file.name().ends_with("b.xml"));
}

#[test]
fn c46_a_message_keeps_the_configuration_it_started_with() {
    let mut hot = Hot::start(&[("sequences/s.xml", "<sequence NS name=\"s\"><drop/></sequence>")]);
    let before = hot.deployer.deployed().load_full();
    hot.write("sequences/s.xml", "<sequence NS name=\"s\"><drop/><drop/></sequence>");
    let steps = |deployed: &sinew::compiler::Deployed| {
        deployed.sequences().find(|(name, _)| &***name == "s").map(|(_, sequence)| sequence.steps.len())
    };
    assert_eq!((steps(&before), steps(&hot.deployer.deployed().load())), (Some(1), Some(2)));
}

/// A sequence that others use cannot be taken away from them; once they no longer do, it goes.
#[test]
fn a_change_that_breaks_untouched_files_is_held_back() {
    let mut hot = Hot::start(&[
        ("sequences/used.xml", "<sequence NS name=\"used\"><drop/></sequence>"),
        ("proxy-services/P.xml", &proxy("P", "<sequence key=\"used\"/>")),
    ]);
    let before = hot.revision();
    assert_eq!(hot.remove("sequences/used.xml"), Some(Outcome::HeldBack));
    assert_eq!((hot.steps("used"), hot.revision()), (Some(1), before));
    assert_eq!(hot.codes(), ["E0207"]);
    assert_eq!(hot.write("proxy-services/P.xml", &proxy("P", "<drop/>")), Some(Outcome::Deployed));
    assert_eq!(hot.steps("used"), None);
    assert!(hot.codes().is_empty());
}

/// A file that is replaced by renaming another over it, with the same length and an older time, is a change.
#[cfg(unix)]
#[test]
fn atomic_renames_and_link_swaps_are_seen() {
    let first = "<sequence NS name=\"s\"><drop/></sequence>";
    let second = "<sequence NS name=\"t\"><drop/></sequence>";
    let mut hot = Hot::start(&[("sequences/s.xml", first)]);
    let aside = hot.path().join("aside");
    write(hot.path(), "aside", second);
    let times = fs::FileTimes::new().set_modified(std::time::UNIX_EPOCH);
    fs::File::options().write(true).open(&aside).and_then(|file| file.set_times(times)).expect("an old time");
    fs::rename(&aside, hot.path().join("sequences/s.xml")).expect("a rename");
    assert_eq!(hot.look(), Some(Outcome::Deployed));
    assert_eq!((hot.steps("s"), hot.steps("t")), (None, Some(1)));

    let root = TempDir::new().expect("a temporary folder");
    for (version, text) in [("v1", first), ("v2", second)] {
        write(root.path(), &format!("{version}/sequences/s.xml"), text);
    }
    std::os::unix::fs::symlink("v1", root.path().join("current")).expect("a link");
    let deployer = Deployer::start(
        Folder::new(root.path().join("current")),
        sinew_mediators::registry(),
        CompileSettings::default(),
        Offline,
    );
    let mut swapped = Hot { deployer: deployer.expect("a readable folder"), folder: root };
    assert_eq!(swapped.steps("s"), Some(1));
    std::os::unix::fs::symlink("v2", swapped.path().join("next")).expect("a link");
    fs::rename(swapped.path().join("next"), swapped.path().join("current")).expect("a rename");
    assert_eq!(swapped.look(), Some(Outcome::Deployed));
    assert_eq!((swapped.steps("s"), swapped.steps("t")), (None, Some(1)));
}

/// An edit and the edit that it needs, seen in the wrong order: the set is deployed when it is complete.
#[test]
fn a_set_is_deployed_when_it_is_complete() {
    let mut hot = Hot::start(&[
        ("sequences/a.xml", "<sequence NS name=\"a\"><drop/></sequence>"),
        ("proxy-services/P.xml", &proxy("P", "<sequence key=\"a\"/>")),
    ]);
    assert_eq!(
        hot.write("proxy-services/P.xml", &proxy("P", "<sequence key=\"b\"/>")),
        Some(Outcome::Partly)
    );
    assert_eq!(hot.codes(), ["E0207"]);
    assert_eq!(
        hot.write("sequences/a.xml", "<sequence NS name=\"b\"><drop/></sequence>"),
        Some(Outcome::Deployed)
    );
    assert_eq!((hot.steps("a"), hot.steps("b")), (None, Some(1)));
    assert!(hot.codes().is_empty());
}
