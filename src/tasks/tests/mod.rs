//! Tasks on the paused clock.

mod operators;
mod schedules;

use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Zoned};
use tokio::runtime::Handle;
use tokio::time::{Instant, sleep};

use super::*;

/// A wall clock that goes with the clock of the test.
struct TestClock {
    begin: Zoned,
    origin: Instant,
}

impl Clock for TestClock {
    fn now(&self) -> Zoned {
        let elapsed = SignedDuration::try_from(self.origin.elapsed()).expect("a short test");
        self.begin.checked_add(elapsed).expect("a time")
    }
}

/// Nothing is injected here.
struct Nowhere;

impl Inject for Nowhere {
    fn inject(&self, _: Injection) -> InjectFuture<'_> {
        Box::pin(async { Err(TaskError("nowhere".to_owned())) })
    }

    fn local_entry(&self, _: &str) -> Option<String> {
        None
    }
}

/// Remembers when it ran, in seconds since the test began, and takes its time.
struct Probe {
    origin: Instant,
    takes: Duration,
    outcome: Result<(), TaskError>,
    starts: Mutex<Vec<f64>>,
}

impl Probe {
    fn starts(&self) -> Vec<f64> {
        self.starts.lock().expect("a test").clone()
    }
}

impl Work for Probe {
    fn run(&self, _: RunContext) -> RunFuture<'_> {
        Box::pin(async {
            self.starts.lock().expect("a test").push(self.origin.elapsed().as_secs_f64());
            sleep(self.takes).await;
            self.outcome.clone()
        })
    }
}

/// A scheduler whose wall clock shows a time when the test begins.
struct Site {
    origin: Instant,
    coordinates: Arc<AtomicBool>,
    scheduler: Scheduler,
}

impl Site {
    fn at(time: &str) -> Self {
        let origin = Instant::now();
        let begin = time.parse::<jiff::civil::DateTime>().expect("a time");
        let begin = begin.to_zoned(jiff::tz::TimeZone::UTC).expect("a moment");
        let coordinates = Arc::new(AtomicBool::new(true));
        let asked = coordinates.clone();
        let may_run: MayRun = Arc::new(move || asked.load(Ordering::SeqCst));
        let clock = Arc::new(TestClock { begin, origin });
        let scheduler = Scheduler::new(Handle::current(), clock, Arc::new(Nowhere), may_run);
        Self { origin, coordinates, scheduler }
    }

    fn open() -> Self {
        let site = Self::at("2026-01-01T12:00:00");
        site.scheduler.open();
        site
    }

    fn probe(&self, takes: f64) -> Arc<Probe> {
        let takes = Duration::from_secs_f64(takes);
        Arc::new(Probe { origin: self.origin, takes, outcome: Ok(()), starts: Mutex::default() })
    }

    fn view(&self, name: &str) -> TaskView {
        let all = self.scheduler.list();
        all.into_iter().find(|task| *task.name == *name).expect("a task")
    }

    fn state(&self, name: &str) -> TaskState {
        self.view(name).state
    }
}

/// A task that does what a probe does.
fn task(trigger: Trigger, work: &Arc<Probe>) -> Task {
    Task {
        name: "t".into(),
        group: "g".into(),
        class: "C".into(),
        source: trigger.to_string().into(),
        trigger,
        work: Some(work.clone()),
        here: true,
        coordinator_only: false,
    }
}

fn every(seconds: u64, count: u64) -> Trigger {
    Trigger::Every { interval: Duration::from_secs(seconds), count: NonZero::new(count) }
}

fn cron(text: &str) -> Trigger {
    Trigger::Cron(Cron::parse(text).expect("an expression"))
}

async fn pass(seconds: f64) {
    sleep(Duration::from_secs_f64(seconds)).await;
}
