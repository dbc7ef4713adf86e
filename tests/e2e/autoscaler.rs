//! The autoscaler with real processes as members: it follows the load, heals, and survives its own death.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::membership::Join;
use crate::support::load::{Asked, Clients, pause};
use crate::support::{BackEnd, Connection, NS, Program, sinew, write};

/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(120);

const INTERVAL: Duration = Duration::from_secs(2);

/// How many instances the cluster has at most, and how many requests in flight make it have them.
const MOST: u64 = 4;
const LOAD: usize = 35;

/// A balancer's folder, settings and state, and what its members run.
struct Site {
    folder: TempDir,
}

impl Site {
    fn new(minimum: u32) -> Self {
        Self::with(minimum, "")
    }

    /// With more keys of the cluster.
    fn with(minimum: u32, keys: &str) -> Self {
        // The provider takes those of the range that are free.
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let ports = free.local_addr().expect("an address").port().min(60_000);
        let folder = TempDir::new().expect("a folder");
        let balancer = format!(
            "loadbalancer {{\nenable_autoscaler true;\nautoscaler_task_interval {};\nserver_startup_delay 60000;\n\
             admission_delay 0;\ndrain_timeout 10000;\n}}\nservices {{\nshop {{\nhosts localhost;\ndomains {{\nshop.domain {{\n\
             tenant_range *;\npolicy target;\ntarget_in_flight 10;\nrounds_to_average 1;\nmin_app_instances {minimum};\n\
             max_app_instances {MOST};\n{keys}\n}}\n}}\n}}\n}}\n",
            INTERVAL.as_millis()
        );
        write(folder.path(), "configs/loadbalancer.conf", &balancer);
        // It answers when it has the whole request: until then that is in flight.
        let member = format!(
            "<sequence {NS} name=\"main\"><in><log level=\"full\" category=\"DEBUG\"/><respond/></in></sequence>"
        );
        write(folder.path(), "member/sequences/main.xml", &member);
        let site = Self { folder };
        let settings = format!(
            "[[iaas]]\nname = \"local\"\n[iaas.process]\ncommand = [\"{}\", \"run\", \"{}\", \"--listen\", \"127.0.0.1:{{port}}\", \
             \"--no-watch\", \"--set\", \"listeners.https.enabled=false\", \"--set\", \"admin.enabled=false\", \"--set\", \"admin.socket=\", \
             \"--set\", \"server.threads=1\", \"--set\", \"logs.access.enabled=false\"]\nports = \"{ports}-{}\"\n\
             state_directory = \"{}\"\nlog_directory = \"{}\"\n",
            env!("CARGO_BIN_EXE_sinew"),
            site.path("member").display(),
            ports + 19,
            site.path("state").display(),
            site.path("logs").display(),
        );
        write(site.folder.path(), "sinew.toml", &settings);
        site
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn serve(&self) -> Program {
        let settings = self.path("sinew.toml").display().to_string();
        Program::serve_with(&self.path("configs"), &["--settings", &settings, "--set", "server.threads=2"])
    }

    /// The processes that were started and not ended.
    fn processes(&self) -> Vec<u64> {
        let journal = std::fs::read_to_string(self.path("state/instances.json")).unwrap_or_default();
        let journal: Value = serde_json::from_str(&journal).unwrap_or_default();
        let instances = journal["instances"].as_array().cloned().unwrap_or_default();
        let running = instances.iter().filter(|one| one["state"] == "running");
        running.filter_map(|one| one["process"]["pid"].as_u64()).collect()
    }
}

/// Members outlive the balancer, but not the test.
impl Drop for Site {
    fn drop(&mut self) {
        for process in self.processes() {
            kill(process);
        }
    }
}

fn kill(process: u64) {
    let _ = Command::new("kill").args(["-9", &process.to_string()]).status();
}

/// What is shown of the cluster.
fn cluster(program: &Program) -> Value {
    let answer = Connection::get(program.admin, "/lb/autoscaler/shop.domain/-");
    assert_eq!(answer.status, 200, "{}", answer.text());
    serde_json::from_str::<Value>(&answer.text()).expect("JSON")["cluster"].take()
}

fn running(program: &Program) -> u64 {
    cluster(program)["running"].as_u64().expect("a number")
}

fn until(what: &str, program: &Program, holds: impl Fn(&Value) -> bool) -> Duration {
    let began = Instant::now();
    loop {
        let now = cluster(program);
        if holds(&now) {
            return began.elapsed();
        }
        assert!(began.elapsed() < PATIENCE, "never: {what}: {now:#}");
        pause(Duration::from_millis(50));
    }
}

/// What members answer: they repeat the request when they have all of it.
const WORK: Asked = Asked { path: "/work", answer: "work" };

/// One tick as it was decided, or as it is simulated.
#[derive(Clone, Copy, Debug)]
struct Tick {
    seconds: f64,
    in_flight: u64,
    running: u64,
    pending: u64,
    terminating: u64,
}

fn ticks(program: &Program) -> Vec<Tick> {
    let cluster = cluster(program);
    let number = |tick: &Value, name: &str| tick[name].as_u64().expect("a number");
    let mut ticks: Vec<Tick> = cluster["decisions"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|tick| Tick {
            seconds: tick["seconds"].as_f64().expect("a number"),
            in_flight: number(tick, "in_flight"),
            running: number(tick, "running"),
            pending: number(tick, "pending"),
            terminating: number(tick, "terminating"),
        })
        .collect();
    ticks.reverse();
    ticks
}

/// How many instances run at each tick, when instances take so long to boot and to leave.
fn simulated(site: &Site, ticks: &[Tick], boot: Duration, leave: Duration) -> Vec<u64> {
    // The simulator starts with the first row, two intervals before its first tick, and each row holds until the next one.
    let interval = INTERVAL.as_secs_f64();
    let mut trace = "seconds,in_flight\n".to_owned();
    for (number, tick) in ticks.iter().enumerate() {
        let begins = if number == 0 { 0.0 } else { (number as f64 + 1.5) * interval };
        trace.push_str(&format!("{begins},{}\n", tick.in_flight));
    }
    trace.push_str(&format!("{},0\n", (ticks.len() as f64 + 1.2) * interval));
    let path = site.path("trace.csv");
    std::fs::File::create(&path).and_then(|mut file| file.write_all(trace.as_bytes())).expect("a file");
    let file = |path: &Path| path.display().to_string();
    let (boot, leave) = (format!("{}ms", boot.as_millis()), format!("{}ms", leave.as_millis()));
    let (conf, traffic) = (file(&site.path("configs/loadbalancer.conf")), file(&path));
    let arguments =
        ["autoscale", "simulate", "--conf", &conf, "--traffic", &traffic, "--json", "--running", "1"];
    let output = sinew(&[&arguments[..], &["--boot", &boot, "--leave", &leave]].concat()).output();
    let output = output.expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let json: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let simulated = json["clusters"][0]["ticks"].as_array().expect("a list");
    simulated.iter().map(|tick| tick["counts"]["running"].as_u64().expect("a number")).collect()
}

/// The longest time for which something held at ticks.
fn longest(ticks: &[Tick], holds: impl Fn(&Tick) -> bool) -> Duration {
    let (mut longest, mut now) = (0_u32, 0_u32);
    for tick in ticks {
        now = if holds(tick) { now + 1 } else { 0 };
        longest = longest.max(now);
    }
    INTERVAL * (longest + 1)
}

/// From one instance to four and back, with every request answered. The line of instances is that of the simulator, as far
/// as boots take different times: between the line of instances that boot at once and that of those that take as long as the
/// slowest did, give or take one tick.
#[test]
fn it_follows_the_load_and_no_request_fails() {
    let site = Site::new(1);
    let program = site.serve();
    until("the minimum", &program, |now| now["running"] == 1);
    let clients = Clients::start(program.http, LOAD, WORK);
    let first = ticks(&program).len();
    until("two quiet ticks", &program, |now| now["decisions"].as_array().map_or(0, Vec::len) >= first + 2);
    clients.busy(LOAD);
    let took = until("four instances", &program, |now| now["running"] == MOST);
    println!("grown in {took:?}");
    let first = ticks(&program).len();
    until("two busy ticks", &program, |now| now["decisions"].as_array().map_or(0, Vec::len) >= first + 2);
    assert_eq!(running(&program), MOST, "the maximum");
    clients.busy(0);
    let took = until("one instance", &program, |now| now["running"] == 1 && now["terminating"] == 0);
    println!("shrunk in {took:?}");
    let problems = clients.end().problems;
    assert!(problems.is_empty(), "{} requests failed: {:?}", problems.len(), problems.first());

    let all = ticks(&program);
    let begins = all.iter().position(|tick| tick.running == 1).expect("it ran");
    let ticks: Vec<Tick> = all.into_iter().skip(begins).collect();
    assert!(ticks.windows(2).all(|pair| pair[0].seconds < pair[1].seconds));
    let (boot, leave) =
        (longest(&ticks, |tick| tick.pending > 0), longest(&ticks, |tick| tick.terminating > 0));
    let lines =
        [simulated(&site, &ticks, Duration::ZERO, Duration::ZERO), simulated(&site, &ticks, boot, leave)];
    for (number, tick) in ticks.iter().enumerate() {
        let near = |line: &Vec<u64>| {
            let range = number.saturating_sub(1)..(number + 2).min(line.len());
            line[range].to_vec()
        };
        let near: Vec<u64> = lines.iter().flat_map(near).collect();
        let (least, most) = (near.iter().min().expect("a line"), near.iter().max().expect("a line"));
        let so = (least..=most).contains(&&tick.running);
        assert!(
            so,
            "at tick {number} {} run, simulated {least} to {most}: {ticks:?} {lines:?}",
            tick.running
        );
    }
}

/// An instance that is killed is replaced within two ticks; a balancer that is killed finds what it started, and starts
/// nothing twice.
#[test]
fn it_heals_and_survives_its_own_death() {
    let site = Site::new(2);
    let mut program = site.serve();
    until("the minimum", &program, |now| now["running"] == 2);
    assert_eq!(site.processes().len(), 2);
    let victim = site.processes()[0];
    let before = ticks(&program).len();
    kill(victim);
    until("another one", &program, |now| now["launches"] == 3);
    let passed = ticks(&program).len() - before;
    assert!(passed <= 2, "it took {passed} ticks");
    until("two members", &program, |now| now["running"] == 2 && now["pending"] == 0);

    let mut before = site.processes();
    before.sort_unstable();
    program.signal("KILL");
    program.wait();
    let program = site.serve();
    until("the members are back", &program, |now| now["running"] == 2);
    let first = ticks(&program).len();
    until("three more ticks", &program, |now| now["decisions"].as_array().map_or(0, Vec::len) >= first + 3);
    let mut after = site.processes();
    after.sort_unstable();
    assert_eq!(after, before);
    let now = cluster(&program);
    assert_eq!((&now["running"], &now["launches"], &now["terminations"]), (&2.into(), &0.into(), &0.into()));
}

/// Case 251 with a member that has to be launched first: a request to an empty cluster waits for it, and is answered.
#[test]
fn a_request_wakes_an_empty_cluster() {
    let site = Site::with(0, "scale_from_zero_wait 60000;");
    let program = site.serve();
    let mut connection = Connection::open(program.http);
    connection.send(
        b"POST /work HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nwork",
    );
    let answer = connection.read(false);
    assert_eq!((answer.status, answer.text().as_str()), (200, "work"), "{}", answer.head);
    let ticks = ticks(&program);
    assert_eq!(ticks.first().map(|tick| (tick.in_flight, tick.running)), Some((1, 0)), "{ticks:?}");
    assert_eq!(cluster(&program)["launches"], 1);
    until("none is left", &program, |now| now["running"] == 0);
}

/// `sinew join --load-average` tells how busy a machine is, and policy `mean` decides by that.
#[test]
fn side_cars_tell_load_averages() {
    let site =
        Site::with(0, "policy mean;\nload_average_higher_limit 900000;\nload_average_lower_limit 800000;");
    write(site.folder.path(), "sinew.toml", "[[iaas]]\nname = \"nowhere\"\nkind = \"dry_run\"\n");
    write(site.folder.path(), "token", "correct horse\n");
    let (settings, token) = (site.path("sinew.toml"), site.path("token").display().to_string());
    let (settings, secret) =
        (settings.display().to_string(), format!("membership.registration.token=file:{token}"));
    let address = "membership.registration.address=127.0.0.1:0";
    let arguments = ["--settings", &settings, "--set", address, "--set", &secret];
    let mut program = Program::serve_with(&site.path("configs"), &arguments);
    let registration = format!("http://{}", program.registration());
    let members = [BackEnd::start(), BackEnd::start()];
    let side_cars = members.iter().map(|member| {
        let http = member.address.to_string();
        let arguments = ["join", "--balancer", &registration, "--token-file", &token, "--http", &http];
        let side_car =
            sinew(&[&arguments[..], &["--cluster", "shop.domain", "--load-average"]].concat()).spawn();
        Join(side_car.expect("the program starts"))
    });
    let _side_cars: Vec<Join> = side_cars.collect();
    until("two members", &program, |now| now["running"] == 2);
    // Both run on this machine, whose load is far below the limits: one could go, but neither was launched here.
    until("a load average", &program, |now| {
        let last = &now["decisions"][0];
        let load = last["load_average"].as_f64().filter(|load| (0.0..800_000.0).contains(load));
        let scaling = last["scaling"].as_str().unwrap_or_default();
        load.is_some() && last["average"] == last["load_average"] && scaling.contains("mean load")
    });
}

/// What operators see, and how they hold it.
#[test]
fn operators_look_and_hold_it() {
    let site = Site::new(1);
    let program = site.serve();
    until("the minimum", &program, |now| now["running"] == 1);
    let socket = program.socket().display().to_string();
    let ctl = |arguments: &[&str]| {
        let output = sinew(&[&["ctl", "--socket", &socket, "autoscaler"], arguments].concat()).output();
        let output = output.expect("the program runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let list = ctl(&["list"]);
    assert!(list.starts_with("autoscaler  acting\nprovider    local, listed "), "{list}");
    assert!(list.contains("shop.domain  scaled"), "{list}");
    assert_eq!(ctl(&["pause", "shop.domain"]), "shop.domain is paused\n");
    assert_eq!(cluster(&program)["paused"], true);
    let show = ctl(&["show", "shop.domain"]);
    assert!(
        show.contains("paused      yes") && show.contains("local/p-") && show.contains("launch 1"),
        "{show}"
    );
    assert_eq!(ctl(&["resume", "shop.domain"]), "shop.domain is resumed\n");
    let metrics = Connection::get(program.admin, "/metrics").text();
    for line in [
        "sinew_autoscaler_instances{cluster=\"shop.domain\",state=\"running\"} 1",
        "sinew_autoscaler_actions_total{cluster=\"shop.domain\",kind=\"launch\",outcome=\"succeeded\"} 1",
    ] {
        assert!(metrics.contains(line), "{line} is not in\n{metrics}");
    }
    let text = "0 running + 0 pending < minimum 1: launch 1";
    let cluster = cluster(&program);
    let decisions = cluster["decisions"].as_array().expect("a list");
    assert!(decisions.iter().any(|one| one["sanity"] == text), "{decisions:?}");
    assert_eq!(Connection::get(program.admin, "/lb/autoscaler/nowhere/-").status, 404);
}
