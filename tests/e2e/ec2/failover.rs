//! Two balancers and an elastic IP (elastic-load-balancer.md §4.8, case 196).

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::support::Program;
use crate::support::load::{Clients, pause};
use crate::support::moto::Moto;

use super::{COUNT, DOMAIN, Machines, PATIENCE, Site, ask, running, until, wait_for_ticks};

const INTERVAL: Duration = Duration::from_secs(5);

/// The settings of the group, and what `docs/high-availability.md` makes of them.
const LEASE: Duration = Duration::from_secs(6);
const SILENCE: Duration = Duration::from_secs(6);
const TAKEOVER: Duration = Duration::from_secs(3);
const ROUND: Duration = Duration::from_millis(300);

/// What a machine under load may add.
const SLACK: Duration = Duration::from_secs(8);

/// The cluster of the balancers themselves.
const BALANCERS: &str = "wso2.carbon.lb.domain";

/// A balancer on an instance.
fn balancer(site: &Site, instance: &str, seeds: &[SocketAddr]) -> Program {
    let seeds: Vec<String> = seeds.iter().map(ToString::to_string).collect();
    let more = [
        format!("autoscaler.instance={instance}"),
        format!("group.id={instance}"),
        "group.address=127.0.0.1:0".to_owned(),
        format!("group.keys=file:{}", site.path("key").display()),
        format!("group.seeds={}", seeds.join(",")),
        "group.size=2".to_owned(),
        format!("group.lease={}ms", LEASE.as_millis()),
        format!("group.silence={}ms", SILENCE.as_millis()),
        format!("group.takeover={}ms", TAKEOVER.as_millis()),
        format!("group.gossip_interval={}ms", ROUND.as_millis()),
    ];
    site.serve("127.0.0.1:0", &more)
}

fn coordinator(program: &Program) -> Option<String> {
    ask(program, "/lb/group", "group")["coordinator"]["id"].as_str().map(str::to_owned)
}

/// How many active balancers it sees, itself included.
fn balancers(program: &Program) -> usize {
    let group = ask(program, "/lb/group", "group");
    let all = group["balancers"].as_array().expect("a list");
    all.iter().filter(|one| one["state"] == "active").count()
}

/// Waits until all know who is primary.
fn agree(all: &[&Program], primary: &str) {
    let began = Instant::now();
    while !all.iter().all(|one| coordinator(one).as_deref() == Some(primary)) {
        if began.elapsed() > PATIENCE {
            let groups: Vec<_> = all.iter().map(|one| ask(one, "/lb/group", "group")).collect();
            panic!("{primary} is not primary everywhere: {groups:#?}");
        }
        pause(Duration::from_millis(50));
    }
    println!("all know the primary: {:.2} s", began.elapsed().as_secs_f64());
}

/// The primary is killed: the address leads to the secondary's instance, which launches another secondary. The old one comes
/// back, and follows.
#[test]
fn the_address_follows_the_primary_and_a_secondary_is_launched() {
    let Some(moto) = Moto::start().map(Arc::new) else { return };
    let (first, second, ip) = (moto.launch(), moto.launch(), moto.allocate());
    let site = Site::new(moto.address, INTERVAL, &format!("instances 2;\nelasticIP {ip};"));
    let mut a = balancer(&site, &first, &[]);
    let mut b = balancer(&site, &second, &[a.group()]);
    let _machines = Machines::start(&moto, &site, &[a.registration(), b.registration()]);
    until("both see each other", || balancers(&a) == 2 && balancers(&b) == 2);
    until("the address leads to the primary", || moto.holder(&ip).as_deref() == Some(&first));
    agree(&[&a, &b], &first);
    until("a member runs", || running(&a) == 1 && running(&b) == 1);
    wait_for_ticks(&a, 1);
    assert_eq!(moto.instances(BALANCERS), [], "two are there already");
    let launched = moto.instances(DOMAIN);

    let clients = Clients::start(b.http, 2, COUNT);
    clients.busy(2);
    let began = Instant::now();
    a.signal("KILL");
    a.wait();
    until("the address leads to the secondary", || moto.holder(&ip).as_deref() == Some(&second));
    let took = began.elapsed();
    assert!(took <= SILENCE + TAKEOVER + ROUND * 6 + LEASE / 3 + SLACK, "{took:?}");
    until("another secondary is launched", || moto.alive(BALANCERS).len() == 1);
    let took = began.elapsed();
    assert!(took <= SILENCE + TAKEOVER + ROUND * 6 + LEASE / 3 + SLACK, "{took:?}");

    // The instance starts what its image has: a balancer of the group.
    let third = moto.alive(BALANCERS)[0].clone();
    let mut c = balancer(&site, &third, &[b.group()]);
    until("the new secondary is there", || balancers(&b) == 2 && balancers(&c) == 2);
    agree(&[&b, &c], &second);

    // The old one is back, and follows.
    let back = balancer(&site, &first, &[b.group(), c.group()]);
    until("the old one is back", || balancers(&b) == 3 && balancers(&back) == 3);
    agree(&[&b, &c, &back], &second);
    wait_for_ticks(&b, 3);
    assert_eq!(moto.holder(&ip).as_deref(), Some(&*second), "the address did not move again");
    assert_eq!([&b, &c, &back].map(coordinator), [(); 3].map(|()| Some(second.clone())));
    assert_eq!(moto.alive(BALANCERS), [third], "none more is launched, and none ended");
    assert_eq!(moto.instances(DOMAIN), launched, "the members are those that there were");
    let outcome = clients.end();
    assert!(outcome.problems.is_empty(), "{:?}", outcome.problems.first());

    // The load of all counts, and who leaves finishes what it has of all: no request of any fails.
    let clients = [&b, &c, &back].map(|one| Clients::start(one.http, 9, COUNT));
    clients.iter().for_each(|clients| clients.busy(9));
    until("three instances for 27 requests", || moto.alive(DOMAIN).len() == 3);
    until("all know the members", || [&b, &c, &back].iter().all(|one| running(one) == 3));
    clients.iter().for_each(|clients| clients.busy(2));
    until("one instance for six", || moto.alive(DOMAIN).len() == 1);
    for clients in clients {
        let outcome = clients.end();
        assert!(outcome.problems.is_empty(), "{:?}", outcome.problems.first());
    }
}
