//! Cron expressions in the syntax of Quartz: seconds, minutes, hours, day of month, month, day of week, and perhaps a year.
//!
//! [`Cron::parse`] reads each field, and writes it anew as lists that every reader of cron expressions takes for the same
//! ([`normalize`]); the search for the next moment is the croner crate's.
//!
//! A moment is one of the wall clock of a time zone. Where the clock goes forward, an expression for one time of the day
//! that falls into the gap counts for the first moment after it, and others pass the gap over. Where it goes back, an
//! expression for one time of the day counts once, at the earlier moment, and others in both.

mod field;
mod normalize;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use jiff::Zoned;

use field::FieldError;
use normalize::normalize;

/// A cron expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cron {
    text: Arc<str>,
    pattern: Arc<croner::Cron>,
}

/// What is wrong with a cron expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CronError {
    /// What is wrong, in one sentence for people.
    pub message: String,
    /// The bytes of the expression that it is about; all of them when it is about the whole.
    pub range: std::ops::Range<usize>,
}

impl Cron {
    /// Reads an expression. Words and letters count in either case.
    ///
    /// # Errors
    /// What is wrong, and where. The offset from the last day of a month (`L-3`) is not supported.
    pub fn parse(text: &str) -> Result<Self, CronError> {
        let normalized = normalize(text)?;
        let parser = croner::parser::CronParser::builder()
            .seconds(croner::parser::Seconds::Required)
            .year(croner::parser::Year::Optional)
            .alternative_weekdays(true)
            .build();
        let pattern = parser
            .parse(&normalized)
            .map_err(|error| CronError { message: error.to_string(), range: 0..text.len() })?;
        Ok(Self { text: text.into(), pattern: Arc::new(pattern) })
    }

    /// The expression as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The first moment later than `after`, in its time zone; `None` when there is none.
    pub fn next(&self, after: &Zoned) -> Option<Zoned> {
        // Moments are whole seconds: what follows the second that `after` is in follows `after`.
        let second =
            after.round(jiff::ZonedRound::new().smallest(jiff::Unit::Second).mode(jiff::RoundMode::Floor));
        self.pattern.find_next_occurrence(&second.ok()?, false).ok()
    }
}

impl CronError {
    /// An error in one field.
    fn in_field(error: FieldError, field: &str, range: std::ops::Range<usize>) -> Self {
        let message = match error {
            FieldError::OffsetFromLast => {
                "days counted from the end of the month (L-…) are not supported".to_owned()
            }
            error => format!("{error} in the field of the {field}"),
        };
        Self { message, range }
    }
}
