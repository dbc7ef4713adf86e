//! What algorithms are called.

use super::*;

/// elastic-load-balancer.md §3.2, endpoints.md §5.1.
#[test]
fn classes_and_short_names() {
    for (name, expected) in [
        ("org.apache.synapse.endpoints.algorithms.RoundRobin", "round-robin"),
        ("org.apache.synapse.endpoints.algorithms.WeightedRoundRobin", "weighted-round-robin"),
        ("org.apache.synapse.endpoints.algorithms.WeightedRRLCAlgorithm", "weighted-rrlc"),
        ("org.apache.synapse.endpoints.algorithms.LeastConnection", "least-requests"),
        ("org.apache.synapse.endpoints.algorithms.Random", "random"),
        ("roundRobin", "round-robin"),
        ("RoundRobin", "round-robin"),
        ("round_robin", "round-robin"),
        ("WeightedRRLC", "weighted-rrlc"),
        ("leastRequests", "least-requests"),
        ("LeastConnection", "least-requests"),
        ("least-connections", "least-requests"),
        ("p2c", "power-of-two"),
        ("PowerOfTwoChoices", "power-of-two"),
        ("peak_ewma", "peak-ewma"),
        ("PeakEWMA", "peak-ewma"),
        ("consistentHash", "consistent-hash"),
        ("consistent-hash source", "consistent-hash"),
        ("consistent-hash:header:X-User", "consistent-hash"),
        ("consistent-hash cookie user", "consistent-hash"),
    ] {
        assert_eq!(Selector::by_name(name).map(|selector| selector.name()), Ok(expected), "{name}");
    }
    for algorithm in every_algorithm() {
        let again = Selector::by_name(algorithm.name()).expect("its own name");
        assert_eq!(again.name(), algorithm.name());
    }
}

#[test]
fn unknown_names_say_what_is_known() {
    let error = Selector::by_name("com.example.RoundRobin").expect_err("not one of ours");
    assert_eq!(
        error.to_string(),
        "there is no algorithm \"com.example.RoundRobin\"; known are round-robin, weighted-round-robin, weighted-rrlc, \
         least-requests, power-of-two, random, consistent-hash, peak-ewma"
    );
    for name in ["", "round", "round-robin header X", "org.apache.synapse.endpoints.algorithms."] {
        assert_eq!(Selector::by_name(name).err(), Some(UnknownAlgorithm::Name(name.into())));
    }
    for name in [
        "consistent-hash header",
        "consistent-hash header \u{e4}",
        "consistent-hash cookie a b",
        "consistent-hash x",
    ] {
        let error = Selector::by_name(name).expect_err("nothing to hash");
        assert!(error.to_string().contains("consistent-hash header NAME"), "{error}");
    }
}
