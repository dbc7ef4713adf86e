//! What a change leaves alone goes on as it is, and comes out as if everything had been compiled anew.

use std::fs;
use std::sync::Arc;

use sinew::compiler::{CompileSettings, ProxyService};
use sinew::deployment::{Deployer, Folder, Outcome};
use sinew::endpoints::{EndpointStates, Offline};
use tempfile::TempDir;

use crate::support::{folder, proxy, write};

struct Services {
    folder: TempDir,
    deployer: Deployer<Offline>,
    states: Arc<EndpointStates>,
}

impl Services {
    fn start(files: &[(&str, &str)]) -> Self {
        let folder = folder(files);
        let settings = CompileSettings::default();
        let states = settings.endpoint_states.clone();
        let files = Folder::new(folder.path());
        let deployer = Deployer::start(files, sinew_mediators::registry(), settings, Offline);
        Self { deployer: deployer.expect("a readable folder"), folder, states }
    }

    fn write(&mut self, path: &str, text: &str) -> Option<Outcome> {
        write(self.folder.path(), path, text);
        self.deployer.reload().expect("a readable folder")
    }

    fn remove(&mut self, path: &str) -> Option<Outcome> {
        fs::remove_file(self.folder.path().join(path)).expect("the file is there");
        self.deployer.reload().expect("a readable folder")
    }

    fn service(&self, name: &str) -> Arc<ProxyService> {
        let deployed = self.deployer.deployed().load();
        deployed.routes.named(name).expect("a service of this name").clone()
    }

    fn errors(&self) -> Vec<String> {
        let status = self.deployer.status().load();
        status.diagnostics.iter().map(|found| found.message.clone()).collect()
    }

    fn endpoints(&self) -> Vec<String> {
        self.states.list().iter().map(|view| view.name.to_string()).collect()
    }
}

fn sending(name: &str, endpoint: &str) -> String {
    let endpoint = match endpoint {
        "" => "<endpoint><address uri=\"http://h:1/\"/></endpoint>".to_owned(),
        name => format!("<endpoint name=\"{name}\"><address uri=\"http://h:1/\"/></endpoint>"),
    };
    format!("<proxy NS name=\"{name}\"><target>{endpoint}<outSequence><send/></outSequence></target></proxy>")
}

#[test]
fn services_go_on_while_only_services_change() {
    let mut services = Services::start(&[
        ("proxy-services/A.xml", &proxy("A", "<log/>")),
        ("proxy-services/B.xml", &proxy("B", "<sequence key=\"s\"/>")),
        ("sequences/s.xml", "<sequence NS name=\"s\"><drop/></sequence>"),
    ]);
    let (a, b) = (services.service("A"), services.service("B"));
    assert_eq!(services.write("proxy-services/C.xml", &proxy("C", "<log/>")), Some(Outcome::Deployed));
    assert!(Arc::ptr_eq(&a, &services.service("A")) && Arc::ptr_eq(&b, &services.service("B")));
    services.write("proxy-services/A.xml", &proxy("A", "<log/><log/>"));
    assert!(!Arc::ptr_eq(&a, &services.service("A")), "its own file changed");
    assert!(Arc::ptr_eq(&b, &services.service("B")));
    services.write("sequences/s.xml", "<sequence NS name=\"s\"><drop/><drop/></sequence>");
    assert!(!Arc::ptr_eq(&b, &services.service("B")), "what it refers to changed");
}

#[test]
fn what_is_wrong_is_reported_as_long_as_it_is() {
    let mut services = Services::start(&[("proxy-services/A.xml", &proxy("A", "<sequence key=\"none\"/>"))]);
    let before = services.errors();
    assert_eq!(before.len(), 1, "{before:?}");
    assert_eq!(services.write("proxy-services/B.xml", &proxy("B", "<log/>")), Some(Outcome::Partly));
    assert_eq!(services.errors(), before);
}

/// Of two endpoints of one name the one in the first service has it, whoever came first.
#[test]
fn names_of_endpoints_are_given_as_if_all_were_new() {
    let mut services = Services::start(&[("proxy-services/B.xml", &sending("B", "E"))]);
    assert_eq!(services.endpoints(), ["E"]);
    services.write("proxy-services/A.xml", &sending("A", "E"));
    assert_eq!(services.endpoints(), ["E", "proxy:B/endpoint"]);
    services.write("proxy-services/C.xml", &sending("C", ""));
    assert_eq!(services.endpoints(), ["E", "proxy:B/endpoint", "proxy:C/endpoint"]);
    services.remove("proxy-services/A.xml");
    assert_eq!(services.endpoints(), ["E", "proxy:C/endpoint"]);
}

/// Members belong to the deployment, not to the service that names them: they stay as long as it does.
#[test]
fn members_stay_when_another_service_comes() {
    let balanced = "<proxy NS name=\"A\"><target><endpoint><loadbalance><member hostName=\"h\" httpPort=\"80\" httpsPort=\"443\"/>\
                    </loadbalance></endpoint><outSequence><send/></outSequence></target></proxy>";
    let mut services = Services::start(&[("proxy-services/A.xml", balanced)]);
    let members = |services: &Services| {
        let deployed = services.deployer.deployed().load();
        (deployed.members.values().map(Vec::len).sum::<usize>(), deployed.health_checks.len())
    };
    assert_eq!(members(&services), (1, 1));
    assert_eq!(services.write("proxy-services/B.xml", &proxy("B", "<log/>")), Some(Outcome::Deployed));
    assert_eq!(members(&services), (1, 1));
}
