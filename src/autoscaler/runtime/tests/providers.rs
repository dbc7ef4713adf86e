//! Providers that hang, fail, throttle and lose answers: ticks go on, and the one after recovery is right.

use std::time::Duration;

use tokio::time::sleep;

use super::fake::Mode;
use super::{Site, pass};

/// The provider is broken while load comes, works again before it is gone, and the cluster is as if nothing had been.
#[tokio::test(start_paused = true)]
async fn the_tick_after_recovery_is_right() {
    for mode in [Mode::Fails, Mode::Throttles, Mode::Refuses, Mode::LosesAnswers] {
        let site = Site::new("");
        pass(21).await;
        assert_eq!(site.counts(), (1, 0, 0));
        site.fake.set(mode);
        let _load = site.requests(35);
        pass(30).await;
        let view = site.view();
        assert_eq!(view.decisions.len(), 4, "{mode:?}: ticks go on");
        assert!(view.launch_failures > 0, "{mode:?}");
        assert_eq!(view.pending, 0, "{mode:?}: none is on its way");
        site.fake.set(Mode::Works);
        pass(20).await;
        assert_eq!(site.counts(), (4, 0, 0), "{mode:?}");
        assert_eq!(site.fake.running().len(), 4, "{mode:?}: nothing was started twice");
        assert_eq!(site.fake.started(), 4, "{mode:?}: nothing was started twice");
    }
}

/// Launches that were done without an answer are asked for again by their tokens until there is one, also when asking again is
/// throttled, and when nobody says what there is.
#[tokio::test(start_paused = true)]
async fn what_was_launched_unheard_is_never_launched_again() {
    let site = Site::new("");
    pass(21).await;
    let _load = site.requests(35);
    site.fake.set(Mode::LosesAnswers);
    pass(10).await;
    // One was launched; the two others asked for it again.
    assert_eq!((site.counts(), site.fake.started()), ((1, 0, 0), 2));
    for mode in [Mode::Throttles, Mode::Fails, Mode::Throttles] {
        site.fake.set(mode);
        pass(10).await;
        assert_eq!(site.counts(), (1, 0, 0), "{mode:?}");
    }
    site.fake.set(Mode::Blind);
    pass(10).await;
    assert_eq!((site.counts(), site.fake.started()), ((4, 0, 0), 4));
    assert_eq!(site.view().launches, 4, "it is known which launches they are");
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_hangs_holds_nothing_up() {
    let site = Site::new("");
    pass(21).await;
    site.fake.set(Mode::Hangs);
    let _load = site.requests(35);
    pass(10).await;
    assert_eq!(site.counts(), (1, 3, 0));
    pass(15).await;
    assert_eq!(site.view().decisions.len(), 3, "ticks go on");
    assert_eq!(site.fake.launches(), 4, "what is asked for counts as on its way");
    // The launches are given up after server_startup_delay.
    pass(20).await;
    site.fake.set(Mode::Works);
    pass(30).await;
    assert_eq!(site.counts(), (4, 0, 0));
    assert_eq!(site.fake.running().len(), 4);
}

/// Launches that are answered after they were given up start nothing that stays.
#[tokio::test(start_paused = true)]
async fn late_answers_leave_nothing_behind() {
    let site = Site::new("");
    pass(21).await;
    site.fake.set(Mode::Slow);
    let load = site.requests(25);
    pass(45).await;
    site.fake.set(Mode::Works);
    pass(60).await;
    assert_eq!(site.counts(), (3, 0, 0));
    assert_eq!(site.fake.running().len(), 3, "what came late was ended, or is one of them");
    drop(load);
    pass(60).await;
    assert_eq!((site.counts(), site.fake.running().len()), ((1, 0, 0), 1));
}

/// W52: nothing is decided before it is known what there is.
#[tokio::test(start_paused = true)]
async fn nothing_is_launched_before_the_provider_said_what_there_is() {
    let site = Site::new("");
    site.fake.set(Mode::Fails);
    sleep(Duration::from_millis(1)).await;
    pass(45).await;
    assert_eq!(site.fake.launches(), 0);
    assert!(site.last().contains("it is not known yet which instances there are: hold"), "{}", site.last());
    site.fake.set(Mode::Works);
    pass(20).await;
    assert_eq!(site.counts(), (1, 0, 0));
}

/// A provider that does not end an instance is asked again.
#[tokio::test(start_paused = true)]
async fn an_end_that_fails_is_tried_again() {
    let site = Site::new("");
    pass(21).await;
    let load = site.requests(15);
    pass(10).await;
    assert_eq!(site.counts(), (2, 0, 0));
    drop(load);
    pass(8).await;
    site.fake.set(Mode::Throttles);
    pass(5).await;
    assert_eq!(site.counts(), (2, 0, 1));
    site.fake.set(Mode::Works);
    pass(20).await;
    assert_eq!((site.counts(), site.fake.running().len()), ((1, 0, 0), 1));
    assert!(site.view().termination_failures > 0);
}
