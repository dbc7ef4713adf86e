//! The wall clock, which cron expressions are about.

use jiff::Zoned;

/// Says what time it is, and where.
pub trait Clock: Send + Sync + 'static {
    /// The time now, in the time zone that cron expressions are meant in.
    fn now(&self) -> Zoned;
}

/// The clock and the time zone of the process.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Zoned {
        Zoned::now()
    }
}
