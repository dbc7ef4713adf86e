//! The runs of one version of a task, one after the other.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp, Zoned};
use tokio::time::{Instant, sleep, sleep_until};

use super::live::{Live, NotNow};
use super::scheduler::Shared;
use super::trigger::next_multiple;
use super::{Task, Trigger};

/// How long the wall clock is believed to go on as it does: it may be set.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// How often a single run that may not begin asks again, beside when something changes.
const ASK_AGAIN: Duration = Duration::from_secs(1);

/// A run to come.
enum Due {
    /// By the clock that only goes forward.
    After(Instant),
    /// By the clock on the wall.
    At(Zoned),
}

/// Where a task is in its runs.
struct Schedule<'a> {
    task: &'a Task,
    shared: &'a Shared,
    first: Instant,
    last: Option<Duration>,
    fired: Option<Zoned>,
    ran: u64,
}

/// Runs a task until all its runs are over.
pub(super) async fn follow(task: Arc<Task>, live: Arc<Live>, shared: Arc<Shared>) {
    shared.opened().await;
    let mut schedule =
        Schedule { task: &task, shared: &shared, first: Instant::now(), last: None, fired: None, ran: 0 };
    while let Some(due) = schedule.next() {
        live.due(Some(schedule.timestamp(&due)));
        schedule.wait(&due).await;
        let ran = schedule.run(&live).await;
        schedule.passed(due, ran);
    }
    live.due(None);
}

impl Schedule<'_> {
    /// When it is due next.
    fn next(&self) -> Option<Due> {
        match &self.task.trigger {
            Trigger::Once => (self.ran == 0).then_some(Due::After(self.first)),
            Trigger::Every { count: Some(count), .. } if self.ran >= count.get() => None,
            Trigger::Every { interval, .. } => {
                let Some(last) = self.last else { return Some(Due::After(self.first)) };
                let next = next_multiple(*interval, last, self.first.elapsed());
                self.first.checked_add(next).map(Due::After)
            }
            Trigger::Cron(cron) => {
                let now = self.shared.clock.now();
                // A clock that was set back does not make it run again.
                let after = match &self.fired {
                    Some(fired) if *fired > now => fired,
                    _ => &now,
                };
                cron.next(after).map(Due::At)
            }
            Trigger::Never => None,
        }
    }

    fn timestamp(&self, due: &Due) -> Timestamp {
        match due {
            Due::At(moment) => moment.timestamp(),
            Due::After(instant) => {
                let wait = SignedDuration::try_from(instant.saturating_duration_since(Instant::now()));
                let now = self.shared.clock.now().timestamp();
                wait.ok().and_then(|wait| now.checked_add(wait).ok()).unwrap_or(Timestamp::MAX)
            }
        }
    }

    async fn wait(&self, due: &Due) {
        match due {
            Due::After(instant) => sleep_until(*instant).await,
            Due::At(moment) => loop {
                let left = self.shared.clock.now().duration_until(moment);
                let Some(left) = Duration::try_from(left).ok().filter(|left| !left.is_zero()) else { return };
                sleep(left.min(LONGEST_WAIT)).await;
            },
        }
    }

    /// Begins a run; false when it could not and its time is over. A single run waits until it can.
    async fn run(&self, live: &Arc<Live>) -> bool {
        loop {
            let may_run = self.shared.may_run(self.task);
            match live.begin_due(self.task, may_run, self.shared.clock.now().timestamp()) {
                Ok(run) => {
                    self.shared.spawn(self.task, run);
                    return true;
                }
                Err(_) if self.task.trigger == Trigger::Once => {
                    tokio::select! {
                        () = live.changed() => {}
                        () = sleep(ASK_AGAIN) => {}
                    }
                }
                Err(not_now) => {
                    if not_now == NotNow::Busy {
                        live.skip(self.task);
                    }
                    return false;
                }
            }
        }
    }

    fn passed(&mut self, due: Due, ran: bool) {
        self.ran = self.ran.saturating_add(u64::from(ran));
        match due {
            Due::After(instant) => self.last = Some(instant.saturating_duration_since(self.first)),
            Due::At(moment) => self.fired = Some(moment),
        }
    }
}
