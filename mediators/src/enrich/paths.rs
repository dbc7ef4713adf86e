//! Several JSONPaths in one attribute: what `action="remove"` takes (mediators.md §5.4).

use sinew_core::expression::jsonpath::{JsonPath, Problem};

/// The paths of `json-eval($.a, $.b)`; none when there is only one, which is an expression like any other.
///
/// # Errors
/// One of the paths does not follow the grammar.
pub(super) fn several(text: &str) -> Option<Result<Vec<JsonPath>, Problem>> {
    let inside = text.trim().strip_prefix("json-eval(")?.strip_suffix(')')?;
    let paths = split(inside);
    (paths.len() > 1).then(|| paths.into_iter().map(|path| JsonPath::compile(path.trim())).collect())
}

/// The text between the commas that stand outside of brackets and quotes.
fn split(text: &str) -> Vec<&str> {
    let (mut depth, mut quote, mut escaped) = (0_usize, None, false);
    let is_comma = |letter: char| {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quote.is_some() => escaped = true,
            '\'' | '"' if quote.is_none() => quote = Some(letter),
            _ if quote == Some(letter) => quote = None,
            _ if quote.is_some() => {}
            '[' | '(' => depth = depth.saturating_add(1),
            ']' | ')' => depth = depth.saturating_sub(1),
            ',' => return depth == 0,
            _ => {}
        }
        false
    };
    text.split(is_comma).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_between_paths_are_not_those_inside() {
        for (text, expected) in [
            ("$.a", &["$.a"][..]),
            ("$.a,$.b", &["$.a", "$.b"]),
            ("$['a','b'],$.c[?(@.d == 'x,y')]", &["$['a','b']", "$.c[?(@.d == 'x,y')]"]),
            (r"$['a\',b'],$[0,1]", &[r"$['a\',b']", "$[0,1]"]),
        ] {
            assert_eq!(split(text), expected);
        }
    }
}
