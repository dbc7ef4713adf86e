//! Which statuses are good.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use http::StatusCode;

/// A set of HTTP statuses, written as `200, 204, 300-399`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statuses(Box<[RangeInclusive<u16>]>);

/// A text is no set of statuses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no status and no range of statuses such as 200-399")]
pub struct InvalidStatuses(pub Box<str>);

/// What HTTP knows (RFC 9110 §15).
const POSSIBLE: RangeInclusive<u16> = 100..=599;

impl Default for Statuses {
    /// Successes and redirects.
    fn default() -> Self {
        Self([200..=399].into())
    }
}

impl Statuses {
    /// Whether a status is one of them.
    pub fn contain(&self, status: StatusCode) -> bool {
        self.0.iter().any(|range| range.contains(&status.as_u16()))
    }
}

impl FromStr for Statuses {
    type Err = InvalidStatuses;

    fn from_str(text: &str) -> Result<Self, InvalidStatuses> {
        let range = |piece: &str| {
            let (first, last) = piece.split_once('-').unwrap_or((piece, piece));
            let number =
                |text: &str| text.trim().parse().ok().filter(|number: &u16| POSSIBLE.contains(number));
            let (first, last) =
                number(first).zip(number(last)).ok_or_else(|| InvalidStatuses(piece.into()))?;
            if first <= last { Ok(first..=last) } else { Err(InvalidStatuses(piece.into())) }
        };
        text.split(',').map(str::trim).map(range).collect::<Result<_, _>>().map(Self)
    }
}

impl fmt::Display for Statuses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, range) in self.0.iter().enumerate() {
            let comma = if number == 0 { "" } else { ", " };
            match (range.start(), range.end()) {
                (first, last) if first == last => write!(f, "{comma}{first}")?,
                (first, last) => write!(f, "{comma}{first}-{last}")?,
            }
        }
        Ok(())
    }
}
