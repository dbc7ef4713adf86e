//! Lists of mediators: each becomes a step with its address.

use std::sync::Arc;

use sinew_core::config::endpoint::EndpointDefinition;
use sinew_core::config::{BuildContext, MediatorList, ResourceKey, SequenceDefinition};
use sinew_core::diagnostics::Diagnostic;
use sinew_core::mediation::{
    Endpoint, ErrorCode, Exchange, Fault, FaultHandler, Retry, SendFuture, Sequence, SequenceReference, Step,
    TemplateReference,
};

use super::build::Compiler;
use crate::endpoints::Client;

/// A place in the configuration where a list of mediators, or one of them, is compiled.
pub(super) struct List<'c, 'a, C> {
    pub(super) compiler: &'c mut Compiler<'a, C>,
    pub(super) address: Arc<str>,
}

impl<'a, C: Client> List<'_, 'a, C> {
    /// Compiles a sequence with its `onError`.
    pub(super) fn sequence(&mut self, definition: &SequenceDefinition) -> Sequence {
        let on_error = definition.on_error.as_ref().map(|key| self.compiler.on_error(key));
        Sequence { on_error, ..self.steps(&definition.mediators) }
    }

    /// Compiles a list. Addresses count from 1 (operations.md §1.3).
    fn steps(&mut self, list: &MediatorList) -> Sequence {
        let mut steps = Vec::with_capacity(list.0.len());
        for (index, mediator) in list.0.iter().enumerate() {
            let label = mediator.config.label().map(|label| format!("[{label}]")).unwrap_or_default();
            let address: Arc<str> =
                format!("{}/{}.{}{label}", self.address, index + 1, mediator.type_name).into();
            let mut place = List { compiler: self.compiler, address: address.clone() };
            let action = mediator.config.build(&mut place);
            steps.push(Step::new(address, mediator.config.needs(), action));
        }
        Sequence { address: self.address.clone(), steps: steps.into(), on_error: None }
    }

    fn part(&mut self, part: &str) -> List<'_, 'a, C> {
        let address = match part {
            "" => self.address.clone(),
            part => format!("{}/{part}", self.address).into(),
        };
        List { compiler: self.compiler, address }
    }
}

impl<C: Client> BuildContext for List<'_, '_, C> {
    fn sequence(&mut self, key: &ResourceKey) -> SequenceReference {
        self.compiler.sequence_by_key(key)
    }

    fn template(&mut self, key: &ResourceKey) -> TemplateReference {
        self.compiler.template_by_key(key)
    }

    fn local_entry(&mut self, key: &ResourceKey) {
        self.compiler.local_entry_by_key(key);
    }

    fn list(&mut self, part: &str, list: &MediatorList) -> Sequence {
        self.part(part).steps(list)
    }

    fn inline(&mut self, part: &str, definition: &SequenceDefinition) -> Sequence {
        self.part(part).sequence(definition)
    }

    fn on_error(&mut self, key: &ResourceKey) -> FaultHandler {
        self.compiler.on_error(key)
    }

    fn endpoint(&mut self, definition: &EndpointDefinition) -> Arc<dyn Endpoint> {
        self.compiler.endpoint(definition, self.address.clone())
    }

    fn push(&mut self, diagnostic: Diagnostic) {
        self.compiler.diagnostics.push(diagnostic);
    }

    fn address(&self) -> &Arc<str> {
        &self.address
    }
}

/// Stands where an endpoint should be that cannot work: sending to it is a fault that says why.
pub(super) struct Unusable {
    name: String,
    fault: Fault,
}

impl Unusable {
    /// An endpoint whose address is no address.
    pub(super) fn new(name: &str, reason: String) -> Self {
        Self { name: name.to_owned(), fault: Fault::mediation(reason) }
    }

    /// An endpoint that nothing defines (configuration.md §5).
    pub(super) fn missing(key: &str) -> Self {
        let reason = format!("Couldn't find the endpoint with the key \"{key}\"");
        let fault = Fault::endpoint(ErrorCode::INDIRECT_NOT_READY, reason, Retry::NotSent);
        Self { name: key.to_owned(), fault }
    }
}

impl Endpoint for Unusable {
    fn name(&self) -> &str {
        &self.name
    }

    fn is_ready(&self) -> bool {
        false
    }

    fn send<'a>(&'a self, _: &'a mut Exchange) -> SendFuture<'a> {
        Box::pin(std::future::ready(Err(self.fault.clone())))
    }
}
