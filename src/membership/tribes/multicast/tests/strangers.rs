//! What strangers send to a group changes nothing and is counted: from the wire to the directory and the metrics.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use socket2::SockRef;
use tokio::net::UdpSocket;
use tokio::runtime::Handle;
use tokio::time::timeout;

use super::super::super::tests::announcement::record;
use super::super::super::wire::{Layout, MemberRecord, SHUTDOWN};
use super::super::super::{AllowList, Reading};
use super::super::MulticastSettings;
use super::loopback::{PATIENCE, settings};
use crate::clusters::{ClusterKey, Directory};
use crate::membership::tribes::Tribes;
use crate::membership::{MemberRules, Membership, NetworkPorts};
use crate::telemetry::metrics::MembershipCounts;

/// A start of a node at 127.0.0.`host`.
fn node(host: u8, start: u8) -> MemberRecord {
    let mut record = record(&format!("127.0.0.{host}:4000"), "demo.domain", "httpPort=9763");
    record.unique_id = [start; 16];
    record
}

fn changed(mut record: MemberRecord, change: impl FnOnce(&mut MemberRecord)) -> Vec<u8> {
    change(&mut record);
    record.encode()
}

fn ending(record: MemberRecord) -> Vec<u8> {
    changed(record, |record| record.command = SHUTDOWN.to_vec())
}

/// Sends a datagram to the group from 127.0.0.`host`.
async fn send(settings: &MulticastSettings, host: u8, datagram: &[u8]) {
    let socket = UdpSocket::bind((Ipv4Addr::new(127, 0, 0, host), 0)).await.expect("a socket");
    SockRef::from(&socket).set_multicast_if_v4(&Ipv4Addr::LOCALHOST).expect("an interface");
    let group = SocketAddr::from((settings.group, settings.port));
    assert_eq!(socket.send_to(datagram, group).await.expect("sent"), datagram.len());
}

/// hardening.md §3: wrong domain, replayed, oversized, forged sender, truncated.
#[tokio::test]
async fn strangers_change_nothing_and_are_counted() {
    let Some(settings) = settings().await else { return };
    let networks = "127.0.0.0/29".parse().expect("networks");
    let allow_list = AllowList::new(networks, ["demo.domain".to_owned()]).expect("an allow-list");
    let settings = MulticastSettings {
        reading: Reading::new(allow_list),
        drop_time: Duration::from_secs(600),
        most_members: 3,
        ..settings
    };
    let (directory, counts) = (Arc::<Directory>::default(), Arc::<MembershipCounts>::default());
    let ports = Arc::new(NetworkPorts::new(Duration::from_secs(1)));
    let rules = MemberRules::default();
    let membership = Membership::new(Handle::current(), directory.clone(), ports, counts.clone(), rules);
    let cluster = directory.cluster(&ClusterKey::domain("demo.domain"));
    let mut changes = directory.changes();
    let mut wait_for = async |keys: &[&str]| {
        while *cluster.members().iter().map(|member| &**member.key()).collect::<Vec<_>>() != *keys {
            timeout(PATIENCE, changes.changed()).await.expect("a change in time").expect("a directory");
        }
    };
    let group = Tribes { multicast: Some(settings.clone()), well_known: None };
    let _scheme = membership.start(group);
    // The scheme listens when the first node is seen.
    let first = node(2, 1).encode();
    while cluster.members().is_empty() {
        send(&settings, 2, &first).await;
        tokio::task::yield_now().await;
    }
    // It starts anew; another is there, so that one place is left.
    send(&settings, 2, &ending(node(2, 1))).await;
    send(&settings, 2, &node(2, 2).encode()).await;
    send(&settings, 3, &node(3, 1).encode()).await;
    wait_for(&["127.0.0.2:9763", "127.0.0.3:9763"]).await;
    let before = cluster.snapshot();

    let whole = node(4, 1).encode();
    let with_payload = |payload: &str| changed(node(4, 1), |record| record.payload = payload.into());
    let larger = changed(node(4, 1), |record| record.payload.resize(settings.largest_datagram, b'#'));
    // Who sends, what, and the reason.
    let mut rows = vec![
        (9, node(9, 1).encode(), "sender"),
        (9, node(2, 2).encode(), "sender"),
        (4, node(2, 2).encode(), "announced_host"),
        (4, changed(node(2, 2), |record| record.payload = b"httpPort=1".to_vec()), "announced_host"),
        (4, ending(node(2, 2)), "announced_host"),
        (4, node(9, 1).encode(), "announced_host"),
        (4, with_payload("httpPort=80\nremoteHost=203.0.113.5"), "announced_host"),
        (4, with_payload("httpPort=80\nremoteHost=elsewhere.example"), "announced_host"),
        (4, changed(node(4, 1), |record| record.domain = b"other.domain".to_vec()), "domain"),
        (4, changed(node(4, 1), |record| record.domain = b"\xff".to_vec()), "domain"),
        (4, larger, "oversized"),
        (4, Vec::new(), "malformed"),
        (4, b"hello".to_vec(), "malformed"),
        (4, node(4, 1).encode_as(Layout::V0), "old_layout"),
        (4, with_payload(""), "unusable"),
        (4, with_payload("httpPort=-1\nhttpsPort=70000"), "unusable"),
        // Of the start of the first node that is over.
        (2, first, "past"),
        (2, ending(node(2, 1)), "past"),
    ];
    let cut = (1..whole.len()).step_by(7).filter_map(|length| whole.get(..length));
    rows.extend(cut.map(|datagram| (4, datagram.to_vec(), "malformed")));
    let mut expected = BTreeMap::<&str, u64>::new();
    for (host, datagram, reason) in &rows {
        send(&settings, *host, datagram).await;
        *expected.entry(reason).or_default() += 1;
    }
    // What is sent here stays in order, so that all was looked at when the last node is seen. There is no place after it.
    send(&settings, 4, &node(4, 1).encode()).await;
    send(&settings, 5, &node(5, 1).encode()).await;
    send(&settings, 3, &ending(node(3, 1))).await;
    wait_for(&["127.0.0.2:9763", "127.0.0.4:9763"]).await;
    expected.insert("full", 1);
    for (reason, times) in expected {
        assert_eq!(counts.refusals("tribes", reason), times, "{reason}");
    }
    assert!(Arc::ptr_eq(&before[0], &cluster.snapshot()[0]), "nothing was said of it");
}
