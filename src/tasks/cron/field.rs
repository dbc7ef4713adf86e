//! One field of a cron expression of Quartz.

use std::collections::BTreeSet;

/// What a field holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    /// The word people use for it.
    pub(super) name: &'static str,
    /// The least value.
    pub(super) least: u16,
    /// The largest value.
    pub(super) largest: u16,
    /// Words for values, the first for the least value.
    pub(super) words: &'static [&'static str],
    /// Which letters stand for days.
    pub(super) days: Days,
}

/// Which letters stand for days in a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Days {
    /// None.
    None,
    /// `?`, `L`, `LW` and `15W`.
    OfMonth,
    /// `?`, `L`, `6L` and `6#3`; 1 is Sunday.
    OfWeek,
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum FieldError {
    /// A part is none of the forms there are.
    #[error("\"{0}\" is not understood")]
    Unknown(String),
    /// A value that the field cannot have.
    #[error("{value} is not between {least} and {largest}")]
    OutOfRange {
        /// The value.
        value: String,
        /// The least that there is.
        least: u16,
        /// The largest that there is.
        largest: u16,
    },
    /// A step of nothing, or beyond the field.
    #[error("a step of {0} leads nowhere")]
    Step(String),
    /// A range of years that ends before it begins.
    #[error("the range \"{0}\" ends before it begins")]
    Backwards(String),
    /// `L-3`.
    #[error("days counted from the end of the month")]
    OffsetFromLast,
}

const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// The fields in their order; the last may be left out.
pub(super) const FIELDS: [Kind; 7] = [
    Kind { name: "seconds", least: 0, largest: 59, words: &[], days: Days::None },
    Kind { name: "minutes", least: 0, largest: 59, words: &[], days: Days::None },
    Kind { name: "hours", least: 0, largest: 23, words: &[], days: Days::None },
    Kind { name: "day of the month", least: 1, largest: 31, words: &[], days: Days::OfMonth },
    Kind { name: "month", least: 1, largest: 12, words: &MONTHS, days: Days::None },
    Kind { name: "day of the week", least: 1, largest: 7, words: &WEEKDAYS, days: Days::OfWeek },
    Kind { name: "year", least: 1970, largest: 2099, words: &[], days: Days::None },
];

impl Kind {
    /// Writes a field anew, without anything that readers of cron expressions take differently: `*` alone, or a list of
    /// values and of single days. The text is in upper case.
    pub(super) fn normalize(&self, text: &str) -> Result<String, FieldError> {
        let (mut values, mut days) = (BTreeSet::new(), Vec::new());
        for part in text.split(',') {
            match self.day(part)? {
                Some(day) => days.push(day),
                None => values.extend(self.values(part)?),
            }
        }
        let count = usize::from(self.largest - self.least) + 1;
        if values.len() == count {
            return Ok("*".to_owned());
        }
        let values = values.into_iter().map(|value| value.to_string());
        Ok(values.chain(days).collect::<Vec<_>>().join(","))
    }

    /// A day that depends on the month: `L`, `LW`, `15W`, `6L`, `FRI#2`.
    fn day(&self, part: &str) -> Result<Option<String>, FieldError> {
        match self.days {
            Days::None => Ok(None),
            Days::OfMonth if part == "L" || part == "LW" => Ok(Some(part.to_owned())),
            Days::OfMonth if part.starts_with("L-") => Err(FieldError::OffsetFromLast),
            Days::OfMonth => match part.strip_suffix('W') {
                Some(day) => Ok(Some(format!("{}W", self.value(day, part)?))),
                None => Ok(None),
            },
            // The last day of a week, of any week.
            Days::OfWeek if part == "L" => Ok(Some(self.largest.to_string())),
            Days::OfWeek => {
                if let Some(day) = part.strip_suffix('L') {
                    return Ok(Some(format!("{}L", self.value(day, part)?)));
                }
                let Some((day, number)) = part.split_once('#') else { return Ok(None) };
                let day = self.value(day, part)?;
                match number {
                    "1" | "2" | "3" | "4" | "5" => Ok(Some(format!("{day}#{number}"))),
                    other => {
                        let value = format!("the number {other} of a weekday");
                        Err(FieldError::OutOfRange { value, least: 1, largest: 5 })
                    }
                }
            }
        }
    }

    /// The values of `*`, `5`, `1-5`, and any of them with a step. A single value with a step goes on to the end of the
    /// field; a range may go over the end and begin anew.
    fn values(&self, part: &str) -> Result<Vec<u16>, FieldError> {
        let (range, step) = match part.split_once('/') {
            // `/5` is `*/5`.
            Some(("", step)) => ("*", Some(self.step(step, part)?)),
            Some((range, step)) => (range, Some(self.step(step, part)?)),
            None => (part, None),
        };
        let (first, last) = match range.split_once('-') {
            _ if range == "*" => (self.least, self.largest),
            Some((first, last)) => (self.value(first, part)?, self.value(last, part)?),
            None => {
                let first = self.value(range, part)?;
                (first, if step.is_some() { self.largest } else { first })
            }
        };
        let step = step.unwrap_or(1);
        if first <= last {
            return Ok((first..=last).step_by(step).collect());
        }
        if self.name == "year" {
            return Err(FieldError::Backwards(range.to_owned()));
        }
        let count = self.largest - self.least + 1;
        let unrolled = (first..=last + count).step_by(step);
        Ok(unrolled.map(|value| if value > self.largest { value - count } else { value }).collect())
    }

    /// A value by number or word.
    fn value(&self, text: &str, part: &str) -> Result<u16, FieldError> {
        if let Some(at) = self.words.iter().position(|word| *word == text) {
            return Ok(self.least + u16::try_from(at).unwrap_or(0));
        }
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(FieldError::Unknown(part.to_owned()));
        }
        let value = text.parse().ok().filter(|value| (self.least..=self.largest).contains(value));
        value.ok_or_else(|| FieldError::OutOfRange {
            value: text.to_owned(),
            least: self.least,
            largest: self.largest,
        })
    }

    fn step(&self, text: &str, part: &str) -> Result<usize, FieldError> {
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(FieldError::Unknown(part.to_owned()));
        }
        let longest = usize::from(self.largest);
        let step = text.parse().ok().filter(|step| (1..=longest).contains(step));
        step.ok_or_else(|| FieldError::Step(text.to_owned()))
    }
}
