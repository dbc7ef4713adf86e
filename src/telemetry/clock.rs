//! Points in time as logs and metrics write them.

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// Writes RFC 3339 in UTC with milliseconds: `2026-11-22T10:20:30.123Z`.
pub(super) fn write_rfc3339(out: &mut impl std::fmt::Write, time: SystemTime) -> std::fmt::Result {
    let t = civil(time);
    write!(
        out,
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        t.year(),
        t.month(),
        t.day(),
        t.hour(),
        t.minute(),
        t.second(),
        t.millisecond()
    )
}

/// RFC 3339 in UTC with milliseconds.
pub(crate) fn rfc3339(time: SystemTime) -> String {
    let mut text = String::with_capacity(24);
    // Writing to a string cannot fail.
    let _ = write_rfc3339(&mut text, time);
    text
}

/// The date and time in UTC; times that no calendar has are those at its ends.
pub(super) fn civil(time: SystemTime) -> DateTime {
    let timestamp =
        Timestamp::try_from(time).unwrap_or(if time < UNIX_EPOCH { Timestamp::MIN } else { Timestamp::MAX });
    Offset::UTC.to_datetime(timestamp)
}

/// Seconds since 1970, with milliseconds; negative before.
pub(super) fn unix_seconds(time: SystemTime) -> f64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => since.as_secs_f64(),
        Err(before) => -before.duration().as_secs_f64(),
    }
}
