//! One simulated balancer: the code of the product on a runtime of its own, whose clock goes only when the world says so. So it
//! can stand still while the others go on, its clock can be fast or slow, and nothing is left of it when it is killed.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use sinew::clusters::{ClusterKey, Directory, MemberDefinition, Phase};
use sinew::group::election::{Minority, Rules};
use sinew::group::seal::Keys;
use sinew::group::{Group, GroupOptions, View, WallClock};
use sinew::membership::{Departure, Event, Feed, Lifecycle, MemberRules, Membership, Ports, Scheme, Started};
use sinew::telemetry::metrics::{GroupCounts, MembershipCounts};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::time::{Instant, advance, sleep_until};

use crate::network::Wire;

/// How long members are believed that do not renew their registration.
pub(crate) const MEMBER_LEASE: Duration = Duration::from_secs(6);

/// A place for a balancer, where one runs or not.
pub(crate) struct Balancer {
    pub(crate) index: usize,
    pub(crate) address: SocketAddr,
    /// How much faster than the world its clock goes.
    pub(crate) rate: f64,
    /// By how many milliseconds its time of day is wrong.
    pub(crate) wrong_by: Arc<AtomicI64>,
    pub(crate) running: Option<Running>,
}

/// A balancer that runs. The runtime is dropped last, so that what ends before can still use it.
pub(crate) struct Running {
    pub(crate) group: Group,
    pub(crate) directory: Arc<Directory>,
    registration: Arc<Feed>,
    /// Until when members are registered, by the time of the world.
    leases: BTreeMap<u32, Duration>,
    _schemes: [Started; 2],
    /// When it started, by the world and by its own clock.
    pub(crate) started: Duration,
    base: Instant,
    rate: f64,
    /// Since when and until when it stands still, and the term that it believes to have.
    pub(crate) still: Option<Still>,
    runtime: Runtime,
}

/// A balancer that stands still.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Still {
    pub(crate) until: Duration,
    acting: Option<(u64, Duration)>,
}

/// Ports of members are always open.
struct Open;

impl Ports for Open {
    fn is_open<'a>(&'a self, _: &'a str, _: u16) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>> {
        Box::pin(std::future::ready(true))
    }
}

/// A scheme that hands out its feed; leases end as those of the HTTP interface do.
struct Registration(oneshot::Sender<Arc<Feed>>);

impl Scheme for Registration {
    fn name(&self) -> &'static str {
        "registration"
    }

    async fn run(self, feed: Arc<Feed>) {
        let _ = self.0.send(feed);
        std::future::pending().await
    }
}

/// The one cluster.
pub(crate) fn cluster() -> ClusterKey {
    ClusterKey::domain("shop.a.domain")
}

/// A member by its number.
pub(crate) fn member(number: u32) -> MemberDefinition {
    let [_, high, middle, low] = number.to_be_bytes();
    MemberDefinition::new(&format!("10.{high}.{middle}.{low}"), Some(9763), None)
}

/// The time of day since 1970 by a clock that is wrong by so many milliseconds.
fn clock(now: Duration, wrong_by: &AtomicI64) -> Duration {
    let since = 1_764_000_000_000 + i64::try_from(now.as_millis()).expect("not so long");
    Duration::from_millis(u64::try_from(since + wrong_by.load(Ordering::Relaxed)).expect("after 1970"))
}

impl Balancer {
    pub(crate) fn new(index: usize) -> Self {
        let port = 7_000 + u16::try_from(index).expect("not so many");
        Self {
            index,
            address: SocketAddr::from(([10, 0, 0, 1], port)),
            rate: 1.0,
            wrong_by: Arc::default(),
            running: None,
        }
    }

    /// Starts it, as one of so many.
    pub(crate) fn start(&mut self, wire: &Wire, count: usize) {
        let keys = Keys::new("lb", [&b"a secret of thirty-two bytes or more"[..]]).expect("keys");
        let name = format!("lb{}", self.index);
        let started = u64::try_from(self.clock(wire.now()).as_millis()).expect("not so late");
        let mut options = GroupOptions::new("lb", &name, started, self.address, Arc::new(keys));
        let (time, wrong_by) = (wire.clone(), self.wrong_by.clone());
        options.clock = WallClock::new(move || UNIX_EPOCH + clock(time.now(), &wrong_by));
        let lease = options.rules.lease;
        options.rules = Rules { lease, size: count, takeover: lease * 2, minority: Minority::Waits };
        let others = (0..count).filter(|index| *index != self.index);
        options.seeds = others.map(|index| Balancer::new(index).address.to_string()).collect();
        self.running = Some(Running::new(options, wire, self.rate));
    }

    /// Its time of day.
    pub(crate) fn clock(&self, now: Duration) -> Duration {
        clock(now, &self.wrong_by)
    }

    /// The epoch, if it acts: also while it stands still, as it would find when it goes on.
    pub(crate) fn acting(&self, now: Duration) -> Option<u64> {
        let running = self.running.as_ref()?;
        match running.still {
            Some(still) => still.acting.filter(|(_, until)| *until > now).map(|(epoch, _)| epoch),
            None => running.acting().map(|(epoch, _)| epoch),
        }
    }

    /// Whether it runs and does not stand still.
    pub(crate) fn is_well(&self) -> bool {
        self.running.as_ref().is_some_and(|running| running.still.is_none())
    }
}

impl Running {
    fn new(options: GroupOptions, wire: &Wire, rate: f64) -> Self {
        let runtime =
            Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
        let entered = runtime.enter();
        let base = Instant::now();
        let directory = Arc::new(Directory::default());
        directory.cluster(&cluster());
        let handle = runtime.handle();
        let counts = Arc::new(GroupCounts::default());
        let group = Group::start(options, handle, Arc::new(wire.clone()), directory.clone(), counts);
        let membership = Membership::new(
            handle.clone(),
            directory.clone(),
            Arc::new(Open),
            Arc::new(MembershipCounts::default()),
            MemberRules::default(),
        );
        let at_once = Lifecycle { admission_delay: Duration::ZERO, ..Lifecycle::default() };
        membership.follow(BTreeMap::from([(cluster(), at_once)]));
        let (sender, receiver) = oneshot::channel();
        let schemes = [membership.start(Registration(sender)), membership.start(group.members())];
        drop(entered);
        let registration = runtime.block_on(receiver).expect("a feed");
        let (started, leases, still) = (wire.now(), BTreeMap::new(), None);
        Self {
            group,
            directory,
            registration,
            leases,
            _schemes: schemes,
            started,
            base,
            rate,
            still,
            runtime,
        }
    }

    /// Lets it run until a time of the world.
    pub(crate) fn run(&mut self, now: Duration) {
        if let Some(still) = self.still {
            if now < still.until {
                return;
            }
            // It finds that time has passed, and what happened meanwhile all at once.
            self.still = None;
            let then = self.here(now);
            self.runtime
                .block_on(async move { advance(then.saturating_duration_since(Instant::now())).await });
        }
        let then = self.here(now);
        self.runtime.block_on(async move { sleep_until(then).await });
        let _entered = self.runtime.enter();
        let ended: Vec<u32> =
            self.leases.iter().filter(|(_, until)| **until <= now).map(|(number, _)| *number).collect();
        for number in ended {
            self.leases.remove(&number);
            let (cluster, member) = (cluster(), member(number).key());
            let event = Event::Leave { cluster, member, departure: Departure::Lost };
            self.registration.report(event).expect("a member");
        }
    }

    /// It stands still until a time of the world.
    pub(crate) fn stand_still(&mut self, until: Duration) {
        let acting = self.acting().map(|(epoch, until)| {
            let left = until.saturating_duration_since(self.base).as_secs_f64() / self.rate;
            (epoch, self.started + Duration::from_secs_f64(left))
        });
        self.still = Some(Still { until, acting });
    }

    /// A member registers, or renews.
    pub(crate) fn register(&mut self, number: u32, now: Duration) {
        let _entered = self.runtime.enter();
        let event = Event::Update { cluster: cluster(), definition: member(number) };
        self.registration.report(event).expect("a member");
        self.leases.insert(number, now + MEMBER_LEASE);
    }

    /// A member says that it leaves.
    pub(crate) fn leave(&mut self, number: u32) {
        if self.leases.remove(&number).is_some() {
            let _entered = self.runtime.enter();
            let (cluster, member) = (cluster(), member(number).key());
            let event = Event::Leave { cluster, member, departure: Departure::Announced };
            self.registration.report(event).expect("a member");
        }
    }

    /// The group as it sees it.
    pub(crate) fn view(&self) -> Arc<View> {
        self.group.view().borrow().clone()
    }

    /// The members that it knows, and whether they get requests.
    pub(crate) fn members(&self) -> BTreeMap<String, bool> {
        let members = self.directory.cluster(&cluster()).snapshot();
        let known =
            members.iter().map(|member| (member.key().to_string(), member.live().phase() == Phase::Ready));
        known.collect()
    }

    fn acting(&self) -> Option<(u64, Instant)> {
        let _entered = self.runtime.enter();
        self.group.acting().map(|acting| (acting.epoch, acting.until))
    }

    /// A time of the world by its own clock.
    fn here(&self, now: Duration) -> Instant {
        self.base + (now.saturating_sub(self.started)).mul_f64(self.rate)
    }
}
