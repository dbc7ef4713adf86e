//! What choosing a member costs, by algorithm and number of members.
//!
//! `cargo bench --bench balancing` prints a table. Algorithms that take turns or draw are to stay below 500 ns for any
//! number of members; those that look at all are to stay below 15 ns a member, and 25 ns with weights.

mod support;

use std::hint::black_box;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use sinew::balancing::algorithms::{Asked, Selector};
use sinew::balancing::selection::{Attempt, Balancer, Settings};
use sinew::clusters::{Cluster, ClusterKey, Directory, InFlight, Layer, MemberDefinition, Source};
use sinew::transport::http::server::Scheme;
use sinew_core::config::balancer::HashSource;
use support::best_of;
use tokio::time::Instant;

const SIZES: [usize; 3] = [3, 64, 1000];

fn main() {
    println!("{:<40} {:>10} {:>10} {:>10}", "nanoseconds a choice, by members", SIZES[0], SIZES[1], SIZES[2]);
    for name in [
        "round-robin",
        "weighted-round-robin",
        "weighted-rrlc",
        "least-requests",
        "power-of-two",
        "random",
        "consistent-hash",
        "peak-ewma",
    ] {
        row(name, name, |_| {});
    }
    row("consistent-hash", "consistent-hash, weights 1 to 3", |definition| {
        definition.weight = 1 + u32::from(definition.http_port.unwrap_or(0) % 3);
    });
    let settings = Settings { panic_threshold: 50, ..Settings::default() };
    line("round-robin, panic threshold 50 %", |size| time("round-robin", &cluster(size, |_| {}), settings));
    let settings = Settings { slow_start: Duration::from_secs(3600), ..Settings::default() };
    line("round-robin, all in slow start", |size| time("round-robin", &cluster(size, |_| {}), settings));
}

fn row(algorithm: &str, title: &str, change: impl Fn(&mut MemberDefinition)) {
    line(title, |size| time(algorithm, &cluster(size, &change), Settings::default()));
}

fn line(title: &str, time: impl Fn(usize) -> f64) {
    let [few, some, many] = SIZES.map(time);
    println!("{title:<40} {few:>10.0} {some:>10.0} {many:>10.0}");
}

/// Members with a latency and some requests in flight.
fn cluster(size: usize, change: impl Fn(&mut MemberDefinition)) -> Arc<Cluster> {
    let (directory, key) = (Directory::default(), ClusterKey::domain("bench"));
    for port in (1u16..).take(size) {
        let mut definition = MemberDefinition::new("10.0.0.1", Some(port), None);
        change(&mut definition);
        let source = Source::new(Layer::Static, "bench");
        let Ok(member) = directory.add(&source, &key, definition) else { panic!("a member of port {port}") };
        member.live().measure(Duration::from_micros(1000 + u64::from(port)), Instant::now());
        // They stay for as long as the bench runs.
        (0..port % 5).for_each(|_| std::mem::forget(InFlight::begin(member.live())));
    }
    directory.cluster(&key)
}

fn time(algorithm: &str, cluster: &Arc<Cluster>, settings: Settings) -> f64 {
    let Ok(name) = algorithm.parse() else { panic!("no algorithm {algorithm}") };
    let selector = Selector::new(name, &HashSource::Source);
    let balancer = Balancer::new(cluster.clone(), selector, settings);
    let now = Instant::now();
    let mut client = 0u32;
    let calls = 2_000_000 / (20 + cluster.members().len() as u32);
    best_of(10, calls, || {
        client = client.wrapping_add(1);
        let asked = Asked { headers: None, client: Some(Ipv4Addr::from_bits(client).into()) };
        let attempt = Attempt { scheme: Scheme::Http, port: 80, asked, tried: &[], now };
        drop(black_box(balancer.choose(black_box(&attempt))));
    })
}
