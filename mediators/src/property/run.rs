//! Setting and removing properties and headers.

use std::sync::Arc;

use sinew_core::expression::{Scope, ValueSource};
use sinew_core::mediation::{Exchange, Fault, Flow, Mediate};

use super::content::{Content, HeaderContent};
use super::target::Store;
use crate::parts::{HeaderSource, set_header};

/// Sets a property.
#[derive(Clone, Debug)]
pub(super) struct SetProperty {
    pub(super) store: Store,
    pub(super) name: ValueSource,
    pub(super) content: Content,
}

/// Sets a header.
#[derive(Clone, Debug)]
pub(super) struct SetHeader {
    pub(super) name: HeaderSource,
    pub(super) content: HeaderContent,
}

/// Removes a property.
#[derive(Clone, Debug)]
pub(super) struct RemoveProperty {
    pub(super) store: Store,
    pub(super) name: ValueSource,
}

/// Removes every line of a header.
#[derive(Clone, Debug)]
pub(super) struct RemoveHeader {
    pub(super) name: HeaderSource,
}

impl Mediate for SetProperty {
    fn mediate(&self, exchange: &mut Exchange) -> Result<Flow, Fault> {
        let value = self.content.value(exchange.scope())?;
        match property_name(&self.name, exchange.scope())? {
            Some(name) => self.store.set(&mut exchange.message, name, value),
            None => warn_of_missing_name(),
        }
        Ok(Flow::Continue)
    }
}

impl Mediate for SetHeader {
    fn mediate(&self, exchange: &mut Exchange) -> Result<Flow, Fault> {
        let value = self.content.value(exchange.scope())?;
        match self.name.name(exchange.scope())? {
            Some(name) => set_header(&mut exchange.message.headers, &name, value),
            None => warn_of_missing_name(),
        }
        Ok(Flow::Continue)
    }
}

impl Mediate for RemoveProperty {
    fn mediate(&self, exchange: &mut Exchange) -> Result<Flow, Fault> {
        match property_name(&self.name, exchange.scope())? {
            Some(name) => self.store.remove(&mut exchange.message, name),
            None => warn_of_missing_name(),
        }
        Ok(Flow::Continue)
    }
}

impl Mediate for RemoveHeader {
    fn mediate(&self, exchange: &mut Exchange) -> Result<Flow, Fault> {
        match self.name.name(exchange.scope())? {
            Some(name) => drop(exchange.message.headers.remove(&*name)),
            None => warn_of_missing_name(),
        }
        Ok(Flow::Continue)
    }
}

/// The name, without a copy when it was written down; `None` when its expression gives nothing.
fn property_name(name: &ValueSource, scope: Scope<'_>) -> Result<Option<Arc<str>>, Fault> {
    if let ValueSource::Literal(text) = name {
        return Ok(Some(text.clone()));
    }
    Ok(name.string(scope)?.filter(|text| !text.is_empty()).map(Arc::from))
}

/// A name that comes out empty is no fault (mediators.md §3.8).
fn warn_of_missing_name() {
    tracing::warn!(target: "mediation", "the expression in a property's name gives nothing; it is skipped");
}
