//! What opens, and what does not.

use proptest::prelude::*;

use super::*;

const GROUP: &str = "wso2.carbon.lb.domain";
const OLD: &[u8] = b"an old secret of thirty-two bytes";
const NEW: &[u8] = b"a new secret of thirty-two bytes!";

fn keys(secrets: &[&'static [u8]]) -> Keys {
    Keys::new(GROUP, secrets.iter().copied()).expect("keys")
}

fn content(bytes: &[u8]) -> Content<'_> {
    Content { sender: 7, sequence: 1, part: 0, parts: 1, bytes }
}

#[test]
fn what_is_sealed_opens() {
    let keys = keys(&[OLD]);
    for length in [0, 1, 1_400, PART] {
        let bytes = vec![9; length];
        let mut datagram = keys.seal(&content(&bytes)).expect("random numbers");
        assert_eq!(datagram.len(), length + 55, "the documented overhead");
        assert!(datagram.len() <= LARGEST);
        assert_eq!(keys.open(&mut datagram), Ok(content(&bytes)));
    }
}

#[test]
fn nobody_can_tell_two_datagrams_with_the_same_content_apart() {
    let keys = keys(&[OLD]);
    let [one, other] = [(); 2].map(|()| keys.seal(&content(b"same")).expect("random numbers"));
    assert_eq!(one[..9], other[..9]);
    assert_ne!(one[9..21], other[9..21], "the nonce is random");
    assert_ne!(one[21..], other[21..]);
}

/// First the new key is known everywhere, then it seals, then the old one goes.
#[test]
fn keys_rotate_without_a_gap() {
    let steps = [keys(&[OLD]), keys(&[OLD, NEW]), keys(&[NEW, OLD]), keys(&[NEW])];
    for pair in steps.windows(2) {
        for (from, to) in [(&pair[0], &pair[1]), (&pair[1], &pair[0])] {
            let mut datagram = from.seal(&content(b"x")).expect("random numbers");
            assert!(to.open(&mut datagram).is_ok());
        }
    }
    let mut datagram = steps[0].seal(&content(b"x")).expect("random numbers");
    assert_eq!(steps[3].open(&mut datagram), Err(Refusal::Key));
}

#[test]
fn secrets_are_long_and_different() {
    assert_eq!(Keys::new(GROUP, []).expect_err("none"), KeysError::None);
    assert_eq!(Keys::new(GROUP, [&OLD[..31]]).expect_err("short"), KeysError::Short(31));
    assert_eq!(Keys::new(GROUP, [OLD, OLD]).expect_err("the same"), KeysError::Twice);
}

#[test]
fn what_is_not_ours_is_refused_by_reason() {
    let keys = keys(&[OLD]);
    let sealed = || keys.seal(&content(b"hello")).expect("random numbers");
    let changed = |at: usize| {
        let mut datagram = sealed();
        datagram[at] ^= 1;
        datagram
    };
    let other_group = Keys::new("another", [OLD]).expect("keys");
    let no_part = Content { parts: 0, ..content(b"x") };
    let rows = [
        ("empty", Vec::new(), Refusal::Size),
        ("a header alone", sealed()[..54].to_vec(), Refusal::Size),
        ("too large", vec![1; LARGEST + 1], Refusal::Size),
        ("another version", changed(0), Refusal::Version),
        ("another group", other_group.seal(&content(b"x")).expect("random numbers"), Refusal::Group),
        ("another key", changed(5), Refusal::Key),
        ("a changed nonce", changed(9), Refusal::Forged),
        ("a changed sender", changed(21), Refusal::Forged),
        ("a changed end", changed(59), Refusal::Forged),
        ("cut off", sealed()[..59].to_vec(), Refusal::Forged),
        ("a part beyond the last", keys.seal(&no_part).expect("random numbers"), Refusal::Malformed),
    ];
    for (what, mut datagram, refusal) in rows {
        assert_eq!(keys.open(&mut datagram), Err(refusal), "{what}");
    }
    // The name is part of what is sealed, and of the key.
    let mut disguised = other_group.seal(&content(b"x")).expect("random numbers");
    disguised[1..9].copy_from_slice(&sealed()[1..9]);
    assert_eq!(keys.open(&mut disguised), Err(Refusal::Forged));
}

#[test]
fn a_datagram_counts_once() {
    let mut windows = Windows::default();
    let rows = [
        (1, true),
        (1, false),
        (3, true),
        (2, true),
        (2, false),
        (1_026, true),
        // As far back as it goes: 1,023 behind, and there before.
        (3, false),
        (2, false),
        (1_025, true),
        (9_999, true),
        (8_976, true),
        (8_975, false),
        (0, false),
    ];
    for (sequence, new) in rows {
        assert_eq!(windows.is_new(7, sequence), new, "{sequence}");
    }
    assert!(windows.is_new(8, 1), "each sender counts on its own");
}

#[test]
fn the_memory_of_senders_is_bounded() {
    let mut windows = Windows::default();
    for sender in 0..10_000 {
        assert!(windows.is_new(sender, 5));
        assert!(!windows.is_new(sender, 5));
    }
    assert_eq!(format!("{windows:?}").matches("highest").count(), 256);
}

#[test]
fn large_messages_come_in_parts() {
    let mut assembly = Assembly::default();
    let part = |sender, sequence, part, bytes| Content { sender, sequence, part, parts: 2, bytes };
    assert_eq!(assembly.take(&part(1, 10, 0, b"a")), Ok(None));
    assert_eq!(assembly.take(&part(2, 11, 1, b"y")), Ok(None), "of another sender");
    assert_eq!(assembly.take(&part(1, 11, 1, b"b")), Ok(Some(b"ab".to_vec())));
    assert_eq!(assembly.take(&part(2, 10, 0, b"x")), Ok(Some(b"xy".to_vec())), "in any order");
    assert_eq!(assembly.take(&part(1, 20, 0, b"c")), Ok(None));
    assert_eq!(assembly.take(&part(1, 31, 1, b"d")), Ok(None), "of another message");
    assert_eq!(assembly.take(&part(1, 0, 1, b"e")), Err(Refusal::Malformed));
    assert_eq!(assembly.take(&Content { parts: 5, ..part(1, 20, 0, b"f") }), Err(Refusal::Malformed));
}

proptest! {
    #[test]
    fn no_bytes_open_that_were_not_sealed(mut bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(keys(&[OLD]).open(&mut bytes).is_err());
    }

    #[test]
    fn no_changed_bit_opens(at in 0_usize..100, bit in 0_u8..8) {
        let keys = keys(&[OLD]);
        let mut datagram = keys.seal(&content(&[5; 45])).expect("random numbers");
        datagram[at] ^= 1 << bit;
        prop_assert!(keys.open(&mut datagram).is_err());
    }

    #[test]
    fn a_window_takes_each_count_at_most_once(counts in proptest::collection::vec(0_u64..3_000, 0..300)) {
        let (mut windows, mut seen) = (Windows::default(), std::collections::HashSet::new());
        for count in counts {
            if windows.is_new(1, count) {
                prop_assert!(seen.insert(count));
            }
        }
    }
}
