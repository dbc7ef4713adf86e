//! Slips of the pen, and which expressions are not asked about.

use super::random::Random;

/// The text with one letter taken away, doubled, or exchanged for one that means something.
pub(super) fn damaged(random: &mut Random, text: &str) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let at = random.below(letters.len());
    match random.below(3) {
        // Without blanks Jaxen knows operators all the same.
        _ if letters[at] == ' ' => {}
        0 => drop(letters.remove(at)),
        1 => letters.insert(at, letters[at]),
        _ => {
            let other = ['/', '(', ')', '[', ']', '*', '-', '|', '\'', '.', '@', ':', '$', '1', ','];
            letters[at] = random.choose(&other);
        }
    }
    letters.into_iter().collect()
}

/// True for what Jaxen reads although something is missing or too much: a literal without its end, a colon without a
/// name on either side, a comma or slash before a parenthesis, a step from a number to itself, operators without blanks
/// or with a letter more, a processing instruction without a name. Also true for properties that were not agreed on.
pub(super) fn is_misread(text: &str) -> bool {
    let (mut quote, mut before) = (None, ' ');
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let next = letters.peek().copied().unwrap_or(' ');
        let bare_colon = letter == ':'
            && !((before.is_alphanumeric() || before == ':')
                && (next.is_alphanumeric() || ":*".contains(next)));
        match quote {
            None if matches!(letter, '\'' | '"') => quote = Some(letter),
            None if bare_colon || (letter.is_ascii_digit() && next.is_alphabetic()) => return true,
            Some(open) if open == letter => quote = None,
            _ => {}
        }
        before = letter;
    }
    let dense = text.replace(' ', "");
    let mut properties = text.split("$ctx:").skip(1).map(|rest| {
        let end = rest.find(|letter: char| !letter.is_alphanumeric()).unwrap_or(rest.len());
        &rest[..end]
    });
    quote.is_some()
        || (dense.len() > 1 && dense.ends_with("/"))
        || [",)", "/)", ")/.", "instruction('')"].iter().any(|slip| dense.contains(slip))
        || text.replace("normalize", "").contains("ormalize")
        || ["orr", "andd", "modd", "divv", " or-"].iter().any(|slip| text.contains(slip))
        || properties.any(|name| !["text", "digits", "empty", "number", "flag", "none"].contains(&name))
}

/// True when nodes around an attribute may be looked for.
pub(super) fn goes_on_from_attributes(text: &str) -> bool {
    (text.contains("following::") || text.contains("preceding::"))
        && (text.contains('@') || text.contains("attribute::"))
}
