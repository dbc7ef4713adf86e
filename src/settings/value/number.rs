//! Numbers with a range: counts, sizes and durations.

use std::fmt;

use toml::de::DeValue;

use super::{Optional, Problem, Value, unexpected};

/// A whole number from `MIN` to `MAX`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Count<const MIN: usize, const MAX: usize>(usize);

/// A size of `MIN` to `MAX` bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ByteSize<const MIN: u64, const MAX: u64>(u64);

/// A time span of `MIN` to `MAX` milliseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration<const MIN: u64, const MAX: u64>(u64);

/// Units of time in milliseconds, the largest first.
const TIME_UNITS: &[(&str, u64)] = &[("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

/// Units of size in bytes, the largest first.
const SIZE_UNITS: &[(&str, u64)] = &[("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];

// === impl Count ===

impl<const MIN: usize, const MAX: usize> Count<MIN, MAX> {
    /// The number.
    pub const fn get(self) -> usize {
        self.0
    }

    fn in_range(number: usize) -> Result<Self, Problem> {
        if (MIN..=MAX).contains(&number) {
            Ok(Self(number))
        } else {
            Err(Problem(format!("{number} is out of range")))
        }
    }
}

impl<const MIN: usize, const MAX: usize> Value for Count<MIN, MAX> {
    const STRING_IN_FILE: bool = false;

    fn kind() -> String {
        format!("a whole number from {MIN} to {MAX}")
    }

    fn from_text(text: &str) -> Result<Self, Problem> {
        let number = text.parse().map_err(|_| Problem(format!("`{text}` is no whole number in range")))?;
        Self::in_range(number)
    }

    fn from_toml(value: &DeValue<'_>) -> Result<Self, Problem> {
        let number = whole_number(value)?;
        usize::try_from(number)
            .map_err(|_| Problem(format!("{number} is out of range")))
            .and_then(Self::in_range)
    }

    fn to_text(&self) -> String {
        self.0.to_string()
    }
}

impl<const MIN: usize, const MAX: usize> Optional for Count<MIN, MAX> {
    const ABSENT: &'static str = "0";
}

impl<const MIN: usize, const MAX: usize> fmt::Debug for Count<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

// === impl ByteSize ===

impl<const MIN: u64, const MAX: u64> ByteSize<MIN, MAX> {
    /// The number of bytes.
    pub const fn get(self) -> u64 {
        self.0
    }

    fn in_range(bytes: u64) -> Result<Self, Problem> {
        if (MIN..=MAX).contains(&bytes) {
            Ok(Self(bytes))
        } else {
            Err(Problem(format!("{} is out of range", with_unit(bytes, SIZE_UNITS))))
        }
    }
}

impl<const MIN: u64, const MAX: u64> Value for ByteSize<MIN, MAX> {
    fn kind() -> String {
        format!("a size from {} to {}", with_unit(MIN, SIZE_UNITS), with_unit(MAX, SIZE_UNITS))
    }

    fn from_text(text: &str) -> Result<Self, Problem> {
        let bytes = match text.parse() {
            Ok(bytes) => bytes,
            Err(_) => parse_with_unit(text, "size", SIZE_UNITS)?,
        };
        Self::in_range(bytes)
    }

    fn from_toml(value: &DeValue<'_>) -> Result<Self, Problem> {
        whole_number(value).and_then(Self::in_range)
    }

    fn to_text(&self) -> String {
        with_unit(self.0, SIZE_UNITS)
    }
}

impl<const MIN: u64, const MAX: u64> Optional for ByteSize<MIN, MAX> {
    const ABSENT: &'static str = "0";

    fn is_absent(text: &str) -> bool {
        text == Self::ABSENT || parse_with_unit(text, "size", SIZE_UNITS) == Ok(0)
    }
}

impl<const MIN: u64, const MAX: u64> fmt::Debug for ByteSize<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

// === impl Duration ===

impl<const MIN: u64, const MAX: u64> Duration<MIN, MAX> {
    /// The time span.
    pub const fn get(self) -> std::time::Duration {
        std::time::Duration::from_millis(self.0)
    }
}

impl<const MIN: u64, const MAX: u64> Value for Duration<MIN, MAX> {
    fn kind() -> String {
        format!("a duration from {} to {}", with_unit(MIN, TIME_UNITS), with_unit(MAX, TIME_UNITS))
    }

    fn from_text(text: &str) -> Result<Self, Problem> {
        let milliseconds = parse_with_unit(text, "duration", TIME_UNITS)?;
        if (MIN..=MAX).contains(&milliseconds) {
            Ok(Self(milliseconds))
        } else {
            Err(Problem(format!("{} is out of range", with_unit(milliseconds, TIME_UNITS))))
        }
    }

    fn from_toml(value: &DeValue<'_>) -> Result<Self, Problem> {
        match whole_number(value) {
            Ok(number) => Err(Problem(format!("{number} has no unit; write for example \"{number}s\""))),
            Err(problem) => Err(problem),
        }
    }

    fn to_text(&self) -> String {
        with_unit(self.0, TIME_UNITS)
    }
}

impl<const MIN: u64, const MAX: u64> Optional for Duration<MIN, MAX> {
    const ABSENT: &'static str = "0";

    fn is_absent(text: &str) -> bool {
        text == Self::ABSENT || parse_with_unit(text, "duration", TIME_UNITS) == Ok(0)
    }
}

impl<const MIN: u64, const MAX: u64> fmt::Debug for Duration<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

// === reading and writing ===

fn whole_number(value: &DeValue<'_>) -> Result<u64, Problem> {
    let integer = value.as_integer().ok_or_else(|| unexpected(value))?;
    u64::from_str_radix(integer.as_str(), integer.radix())
        .map_err(|_| Problem(format!("{integer} is out of range")))
}

/// A number directly followed by one of the units.
fn parse_with_unit(text: &str, what: &str, units: &[(&str, u64)]) -> Result<u64, Problem> {
    let digits = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let names: Vec<&str> = units.iter().rev().map(|(name, _)| *name).collect();
    if number.is_empty() {
        return Err(Problem(format!("`{text}` is no {what}")));
    }
    if unit.is_empty() {
        let (last, others) = names.split_last().unwrap_or((&"", &[]));
        return Err(Problem(format!("`{text}` has no unit: {} or {last}", others.join(", "))));
    }
    let Some((_, factor)) = units.iter().find(|(name, _)| *name == unit) else {
        return Err(Problem(format!("`{text}` is no {what}: the units are {}", names.join(", "))));
    };
    let number: Option<u64> = number.parse().ok();
    number
        .and_then(|number| number.checked_mul(*factor))
        .ok_or_else(|| Problem(format!("`{text}` is out of range")))
}

/// The number in the largest unit that leaves no fraction.
fn with_unit(number: u64, units: &[(&str, u64)]) -> String {
    let unit = match number {
        0 => units.last(),
        _ => units.iter().find(|(_, factor)| number.is_multiple_of(*factor)),
    };
    unit.map_or_else(|| number.to_string(), |(name, factor)| format!("{}{name}", number / factor))
}
