//! Trying the routes of a router.

use std::sync::Arc;

use sinew_core::mediation::{Branch, Chosen, Exchange, Fault, Turn};

use crate::parts::{CompiledTarget, Condition};

/// Tries routes in order.
pub(super) struct Router {
    pub(super) routes: Vec<CompiledRoute>,
    pub(super) continues: bool,
}

/// A route, compiled.
pub(super) struct CompiledRoute {
    pub(super) breaks: bool,
    pub(super) condition: Arc<Condition>,
    pub(super) target: CompiledTarget,
}

impl Branch for Router {
    fn choose(&self, exchange: &mut Exchange) -> Result<Option<Chosen<'_>>, Fault> {
        self.go_on(0, exchange)
    }

    /// How the target ended does not matter (case 113).
    fn resume(&self, turn: Turn, exchange: &mut Exchange) -> Result<Option<Chosen<'_>>, Fault> {
        match self.routes.get(turn.number) {
            Some(route) if route.breaks => Ok(self.end()),
            _ => self.go_on(turn.number + 1, exchange),
        }
    }
}

impl Router {
    /// Tries the routes from a number on, up to the next that has a list to run.
    fn go_on(&self, from: usize, exchange: &mut Exchange) -> Result<Option<Chosen<'_>>, Fault> {
        for (number, route) in self.routes.iter().enumerate().skip(from) {
            let message = &exchange.message;
            if !route.condition.holds(exchange.scope(), &|| Ok(message.to()))? {
                continue;
            }
            if let Some(list) = route.target.enter(exchange)? {
                return Ok(Some(Chosen::Turn(list, number)));
            }
            if route.breaks {
                break;
            }
        }
        Ok(self.end())
    }

    /// What comes after the last route, whichever held (case 114).
    fn end(&self) -> Option<Chosen<'_>> {
        (!self.continues).then_some(Chosen::Stop)
    }
}
