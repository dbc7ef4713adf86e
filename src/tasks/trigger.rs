//! When a task is due.

use std::fmt;
use std::num::NonZero;
use std::time::Duration;

use super::Cron;

/// When a task is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// Once, when it is deployed.
    Once,
    /// When it is deployed, and after each interval.
    Every {
        /// The time from one run to the next.
        interval: Duration,
        /// How many runs there are in all; without it there is no last one.
        count: Option<NonZero<u64>>,
    },
    /// At the moments of a cron expression.
    Cron(Cron),
    /// Never.
    Never,
}

/// The first multiple of an interval that is later than `last`, and not before `now`: times that passed while nobody could
/// look are not made up for. All times are counted from the first run.
pub(super) fn next_multiple(interval: Duration, last: Duration, now: Duration) -> Duration {
    let interval = interval.as_nanos().max(1);
    let after_last = last.as_nanos() / interval + 1;
    let not_before_now = now.as_nanos().div_ceil(interval);
    let nanoseconds = interval.saturating_mul(after_last.max(not_before_now));
    Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
}

/// As people write it: `every 5s, 3 times`.
impl fmt::Display for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trigger::Once => f.write_str("once"),
            Trigger::Every { interval, count } => {
                write!(f, "every {}s", interval.as_secs())?;
                match count {
                    Some(count) if count.get() == 1 => f.write_str(", 1 time"),
                    Some(count) => write!(f, ", {count} times"),
                    None => Ok(()),
                }
            }
            Trigger::Cron(cron) => write!(f, "cron {}", cron.text()),
            Trigger::Never => f.write_str("never"),
        }
    }
}
