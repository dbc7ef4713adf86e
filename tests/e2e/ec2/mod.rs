//! The autoscaler on EC2's interface, with real balancers: what runs there is what moto's DescribeInstances and
//! DescribeAddresses say.
//!
//! Instances of moto are records. What an image would start is started here, on this machine: a service, and `sinew join`
//! with the name of the instance ([`Machines`]). Without `moto_server` the tests say that they are skipped.

mod failover;
mod faults;
mod gate;
mod machines;
mod scaling;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::load::{Asked, pause};
use crate::support::moto::IMAGE;
use crate::support::{Connection, Program, write};

use machines::Machines;

/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(120);

/// The cluster that is scaled: at most four instances, for ten requests in flight each.
const DOMAIN: &str = "shop.domain";
const MOST: usize = 4;
const LOAD: usize = 38;

/// What machines answer.
const COUNT: Asked = Asked { path: "/count", answer: "4" };

/// Folder and settings of balancers that launch instances.
struct Site {
    folder: TempDir,
}

impl Site {
    /// With the interface at an address, and more lines of the block `loadbalancer`.
    fn new(interface: SocketAddr, interval: Duration, more: &str) -> Self {
        let folder = TempDir::new().expect("a folder");
        let balancer = format!(
            "loadbalancer {{\nenable_autoscaler true;\nautoscaler_task_interval {};\nserver_startup_delay 60000;\n\
             admission_delay 0;\ndrain_timeout 10000;\n{more}\n}}\nservices {{\nshop {{\nhosts localhost;\ndomains {{\n{DOMAIN} {{\n\
             tenant_range *;\npolicy target;\ntarget_in_flight 10;\nrounds_to_average 1;\nmin_app_instances 1;\n\
             max_app_instances {MOST};\n}}\n}}\n}}\n}}\n",
            interval.as_millis()
        );
        write(folder.path(), "configs/loadbalancer.conf", &balancer);
        write(folder.path(), "token", "correct horse\n");
        write(folder.path(), "key", "a secret of the group, long enough to be one\n");
        write(folder.path(), "secret", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
        let site = Self { folder };
        let settings = format!(
            "[[iaas]]\nname = \"cloud\"\nkind = \"ec2\"\ncall_timeout = \"2s\"\nattempts = 2\nfirst_pause = \"100ms\"\n\
             longest_pause = \"200ms\"\n[iaas.ec2]\nregion = \"eu-west-1\"\nendpoint_url = \"http://{interface}\"\n\
             access_key_id = \"AKIDEXAMPLE\"\nsecret_access_key = \"file:{}\"\nimage = \"{IMAGE}\"\ninstance_type = \"t3.micro\"\n",
            site.path("secret").display()
        );
        write(site.folder.path(), "sinew.toml", &settings);
        site
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A balancer that takes registrations at an address.
    fn serve(&self, registration: &str, more: &[String]) -> Program {
        let settings = self.path("sinew.toml").display().to_string();
        let own = [
            "server.threads=1".to_owned(),
            format!("membership.registration.address={registration}"),
            format!("membership.registration.token=file:{}", self.path("token").display()),
            "membership.leave_grace=200ms".to_owned(),
        ];
        let sets: Vec<&str> = own.iter().chain(more).flat_map(|setting| ["--set", setting]).collect();
        Program::serve_with(&self.path("configs"), &[&["--settings", &settings], &sets[..]].concat())
    }
}

/// What a balancer says under a path of its admin interface.
fn ask(program: &Program, path: &str, name: &str) -> Value {
    let answer = Connection::get(program.admin, path);
    assert_eq!(answer.status, 200, "{}", answer.text());
    serde_json::from_str::<Value>(&answer.text()).expect("JSON")[name].take()
}

/// What it says of the cluster.
fn cluster(program: &Program) -> Value {
    ask(program, &format!("/lb/autoscaler/{DOMAIN}/-"), "cluster")
}

fn running(program: &Program) -> u64 {
    cluster(program)["running"].as_u64().expect("a number")
}

fn ticks(program: &Program) -> usize {
    cluster(program)["decisions"].as_array().map_or(0, Vec::len)
}

/// What it decided, for a test that fails.
fn story(program: &Program) -> String {
    let cluster = cluster(program);
    let decisions = cluster["decisions"].as_array().cloned().unwrap_or_default();
    let lines = decisions.iter().rev().map(|one| {
        format!("{} {} in flight: {}; {}", one["at"], one["in_flight"], one["sanity"], one["scaling"])
    });
    lines.chain([cluster["instances"].to_string()]).collect::<Vec<_>>().join("\n")
}

/// Asks until something holds; how long it took.
fn until(what: &str, mut holds: impl FnMut() -> bool) -> Duration {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < PATIENCE, "never: {what}");
        pause(Duration::from_millis(50));
    }
    println!("{what}: {:.2} s", began.elapsed().as_secs_f64());
    began.elapsed()
}

/// Waits for some more ticks.
fn wait_for_ticks(program: &Program, count: usize) {
    let first = ticks(program);
    until("more ticks", || ticks(program) >= first + count);
}
