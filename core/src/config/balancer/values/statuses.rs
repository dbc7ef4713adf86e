//! Which status codes count as a good answer.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Status codes, written like `200-399,401`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusRanges(Arc<[(u16, u16)]>);

impl StatusRanges {
    /// Whether a status code is among them.
    pub fn contains(&self, status: u16) -> bool {
        self.0.iter().any(|&(first, last)| (first..=last).contains(&status))
    }
}

impl fmt::Display for StatusRanges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (first, last)) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            match first == last {
                true => write!(f, "{comma}{first}")?,
                false => write!(f, "{comma}{first}-{last}")?,
            }
        }
        Ok(())
    }
}

impl FromStr for StatusRanges {
    type Err = NoStatus;

    fn from_str(text: &str) -> Result<StatusRanges, NoStatus> {
        let status = |text: &str| {
            let number: u16 = text.trim().parse().ok()?;
            (100..=599).contains(&number).then_some(number)
        };
        let range = |item: &str| {
            let (first, last) = item.split_once('-').unwrap_or((item, item));
            let (first, last) = (status(first)?, status(last)?);
            (first <= last).then_some((first, last))
        };
        let ranges = text.split(',').map(range).collect::<Option<Arc<[_]>>>();
        ranges.map(StatusRanges).ok_or(NoStatus)
    }
}

/// The text is no list of status codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected status codes such as 200-399,401")]
pub struct NoStatus;
