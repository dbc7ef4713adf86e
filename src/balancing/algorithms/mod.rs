//! One file an algorithm: from what there is to choose from to a choice.
//!
//! An [`Algorithm`] looks at a [`Pool`] and names a place in it. It takes no lock, and allocates only when the pool became
//! another one. [`Selector`] is any of them, chosen by name.

mod asked;
mod dice;
mod edition;
mod pool;
mod turns;

mod consistent_hash;
mod least_requests;
mod peak_ewma;
mod power_of_two;
mod random;
mod round_robin;
mod weighted_round_robin;
mod weighted_rrlc;

mod named;
mod selector;
#[cfg(test)]
mod tests;

pub use asked::Asked;
pub use consistent_hash::{ConsistentHash, HashOn};
pub use dice::Dice;
pub(super) use dice::{STEP, fraction, mix};
pub use edition::Edition;
pub use least_requests::LeastRequests;
pub use named::UnknownAlgorithm;
pub use peak_ewma::PeakEwma;
pub use pool::{Algorithm, Pool};
pub use power_of_two::PowerOfTwo;
pub use random::Random;
pub use round_robin::RoundRobin;
pub use selector::Selector;
pub use weighted_round_robin::{Order, WeightedRoundRobin};
pub use weighted_rrlc::WeightedRrlc;
