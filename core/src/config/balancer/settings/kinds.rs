//! What values there are: how each is read, and what is said when it cannot be.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use super::super::values::{
    Algorithm, HashSource, HealthCheckKind, LocationRewriting, Networks, Replacements, ScalingPolicy, Signal,
    StatusRanges, Stickiness, Victim,
};

/// A sort of value.
pub(in super::super) struct Kind<T> {
    /// What it must be, for people: it follows "expected".
    pub(in super::super) expected: &'static str,
    /// Reads a value, whose text is trimmed and not empty but for defaults.
    pub(in super::super) read: fn(&str) -> Result<T, Unreadable<T>>,
}

/// Why a text is no value.
pub(in super::super) enum Unreadable<T> {
    /// It is wrong.
    Refused,
    /// It counts as not given.
    Ignored,
    /// It counts as a value, which the word writes.
    TakenAs(T, &'static str),
}

fn parsed<T: FromStr>(text: &str) -> Result<T, Unreadable<T>> {
    text.parse().map_err(|_| Unreadable::Refused)
}

/// No text is "none", for values that may not be there.
fn optional<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Unreadable<Option<T>>> {
    match text {
        "" => Ok(None),
        text => read(text).map(Some).ok_or(Unreadable::Refused),
    }
}

fn milliseconds(text: &str) -> Option<Duration> {
    // What is not below 2⁶³ was no number to the original either.
    text.parse::<i64>().ok().and_then(|number| u64::try_from(number).ok()).map(Duration::from_millis)
}

/// How many, from 0.
pub(in super::super) const COUNT: Kind<u32> = Kind { expected: "a whole number", read: parsed };

/// How many, from 1.
pub(in super::super) const AT_LEAST_ONE: Kind<u32> = Kind {
    expected: "a whole number from 1",
    read: |text| text.parse().ok().filter(|&number| number > 0).ok_or(Unreadable::Refused),
};

/// How much of the load, from 1.
pub(in super::super) const WEIGHT: Kind<u32> = AT_LEAST_ONE;

/// How many, if it matters.
pub(in super::super) const OPTIONAL_COUNT: Kind<Option<u32>> = Kind {
    expected: "a whole number from 1",
    read: |text| optional(text, |text| text.parse().ok().filter(|&number| number > 0)),
};

/// A share of the whole.
pub(in super::super) const PERCENT: Kind<u8> = Kind {
    expected: "a percentage from 0 to 100",
    read: |text| text.parse().ok().filter(|&number| number <= 100).ok_or(Unreadable::Refused),
};

/// A number above 0 and up to 1; others are ignored (elastic-load-balancer.md §1.6).
pub(in super::super) const RATE: Kind<f64> = Kind {
    expected: "a number above 0 and not above 1",
    read: |text| match text.parse::<f64>() {
        Ok(number) if number > 0.0 && number <= 1.0 => Ok(number),
        Ok(_) => Err(Unreadable::Ignored),
        Err(_) => Err(Unreadable::Refused),
    },
};

/// A number by which something grows.
pub(in super::super) const FACTOR: Kind<f64> = Kind {
    expected: "a number from 1",
    read: |text| match text.parse::<f64>() {
        Ok(number) if number >= 1.0 && number.is_finite() => Ok(number),
        _ => Err(Unreadable::Refused),
    },
};

/// A load average.
pub(in super::super) const LOAD: Kind<f64> = Kind {
    expected: "a number above 0",
    read: |text| match text.parse::<f64>() {
        Ok(number) if number > 0.0 && number.is_finite() => Ok(number),
        _ => Err(Unreadable::Refused),
    },
};

/// How long.
pub(in super::super) const MILLISECONDS: Kind<Duration> = Kind {
    expected: "milliseconds, as a whole number",
    read: |text| milliseconds(text).ok_or(Unreadable::Refused),
};

/// How long, but not for no time at all.
pub(in super::super) const SOME_MILLISECONDS: Kind<Duration> = Kind {
    expected: "milliseconds, as a whole number from 1",
    read: |text| milliseconds(text).filter(|time| !time.is_zero()).ok_or(Unreadable::Refused),
};

/// How long, if there is an end.
pub(in super::super) const OPTIONAL_MILLISECONDS: Kind<Option<Duration>> = Kind {
    expected: "milliseconds, as a whole number from 1",
    read: |text| optional(text, |text| milliseconds(text).filter(|time| !time.is_zero())),
};

/// How long; 0 and less are as good as nothing (elastic-load-balancer.md §3.5).
pub(in super::super) const WINDOW: Kind<Option<Duration>> = Kind {
    expected: "milliseconds, as a whole number",
    read: |text| match text {
        "" => Ok(None),
        text => match text.parse::<i64>() {
            Ok(number) => {
                let number = u64::try_from(number).unwrap_or(0);
                Ok((number > 0).then_some(Duration::from_millis(number)))
            }
            Err(_) => Err(Unreadable::Refused),
        },
    },
};

/// How many bytes.
pub(in super::super) const SIZE: Kind<u64> = Kind {
    expected: "bytes, or a whole number and k or m",
    read: |text| {
        let (digits, factor) = match text.strip_suffix(['k', 'K']) {
            Some(digits) => (digits, 1 << 10),
            None => match text.strip_suffix(['m', 'M']) {
                Some(digits) => (digits, 1 << 20),
                None => (text, 1),
            },
        };
        let number = digits.parse::<u64>().ok().and_then(|number| number.checked_mul(factor));
        number.ok_or(Unreadable::Refused)
    },
};

/// True or false as the original reads it: all but `true` is false.
pub(in super::super) const BOOLEAN: Kind<bool> = Kind {
    expected: "`true` or `false`",
    read: |text| match text {
        _ if text.eq_ignore_ascii_case("true") => Ok(true),
        _ if text.eq_ignore_ascii_case("false") => Ok(false),
        _ => Err(Unreadable::TakenAs(false, "false")),
    },
};

/// True or false for keys that the original does not have: nothing is guessed.
pub(in super::super) const SWITCH: Kind<bool> = Kind {
    expected: "`on` or `off`, `true` or `false`",
    read: |text| match text.to_ascii_lowercase().as_str() {
        "on" | "true" => Ok(true),
        "off" | "false" => Ok(false),
        _ => Err(Unreadable::Refused),
    },
};

/// Any text.
pub(in super::super) const TEXT: Kind<Arc<str>> = Kind { expected: "text", read: |text| Ok(text.into()) };

/// Any text, if given.
pub(in super::super) const OPTIONAL_TEXT: Kind<Option<Arc<str>>> =
    Kind { expected: "text", read: |text| optional(text, |text| Some(text.into())) };

/// A path of a URL.
pub(in super::super) const PATH: Kind<Arc<str>> = Kind {
    expected: "a path such as /health",
    read: |text| match text.starts_with('/') && text.parse::<http::uri::PathAndQuery>().is_ok() {
        true => Ok(text.into()),
        false => Err(Unreadable::Refused),
    },
};

/// Texts, separated by commas.
pub(in super::super) const LIST: Kind<Arc<[Arc<str>]>> =
    Kind { expected: "a list, separated by commas", read: |text| Ok(items(text).map(Arc::from).collect()) };

/// The items of a list, trimmed, without empty ones (elastic-load-balancer.md §1.6 rule 11).
pub(in super::super) fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty())
}

/// The name of a cookie (RFC 6265 §4.1.1).
pub(in super::super) const OPTIONAL_COOKIE: Kind<Option<Arc<str>>> = Kind {
    expected: "the name of a cookie, of at most 64 letters",
    read: |text| {
        let is_name = |text: &str| text.len() <= 64 && http::HeaderName::from_str(text).is_ok();
        optional(text, |text| is_name(text).then(|| Arc::from(text)))
    },
};

/// A port.
pub(in super::super) const PORT: Kind<u16> = Kind {
    expected: "a port from 1 to 65535",
    read: |text| text.parse().ok().filter(|&port| port > 0).ok_or(Unreadable::Refused),
};

/// A port, if given.
pub(in super::super) const OPTIONAL_PORT: Kind<Option<u16>> = Kind {
    expected: "a port from 1 to 65535",
    read: |text| optional(text, |text| text.parse().ok().filter(|&port| port > 0)),
};

/// Blocks of addresses.
pub(in super::super) const NETWORKS: Kind<Networks> =
    Kind { expected: "addresses or blocks such as 10.0.0.0/8, separated by commas", read: parsed };

/// Domains of cookies.
pub(in super::super) const COOKIE_DOMAINS: Kind<Replacements> = Kind {
    expected: "`members`, or FROM=TO, separated by commas",
    read: |text| Replacements::domains(text).ok_or(Unreadable::Refused),
};

/// Paths of cookies.
pub(in super::super) const COOKIE_PATHS: Kind<Replacements> = Kind {
    expected: "/FROM=/TO, separated by commas",
    read: |text| Replacements::paths(text).ok_or(Unreadable::Refused),
};

/// Status codes.
pub(in super::super) const STATUSES: Kind<StatusRanges> =
    Kind { expected: "status codes such as 200-399,401", read: parsed };

/// An algorithm.
pub(in super::super) const ALGORITHM: Kind<Algorithm> = Kind {
    expected: "`round_robin`, `weighted_round_robin`, `weighted_rrlc`, `least_requests`, `power_of_two_choices`, \
               `random`, `consistent_hash` or `peak_ewma`, or the class of one",
    read: parsed,
};

/// What a hash is made of.
pub(in super::super) const HASH_SOURCE: Kind<HashSource> =
    Kind { expected: "`header:NAME`, `cookie:NAME` or `source`", read: parsed };

/// How sessions stick.
pub(in super::super) const STICKINESS: Kind<Stickiness> = Kind { expected: Stickiness::WORDS, read: parsed };

/// Whether addresses are rewritten.
pub(in super::super) const LOCATION_REWRITING: Kind<LocationRewriting> =
    Kind { expected: LocationRewriting::WORDS, read: parsed };

/// How members are checked.
pub(in super::super) const HEALTH_CHECK: Kind<HealthCheckKind> =
    Kind { expected: HealthCheckKind::WORDS, read: parsed };

/// Which instance goes.
pub(in super::super) const VICTIM: Kind<Victim> = Kind { expected: Victim::WORDS, read: parsed };

/// What the autoscaler measures, if it is said.
pub(in super::super) const OPTIONAL_SIGNAL: Kind<Option<Signal>> =
    Kind { expected: Signal::WORDS, read: |text| optional(text, |text| text.parse().ok()) };

/// The rule of the autoscaler, if it is said.
pub(in super::super) const OPTIONAL_POLICY: Kind<Option<ScalingPolicy>> = Kind {
    expected: ScalingPolicy::WORDS,
    read: |text| optional(text, |text| ScalingPolicy::named(text).ok()),
};

/// The task of the autoscaler: the class says what is measured (elastic-load-balancer.md §8, W27).
pub(in super::super) const TASK: Kind<Signal> = Kind {
    expected: "the class ServiceRequestsInFlightAutoscaler, ServiceRequestsInFlightEC2Autoscaler, \
               MessagesInFlightBasedEC2LoadAnalyzerTask or LoadAverageBasedEC2LoadAnalyzerTask",
    read: |text| match text.rsplit('.').next() {
        Some(
            "ServiceRequestsInFlightAutoscaler"
            | "ServiceRequestsInFlightEC2Autoscaler"
            | "MessagesInFlightBasedEC2LoadAnalyzerTask",
        ) => Ok(Signal::InFlight),
        Some("LoadAverageBasedEC2LoadAnalyzerTask") => Ok(Signal::LoadAverage),
        _ => Err(Unreadable::Refused),
    },
};
