//! Endpoints made of other endpoints.

use std::sync::Arc;

use sinew_core::config::endpoint::{
    Balanced, EndpointDefinition, EndpointKind, FailoverDefinition, LoadBalanceDefinition, MemberAddress,
    RecipientListDefinition, Recipients as Written, SendingDefinition, SessionDefinition,
};
use sinew_core::mediation::Endpoint;

use super::{Built, Site};
use crate::balancing::affinity::{Affinity, Sticky, Window, session_timeout};
use crate::compiler::balancer::SessionWish;
use crate::compiler::build::Compiler;
use crate::endpoints::{
    Algorithm, Client, CompositeSettings, ComputedRecipients, EndpointPlace, EndpointState, FailoverEndpoint,
    Leaf, LeafSettings, LoadBalanceEndpoint, MemberEndpoint, RecipientListEndpoint, RecipientListSettings,
    Recipients, Sessions, StickyLoadBalanceEndpoint, Turn,
};
use crate::transport::http::client::{Target, TargetError};
use crate::transport::http::server::Scheme;

impl<C: Client> Compiler<'_, C> {
    pub(super) fn load_balance(
        &mut self,
        site: Site<'_>,
        definition: &LoadBalanceDefinition,
    ) -> Arc<dyn Endpoint> {
        match &definition.balanced {
            Balanced::Members { members, algorithm } => {
                self.load_balance_members(site, definition, members, *algorithm)
            }
            Balanced::Endpoints { children, algorithm } => {
                // With sessions the first message of one fails over whatever is said (endpoints.md §6).
                let failover = definition.failover || definition.session.is_some();
                let settings = self.composite(site, children, failover, definition.build_message);
                let algorithm = Algorithm::new(algorithm, settings.turn.clone());
                match &definition.session {
                    None => Arc::new(LoadBalanceEndpoint::new(settings, algorithm)),
                    Some(session) => {
                        let sessions = self.static_sessions(site, session);
                        let targets = session_targets(children);
                        Arc::new(StickyLoadBalanceEndpoint::new(settings, algorithm, sessions, targets))
                    }
                }
            }
        }
    }

    /// Sessions that last for a time, however used (endpoints.md §6.2).
    fn static_sessions(&self, site: Site<'_>, definition: &SessionDefinition) -> Sessions {
        let lasting = &self.settings.lasting;
        let wish = SessionWish::of(definition);
        let length = session_timeout(wish.timeout, None, Some(lasting.session_timeout));
        let affinity = Affinity {
            table: lasting.sessions().clone(),
            scope: format!("endpoint:{}", site.name).into(),
            window: Window::after_start(length),
            sticky: Sticky::Strict,
        };
        Sessions { kind: wish.kind, affinity }
    }

    pub(super) fn failover(&mut self, site: Site<'_>, definition: &FailoverDefinition) -> Arc<dyn Endpoint> {
        let settings = self.composite(site, &definition.children, true, definition.build_message);
        Arc::new(FailoverEndpoint::new(settings, definition.dynamic))
    }

    pub(super) fn recipient_list(
        &mut self,
        site: Site<'_>,
        definition: &RecipientListDefinition,
    ) -> Arc<dyn Endpoint> {
        let (recipients, turn) = match &definition.recipients {
            Written::Endpoints(children) => {
                let (children, turn) = self.children(site, children);
                (Recipients::Fixed(children), turn)
            }
            Written::Members(members) => {
                let built: Vec<Built> = members
                    .iter()
                    .enumerate()
                    .map(|(index, member)| self.member(site, index, member))
                    .collect();
                let (children, turn) = self.together(site, built);
                (Recipients::Fixed(children), turn)
            }
            Written::Computed { addresses, max_cache } => {
                let settings = self.leaf_settings(site, &SendingDefinition::default());
                let metrics = settings.metrics.clone();
                // Set on the message once, before it is copied.
                let settings = LeafSettings { properties: Vec::new(), ..settings };
                let leaf = Leaf::new(settings, self.client.clone());
                let computed = ComputedRecipients::new(addresses.clone(), leaf, metrics, *max_cache);
                (Recipients::Computed(computed), self.together(site, Vec::new()).1)
            }
        };
        Arc::new(RecipientListEndpoint::new(RecipientListSettings {
            name: site.label.clone(),
            on_error: site.definition.on_error.as_ref().map(|key| self.on_error(key)),
            properties: site.definition.properties.clone(),
            recipients,
            turn,
        }))
    }

    /// What is inside, and whose turn it is.
    fn children(
        &mut self,
        site: Site<'_>,
        children: &[EndpointDefinition],
    ) -> (Vec<Arc<dyn Endpoint>>, Arc<Turn>) {
        let built: Vec<Built> = children
            .iter()
            .enumerate()
            .map(|(index, child)| {
                let address = format!("{}/{}", site.name, index + 1).into();
                self.inside(child, address, site.identity)
            })
            .collect();
        self.together(site, built)
    }

    fn together(&mut self, site: Site<'_>, built: Vec<Built>) -> (Vec<Arc<dyn Endpoint>>, Arc<Turn>) {
        let names = built.iter().map(|child| child.name.clone()).collect();
        let turn = self.settings.endpoint_states.composite(&site.place(), names);
        (built.into_iter().map(|child| child.endpoint).collect(), turn)
    }

    fn composite(
        &mut self,
        site: Site<'_>,
        children: &[EndpointDefinition],
        failover: bool,
        build_message: bool,
    ) -> CompositeSettings {
        let (children, turn) = self.children(site, children);
        CompositeSettings {
            name: site.label.clone(),
            on_error: site.definition.on_error.as_ref().map(|key| self.on_error(key)),
            properties: site.definition.properties.clone(),
            children,
            turn,
            failover,
            replay_limit: (!build_message).then_some(self.settings.replay_limit),
        }
    }

    /// One member of a recipient list.
    fn member(&mut self, site: Site<'_>, index: usize, member: &MemberAddress) -> Built {
        let name: Arc<str> = format!("{}/{}", site.name, index + 1).into();
        let target = |scheme, port: Option<u16>| port.map(|port| Target::new(scheme, &member.host, port));
        let targets: Result<[Option<Target>; 2], TargetError> = target(Scheme::Http, member.http_port)
            .transpose()
            .and_then(|http| Ok([http, target(Scheme::Https, member.https_port).transpose()?]));
        let [http, https] = match targets {
            Ok(targets) => targets,
            Err(error) => {
                let endpoint = self.unusable(&member.location, &member.host, error.to_string());
                return Built { endpoint, name };
            }
        };
        let sending = SendingDefinition::default();
        let identity = site.identity.and(&member.location);
        let settings = self.leaf_settings(site, &sending);
        let metrics = settings.metrics.clone();
        let place = EndpointPlace { name: name.clone(), kind: "member", identity };
        let states = &self.settings.endpoint_states;
        let state = states.leaf(&place, || EndpointState::new(&sending, metrics));
        let settings =
            LeafSettings { properties: Vec::new(), on_error: None, state: Some(state), ..settings };
        let leaf = Leaf::new(settings, self.client.clone());
        Built { endpoint: Arc::new(MemberEndpoint::new(leaf, http, https)), name }
    }
}

/// What sessions are bound to: the name of a child, else its address, else its position. Of children that are the same in
/// this the first has it.
fn session_targets(children: &[EndpointDefinition]) -> Vec<Arc<str>> {
    let mut targets: Vec<Arc<str>> = Vec::with_capacity(children.len());
    for (index, child) in children.iter().enumerate() {
        let own = match (&child.kind, &child.name) {
            (_, Some(name)) => Some(name),
            (EndpointKind::Indirect(key), None) => Some(&key.text),
            (EndpointKind::Address { uri, .. }, None) => Some(&uri.text),
            (_, None) => None,
        };
        let own = own.filter(|own| !targets.contains(own)).cloned();
        targets.push(own.unwrap_or_else(|| format!("#{}", index + 1).into()));
    }
    targets
}
