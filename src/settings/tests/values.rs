//! Tests of the types of values.

use std::path::PathBuf;

use super::super::value::{Problem, Value};
use super::super::{ByteSize, Count, Duration, HeaderText, LogDestination, LogFilter};
use super::file;

type Hour = Duration<1, 3_600_000>;
type Size = ByteSize<1, { 1 << 30 }>;

#[test]
fn durations_have_a_unit() {
    let rows = [
        ("250ms", Some(250)),
        ("30s", Some(30_000)),
        ("5m", Some(300_000)),
        ("1h", Some(3_600_000)),
        ("61m", None),
        ("0s", None),
        ("30", None),
        ("30 s", None),
        ("1.5s", None),
        ("-1s", None),
        ("1S", None),
        ("s", None),
        ("", None),
        ("99999999999999999999s", None),
        ("18446744073709551615h", None),
    ];
    for (text, milliseconds) in rows {
        let read = Hour::from_text(text).ok().map(|duration| duration.get().as_millis());
        assert_eq!(read, milliseconds, "{text}");
    }
}

#[test]
fn durations_are_shown_in_the_largest_whole_unit() {
    for (text, shown) in [("60s", "1m"), ("90s", "90s"), ("1500ms", "1500ms"), ("60m", "1h")] {
        assert_eq!(Hour::from_text(text).map(|duration| duration.to_text()), Ok(shown.to_owned()));
    }
}

#[test]
fn sizes_are_bytes_or_have_a_unit() {
    let rows = [
        ("1", Some(1)),
        ("64KiB", Some(65_536)),
        ("16MiB", Some(16_777_216)),
        ("1GiB", Some(1_073_741_824)),
        ("100B", Some(100)),
        ("2GiB", None),
        ("0", None),
        ("64K", None),
        ("64KB", None),
        ("18446744073709551615GiB", None),
    ];
    for (text, bytes) in rows {
        assert_eq!(Size::from_text(text).ok().map(Size::get), bytes, "{text}");
    }
}

#[test]
fn none_is_written_as_zero() {
    for text in ["0", "0s", "0ms"] {
        assert_eq!(Option::<Hour>::from_text(text), Ok(None));
    }
    for text in ["0", "0KiB"] {
        assert_eq!(Option::<Size>::from_text(text), Ok(None));
    }
    let settings =
        file("[timeouts]\nrequest = 0\n[limits]\nbody = 0\n[pools]\nlife_time = \"0s\"\n").loaded().settings;
    assert_eq!(settings.timeouts.request, None);
    assert_eq!(settings.limits.body, None);
    assert_eq!(settings.pools.life_time, None);
}

#[test]
fn the_file_has_numbers_in_every_base() {
    let settings = file("[limits]\nheaders = 0x20\nbody = 1_000\nhead = 0o40000\n").loaded().settings;
    assert_eq!(settings.limits.headers.get(), 32);
    assert_eq!(settings.limits.body.map(ByteSize::get), Some(1000));
    assert_eq!(settings.limits.head.get(), 16_384);
}

#[test]
fn counts_have_a_range() {
    for (text, count) in
        [("1", Some(1)), ("10", Some(10)), ("0", None), ("11", None), ("-1", None), ("x", None)]
    {
        assert_eq!(Count::<1, 10>::from_text(text).ok().map(Count::get), count, "{text}");
    }
}

#[test]
fn header_text_is_visible_ascii() {
    assert!(HeaderText::from_text("Sinew/1.0 (a b)").is_ok());
    for text in ["", "a\r\nb: c", "a\tb", "é", &"x".repeat(201)] {
        assert!(HeaderText::from_text(text).is_err(), "{text:?}");
    }
}

#[test]
fn log_filters_know_their_levels() {
    for text in
        ["info", "WARN", "off", "info,sinew::transport=debug", "warn,mediation=info", "[exchange]=trace"]
    {
        assert!(LogFilter::from_text(text).is_ok(), "{text}");
    }
    for text in ["", "verbose", "info,sinew::transport", "sinew=loud"] {
        assert!(LogFilter::from_text(text).is_err(), "{text}");
    }
    assert_eq!(
        LogFilter::from_text("wran"),
        Err(Problem("`wran` is no level, did you mean `warn`?".to_owned()))
    );
}

#[test]
fn destinations_are_standard_output_or_a_path() {
    assert_eq!(LogDestination::from_text("stdout"), Ok(LogDestination::StandardOutput));
    assert_eq!(LogDestination::from_text("./stdout"), Ok(LogDestination::File(PathBuf::from("./stdout"))));
}

#[test]
fn lists_are_trimmed() {
    let loaded = super::Sources::default().set("compat.headers_preserve= Host , Date,").loaded();
    assert_eq!(loaded.settings.compat.headers_preserve, ["host", "date"]);
}
