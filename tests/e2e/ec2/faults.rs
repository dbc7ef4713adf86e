//! A provider that is frozen, fails, throttles or loses its answers costs instances, never requests.

use std::sync::Arc;
use std::time::Duration;

use crate::support::load::Clients;
use crate::support::moto::Moto;

use super::gate::{Gate, Way};
use super::{
    COUNT, DOMAIN, LOAD, MOST, Machines, Site, cluster, running, story, ticks, until, wait_for_ticks,
};

const INTERVAL: Duration = Duration::from_secs(1);

/// The longest that a request may wait for its answer, on a machine that has other things to do.
const PROMPT: Duration = Duration::from_secs(3);

/// While the interface is bad all requests are answered at once, ticks come at their times, and nothing is launched. When it
/// is well again, the next ticks launch what is missing, and no more; what was launched without an answer is had again.
#[test]
fn traffic_goes_on_whatever_the_provider_does() {
    let Some(moto) = Moto::start().map(Arc::new) else { return };
    let gate = Gate::start(moto.address);
    let site = Site::new(gate.address, INTERVAL, "");
    let mut program = site.serve("127.0.0.1:0", &[]);
    let _machines = Machines::start(&moto, &site, &[program.registration()]);
    until("the minimum", || running(&program) == 1);
    for way in [Way::Frozen, Way::Failing, Way::Throttling, Way::Deaf] {
        let before = moto.instances(DOMAIN);
        gate.set(way);
        let clients = Clients::start(program.http, LOAD, COUNT);
        clients.busy(LOAD);
        let (asked, first, answered) = (gate.asked(), ticks(&program), clients.answered());
        let took = until("four ticks", || ticks(&program) >= first + 4);
        assert!(took <= INTERVAL * 5 + PROMPT, "{way:?}: ticks wait: {took:?}");
        until("it is asked", || gate.asked() > asked);
        assert!(clients.answered() > answered, "{way:?}: no request is answered");
        let after = moto.instances(DOMAIN);
        match way {
            // Three are missing: those that were launched unheard are not launched again.
            Way::Deaf => assert!(after.len() < before.len() + MOST, "{way:?}: {before:?} {after:?}"),
            _ => assert_eq!(after, before, "{way:?}"),
        }

        gate.set(Way::Open);
        until("four instances", || moto.alive(DOMAIN).len() == MOST);
        until("four members", || running(&program) == MOST as u64);
        wait_for_ticks(&program, 2);
        assert_eq!(moto.alive(DOMAIN).len(), MOST, "{way:?}");
        assert_eq!(
            moto.instances(DOMAIN).len(),
            before.len() + MOST - 1,
            "{way:?}: none is launched twice: {}",
            story(&program)
        );
        clients.busy(0);
        until("one instance", || moto.alive(DOMAIN).len() == 1);
        until("one member", || running(&program) == 1 && cluster(&program)["terminating"] == 0);
        let outcome = clients.end();
        assert!(outcome.problems.is_empty(), "{way:?}: {:?}", outcome.problems.first());
        assert!(outcome.slowest <= PROMPT, "{way:?}: {:?}", outcome.slowest);
    }
}
