//! What providers say there is (elastic-load-balancer.md §4.11, W52).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::super::instances::{InstanceName, Listed};
use super::act::{is_over, launch_of, tags};
use super::books::{Books, Target};
use super::shared::Shared;
use crate::clusters::MemberDefinition;
use crate::iaas::{IaasError, Instance, InstanceState, Purpose};

/// How long a provider may take to say what there is; it is asked again then. Providers have limits of their own, which are
/// usually shorter.
const PATIENCE: Duration = Duration::from_secs(180);

impl Shared {
    /// Asks every provider what there is, unless it is asked already; nobody waits for it.
    pub(super) fn look(&self) {
        self.beside(|shared| async move { shared.keep_address().await });
        for provider in &self.options.providers {
            let (name, iaas) = (provider.name.clone(), provider.iaas.clone());
            let now = self.now();
            {
                let mut books = self.books();
                let Some(book) = books.providers.get_mut(&name) else { continue };
                if book.asked_at.replace(now).is_some() {
                    continue;
                }
            }
            self.beside(|shared| async move {
                let asking = Asking { shared: &shared, provider: &name };
                let answer = timeout(PATIENCE, iaas.list(&shared.options.owner)).await;
                let late = |_| Err(IaasError::Transient("it does not answer".to_owned()));
                match answer.unwrap_or_else(late) {
                    Ok(instances) => shared.take_in(&name, &instances, now),
                    Err(error) => {
                        tracing::warn!(target: "autoscaler", provider = &*name, %error, "the provider does not say what there is");
                        if let Some(book) = shared.books().providers.get_mut(&name) {
                            book.error = Some(error.to_string());
                        }
                    }
                }
                drop(asking);
            });
        }
    }

    /// Whether a provider has not answered yet.
    pub(super) fn is_looking(&self) -> bool {
        self.books().providers.values().any(|provider| provider.asked_at.is_some())
    }

    /// Takes in what a provider has for us.
    fn take_in(&self, provider: &Arc<str>, instances: &[Instance], asked_at: Duration) {
        let leads = self.acting().is_some();
        let now = self.now();
        let mut by_purpose: BTreeMap<&Purpose, Vec<&Instance>> = BTreeMap::new();
        for instance in instances {
            by_purpose.entry(&instance.purpose).or_default().push(instance);
        }
        let mut todo = Vec::new();
        {
            let mut books = self.books();
            if let Some(book) = books.providers.get_mut(provider) {
                book.listed_at = Some(asked_at);
                book.error = None;
            }
            let keys: Vec<_> = books.clusters.keys().cloned().map(Target::Cluster).collect();
            for target in keys.into_iter().chain([Target::Balancers]) {
                let purpose = self.purpose(&target);
                let found = by_purpose.remove(&purpose).unwrap_or_default();
                let actions = note(&mut books, &target, provider, &found, asked_at, now);
                todo.push((target, actions));
            }
        }
        for (purpose, instances) in by_purpose {
            let instances = instances.iter().filter(|instance| !is_over(instance)).count();
            if instances > 0 {
                tracing::debug!(target: "autoscaler", provider = &**provider, %purpose, instances, "instances of a cluster that is not scaled here");
            }
        }
        // Who does not act knows what there is, and leaves it alone.
        if leads {
            todo.into_iter().for_each(|(target, actions)| self.carry_out(&target, actions));
        }
        self.members.send_replace(());
    }
}

/// Writes down what a provider has for a cluster, or for the balancers.
fn note(
    books: &mut Books,
    target: &Target,
    provider: &Arc<str>,
    found: &[&Instance],
    asked_at: Duration,
    now: Duration,
) -> Vec<super::super::instances::Action> {
    let alive: Vec<&Instance> =
        found.iter().copied().filter(|instance| instance.state != InstanceState::Gone).collect();
    // What was launched is not asked about again.
    let is_known =
        |token: &crate::iaas::LaunchToken| found.iter().any(|one| one.token.as_ref() == Some(token));
    books.unsettled.retain(|(whose, who, token)| whose != target || who != provider || !is_known(token));
    let listed: Vec<Listed> = alive.iter().map(|instance| listed(instance)).collect();
    match target {
        Target::Balancers => books.balancers.instances.listed(provider, &listed, asked_at, now),
        Target::Cluster(key) => {
            let Some(book) = books.clusters.get_mut(key) else { return Vec::new() };
            let actions = book.state.instances.listed(provider, &listed, asked_at, now);
            for instance in alive.iter().filter(|instance| !is_over(instance)) {
                let name = InstanceName { provider: provider.clone(), id: instance.id.as_str().into() };
                if let Some(place) = place(instance) {
                    book.places.entry(name).or_insert(place);
                }
            }
            // Those that nobody has a record of are gone.
            let instances = &book.state.instances;
            book.places.retain(|name, _| {
                let is_ending = alive.iter().any(|one| *one.id.as_str() == *name.id && is_over(one));
                let known = instances.records().any(|record| record.instance.as_ref() == Some(name));
                name.provider != *provider || (known && !is_ending)
            });
            actions
        }
    }
}

fn listed(instance: &Instance) -> Listed {
    let launched_at = instance.launched_at.map(|at| at.duration_since(jiff::Timestamp::UNIX_EPOCH));
    Listed {
        id: instance.id.as_str().into(),
        launch: instance.token.as_ref().and_then(launch_of),
        stopping: instance.state == InstanceState::Stopping,
        addresses: addresses(instance),
        launched_at: launched_at.and_then(|at| Duration::try_from(at).ok()).unwrap_or_default(),
        tags: tags(instance),
    }
}

/// Where an instance is: the key of its member where that is known, for instances may share a host; else its hosts.
pub(super) fn addresses(instance: &Instance) -> Vec<Arc<str>> {
    match place(instance) {
        Some(place) => vec![place.key()],
        None => {
            let addresses = [instance.addresses.private, instance.addresses.public];
            addresses.into_iter().flatten().map(|address| address.to_string().into()).collect()
        }
    }
}

/// The member that an instance is, where its provider knows.
pub(super) fn place(instance: &Instance) -> Option<MemberDefinition> {
    let member = instance.member.as_ref()?;
    let mut definition = MemberDefinition::new(&member.host, member.http_port, member.https_port);
    definition.properties.insert("instanceId".into(), instance.id.as_str().into());
    definition.permanent = instance.permanent;
    definition.zone = instance.zone.as_deref().map(Into::into);
    Some(definition)
}

/// A provider that is asked what there is. It may be asked again when this is dropped.
struct Asking<'a> {
    shared: &'a Shared,
    provider: &'a str,
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        if let Some(book) = self.shared.books().providers.get_mut(self.provider) {
            book.asked_at = None;
        }
        self.shared.listed.notify_waiters();
        self.shared.news.notify_one();
    }
}
