//! Running another sequence.

use sinew_core::expression::Expression;
use sinew_core::mediation::{Branch, Chosen, Exchange, Fault, Sequence, SequenceReference};

use crate::parts::found;

/// A sequence whose key was written down; a missing one is a fault when it is reached.
pub(super) struct NamedSequence(pub(super) SequenceReference);

/// A sequence whose key is computed per message.
pub(super) struct ComputedSequence(pub(super) Expression);

/// A sequence written in place.
pub(super) struct InlineSequence(pub(super) Sequence);

impl Branch for NamedSequence {
    fn choose(&self, _: &mut Exchange) -> Result<Option<Chosen<'_>>, Fault> {
        Ok(Some(Chosen::Own(found(&self.0)?)))
    }
}

impl Branch for ComputedSequence {
    fn choose(&self, exchange: &mut Exchange) -> Result<Option<Chosen<'_>>, Fault> {
        let Some(key) = self.0.string(exchange.scope())? else {
            return Err(Fault::mediation(format!("the sequence key {{{}}} gives nothing", self.0.text())));
        };
        let reference = exchange.environment.sequence(&key);
        Ok(Some(Chosen::Found(found(&reference)?.clone())))
    }
}

impl Branch for InlineSequence {
    fn choose(&self, _: &mut Exchange) -> Result<Option<Chosen<'_>>, Fault> {
        Ok(Some(Chosen::Own(&self.0)))
    }
}
