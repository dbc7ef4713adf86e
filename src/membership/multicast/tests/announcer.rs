//! When a node says what.

use std::time::Duration;

use tokio::time::Instant;

use super::super::wire::WireError;
use super::super::{Announcer, Balancer, Packet, Says};
use super::{key, member};

fn opened(datagram: Option<Vec<u8>>) -> Packet {
    key("s").open(&datagram.expect("a datagram")).expect("a packet")
}

#[tokio::test(start_paused = true)]
async fn it_speaks_once_in_each_interval() {
    let (second, now) = (Duration::from_secs(1), Instant::now());
    let mut own = Announcer::new(key("s"), [7; 16], 500, second, now);
    assert_eq!(
        (own.next(), own.due(now, 0), own.farewell(0)),
        (None, None, None),
        "nothing to say, nothing to take back"
    );
    let says = Says::Balancer(Balancer::default());
    own.say(says.clone(), now).expect("it fits");
    let first = opened(own.due(now, 1000));
    assert_eq!((first.node, first.started, first.sequence, first.sent), ([7; 16], 500, 1, 1000));
    assert_eq!(first.says, says);
    assert_eq!(own.next(), Some(now + second));
    assert_eq!(own.due(now + second / 2, 1500), None);
    assert_eq!(opened(own.due(now + second, 2000)).sequence, 2);
    // After a pause nothing is said twice.
    let late = now + second * 10;
    assert_eq!(opened(own.due(late, 11_000)).sequence, 3);
    assert_eq!((own.due(late, 11_000), own.next()), (None, Some(late + second)));
    // Something new is said at once.
    own.say(member("10.0.0.1:80", "{}"), late).expect("it fits");
    assert_eq!(opened(own.due(late, 11_000)).says, member("10.0.0.1:80", "{}"));
    for sequence in [5, 6] {
        let farewell = opened(own.farewell(12_000));
        assert_eq!((farewell.says, farewell.sequence), (Says::Farewell, sequence), "as often as asked for");
    }
    assert_eq!((own.next(), own.due(late + second * 10, 0)), (None, None));
}

#[tokio::test(start_paused = true)]
async fn what_does_not_fit_is_not_said() {
    let now = Instant::now();
    let mut own = Announcer::new(key("s"), [7; 16], 500, Duration::from_secs(1), now);
    own.say(member("10.0.0.1:80", "{}"), now).expect("it fits");
    let long = member("10.0.0.1:80", &" ".repeat(1400));
    assert_eq!(own.say(long, now), Err(WireError::Oversized));
    assert_eq!(
        opened(own.due(now, 0)).says,
        member("10.0.0.1:80", "{}"),
        "what was said before still counts"
    );
}
