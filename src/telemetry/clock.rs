//! Points in time as logs and metrics write them.

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use sinew_core::digits::push_padded;

/// Writes RFC 3339 in UTC with milliseconds: `2026-11-22T10:20:30.123Z`.
pub(super) fn write_rfc3339(out: &mut String, time: SystemTime) {
    let t = civil(time);
    push_part(out, t.year(), 4);
    for (before, part) in
        [('-', t.month()), ('-', t.day()), ('T', t.hour()), (':', t.minute()), (':', t.second())]
    {
        out.push(before);
        push_part(out, part.into(), 2);
    }
    out.push('.');
    push_part(out, t.millisecond(), 3);
    out.push('Z');
}

/// Appends a part of a date or time with at least `width` digits. Years before the first, which no clock shows, are 0.
pub(super) fn push_part(out: &mut String, part: i16, width: u8) {
    push_padded(out, u64::try_from(part).unwrap_or(0), width);
}

/// RFC 3339 in UTC with milliseconds.
pub(crate) fn rfc3339(time: SystemTime) -> String {
    let mut text = String::with_capacity(24);
    write_rfc3339(&mut text, time);
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
