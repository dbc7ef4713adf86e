//! The dates of `Expires`, in the many forms that servers write (RFC 6265 §5.1.1).

use std::time::SystemTime;

use jiff::civil::DateTime;
use jiff::tz::Offset;

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// The moment that the text means; `None` when it is no date by RFC 6265 §5.1.1.
pub(super) fn cookie_date(text: &str) -> Option<SystemTime> {
    let (mut time, mut day, mut month, mut year) = (None, None, None, None);
    for token in text.split(is_delimiter).filter(|token| !token.is_empty()) {
        if time.is_none()
            && let Some(found) = time_of_day(token)
        {
            time = Some(found);
        } else if day.is_none()
            && let Some(found) = number(token, 1, 2)
        {
            day = Some(found);
        } else if month.is_none()
            && let Some(found) = month_of_year(token)
        {
            month = Some(found);
        } else if year.is_none()
            && let Some(found) = number(token, 2, 4)
        {
            year = Some(found);
        }
    }

    let (hour, minute, second) = time?;
    let year = match year? {
        year @ 70..=99 => year.checked_add(1900)?,
        year @ 0..=69 => year.checked_add(2000)?,
        year => year,
    };
    if year < 1601 {
        return None;
    }
    let narrow = |number: i16| i8::try_from(number).ok();
    let date = DateTime::new(year, month?, narrow(day?)?, narrow(hour)?, narrow(minute)?, narrow(second)?, 0)
        .ok()?;
    Offset::UTC.to_timestamp(date).ok().map(SystemTime::from)
}

fn is_delimiter(letter: char) -> bool {
    matches!(letter, '\t' | ' '..='/' | ';'..='@' | '['..='`' | '{'..='~')
}

/// `h:m:s`, each of one or two digits.
fn time_of_day(token: &str) -> Option<(i16, i16, i16)> {
    let mut fields = token.splitn(3, ':');
    let (hour, minute) = (fields.next()?, fields.next()?);
    let whole = |field: &str| number(field, 1, 2).filter(|_| field.bytes().all(|byte| byte.is_ascii_digit()));
    Some((whole(hour)?, whole(minute)?, number(fields.next()?, 1, 2)?))
}

fn month_of_year(token: &str) -> Option<i8> {
    let start = token.get(..3)?;
    let at = MONTHS.iter().position(|month| month.eq_ignore_ascii_case(start))?;
    i8::try_from(at).ok()?.checked_add(1)
}

/// The number that the token starts with, if it has so many digits.
fn number(token: &str, least: usize, most: usize) -> Option<i16> {
    let digits = token.bytes().take_while(u8::is_ascii_digit).count();
    if !(least..=most).contains(&digits) {
        return None;
    }
    token.get(..digits)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::cookie_date;

    /// The forms of RFC 9110 §5.6.7, those of Netscape that servers still send, and texts that are none.
    #[test]
    fn dates_as_servers_write_them() {
        let epoch = |seconds| Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        for (text, expected) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", epoch(784_111_777)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", epoch(784_111_777)),
            ("Sun Nov  6 08:49:37 1994", epoch(784_111_777)),
            ("Thu, 01-Jan-1970 00:00:10 GMT", epoch(10)),
            ("Thu, 01 Jan 1970 00:00:00 GMT", epoch(0)),
            ("1 jan 70 0:0:1", epoch(1)),
            ("Fri, 01-Jan-38 00:00:00 GMT", epoch(2_145_916_800)),
            ("Wed, 31 Feb 2024 00:00:00 GMT", None),
            ("Thu, 01 Jan 1600 00:00:00 GMT", None),
            ("Thu, 01 Jan 1970 24:00:00 GMT", None),
            ("Thu, 01 Jan 1970", None),
            ("0", None),
            ("-1", None),
            ("", None),
            ("::::", None),
            ("99999999 99:99:99 Ja\u{e9}n", None),
        ] {
            assert_eq!(cookie_date(text), expected, "{text:?}");
        }
    }
}
