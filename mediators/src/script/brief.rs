//! Scripts that can only be over soon.

/// Words without which nothing is repeated, and no regular expression runs.
const LONG: [&str; 18] = [
    "for",
    "while",
    "do",
    "class",
    "async",
    "yield",
    "get",
    "set",
    "RegExp",
    "match",
    "matchAll",
    "replace",
    "replaceAll",
    "search",
    "split",
    "test",
    "exec",
    "Proxy",
];

/// True for a script that runs straight to its end: without loops, regular expressions, and functions but the one that
/// is called, which does not call itself. It goes by words alone, whatever they stand in: a script that is taken for a
/// long one only runs elsewhere, and one that is taken for a brief one has the same limits.
pub(super) fn is_brief<'t>(texts: impl Iterator<Item = &'t str>, function: Option<&str>) -> bool {
    let (mut functions, mut calls) = (0, 0);
    for text in texts {
        if text.contains("=>") {
            return false;
        }
        for word in text.split(|letter: char| !letter.is_alphanumeric() && !matches!(letter, '_' | '$')) {
            if LONG.contains(&word) {
                return false;
            }
            functions += usize::from(word == "function");
            calls += usize::from(Some(word) == function);
        }
    }
    match function {
        Some(_) => functions <= 1 && calls <= 1,
        None => functions == 0,
    }
}

#[cfg(test)]
mod tests {
    use super::is_brief;

    #[test]
    fn brief_scripts_repeat_nothing() {
        for text in [
            "mc.setProperty('a', mc.getProperty('b') + 1)",
            "if (mc.getPayloadXML()..*::symbol == 'IBM') { mc.setProperty('a', 1) } else false",
            "mc.setPayloadXML(<a>{mc.getProperty('b')}</a>)",
            "'forward'.length",
        ] {
            assert!(is_brief([text].into_iter(), None), "{text}");
        }
        for text in [
            "while (true) {}",
            "for each (var i in x) {}",
            "function f() { f(); f() } f()",
            "[1].map(x => x)",
            "/(a+)+$/.test(s)",
            "s.replace('a', 'b')",
        ] {
            assert!(!is_brief([text].into_iter(), None), "{text}");
        }
    }

    #[test]
    fn the_function_that_is_called_is_no_other() {
        let is_brief = |text: &str| is_brief([text].into_iter(), Some("mediate"));
        assert!(is_brief("function mediate(mc) { mc.setProperty('a', 1) }"));
        assert!(!is_brief("function mediate(mc) { mediate(mc); mediate(mc) }"));
        assert!(!is_brief("function mediate(mc) { help(mc) } function help(mc) { help(mc); help(mc) }"));
    }
}
