//! Choosing between the two parts of a filter.

use std::sync::Arc;

use sinew_core::mediation::{Branch, Chosen, Exchange, Fault, Sequence, SequenceReference};

use super::config::Condition;
use crate::parts::found;

/// Chooses `then` or `else`.
pub(super) struct Choice {
    pub(super) condition: Arc<Condition>,
    pub(super) then: ChosenList,
    pub(super) otherwise: Option<ChosenList>,
}

/// A part, compiled.
pub(super) enum ChosenList {
    /// Written inside.
    Own(Sequence),
    /// Named by key. A missing one is a fault only when it is chosen (case 104).
    Reference(SequenceReference),
}

impl Branch for Choice {
    fn choose(&self, exchange: &mut Exchange) -> Result<Option<Chosen<'_>>, Fault> {
        let part = if self.condition.holds(exchange)? { Some(&self.then) } else { self.otherwise.as_ref() };
        match part {
            None => Ok(None),
            Some(ChosenList::Own(list)) => Ok(Some(Chosen::Own(list))),
            Some(ChosenList::Reference(reference)) => Ok(Some(Chosen::Own(found(reference)?))),
        }
    }
}

impl Condition {
    /// A null source is false, an empty one is matched like any other (case 99).
    fn holds(&self, exchange: &Exchange) -> Result<bool, Fault> {
        match self {
            Condition::Truth(expression) => Ok(expression.boolean(exchange.scope())?),
            Condition::Match { source, pattern } => {
                Ok(source.string(exchange.scope())?.is_some_and(|text| pattern.is_match(&text)))
            }
        }
    }
}
