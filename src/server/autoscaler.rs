//! The autoscaler that the settings ask for, and how it is shown.

use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::watch;

use super::start::StartError;
use crate::admin::{AdminState, AutoscalerControl};
use crate::autoscaler::runtime::{Autoscaler, ClusterView, Options, Peers, View};
use crate::clusters::{ClusterKey, Directory};
use crate::compiler::Deployed;
use crate::iaas::{self, InstanceId, Owner, Purpose};
use crate::settings::Settings;
use crate::tasks::{AutoscalerTask, RunContext, RunFuture, Work};
use crate::telemetry::metrics::AutoscalerSample;

/// The autoscaler, once it is there: tasks are compiled before it is.
pub(super) type Place = watch::Receiver<Option<Arc<Autoscaler>>>;

/// Starts the autoscaler. It does nothing before it follows what is deployed.
pub(super) fn start(
    settings: &Settings,
    runtime: &Handle,
    directory: Arc<Directory>,
    peers: Arc<dyn Peers>,
    admin: &AdminState,
) -> Result<Arc<Autoscaler>, StartError> {
    let _entered = runtime.enter();
    let providers = iaas::open(&settings.providers)?;
    let named = &settings.autoscaler;
    let balancers = ClusterKey::parse(named.balancers.as_str());
    let instance = match &named.instance {
        Some(instance) => Some(instance.as_str().to_owned()),
        None => std::env::var("instance_id").ok().filter(|id| !id.is_empty()),
    };
    let wrong = |what: String| StartError::Io(std::io::Error::other(what));
    let options = Options {
        owner: Owner::new(named.owner.as_str()).map_err(wrong)?,
        providers,
        balancers: Purpose::new(&*balancers.domain, balancers.sub_domain.as_deref()),
        instance: instance.map(InstanceId::new).transpose().map_err(wrong)?,
    };
    let autoscaler = Arc::new(Autoscaler::start(options, runtime, directory, peers));
    admin.control_autoscaler(autoscaler.clone());
    let shown = autoscaler.clone();
    admin.metrics.observe_autoscaler(move || samples(&shown.view()));
    Ok(autoscaler)
}

/// Follows what is deployed: a task of an autoscaler's class ticks instead of the built-in timer
/// (elastic-load-balancer.md §1.11.1).
pub(super) fn follow(autoscaler: &Autoscaler, deployed: &Deployed) {
    let by_task = deployed.tasks.iter().any(|task| task.here && AutoscalerTask::is_meant_by(&task.class));
    autoscaler.follow(deployed.configuration.balancer.clone(), by_task);
}

fn samples(view: &View) -> Vec<AutoscalerSample> {
    let sample = |cluster: &ClusterView| AutoscalerSample {
        cluster: cluster.cluster.clone(),
        running: cluster.running,
        pending: cluster.pending,
        terminating: cluster.terminating,
        launches: cluster.launches,
        terminations: cluster.terminations,
        launch_failures: cluster.launch_failures,
        termination_failures: cluster.termination_failures,
        decided: cluster.decided,
    };
    view.clusters.iter().map(sample).collect()
}

impl AutoscalerControl for Autoscaler {
    fn view(&self) -> View {
        Autoscaler::view(self)
    }

    fn cluster(&self, cluster: &ClusterKey) -> Option<ClusterView> {
        Autoscaler::cluster(self, cluster)
    }

    fn pause(&self, cluster: &ClusterKey, paused: bool) -> bool {
        Autoscaler::pause(self, cluster, paused)
    }
}

/// The tasks of autoscalers: each run is a tick.
pub(super) fn tasks(place: Place) -> AutoscalerTask {
    AutoscalerTask::new(Arc::new(Tick(place)))
}

/// One tick for each run.
struct Tick(Place);

impl Work for Tick {
    fn run(&self, _: RunContext) -> RunFuture<'_> {
        let autoscaler = self.0.borrow().clone();
        Box::pin(async move {
            if let Some(autoscaler) = autoscaler {
                autoscaler.run_now().await;
            }
            Ok(())
        })
    }
}

#[cfg(feature = "group")]
pub(super) use with_group::{fence, peers};
#[cfg(not(feature = "group"))]
pub(super) use without_group::peers;

#[cfg(not(feature = "group"))]
mod without_group {
    use std::sync::Arc;

    use crate::autoscaler::runtime::{Alone, Peers};
    use crate::server::group::Group;

    /// There are no others.
    pub(in crate::server) fn peers(
        _: Option<&Arc<Group>>,
        _: &crate::settings::Settings,
        _: &tokio::runtime::Handle,
    ) -> Arc<dyn Peers> {
        Arc::new(Alone::default())
    }
}

#[cfg(feature = "group")]
mod with_group {
    use std::future::Future;
    use std::pin::Pin;
    use std::sync::{Arc, Weak};
    use std::time::Duration;

    use tokio::runtime::Handle;
    use tokio::sync::watch;

    use crate::autoscaler::instances::MemberFacts;
    use crate::autoscaler::runtime::{Alone, Autoscaler, Leadership, Peers, Subject, Told};
    use crate::clusters::ClusterKey;
    use crate::group::{Fence, Group};
    use crate::settings::Settings;

    /// So many rounds of gossip it takes at most until all know what one says.
    const ROUNDS: u32 = 6;

    /// How long it may take besides until somebody looks and says what it sees.
    const LOOKING: Duration = Duration::from_secs(1);

    /// The name under which the others are told something.
    fn note(subject: Subject) -> &'static str {
        match subject {
            Subject::Handover => "autoscaler",
            Subject::Sight => "autoscaler.sight",
        }
    }

    /// The others of the group, if there is one.
    pub(in crate::server) fn peers(
        group: Option<&Arc<Group>>,
        settings: &Settings,
        runtime: &Handle,
    ) -> Arc<dyn Peers> {
        let told = settings.group.gossip_interval.get() * ROUNDS;
        match group {
            Some(group) => Arc::new(Others::new(group.clone(), told * 2 + LOOKING, runtime)),
            None => Arc::new(Alone::default()),
        }
    }

    /// Lets the public address decide who acts without a majority.
    pub(in crate::server) fn fence(group: &Group, autoscaler: &Arc<Autoscaler>) {
        group.set_fence(Arc::new(ByAddress(Arc::downgrade(autoscaler))));
    }

    struct Others {
        group: Arc<Group>,
        changes: watch::Sender<u64>,
        echo: Duration,
    }

    impl Others {
        fn new(group: Arc<Group>, echo: Duration, runtime: &Handle) -> Self {
            let changes = watch::Sender::new(0);
            let (told, mut acting) = (changes.clone(), group.acting_changes());
            runtime.spawn(async move {
                while acting.changed().await.is_ok() {
                    told.send_modify(|count| *count += 1);
                }
            });
            Self { group, changes, echo }
        }
    }

    impl Peers for Others {
        fn acting(&self) -> Option<Leadership> {
            let acting = self.group.acting()?;
            Some(Leadership { epoch: acting.epoch, alone: acting.alone })
        }

        fn changes(&self) -> watch::Receiver<u64> {
            self.changes.subscribe()
        }

        fn demand(&self, cluster: &ClusterKey, own: u64) -> u64 {
            self.group.state_demand(cluster, Some(own));
            self.group.demand(cluster)
        }

        fn balancers(&self) -> Option<Vec<MemberFacts>> {
            let view = self.group.view().borrow().clone();
            let facts = view.live().map(|other| MemberFacts {
                key: other.node.to_string().into(),
                hosts: vec![other.address.ip().to_string().into()],
                ..MemberFacts::default()
            });
            Some(facts.collect())
        }

        fn tell(&self, subject: Subject, text: String) {
            // It was measured before; one that is too long stays untold, and the next one measures anew.
            let _ = self.group.note(note(subject), Some(text));
        }

        fn told(&self, subject: Subject) -> Vec<Told> {
            let notes = self.group.notes(note(subject)).into_iter();
            let told = notes.map(|note| Told {
                balancer: format!("{}/{}", note.node.name, note.node.generation).into(),
                live: note.live,
                text: note.text,
            });
            told.collect()
        }

        fn echo(&self) -> Duration {
            self.echo
        }
    }

    struct ByAddress(Weak<Autoscaler>);

    impl Fence for ByAddress {
        fn claim(&self, _: u64) -> Pin<Box<dyn Future<Output = bool> + Send + '_>> {
            Box::pin(async {
                match self.0.upgrade() {
                    Some(autoscaler) => autoscaler.claim_address().await,
                    None => false,
                }
            })
        }
    }
}
