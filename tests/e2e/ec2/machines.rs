//! What would run on the instances: a service on each, and `sinew join` beside it.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::support::load::pause;
use crate::support::moto::Moto;
use crate::support::{BackEnd, sinew};

use super::{DOMAIN, Site};

/// Starts what an instance runs when it is there, and ends it when the instance is ended.
pub(super) struct Machines {
    end: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// How often it is looked which instances there are.
const PACE: Duration = Duration::from_millis(100);

impl Machines {
    /// Their services register with these balancers.
    pub(super) fn start(moto: &Arc<Moto>, site: &Site, balancers: &[SocketAddr]) -> Self {
        let end = Arc::<AtomicBool>::default();
        let (moto, ended, balancers) = (moto.clone(), end.clone(), balancers.to_vec());
        let token = site.path("token").display().to_string();
        let thread = std::thread::spawn(move || {
            let mut machines: BTreeMap<String, Machine> = BTreeMap::new();
            while !ended.load(Ordering::Relaxed) {
                let alive = moto.alive(DOMAIN);
                machines.retain(|id, _| alive.contains(id));
                for id in alive {
                    machines.entry(id).or_insert_with_key(|id| Machine::boot(id, &balancers, &token));
                }
                pause(PACE);
            }
        });
        Self { end, thread: Some(thread) }
    }
}

impl Drop for Machines {
    fn drop(&mut self) {
        self.end.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// One machine.
struct Machine {
    side_car: Child,
    _service: BackEnd,
}

impl Machine {
    fn boot(id: &str, balancers: &[SocketAddr], token: &str) -> Self {
        let service = BackEnd::start();
        let (address, instance) = (service.address.to_string(), format!("instanceId={id}"));
        let urls: Vec<String> = balancers.iter().map(|address| format!("http://{address}")).collect();
        let mut arguments = vec!["join", "--cluster", DOMAIN, "--http", &address, "--token-file", token];
        arguments.extend(urls.iter().flat_map(|url| ["--balancer", url]));
        arguments.extend(["--property", &instance, "--lease", "20s"]);
        let side_car = sinew(&arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        Self { side_car: side_car.expect("the program starts"), _service: service }
    }
}

/// It is shut down: processes are told to end.
impl Drop for Machine {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-TERM", &self.side_car.id().to_string()]).status();
        let _ = self.side_car.wait();
    }
}
