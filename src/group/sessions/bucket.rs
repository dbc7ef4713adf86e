//! The text of some sessions.

use std::sync::Arc;
use std::time::Duration;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use crate::balancing::affinity::Record;

/// A session, and until when it lives, in seconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) expiry: u64,
    pub(super) record: Record<Arc<str>>,
}

/// The longest text, in bytes. What does not fit is left out, that which ends first before the rest.
pub(super) const LONGEST: usize = 4 * 1024;

/// Expiries are rounded down to whole multiples of this, in seconds: what is renewed meanwhile needs not be said.
const STEP: u64 = 5;

/// What separates fields and lines cannot be in a field.
const FIELD: &AsciiSet = &CONTROLS.add(b' ').add(b'%');

pub(super) fn rounded(expiry: u64) -> u64 {
    expiry - expiry % STEP
}

/// Writes the sessions, those that live longest first; the same sessions give the same text. None for no sessions.
pub(super) fn write(mut lines: Vec<Line>) -> Option<String> {
    lines.sort_by(|one, other| {
        other.expiry.cmp(&one.expiry).then_with(|| one.record.id.cmp(&other.record.id))
    });
    let mut text = String::new();
    for Line { expiry, record } in &lines {
        let field = |text: &str| utf8_percent_encode(text, FIELD).to_string();
        let fields = [&record.scope, &record.id, &*record.path, &record.target].map(field);
        let line = format!("{expiry} {}\n", fields.join(" "));
        if text.len() + line.len() > LONGEST {
            break;
        }
        text.push_str(&line);
    }
    (!text.is_empty()).then_some(text)
}

/// Reads what makes sense of a text that another balancer wrote.
pub(super) fn read(text: &str) -> impl Iterator<Item = Line> {
    text.lines().filter_map(|line| {
        let mut fields = line.split(' ');
        let expiry = fields.next()?.parse().ok()?;
        let mut field =
            || percent_decode_str(fields.next()?).decode_utf8().ok().map(|text| text.into_owned());
        let (scope, id, path, target) = (field()?, field()?, field()?, field()?);
        let remaining = Duration::ZERO;
        let record = Record { scope: scope.into(), id: id.into(), path, target: target.into(), remaining };
        fields.next().is_none().then_some(Line { expiry, record })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(expiry: u64, id: &str) -> Line {
        let (scope, target) = ("shop.a.domain".into(), "10.0.3.1:9763".into());
        let remaining = Duration::ZERO;
        Line { expiry, record: Record { scope, id: id.into(), path: String::new(), target, remaining } }
    }

    #[test]
    fn sessions_come_back_as_they_were() {
        let lines = vec![line(100, "JSESSIONID=a b%20\n"), line(200, "JSESSIONID=ü")];
        let text = write(lines.clone()).expect("a text");
        let mut read: Vec<Line> = read(&text).collect();
        read.reverse();
        assert_eq!(read, lines);
        assert_eq!(write(Vec::new()), None);
    }

    #[test]
    fn what_makes_no_sense_is_passed_over() {
        let good = write(vec![line(100, "a=b")]).expect("a text");
        for bad in ["", "x", "100", "100 a b c", "100 a b c d e", "-1 a b c d", "100 %ff b c d"] {
            let text = format!("{bad}\n{good}");
            assert_eq!(read(&text).collect::<Vec<_>>(), [line(100, "a=b")], "{bad}");
        }
    }

    #[test]
    fn what_lives_longest_fits() {
        let lines: Vec<Line> =
            (0..200).map(|number| line(1000 + number, &format!("id{number:0>60}"))).collect();
        let text = write(lines).expect("a text");
        assert!(text.len() <= LONGEST && text.len() > LONGEST - 150, "{}", text.len());
        let expiries: Vec<u64> = read(&text).map(|line| line.expiry).collect();
        assert_eq!(expiries.first(), Some(&1199));
        assert!(expiries.is_sorted_by(|one, other| one > other));
    }
}
