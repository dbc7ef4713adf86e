//! Looking only where something changed.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use sinew_core::config::balancer::Change;
use tempfile::TempDir;

use super::suspects::Suspects;
use super::watch::{Deployment, run};
use super::{Changed, Command, Folder, Outcome, Refused, WatchSettings};

const SPACE: &str = "xmlns=\"http://ws.apache.org/ns/synapse\"";

/// A folder with the services A and B, and a local entry that names another file; all was looked at.
struct Site {
    place: TempDir,
    folder: Folder,
}

impl Site {
    fn new() -> Self {
        let place = TempDir::new().expect("a folder");
        let mut site = Self { folder: Folder::new(place.path()), place };
        site.write("proxy-services/A.xml", &service("A", ""));
        site.write("proxy-services/B.xml", &service("B", ""));
        site.write("texts/named.txt", "one");
        site.write(
            "local-entries/E.xml",
            &format!("<localEntry {SPACE} key=\"E\" src=\"file:texts/named.txt\"/>"),
        );
        assert_eq!(site.look(&Suspects::Everything).len(), 3);
        site
    }

    fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    fn look(&mut self, suspects: &Suspects) -> BTreeSet<String> {
        let registry = sinew_mediators::registry();
        self.folder.refresh_suspects(suspects, &registry).expect("a readable folder")
    }

    fn look_at(&mut self, names: &[&str]) -> Vec<String> {
        let paths = names.iter().map(|name| self.path(name)).collect();
        self.look(&Suspects::Paths(paths)).into_iter().collect()
    }
}

fn service(name: &str, mediators: &str) -> String {
    format!(
        "<proxy {SPACE} name=\"{name}\"><target><inSequence>{mediators}<respond/></inSequence></target></proxy>"
    )
}

#[test]
fn only_suspects_are_looked_at() {
    let mut site = Site::new();
    site.write("proxy-services/A.xml", &service("A", "<log/>"));
    site.write("proxy-services/B.xml", &service("B", "<log/>"));
    site.write("proxy-services/C.xml", &service("C", ""));
    assert_eq!(
        site.look_at(&["proxy-services/A.xml", "proxy-services/C.xml"]),
        ["proxy-services/A.xml", "proxy-services/C.xml"]
    );
    assert!(site.look_at(&["proxy-services/A.xml", "proxy-services/C.xml.tmp"]).is_empty(), "nothing new");
    assert_eq!(site.look(&Suspects::Everything).len(), 1, "B was changed too");
    fs::remove_file(site.path("proxy-services/A.xml")).expect("a file");
    assert_eq!(site.look_at(&["proxy-services/A.xml"]), ["proxy-services/A.xml"]);
    assert!(site.look(&Suspects::Everything).is_empty());
}

#[test]
fn files_that_name_what_changed_are_read_again() {
    let mut site = Site::new();
    site.write("texts/named.txt", "two, longer");
    assert_eq!(site.look_at(&["texts/named.txt"]), ["local-entries/E.xml"]);
}

/// Events name the folder, not what is in it.
#[test]
fn folders_that_come_and_go_are_looked_through() {
    let mut site = Site::new();
    fs::rename(site.path("proxy-services"), site.path("elsewhere")).expect("a folder");
    let both = ["proxy-services/A.xml", "proxy-services/B.xml"];
    assert_eq!(site.look_at(&["proxy-services"]), both);
    fs::rename(site.path("elsewhere"), site.path("proxy-services")).expect("a folder");
    assert_eq!(site.look_at(&["proxy-services"]), both);
}

/// A balancer's configuration elsewhere stands for the one in the folder, whatever happens to that.
#[test]
fn files_elsewhere_count_instead_of_those_inside() {
    let mut site = Site::new();
    let elsewhere = TempDir::new().expect("a folder");
    let file = elsewhere.path().join("loadbalancer.conf");
    fs::write(&file, "services { }").expect("a file");
    site.folder = Folder::new(site.place.path()).with_balancer(&file);
    assert_eq!(site.look(&Suspects::Everything).len(), 4);
    site.write("loadbalancer.conf", "services { }");
    assert!(site.look_at(&["loadbalancer.conf"]).is_empty());
    fs::write(&file, "services { }\n").expect("a file");
    assert_eq!(site.look(&Suspects::Everything), BTreeSet::from([file.display().to_string()]));
}

/// Notes where it is to look, and says what happens then.
struct Noted<'a> {
    looks: Vec<Suspects>,
    commands: Sender<Command>,
    then: &'a dyn Fn(&Suspects) -> Command,
}

impl Deployment for Noted<'_> {
    fn look(&mut self, suspects: &Suspects) -> Result<Option<Outcome>, String> {
        self.looks.push(suspects.clone());
        self.commands.send((self.then)(suspects)).expect("it waits for commands");
        Ok(None)
    }

    fn change(&mut self, _: Change) -> Result<Changed, Refused> {
        Err(Refused::Ending)
    }
}

/// Where it is looked after some commands, until it is told to stop.
fn looks(
    settings: WatchSettings,
    commands: impl IntoIterator<Item = Command>,
    then: &dyn Fn(&Suspects) -> Command,
) -> Vec<Suspects> {
    let (sender, received) = channel();
    for command in commands {
        sender.send(command).expect("it is received");
    }
    let mut noted = Noted { looks: Vec::new(), commands: sender, then };
    run(&received, Some(settings), &mut noted);
    noted.looks
}

fn paths(names: &[&str]) -> Suspects {
    Suspects::Paths(names.iter().map(PathBuf::from).collect())
}

const LONG: Duration = Duration::from_secs(600);

#[test]
fn events_that_come_together_lead_to_one_look() {
    let settings = WatchSettings { quiet: Duration::from_millis(10), rescan: LONG };
    let events = [Command::Changed(paths(&["/a"])), Command::Changed(paths(&["/b"]))];
    assert_eq!(looks(settings, events, &|_| Command::Stop), [paths(&["/a", "/b"])]);
}

#[test]
fn who_asks_for_a_look_need_not_wait_until_files_are_quiet() {
    let settings = WatchSettings { quiet: LONG, rescan: LONG };
    let (answer, answered) = channel();
    let commands = [Command::Changed(paths(&["/a"])), Command::Reload(answer)];
    assert_eq!(looks(settings, commands, &|_| Command::Stop), [Suspects::Everything], "once");
    assert_eq!(answered.recv(), Ok(Ok(None)));
}

#[test]
fn everything_is_looked_at_while_events_never_end() {
    let settings = WatchSettings { quiet: Duration::ZERO, rescan: Duration::from_millis(50) };
    let next = |suspects: &Suspects| match suspects {
        Suspects::Everything => Command::Stop,
        Suspects::Paths(_) => Command::Changed(paths(&["/a"])),
    };
    let looks = looks(settings, [Command::Changed(paths(&["/a"]))], &next);
    assert_eq!(looks.last(), Some(&Suspects::Everything));
    assert!(looks.len() > 1);
}
