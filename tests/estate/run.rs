//! Three balancers in one group and five members, what is done to them, and what is waited for.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::client::Client;
use crate::meter::Meter;
use crate::nodes::{Balancer, Service, Site};
use crate::place::{Place, pause};
use crate::report::{Row, Window, print, say};
use crate::support::sinew;
use crate::times::{LOAD, SILENCE};
use crate::watch::{Seen, Watch};

/// The balancers, in the order in which they start.
pub(crate) const A: usize = 0;
pub(crate) const B: usize = 1;
pub(crate) const C: usize = 2;
pub(crate) const ALL: [usize; 3] = [A, B, C];

/// The members, with the balancers that each is announced at: none knows all.
const MEMBERS: [(&str, &[usize]); 5] =
    [("m1", &[A, B]), ("m2", &[B, C]), ("m3", &[A, C]), ("m4", &[C]), ("m5", &[B])];

/// How long a machine that stands still now and then may take for anything.
const PATIENCE: Duration = Duration::from_secs(30);

/// Everything.
pub(crate) struct Estate {
    title: &'static str,
    pub(crate) place: Place,
    pub(crate) site: Site,
    // Clients and watches end before what they look at.
    clients: Vec<Client>,
    watches: Vec<Watch>,
    meter: Meter,
    pub(crate) services: Vec<Service>,
    pub(crate) balancers: Vec<Balancer>,
    rows: Vec<Row>,
    windows: Vec<Window>,
}

/// What one balancer says, and which members answer through it.
pub(crate) struct Sight {
    pub(crate) number: usize,
    pub(crate) seen: Seen,
    answered: BTreeSet<String>,
    members: Vec<(String, String)>,
}

impl Sight {
    /// Whether it sees the balancers in these states, and no others.
    pub(crate) fn balancers(&self, states: [&str; 3]) -> bool {
        let expected = ["lb-a", "lb-b", "lb-c"].into_iter().zip(states);
        let seen = self.seen.balancers.iter().map(|(id, state)| (id.as_str(), state.as_str()));
        seen.eq(expected)
    }

    /// Whether all active balancers are there, it knows who acts, and acts itself only if it is that one.
    pub(crate) fn coordinator(&self, number: usize) -> bool {
        self.seen.coordinator.as_deref() == Some(["lb-a", "lb-b", "lb-c"][number])
            && self.seen.acts.is_some() == (self.number == number)
    }

    /// Whether it has these members, and no others, and all are ready.
    pub(crate) fn members(&self, names: &[&str]) -> bool {
        let ready = self.seen.members.iter().filter(|(_, state)| *state == "ready").count();
        let expected = self.members.iter().filter(|(name, _)| names.contains(&name.as_str()));
        ready == self.seen.members.len()
            && ready == names.len()
            && expected.map(|(_, address)| address).all(|address| self.seen.members.contains_key(address))
    }

    /// Whether each of these members answered a request since.
    pub(crate) fn routes(&self, names: &[&str]) -> bool {
        names.iter().all(|name| self.answered.contains(*name))
    }
}

/// All members.
pub(crate) const EVERYBODY: [&str; 5] = ["m1", "m2", "m3", "m4", "m5"];

/// All but one.
pub(crate) fn without(gone: &str) -> Vec<&'static str> {
    EVERYBODY.into_iter().filter(|name| *name != gone).collect()
}

impl Estate {
    /// Starts everything but the side-cars. The first three hosts are those of the balancers.
    pub(crate) fn start(title: &'static str, place: &Place, clock: Option<std::path::PathBuf>) -> Self {
        let site = Site::new();
        let mut balancers: Vec<Balancer> = ALL
            .into_iter()
            .zip(["lb-a", "lb-b", "lb-c"])
            .map(|(host, id)| Balancer::new(id, place, host))
            .collect();
        balancers[B].clock = clock;
        let services =
            MEMBERS.iter().zip(3..).map(|((name, at), host)| Service::start(name, place, host, at));
        let services = services.collect();
        let (clients, watches, rows, windows) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let (place, meter) = (place.clone(), Meter::start());
        let mut estate =
            Self { title, place, site, clients, watches, meter, services, balancers, rows, windows };
        for number in ALL {
            estate.start_balancer(number);
        }
        estate.watches = estate.balancers.iter().map(|one| Watch::start(one.id, one.socket())).collect();
        estate
    }

    /// Starts a balancer, with all others that ever ran as seeds.
    pub(crate) fn start_balancer(&mut self, number: usize) {
        let others = self.balancers.iter().enumerate().filter(|(other, _)| *other != number);
        let seeds: Vec<SocketAddr> = others.map(|(_, one)| one.group).filter(|at| at.port() != 0).collect();
        self.balancers[number].start(&self.site, &seeds);
    }

    /// Starts the side-cars.
    pub(crate) fn announce_all(&mut self) {
        for service in &mut self.services {
            service.join(&self.site, &self.balancers);
        }
    }

    /// Lets clients ask all balancers from now on.
    pub(crate) fn ask(&mut self) {
        self.clients = self.balancers.iter().map(|one| Client::start(one.http)).collect();
    }

    pub(crate) fn service(&mut self, name: &str) -> &mut Service {
        self.services.iter_mut().find(|service| service.member.name == name).expect("a member")
    }

    /// Starts the side-car of a member.
    pub(crate) fn join(&mut self, name: &str) {
        let service = self.services.iter_mut().find(|service| service.member.name == name).expect("a member");
        service.join(&self.site, &self.balancers);
    }

    /// Requests to these balancers may fail from now on.
    pub(crate) fn open_window(&mut self, balancers: &[usize]) {
        let from = Instant::now();
        self.windows.extend(balancers.iter().map(|balancer| Window {
            balancer: *balancer,
            from,
            until: None,
        }));
    }

    /// And not any more.
    pub(crate) fn close_windows(&mut self) {
        let open = self.windows.iter_mut().filter(|window| window.until.is_none());
        open.for_each(|window| window.until = Some(Instant::now()));
    }

    /// What a balancer says now, if it was asked since.
    pub(crate) fn seen(&self, number: usize, since: Instant) -> Option<Sight> {
        let seen = self.watches[number].last(since)?;
        Some(self.sight_of(number, seen, since))
    }

    fn sight_of(&self, number: usize, seen: Seen, since: Instant) -> Sight {
        let name = |service: &Service| (service.member.name.clone(), service.member.address.to_string());
        let members = self.services.iter().map(name).collect();
        let answered = self.clients.get(number).map(|client| client.answered(since)).unwrap_or_default();
        Sight { number, seen, answered, members }
    }

    /// Waits until something holds at some balancers at once, and asserts that it does in time.
    pub(crate) fn until(
        &mut self,
        what: &str,
        at: &[usize],
        since: Instant,
        bound: Duration,
        holds: impl Fn(&Sight) -> bool,
    ) {
        let mut took = vec![None; ALL.len()];
        while at.iter().any(|number| took[*number].is_none()) {
            for number in at {
                let sight = self.seen(*number, since);
                match sight.is_some_and(|sight| holds(&sight)) {
                    true => drop(took[*number].get_or_insert_with(|| since.elapsed())),
                    false => took[*number] = None,
                }
            }
            let is_missing = at.iter().any(|number| took[*number].is_none());
            let limit = if self.meter.is_starved(since) { PATIENCE } else { bound + LOAD };
            if is_missing && since.elapsed() > limit {
                self.give_up(what, at, since);
            }
            pause(Duration::from_millis(5));
        }
        let lost = self.meter.lost(since);
        let slowest = took.iter().flatten().max().copied().unwrap_or_default();
        let is_in_time = slowest <= bound + LOAD || self.meter.is_starved(since);
        assert!(is_in_time, "{}: {what}: {slowest:?} of {bound:?}\n{}", self.title, self.logs());
        let row = Row { what: what.to_owned(), bound, took, lost, from: since, until: Instant::now() };
        self.rows.push(row);
    }

    fn give_up(&self, what: &str, at: &[usize], since: Instant) {
        let outcomes: Vec<_> = self.clients.iter().map(Client::outcomes).collect();
        print(self.title, &self.balancers, &self.rows, &self.windows, &outcomes);
        let (took, lost) = (since.elapsed(), self.meter.lost(since));
        let mut text = format!("{}: {what}: not after {took:?}, stood still for {lost:?}", self.title);
        for number in at {
            let sight = self.seen(*number, since);
            let answered = sight.as_ref().map(|sight| &sight.answered);
            let seen = sight.as_ref().map(|sight| &sight.seen);
            text += &format!("\n{}: {seen:?}, answered {answered:?}", self.balancers[*number].id);
            text += &format!("\n{}", self.balancers[*number].last_words());
        }
        panic!("{text}");
    }

    /// Asserts that something held at some balancers whenever they were looked at since. A machine that stands still for so long
    /// that balancers miss each other proves nothing.
    pub(crate) fn always(&self, what: &str, at: &[usize], since: Instant, holds: impl Fn(&Sight) -> bool) {
        let gap = at.iter().map(|number| self.watches[*number].longest_gap(since)).max().unwrap_or_default();
        if gap > SILENCE / 2 || self.meter.is_starved(since) {
            return say(&format!("not asserted, for processes did not run for up to {gap:?}: {what}"));
        }
        for number in at {
            let looks = self.watches[*number].since(since);
            assert!(!looks.is_empty(), "{what}: {} was not looked at", self.balancers[*number].id);
            for look in looks {
                let after = look.began.saturating_duration_since(since);
                let sight = self.sight_of(*number, look.seen, since);
                let (id, seen) = (self.balancers[*number].id, &sight.seen);
                assert!(holds(&sight), "{what}: not at {id} after {after:?}: {seen:?}\n{}", self.logs());
            }
        }
    }

    /// Waits for a time in which something shall hold.
    pub(crate) fn for_a_while(&self, time: Duration) {
        let began = Instant::now();
        while began.elapsed() < time {
            pause(time.saturating_sub(began.elapsed()));
        }
    }

    /// Asserts that the command for operators says the same at all balancers.
    pub(crate) fn shown(&self, at: &[usize], coordinator: usize) {
        let since = Instant::now();
        let said = |number: usize| {
            let socket = self.balancers[number].socket().display().to_string();
            let output = sinew(&["ctl", "group", "--format", "json", "--socket", &socket]).output();
            String::from_utf8_lossy(&output.expect("it runs").stdout).into_owned()
        };
        let is_right = |number: usize, said: &str| {
            let json: serde_json::Value = serde_json::from_str(said).unwrap_or_default();
            let group = &json["group"];
            group["coordinator"]["id"] == self.balancers[coordinator].id
                && group["acting"] == (number == coordinator)
        };
        for number in at {
            let mut last = said(*number);
            // It was so a moment before. Only on a machine that stood still meanwhile it has to become so again.
            while !is_right(*number, &last) {
                let limit = if self.meter.is_starved(since) { PATIENCE } else { LOAD };
                assert!(since.elapsed() < limit, "{last}");
                last = said(*number);
            }
        }
    }

    fn logs(&self) -> String {
        self.balancers.iter().map(|one| format!("{}:\n{}\n", one.id, one.last_words())).collect()
    }

    /// Prints the table, and asserts what must hold all the time: nobody acts beside another, and no request failed for which
    /// there was a member.
    pub(crate) fn conclude(mut self) {
        let outcomes: Vec<_> = self.clients.iter().map(Client::outcomes).collect();
        self.clients.clear();
        let failures = print(self.title, &self.balancers, &self.rows, &self.windows, &outcomes);
        for one in ALL {
            for other in ALL.into_iter().filter(|other| *other > one) {
                self.apart(one, other);
            }
        }
        assert!(failures.is_empty(), "requests failed:\n{}\n{}", failures.join("\n"), self.logs());
    }

    /// Asserts that two balancers never acted at the same time.
    fn apart(&self, one: usize, other: usize) {
        for (from, until, epoch) in self.watches[one].acted() {
            for (begin, end, other_epoch) in self.watches[other].acted() {
                let both = from.max(begin) < until.min(end);
                let (one, other) = (self.balancers[one].id, self.balancers[other].id);
                assert!(!both, "{one} and {other} act, with {epoch} and {other_epoch}\n{}", self.logs());
                assert_ne!(epoch, other_epoch, "{one} and {other} had the same epoch");
            }
        }
    }
}
