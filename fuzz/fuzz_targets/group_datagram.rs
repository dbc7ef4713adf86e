//! What comes to the port of the group of balancers: bytes of strangers, and what those send who have the key.

#![no_main]

use libfuzzer_sys::fuzz_target;

// The codec alone: the product around it would make the target large and slow to build, and it needs nothing of it.
#[path = "../../src/group/seal/mod.rs"]
#[allow(dead_code, unused_imports)] // The product uses what the target does not.
mod seal;

use seal::{Assembly, Content, Keys, Windows};

const SECRET: &[u8] = b"a secret of thirty-two bytes or more";

fuzz_target!(|data: &[u8]| {
    let keys = Keys::new("lb", [SECRET]).expect("keys");
    assert!(keys.open(&mut data.to_vec()).is_err(), "it was never sealed");

    let (mut windows, mut assembly) = (Windows::default(), Assembly::default());
    let mut taken = std::collections::HashSet::new();
    for chunk in data.chunks(24) {
        let Some((&[sender, high, low, part, parts], bytes)) = chunk.split_first_chunk() else { return };
        let (sender, sequence) = (u64::from(sender % 4), u64::from(high) << 8 | u64::from(low));
        let content = Content { sender, sequence, part, parts, bytes };
        let mut sealed = keys.seal(&content).expect("random numbers");
        match keys.open(&mut sealed) {
            Ok(opened) => {
                assert_eq!(opened, content);
                if windows.is_new(opened.sender, opened.sequence) {
                    assert!(taken.insert((opened.sender, opened.sequence)), "it was there before");
                    let _ = assembly.take(&opened);
                }
            }
            Err(_) => assert!(part >= parts, "it was sealed rightly"),
        }
        // A changed bit is noticed.
        let mut changed = keys.seal(&content).expect("random numbers");
        let at = usize::from(low) % changed.len();
        changed[at] ^= 1 << (high % 8);
        assert!(keys.open(&mut changed).is_err());
    }
});
