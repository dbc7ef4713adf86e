//! Groups of balancers in memory, on the paused clock.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{Instant, sleep};

use super::election::Minority;
use super::network::memory::{MemoryNetwork, Weather};
use super::seal::Keys;
use super::{Group, GroupOptions};
use crate::clusters::{ClusterKey, Directory, MemberDefinition};
use crate::membership::{Event, Feed, Lifecycle, MemberRules, Membership, Ports, Scheme, Started};
use crate::telemetry::metrics::{GroupCounts, MembershipCounts};

/// The secret of all groups here.
pub(crate) const SECRET: &[u8] = b"a secret of thirty-two bytes or more";

/// The one cluster.
pub(crate) fn cluster() -> ClusterKey {
    ClusterKey::domain("shop.a.domain")
}

/// A member by its last number.
pub(crate) fn member(number: u8) -> MemberDefinition {
    MemberDefinition::new(&format!("10.0.3.{number}"), Some(9763), None)
}

/// Several balancers and the network between them.
pub(crate) struct Estate {
    pub(crate) network: MemoryNetwork,
    pub(crate) balancers: Vec<Balancer>,
    adjust: fn(&mut GroupOptions),
    secret: &'static [u8],
}

/// A balancer, which runs or not.
pub(crate) struct Balancer {
    pub(crate) address: SocketAddr,
    pub(crate) running: Option<Running>,
}

/// A balancer that runs.
pub(crate) struct Running {
    pub(crate) group: Group,
    pub(crate) directory: Arc<Directory>,
    pub(crate) counts: Arc<GroupCounts>,
    /// Members that register with it.
    pub(crate) registration: Arc<Feed>,
    _schemes: [Started; 2],
}

/// Ports of members are always open.
struct Open;

impl Ports for Open {
    fn is_open<'a>(&'a self, _: &'a str, _: u16) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>> {
        Box::pin(std::future::ready(true))
    }
}

/// A scheme that hands out its feed.
struct Registration(tokio::sync::oneshot::Sender<Arc<Feed>>);

impl Scheme for Registration {
    fn name(&self) -> &'static str {
        "registration"
    }

    async fn run(self, feed: Arc<Feed>) {
        let _ = self.0.send(feed);
        std::future::pending().await
    }
}

#[allow(dead_code, reason = "simulations use what the tests here do not")]
impl Estate {
    /// So many balancers that know each other as seeds; the first is the oldest.
    pub(crate) async fn new(count: usize, seed: u64, weather: Weather) -> Self {
        Self::adjusted(count, seed, weather, |_| {}).await
    }

    /// As [`Estate::new`], with other options.
    pub(crate) async fn adjusted(
        count: usize,
        seed: u64,
        weather: Weather,
        adjust: fn(&mut GroupOptions),
    ) -> Self {
        let network = MemoryNetwork::new(seed, weather);
        let address = |index: usize| SocketAddr::from(([10, 0, 0, 1], 7_000 + index as u16));
        let balancers = (0..count).map(|index| Balancer { address: address(index), running: None }).collect();
        let mut estate = Self { network, balancers, adjust, secret: SECRET };
        for index in 0..count {
            estate.start(index, 1_000 + index as u64).await;
        }
        estate
    }

    /// Starts a balancer, that started at a time by its own clock.
    pub(crate) async fn start(&mut self, index: usize, started: u64) {
        let address = self.balancers[index].address;
        let keys = Arc::new(Keys::new("lb", [self.secret]).expect("keys"));
        let mut options = GroupOptions::new("lb", &format!("lb{index}"), started, address, keys);
        options.rules.size = self.balancers.len();
        let others = self.balancers.iter().map(|other| other.address).filter(|other| *other != address);
        options.seeds = others.map(|other| other.to_string()).collect();
        (self.adjust)(&mut options);
        let running = Running::start(options, self.network.clone()).await;
        self.balancers[index].running = Some(running);
    }

    /// Starts one more, with other options.
    pub(crate) async fn add(&mut self, options: GroupOptions) -> usize {
        let address = options.advertise;
        let running = Some(Running::start(options, self.network.clone()).await);
        self.balancers.push(Balancer { address, running });
        self.balancers.len() - 1
    }

    /// Ends a balancer without a word.
    pub(crate) fn kill(&mut self, index: usize) {
        self.balancers[index].running = None;
    }

    pub(crate) fn running(&self, index: usize) -> &Running {
        self.balancers[index].running.as_ref().expect("it runs")
    }

    pub(crate) fn group(&self, index: usize) -> &Group {
        &self.running(index).group
    }

    pub(crate) fn address(&self, index: usize) -> SocketAddr {
        self.balancers[index].address
    }

    /// Those that act, with and without a majority.
    pub(crate) fn acting(&self) -> Vec<usize> {
        let acts = |one: &Balancer| one.running.as_ref().is_some_and(|one| one.group.acting().is_some());
        (0..self.balancers.len()).filter(|index| acts(&self.balancers[*index])).collect()
    }

    /// The names of those that one sees.
    pub(crate) fn sees(&self, index: usize) -> Vec<String> {
        self.group(index).view().borrow().live().map(|other| other.node.to_string()).collect()
    }

    /// Whether all that run see each other and nobody else, and agree on the coordinator.
    pub(crate) fn agrees(&self) -> bool {
        let running: Vec<&Running> =
            self.balancers.iter().filter_map(|balancer| balancer.running.as_ref()).collect();
        let views: Vec<_> = running.iter().map(|one| one.group.view().borrow().clone()).collect();
        let mut names: Vec<_> = views.iter().map(|view| view.me.clone()).collect();
        names.sort();
        let sees_all = views.iter().all(|view| {
            let mut seen: Vec<_> = view.live().map(|other| other.node.clone()).collect();
            seen.push(view.me.clone());
            seen.sort();
            seen == names
        });
        let coordinator = views.first().and_then(|view| view.coordinator.clone());
        sees_all && coordinator.is_some() && views.iter().all(|view| view.coordinator == coordinator)
    }

    /// Lets time pass until something holds; how long it took.
    ///
    /// # Panics
    /// When it does not hold after five minutes, or two hold the lease on the way.
    pub(crate) async fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) -> Duration {
        let began = Instant::now();
        while !holds(self) {
            sleep(Duration::from_millis(20)).await;
            self.check();
            assert!(began.elapsed() < Duration::from_secs(300), "never: {what}");
        }
        began.elapsed()
    }

    /// Lets time pass.
    pub(crate) async fn pass(&self, time: Duration) {
        let end = Instant::now() + time;
        while Instant::now() < end {
            sleep(Duration::from_millis(20)).await;
            self.check();
        }
    }

    /// No two hold the lease.
    fn check(&self) {
        let holds = |one: &Balancer| {
            let acting = one.running.as_ref().and_then(|one| one.group.acting());
            acting.is_some_and(|acting| !acting.alone)
        };
        let holders = self.balancers.iter().filter(|balancer| holds(balancer)).count();
        assert!(holders <= 1, "{holders} hold the lease: {:?}", self.acting());
    }
}

impl Running {
    async fn start(options: GroupOptions, network: MemoryNetwork) -> Self {
        let directory = Arc::new(Directory::default());
        directory.cluster(&cluster());
        let counts = Arc::new(GroupCounts::default());
        let runtime = Handle::current();
        let group = Group::start(options, &runtime, Arc::new(network), directory.clone(), counts.clone());
        let rules = MemberRules::default();
        let membership = Membership::new(
            runtime,
            directory.clone(),
            Arc::new(Open),
            Arc::new(MembershipCounts::default()),
            rules,
        );
        let none = Lifecycle { admission_delay: Duration::ZERO, ..Lifecycle::default() };
        membership.follow(BTreeMap::from([(cluster(), none)]));
        let (sender, receiver) = tokio::sync::oneshot::channel();
        let schemes = [membership.start(Registration(sender)), membership.start(group.members())];
        let registration = receiver.await.expect("a feed");
        Self { group, directory, counts, registration, _schemes: schemes }
    }

    /// A member registers.
    pub(crate) fn register(&self, number: u8) {
        let event = Event::Update { cluster: cluster(), definition: member(number) };
        self.registration.report(event).expect("a member");
    }

    /// The members, each with the names of those that speak of it.
    pub(crate) fn members(&self) -> Vec<String> {
        let members = self.directory.cluster(&cluster()).snapshot();
        let mut said: Vec<String> = members
            .iter()
            .map(|member| {
                let sources = self.directory.sources(&cluster(), member.key());
                let names: Vec<&str> = sources.iter().map(|source| &*source.name).collect();
                let phase = member.live().phase().as_str();
                format!("{} {phase} {}", member.definition().host, names.join("+"))
            })
            .collect();
        said.sort();
        said
    }
}

/// A group of two that acts without a majority.
pub(crate) fn without_majority(options: &mut GroupOptions) {
    options.rules.minority = Minority::Acts;
}
