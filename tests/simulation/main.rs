//! Groups of balancers in simulation (hardening.md §3): the code of the product, on clocks that go when they are told to, over a
//! network in memory that loses, doubles, delays, reorders and is cut; with balancers that die, return, stand still and have the
//! wrong time.
//!
//! | Command | What |
//! |---|---|
//! | `cargo test --test simulation seeds` | 50 seeds |
//! | `SINEW_SEEDS=1000 cargo test --test simulation seeds` | as many |
//! | `SINEW_SEED=17 cargo test --test simulation seeds -- --nocapture` | one again, and what happens in it |
//! | `cargo test --test simulation -- --ignored sizes --nocapture` | the measured table of `docs/scale.md` |
#![cfg(feature = "group")]

mod balancer;
mod bounds;
mod faults;
mod network;
mod process;
mod random;
mod scenario;
mod sizes;
mod world;

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use process::Run;

/// How many seeds are run unless `SINEW_SEEDS` says otherwise; and then, on a machine that is busy, none begins after this.
const SEEDS: u64 = 50;
const PATIENCE: Duration = Duration::from_secs(45);

#[test]
fn seeds() {
    if let Some(seed) = number("SINEW_SEED") {
        let run = process::run("one", seed);
        println!("{}", run.output);
        assert!(run.succeeded, "seed {seed} failed");
        return;
    }
    let wanted = number("SINEW_SEEDS");
    let began = Instant::now();
    let runs = all(wanted.unwrap_or(SEEDS), || wanted.is_some() || began.elapsed() < PATIENCE);
    let count = runs.len();
    println!("{count} seeds in {:.0} s\n{}", began.elapsed().as_secs_f64(), table(&runs));
    let failed: Vec<&Run> = runs.iter().filter(|run| !run.succeeded).collect();
    for run in failed.iter().take(3) {
        println!("{}", run.output);
    }
    let again: Vec<String> =
        failed.iter().map(|run| format!("{}\n    {}", reason(run), replay(run.seed))).collect();
    assert!(failed.is_empty(), "{} of {count} seeds failed:\n{}", failed.len(), again.join("\n"));
}

/// The same seed is the same run: all that happened and all bytes that were sent.
#[test]
fn a_seed_is_the_same_run_again() {
    if process::entropy().is_none() {
        println!("skipped: runs can only be had again on Linux with glibc and a compiler for C");
        return;
    }
    let mut digests = Vec::new();
    for seed in [1, 2, 3] {
        let [one, other] = [(); 2].map(|()| digest(&process::run("one", seed)));
        assert_eq!(one, other, "seed {seed}");
        digests.push(one);
    }
    digests.dedup();
    assert_eq!(digests.len(), 3, "other seeds are other runs: {digests:?}");
}

/// One seed, in a process of its own.
#[test]
#[ignore = "run by `seeds`"]
fn one() {
    let seed = number("SINEW_SEED").expect("a seed");
    let outcome = scenario::run(seed);
    if number("SINEW_QUIET").is_none() {
        println!("{}", outcome.story.join("\n"));
    }
    println!("digest {:016x}", outcome.digest);
    for (what, took, limit) in outcome.times {
        println!("time|{what}|{}|{}", took.as_millis(), limit.as_millis());
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// Runs the seeds from 1 on, as many at a time as there are processors, as long as others may begin.
fn all(count: u64, may_begin: impl Fn() -> bool + Sync) -> Vec<Run> {
    let (next, runs) = (AtomicU64::new(1), Mutex::new(Vec::new()));
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed > count || !may_begin() {
                        return;
                    }
                    let run = process::run("one", seed);
                    if !run.succeeded {
                        // In a long run nobody wants to wait for the others.
                        println!("{}\n    {}", reason(&run), replay(seed));
                    }
                    runs.lock().expect("nothing panics while it is locked").push(run);
                }
            });
        }
    });
    runs.into_inner().expect("nothing panics while it is locked")
}

fn digest(run: &Run) -> String {
    let line = run.output.lines().find(|line| line.starts_with("digest "));
    line.unwrap_or_else(|| panic!("seed {} failed:\n{}", run.seed, run.output)).to_owned()
}

/// The longest and the middle of the observed times, beside the longest that there may be.
fn table(runs: &[Run]) -> String {
    let mut times: BTreeMap<&str, Vec<(u64, u64)>> = BTreeMap::new();
    for line in runs.iter().flat_map(|run| run.output.lines()) {
        let mut parts = line.split('|');
        let (Some("time"), Some(what)) = (parts.next(), parts.next()) else { continue };
        let mut millis = || parts.next().and_then(|text| text.parse().ok()).unwrap_or_default();
        times.entry(what).or_default().push((millis(), millis()));
    }
    let seconds = |millis: u64| format!("{:.1} s", Duration::from_millis(millis).as_secs_f64());
    let mut lines = vec![format!("{:48} {:>6} {:>8} {:>8} {:>8}", "", "runs", "middle", "longest", "bound")];
    for (what, mut took) in times {
        took.sort_unstable();
        let (middle, longest) = (took[took.len() / 2].0, took[took.len() - 1].0);
        let bound = took.iter().map(|(_, bound)| *bound).max().unwrap_or_default();
        let (middle, longest, bound) = (seconds(middle), seconds(longest), seconds(bound));
        lines.push(format!("{what:48} {:>6} {middle:>8} {longest:>8} {bound:>8}", took.len()));
    }
    lines.join("\n")
}

fn reason(run: &Run) -> String {
    let line = run.output.lines().find(|line| line.contains("FAILED: "));
    format!("seed {}: {}", run.seed, line.unwrap_or("it did not end"))
}

fn replay(seed: u64) -> String {
    format!("SINEW_SEED={seed} cargo test --all-features --test simulation seeds -- --nocapture")
}
