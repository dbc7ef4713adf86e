//! The nearest known name, for "did you mean".

/// Names longer than this are never compared letter by letter.
const LONGEST: usize = 100;

/// The candidate nearest to `name`, when one is near enough to be meant.
///
/// One that differs only in case wins. Otherwise the smallest number of insertions, deletions, replacements and
/// swaps of neighbours counts, at most a third of the name's characters and never all of them; the first of
/// equals wins.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let letters: Vec<char> = name.chars().flat_map(char::to_lowercase).collect();
    let allowed = (letters.len() / 3).max(1);
    let mut best: Option<(usize, &'a str)> = None;
    for candidate in candidates {
        let other: Vec<char> = candidate.chars().flat_map(char::to_lowercase).take(LONGEST + 1).collect();
        if other == letters {
            return Some(candidate);
        }
        if letters.len().abs_diff(other.len()) > allowed || letters.len().max(other.len()) > LONGEST {
            continue;
        }
        let distance = edit_distance(&letters, &other);
        let near = distance <= allowed && distance < letters.len();
        if near && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// The Damerau-Levenshtein distance in its "optimal string alignment" form.
fn edit_distance(left: &[char], right: &[char]) -> usize {
    let mut before_previous: Vec<usize> = Vec::new();
    let mut previous: Vec<usize> = (0..=right.len()).collect();
    for (row, &letter) in left.iter().enumerate() {
        let mut current = Vec::with_capacity(right.len() + 1);
        current.push(row + 1);
        for (column, &other) in right.iter().enumerate() {
            let replaced = previous[column] + usize::from(letter != other);
            let mut least = replaced.min(previous[column + 1] + 1).min(current[column] + 1);
            let swapped = row > 0 && column > 0 && letter == right[column - 1] && left[row - 1] == other;
            if swapped {
                least = least.min(before_previous[column - 1] + 1);
            }
            current.push(least);
        }
        before_previous = std::mem::replace(&mut previous, current);
    }
    previous.last().copied().unwrap_or(left.len())
}
