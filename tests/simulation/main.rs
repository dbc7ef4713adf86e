//! Groups of balancers in simulation: the code of the product, on clocks that go when they are told to, over a network in memory.
//!
//! `SINEW_SEEDS=1000 cargo test --test simulation` runs more seeds, `SINEW_SEED=17 cargo test --test simulation` runs one again.
#![cfg(feature = "group")]

mod balancer;
mod bounds;
mod faults;
mod network;
mod random;
mod scenario;
mod world;

#[test]
fn one() {
    let seed = std::env::var("SINEW_SEED").expect("a seed").parse().expect("a number");
    let began = std::time::Instant::now();
    let outcome = scenario::run(seed);
    println!("seed {seed} balancers {} members {} digest {:016x} simulated {:?} took {:?}", outcome.balancers, outcome.members, outcome.digest, outcome.simulated, began.elapsed());
    for (what, took, limit) in outcome.times {
        println!("time {what}: {took:?} of {limit:?}");
    }
}
