//! What expressions of Quartz become, when they fire, and what is wrong with others.

use jiff::Zoned;
use jiff::tz::TimeZone;

use super::normalize::normalize;
use super::{Cron, CronError};

/// A moment in a time zone, written without it.
fn at(text: &str, zone: &str) -> Zoned {
    let zone = TimeZone::get(zone).expect("a time zone");
    text.parse::<jiff::civil::DateTime>().expect("a time").to_zoned(zone).expect("a moment")
}

/// The moments that follow one.
fn firings(expression: &str, after: Zoned, count: usize) -> Vec<Zoned> {
    let cron = Cron::parse(expression).expect("an expression");
    std::iter::successors(cron.next(&after), |last| cron.next(last)).take(count).collect()
}

/// Each kind of expression (dependencies.md §9), with moments counted on a calendar. 2026-01-01 is a Thursday.
#[test]
fn every_kind_of_expression_fires_when_it_should() {
    let start = "2026-01-01T00:00:00";
    let rows: &[(&str, &str, &[&str])] = &[
        ("* * * * * ?", "2026-01-01T12:00:59", &["2026-01-01T12:01:00", "2026-01-01T12:01:01"]),
        ("0/2 * * * * ?", start, &["2026-01-01T00:00:02", "2026-01-01T00:00:04"]),
        ("0 0/5 * * * ?", start, &["2026-01-01T00:05:00", "2026-01-01T00:10:00"]),
        (
            "0 10/15 * * * ?",
            start,
            &[
                "2026-01-01T00:10:00",
                "2026-01-01T00:25:00",
                "2026-01-01T00:40:00",
                "2026-01-01T00:55:00",
                "2026-01-01T01:10:00",
            ],
        ),
        (
            "0 0 8-18/2 * * ?",
            "2026-01-01T13:00:00",
            &["2026-01-01T14:00:00", "2026-01-01T16:00:00", "2026-01-01T18:00:00", "2026-01-02T08:00:00"],
        ),
        ("0 0 22-2/2 * * ?", start, &["2026-01-01T02:00:00", "2026-01-01T22:00:00", "2026-01-02T00:00:00"]),
        ("0 0 12 * * ?", start, &["2026-01-01T12:00:00", "2026-01-02T12:00:00"]),
        ("0 0 12 1,15 * ?", start, &["2026-01-01T12:00:00", "2026-01-15T12:00:00", "2026-02-01T12:00:00"]),
        ("0 0 12 L * ?", start, &["2026-01-31T12:00:00", "2026-02-28T12:00:00", "2026-03-31T12:00:00"]),
        ("0 0 12 LW * ?", start, &["2026-01-30T12:00:00", "2026-02-27T12:00:00", "2026-03-31T12:00:00"]),
        ("0 0 12 15W * ?", start, &["2026-01-15T12:00:00", "2026-02-16T12:00:00", "2026-03-16T12:00:00"]),
        ("0 0 12 1W * ?", start, &["2026-01-01T12:00:00", "2026-02-02T12:00:00", "2026-03-02T12:00:00"]),
        ("0 0 12 ? * 6L", start, &["2026-01-30T12:00:00", "2026-02-27T12:00:00", "2026-03-27T12:00:00"]),
        ("0 0 12 ? * FRI#3", start, &["2026-01-16T12:00:00", "2026-02-20T12:00:00", "2026-03-20T12:00:00"]),
        ("0 0 12 ? * 6#5", start, &["2026-01-30T12:00:00", "2026-05-29T12:00:00", "2026-07-31T12:00:00"]),
        ("0 0 12 ? * mon-fri", start, &["2026-01-01T12:00:00", "2026-01-02T12:00:00", "2026-01-05T12:00:00"]),
        (
            "0 0 12 ? * FRI-MON",
            start,
            &[
                "2026-01-02T12:00:00",
                "2026-01-03T12:00:00",
                "2026-01-04T12:00:00",
                "2026-01-05T12:00:00",
                "2026-01-09T12:00:00",
            ],
        ),
        ("0 0 12 ? * L", start, &["2026-01-03T12:00:00", "2026-01-10T12:00:00"]),
        ("0 0 12 ? * 1", start, &["2026-01-04T12:00:00", "2026-01-11T12:00:00"]),
        ("0 0 12 ? * WED,FRI", start, &["2026-01-02T12:00:00", "2026-01-07T12:00:00"]),
        (
            "0 0 12 1 NOV-FEB/2 ?",
            start,
            &["2026-01-01T12:00:00", "2026-11-01T12:00:00", "2027-01-01T12:00:00"],
        ),
        ("0 0 12 29 2 ?", start, &["2028-02-29T12:00:00", "2032-02-29T12:00:00"]),
        ("0 0 12 1 1 ? 2027-2028", start, &["2027-01-01T12:00:00", "2028-01-01T12:00:00"]),
        ("0 15 10 ? * *", "2026-01-01T10:14:59.999", &["2026-01-01T10:15:00", "2026-01-02T10:15:00"]),
    ];
    for (expression, after, expected) in rows {
        let expected: Vec<Zoned> = expected.iter().map(|text| at(text, "UTC")).collect();
        assert_eq!(firings(expression, at(after, "UTC"), expected.len()), expected, "{expression}");
    }
}

#[test]
fn what_is_over_never_fires_again() {
    let after = at("2026-01-01T00:00:00", "UTC");
    for expression in ["0 0 0 1 1 ? 2025", "0 0 0 1 1 ? 2026", "0 0 0 30 2 ?", "0 0 0 31 4,6 ? 2030"] {
        assert_eq!(Cron::parse(expression).expect("an expression").next(&after), None, "{expression}");
    }
}

/// In Berlin the clock goes from 02:00 to 03:00 on 2026-03-29, and from 03:00 to 02:00 on 2026-10-25.
#[test]
fn daylight_saving_time() {
    let berlin = |text: &str| at(text, "Europe/Berlin");
    let utc = |moments: Vec<Zoned>| -> Vec<String> {
        moments.iter().map(|moment| moment.timestamp().to_string()).collect()
    };
    // One time of the day that does not exist: the first moment after the gap.
    assert_eq!(
        utc(firings("0 30 2 * * ?", berlin("2026-03-28T12:00:00"), 2)),
        ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]
    );
    // Others pass the gap over.
    assert_eq!(
        utc(firings("0 0/30 * * * ?", berlin("2026-03-29T01:00:00"), 2)),
        ["2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z"]
    );
    // One time of the day that exists twice: the earlier.
    assert_eq!(
        utc(firings("0 30 2 * * ?", berlin("2026-10-24T12:00:00"), 2)),
        ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]
    );
    // Others in both.
    assert_eq!(
        utc(firings("0 0/30 * * * ?", berlin("2026-10-25T01:30:00"), 5)),
        [
            "2026-10-25T00:00:00Z",
            "2026-10-25T00:30:00Z",
            "2026-10-25T01:00:00Z",
            "2026-10-25T01:30:00Z",
            "2026-10-25T02:00:00Z"
        ]
    );
}

#[test]
fn expressions_are_written_anew() {
    let rows = [
        ("0/20 10/25 * * * ?", "0,20,40 10,35 * * * *"),
        ("*/20 /30 0 ? * 2-6", "0,20,40 0,30 0 * * 2,3,4,5,6"),
        ("0-59 5 0/1 1/1 JAN ?", "* 5 * * 1 *"),
        ("0 0 22-1 ? dec-feb L", "0 0 0,1,22,23 * 1,2,12 7"),
        ("0\t0  0 LW,15w * ? 2026/40", "0 0 0 LW,15W * * 2026,2066"),
        ("0 0 0 ? * fril,SUN#2", "0 0 0 * * 6L,1#2"),
    ];
    for (written, anew) in rows {
        assert_eq!(normalize(written).as_deref(), Ok(anew), "{written}");
    }
}

#[test]
fn mistakes_are_found_in_their_field() {
    let rows = [
        ("", "there are 0 fields", ""),
        ("0 0 12 * ?", "the field of the seconds", "0 0 12 * ?"),
        ("0 0 0 1 1 ? 2026 1", "there are 8 fields", "0 0 0 1 1 ? 2026 1"),
        ("0 0 0 * * *", "must be \"?\"", "*"),
        ("0 0 0 1 * MON", "must be \"?\"", "MON"),
        ("0 0 0 ? * ?", "only one of", "?"),
        ("60 0 0 * * ?", "60 is not between 0 and 59 in the field of the seconds", "60"),
        ("0 0 24 * * ?", "24 is not between 0 and 23", "24"),
        ("0 0 0 0 * ?", "0 is not between 1 and 31", "0"),
        ("0 0 0 ? * 8", "8 is not between 1 and 7", "8"),
        ("0 0 0 ? * 0", "0 is not between 1 and 7", "0"),
        ("0 0 0 ? * 6#6", "the number 6 of a weekday is not between 1 and 5", "6#6"),
        ("0 0 0 L-3 * ?", "counted from the end of the month", "L-3"),
        ("0 0 0 ? * MOND", "\"MOND\" is not understood in the field of the day of the week", "MOND"),
        ("0 0 0 ? * MON-", "\"MON-\" is not understood", "MON-"),
        ("0 0/0 0 * * ?", "a step of 0", "0/0"),
        ("0 0/60 0 * * ?", "a step of 60", "0/60"),
        ("0 0/5/5 0 * * ?", "not understood", "0/5/5"),
        ("0 , 0 * * ?", "not understood", ","),
        ("0 0 0 1 1 ? 1969", "1969 is not between 1970 and 2099", "1969"),
        ("0 0 0 1 1 ? 2030-2026", "ends before it begins", "2030-2026"),
        ("0 0 ? * * ?", "not understood", "?"),
        ("0 0 +1 * * ?", "not understood", "+1"),
        ("@daily", "there are 1 fields", "@daily"),
        ("0 0 0 99999999999999999999 * ?", "is not between 1 and 31", "99999999999999999999"),
    ];
    for (expression, message, place) in rows {
        let CronError { message: found, range } = Cron::parse(expression).expect_err("no expression");
        assert!(found.contains(message), "{expression}: {found}");
        assert_eq!(expression.get(range), Some(place), "{expression}");
    }
}

proptest::proptest! {
    /// Whatever is written, it is an expression or there is a place for what is wrong.
    #[test]
    fn any_text_is_read(text in "[0-9*?/,#LW MONFRI\u{e4}-]{0,40}") {
        match Cron::parse(&text) {
            Ok(cron) => proptest::prop_assert_eq!(cron.text(), text),
            Err(error) => proptest::prop_assert!(text.get(error.range).is_some()),
        }
    }
}
