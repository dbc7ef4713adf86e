//! What operators, other servers and the end of the process do to tasks.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_paused_task_lets_its_runs_pass() {
    let site = Site::open();
    let probe = site.probe(0.0);
    let first = task(every(1, 5), &probe);
    site.scheduler.follow(&[Arc::new(first.clone())]);
    pass(1.5).await;
    assert_eq!(site.scheduler.pause("t", true), Ok(()));
    assert_eq!(site.state("t"), TaskState::Paused);
    pass(3.0).await;
    assert_eq!((probe.starts(), site.view("t").skipped), (vec![0.0, 1.0], 0));
    // It stays paused when its definition changes.
    site.scheduler.follow(&[Arc::new(Task { source: "edited".into(), ..first })]);
    pass(3.25).await;
    assert_eq!(probe.starts().len(), 2);
    assert_eq!(site.scheduler.pause("t", false), Ok(()));
    pass(60.0).await;
    assert_eq!(probe.starts(), [0.0, 1.0, 8.5, 9.5, 10.5, 11.5, 12.5], "all five runs of the new version");
    assert_eq!(site.scheduler.pause("other", true), Err(Refusal::Unknown));
}

#[tokio::test(start_paused = true)]
async fn a_single_run_waits_for_the_end_of_a_pause() {
    let site = Site::at("2026-01-01T12:00:00");
    let probe = site.probe(0.0);
    site.scheduler.follow(&[Arc::new(task(Trigger::Once, &probe))]);
    assert_eq!(site.scheduler.pause("t", true), Ok(()));
    site.scheduler.open();
    pass(10.25).await;
    assert_eq!((probe.starts(), site.state("t")), (vec![], TaskState::Paused));
    assert_eq!(site.scheduler.pause("t", false), Ok(()));
    pass(0.01).await;
    assert_eq!(probe.starts(), [10.25]);
}

#[tokio::test(start_paused = true)]
async fn a_task_runs_when_asked_and_keeps_its_times() {
    let site = Site::open();
    let probe = site.probe(0.25);
    site.scheduler.follow(&[Arc::new(task(every(10, 2), &probe))]);
    pass(3.0).await;
    assert_eq!(site.scheduler.run_now("t"), Ok(()));
    assert_eq!(site.scheduler.run_now("t"), Err(Refusal::Running));
    pass(1.0).await;
    assert_eq!(site.scheduler.pause("t", true), Ok(()));
    assert_eq!(site.scheduler.run_now("t"), Ok(()), "a pause is about the runs that are due");
    pass(1.0).await;
    assert_eq!(site.scheduler.pause("t", false), Ok(()));
    pass(60.0).await;
    assert_eq!(probe.starts(), [0.0, 3.0, 4.0, 10.0], "two runs by the trigger, two when asked");
    assert_eq!(site.scheduler.run_now("t"), Ok(()), "when all others are over, too");
    assert_eq!(site.scheduler.run_now("other"), Err(Refusal::Unknown));
}

#[tokio::test(start_paused = true)]
async fn tasks_of_other_servers_and_without_work_are_listed() {
    let site = Site::open();
    let probe = site.probe(0.0);
    let elsewhere = Task { here: false, ..task(every(1, 0), &probe) };
    let idle = Task { name: "idle".into(), work: None, ..task(every(1, 0), &probe) };
    site.scheduler.follow(&[Arc::new(elsewhere), Arc::new(idle)]);
    pass(5.0).await;
    assert_eq!(probe.starts(), [0.0; 0]);
    for name in ["t", "idle"] {
        assert_eq!((site.state(name), site.view(name).next), (TaskState::Inactive, None));
        assert_eq!(site.scheduler.run_now(name), Err(Refusal::Inactive));
    }
}

#[tokio::test(start_paused = true)]
async fn some_tasks_run_on_the_coordinator_only() {
    let site = Site::open();
    site.coordinates.store(false, Ordering::SeqCst);
    let (repeated, single, anywhere) = (site.probe(0.0), site.probe(0.0), site.probe(0.0));
    site.scheduler.follow(&[
        Arc::new(Task { coordinator_only: true, ..task(every(2, 0), &repeated) }),
        Arc::new(Task { coordinator_only: true, name: "single".into(), ..task(Trigger::Once, &single) }),
        Arc::new(Task { name: "anywhere".into(), ..task(Trigger::Once, &anywhere) }),
    ]);
    pass(3.5).await;
    assert_eq!((repeated.starts(), single.starts(), anywhere.starts()), (vec![], vec![], vec![0.0]));
    assert_eq!((site.state("t"), site.state("single")), (TaskState::Standby, TaskState::Standby));
    assert_eq!(site.scheduler.run_now("t"), Err(Refusal::Standby));
    site.coordinates.store(true, Ordering::SeqCst);
    pass(3.0).await;
    assert_eq!((repeated.starts(), single.starts()), (vec![4.0, 6.0], vec![4.0]), "asked each second");
    site.coordinates.store(false, Ordering::SeqCst);
    pass(10.0).await;
    assert_eq!(repeated.starts(), [4.0, 6.0]);
}

#[tokio::test(start_paused = true)]
async fn failures_are_counted_and_the_schedule_goes_on() {
    let site = Site::open();
    let outcome = Err(TaskError("no such door".to_owned()));
    let probe =
        Arc::new(Probe { origin: site.origin, takes: Duration::ZERO, outcome, starts: Mutex::default() });
    site.scheduler.follow(&[Arc::new(task(every(1, 3), &probe))]);
    pass(5.0).await;
    let view = site.view("t");
    assert_eq!((view.succeeded, view.failed), (0, 3));
    assert_eq!(view.last.and_then(|last| last.error).as_deref(), Some("no such door"));
}

/// Work that breaks.
struct Broken;

impl Work for Broken {
    fn run(&self, _: RunContext) -> RunFuture<'_> {
        Box::pin(async { panic!("on purpose") })
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_that_breaks_is_a_failure() {
    let site = Site::open();
    let broken = Task { work: Some(Arc::new(Broken)), ..task(every(1, 2), &site.probe(0.0)) };
    site.scheduler.follow(&[Arc::new(broken)]);
    pass(5.0).await;
    let view = site.view("t");
    assert_eq!((view.failed, view.state), (2, TaskState::Finished));
}

#[tokio::test(start_paused = true)]
async fn the_end_waits_for_runs_and_begins_none() {
    let site = Site::open();
    let probe = site.probe(3.0);
    site.scheduler.follow(&[Arc::new(task(every(4, 0), &probe))]);
    pass(1.0).await;
    site.scheduler.close();
    site.scheduler.follow(&[Arc::new(Task { name: "late".into(), ..task(Trigger::Once, &probe) })]);
    assert_eq!(site.scheduler.run_now("t"), Err(Refusal::Closed));
    site.scheduler.finished().await;
    assert_eq!(site.origin.elapsed(), Duration::from_secs(3));
    pass(60.0).await;
    assert_eq!((probe.starts(), site.view("t").succeeded), (vec![0.0], 1));
}
