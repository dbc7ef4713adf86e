//! One balancer: it follows the load, and a new process goes on where one was killed.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use crate::support::load::Clients;
use crate::support::moto::Moto;

use super::gate::{Gate, Way};
use super::{COUNT, DOMAIN, LOAD, MOST, Machines, Site, cluster, running, until, wait_for_ticks};

const INTERVAL: Duration = Duration::from_secs(2);

/// Every instance that was ever launched.
fn ever(moto: &Moto) -> BTreeSet<String> {
    moto.instances(DOMAIN).into_iter().map(|(id, _)| id).collect()
}

/// From one instance to four and back; then up again, and killed while it launches. Who starts after that has what was
/// launched, launches what is missing, and nothing twice; and it ends what the process before it launched.
#[test]
fn instances_follow_the_load_and_outlive_the_balancer() {
    let Some(moto) = Moto::start().map(Arc::new) else { return };
    let gate = Gate::start(moto.address);
    let site = Site::new(gate.address, INTERVAL, "");
    let mut program = site.serve("127.0.0.1:0", &[]);
    let registration = program.registration();
    let machines = Machines::start(&moto, &site, &[registration]);
    until("the minimum is launched", || moto.alive(DOMAIN).len() == 1);
    until("the minimum runs", || running(&program) == 1);

    let clients = Clients::start(program.http, LOAD, COUNT);
    clients.busy(LOAD);
    until("four instances", || moto.alive(DOMAIN).len() == MOST);
    until("four members", || running(&program) == MOST as u64);
    wait_for_ticks(&program, 2);
    assert_eq!(ever(&moto).len(), MOST, "there are as many as there were launched");
    clients.busy(0);
    until("one instance", || moto.alive(DOMAIN).len() == 1);
    until("one member", || running(&program) == 1 && cluster(&program)["terminating"] == 0);
    let outcome = clients.end();
    assert!(
        outcome.problems.is_empty(),
        "{} requests failed: {:?}",
        outcome.problems.len(),
        outcome.problems.first()
    );
    assert_eq!(ever(&moto).len(), MOST, "growing and shrinking launches no others");

    // Killed while it launches three more: one was launched, and it never heard of it.
    let before = ever(&moto);
    gate.set(Way::OneLaunch);
    let clients = Clients::start(program.http, LOAD, COUNT);
    clients.busy(LOAD);
    until("it launches", || moto.alive(DOMAIN).len() > 1);
    program.signal("KILL");
    program.wait();
    clients.end();
    let left = moto.alive(DOMAIN);
    assert_eq!(left.len(), 2, "one of three was launched");
    gate.set(Way::Open);

    let program = site.serve(&registration.to_string(), &[]);
    let clients = Clients::start(program.http, LOAD, COUNT);
    until("the members are back", || running(&program) == left.len() as u64);
    clients.busy(LOAD);
    until("four instances again", || moto.alive(DOMAIN).len() == MOST);
    until("four members again", || running(&program) == MOST as u64);
    wait_for_ticks(&program, 3);
    let alive = moto.alive(DOMAIN);
    assert_eq!(alive.len(), MOST);
    assert!(left.iter().all(|id| alive.contains(id)), "{left:?} are lost: {alive:?}");
    assert_eq!(ever(&moto).len(), before.len() + MOST - 1, "nothing was launched twice");
    let now = cluster(&program);
    assert_eq!(now["launches"], MOST - left.len(), "{now:#}");

    // It ends what it did not launch itself.
    clients.busy(0);
    until("one instance again", || moto.alive(DOMAIN).len() == 1);
    until("one member again", || running(&program) == 1);
    let outcome = clients.end();
    assert!(outcome.problems.is_empty(), "{:?}", outcome.problems.first());

    // Killed outside: replaced within two ticks.
    let last = moto.alive(DOMAIN);
    let first = super::ticks(&program);
    moto.terminate(&last[0]);
    until("another one", || moto.alive(DOMAIN).first().is_some_and(|id| *id != last[0]));
    let passed = super::ticks(&program) - first;
    assert!(passed <= 2, "it took {passed} ticks");
    drop(machines);
}
