//! The running autoscaler on the paused clock, with providers and peers that do what a test tells them.

mod fake;
mod figures;
mod leading;
mod properties;
mod providers;
mod scaling;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use sinew_core::config::balancer::{BalancerConfiguration, NoVariables, read};
use sinew_core::diagnostics::SourceFile;
use sinew_core::mediation::CountedRequest;
use tokio::runtime::Handle;
use tokio::time::{Instant, sleep};

use super::{Alone, Autoscaler, ClusterView, Options, Peers};
use crate::clusters::{Cluster, ClusterKey, Directory};
use crate::iaas::{InstanceId, Owner, Provider, Purpose};
use crate::membership::{Lifecycle, MemberRules, Membership, Ports, Started};
use crate::telemetry::metrics::MembershipCounts;
use fake::Fake;

/// One cluster with interval 10 s, R 1, and policy `target` of 10 requests for each instance.
const CONFIGURATION: &str = "loadbalancer { enable_autoscaler true; autoscaler_task_interval 10000;
    server_startup_delay 30000; INSTANCES }
services { shop { hosts shop.example.org; domains { shop.domain { tenant_range *; policy target; target_in_flight 10;
    rounds_to_average 1; message_expiry_time 600000; min_app_instances 1; max_app_instances 4; admission_delay 0; drain_timeout 20000; KEYS } } } }";

fn key() -> ClusterKey {
    ClusterKey::domain("shop.domain")
}

fn configuration(instances: &str, keys: &str) -> Arc<BalancerConfiguration> {
    let text = CONFIGURATION.replace("INSTANCES", instances).replace("KEYS", keys);
    let (configuration, diagnostics) = read(&SourceFile::new("loadbalancer.conf", text), &NoVariables);
    assert!(!diagnostics.has_errors(), "{diagnostics:?}");
    Arc::new(configuration.expect("a configuration"))
}

/// Ports are open as long as the instance behind them runs.
struct Open(Arc<Fake>);

impl Ports for Open {
    fn is_open<'a>(&'a self, _: &'a str, port: u16) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>> {
        Box::pin(async move { self.0.listens(port) })
    }
}

/// A balancer with one provider.
struct Site {
    fake: Arc<Fake>,
    directory: Arc<Directory>,
    autoscaler: Autoscaler,
    configuration: Arc<BalancerConfiguration>,
    _members: Started,
    _membership: Membership,
}

impl Site {
    fn new(keys: &str) -> Self {
        Self::with(Arc::default(), "", keys, Arc::new(Alone::default()))
    }

    /// A balancer that starts where a provider may have instances already.
    fn with(fake: Arc<Fake>, instances: &str, keys: &str, peers: Arc<dyn Peers>) -> Self {
        let directory = Arc::<Directory>::default();
        let configuration = configuration(instances, keys);
        let options = Options {
            owner: Owner::new("tests").expect("an owner"),
            providers: vec![Provider {
                name: "fake".into(),
                iaas: fake.clone(),
                scale_up_order: 1,
                scale_down_order: 1,
                max_instances: None,
            }],
            balancers: Purpose::new("balancers", None),
            instance: Some(InstanceId::new("own").expect("an id")),
        };
        let autoscaler = Autoscaler::start(options, &Handle::current(), directory.clone(), peers);
        let ports = Arc::new(Open(fake.clone()));
        let counts = Arc::<MembershipCounts>::default();
        let rules = MemberRules::default();
        let membership = Membership::new(Handle::current(), directory.clone(), ports, counts, rules);
        let definition = configuration.clusters()[&key()].clone();
        membership.follow([(key(), Lifecycle::of(&definition.traffic.lifecycle))].into());
        let members = membership.start(autoscaler.members());
        directory.cluster(&key()).count_demand(definition.limits.message_expiry_time);
        autoscaler.follow(Some(configuration.clone()), false);
        Self { fake, directory, autoscaler, configuration, _members: members, _membership: membership }
    }

    fn cluster(&self) -> Arc<Cluster> {
        self.directory.cluster(&key())
    }

    /// So many requests come, and stay until they are dropped.
    fn requests(&self, count: usize) -> Vec<CountedRequest> {
        let demand = self.cluster().demand().expect("it is counted");
        (0..count).map(|_| demand.arrive(Instant::now())).collect()
    }

    fn view(&self) -> ClusterView {
        self.autoscaler.cluster(&key()).expect("it is scaled")
    }

    /// Running, pending, terminating.
    fn counts(&self) -> (u32, u32, u32) {
        let view = self.view();
        (view.running, view.pending, view.terminating)
    }

    fn last(&self) -> String {
        let view = self.view();
        let last = view.decisions.first().expect("a decision");
        format!("{}; {}", last.sanity, last.scaling)
    }
}

/// Lets time pass, and everything happen that is due by then. Ticks are at 20, 30, 40 … s.
async fn pass(seconds: u64) {
    sleep(Duration::from_secs(seconds)).await;
}

/// The moment just after a tick, when its actions are done.
async fn settle() {
    sleep(Duration::from_secs(1)).await;
}
