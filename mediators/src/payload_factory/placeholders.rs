//! Texts with places for arguments in them.

use std::ops::Range;

/// A text cut at its placeholders `$1`, `$2` and so on.
#[derive(Clone, Debug)]
pub(super) struct Pattern(Box<[Piece]>);

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Text as written.
    Text(Box<str>),
    /// The argument with this index, the first being 0.
    Argument(usize),
}

/// A placeholder as written, such as `$2`, whose argument does not exist; it stays in the text (case 131).
pub(super) type Dangling = Box<str>;

/// The placeholders of a text: where each stands, and its number when it has an argument.
pub(super) fn placeholders(
    text: &str,
    arguments: usize,
) -> impl Iterator<Item = (Range<usize>, Option<usize>)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let start = from + text.get(from..)?.find('$')?;
            let rest = text.get(start + 1..)?;
            let digits = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
            let end = start + 1 + digits;
            from = end;
            if digits > 0 {
                let number = rest.get(..digits)?.parse::<usize>().ok();
                let index =
                    number.and_then(|number| number.checked_sub(1)).filter(|index| *index < arguments);
                return Some((start..end, index));
            }
        }
    })
}

impl Pattern {
    /// Cuts a text at the placeholders of so many arguments; those without an argument are reported to `dangling`.
    pub(super) fn parse(text: &str, arguments: usize, dangling: &mut Vec<Dangling>) -> Self {
        let (mut pieces, mut done) = (Vec::new(), 0);
        let slice = |range: Range<usize>| Box::<str>::from(text.get(range).unwrap_or_default());
        for (range, index) in placeholders(text, arguments) {
            let Some(index) = index else {
                dangling.push(slice(range));
                continue;
            };
            if done < range.start {
                pieces.push(Piece::Text(slice(done..range.start)));
            }
            pieces.push(Piece::Argument(index));
            done = range.end;
        }
        if done < text.len() {
            pieces.push(Piece::Text(slice(done..text.len())));
        }
        Self(pieces.into())
    }

    /// True when an argument goes into the text.
    pub(super) fn has_arguments(&self) -> bool {
        self.0.iter().any(|piece| matches!(piece, Piece::Argument(_)))
    }

    /// The parts in order.
    pub(super) fn pieces(&self) -> &[Piece] {
        &self.0
    }

    /// The text with arguments in its places; what is put there is not looked at again (case 130).
    pub(super) fn fill<T: AsRef<str>>(&self, argument: impl Fn(usize) -> T) -> String {
        let mut filled = String::new();
        for piece in self.pieces() {
            match piece {
                Piece::Text(text) => filled.push_str(text),
                Piece::Argument(index) => filled.push_str(argument(*index).as_ref()),
            }
        }
        filled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_at_the_placeholders_that_have_an_argument() {
        let table: [(&str, &[Piece], &[&str]); 8] = [
            ("", &[], &[]),
            ("a$", &[Piece::Text("a$".into())], &[]),
            ("$1", &[Piece::Argument(0)], &[]),
            ("$2$1", &[Piece::Argument(1), Piece::Argument(0)], &[]),
            ("a $1b", &[Piece::Text("a ".into()), Piece::Argument(0), Piece::Text("b".into())], &[]),
            ("$x$$2", &[Piece::Text("$x$".into()), Piece::Argument(1)], &[]),
            ("$12", &[Piece::Text("$12".into())], &["$12"]),
            (
                "$0 $99999999999999999999 \u{e9}$3",
                &[Piece::Text("$0 $99999999999999999999 \u{e9}$3".into())],
                &["$0", "$99999999999999999999", "$3"],
            ),
        ];
        for (text, pieces, missing) in table {
            let mut dangling = Vec::new();
            let pattern = Pattern::parse(text, 2, &mut dangling);
            assert_eq!(pattern.pieces(), pieces, "{text}");
            assert_eq!(dangling.iter().map(|one| &**one).collect::<Vec<_>>(), missing, "{text}");
        }
    }

    #[test]
    fn what_is_filled_in_is_not_filled_again() {
        let pattern = Pattern::parse("<$1|$2>", 2, &mut Vec::new());
        assert_eq!(pattern.fill(|index| ["$2", "$1"][index]), "<$2|$1>");
    }
}
