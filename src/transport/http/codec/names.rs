//! Names of header lines. Most are the same from message to message, so a thread remembers the last that it saw.

use std::cell::RefCell;

use ::http::HeaderName;

/// How many names are remembered, a power of two. The place of a name follows from its bytes; another of the same place takes it.
const PLACES: usize = 64;

/// Longer names are not remembered.
const LONGEST: usize = 40;

/// A name as it was written, in whatever case, and what it means.
struct Seen {
    written: Box<[u8]>,
    name: HeaderName,
}

thread_local! {
    static SEEN: RefCell<[Option<Seen>; PLACES]> = const { RefCell::new([const { None }; PLACES]) };
}

/// The name that was written so; `None` when it is none.
pub(super) fn header_name(written: &[u8]) -> Option<HeaderName> {
    if written.len() > LONGEST {
        return HeaderName::from_bytes(written).ok();
    }
    SEEN.with_borrow_mut(|seen| match seen.get_mut(place(written)) {
        Some(Some(seen)) if *seen.written == *written => Some(seen.name.clone()),
        other => {
            let name = HeaderName::from_bytes(written).ok()?;
            if let Some(place) = other {
                *place = Some(Seen { written: written.into(), name: name.clone() });
            }
            Some(name)
        }
    })
}

/// The names in use differ in length, or in what they begin or end with.
fn place(written: &[u8]) -> usize {
    let byte = |at: usize| written.get(at).map_or(0, |byte| usize::from(*byte));
    let last = byte(written.len().saturating_sub(1));
    (written.len() + byte(0) * 7 + byte(written.len() / 2) * 5 + last * 3) % PLACES
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names of one place take it from each other, and are still told apart.
    #[test]
    fn names_are_what_they_are_however_often_they_come() {
        let written: Vec<String> = (0..500).map(|number| format!("X-Name-{number}")).collect();
        for _ in 0..3 {
            for written in &written {
                let name = header_name(written.as_bytes()).expect("a name");
                assert_eq!(name.as_str(), written.to_ascii_lowercase());
            }
        }
        for written in ["Host", "host", "HOST", "Content-Length", "content-length"] {
            let name = header_name(written.as_bytes()).expect("a name");
            assert_eq!(name.as_str(), written.to_ascii_lowercase());
        }
    }

    #[test]
    fn what_is_no_name_is_never_remembered_as_one() {
        for _ in 0..2 {
            for written in [&b""[..], b"a b", b"a:", b"\x80", b"a\0"] {
                assert_eq!(header_name(written), None, "{written:?}");
            }
            assert!(header_name("x".repeat(LONGEST + 1).as_bytes()).is_some());
        }
    }
}
