//! The group of balancers that the settings ask for.

use std::time::Duration;

use crate::settings::Settings;

#[cfg(feature = "group")]
pub(super) use with_group::{meet, start};
#[cfg(not(feature = "group"))]
pub(super) use without_group::{Group, start};

/// So many rounds of gossip it takes at most until the others know that a member leaves.
const ROUNDS: u32 = 3;

/// How long a member that leaves drains at least: until the other balancers have heard of it.
pub(super) fn leave_hold(settings: &Settings) -> Duration {
    match settings.group.address {
        Some(_) => settings.group.gossip_interval.get() * ROUNDS,
        None => Duration::ZERO,
    }
}

/// A build without groups.
#[cfg(not(feature = "group"))]
mod without_group {
    use std::sync::Arc;

    use super::super::start::StartError;
    use crate::admin::AdminState;
    use crate::clusters::Directory;
    use crate::settings::Settings;

    /// There is none.
    #[derive(Debug)]
    pub(in crate::server) enum Group {}

    pub(in crate::server) fn start(
        settings: &Settings,
        _: &tokio::runtime::Handle,
        _: Arc<Directory>,
        _: &AdminState,
    ) -> Result<Option<Arc<Group>>, StartError> {
        if settings.group.address.is_some() {
            tracing::error!(target: "group", "this program is built without the feature `group`; the balancer is alone");
        }
        Ok(None)
    }
}

#[cfg(feature = "group")]
mod with_group {
    use std::net::SocketAddr;
    use std::sync::{Arc, Weak};
    use std::time::{Duration, SystemTime, UNIX_EPOCH};

    use tokio::runtime::Handle;
    use tokio::sync::watch;
    use tokio::time::timeout;

    use super::super::start::StartError;
    use crate::admin::{AdminState, BalancerReport, CoordinatorReport, GroupControl, GroupReport};
    use crate::clusters::Directory;
    use crate::group::election::{Minority, Rules};
    use crate::group::network::UdpNetwork;
    use crate::group::seal::Keys;
    use crate::group::{Balancer, Group, GroupError, GroupOptions, Phase};
    use crate::settings::{Group as GroupSettings, Secret, SecretError, Settings};

    /// How often balancers that were found and are not heard of are talked to.
    const MEET_AGAIN: Duration = Duration::from_secs(2);

    /// Joins the group, if there shall be one.
    pub(in crate::server) fn start(
        settings: &Settings,
        runtime: &Handle,
        directory: Arc<Directory>,
        admin: &AdminState,
    ) -> Result<Option<Arc<Group>>, StartError> {
        let settings = &settings.group;
        let Some(address) = settings.address else { return Ok(None) };
        let keys = keys(settings)?;
        let bind = |source| GroupError::Bind { address, source };
        let network = UdpNetwork::bind(address).map_err(bind)?;
        let listen = network.address().map_err(bind)?;
        let options = options(settings, listen, keys);
        let (balancer, advertise) = (&options.name, options.advertise);
        tracing::info!(target: "server", listener = "group", address = %listen, balancer, %advertise, "listening");
        let counts = admin.metrics.group();
        let group = Arc::new(Group::start(options, runtime, Arc::new(network), directory, counts));
        admin.show_group(Arc::new(Shown { group: group.clone(), runtime: runtime.clone() }));
        Ok(Some(group))
    }

    /// Talks to balancers of the group that are found otherwise, as long as they are not heard of.
    pub(in crate::server) async fn meet(group: Weak<Group>, mut found: watch::Receiver<Vec<SocketAddr>>) {
        loop {
            {
                let Some(group) = group.upgrade() else { return };
                let view = group.view().borrow().clone();
                let known: Vec<SocketAddr> = view.live().map(|other| other.address).collect();
                let own = group.address();
                for address in found.borrow_and_update().iter() {
                    if *address != own && !known.contains(address) {
                        group.meet(*address);
                    }
                }
            }
            // What was sent may be lost, and who was lost may be back.
            let changed = timeout(MEET_AGAIN, found.changed()).await;
            if changed.is_ok_and(|changed| changed.is_err()) {
                return;
            }
        }
    }

    fn keys(settings: &GroupSettings) -> Result<Arc<Keys>, StartError> {
        let secrets: Result<Vec<Secret>, SecretError> =
            settings.keys.iter().map(|reference| reference.resolve()).collect();
        let keys = Keys::new(settings.name.as_str(), secrets?.iter().map(Secret::expose));
        Ok(Arc::new(keys.map_err(GroupError::Keys)?))
    }

    fn options(settings: &GroupSettings, listen: SocketAddr, keys: Arc<Keys>) -> GroupOptions {
        let mut advertise = settings.advertise.unwrap_or(listen);
        if advertise.port() == 0 {
            advertise.set_port(listen.port());
        }
        let own = [listen, advertise].map(|address| address.to_string());
        let seeds: Vec<String> = settings.seeds.iter().map(|seed| seed.as_str().to_owned()).collect();
        let others = seeds.iter().filter(|seed| !own.contains(seed)).count();
        let name = settings.id.as_ref().map_or_else(made_up, |id| id.as_str().to_owned());
        let minority = if settings.act_without_majority { Minority::Acts } else { Minority::Waits };
        let rules = Rules {
            lease: settings.lease.get(),
            size: settings.size.map_or(others + 1, |size| size.get()),
            takeover: settings.takeover.get(),
            minority,
        };
        let started = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let started = u64::try_from(started.as_millis()).unwrap_or(u64::MAX);
        GroupOptions {
            listen,
            advertise,
            seeds,
            rules,
            gossip_interval: settings.gossip_interval.get(),
            silence: settings.silence.get(),
            stale: settings.stale.get(),
            forget: settings.forget.get(),
            most_members: settings.max_members.get(),
            ..GroupOptions::new(settings.name.as_str(), &name, started, listen, keys)
        }
    }

    /// A name that nobody else has.
    fn made_up() -> String {
        let mut name = uuid::Uuid::new_v4().simple().to_string();
        name.truncate(12);
        name
    }

    /// The group as operators see it.
    #[derive(Debug)]
    struct Shown {
        group: Arc<Group>,
        runtime: Handle,
    }

    impl GroupControl for Shown {
        fn rest(&self, on: bool) {
            self.runtime.spawn(self.group.announce(if on { Phase::Draining } else { Phase::Active }));
        }

        fn report(&self) -> GroupReport {
            let report = self.group.report();
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
            let coordinator = report
                .coordinator
                .as_ref()
                .map(|(node, epoch)| CoordinatorReport { id: node.to_string(), epoch: *epoch });
            let leads =
                |one: &Balancer| report.coordinator.as_ref().is_some_and(|(node, _)| *node == one.node);
            let balancers = report.balancers.iter().map(|one| BalancerReport {
                id: one.node.to_string(),
                address: one.address.to_string(),
                own: one.heard.is_none() && one.live && one.node == report.me,
                coordinator: leads(one),
                state: if one.live { one.phase.as_str() } else { "lost" }.to_owned(),
                version: one.version.clone(),
                age_seconds: (now - one.node.generation as f64 / 1e3).max(0.0),
                heard_seconds: one.heard.map(|heard| heard.as_secs_f64()),
                members: one.members,
            });
            GroupReport {
                name: report.group.clone(),
                id: report.me.to_string(),
                size: report.size,
                balancers: balancers.collect(),
                coordinator,
                acting: report.acting.is_some(),
                without_majority: report.acting.is_some_and(|(alone, _)| alone),
                lease_seconds: report.acting.map(|(_, left)| left.as_secs_f64()),
                demand: report.demand.iter().map(|(cluster, n)| (cluster.to_string(), *n)).collect(),
            }
        }
    }
}
