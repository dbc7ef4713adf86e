//! What Tribes nodes may send: datagrams, frames, bodies, object streams and properties. What can be read can be written,
//! and is then the same.

#![no_main]

use libfuzzer_sys::fuzz_target;

// The codecs alone: the product around them would make the target large and slow to build, and they need nothing of it.
#[path = "../../src/membership/tribes/wire/mod.rs"]
#[allow(dead_code, unused_imports)] // The product uses what the target does not.
mod wire;

use wire::{Body, Coordination, Datagram, Frame, FrameDecoder, MemberRecord, Properties, WireError, java};

fuzz_target!(|data: &[u8]| {
    inside(data, MemberRecord::decode(data).map(|(record, layout)| {
        assert_eq!(MemberRecord::decode(&record.encode_as(layout)), Ok((record, layout)));
    }));
    let _ = Datagram::decode(data);
    inside(data, Coordination::decode(data).map(|token| assert_eq!(token.encode(), data)));
    if let Ok(properties) = Properties::read(data) {
        assert_eq!(Properties::read(&properties.write()), Ok(properties));
    }
    body(data);

    // The first byte says in which pieces the rest arrives.
    let Some((&piece, stream)) = data.split_first() else { return };
    let mut decoder = FrameDecoder::default();
    'stream: for piece in stream.chunks(usize::from(piece).max(1)) {
        decoder.push(piece);
        loop {
            match decoder.next_frame() {
                Ok(Some(frame)) => {
                    if let Frame::Message(message) = &frame {
                        body(&message.message);
                    }
                    let mut again = FrameDecoder::default();
                    again.push(&frame.encode());
                    assert_eq!(again.next_frame(), Ok(Some(frame)));
                }
                Ok(None) => break,
                Err(error) => {
                    assert!(error.offset() <= stream.len());
                    break 'stream;
                }
            }
        }
    }
});

/// The body of a message, as tree and as what it says.
fn body(data: &[u8]) {
    inside(data, java::read(data).map(|(tree, length)| {
        assert!(length <= data.len());
        let written = java::write(&tree);
        assert_eq!(java::read(&written), Ok((tree, written.len())));
    }));
    if let Ok(body) = Body::decode(data) {
        let written = body.encode();
        let again = Body::decode(&written).expect("what was written");
        assert_eq!(again.encode(), written);
    }
}

/// An error lies inside the data.
fn inside(data: &[u8], result: Result<(), WireError>) {
    if let Err(error) = result {
        assert!(error.offset() <= data.len(), "{error}");
    }
}
