//! Endpoints: each definition becomes something that sends, with the state it had before if it was not touched.

mod composites;
mod dynamic;

use std::collections::HashSet;
use std::sync::Arc;

use foldhash::fast::RandomState;
use sinew_core::config::endpoint::{
    AddressTemplate, EndpointDefinition, EndpointKind, HttpDefinition, SendingDefinition, TemplateInstance,
};
use sinew_core::config::{Configuration, ResourceKey};
use sinew_core::diagnostics::{Diagnostic, Location, codes};
use sinew_core::mediation::Endpoint;

use super::balancer::TENANT_AWARE;
use super::build::{Compiler, State};
use super::keys::{Wanted, cycle};
use super::sequences::Unusable;
use crate::endpoints::{
    AddressEndpoint, Client, DefaultEndpoint, EndpointPlace, EndpointState, HttpEndpoint, Identity, Leaf,
    LeafSettings, ResolvingEndpoint,
};

/// The names that endpoints have among people: each only once.
pub(super) struct Names {
    taken: HashSet<Arc<str>, RandomState>,
    /// Those that were given since the last look.
    given: Vec<Given>,
}

/// A name that was given, or another one because that was taken.
struct Given {
    name: Arc<str>,
    as_wished: bool,
}

impl Names {
    /// The names of the configuration's own endpoints are taken.
    pub(super) fn new(configuration: &Configuration) -> Self {
        let mut taken: HashSet<_, _> = Wanted::Endpoint.keys(configuration).into_iter().collect();
        // Most services have one endpoint.
        taken.reserve(configuration.proxies.len());
        Self { taken, given: Vec::new() }
    }

    /// The names that were given since this was asked last; nothing when there was one that was not as wished, and might be another
    /// one in another configuration.
    pub(super) fn given(&mut self) -> Option<Vec<Arc<str>>> {
        let given = std::mem::take(&mut self.given);
        given.iter().all(|given| given.as_wished).then(|| given.into_iter().map(|given| given.name).collect())
    }

    /// Takes names that are to be as they were; false, with none taken, when one of them is taken already.
    pub(super) fn take(&mut self, names: &[Arc<str>]) -> bool {
        let free = names.iter().all(|name| !self.taken.contains(name));
        if free {
            self.taken.extend(names.iter().cloned());
        }
        free
    }

    /// A name for an endpoint inside another artifact: its own if it has one that is free, else where it stands.
    fn give(&mut self, own: Option<&Arc<str>>, address: &Arc<str>) -> Arc<str> {
        let wanted = own.filter(|own| !self.taken.contains(&***own)).unwrap_or(address);
        let numbered = (2..).map(|number: u64| Arc::from(format!("{wanted}#{number}")));
        let mut candidates = std::iter::once(wanted.clone()).chain(numbered);
        let free = candidates.find(|name| !self.taken.contains(name)).unwrap_or_else(|| wanted.clone());
        self.taken.insert(free.clone());
        let as_wished = free == *own.unwrap_or(address);
        self.given.push(Given { name: free.clone(), as_wished });
        free
    }
}

/// Something that sends, and the name people know it by.
struct Built {
    endpoint: Arc<dyn Endpoint>,
    name: Arc<str>,
}

/// An endpoint's definition with what it is compiled with.
#[derive(Clone, Copy)]
struct Site<'d> {
    definition: &'d EndpointDefinition,
    /// In faults, metrics and logs.
    label: &'d Arc<str>,
    /// The name people know it by.
    name: &'d Arc<str>,
    /// What its state depends on.
    identity: &'d Identity,
}

impl Site<'_> {
    fn place(&self) -> EndpointPlace {
        EndpointPlace {
            name: self.name.clone(),
            kind: self.definition.kind.word(),
            identity: self.identity.clone(),
        }
    }
}

impl<C: Client> Compiler<'_, C> {
    /// A named endpoint, compiled when first asked for; the outer `None` while it is being compiled.
    pub(super) fn endpoint_by_name(&mut self, name: &Arc<str>) -> Option<Option<Arc<dyn Endpoint>>> {
        match self.endpoints.get(name) {
            Some(State::Done(endpoint)) => return Some(endpoint.clone()),
            Some(State::InProgress) => return None,
            None => {}
        }
        let Some(definition) = self.configuration.endpoint(name) else {
            // One that nobody has to define (elastic-load-balancer.md §2.1).
            let made = if **name == *TENANT_AWARE { self.tenant_aware() } else { None };
            if made.is_some() {
                self.touches_others = true;
                self.endpoints.insert(name.clone(), State::Done(made.clone()));
            }
            return Some(made);
        };
        self.endpoints.insert(name.clone(), State::InProgress);
        let identity = Identity::default().and(&definition.location);
        let site = Site { definition, label: name, name, identity: &identity };
        let endpoint = self.build(site);
        self.endpoints.insert(name.clone(), State::Done(Some(endpoint.clone())));
        Some(Some(endpoint))
    }

    /// Compiles an endpoint inside another artifact. One that cannot work becomes one that faults when used.
    pub(super) fn endpoint(
        &mut self,
        definition: &EndpointDefinition,
        address: Arc<str>,
    ) -> Arc<dyn Endpoint> {
        self.inside(definition, address, &Identity::default()).endpoint
    }

    /// Compiles an endpoint inside another artifact or endpoint, whose identity is part of its own.
    fn inside(&mut self, definition: &EndpointDefinition, address: Arc<str>, around: &Identity) -> Built {
        if let EndpointKind::Indirect(key) = &definition.kind {
            return Built { endpoint: self.indirect(key), name: key.text.clone() };
        }
        let identity = around.and(&definition.location);
        let name = self.endpoint_names.give(definition.name.as_ref(), &address);
        let label = definition.name.clone().unwrap_or(address);
        let endpoint = self.build(Site { definition, label: &label, name: &name, identity: &identity });
        Built { endpoint, name }
    }

    fn build(&mut self, site: Site<'_>) -> Arc<dyn Endpoint> {
        match &site.definition.kind {
            EndpointKind::Indirect(key) => self.indirect(key),
            EndpointKind::Resolving(key) => {
                let on_error = site.definition.on_error.as_ref().map(|key| self.on_error(key));
                Arc::new(ResolvingEndpoint::new(site.label.clone(), on_error, key.clone()))
            }
            EndpointKind::Template(instance) => self.instance(site, instance),
            EndpointKind::Default(sending) => Arc::new(DefaultEndpoint(self.leaf(site, sending))),
            EndpointKind::Address { uri, sending } => self.address(site, uri, sending),
            EndpointKind::Wsdl(wsdl) => self.address(site, &wsdl.address, &wsdl.sending),
            EndpointKind::Http(http) => self.http(site, http),
            EndpointKind::LoadBalance(balance) => self.load_balance(site, balance),
            EndpointKind::Failover(failover) => self.failover(site, failover),
            EndpointKind::RecipientList(list) => self.recipient_list(site, list),
            EndpointKind::DynamicLoadBalance(dynamic) => self.dynamic(site, dynamic),
            EndpointKind::ServiceDynamicLoadBalance(dynamic) => self.service_dynamic(site, dynamic),
            EndpointKind::TenantAware(balancer) => self.tenant_aware_by_class(site, balancer),
        }
    }

    /// The endpoint with a key; a missing one or a cycle is reported at the key.
    pub(super) fn indirect(&mut self, key: &ResourceKey) -> Arc<dyn Endpoint> {
        match self.endpoint_by_name(&key.text) {
            Some(Some(endpoint)) => return endpoint,
            Some(None) => self.missing(key, Wanted::Endpoint),
            None => self.diagnostics.push(cycle(key, Wanted::Endpoint)),
        }
        Arc::new(Unusable::missing(&key.text))
    }

    fn address(
        &mut self,
        site: Site<'_>,
        uri: &AddressTemplate,
        sending: &SendingDefinition,
    ) -> Arc<dyn Endpoint> {
        let leaf = self.leaf(site, sending);
        match AddressEndpoint::new(leaf, uri.clone()) {
            Ok(endpoint) => Arc::new(endpoint),
            Err(message) => self.unusable(&site.definition.location, &uri.text, message),
        }
    }

    fn http(&mut self, site: Site<'_>, http: &HttpDefinition) -> Arc<dyn Endpoint> {
        let leaf = self.leaf(site, &http.sending);
        match HttpEndpoint::new(leaf, http.template.clone(), http.method.clone()) {
            Ok(endpoint) => Arc::new(endpoint),
            Err(message) => self.unusable(&site.definition.location, &http.template.text, message),
        }
    }

    /// An instance of a template. It has a state of its own, which starts anew when the instance or the template was read
    /// again (endpoints.md §8.3).
    fn instance(&mut self, site: Site<'_>, instance: &TemplateInstance) -> Arc<dyn Endpoint> {
        let key = &instance.template;
        let found = self.configuration.template(&key.text);
        let Some((template, element)) = found.and_then(|found| Some((found, found.endpoint.as_ref()?)))
        else {
            self.missing(key, Wanted::EndpointTemplate);
            return Arc::new(Unusable::missing(&key.text));
        };
        if self.open_templates.contains(&key.text) {
            self.diagnostics.push(cycle(key, Wanted::EndpointTemplate));
            return Arc::new(Unusable::missing(&key.text));
        }
        for (name, _, location) in &instance.parameters {
            if !template.parameters.iter().any(|declared| *declared.name == **name) {
                let message = format!("the template \"{}\" has no parameter \"{name}\"", key.text);
                self.diagnostics.push(
                    Diagnostic::warning(codes::VALUE_IGNORED, message)
                        .at(location.clone())
                        .label("has no effect"),
                );
            }
        }
        let name = site.definition.name.as_deref();
        let (definition, diagnostics) = instance.expand(name, element);
        self.diagnostics.extend(diagnostics.into_vec());
        let Some(mut definition) = definition else {
            let reason = format!("the template \"{}\" makes no endpoint", key.text);
            return Arc::new(Unusable::new(site.label, reason));
        };
        if site.definition.on_error.is_some() {
            definition.on_error = site.definition.on_error.clone();
        }
        definition.properties.extend(site.definition.properties.iter().cloned());
        let identity = site.identity.and(&definition.location);
        self.open_templates.push(key.text.clone());
        let endpoint = self.build(Site { definition: &definition, identity: &identity, ..site });
        self.open_templates.pop();
        endpoint
    }

    /// What the endpoint sends with.
    fn leaf(&mut self, site: Site<'_>, sending: &SendingDefinition) -> Leaf<C> {
        let metrics = self.settings.metrics.endpoint(site.label);
        let states = &self.settings.endpoint_states;
        let state = states.leaf(&site.place(), || EndpointState::new(sending, metrics.clone()));
        let settings = self.leaf_settings(site, sending);
        Leaf::new(LeafSettings { state: Some(state), ..settings }, self.client.clone())
    }

    /// The same without a state.
    fn leaf_settings(&mut self, site: Site<'_>, sending: &SendingDefinition) -> LeafSettings {
        LeafSettings {
            name: site.label.clone(),
            on_error: site.definition.on_error.as_ref().map(|key| self.on_error(key)),
            properties: site.definition.properties.clone(),
            sending: sending.clone(),
            timeouts: self.settings.timeouts,
            policy: self.settings.policy.clone(),
            metrics: self.settings.metrics.endpoint(site.label),
            state: None,
        }
    }

    /// Sends to `To`. It has no state: what happens at one address says nothing about the next.
    pub(super) fn default_endpoint(&self) -> Arc<dyn Endpoint> {
        Arc::new(DefaultEndpoint(self.plain_leaf("<To>", "default")))
    }

    /// Sends to the members that a balancing endpoint chooses. Members have states of their own.
    pub(super) fn leaf_of_members(&self, name: &str) -> Leaf<C> {
        self.plain_leaf(name, name)
    }

    /// Sends as messages are, whatever happened before.
    fn plain_leaf(&self, name: &str, metrics: &str) -> Leaf<C> {
        let settings = LeafSettings {
            name: name.into(),
            on_error: None,
            properties: Vec::new(),
            sending: SendingDefinition::default(),
            timeouts: self.settings.timeouts,
            policy: self.settings.policy.clone(),
            metrics: self.settings.metrics.endpoint(metrics),
            state: None,
        };
        Leaf::new(settings, self.client.clone())
    }

    /// An endpoint that faults, because its address is none.
    fn unusable(&mut self, location: &Location, text: &str, message: String) -> Arc<dyn Endpoint> {
        self.diagnostics.push(
            Diagnostic::error(codes::ENDPOINT_VALUE_INVALID, message.clone())
                .at(location.clone())
                .label("this endpoint cannot be sent to"),
        );
        Arc::new(Unusable::new(text, message))
    }
}
