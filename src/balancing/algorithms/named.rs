//! What algorithms are called in configurations.

use http::HeaderName;

use super::{
    ConsistentHash, HashOn, LeastRequests, PeakEwma, PowerOfTwo, Random, RoundRobin, Selector,
    WeightedRoundRobin, WeightedRrlc,
};

/// There is no such algorithm.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnknownAlgorithm {
    /// The name means nothing.
    #[error("there is no algorithm \"{0}\"; known are {known}", known = known())]
    Name(Box<str>),
    /// The name takes no such words behind it.
    #[error(
        "\"{0}\" says nothing that can be hashed; write \"consistent-hash header NAME\", \"consistent-hash cookie NAME\" or \
         \"consistent-hash source\""
    )]
    HashOn(Box<str>),
}

/// Where the classes of the original live.
const PACKAGE: &str = "org.apache.synapse.endpoints.algorithms.";

type Make = fn() -> Selector;

/// The name that we write; other names, as [`plain`] makes them; and how to make one.
const NAMES: &[(&str, &[&str], Make)] = &[
    ("round-robin", &[], || Selector::RoundRobin(RoundRobin)),
    ("weighted-round-robin", &[], || Selector::WeightedRoundRobin(WeightedRoundRobin::default())),
    ("weighted-rrlc", &["weightedrrlcalgorithm"], || Selector::WeightedRrlc(WeightedRrlc::default())),
    ("least-requests", &["leastrequest", "leastconnection", "leastconnections"], || {
        Selector::LeastRequests(LeastRequests)
    }),
    ("power-of-two", &["poweroftwochoices", "p2c"], || Selector::PowerOfTwo(PowerOfTwo::default())),
    ("random", &[], || Selector::Random(Random::default())),
    ("consistent-hash", &[], || Selector::ConsistentHash(ConsistentHash::default())),
    ("peak-ewma", &[], || Selector::PeakEwma(PeakEwma::default())),
];

impl Selector {
    /// The algorithm with a name: a class of the original
    /// (`org.apache.synapse.endpoints.algorithms.RoundRobin`, elastic-load-balancer.md §3.2), or a short name in any of the
    /// usual spellings (`round-robin`, `roundRobin`). Behind `consistent-hash` may stand `header NAME`, `cookie NAME` or
    /// `source` (the default), parted by blanks or colons.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn by_name(name: &str) -> Result<Self, UnknownAlgorithm> {
        let mut words = name.split([' ', '\t', ':']).filter(|word| !word.is_empty());
        let first = plain(words.next().unwrap_or_default());
        let (_, _, make) = NAMES
            .iter()
            .find(|(usual, others, _)| plain(usual) == first || others.contains(&&*first))
            .ok_or_else(|| UnknownAlgorithm::Name(name.into()))?;
        let rest = [words.next(), words.next(), words.next()];
        match (make(), rest) {
            (selector, [None, ..]) => Ok(selector),
            (Self::ConsistentHash(_), rest) => match hash_on(rest) {
                Some(on) => Ok(Self::ConsistentHash(ConsistentHash::new(on))),
                None => Err(UnknownAlgorithm::HashOn(name.into())),
            },
            _ => Err(UnknownAlgorithm::Name(name.into())),
        }
    }

    /// What it is called.
    pub fn name(&self) -> &'static str {
        match self {
            Self::RoundRobin(_) => "round-robin",
            Self::WeightedRoundRobin(_) => "weighted-round-robin",
            Self::WeightedRrlc(_) => "weighted-rrlc",
            Self::LeastRequests(_) => "least-requests",
            Self::PowerOfTwo(_) => "power-of-two",
            Self::Random(_) => "random",
            Self::ConsistentHash(_) => "consistent-hash",
            Self::PeakEwma(_) => "peak-ewma",
        }
    }
}

/// A name without its package, in small letters without hyphens.
fn plain(name: &str) -> String {
    let name = name.strip_prefix(PACKAGE).unwrap_or(name);
    name.chars()
        .filter(|letter| !matches!(letter, '-' | '_'))
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}

fn hash_on(words: [Option<&str>; 3]) -> Option<HashOn> {
    match words {
        [Some(kind), Some(name), None] if kind.eq_ignore_ascii_case("header") => {
            HeaderName::try_from(name).ok().map(HashOn::Header)
        }
        [Some(kind), Some(name), None] if kind.eq_ignore_ascii_case("cookie") => {
            Some(HashOn::Cookie(name.into()))
        }
        [Some(kind), None, None] if kind.eq_ignore_ascii_case("source") => Some(HashOn::Source),
        _ => None,
    }
}

fn known() -> String {
    let names: Vec<&str> = NAMES.iter().map(|(name, ..)| *name).collect();
    names.join(", ")
}
