//! What answers are worth, and which members they name.

use std::collections::HashMap;
use std::future::{Future, ready};
use std::pin::Pin;

use tokio::time::Instant;

use super::super::look_up::{Found, look_up};
use super::super::refresh::{Refresh, Verdict};
use super::super::told::Told;
use super::super::{Answer, Kind, LookUpError, Record, Resolver, Service};
use super::{name, secs};
use crate::clusters::{ClusterKey, MemberDefinition};
use crate::membership::{Departure, Event};
use crate::settings::DnsRecord;

/// Answers by name and kind; others do not exist.
#[derive(Default)]
struct Zone(HashMap<(&'static str, &'static str), Result<Answer, LookUpError>>);

impl Resolver for Zone {
    fn ask<'a>(
        &'a self,
        name: &'a str,
        kind: Kind,
    ) -> Pin<Box<dyn Future<Output = Result<Answer, LookUpError>> + Send + 'a>> {
        let kind = match kind {
            Kind::A => "A",
            Kind::Aaaa => "AAAA",
            Kind::Srv => "SRV",
        };
        let found = self.0.iter().find(|((one, other), _)| *one == name && *other == kind);
        Box::pin(ready(found.map_or(Ok(Answer::default()), |(_, answer)| answer.clone())))
    }
}

fn addresses(ttl: u64, addresses: &[&str]) -> Result<Answer, LookUpError> {
    let records = addresses.iter().map(|text| Record::Address(text.parse().expect("an address")));
    Ok(Answer { records: records.collect(), ttl: Some(secs(ttl)) })
}

fn service(priority: u16, weight: u16, port: u16, target: &str) -> Record {
    Record::Service(Service { priority, weight, port, target: target.to_owned() })
}

fn shown(found: &Found) -> Vec<String> {
    let members = found.members.iter();
    members.map(|one| format!("{}*{}@{}", one.key(), one.weight, one.reached_at())).collect()
}

#[tokio::test]
async fn addresses_are_members() {
    let zone = Zone(HashMap::from([
        (("shop.test", "A"), addresses(30, &["10.0.0.1", "0.0.0.0", "224.0.0.4"])),
        (("shop.test", "AAAA"), addresses(20, &["2001:db8::1", "::"])),
    ]));
    let look = async |record| look_up(&zone, &name(record)).await.expect("an answer");
    let four = look(DnsRecord::A).await;
    assert_eq!((shown(&four), four.ttl), (vec!["10.0.0.1:80*1@10.0.0.1".to_owned()], Some(secs(30))));
    assert_eq!(four.left_out.len(), 2, "{:?}", four.left_out);
    let six = look(DnsRecord::Aaaa).await;
    assert_eq!(shown(&six), ["[2001:db8::1]:80*1@2001:db8::1"]);
    let both = look(DnsRecord::Address).await;
    assert_eq!((both.members.len(), both.ttl), (2, Some(secs(20))));
}

/// A family without addresses says nothing of how long the others hold; one that cannot be asked for says too little.
#[tokio::test]
async fn both_families_are_needed() {
    let mut zone = Zone(HashMap::from([
        (("shop.test", "A"), addresses(30, &["10.0.0.1"])),
        (("shop.test", "AAAA"), addresses(1, &[])),
    ]));
    let found = look_up(&zone, &name(DnsRecord::Address)).await.expect("an answer");
    assert_eq!(found.ttl, Some(secs(30)));
    zone.0.insert(("shop.test", "AAAA"), Err(LookUpError::new("refused")));
    assert!(look_up(&zone, &name(DnsRecord::Address)).await.is_err());
}

/// RFC 2782: the lowest priority, weights, the target `.`.
#[tokio::test]
async fn services_of_the_best_priority_are_members() {
    let records = vec![
        service(20, 9, 80, "spare.test."),
        service(10, 0, 8080, "One.Test."),
        service(10, 7, 8081, "two.test."),
        service(10, 7, 0, "none.test."),
        service(10, 7, 80, "a b."),
        service(5, 7, 80, "."),
    ];
    let answer = Answer { records, ttl: Some(secs(60)) };
    let mut zone = Zone(HashMap::from([(("shop.test", "SRV"), Ok(answer))]));
    let mut source = name(DnsRecord::Srv);
    let found = look_up(&zone, &source).await.expect("an answer");
    assert_eq!(shown(&found), ["one.test:8080*1@one.test", "two.test:8081*7@two.test"]);
    assert_eq!((found.left_out.len(), found.ttl), (2, Some(secs(60))));
    assert_eq!(found.members[0].https_port, None);

    source.srv_https = true;
    let found = look_up(&zone, &source).await.expect("an answer");
    assert_eq!((found.members[0].http_port, found.members[0].https_port), (None, Some(8080)));

    // With resolvers of its own, these say where the hosts are.
    source.servers = vec!["127.0.0.1:53".parse().expect("an address")];
    zone.0.insert(("one.test.", "A"), addresses(30, &["10.0.0.9", "10.0.0.3"]));
    let found = look_up(&zone, &source).await.expect("an answer");
    assert_eq!(shown(&found), ["one.test:8080*1@10.0.0.3"]);
    assert_eq!((found.left_out.len(), found.ttl), (3, Some(secs(30))));
    zone.0.insert(("two.test.", "AAAA"), Err(LookUpError::new("no answer in time")));
    assert!(look_up(&zone, &source).await.is_err(), "who cannot be asked for is not gone");
}

#[tokio::test(start_paused = true)]
async fn one_empty_answer_is_not_believed() {
    let now = Instant::now();
    let mut refresh = Refresh::new(secs(5), secs(300), secs(60));
    assert_eq!(refresh.answered(true, None, now), (Verdict::Replace, secs(5)), "there is nothing to keep");
    assert_eq!(refresh.answered(false, Some(secs(30)), now), (Verdict::Replace, secs(30)));
    assert_eq!(refresh.answered(true, Some(secs(30)), now), (Verdict::Keep, secs(30)));
    assert_eq!(refresh.answered(false, None, now).0, Verdict::Replace);
    assert_eq!(refresh.answered(true, None, now).0, Verdict::Keep, "not in a row");
    refresh.failed();
    assert_eq!(refresh.answered(true, None, now).0, Verdict::Replace, "a failure is no answer");
    assert_eq!(refresh.stale_at(), None);
}

#[tokio::test(start_paused = true)]
async fn the_time_to_live_has_bounds_and_failures_become_rare() {
    let now = Instant::now();
    let mut refresh = Refresh::new(secs(5), secs(60), secs(300));
    for (ttl, expected) in [(0, 5), (4, 5), (6, 6), (60, 60), (61, 60), (u64::from(u32::MAX), 60)] {
        assert_eq!(refresh.answered(false, Some(secs(ttl)), now).1, secs(expected), "{ttl}");
    }
    assert_eq!(refresh.stale_at(), Some(now + secs(300)));
    let pauses: Vec<u64> = (0..6).map(|_| refresh.failed().as_secs()).collect();
    assert_eq!(pauses, [5, 10, 20, 40, 60, 60]);
    for _ in 0..100 {
        assert_eq!(refresh.failed(), secs(60));
    }
    refresh.answered(false, None, now);
    assert_eq!(refresh.failed(), secs(5), "an answer forgives");
}

#[test]
fn a_member_leaves_with_the_last_name_that_names_it() {
    let cluster = ClusterKey::domain("shop");
    let member = |host: &str, weight: u32| {
        let definition = MemberDefinition { weight, ..MemberDefinition::new(host, Some(80), None) };
        (cluster.clone(), definition)
    };
    let mut told = Told::default();
    let mut change = |name: usize, members: Vec<(ClusterKey, MemberDefinition)>| -> Vec<String> {
        let events = told.change(name, members, Departure::Announced);
        let shown = events.into_iter().map(|event| match event {
            Event::Update { definition, .. } => format!("{}*{}", definition.key(), definition.weight),
            Event::Leave { member, departure: Departure::Announced, .. } => format!("-{member}"),
            other => panic!("{other:?}"),
        });
        shown.collect()
    };
    let none = Vec::<String>::new();
    assert_eq!(change(1, vec![member("a", 1), member("b", 1), member("a", 9)]), ["a:80*1", "b:80*1"]);
    assert_eq!(change(1, vec![member("b", 1), member("a", 1)]), none, "the order does not matter");
    assert_eq!(change(0, vec![member("a", 2)]), ["a:80*2"], "the first name decides");
    assert_eq!(change(1, vec![member("c", 1)]), ["-b:80", "c:80*1"]);
    assert_eq!(change(0, vec![]), ["-a:80"]);
    assert_eq!(change(1, vec![]), ["-c:80"]);
}
