//! Launching and ending, beside the ticks: each answer comes back as an event (elastic-load-balancer.md §4.6).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::instances::{Action, Alarm, Event, InstanceName, LaunchId, Termination};
use super::books::Target;
use super::listing::{addresses, place};
use super::shared::{Shared, cluster};
use crate::iaas::{
    IaasError, Instance, InstanceId, InstanceState, LaunchSpec, LaunchToken, Purpose, Template,
};
use sinew_core::config::balancer::{GivenSetting, InstanceSettings};

impl Shared {
    /// Begins to do something.
    pub(super) fn act(&self, target: Target, action: Action) {
        match action {
            Action::Launch { launch } => {
                self.beside(|shared| async move {
                    let launching = Launching { shared, target, launch, answered: false };
                    launching.run().await;
                });
            }
            Action::Terminate { launch, instance, member, why } => {
                let ending = Ending { target, launch, instance, member, why };
                self.beside(|shared| async move { ending.run(&shared).await });
            }
            Action::Alarm { launch, instance, alarm } => {
                let instance = instance.map(|instance| instance.to_string());
                let problem = in_words(alarm);
                tracing::error!(target: "autoscaler", cluster = %target, launch = launch.0, instance, problem, "somebody has to look");
            }
        }
    }

    /// Tells what happened, and does what follows from it.
    pub(super) fn happened(&self, target: &Target, event: Event) {
        let now = self.now();
        let actions = self.books().apply(target, event, now);
        self.carry_out(target, actions);
        self.members.send_replace(());
        self.news.notify_one();
    }

    /// What an instance is launched with: only what the file says, so that the provider's settings say the rest.
    fn template(&self, target: &Target) -> Template {
        let Some(configuration) = self.scaled() else { return Template::default() };
        match target {
            Target::Balancers => template(&configuration.balancer.instance, &configuration.balancer.given),
            Target::Cluster(key) => match cluster(&configuration, key) {
                Some(definition) => template(&definition.instance, &definition.given),
                None => Template::default(),
            },
        }
    }

    pub(super) fn purpose(&self, target: &Target) -> Purpose {
        match target {
            Target::Balancers => self.options.balancers.clone(),
            Target::Cluster(key) => Purpose::new(&*key.domain, key.sub_domain.as_deref()),
        }
    }
}

/// A launch that has no answer yet. However it ends, it gets one: no launch stays pending because a task was dropped.
struct Launching {
    shared: Arc<Shared>,
    target: Target,
    launch: LaunchId,
    answered: bool,
}

impl Launching {
    async fn run(self) {
        let shared = self.shared.clone();
        let providers = shared.books().providers_for_launch(&shared.rules);
        if providers.is_empty() {
            tracing::warn!(target: "autoscaler", cluster = %self.target, "no provider has room for another instance");
            self.failed();
        }
        for provider in providers {
            // Another balancer may have begun to act.
            if self.shared.acting().is_none() {
                break;
            }
            // Until its instance is written down.
            let Some(_counted) = Underway::begin(&shared, &provider) else { continue };
            if let Some(instance) = self.ask(&provider).await {
                self.launched(&provider, instance);
                return;
            }
        }
    }

    /// Asks one provider.
    async fn ask(&self, provider: &Arc<str>) -> Option<Instance> {
        let iaas = self.shared.provider(provider)?.iaas.clone();
        loop {
            let earlier = self.shared.books().take_unsettled(&self.target, provider);
            let is_new = earlier.is_none();
            let spec = LaunchSpec {
                purpose: self.shared.purpose(&self.target),
                owner: self.shared.options.owner.clone(),
                token: earlier.unwrap_or_else(|| token(self.launch)),
                template: self.shared.template(&self.target),
            };
            match iaas.launch(&spec).await {
                Ok(instance) if is_over(&instance) && !is_new => {}
                Ok(instance) => return Some(instance),
                Err(error) => {
                    tracing::warn!(target: "autoscaler", cluster = %self.target, provider = &**provider, %error, "not launched");
                    self.failed();
                    // It may have been launched nevertheless, by this attempt or one before.
                    if error.may_pass() {
                        self.shared.books().unsettle(&self.target, provider, spec.token);
                        return None;
                    }
                    if is_new {
                        return None;
                    }
                }
            }
        }
    }

    fn launched(mut self, provider: &Arc<str>, instance: Instance) {
        self.answered = true;
        let name = InstanceName { provider: provider.clone(), id: instance.id.as_str().into() };
        tracing::info!(target: "autoscaler", cluster = %self.target, instance = %name, "launched");
        {
            let mut books = self.shared.books();
            if let Target::Cluster(key) = &self.target
                && let Some(book) = books.clusters.get_mut(key)
                && let Some(place) = place(&instance)
            {
                book.places.insert(name.clone(), place);
            }
            if let Some(counters) = books.counters(&self.target) {
                counters.launched += 1;
            }
        }
        let tags = tags(&instance);
        let event =
            Event::Launched { launch: self.launch, instance: name, addresses: addresses(&instance), tags };
        self.shared.happened(&self.target, event);
    }

    fn failed(&self) {
        if let Some(counters) = self.shared.books().counters(&self.target) {
            counters.launch_failures += 1;
        }
    }
}

impl Drop for Launching {
    fn drop(&mut self) {
        if !self.answered {
            self.shared.happened(&self.target, Event::Refused { launch: self.launch });
        }
    }
}

/// A launch that a provider was asked for counts for its limit.
struct Underway<'a> {
    shared: &'a Shared,
    provider: &'a str,
}

impl<'a> Underway<'a> {
    /// Counts it, unless others have taken the room meanwhile.
    fn begin(shared: &'a Shared, provider: &'a str) -> Option<Self> {
        let mut books = shared.books();
        let most = shared.rules.iter().find(|rules| *rules.name == *provider)?.max_instances;
        if most.is_some_and(|most| books.launched(provider) >= most) {
            return None;
        }
        let book = books.providers.get_mut(provider)?;
        book.launching = book.launching.saturating_add(1);
        Some(Self { shared, provider })
    }
}

impl Drop for Underway<'_> {
    fn drop(&mut self) {
        if let Some(book) = self.shared.books().providers.get_mut(self.provider) {
            book.launching = book.launching.saturating_sub(1);
        }
    }
}

/// An instance that shall end.
struct Ending {
    target: Target,
    launch: LaunchId,
    instance: InstanceName,
    member: Option<Arc<str>>,
    why: Termination,
}

impl Ending {
    async fn run(self, shared: &Shared) {
        if let (Target::Cluster(key), Some(member)) = (&self.target, &self.member) {
            shared.drain(key, member).await;
        }
        let event = self.end(shared).await;
        if matches!(event, Event::NotEnded { .. }) && shared.acting().is_none() {
            self.give_back(shared);
        }
        shared.happened(&self.target, event);
    }

    async fn end(&self, shared: &Shared) -> Event {
        let failed = Event::NotEnded { launch: self.launch };
        if shared.acting().is_none() {
            return failed;
        }
        let Some(provider) = shared.provider(&self.instance.provider) else { return failed };
        let Ok(id) = InstanceId::new(&*self.instance.id) else { return failed };
        let answer = provider.iaas.terminate(&id).await;
        let mut books = shared.books();
        let counters = books.counters(&self.target);
        match &answer {
            Ok(()) => {
                tracing::info!(target: "autoscaler", cluster = %self.target, instance = %self.instance, why = ?self.why, "ended");
                counters.into_iter().for_each(|counters| counters.ended += 1);
            }
            Err(IaasError::NotFound(_)) => {}
            Err(error) => {
                tracing::warn!(target: "autoscaler", cluster = %self.target, instance = %self.instance, %error, "not ended");
                counters.into_iter().for_each(|counters| counters.end_failures += 1);
                return failed;
            }
        }
        if let Target::Cluster(key) = &self.target
            && let Some(book) = books.clusters.get_mut(key)
        {
            book.places.remove(&self.instance);
        }
        match answer {
            Ok(()) => Event::Ended { launch: self.launch },
            Err(_) => Event::Gone { instance: self.instance.clone() },
        }
    }

    /// Another balancer acts now, and knows nothing of this.
    fn give_back(&self, shared: &Shared) {
        if let (Target::Cluster(key), Some(member), Termination::ScaleDown) =
            (&self.target, &self.member, self.why)
        {
            // It may have left meanwhile.
            let _ = shared.directory.resume(key, member);
        }
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Target::Cluster(key) => write!(f, "{key}"),
            Target::Balancers => f.write_str("balancers"),
        }
    }
}

/// The token of a launch names it, so that a listing tells which launch an instance comes from.
fn token(launch: LaunchId) -> LaunchToken {
    let text = format!("{launch}.{}", uuid::Uuid::new_v4().simple());
    LaunchToken::new(text).unwrap_or_else(|_| LaunchToken::random())
}

/// The launch that a token names, if it is one of ours.
pub(super) fn launch_of(token: &LaunchToken) -> Option<LaunchId> {
    token.as_str().split_once('.').and_then(|(launch, _)| launch.parse().ok()).map(LaunchId)
}

pub(super) fn is_over(instance: &Instance) -> bool {
    matches!(instance.state, InstanceState::Stopping | InstanceState::Gone)
}

/// The tags of an instance, with the one that makes it permanent where its provider knows that otherwise.
pub(super) fn tags(instance: &Instance) -> BTreeMap<Arc<str>, Arc<str>> {
    let tags = instance.tags.iter().map(|(name, value)| (name.as_str().into(), value.as_str().into()));
    let mut tags: BTreeMap<Arc<str>, Arc<str>> = tags.collect();
    if instance.permanent {
        tags.entry(crate::iaas::tags::AVOID_TERMINATION.into()).or_insert_with(|| "true".into());
    }
    tags
}

fn template(settings: &InstanceSettings, given: &[GivenSetting]) -> Template {
    let is_given = |key: &str| given.iter().any(|one| one.key == key);
    let text = |key: &str, value: &str| is_given(key).then(|| value.to_owned());
    Template {
        image: settings.image_id.as_ref().map(|image| image.to_string()),
        instance_type: text("instance_type", &settings.instance_type),
        zone: text("availability_zone", &settings.availability_zone),
        security_groups: is_given("security_groups")
            .then(|| settings.security_groups.iter().map(|group| group.to_string()).collect()),
        key_pair: None,
        payload: is_given("payload").then(|| (&*settings.payload).into()),
        properties: BTreeMap::new(),
    }
}

fn in_words(alarm: Alarm) -> &'static str {
    match alarm {
        Alarm::CannotEnd => "its provider does not end it",
        Alarm::StillMember => "it was ended, and is still a member",
        Alarm::LeftBehind => "it is no member any more, and its provider does not say that it is gone",
        Alarm::NotJoined => "it runs, and did not join",
        Alarm::Unanswered => "its provider never answered",
    }
}
