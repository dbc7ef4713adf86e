//! When tasks run (configuration.md §6.6, cases C73 to C75 and C82).

use super::super::trigger::next_multiple;
use super::*;

#[test]
fn multiples_of_an_interval() {
    let seconds = Duration::from_secs_f64;
    let rows = [
        // interval, last, now: next
        (5.0, 0.0, 0.0, 5.0),
        (5.0, 0.0, 4.9, 5.0),
        (5.0, 5.0, 5.001, 10.0),
        (5.0, 5.0, 10.0, 10.0),
        // What passed is not made up for.
        (5.0, 5.0, 22.0, 25.0),
        (5.0, 5.0, 25.0, 25.0),
    ];
    for (interval, last, now, next) in rows {
        assert_eq!(next_multiple(seconds(interval), seconds(last), seconds(now)), seconds(next), "{now}");
    }
    assert!(next_multiple(Duration::MAX, Duration::MAX, Duration::MAX) > Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn case_c73_every_second_three_times() {
    let site = Site::open();
    let probe = site.probe(0.0);
    site.scheduler.follow(&[Arc::new(task(every(1, 3), &probe))]);
    pass(5.0).await;
    assert_eq!(probe.starts(), [0.0, 1.0, 2.0]);
    let view = site.view("t");
    assert_eq!((view.state, view.next, view.succeeded), (TaskState::Finished, None, 3));
}

#[tokio::test(start_paused = true)]
async fn case_c74_without_a_trigger() {
    let site = Site::open();
    let probe = site.probe(0.5);
    site.scheduler.follow(&[Arc::new(task(Trigger::Once, &probe))]);
    pass(0.1).await;
    assert_eq!(site.state("t"), TaskState::Running);
    pass(9.0).await;
    assert_eq!(probe.starts(), [0.0]);
    let last = site.view("t").last.expect("a run");
    assert_eq!((last.duration, last.error), (Duration::from_millis(500), None));
}

#[tokio::test(start_paused = true)]
async fn case_c75_every_even_second() {
    for (time, expected) in
        [("2026-01-01T12:00:00.5", &[1.5, 3.5, 5.5][..]), ("2026-01-01T12:00:01.5", &[0.5, 2.5, 4.5, 6.5])]
    {
        let site = Site::at(time);
        site.scheduler.open();
        let probe = site.probe(0.0);
        site.scheduler.follow(&[Arc::new(task(cron("0/2 * * * * ?"), &probe))]);
        pass(7.0).await;
        // Timers count whole milliseconds, and never fire early.
        let starts: Vec<f64> = probe.starts().iter().map(|start| (start * 100.0).round() / 100.0).collect();
        assert_eq!(starts, expected, "{time}");
        assert!(site.view("t").next.is_some());
    }
}

/// configuration.md R12.
#[tokio::test(start_paused = true)]
async fn runs_that_would_overlap_are_skipped_and_counted() {
    let site = Site::open();
    let probe = site.probe(2.5);
    site.scheduler.follow(&[Arc::new(task(every(1, 0), &probe))]);
    pass(6.9).await;
    assert_eq!(probe.starts(), [0.0, 3.0, 6.0]);
    let view = site.view("t");
    assert_eq!((view.succeeded, view.skipped, view.state), (2, 4, TaskState::Running));
}

/// Skipped runs are none of those that are counted out.
#[tokio::test(start_paused = true)]
async fn a_count_is_of_runs_that_ran() {
    let site = Site::open();
    let probe = site.probe(1.5);
    site.scheduler.follow(&[Arc::new(task(every(1, 3), &probe))]);
    pass(20.0).await;
    assert_eq!(probe.starts(), [0.0, 2.0, 4.0]);
    assert_eq!(site.view("t").skipped, 2);
}

#[tokio::test(start_paused = true)]
async fn case_c82_a_changed_task_begins_anew() {
    let site = Site::open();
    let probe = site.probe(0.0);
    let first = Arc::new(task(every(1, 3), &probe));
    site.scheduler.follow(std::slice::from_ref(&first));
    pass(1.5).await;
    assert_eq!(probe.starts().len(), 2);
    let edited = Task { source: "edited".into(), ..Task::clone(&first) };
    site.scheduler.follow(&[Arc::new(edited.clone())]);
    pass(1.0).await;
    // Another deployment without a change of this task.
    site.scheduler.follow(&[Arc::new(edited)]);
    pass(9.0).await;
    assert_eq!(probe.starts(), [0.0, 1.0, 1.5, 2.5, 3.5]);
    assert_eq!(site.view("t").succeeded, 5, "the counters are the task's");
}

/// The old version goes on with its run; the new one does not run beside it.
#[tokio::test(start_paused = true)]
async fn a_changed_task_does_not_run_beside_itself() {
    let site = Site::open();
    let (old, new) = (site.probe(3.0), site.probe(0.0));
    site.scheduler.follow(&[Arc::new(task(Trigger::Once, &old))]);
    pass(1.0).await;
    let edited = Task { source: "edited".into(), ..task(Trigger::Once, &new) };
    site.scheduler.follow(&[Arc::new(edited)]);
    pass(1.0).await;
    assert_eq!(new.starts(), [0.0; 0]);
    pass(2.0).await;
    assert_eq!(new.starts(), [3.0], "as soon as the old run is over");
    assert_eq!((site.view("t").succeeded, site.view("t").skipped), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn a_removed_task_ends() {
    let site = Site::open();
    let probe = site.probe(0.5);
    site.scheduler.follow(&[Arc::new(task(every(1, 0), &probe))]);
    pass(1.1).await;
    site.scheduler.follow(&[]);
    assert!(site.scheduler.list().is_empty());
    pass(5.0).await;
    assert_eq!(probe.starts(), [0.0, 1.0]);
}

#[tokio::test(start_paused = true)]
async fn nothing_runs_before_everything_is_deployed() {
    let site = Site::at("2026-01-01T12:00:00");
    let probe = site.probe(0.0);
    site.scheduler.follow(&[Arc::new(task(every(1, 2), &probe))]);
    pass(5.0).await;
    assert_eq!((probe.starts(), site.state("t")), (vec![], TaskState::Waiting));
    assert_eq!(site.scheduler.run_now("t"), Err(Refusal::Closed));
    site.scheduler.open();
    pass(5.0).await;
    assert_eq!(probe.starts(), [5.0, 6.0]);
}

#[tokio::test(start_paused = true)]
async fn what_is_over_never_runs() {
    let site = Site::open();
    for trigger in [cron("0 0 0 1 1 ? 2025"), Trigger::Never] {
        let probe = site.probe(0.0);
        site.scheduler.follow(&[Arc::new(task(trigger, &probe))]);
        pass(86_400.0).await;
        assert_eq!((probe.starts(), site.state("t")), (vec![], TaskState::Finished));
    }
}

/// The wall clock is looked at again and again: a run is not late when it was set forward.
#[tokio::test(start_paused = true)]
async fn a_run_far_away_comes_in_time() {
    let site = Site::open();
    let probe = site.probe(0.0);
    site.scheduler.follow(&[Arc::new(task(cron("0 0 13 * * ?"), &probe))]);
    pass(1.0).await;
    let next = site.view("t").next.expect("a moment");
    assert_eq!(next.to_string(), "2026-01-01T13:00:00Z");
    pass(3600.0).await;
    assert_eq!(probe.starts().len(), 1);
    assert!((probe.starts()[0] - 3600.0).abs() < 0.01, "{:?}", probe.starts());
}
