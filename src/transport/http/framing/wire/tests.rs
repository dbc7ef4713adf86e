//! The scanner alone: what it reports, however the bytes are split, and that it keeps its place.

use proptest::prelude::*;

use super::*;

/// The faults of the first heads, and where the last byte lies, after reading pieces of the given sizes.
fn scan(bytes: &[u8], pieces: &[usize]) -> (u64, Vec<Option<WireFault>>, Position) {
    let notes = Arc::new(WireNotes::default());
    let mut scanner = WireScanner::new(Arc::clone(&notes));
    let mut rest = bytes;
    for &size in pieces.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (piece, after) = rest.split_at(size.clamp(1, rest.len()));
        scanner.read(piece);
        rest = after;
    }
    let faults = (0..notes.heads()).map(|index| notes.fault(index)).collect();
    (notes.heads(), faults, notes.position())
}

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const COUNTED: &str = "POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\n\r\n\r\n";
const CHUNKED: &str = "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n4;x=y\r\n\r\n\r\n\r\n00a \r\n0123456789\r\n0\r\nX: y\r\n\r\n";
const BOTH: &str = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n";
const FRAGMENT: &str = "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n";

#[test]
fn faults_are_reported_for_the_head_they_are_in() {
    use WireFault::{Fragment, LengthAndEncoding, Unclear};
    for (bytes, expected) in [
        (GET.to_owned(), vec![None]),
        (GET.repeat(3), vec![None; 3]),
        (format!("\r\n\n{GET}\r\n{GET}"), vec![None; 2]),
        (format!("{COUNTED}{CHUNKED}{COUNTED}{GET}"), vec![None; 4]),
        (format!("{CHUNKED}{CHUNKED}{BOTH}"), vec![None, None, Some(LengthAndEncoding)]),
        (format!("{COUNTED}{FRAGMENT}{GET}"), vec![None, Some(Fragment)]),
        (BOTH.replace("\r\n", "\n"), vec![Some(LengthAndEncoding)]),
        ("POST / HTTP/1.1\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n".to_owned(), vec![Some(Unclear)]),
        ("POST / HTTP/1.1\r\nContent-Length: 4\r\nContent-Length: 04\r\n\r\n".to_owned(), vec![None]),
        ("POST / HTTP/1.1\r\nContent-Length: +4\r\n\r\n".to_owned(), vec![Some(Unclear)]),
        (
            "POST / HTTP/1.1\r\nX-Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n".to_owned(),
            vec![None],
        ),
    ] {
        for pieces in [&[usize::MAX][..], &[1], &[2, 3], &[7]] {
            assert_eq!(scan(bytes.as_bytes(), pieces).1, expected, "{bytes:?} in pieces of {pieces:?}");
        }
    }
}

#[test]
fn after_unclear_chunks_the_next_head_is_refused() {
    let head = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
    for body in [
        "5\nhello\r\n0\r\n\r\n",
        "x\r\n",
        "5\r\nhelloX\r\n",
        "0\r\nX: y\n\r\n",
        "0\n\r\n",
        "\r\n",
        "11111111111111111\r\n",
    ] {
        let notes = Arc::new(WireNotes::default());
        let mut scanner = WireScanner::new(Arc::clone(&notes));
        scanner.read(format!("{head}{body}{GET}").as_bytes());
        assert_eq!(notes.fault(0), None, "{body:?}: it was already passed on");
        assert_eq!(notes.fault(1), Some(WireFault::Unclear), "{body:?}");
    }
}

#[test]
fn a_head_that_was_not_seen_is_unclear() {
    assert_eq!(WireNotes::default().fault(0), Some(WireFault::Unclear));
}

#[test]
fn the_position_is_known() {
    for (bytes, expected) in [
        ("", Position::Boundary),
        ("\r\n", Position::Boundary),
        ("G", Position::Head),
        ("GET / HTTP/1.1\r\n", Position::Head),
        ("GET / HTTP/1.1\r\nHost: a\r\n\r", Position::Head),
        (GET, Position::Boundary),
        ("POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\n", Position::Body),
        ("POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\nabc", Position::Body),
        (COUNTED, Position::Boundary),
        (CHUNKED, Position::Boundary),
        (&CHUNKED[..CHUNKED.len() - 1], Position::Body),
        (BOTH, Position::Body),
    ] {
        assert_eq!(scan(bytes.as_bytes(), &[usize::MAX]).2, expected, "{bytes:?}");
    }
}

#[test]
fn long_lines_in_pieces_are_understood() {
    let long = "x".repeat(1000);
    let bytes = format!("GET /{long}#{long} HTTP/1.1\r\nX: {long}\r\nContent-Length: 1{long}\r\n\r\n",);
    assert_eq!(scan(bytes.as_bytes(), &[10]).1, [Some(WireFault::Unclear)]);
    let bytes = format!("GET /{long}#{long} HTTP/1.1\r\nX: {long}\r\n\r\n");
    assert_eq!(scan(bytes.as_bytes(), &[10]).1, [Some(WireFault::Fragment)]);
    let bytes = format!(
        "POST / HTTP/1.1\r\nX: {long}\r\nTransfer-Encoding: chunked\r\n\r\n1;{long}\r\nx\r\n0\r\n\r\n{BOTH}"
    );
    assert_eq!(scan(bytes.as_bytes(), &[10]).1, [None, Some(WireFault::LengthAndEncoding)]);
}

fn message() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(GET.to_owned()),
        Just(FRAGMENT.to_owned()),
        Just(BOTH.to_owned()),
        "[a-z\r\n]{0,40}"
            .prop_map(|body| format!("PUT / HTTP/1.1\r\nContent-Length: {}\r\n\r\n{body}", body.len())),
        proptest::collection::vec("[a-z\r\n]{1,40}", 0..4).prop_map(|chunks| {
            let chunks: String =
                chunks.iter().map(|chunk| format!("{:X}\r\n{chunk}\r\n", chunk.len())).collect();
            format!("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}0\r\n\r\n")
        }),
    ]
}

proptest! {
    #[test]
    fn splitting_changes_nothing(
        messages in proptest::collection::vec(message(), 1..6),
        pieces in proptest::collection::vec(1_usize..50, 1..8),
    ) {
        let bytes = messages.concat();
        prop_assert_eq!(scan(bytes.as_bytes(), &pieces), scan(bytes.as_bytes(), &[usize::MAX]));
    }

    #[test]
    fn each_message_is_found(messages in proptest::collection::vec(message(), 1..6)) {
        let faulty = messages.iter().position(|message| message == BOTH || message == FRAGMENT);
        let (heads, faults, _) = scan(messages.concat().as_bytes(), &[usize::MAX]);
        prop_assert_eq!(heads, faulty.map_or(messages.len(), |index| index + 1) as u64);
        prop_assert_eq!(faults.iter().position(Option::is_some), faulty);
    }

    #[test]
    fn arbitrary_bytes_do_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..2000), piece in 1_usize..100) {
        scan(&bytes, &[piece]);
    }
}
