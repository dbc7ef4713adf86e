//! The compiler's run over a configuration.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use sinew_core::config::{
    Configuration, EndpointSlot, MediatorRegistry, ProxyDefinition, ResourceKey, SequenceSlot,
};
use sinew_core::diagnostics::{Diagnostic, Diagnostics, codes};
use sinew_core::mediation::{
    Endpoint, FaultHandler, Sequence, SequenceReference, Template, TemplateReference,
};

use super::endpoints::Names;
use super::keys::{Wanted, cycle, missing};
use super::reuse::{Compiled, Reusable};
use super::sequences::List;
use super::{Deployed, ProxyService, Routes, balancer, defaults, reach};
use crate::balancing::rewriting::ListenPorts;
use crate::clusters::ClusterKey;
use crate::clusters::health::HealthCheck;
use crate::endpoints::replay::DEFAULT_REPLAY_LIMIT;
use crate::endpoints::{Client, EndpointStates, Lasting, RequestPolicy, StaticMembers};
use crate::membership::Lifecycles;
use crate::tasks::TaskClasses;
use crate::telemetry::metrics::{Build, Metrics, ServiceKind};
use crate::transport::http::client::Timeouts;

/// What compiling needs besides the configuration.
#[derive(Clone, Debug)]
pub struct CompileSettings {
    /// The time-outs of endpoints that set none.
    pub timeouts: Timeouts,
    /// What the settings say about request headers.
    pub policy: Arc<RequestPolicy>,
    /// The names of this server for `pinnedServers`.
    pub server_names: Vec<String>,
    /// Where services and endpoints are counted.
    pub metrics: Arc<Metrics>,
    /// How many bytes of a streaming payload are kept while it is sent to an endpoint that others stand in for.
    pub replay_limit: usize,
    /// What is known of the endpoints that run.
    pub endpoint_states: Arc<EndpointStates>,
    /// The members and sessions of the balancer.
    pub lasting: Arc<Lasting>,
    /// Where we listen, for redirects.
    pub listen: ListenPorts,
    /// What tasks can do.
    pub task_classes: Arc<TaskClasses>,
}

impl Default for CompileSettings {
    fn default() -> Self {
        let build = Build { version: env!("CARGO_PKG_VERSION"), revision: "unknown" };
        Self {
            timeouts: Timeouts::default(),
            policy: Arc::default(),
            server_names: Vec::new(),
            metrics: Arc::new(Metrics::new(build, &["http", "https"], 1)),
            replay_limit: DEFAULT_REPLAY_LIMIT,
            endpoint_states: Arc::default(),
            lasting: Arc::default(),
            listen: ListenPorts::default(),
            task_classes: Arc::default(),
        }
    }
}

/// Compiles a configuration. References that lead nowhere are reported as errors and become faults at message time
/// (configuration.md §2.6), so that one of them does not take the rest down.
///
/// `before` is a deployment that was compiled with the same settings: its services go on as they are where nothing changed.
pub fn compile<C: Client>(
    mut configuration: Configuration,
    before: Option<&Deployed>,
    revision: u64,
    settings: &CompileSettings,
    registry: &MediatorRegistry,
    client: C,
) -> (Deployed, Diagnostics) {
    defaults::complete(&mut configuration, registry);
    let configuration = Arc::new(configuration);
    if let Some(balancer) = &configuration.balancer {
        settings.lasting.sessions_of(balancer.balancer.process.session_table_max.into());
    }
    let mut compiler = Compiler::new(&configuration, settings, client);
    let names = Wanted::Sequence.keys(&configuration);
    for name in &names {
        compiler.sequence_by_name(name);
    }
    for name in Wanted::Template.keys(&configuration) {
        compiler.template_by_name(&name);
    }
    for name in Wanted::Endpoint.keys(&configuration) {
        compiler.endpoint_by_name(&name);
    }
    let balancer = compiler.balancer();
    let compiled = compiler.services(Reusable::of(before, &configuration));
    let routes = compiler.routes(&compiled);
    let tasks = compiler.tasks();
    let default_endpoint = compiler.default_endpoint();
    let found = |name: &str| match compiler.sequences.get(name) {
        Some(State::Done(SequenceReference::Found(sequence))) => Some(sequence.clone()),
        _ => None,
    };
    let main = found("main").unwrap_or_else(|| empty("sequence:main"));
    let pre_mediate = found("pre-mediate");
    let sequences =
        names.iter().filter_map(|name| Some((name.clone(), found(name)?))).collect::<HashMap<_, _>>();
    let endpoints = std::mem::take(&mut compiler.endpoints);
    let endpoints = endpoints.into_iter().filter_map(|(name, state)| match state {
        State::Done(Some(endpoint)) => Some((name, endpoint)),
        _ => None,
    });
    let deployed = Deployed {
        revision,
        routes,
        main,
        fault: FaultHandler::Key("fault".into()),
        pre_mediate,
        main_metrics: settings.metrics.service(ServiceKind::Main, "main"),
        compiled,
        sequences,
        endpoints: endpoints.collect(),
        default_endpoint,
        balancer,
        members: std::mem::take(&mut compiler.members),
        health_checks: std::mem::take(&mut compiler.health_checks),
        lifecycles: std::mem::take(&mut compiler.lifecycles),
        tasks,
        configuration: configuration.clone(),
    };
    let mut diagnostics = compiler.diagnostics;
    diagnostics.extend(reach::unreached(&configuration));
    diagnostics.sort();
    (deployed, diagnostics)
}

fn empty(address: &str) -> Arc<Sequence> {
    Arc::new(Sequence { address: address.into(), steps: Box::default(), on_error: None })
}

/// How far an artifact is: while one is being compiled, meeting it again is a cycle.
pub(super) enum State<T> {
    InProgress,
    Done(T),
}

/// The compiler's state.
pub(super) struct Compiler<'a, C> {
    pub(super) configuration: &'a Configuration,
    pub(super) diagnostics: Diagnostics,
    pub(super) settings: &'a CompileSettings,
    pub(super) client: C,
    sequences: HashMap<Arc<str>, State<SequenceReference>>,
    templates: HashMap<Arc<str>, State<TemplateReference>>,
    pub(super) endpoints: HashMap<Arc<str>, State<Option<Arc<dyn Endpoint>>>>,
    pub(super) endpoint_names: Names,
    /// The templates whose instances are being compiled: one inside itself would never end.
    pub(super) open_templates: Vec<Arc<str>>,
    /// The tenants and aliases.
    pub(super) lookups: balancer::Lookups,
    /// The members that artifacts name.
    pub(super) members: StaticMembers,
    /// The clusters whose members are asked whether they are well.
    pub(super) health_checks: BTreeMap<ClusterKey, HealthCheck>,
    pub(super) lifecycles: Lifecycles,
    /// Set by what leaves more behind than its own result: members, clusters, endpoints that nobody defined.
    pub(super) touches_others: bool,
}

impl<'a, C: Client> Compiler<'a, C> {
    fn new(configuration: &'a Configuration, settings: &'a CompileSettings, client: C) -> Self {
        Self {
            configuration,
            settings,
            client,
            diagnostics: Diagnostics::default(),
            sequences: HashMap::new(),
            templates: HashMap::new(),
            endpoints: HashMap::new(),
            endpoint_names: Names::new(configuration),
            open_templates: Vec::new(),
            lookups: balancer::Lookups::default(),
            members: StaticMembers::new(),
            health_checks: BTreeMap::new(),
            lifecycles: BTreeMap::new(),
            touches_others: false,
        }
    }

    /// The sequence with a key; a missing one or a cycle is reported at the key.
    pub(super) fn sequence_by_key(&mut self, key: &ResourceKey) -> SequenceReference {
        match self.sequence_by_name(&key.text) {
            Some(reference) => {
                if let SequenceReference::Missing(_) = reference {
                    self.missing(key, Wanted::Sequence);
                }
                reference
            }
            None => {
                self.diagnostics.push(cycle(key, Wanted::Sequence));
                SequenceReference::Missing(key.text.clone())
            }
        }
    }

    /// The sequence template with a key; a missing one or a cycle is reported at the key.
    pub(super) fn template_by_key(&mut self, key: &ResourceKey) -> TemplateReference {
        match self.template_by_name(&key.text) {
            Some(reference) => {
                if let TemplateReference::Missing(_) = reference {
                    self.missing(key, Wanted::Template);
                }
                reference
            }
            None => {
                self.diagnostics.push(cycle(key, Wanted::Template));
                TemplateReference::Missing(key.text.clone())
            }
        }
    }

    /// Reports a key that no local entry has.
    pub(super) fn local_entry_by_key(&mut self, key: &ResourceKey) {
        if !self.configuration.local_entries.contains_key(&key.text) {
            self.missing(key, Wanted::LocalEntry);
        }
    }

    /// The named template, compiled when first asked for; `None` while it is being compiled.
    fn template_by_name(&mut self, name: &Arc<str>) -> Option<TemplateReference> {
        match self.templates.get(name) {
            Some(State::Done(reference)) => return Some(reference.clone()),
            Some(State::InProgress) => return None,
            None => {}
        }
        let found = self.configuration.template(name);
        let Some((definition, body)) = found.and_then(|found| Some((found, found.body.as_ref()?))) else {
            return Some(TemplateReference::Missing(name.clone()));
        };
        self.templates.insert(name.clone(), State::InProgress);
        let address: Arc<str> = format!("template:{name}").into();
        let body = List { compiler: self, address }.sequence(body);
        let template = Template { parameters: definition.parameters.clone().into(), body };
        let reference = TemplateReference::Found(Arc::new(template));
        self.templates.insert(name.clone(), State::Done(reference.clone()));
        Some(reference)
    }

    /// The named sequence, compiled when first asked for; `None` while it is being compiled.
    fn sequence_by_name(&mut self, name: &Arc<str>) -> Option<SequenceReference> {
        match self.sequences.get(name) {
            Some(State::Done(reference)) => return Some(reference.clone()),
            Some(State::InProgress) => return None,
            None => {}
        }
        let Some(definition) = self.configuration.sequence(name) else {
            return Some(SequenceReference::Missing(name.clone()));
        };
        self.sequences.insert(name.clone(), State::InProgress);
        let address: Arc<str> = format!("sequence:{name}").into();
        let sequence = List { compiler: self, address }.sequence(definition);
        let reference = SequenceReference::Found(Arc::new(sequence));
        self.sequences.insert(name.clone(), State::Done(reference.clone()));
        Some(reference)
    }

    /// The handler for an `onError` key. It is looked up when a fault happens, so that it may lead back to where it
    /// was named; here it is only checked.
    pub(super) fn on_error(&mut self, key: &ResourceKey) -> FaultHandler {
        if self.configuration.sequence(&key.text).is_none() {
            self.missing(key, Wanted::Sequence);
        }
        FaultHandler::Key(key.text.clone())
    }

    pub(super) fn missing(&mut self, key: &ResourceKey, wanted: Wanted) {
        self.diagnostics.push(missing(key, wanted, self.configuration));
    }

    /// Every proxy service, also those that are pinned to other servers: what is wrong with them is reported.
    fn services(&mut self, mut reusable: Reusable<'_>) -> Vec<Compiled> {
        let definitions = self.configuration.proxies.values();
        let service = |definition| match reusable.find(definition).filter(|found| self.can_go_on(found)) {
            Some(compiled) => compiled.clone(),
            None => self.service(definition),
        };
        definitions.map(service).collect()
    }

    /// Whether a service would be compiled to the same again, as far as that is not known already. Its endpoints keep their names.
    fn can_go_on(&mut self, compiled: &Compiled) -> bool {
        compiled.endpoints.as_ref().is_some_and(|names| self.endpoint_names.take(names))
    }

    fn service(&mut self, definition: &Arc<ProxyDefinition>) -> Compiled {
        let problems = self.diagnostics.len();
        self.touches_others = false;
        self.endpoint_names.given();
        let service = Arc::new(self.proxy(definition));
        let alone = !self.touches_others && self.diagnostics.len() == problems;
        let endpoints = self.endpoint_names.given().filter(|_| alone).map(Into::into);
        Compiled { definition: definition.clone(), service, endpoints }
    }

    fn routes(&mut self, services: &[Compiled]) -> Routes {
        let mut routes = Routes::with_room(services.len());
        for Compiled { definition, service, .. } in services {
            let pinned_elsewhere = !definition.pinned_servers.is_empty()
                && !definition.pinned_servers.iter().any(|name| self.is_this_server(name));
            if pinned_elsewhere {
                continue;
            }
            if let Some(path) = definition.parameters.get("ServiceURI")
                && let Some(taken) = routes.add_path(path, service.clone())
            {
                self.diagnostics.push(
                    Diagnostic::error(
                        codes::DUPLICATE_NAME,
                        format!("the path \"{path}\" belongs to proxy service \"{}\" already", taken.name),
                    )
                    .at(definition.location.clone())
                    .label("second of its ServiceURI"),
                );
            }
            routes.add(service.clone());
        }
        routes
    }

    pub(super) fn is_this_server(&self, name: &str) -> bool {
        name == "localhost" || self.settings.server_names.iter().any(|own| own == name)
    }

    fn proxy(&mut self, definition: &ProxyDefinition) -> ProxyService {
        let name = &definition.name;
        let target = &definition.target;
        let mut slot = |slot: &Option<SequenceSlot>, part: &str| {
            slot.as_ref().map(|slot| self.slot(slot, format!("proxy:{name}/{part}").into()))
        };
        let in_sequence = slot(&target.in_sequence, "in");
        let out_sequence = slot(&target.out_sequence, "out");
        let fault = slot(&target.fault_sequence, "fault").map(|reference| match reference {
            SequenceReference::Found(sequence) => FaultHandler::Inline(sequence),
            // A fault sequence that does not exist leaves the default one (configuration.md §8.2).
            SequenceReference::Missing(_) => FaultHandler::Key("fault".into()),
        });
        let endpoint = target.endpoint.as_ref().map(|slot| match slot {
            EndpointSlot::Key(key) => self.indirect(key),
            EndpointSlot::Inline(inline) => self.endpoint(inline, format!("proxy:{name}/endpoint").into()),
        });
        ProxyService {
            name: name.clone(),
            transports: definition.transports,
            started: definition.start_on_load,
            in_sequence,
            out_sequence,
            fault,
            endpoint,
            metrics: self.settings.metrics.service(ServiceKind::Proxy, name),
        }
    }

    fn slot(&mut self, slot: &SequenceSlot, address: Arc<str>) -> SequenceReference {
        match slot {
            SequenceSlot::Key(key) => self.sequence_by_key(key),
            SequenceSlot::Inline(definition) => {
                SequenceReference::Found(Arc::new(List { compiler: self, address }.sequence(definition)))
            }
        }
    }
}
