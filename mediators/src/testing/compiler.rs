//! A compiler of sequences that is just enough for tests.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use sinew_core::config::endpoint::{EndpointDefinition, EndpointKind};
use sinew_core::config::{
    BuildContext, Definition, MediatorList, ParsedMediator, ResourceKey, SequenceDefinition, SourceKind,
    TemplateDefinition, parse_file,
};
use sinew_core::diagnostics::{Diagnostic, SourceFile, render};
use sinew_core::mediation::{
    Endpoint, Exchange, FaultHandler, Sequence, SequenceReference, Step, Template, TemplateReference, run,
};
use sinew_core::message::Message;

use super::world::{Listener, Unreachable, World};
use super::{Outcome, block_on, registry};

/// Sequences, ready to run.
pub(crate) struct Compiled {
    main: Arc<Sequence>,
    world: Arc<World>,
    /// Keys that were asked for and not found while building.
    pub(crate) missing: Vec<String>,
    /// What was reported while building.
    pub(crate) reported: Vec<Diagnostic>,
}

impl Compiled {
    /// Compiles a sequence of these mediators, and others: name, attributes, mediators.
    pub(crate) fn new(mediators: &str, others: &[(&str, &str, &str)]) -> Self {
        let mut text = String::new();
        for (name, attributes, content) in [("test", "", mediators)].iter().chain(others) {
            text += &format!("<sequence name=\"{name}\" {attributes}>{content}</sequence>\n");
        }
        Self::definitions(&text)
    }

    /// Compiles the sequence `test` of these artifacts.
    pub(crate) fn definitions(artifacts: &str) -> Self {
        let text =
            format!("<definitions xmlns=\"http://ws.apache.org/ns/synapse\">\n{artifacts}\n</definitions>");
        let file = SourceFile::new("synapse.xml", text);
        let (artifacts, diagnostics) = parse_file(&file, SourceKind::Definitions, &registry());
        let problems: Vec<String> = diagnostics.iter().map(|diagnostic| render(diagnostic, false)).collect();
        assert!(!diagnostics.has_errors(), "{}", problems.join("\n"));
        let (mut definitions, mut templates) = (BTreeMap::new(), BTreeMap::new());
        for artifact in artifacts {
            match artifact.definition {
                Definition::Sequence(sequence) => drop(definitions.insert(artifact.name, sequence)),
                Definition::Template(template) => drop(templates.insert(artifact.name, template)),
                _ => {}
            }
        }
        let mut compiler = Compiler {
            definitions,
            templates,
            sequences: BTreeMap::new(),
            missing: Vec::new(),
            reported: Vec::new(),
            address: "".into(),
        };
        for name in compiler.definitions.keys().cloned().collect::<Vec<_>>() {
            compiler.named(&name);
        }
        let main = compiler.sequences.get("test").expect("the sequence under test").clone();
        let world = Arc::new(World { sequences: compiler.sequences });
        Self { main, world, missing: compiler.missing, reported: compiler.reported }
    }

    /// Runs the sequence, and the fault handlers when it fails.
    pub(crate) fn run(&self, message: Message) -> Outcome {
        block_on(self.run_later(message))
    }

    /// The same, as often as it is polled.
    pub(crate) async fn run_later(&self, message: Message) -> Outcome {
        let logged = Arc::new(Mutex::new(Vec::new()));
        let mut exchange = Exchange::new(message, self.world.clone());
        exchange.observer = Some(Box::new(Listener(logged.clone())));
        self.go_on(&mut exchange, logged).await
    }

    /// Runs the sequence again on what came out of it.
    pub(crate) fn again(&self, outcome: Outcome) -> Outcome {
        let mut exchange = outcome.exchange;
        block_on(self.go_on(&mut exchange, outcome.logged))
    }

    async fn go_on(&self, exchange: &mut Exchange, logged: super::LogLines) -> Outcome {
        let result = run(&self.main, exchange).await;
        let fault = result.as_ref().err().cloned();
        let flow = match result {
            Ok(flow) => Ok(flow),
            Err(fault) => exchange.handle_fault(fault).await,
        };
        let empty = Exchange::new(super::soap_request(""), self.world.clone());
        Outcome { exchange: std::mem::replace(exchange, empty), flow, fault, logged }
    }
}

struct Compiler {
    definitions: BTreeMap<Arc<str>, SequenceDefinition>,
    templates: BTreeMap<Arc<str>, TemplateDefinition>,
    sequences: BTreeMap<Arc<str>, Arc<Sequence>>,
    missing: Vec<String>,
    reported: Vec<Diagnostic>,
    address: Arc<str>,
}

impl Compiler {
    fn named(&mut self, name: &str) -> Option<Arc<Sequence>> {
        if let Some(sequence) = self.sequences.get(name) {
            return Some(sequence.clone());
        }
        let definition = self.definitions.get(name)?.clone();
        let before = std::mem::replace(&mut self.address, format!("sequence:{name}").into());
        let sequence = Arc::new(self.inline("", &definition));
        self.address = before;
        self.sequences.insert(name.into(), sequence.clone());
        Some(sequence)
    }

    fn step(&mut self, list: &Arc<str>, position: usize, mediator: &ParsedMediator) -> Step {
        let label = mediator.config.label().map(|label| format!("[{label}]")).unwrap_or_default();
        let address: Arc<str> = format!("{list}/{position}.{}{label}", mediator.type_name).into();
        self.address = address.clone();
        let action = mediator.config.build(self);
        Step::new(address, mediator.config.needs(), action)
    }
}

impl BuildContext for Compiler {
    fn sequence(&mut self, key: &ResourceKey) -> SequenceReference {
        match self.named(&key.text) {
            Some(sequence) => SequenceReference::Found(sequence),
            None => {
                self.missing.push(key.text.to_string());
                SequenceReference::Missing(key.text.clone())
            }
        }
    }

    fn template(&mut self, key: &ResourceKey) -> TemplateReference {
        let Some(definition) = self.templates.get(&key.text).cloned() else {
            self.missing.push(key.text.to_string());
            return TemplateReference::Missing(key.text.clone());
        };
        let before = std::mem::replace(&mut self.address, format!("template:{}", key.text).into());
        let body = definition.body.as_ref().expect("a template of a sequence");
        let body = self.inline("", body);
        self.address = before;
        TemplateReference::Found(Arc::new(Template { parameters: definition.parameters.into(), body }))
    }

    fn local_entry(&mut self, key: &ResourceKey) {
        if !matches!(&*key.text, "entry" | "xml-entry") {
            self.missing.push(key.text.to_string());
        }
    }

    fn list(&mut self, part: &str, list: &MediatorList) -> Sequence {
        let before = self.address.clone();
        let address: Arc<str> =
            if part.is_empty() { before.clone() } else { format!("{before}/{part}").into() };
        let steps = list.0.iter().enumerate();
        let steps = steps.map(|(index, mediator)| self.step(&address, index + 1, mediator)).collect();
        self.address = before;
        Sequence { address, steps, on_error: None }
    }

    fn inline(&mut self, part: &str, definition: &SequenceDefinition) -> Sequence {
        let on_error = definition.on_error.as_ref().map(|key| self.on_error(key));
        Sequence { on_error, ..self.list(part, &definition.mediators) }
    }

    fn on_error(&mut self, key: &ResourceKey) -> FaultHandler {
        FaultHandler::Key(key.text.clone())
    }

    fn endpoint(&mut self, definition: &EndpointDefinition) -> Arc<dyn Endpoint> {
        Arc::new(Unreachable(match &definition.kind {
            EndpointKind::Indirect(key) => key.text.clone(),
            _ => definition.name.clone().unwrap_or_else(|| format!("{}/endpoint", self.address).into()),
        }))
    }

    fn push(&mut self, diagnostic: Diagnostic) {
        self.reported.push(diagnostic);
    }

    fn address(&self) -> &Arc<str> {
        &self.address
    }
}
