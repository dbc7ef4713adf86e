//! The load-balancing algorithms by their names, and what a consistent hash looks at.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use http::HeaderName;

/// How a member is chosen (elastic-load-balancer.md §3.2).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// One after the other.
    #[default]
    RoundRobin,
    /// In turn, by weight.
    WeightedRoundRobin,
    /// In turn, by weights that follow the number of connections (endpoints.md §5.3).
    WeightedRrlc,
    /// The member with the fewest requests in flight.
    LeastRequests,
    /// The less busy one of two members that are drawn at random.
    PowerOfTwoChoices,
    /// Any member.
    Random,
    /// The member that a value of the request hashes to.
    ConsistentHash,
    /// The member that answers fastest, by a moving average that takes peaks at once.
    PeakEwma,
}

/// Each algorithm with its short name first, and then the further names it goes by: those of Synapse's classes without
/// their package, and what people call it. Case, `_`, `-` and a final "Algorithm" make no difference.
const NAMES: [(Algorithm, &[&str]); 8] = [
    (Algorithm::RoundRobin, &["round_robin"]),
    (Algorithm::WeightedRoundRobin, &["weighted_round_robin"]),
    (Algorithm::WeightedRrlc, &["weighted_rrlc"]),
    (Algorithm::LeastRequests, &["least_requests", "LeastConnection", "LeastConnections", "LeastRequest"]),
    (Algorithm::PowerOfTwoChoices, &["power_of_two_choices", "PowerOfTwo", "p2c"]),
    (Algorithm::Random, &["random"]),
    (Algorithm::ConsistentHash, &["consistent_hash", "ring_hash"]),
    (Algorithm::PeakEwma, &["peak_ewma", "ewma"]),
];

impl Algorithm {
    /// Every algorithm.
    pub fn all() -> impl Iterator<Item = Algorithm> {
        NAMES.iter().map(|(algorithm, _)| *algorithm)
    }

    /// The name it is written with, such as `round_robin`.
    pub fn name(self) -> &'static str {
        let row = NAMES.iter().find(|(algorithm, _)| *algorithm == self);
        row.and_then(|(_, names)| names.first()).copied().unwrap_or_default()
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A short name, or the name of a class of Synapse with or without its package.
impl FromStr for Algorithm {
    type Err = UnknownAlgorithm;

    fn from_str(text: &str) -> Result<Algorithm, UnknownAlgorithm> {
        let class = text.trim().rsplit('.').next().unwrap_or_default();
        let wanted = plain(class);
        let known = |names: &[&str]| names.iter().any(|name| plain(name) == wanted);
        NAMES
            .iter()
            .find(|(_, names)| known(names))
            .map(|(algorithm, _)| *algorithm)
            .ok_or_else(|| UnknownAlgorithm(class.to_owned()))
    }
}

fn plain(name: &str) -> String {
    let letters = name.chars().filter(|letter| !matches!(letter, '_' | '-'));
    let lower: String = letters.flat_map(char::to_lowercase).collect();
    lower.strip_suffix("algorithm").map(str::to_owned).unwrap_or(lower)
}

/// No algorithm has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no algorithm is called \"{0}\"")]
pub struct UnknownAlgorithm(String);

/// What of a request a consistent hash is made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum HashSource {
    /// The value of a header.
    Header(HeaderName),
    /// The value of a cookie.
    Cookie(Arc<str>),
    /// The address of the client.
    #[default]
    Source,
}

impl fmt::Display for HashSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HashSource::Header(name) => write!(f, "header:{name}"),
            HashSource::Cookie(name) => write!(f, "cookie:{name}"),
            HashSource::Source => f.write_str("source"),
        }
    }
}

/// `header:NAME`, `cookie:NAME` or `source`.
impl FromStr for HashSource {
    type Err = NoHashSource;

    fn from_str(text: &str) -> Result<HashSource, NoHashSource> {
        if text == "source" {
            return Ok(HashSource::Source);
        }
        match text.split_once(':') {
            // The name of a cookie is a token, as that of a header is (RFC 6265 §4.1.1).
            Some((kind, name)) => match (kind, HeaderName::from_str(name)) {
                ("header", Ok(name)) => Ok(HashSource::Header(name)),
                ("cookie", Ok(_)) => Ok(HashSource::Cookie(name.into())),
                _ => Err(NoHashSource),
            },
            None => Err(NoHashSource),
        }
    }
}

/// The text names nothing that a hash could be made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected header:NAME, cookie:NAME or source")]
pub struct NoHashSource;
