//! Ports for new instances.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, TcpListener};

use crate::settings::PortRange;

/// The lowest `count` ports of a range that no instance has and nobody listens on.
pub(super) fn free(range: PortRange, used: &BTreeSet<u16>, count: usize) -> Option<Vec<u16>> {
    let unused = range.ports().filter(|port| !used.contains(port));
    let ports: Vec<u16> = unused.filter(|port| nobody_listens(*port)).take(count).collect();
    (ports.len() == count).then_some(ports)
}

fn nobody_listens(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_that_somebody_has_are_left_out() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let taken = listener.local_addr().expect("an address").port();
        let range = PortRange { first: taken, last: taken };
        assert_eq!(free(range, &BTreeSet::new(), 1), None);
        drop(listener);
        assert_eq!(free(range, &BTreeSet::new(), 1), Some(vec![taken]));
        assert_eq!(free(range, &BTreeSet::from([taken]), 1), None);
        assert_eq!(free(range, &BTreeSet::new(), 2), None);
    }
}
