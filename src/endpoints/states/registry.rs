//! Every endpoint's state by name, kept from one deployment to the next.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use sinew_core::diagnostics::Location;

use super::{EndpointState, EndpointStatistics, EndpointView, Turn};
use crate::availability::{Counts, State, View};

/// The states of all endpoints that are deployed.
///
/// The compiler asks here for the state of each endpoint. One whose definition was not read anew since the last time keeps
/// the state it has; any other starts active (case E96). A state lives as long as a deployment that uses it.
#[derive(Debug, Default)]
pub struct EndpointStates(Mutex<Entries>);

/// What is known, by name; of one name the newest last. A deployment asks for each of its endpoints, so that nothing here may look
/// at all of them for one.
#[derive(Debug, Default)]
struct Entries {
    by_name: HashMap<Arc<str>, Vec<Entry>>,
    /// How many entries there are, dead ones among them.
    count: usize,
    /// How many were alive when the dead ones were dropped last.
    alive: usize,
}

/// Where an endpoint stands.
#[derive(Clone, Debug)]
pub struct EndpointPlace {
    /// Its name, or its address in the configuration: unique among all that are deployed.
    pub name: Arc<str>,
    /// The element that makes it one of its kind.
    pub kind: &'static str,
    /// What tells whether it was read anew.
    pub identity: Identity,
}

/// The definition that an endpoint was made from: the same place in the same read of a file, through the same instances of
/// templates.
#[derive(Clone, Debug, Default)]
pub struct Identity(Vec<Location>);

impl Identity {
    /// The same, with one more place that it depends on.
    #[must_use]
    pub fn and(&self, location: &Location) -> Self {
        Self(self.0.iter().chain([location]).cloned().collect())
    }

    fn is_same(&self, other: &Self) -> bool {
        let same = |(one, other): (&Location, &Location)| {
            Arc::ptr_eq(&one.file, &other.file) && one.span == other.span
        };
        self.0.len() == other.0.len() && self.0.iter().zip(&other.0).all(same)
    }
}

#[derive(Debug)]
struct Entry {
    place: EndpointPlace,
    cell: Cell,
}

#[derive(Debug)]
enum Cell {
    Leaf(Weak<EndpointState>),
    Composite { turn: Weak<Turn>, children: Vec<Arc<str>> },
}

impl Cell {
    fn is_alive(&self) -> bool {
        match self {
            Cell::Leaf(state) => state.strong_count() > 0,
            Cell::Composite { turn, .. } => turn.strong_count() > 0,
        }
    }
}

impl EndpointStates {
    /// The state of an endpoint that sends: the one it has, or a new one.
    pub fn leaf(&self, place: &EndpointPlace, new: impl FnOnce() -> EndpointState) -> Arc<EndpointState> {
        let mut entries = self.lock();
        let kept = entries.named(&place.name).find_map(|entry| match &entry.cell {
            Cell::Leaf(state) if entry.place.is(place) => state.upgrade(),
            _ => None,
        });
        kept.unwrap_or_else(|| {
            let state = Arc::new(new());
            entries.push(Entry { place: place.clone(), cell: Cell::Leaf(Arc::downgrade(&state)) });
            state
        })
    }

    /// Whose turn it is in a composite: as before, or from the start. `children` are the names of what is in it.
    pub fn composite(&self, place: &EndpointPlace, children: Vec<Arc<str>>) -> Arc<Turn> {
        let mut entries = self.lock();
        let kept = entries.named(&place.name).find_map(|entry| match &entry.cell {
            Cell::Composite { turn, .. } if entry.place.is(place) => turn.upgrade(),
            _ => None,
        });
        kept.unwrap_or_else(|| {
            let turn = Arc::new(Turn::default());
            let cell = Cell::Composite { turn: Arc::downgrade(&turn), children };
            entries.push(Entry { place: place.clone(), cell });
            turn
        })
    }

    /// Every endpoint in the order of its name.
    pub fn list(&self) -> Vec<EndpointView> {
        let current = self.current();
        current.keys().filter_map(|name| view(name, &current, &mut BTreeSet::new())).collect()
    }

    /// One endpoint.
    pub fn get(&self, name: &str) -> Option<EndpointView> {
        view(name, &self.current(), &mut BTreeSet::new())
    }

    /// Makes an endpoint usable at once, a composite with all that is in it; false when there is none of this name.
    pub fn switch_on(&self, name: &str) -> bool {
        self.switch(name, EndpointState::switch_on)
    }

    /// Keeps an endpoint away until it is switched on, a composite with all that is in it; false when there is none of this
    /// name.
    pub fn switch_off(&self, name: &str) -> bool {
        self.switch(name, EndpointState::switch_off)
    }

    fn switch(&self, name: &str, switch: impl Fn(&EndpointState)) -> bool {
        let current = self.current();
        let mut leaves = BTreeMap::new();
        collect(name, &current, &mut BTreeSet::new(), &mut leaves);
        leaves.values().for_each(|state| switch(state));
        current.contains_key(name)
    }

    /// The newest of each name that is still in use.
    fn current(&self) -> BTreeMap<Arc<str>, Shown> {
        let mut entries = self.lock();
        entries.drop_dead();
        let shown = entries.by_name.values().flatten().filter_map(|entry| {
            let content = match &entry.cell {
                Cell::Leaf(state) => Content::Leaf(state.upgrade()?),
                Cell::Composite { children, .. } if entry.cell.is_alive() => {
                    Content::Composite(children.clone())
                }
                Cell::Composite { .. } => return None,
            };
            Some((entry.place.name.clone(), Shown { kind: entry.place.kind, content }))
        });
        shown.collect()
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entries {
    fn named(&self, name: &str) -> impl Iterator<Item = &Entry> {
        self.by_name.get(name).into_iter().flatten()
    }

    fn push(&mut self, entry: Entry) {
        // As often as half of them may be dead: all of them are looked at once for each of them that came.
        if self.count > 2 * self.alive {
            self.drop_dead();
        }
        self.by_name.entry(entry.place.name.clone()).or_default().push(entry);
        self.count += 1;
    }

    fn drop_dead(&mut self) {
        self.by_name.retain(|_, entries| {
            entries.retain(|entry| entry.cell.is_alive());
            !entries.is_empty()
        });
        self.alive = self.by_name.values().map(Vec::len).sum();
        self.count = self.alive;
    }
}

impl EndpointPlace {
    fn is(&self, other: &Self) -> bool {
        self.name == other.name && self.kind == other.kind && self.identity.is_same(&other.identity)
    }
}

struct Shown {
    kind: &'static str,
    content: Content,
}

enum Content {
    Leaf(Arc<EndpointState>),
    Composite(Vec<Arc<str>>),
}

/// `seen` guards against composites that contain themselves, which a configuration with errors can have.
fn view(
    name: &str,
    current: &BTreeMap<Arc<str>, Shown>,
    seen: &mut BTreeSet<Arc<str>>,
) -> Option<EndpointView> {
    let (name, shown) = current.get_key_value(name)?;
    if !seen.insert(name.clone()) {
        return None;
    }
    let shown = match &shown.content {
        Content::Leaf(state) => EndpointView {
            name: name.clone(),
            kind: shown.kind,
            availability: state.view(),
            is_ready: state.is_ready(),
            children: Vec::new(),
            statistics: state.statistics(),
        },
        Content::Composite(children) => {
            let views: Vec<EndpointView> =
                children.iter().filter_map(|child| view(child, current, seen)).collect();
            let mut statistics = EndpointStatistics::default();
            views.iter().for_each(|view| statistics.add(&view.statistics));
            EndpointView {
                name: name.clone(),
                kind: shown.kind,
                availability: together(&views),
                is_ready: views.iter().any(|view| view.is_ready),
                children: children.clone(),
                statistics,
            }
        }
    };
    seen.remove(name);
    Some(shown)
}

/// What is known of a composite by what is known of those in it (endpoints.md §9).
fn together(views: &[EndpointView]) -> View {
    let found = || views.iter().map(|view| view.availability);
    let mut states = found().map(|found| found.state);
    let state = match states.next() {
        None => State::Active,
        Some(first) if first == State::Active || states.clone().any(|state| state == State::Active) => {
            State::Active
        }
        Some(first) if states.all(|state| state == first) => first,
        Some(_) => State::Suspended,
    };
    let waits = matches!(state, State::Timeout | State::Suspended);
    View {
        state,
        next_retry: found().filter_map(|found| found.next_retry).min().filter(|_| waits),
        counts: found().map(|found| found.counts).fold(Counts::default(), |sum, counts| Counts {
            suspensions: sum.suspensions + counts.suspensions,
            timeouts: sum.timeouts + counts.timeouts,
            consecutive_suspensions: sum.consecutive_suspensions + counts.consecutive_suspensions,
            consecutive_timeouts: sum.consecutive_timeouts + counts.consecutive_timeouts,
        }),
    }
}

fn collect(
    name: &str,
    current: &BTreeMap<Arc<str>, Shown>,
    seen: &mut BTreeSet<Arc<str>>,
    leaves: &mut BTreeMap<Arc<str>, Arc<EndpointState>>,
) {
    let Some((name, shown)) = current.get_key_value(name) else { return };
    if !seen.insert(name.clone()) {
        return;
    }
    match &shown.content {
        Content::Leaf(state) => drop(leaves.insert(name.clone(), state.clone())),
        Content::Composite(children) => {
            children.iter().for_each(|child| collect(child, current, seen, leaves));
        }
    }
}

#[cfg(test)]
mod tests {
    use sinew_core::config::endpoint::SendingDefinition;
    use sinew_core::diagnostics::{SourceFile, Span};
    use sinew_core::mediation::ErrorCode;

    use super::*;
    use crate::telemetry::metrics::{Build, Metrics};

    fn place(name: &str, kind: &'static str, file: &Arc<SourceFile>) -> EndpointPlace {
        let location = Location::new(file.clone(), Span::new(0, 5));
        EndpointPlace { name: name.into(), kind, identity: Identity::default().and(&location) }
    }

    fn new_state() -> EndpointState {
        let metrics = Metrics::new(Build { version: "0", revision: "0" }, &[], 1);
        EndpointState::new(&SendingDefinition::default(), metrics.endpoint("e"))
    }

    /// E96: the same read of a file is the same endpoint, another one a new endpoint.
    #[tokio::test(start_paused = true)]
    async fn e96_a_state_lives_as_long_as_its_definition() {
        let states = EndpointStates::default();
        let file = SourceFile::new("e.xml", "<endpoint/>");
        let first = states.leaf(&place("e", "address", &file), new_state);
        first.failed(ErrorCode::CONNECTION_FAILED, false);
        let kept = states.leaf(&place("e", "address", &file), new_state);
        assert!(Arc::ptr_eq(&first, &kept));
        let read_again = SourceFile::new("e.xml", "<endpoint/>");
        let new = states.leaf(&place("e", "address", &read_again), new_state);
        assert!(!first.is_ready() && new.is_ready());
        // The one that is deployed last is the one people see, until it is gone.
        assert_eq!(states.get("e").map(|view| view.availability.state), Some(State::Active));
        drop(new);
        assert_eq!(states.get("e").map(|view| view.availability.state), Some(State::Suspended));
        drop((first, kept));
        assert!(states.list().is_empty());
    }

    /// Each deployment reads what changed anew: what it leaves behind does not grow with their number.
    #[tokio::test(start_paused = true)]
    async fn the_dead_are_dropped() {
        let states = EndpointStates::default();
        let alive: Vec<_> = (0..10)
            .map(|number| {
                let file = SourceFile::new("e.xml", "<endpoint/>");
                states.leaf(&place(&format!("e{number}"), "address", &file), new_state)
            })
            .collect();
        for number in 0..1_000 {
            let file = SourceFile::new("e.xml", "<endpoint/>");
            states.leaf(&place(&format!("gone{}", number % 7), "address", &file), new_state);
        }
        let entries = states.lock();
        assert!(entries.by_name.values().map(Vec::len).sum::<usize>() <= 2 * alive.len() + 1);
        drop(entries);
        assert_eq!(states.list().len(), alive.len());
    }

    #[tokio::test(start_paused = true)]
    async fn composites_show_and_switch_what_is_in_them() {
        let states = EndpointStates::default();
        let file = SourceFile::new("e.xml", "<endpoint/>");
        let b1 = states.leaf(&place("b1", "address", &file), new_state);
        let b2 = states.leaf(&place("b2", "address", &file), new_state);
        let children = vec!["b1".into(), "b2".into(), "missing".into()];
        let turn = states.composite(&place("lb", "loadbalance", &file), children);
        turn.set(7);
        assert_eq!(states.composite(&place("lb", "loadbalance", &file), Vec::new()).position(), 7);
        let state = || states.get("lb").map(|view| (view.availability.state, view.is_ready));
        assert_eq!(state(), Some((State::Active, true)));
        b1.failed(ErrorCode::CONNECTION_FAILED, false);
        assert_eq!(state(), Some((State::Active, true)));
        b2.switch_off();
        assert_eq!(state(), Some((State::Suspended, false)));
        assert!(states.switch_off("lb") && !states.switch_off("nobody"));
        assert_eq!(state(), Some((State::Off, false)));
        assert!(states.switch_on("lb") && b1.is_ready() && b2.is_ready());
        assert_eq!(states.list().iter().map(|view| &*view.name).collect::<Vec<_>>(), ["b1", "b2", "lb"]);
    }
}
