//! When to look, and when to tick (elastic-load-balancer.md §4.2, cases 137 and 181).

use std::sync::Arc;
use std::time::Duration;

use sinew_core::config::balancer::BalancerConfiguration;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::super::schedule::{first_tick, next_tick};
use super::super::tick::Standing;
use super::shared::Shared;

/// How long before a tick providers are asked what there is, at most; otherwise a quarter of the interval.
const AHEAD: Duration = Duration::from_secs(2);

/// How often the others are told how much there is to do, at most and at least; otherwise four times in an interval.
const PUBLISH: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(1));

/// What comes and goes together is taken in together.
const TOGETHER: Duration = Duration::from_millis(20);

/// Runs until it is dropped.
pub(super) async fn run(shared: Arc<Shared>) {
    let mut ticked: Option<Duration> = None;
    let mut looked: Option<Duration> = None;
    let mut published = Instant::now();
    let mut changes = shared.directory.changes();
    let mut acting = shared.peers.changes();
    loop {
        let Some(configuration) = shared.scaled() else {
            shared.news.notified().await;
            continue;
        };
        let interval = configuration.balancer.process.autoscaler_task_interval;
        let plan = Plan::new(&shared, interval, ticked, looked);
        let now = shared.now();
        if looked.is_none_or(|looked| looked < plan.look) && now >= plan.look {
            shared.look();
            looked = Some(now);
        }
        if !**shared.by_task.load() && now >= plan.tick {
            shared.tick();
            ticked = Some(now);
            continue;
        }
        if is_due(&shared, &configuration, now) {
            shared.heal();
        }
        if Instant::now() >= published {
            shared.publish_demand();
            published = Instant::now() + (interval / 4).clamp(PUBLISH.0, PUBLISH.1);
        }
        let look = looked.is_none_or(|looked| looked < plan.look).then_some(plan.look);
        let tick = (!**shared.by_task.load()).then_some(plan.tick);
        // What is late already was done something about, or is not ours to do.
        let deadline = shared.deadline().filter(|deadline| *deadline > now);
        let next = look.into_iter().chain(tick).chain(deadline).min();
        let next = next.map_or(published, |next| shared.clock.instant(next).min(published));
        tokio::select! {
            () = sleep_until(next) => {}
            () = shared.news.notified() => {}
            changed = changes.changed() => {
                if changed.is_err() {
                    return;
                }
                sleep(TOGETHER).await;
                changes.borrow_and_update();
                shared.see_members();
            }
            changed = acting.changed() => {
                if changed.is_err() {
                    return;
                }
                acting.borrow_and_update();
                shared.look();
            }
        }
    }
}

/// The next times.
struct Plan {
    look: Duration,
    tick: Duration,
}

impl Plan {
    fn new(shared: &Shared, interval: Duration, ticked: Option<Duration>, looked: Option<Duration>) -> Self {
        let start = shared.clock.start();
        let tick = match ticked {
            None => first_tick(start, interval),
            Some(ticked) => next_tick(start, interval, ticked),
        };
        // At the start it is asked at once, so that what runs has time to become a member.
        let look = if looked.is_none() { start } else { tick.saturating_sub(ahead(interval)) };
        Self { look, tick }
    }
}

fn ahead(interval: Duration) -> Duration {
    (interval / 4).min(AHEAD)
}

/// Whether something is due without a tick: a balancer began to act, or something takes too long. At the start everything
/// waits for the first tick: members have to come back first.
fn is_due(shared: &Shared, configuration: &BalancerConfiguration, now: Duration) -> bool {
    let started = first_tick(shared.clock.start(), configuration.balancer.process.autoscaler_task_interval);
    if now < started || shared.standing(configuration) != Standing::Leads {
        return false;
    }
    // Who begins to act asks what there is, and heals when that is known.
    let must_heal = shared.books().must_heal && !shared.is_looking();
    must_heal || shared.deadline().is_some_and(|deadline| deadline <= now)
}

/// Looks at the providers, waits a moment for their answers, and ticks.
pub(super) async fn look_and_tick(shared: &Shared) {
    let Some(configuration) = shared.scaled() else { return };
    shared.look();
    let patience = ahead(configuration.balancer.process.autoscaler_task_interval);
    let answered = async {
        loop {
            let listed = shared.listed.notified();
            if !shared.is_looking() {
                return;
            }
            listed.await;
        }
    };
    // A provider that does not answer is taken for what it last said.
    let _ = timeout(patience, answered).await;
    shared.tick();
}
