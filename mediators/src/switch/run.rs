//! Choosing the case of a switch.

use sinew_core::expression::Expression;
use sinew_core::mediation::{Branch, Chosen, Exchange, Fault, Sequence};

use crate::parts::FullMatch;

/// Chooses the first case that matches, else the default, else nothing.
pub(super) struct FirstMatch {
    pub(super) source: Expression,
    pub(super) cases: Vec<(FullMatch, Sequence)>,
    pub(super) default: Option<Sequence>,
}

impl Branch for FirstMatch {
    fn choose(&self, exchange: &mut Exchange) -> Result<Option<Chosen<'_>>, Fault> {
        // A null source matches no case, whatever its expression (case 110).
        let case = self.source.string(exchange.scope())?.and_then(|text| {
            self.cases.iter().find(|(pattern, _)| pattern.is_match(&text)).map(|(_, list)| list)
        });
        Ok(case.or(self.default.as_ref()).map(Chosen::Own))
    }
}
