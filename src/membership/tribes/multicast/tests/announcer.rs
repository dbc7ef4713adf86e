//! When our own node is announced (membership-wire.md §3.3).

use std::time::Duration;

use tokio::time::Instant;

use super::super::super::wire::Datagram;
use super::super::Announce;
use super::super::announcer::Announcer;

const PERIOD: Duration = Duration::from_millis(500);

fn announcer(now: Instant) -> Announcer {
    let address = "127.0.0.1:4000".parse().expect("an address");
    let announce = Announce { address, domain: "a.b".to_owned(), payload: b"x=y".to_vec() };
    Announcer::new(&announce, [5; 16], PERIOD, now)
}

/// The milliseconds that an announcement says.
fn alive(datagram: Option<Vec<u8>>) -> Option<i64> {
    datagram.map(|datagram| match Datagram::decode(&datagram).expect("a datagram") {
        Datagram::Announcement(record) => record.alive,
        other => panic!("{other:?}"),
    })
}

#[test]
fn it_listens_for_two_periods_and_then_speaks_twice_and_once_in_each_period() {
    let start = Instant::now();
    let mut announcer = announcer(start);
    assert_eq!(alive(announcer.due(start + Duration::from_millis(999))), None);
    let now = start + Duration::from_millis(1000);
    assert_eq!(alive(announcer.due(now)), Some(1000));
    assert_eq!(alive(announcer.due(now)), Some(1000));
    assert_eq!(alive(announcer.due(now)), None);
    assert_eq!(announcer.next(), now + PERIOD);
    assert_eq!(alive(announcer.due(now + PERIOD)), Some(1500));
    assert_eq!(announcer.next(), now + PERIOD * 2);
    // After a pause it does not catch up.
    let late = now + Duration::from_secs(60);
    assert_eq!(alive(announcer.due(late)), Some(61_000));
    assert_eq!(alive(announcer.due(late)), None);
    assert_eq!(announcer.next(), late + PERIOD);
}

#[test]
fn what_is_new_is_said_at_once() {
    let start = Instant::now();
    let mut announcer = announcer(start);
    assert_eq!(announcer.say(b"x=z".to_vec(), start), None);
    let now = start + PERIOD * 2;
    announcer.due(now).expect("an announcement");
    let datagram = announcer.say(b"x=w".to_vec(), now).expect("an announcement");
    let Ok(Datagram::Announcement(record)) = Datagram::decode(&datagram) else { panic!("no announcement") };
    assert_eq!((record.payload.as_slice(), record.unique_id), (&b"x=w"[..], [5; 16]));
}

#[test]
fn farewell() {
    let start = Instant::now();
    let mut announcer = announcer(start);
    let identity = announcer.record().identity();
    let datagram = announcer.farewell(start);
    let Ok(Datagram::Shutdown(record)) = Datagram::decode(&datagram) else { panic!("no shutdown") };
    assert_eq!(record.identity(), identity);
}
