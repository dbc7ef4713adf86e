//! Regular expressions that must match the whole text.

use regex::{Captures, Regex};
use sinew_core::config::{Attributes, ParseContext};
use sinew_core::diagnostics::{Diagnostic, codes};
use sinew_core::xml::Element;

/// A regular expression that matches a text from its first to its last character, as `regex` of `filter` and
/// `switch` and `pattern` of `property` do (mediators.md §3.8, §4.1).
#[derive(Clone, Debug)]
pub(crate) struct FullMatch {
    regex: Regex,
    /// The same question in fewer words, where there are some.
    plain: Option<Plain>,
}

/// A pattern that needs no engine.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Plain {
    start: Box<str>,
    rest: Rest,
}

/// What may follow the start. A dot stands for every character but the line feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rest {
    /// Nothing.
    Nothing,
    /// `.*`
    Any,
    /// `.+`
    Some,
}

impl FullMatch {
    /// Compiles the text of a required attribute; what is wrong with it is reported.
    pub(crate) fn required(
        name: &'static str,
        element: Element<'_>,
        attributes: &mut Attributes<'_>,
        context: &mut ParseContext<'_>,
    ) -> Option<Self> {
        let text = attributes.required(name, context)?;
        Self::parse(text, name, element, context)
    }

    /// Compiles the text of an attribute; what is wrong with it is reported.
    pub(crate) fn parse(
        text: &str,
        attribute: &str,
        element: Element<'_>,
        context: &mut ParseContext<'_>,
    ) -> Option<Self> {
        let pattern = reported(Self::compile(text), text, attribute, element, context)?;
        context.check_pattern(element, attribute);
        Some(pattern)
    }

    fn compile(text: &str) -> Result<Self, regex::Error> {
        // On its own first: an unbalanced `a)(b` would become balanced by the group put around it.
        Regex::new(text)?;
        let regex = Regex::new(&format!("^(?:{text})$"))?;
        Ok(Self { regex, plain: Plain::of(text) })
    }

    /// True when the whole text matches.
    pub(crate) fn is_match(&self, text: &str) -> bool {
        match &self.plain {
            Some(plain) => plain.is_match(text),
            None => self.regex.is_match(text),
        }
    }

    /// The groups of a match of the whole text.
    pub(crate) fn captures<'t>(&self, text: &'t str) -> Option<Captures<'t>> {
        self.regex.captures(text)
    }

    /// How many groups there are, the whole match included.
    pub(crate) fn groups(&self) -> usize {
        self.regex.captures_len()
    }
}

impl Plain {
    /// A text without anything that means more than itself, and what may follow it.
    fn of(pattern: &str) -> Option<Self> {
        let (start, rest) = match (pattern.strip_suffix(".*"), pattern.strip_suffix(".+")) {
            (Some(start), _) => (start, Rest::Any),
            (None, Some(start)) => (start, Rest::Some),
            (None, None) => (pattern, Rest::Nothing),
        };
        let is_plain = |letter: char| !is_special(letter);
        start.chars().all(is_plain).then(|| Self { start: start.into(), rest })
    }

    fn is_match(&self, text: &str) -> bool {
        let Some(rest) = text.strip_prefix(&*self.start) else { return false };
        match self.rest {
            Rest::Nothing => rest.is_empty(),
            Rest::Any => !rest.as_bytes().contains(&b'\n'),
            Rest::Some => !rest.is_empty() && !rest.as_bytes().contains(&b'\n'),
        }
    }
}

/// Whether a character may mean something else than itself in a pattern.
fn is_special(letter: char) -> bool {
    "\\.+*?()|[]{}^$".contains(letter)
}

/// A regular expression that may match anywhere in a text; what is wrong with it is reported.
pub(crate) fn partial_match(
    attribute: &'static str,
    element: Element<'_>,
    attributes: &mut Attributes<'_>,
    context: &mut ParseContext<'_>,
) -> Option<Regex> {
    let text = attributes.required(attribute, context)?;
    reported(Regex::new(text), text, attribute, element, context)
}

fn reported<T>(
    compiled: Result<T, regex::Error>,
    text: &str,
    attribute: &str,
    element: Element<'_>,
    context: &mut ParseContext<'_>,
) -> Option<T> {
    let error = match compiled {
        Ok(pattern) => return Some(pattern),
        Err(error) => error,
    };
    let (reason, help) = explain(&error);
    let mut diagnostic =
        Diagnostic::error(codes::MEDIATOR_VALUE_INVALID, format!("\"{text}\" is no regular expression"))
            .at(element.attribute_location(attribute))
            .label(reason);
    if let Some(help) = help {
        diagnostic = diagnostic.help(help);
    }
    context.push(diagnostic);
    None
}

/// One line of what the regex crate says, and what might help.
fn explain(error: &regex::Error) -> (String, Option<&'static str>) {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    let reason = last.strip_prefix("error: ").unwrap_or(last).to_owned();
    let unsupported = reason.contains("look-around") || reason.contains("backreference");
    let help = "matching takes linear time here: look-around and back-references do not exist";
    (reason, unsupported.then_some(help))
}

#[cfg(test)]
mod tests {
    use super::FullMatch;

    #[test]
    fn only_the_whole_text_matches() {
        let table = [
            ("IB", "IBM", false),
            ("IB.*", "IBM", true),
            ("a|ab", "ab", true),
            ("a", "a\n", false),
            ("^a$", "a", true),
            ("", "", true),
            ("(^http.?://\\b)(.*):(\\d*)(.*)", "https://host:8243/path", true),
            ("(^http.?://\\b)(.*):(\\d*)(.*)", "https://host/path", false),
        ];
        for (pattern, text, matches) in table {
            let pattern = FullMatch::compile(pattern).expect("the pattern is valid");
            assert_eq!(pattern.is_match(text), matches, "{pattern:?} on {text:?}");
        }
    }

    #[test]
    fn plain_patterns_mean_what_the_engine_says() {
        let patterns = [
            "", "en", "en.*", "en.+", ".*", ".+", "é.*", "a b", "a.*b", "en\\.*", "a|b.*", "(en).*", "#.*",
            "-",
        ];
        let texts =
            ["", "en", "en-US", "en\n", "enx\n", "é", "éa", "\n", "a b", "axb", "en...", "b", "#", "-", "EN"];
        for pattern in patterns {
            let compiled = FullMatch::compile(pattern).expect("the pattern is valid");
            for text in texts {
                let engine = compiled.regex.is_match(text);
                assert_eq!(compiled.is_match(text), engine, "{pattern:?} on {text:?}");
            }
        }
        let plain =
            |pattern: &str| FullMatch::compile(pattern).expect("the pattern is valid").plain.is_some();
        assert!(plain("en.*") && plain("") && plain(".+") && plain("101504"));
        assert!(!plain("en\\.*") && !plain("a|b") && !plain("(en).*") && !plain("e?"));
    }

    #[test]
    fn what_only_balances_inside_a_group_is_refused() {
        for pattern in ["a)(b", "(", "[", "a(?=b)"] {
            assert!(FullMatch::compile(pattern).is_err(), "{pattern}");
        }
    }
}
