//! From the syntax of Quartz to lists that mean the same everywhere (dependencies.md §9).

use super::CronError;
use super::field::FIELDS;

/// How many fields there are at least: the year may be left out.
const LEAST: usize = 6;

/// The places of the day of the month and the day of the week.
const DAYS: [usize; 2] = [3, 5];

/// Writes an expression anew: in upper case, with numbers for words, lists for ranges and steps, and `*` for `?`.
///
/// # Errors
/// It is no expression of Quartz.
pub(super) fn normalize(text: &str) -> Result<String, CronError> {
    let fields = fields(text);
    if !(LEAST..=FIELDS.len()).contains(&fields.len()) {
        let message = match fields.len() {
            5 => "the field of the seconds, which comes first, is missing".to_owned(),
            count => format!("there are {count} fields instead of 6, or 7 with the year"),
        };
        return Err(CronError { message, range: 0..text.len() });
    }
    let is_open = |place: usize| fields.get(place).is_some_and(|(field, _)| *field == "?");
    match DAYS.map(is_open) {
        [true, false] | [false, true] => {}
        [open, _] => {
            let message = match open {
                true => "only one of day of the month and day of the week can be \"?\"",
                false => "one of day of the month and day of the week must be \"?\"",
            };
            let range = fields.get(DAYS[1]).map_or(0..text.len(), |(_, range)| range.clone());
            return Err(CronError { message: message.to_owned(), range });
        }
    }
    let mut normalized = Vec::with_capacity(fields.len());
    for (place, ((field, range), kind)) in fields.iter().zip(FIELDS).enumerate() {
        if DAYS.contains(&place) && *field == "?" {
            normalized.push("*".to_owned());
            continue;
        }
        let field = kind.normalize(&field.to_ascii_uppercase());
        normalized.push(field.map_err(|error| CronError::in_field(error, kind.name, range.clone()))?);
    }
    Ok(normalized.join(" "))
}

/// The fields, and the bytes they stand in.
fn fields(text: &str) -> Vec<(&str, std::ops::Range<usize>)> {
    let mut fields = Vec::new();
    let mut start = None;
    for (at, letter) in text.char_indices().chain([(text.len(), ' ')]) {
        match (letter.is_ascii_whitespace(), start) {
            (true, Some(from)) => {
                fields.push((text.get(from..at).unwrap_or_default(), from..at));
                start = None;
            }
            (false, None) => start = Some(at),
            _ => {}
        }
    }
    fields
}
