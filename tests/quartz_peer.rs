//! Quartz itself and our cron expressions fire at the same moments: generated expressions, in a time zone without summer time.
//!
//! Needs a JDK and Debian's `libquartz2-java`; without them the test says so and passes. `SINEW_QUARTZ_RUNS` changes how
//! many expressions there are, `SINEW_QUARTZ_SEED` gives another seed.

#[path = "peers/quartz/mod.rs"]
mod quartz;

use std::io::Write;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use quartz::{Answer, Peer};
use sinew::tasks::Cron;

/// The seed of a run that nobody gives another.
const SEED: u64 = 2_026_112_201;

/// How many moments of an expression are compared.
const MOMENTS: usize = 8;

/// Differences that are shown before the test gives up.
const SHOWN: usize = 25;

/// 2026-01-01T00:00:00Z.
const BEGIN: i64 = 1_767_225_600;

/// Days of the time from which moments are counted.
const DAYS: u64 = 1500;

#[test]
fn quartz_fires_at_the_same_moments() {
    let mut peer = match Peer::start() {
        Ok(peer) => peer,
        Err(reason) => return say(&format!("skipped: {reason}")),
    };
    let runs: usize = from_environment("SINEW_QUARTZ_RUNS").unwrap_or(3000);
    let seed = from_environment("SINEW_QUARTZ_SEED").unwrap_or(SEED);
    say(&format!("quartz_peer: {runs} expressions, SINEW_QUARTZ_SEED={seed}"));
    let mut random = Random(seed);
    let (mut differences, mut compared) = (Vec::new(), 0);
    for _ in 0..runs {
        let text = expression(&mut random);
        let after = BEGIN + i64::try_from(random.below(DAYS * 86_400)).expect("a few years");
        let (theirs, ours) = (peer.ask(after, "UTC", MOMENTS, &text), moments(&text, after));
        match (&theirs, &ours) {
            (Answer::Moments(theirs), Ok(ours)) if theirs == ours => compared += 1,
            (Answer::Refused(_), Err(_)) | (Answer::Broken, _) => {}
            // They take no lists of days that depend on the month, nor days of both kinds.
            (Answer::Refused(reason), Ok(_)) if reason.contains("not implemented") => {}
            _ => differences.push(format!("{text}, after {after}\n  Quartz: {theirs:?}\n  Sinew: {ours:?}")),
        }
        if differences.len() == SHOWN {
            break;
        }
    }
    say(&format!("quartz_peer: {compared} expressions fire alike"));
    assert!(differences.is_empty(), "SINEW_QUARTZ_SEED={seed}:\n{}", differences.join("\n"));
    assert!(compared > runs / 2, "most expressions are right: {compared} of {runs}");
}

fn moments(text: &str, after: i64) -> Result<Vec<i64>, String> {
    let cron = Cron::parse(text).map_err(|error| error.to_string())?;
    let after = Timestamp::from_second(after).expect("a moment").to_zoned(TimeZone::UTC);
    let moments = std::iter::successors(cron.next(&after), |last| cron.next(last));
    Ok(moments.take(MOMENTS).map(|moment| moment.timestamp().as_second()).collect())
}

/// An expression, mostly a right one.
fn expression(random: &mut Random) -> String {
    let months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    let days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
    let mut fields = vec![
        field(random, 0, 59, &[]),
        field(random, 0, 59, &[]),
        field(random, 0, 23, &[]),
        "?".to_owned(),
        field(random, 1, 12, &months),
        "?".to_owned(),
    ];
    if random.below(2) == 0 {
        fields[3] = match random.below(8) {
            0 => "L".to_owned(),
            1 => "LW".to_owned(),
            // In months without the day, Quartz fires at the end of the search for it, or not.
            2 => format!("{}W", 1 + random.below(28)),
            _ => field(random, 1, 31, &[]),
        };
    } else {
        let day = if random.below(2) == 0 { (1 + random.below(7)).to_string() } else { pick(random, &days) };
        fields[5] = match random.below(8) {
            0 => "L".to_owned(),
            1 => format!("{day}L"),
            2 => format!("{day}#{}", 1 + random.below(5)),
            _ => field(random, 1, 7, &days),
        };
    }
    // Quartz reads three letters of a word, and any year that is none as one that never comes.
    if random.below(40) == 0 {
        let at = usize::try_from(random.below(fields.len() as u64)).expect("a few");
        fields[at] = pick(random, &["?", "L", "61", "-1", "XYZ", "5/", "0/60", "1-", "*", "6#6", "W"]);
    }
    match random.below(6) {
        0 => fields.push("*".to_owned()),
        1 => fields.push(format!("{}-{}", 2024 + random.below(6), 2028 + random.below(6))),
        2 => fields.push((2024 + random.below(8)).to_string()),
        _ => {}
    }
    fields.join(" ")
}

fn field(random: &mut Random, least: u64, largest: u64, words: &[&str]) -> String {
    let count = if random.below(4) == 0 { 1 + random.below(3) } else { 1 };
    let parts: Vec<String> = (0..count).map(|_| part(random, least, largest, words)).collect();
    parts.join(",")
}

fn part(random: &mut Random, least: u64, largest: u64, words: &[&str]) -> String {
    // Quartz takes no range of a word and a number, and passes over a step behind words.
    if !words.is_empty() && random.below(3) == 0 {
        let first = pick(random, words);
        return if random.below(2) == 0 { first } else { format!("{first}-{}", pick(random, words)) };
    }
    let span = largest - least + 1;
    let mut value = || least + random.below(span);
    let (first, last) = (value(), value());
    let step = 1 + random.below((span - 1).min(20));
    match random.below(8) {
        0 | 1 => "*".to_owned(),
        2 => format!("*/{step}"),
        3 => format!("{first}/{step}"),
        4 => format!("{first}-{last}"),
        5 => format!("{first}-{last}/{step}"),
        _ => first.to_string(),
    }
}

fn pick(random: &mut Random, words: &[&str]) -> String {
    let at = usize::try_from(random.below(words.len() as u64)).expect("a few");
    words[at].to_owned()
}

/// Numbers that look random and are the same each time (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }
}

/// Written past the test harness, which keeps what passing tests print.
fn say(line: &str) {
    writeln!(std::io::stderr(), "{line}").expect("standard error is open");
}

fn from_environment<T: std::str::FromStr>(name: &str) -> Option<T> {
    let value = std::env::var(name).ok()?;
    Some(value.parse().unwrap_or_else(|_| panic!("{name} is no number: {value}")))
}
