//! Points in time as logs and metrics write them.

use std::cell::RefCell;
use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use sinew_core::digits::push_padded;

/// Writes RFC 3339 in UTC with milliseconds: `2026-11-22T10:20:30.123Z`.
pub(super) fn write_rfc3339(out: &mut String, time: SystemTime) {
    thread_local! {
        /// What is the same for a whole second, written once a second and thread.
        static WRITTEN: RefCell<(Option<i64>, String)> = const { RefCell::new((None, String::new())) };
    }
    let timestamp = timestamp(time);
    let t = Offset::UTC.to_datetime(timestamp);
    // Before 1970 fractions count back from the second behind the one that is written.
    let second = Some(timestamp.as_second() - i64::from(timestamp.subsec_nanosecond() < 0));
    WRITTEN.with_borrow_mut(|(written, text)| {
        if *written != second {
            *written = second;
            text.clear();
            write_second(text, t);
        }
        out.push_str(text);
    });
    out.push('.');
    push_part(out, t.millisecond(), 3);
    out.push('Z');
}

/// `2026-11-22T10:20:30`
fn write_second(out: &mut String, t: DateTime) {
    push_part(out, t.year(), 4);
    for (before, part) in
        [('-', t.month()), ('-', t.day()), ('T', t.hour()), (':', t.minute()), (':', t.second())]
    {
        out.push(before);
        push_part(out, part.into(), 2);
    }
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

/// The date and time in UTC.
pub(super) fn civil(time: SystemTime) -> DateTime {
    Offset::UTC.to_datetime(timestamp(time))
}

/// The moment in a calendar; those that no calendar has are the ends of it.
fn timestamp(time: SystemTime) -> Timestamp {
    Timestamp::try_from(time).unwrap_or(if time < UNIX_EPOCH { Timestamp::MIN } else { Timestamp::MAX })
}

/// Seconds since 1970, with milliseconds; negative before.
pub(super) fn unix_seconds(time: SystemTime) -> f64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => since.as_secs_f64(),
        Err(before) => -before.duration().as_secs_f64(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// 784,111,777 is the example of RFC 9110 §5.6.7, Sun, 06 Nov 1994 08:49:37 GMT.
    #[test]
    fn each_moment_has_its_own_text() {
        let after = |milliseconds| UNIX_EPOCH + Duration::from_millis(milliseconds);
        let before = |milliseconds| UNIX_EPOCH - Duration::from_millis(milliseconds);
        for (time, expected) in [
            (after(784_111_777_000), "1994-11-06T08:49:37.000Z"),
            (after(784_111_777_999), "1994-11-06T08:49:37.999Z"),
            (after(784_111_778_000), "1994-11-06T08:49:38.000Z"),
            (after(784_111_777_001), "1994-11-06T08:49:37.001Z"),
            (after(0), "1970-01-01T00:00:00.000Z"),
            (before(1), "1969-12-31T23:59:59.999Z"),
            (before(1000), "1969-12-31T23:59:59.000Z"),
            (before(1001), "1969-12-31T23:59:58.999Z"),
            (after(999), "1970-01-01T00:00:00.999Z"),
        ] {
            assert_eq!(rfc3339(time), expected);
        }
    }
}
