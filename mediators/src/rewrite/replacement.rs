//! What a match is replaced by, as `Matcher.replaceAll` of Java reads it: `$1` and `${name}` are groups, a backslash
//! takes the meaning from what follows.

use regex::{Captures, Regex};

/// A replacement, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Replacement(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Group(usize),
}

impl Replacement {
    /// Understands a text as replacement for what the pattern matches.
    ///
    /// # Errors
    /// What is wrong with it: a group that there is none of, a `$` or a backslash with nothing behind it.
    pub(super) fn parse(text: &str, pattern: &Regex) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(letter) = rest.chars().next() {
            rest = &rest[letter.len_utf8()..];
            match letter {
                '\\' => {
                    let next = rest.chars().next().ok_or("a backslash needs a character behind it")?;
                    rest = &rest[next.len_utf8()..];
                    plain.push(next);
                }
                '$' => {
                    parts.push(Part::Text(std::mem::take(&mut plain)));
                    let (group, behind) = group(rest, pattern)?;
                    parts.push(Part::Group(group));
                    rest = behind;
                }
                _ => plain.push(letter),
            }
        }
        parts.push(Part::Text(plain));
        Ok(Self(parts))
    }

    /// Replaces every match.
    pub(super) fn replace_all(&self, text: &str, pattern: &Regex) -> String {
        pattern.replace_all(text, |captures: &Captures<'_>| self.expand(captures)).into_owned()
    }

    fn expand(&self, captures: &Captures<'_>) -> String {
        let parts = self.0.iter().map(|part| match part {
            Part::Text(text) => text.as_str(),
            Part::Group(group) => captures.get(*group).map_or("", |found| found.as_str()),
        });
        parts.collect()
    }
}

/// The group named behind a `$`, and what follows it. A number takes as many digits as make a group that exists.
fn group<'t>(text: &'t str, pattern: &Regex) -> Result<(usize, &'t str), String> {
    if let Some(named) = text.strip_prefix('{') {
        let (name, behind) = named.split_once('}').ok_or("\"${\" is not closed")?;
        let found = pattern.capture_names().position(|known| known == Some(name));
        return Ok((found.ok_or_else(|| format!("there is no group \"{name}\""))?, behind));
    }
    let mut number: Option<usize> = None;
    let mut length = 0;
    for digit in text.chars().map_while(|letter| letter.to_digit(10)) {
        let longer = number.unwrap_or(0).saturating_mul(10).saturating_add(digit as usize);
        if number.is_some() && longer >= pattern.captures_len() {
            break;
        }
        number = Some(longer);
        length += 1;
    }
    match number {
        Some(number) if number < pattern.captures_len() => Ok((number, &text[length..])),
        Some(number) => Err(format!("there is no group {number}")),
        None => Err("a \"$\" means a group; write \"\\$\" for the character".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::Replacement;

    fn replaced(text: &str, pattern: &str, by: &str) -> Result<String, String> {
        let pattern = Regex::new(pattern).expect("a pattern");
        Replacement::parse(by, &pattern).map(|replacement| replacement.replace_all(text, &pattern))
    }

    #[test]
    fn groups_and_backslashes_mean_what_they_mean_in_java() {
        for (text, pattern, by, expected) in [
            ("/soap/a/soap", "soap", "services", "/services/a/services"),
            ("/a/b", "/(a)/(b)", "/$2/$1", "/b/a"),
            ("ab", "(a)(b)", "$10", "a0"),
            ("ab", "(?P<first>a)b", "${first}!", "a!"),
            ("a", "(a)|(b)", "[$2]", "[]"),
            ("a", "a", "\\$1\\\\", "$1\\"),
            ("a", "a", "", ""),
            ("\u{e9}a", "a", "\u{e8}", "\u{e9}\u{e8}"),
        ] {
            assert_eq!(replaced(text, pattern, by).as_deref(), Ok(expected), "{pattern} {by}");
        }
    }

    #[test]
    fn wrong_replacements_are_refused() {
        for by in ["$1", "$", "$x", "a\\", "${a}", "${a"] {
            assert!(replaced("a", "a", by).is_err(), "{by}");
        }
    }
}
