//! Regular expressions that match no text.

use regex_syntax::hir::{Hir, HirKind, Look};

/// Why a regular expression matches no text at all; none when it may match one, or is no regular expression.
pub fn matches_nothing(pattern: &str) -> Option<&'static str> {
    impossible(&regex_syntax::parse(pattern).ok()?)
}

fn impossible(hir: &Hir) -> Option<&'static str> {
    match hir.kind() {
        HirKind::Class(_) if hir.properties().minimum_len().is_none() => Some("a class without a character"),
        HirKind::Capture(capture) => impossible(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => impossible(&repetition.sub),
        HirKind::Concat(parts) => parts.iter().find_map(impossible).or_else(|| misplaced(parts)),
        HirKind::Alternation(branches) => {
            let first = branches.first().and_then(impossible)?;
            branches.iter().all(|branch| impossible(branch).is_some()).then_some(first)
        }
        _ => None,
    }
}

/// A start behind, or an end before, something that takes a character at least.
fn misplaced(parts: &[Hir]) -> Option<&'static str> {
    let takes = |part: &Hir| part.properties().minimum_len().is_some_and(|least| least > 0);
    for (at, part) in parts.iter().enumerate() {
        let (before, after) = (parts.get(..at)?, parts.get(at + 1..)?);
        if begins_with(part, Look::Start) && before.iter().any(takes) {
            return Some("the start of the text behind a character");
        }
        if ends_with(part, Look::End) && after.iter().any(takes) {
            return Some("the end of the text before a character");
        }
    }
    None
}

/// True for what can only match where this holds.
fn begins_with(hir: &Hir, look: Look) -> bool {
    hir.properties().look_set_prefix().contains(look)
}

/// True for what can only end where this holds.
fn ends_with(hir: &Hir, look: Look) -> bool {
    hir.properties().look_set_suffix().contains(look)
}

#[cfg(test)]
mod tests {
    use super::matches_nothing;

    #[test]
    fn what_cannot_match_is_found() {
        for pattern in [
            "a^",
            "$a",
            "(a)^b",
            "x(^a)",
            "a$b+",
            "[a&&b]",
            "(?:a|b)[^\\s\\S]",
            "(a^|$b)",
            "([a&&b])+",
            "a(?:^b|^c)",
        ] {
            assert!(matches_nothing(pattern).is_some(), "{pattern}");
        }
    }

    #[test]
    fn what_can_match_is_left_alone() {
        for pattern in [
            "",
            "^a$",
            "^^a$$",
            "a*^b",
            "$a*",
            "(^a|b)",
            "(?m)a$\\n^b",
            "x(^a|b)",
            "[a&&b]*",
            "([a&&b]|c)",
            "a?$",
            "(?:a|^)b",
            "\\ba\\b",
            ".*",
            "(",
        ] {
            assert_eq!(matches_nothing(pattern), None, "{pattern}");
        }
    }
}
