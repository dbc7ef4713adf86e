//! Whatever providers do, nothing stays pending, and nothing runs that nobody knows.

use proptest::prelude::*;

use super::fake::Mode;
use super::{Site, pass};

/// What a test does next.
#[derive(Clone, Copy, Debug)]
enum Step {
    Provider(Mode),
    Load(usize),
    Kill,
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let modes = [
        Mode::Works,
        Mode::Hangs,
        Mode::Fails,
        Mode::LosesAnswers,
        Mode::Throttles,
        Mode::Refuses,
        Mode::Slow,
    ];
    prop_oneof![
        prop::sample::select(modes.to_vec()).prop_map(Step::Provider),
        (0_usize..60).prop_map(Step::Load),
        Just(Step::Kill),
        (1_u64..40).prop_map(Step::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn nothing_stays_pending_and_nothing_is_lost(steps in prop::collection::vec(step(), 1..24)) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let site = Site::new("");
            // What there is has been told once.
            pass(1).await;
            let mut load = Vec::new();
            for step in steps {
                match step {
                    Step::Provider(mode) => site.fake.set(mode),
                    Step::Load(count) => {
                        load.clear();
                        load = site.requests(count);
                    }
                    Step::Kill => site.fake.running().first().into_iter().for_each(|port| site.fake.kill(*port)),
                    Step::Wait(seconds) => pass(seconds).await,
                }
                let (running, pending, _) = site.counts();
                assert!(running + pending <= 4 + running.saturating_sub(4), "never above the maximum");
            }
            load.clear();
            site.fake.set(Mode::Works);
            pass(400).await;
            assert_eq!(site.counts(), (1, 0, 0));
            assert_eq!(site.fake.running().len(), 1, "what runs is known");
        });
    }
}
