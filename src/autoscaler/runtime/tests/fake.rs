//! A provider that does what a test tells it, and peers that do.

use std::collections::BTreeMap;
use std::sync::Mutex;

use tokio::sync::watch;
use tokio::time::{Duration, sleep};

use super::super::{Leadership, Peers, Subject, Told};
use crate::autoscaler::instances::MemberFacts;
use crate::clusters::ClusterKey;
use crate::iaas::{
    AddressState, Addresses, Answer, Iaas, IaasError, Instance, InstanceId, InstanceState, LaunchSpec,
    MemberPlace, Owner,
};

/// How it answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Mode {
    #[default]
    Works,
    /// It never answers.
    Hangs,
    /// It does nothing, and says that this may pass.
    Fails,
    /// It does what it is asked for, and the answer is lost.
    LosesAnswers,
    Throttles,
    Refuses,
    /// It answers after a minute.
    Slow,
    /// It does what it is asked for, and does not say what there is.
    Blind,
}

#[derive(Debug, Default)]
struct State {
    mode: Mode,
    instances: BTreeMap<InstanceId, Instance>,
    launches: usize,
    started: usize,
    /// Instances that are launched without ever listening.
    dead: bool,
    next_port: u16,
    address: Option<AddressState>,
    associated: usize,
}

/// A provider of instances that run at once.
#[derive(Debug, Default)]
pub(super) struct Fake(Mutex<State>);

impl Fake {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().expect("a test")
    }

    pub(super) fn set(&self, mode: Mode) {
        self.state().mode = mode;
    }

    /// What is launched from now on never listens.
    pub(super) fn stillborn(&self, dead: bool) {
        self.state().dead = dead;
    }

    pub(super) fn listens(&self, port: u16) -> bool {
        let state = self.state();
        let listens = |one: &Instance| {
            one.state == InstanceState::Running
                && one.zone.is_none()
                && one.member.as_ref().is_some_and(|member| member.http_port == Some(port))
        };
        state.instances.values().any(listens)
    }

    /// The ports of the instances that run.
    pub(super) fn running(&self) -> Vec<u16> {
        let state = self.state();
        let running = state.instances.values().filter(|one| one.state == InstanceState::Running);
        running.filter_map(|one| one.member.as_ref()?.http_port).collect()
    }

    /// How many instances were started ever.
    pub(super) fn started(&self) -> usize {
        self.state().started
    }

    /// How often it was asked for one.
    pub(super) fn launches(&self) -> usize {
        self.state().launches
    }

    /// Somebody else ends an instance.
    pub(super) fn kill(&self, port: u16) {
        let mut state = self.state();
        for instance in state.instances.values_mut() {
            if instance.member.as_ref().and_then(|member| member.http_port) == Some(port) {
                instance.state = InstanceState::Gone;
            }
        }
    }

    pub(super) fn lead_address(&self, to: Option<AddressState>) {
        self.state().address = to;
    }

    pub(super) fn address_state(&self) -> (Option<AddressState>, usize) {
        let state = self.state();
        (state.address.clone(), state.associated)
    }

    fn answer<'a, T: Send + 'a>(
        &'a self,
        work: impl FnOnce(&mut State) -> Result<T, IaasError> + Send + 'a,
    ) -> Answer<'a, T> {
        Box::pin(async move {
            let mode = self.state().mode;
            match mode {
                Mode::Works | Mode::Blind => work(&mut self.state()),
                Mode::Hangs => std::future::pending().await,
                Mode::Fails => Err(IaasError::Transient("status 500".to_owned())),
                Mode::LosesAnswers => {
                    let _ = work(&mut self.state());
                    Err(IaasError::Transient("the connection broke".to_owned()))
                }
                Mode::Throttles => Err(IaasError::Throttled { after: None, reason: "too often".to_owned() }),
                Mode::Refuses => Err(IaasError::Refused("no".to_owned())),
                Mode::Slow => {
                    sleep(Duration::from_secs(60)).await;
                    work(&mut self.state())
                }
            }
        })
    }
}

impl Iaas for Fake {
    fn launch<'a>(&'a self, spec: &'a LaunchSpec) -> Answer<'a, Instance> {
        self.state().launches += 1;
        self.answer(move |state| {
            let known = state.instances.values().find(|one| one.token.as_ref() == Some(&spec.token));
            if let Some(known) = known {
                return Ok(known.clone());
            }
            state.started += 1;
            state.next_port += 1;
            let port = 9000 + state.next_port;
            let instance = Instance {
                id: InstanceId::new(format!("i-{port}")).expect("an id"),
                state: InstanceState::Running,
                purpose: spec.purpose.clone(),
                token: Some(spec.token.clone()),
                addresses: Addresses::default(),
                member: Some(MemberPlace {
                    host: "127.0.0.1".to_owned(),
                    http_port: Some(port),
                    https_port: None,
                }),
                launched_at: Some(jiff::Timestamp::now()),
                zone: state.dead.then(|| "nowhere".to_owned()),
                permanent: false,
                tags: spec.tags(),
            };
            state.instances.insert(instance.id.clone(), instance.clone());
            Ok(instance)
        })
    }

    fn terminate<'a>(&'a self, id: &'a InstanceId) -> Answer<'a, ()> {
        self.answer(move |state| match state.instances.get_mut(id) {
            Some(instance) => {
                instance.state = InstanceState::Gone;
                Ok(())
            }
            None => Err(IaasError::NotFound(id.to_string())),
        })
    }

    fn list<'a>(&'a self, _: &'a Owner) -> Answer<'a, Vec<Instance>> {
        self.answer(|state| match state.mode {
            Mode::Blind => Err(IaasError::Transient("status 500".to_owned())),
            _ => Ok(state.instances.values().cloned().collect()),
        })
    }

    fn address<'a>(&'a self, ip: &'a str) -> Answer<'a, AddressState> {
        self.answer(move |state| state.address.clone().ok_or_else(|| IaasError::NotFound(ip.to_owned())))
    }

    fn associate<'a>(&'a self, _: &'a str, id: &'a InstanceId) -> Answer<'a, ()> {
        self.answer(move |state| {
            state.address = Some(AddressState::Instance(id.clone()));
            state.associated += 1;
            Ok(())
        })
    }
}

/// Peers that a test makes come and go.
#[derive(Debug)]
pub(super) struct Others {
    state: Mutex<(Option<Leadership>, Vec<MemberFacts>, u64)>,
    changes: watch::Sender<u64>,
    told: Mutex<BTreeMap<&'static str, String>>,
    heard: Mutex<Vec<(Subject, Told)>>,
    echo: Mutex<Duration>,
}

impl Others {
    pub(super) fn new(acting: Option<Leadership>, peers: usize) -> Self {
        let others = Self {
            state: Mutex::new((None, Vec::new(), 0)),
            changes: watch::Sender::new(0),
            told: Mutex::default(),
            heard: Mutex::default(),
            echo: Mutex::default(),
        };
        others.there(peers);
        others.act(acting);
        others
    }

    pub(super) fn act(&self, acting: Option<Leadership>) {
        self.state.lock().expect("a test").0 = acting;
        self.changes.send_modify(|count| *count += 1);
    }

    pub(super) fn there(&self, peers: usize) {
        let facts = |number: usize| MemberFacts {
            key: format!("peer-{number}").into(),
            hosts: vec![format!("10.0.0.{number}").into()],
            ..MemberFacts::default()
        };
        self.state.lock().expect("a test").1 = (0..peers).map(facts).collect();
    }

    /// The others have so many requests.
    pub(super) fn have(&self, requests: u64) {
        self.state.lock().expect("a test").2 = requests;
    }

    /// What they were told.
    pub(super) fn told_of(&self, subject: Subject) -> Option<String> {
        self.told.lock().expect("a test").get(name(subject)).cloned()
    }

    /// One of them tells something.
    pub(super) fn hear(&self, balancer: &str, subject: Subject, text: String) {
        let mut heard = self.heard.lock().expect("a test");
        heard.retain(|(about, told)| (*about, &*told.balancer) != (subject, balancer));
        heard.push((subject, Told { balancer: balancer.into(), live: true, text }));
    }

    /// How long they may take to answer.
    pub(super) fn answer_within(&self, echo: Duration) {
        *self.echo.lock().expect("a test") = echo;
    }
}

fn name(subject: Subject) -> &'static str {
    match subject {
        Subject::Handover => "handover",
        Subject::Sight => "sight",
    }
}

impl Peers for Others {
    fn acting(&self) -> Option<Leadership> {
        self.state.lock().expect("a test").0
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    fn demand(&self, _: &ClusterKey, own: u64) -> u64 {
        own + self.state.lock().expect("a test").2
    }

    fn balancers(&self) -> Option<Vec<MemberFacts>> {
        Some(self.state.lock().expect("a test").1.clone())
    }

    fn tell(&self, subject: Subject, text: String) {
        self.told.lock().expect("a test").insert(name(subject), text);
    }

    fn told(&self, subject: Subject) -> Vec<Told> {
        let heard = self.heard.lock().expect("a test");
        heard.iter().filter(|(about, _)| *about == subject).map(|(_, told)| told.clone()).collect()
    }

    fn echo(&self) -> Duration {
        *self.echo.lock().expect("a test")
    }
}
