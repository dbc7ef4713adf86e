//! The table: bounds, least recent use, expiry, walks, and keys made to collide (hardening.md §2 row 23).

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use moka::Equivalent;
use tokio::time::{Instant, advance};

use super::support::{Name, bindings, table};
use crate::balancing::affinity::session::{Key, Lookup};
use crate::balancing::affinity::{Record, SessionTable, Window};

const MINUTE: Window = Window::after_use(Duration::from_secs(60));

fn bind<T: crate::balancing::affinity::Target>(table: &SessionTable<T>, id: &str, target: T) {
    table.bind(&"s".into(), id, "/", target, MINUTE, Instant::now());
}

#[tokio::test(start_paused = true)]
async fn a_full_table_forgets_what_was_not_used_for_longest() {
    let table: SessionTable<usize> = SessionTable::new(100, Instant::now());
    for number in 0..100 {
        bind(&table, &number.to_string(), number);
    }
    assert_eq!(table.statistics().size, 100);
    assert!(table.find("s", "0", Instant::now()).is_some());
    table.statistics();
    bind(&table, "100", 100);
    let statistics = table.statistics();
    assert_eq!((statistics.size, statistics.evicted), (100, 1));
    let known = |id| table.find("s", id, Instant::now()).is_some();
    assert!(known("0") && !known("1") && known("2") && known("100"));
}

/// A burst is let in for a moment: by no more than what waits to be sorted out.
#[tokio::test(start_paused = true)]
async fn a_burst_does_not_outgrow_the_table() {
    let table: SessionTable<usize> = SessionTable::new(1000, Instant::now());
    for number in 0..50_000 {
        bind(&table, &number.to_string(), number);
        if number % 5000 == 0 {
            assert!(table.records(Instant::now()).count() < 2000);
        }
    }
    let statistics = table.statistics();
    assert_eq!((statistics.size, statistics.evicted), (1000, 49_000));
    assert!(table.find("s", "49999", Instant::now()).is_some());
}

#[tokio::test(start_paused = true)]
async fn a_table_without_room_keeps_nothing() {
    let table: SessionTable<usize> = SessionTable::new(0, Instant::now());
    bind(&table, "a", 1);
    assert_eq!(table.statistics().size, 0);
    assert!(table.find("s", "a", Instant::now()).is_none());
}

#[tokio::test(start_paused = true)]
async fn what_is_too_long_is_ignored() {
    let table: Arc<SessionTable<usize>> = table();
    let (long, longer) = ("x".repeat(256), "x".repeat(257));
    for (id, path) in [("", "/"), (&*longer, "/"), ("a", &*longer)] {
        table.bind(&"s".into(), id, path, 1, MINUTE, Instant::now());
    }
    assert_eq!(table.statistics().size, 0);
    table.bind(&"s".into(), &long, &long, 1, MINUTE, Instant::now());
    assert_eq!(table.find("s", &long, Instant::now()).expect("a session").path(), long);
}

#[tokio::test(start_paused = true)]
async fn a_sweep_removes_what_is_over_and_nothing_else() {
    let table: Arc<SessionTable<usize>> = table();
    for number in 0..2000 {
        bind(&table, &number.to_string(), number);
    }
    advance(Duration::from_secs(30)).await;
    for number in 0..1000 {
        let session = table.find("s", &number.to_string(), Instant::now()).expect("a session");
        table.renew(&session, MINUTE, Instant::now());
    }
    advance(Duration::from_secs(31)).await;
    table.sweep(Instant::now()).await;
    let statistics = table.statistics();
    assert_eq!((statistics.size, statistics.expired, statistics.evicted), (1000, 1000, 0));
    table.retain(|session| session.target() % 2 == 0).await;
    assert_eq!(table.statistics().size, 500);
}

/// What was bound anew meanwhile is another session, and stays.
#[tokio::test(start_paused = true)]
async fn forgetting_a_session_spares_its_successor() {
    let table: Arc<SessionTable<Name>> = table();
    bind(&table, "X", "C1");
    let old = table.find("s", "X", Instant::now()).expect("a session");
    bind(&table, "X", "C2");
    table.forget(&old);
    assert_eq!(bindings(&table), [("X".to_owned(), "C2")].into());
}

/// elastic-load-balancer.md §5.7: the session that lives longer wins, in whichever order the news come.
#[tokio::test(start_paused = true)]
async fn merging_takes_the_later_session() {
    let table: Arc<SessionTable<Name>> = table();
    let record = |target, seconds| Record {
        scope: "s".into(),
        id: "X".into(),
        path: "/app".to_owned(),
        target,
        remaining: Duration::from_secs(seconds),
    };
    advance(Duration::from_secs(5)).await;
    let now = Instant::now();
    assert!(table.merge(record("C1", 60), now));
    assert!(!table.merge(record("C2", 60), now));
    assert!(!table.merge(record("C2", 59), now));
    assert!(table.merge(record("C2", 61), now));
    let records: Vec<_> = table.records(now).collect();
    assert_eq!(records, [record("C2", 61)]);
    assert!(!table.merge(Record { id: "x".repeat(257).into(), ..record("C1", 60) }, now));
    assert!(table.merge(Record { remaining: Duration::MAX, ..record("C3", 0) }, now));
    assert_eq!(table.find("s", "X", now).expect("a session").target(), &"C3");
}

#[tokio::test(start_paused = true)]
async fn what_is_over_is_not_replicated() {
    let table: Arc<SessionTable<Name>> = table();
    bind(&table, "X", "C1");
    assert_eq!(table.records(Instant::now()).count(), 1);
    advance(Duration::from_secs(60)).await;
    assert_eq!(table.records(Instant::now()).count(), 1, "at its last moment it lives");
    advance(Duration::from_millis(1)).await;
    assert_eq!(table.records(Instant::now()).count(), 0);
}

/// Row 23: 2^17 ids that all have the same hash code in the language of the original ("Aa" and "BB" have the same). Here
/// they hash to different values, and to others in the next table, and all are found.
#[tokio::test(start_paused = true)]
async fn ids_made_to_collide_do_not() {
    let ids = (0_u32..1 << 17).map(|number| {
        let pair = |bit: u32| if (number >> bit) & 1 == 0 { "Aa" } else { "BB" };
        format!("JSESSIONID={}", (0..17).map(pair).collect::<String>())
    });
    let ids: Vec<String> = ids.collect();
    let table: Arc<SessionTable<usize>> = table();
    for (number, id) in ids.iter().enumerate() {
        bind(&table, id, number);
    }
    for (number, id) in ids.iter().enumerate() {
        assert_eq!(table.find("s", id, Instant::now()).expect("a session").target(), &number);
    }

    let (one, other) = (RandomState::new(), RandomState::new());
    let lookups = || ids.iter().map(|id| Lookup { scope: "s", id });
    let hashes: HashSet<u64> = lookups().map(|lookup| one.hash_one(lookup)).collect();
    assert!(hashes.len() > ids.len() - 8, "{} of {}", hashes.len(), ids.len());
    assert!(lookups().any(|lookup| one.hash_one(lookup) != other.hash_one(lookup)));
    let key = Key { scope: "s".into(), id: ids[0].as_str().into() };
    assert_eq!(one.hash_one(&key), one.hash_one(Lookup { scope: "s", id: &ids[0] }));
    for (scope, id, is_same) in [("s", &ids[0], true), ("t", &ids[0], false), ("s", &ids[1], false)] {
        assert_eq!(Lookup { scope, id }.equivalent(&key), is_same);
    }
}

/// Who has a session's id has the session, so no log line may hold one.
#[tokio::test(start_paused = true)]
async fn ids_are_not_in_debug_output() {
    let table: Arc<SessionTable<Name>> = table();
    bind(&table, "JSESSIONID=secret", "C1");
    let session = table.find("s", "JSESSIONID=secret", Instant::now());
    assert!(!format!("{session:?} {table:?}").contains("secret"));
}
