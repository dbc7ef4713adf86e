//! Rewriting an address.

use std::borrow::Cow;
use std::sync::Arc;

use regex::Regex;
use sinew_core::expression::{Scope, ValueSource};
use sinew_core::mediation::{Exchange, Fault, Flow, Mediate};
use sinew_core::message::Destination;

use super::replacement::Replacement;
use crate::parts::{Address, Condition, Fragment, parse_port};

/// Applies rules to an address.
pub(super) struct Rewriter {
    pub(super) rules: Arc<[Rule]>,
    /// The property that holds the address; `To` without.
    pub(super) input: Option<Arc<str>>,
    /// The property that gets the address; `To` without.
    pub(super) output: Option<Arc<str>>,
}

/// What is done when a condition holds.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) condition: Option<Condition>,
    pub(super) actions: Vec<Action>,
}

/// One change of an address. No value means none afterwards.
#[derive(Clone, Debug)]
pub(super) enum Action {
    Whole(Option<ValueSource>),
    Port(Option<ValueSource>),
    /// Any other part.
    Fragment(Fragment, Change),
}

/// How a part that is text changes; one that is missing counts as empty.
#[derive(Clone, Debug)]
pub(super) enum Change {
    Set(ValueSource),
    Append(ValueSource),
    Prepend(ValueSource),
    Replace(PatternSource),
    Remove,
    /// The first parameter of this name, of a query.
    RemoveParameter(ValueSource),
}

/// What is replaced, and by what.
#[derive(Clone, Debug)]
pub(super) struct PatternSource {
    pub(super) pattern: Regex,
    pub(super) by: ValueSource,
}

impl Rule {
    /// True when the condition or an expression looks at the payload.
    pub(super) fn needs_payload(&self) -> bool {
        self.condition.as_ref().is_some_and(Condition::needs_payload)
            || self.actions.iter().any(Action::needs_payload)
    }
}

impl Mediate for Rewriter {
    fn mediate(&self, exchange: &mut Exchange) -> Result<Flow, Fault> {
        let message = &exchange.message;
        let input = match &self.input {
            Some(name) => message.properties.value(name).map(|value| value.text()),
            None => message.to(),
        };
        // What only the client named stays its word until a rule says what host it is (hardening.md §2 row 20).
        let mut is_ours = self.input.is_some() || message.addressing.to != Destination::Received;
        let mut address = Address::parse(&input.unwrap_or_default()).map_err(wrong)?;
        for rule in self.rules.iter() {
            if rule.holds(exchange.scope(), &address) {
                for action in &rule.actions {
                    action.apply(&mut address, exchange.scope())?;
                    is_ours |= action.sets_host();
                }
            }
        }
        let text = address.compose().map_err(wrong)?;
        match &self.output {
            Some(name) => exchange.message.properties.set(name.clone(), text),
            None if is_ours => exchange.message.addressing.to = Destination::Address(text.into()),
            None => exchange.message.addressing.go_where_client_says(text.into()),
        }
        Ok(Flow::Continue)
    }
}

impl Rule {
    /// A condition sees the address as it is by now. One that fails skips the rule.
    fn holds(&self, scope: Scope<'_>, address: &Address) -> bool {
        let Some(condition) = &self.condition else { return true };
        let now = || Ok(Some(Cow::Owned(address.compose().map_err(wrong)?)));
        condition.holds(scope, &now).unwrap_or_else(|fault| {
            tracing::warn!(target: "mediation", reason = %fault.message, "the condition of a rewrite rule fails; the rule is skipped");
            false
        })
    }
}

impl Action {
    fn needs_payload(&self) -> bool {
        match self {
            Action::Whole(value) | Action::Port(value) => {
                value.as_ref().is_some_and(ValueSource::needs_payload)
            }
            Action::Fragment(_, change) => match change {
                Change::Set(value)
                | Change::Append(value)
                | Change::Prepend(value)
                | Change::RemoveParameter(value) => value.needs_payload(),
                Change::Replace(replace) => replace.by.needs_payload(),
                Change::Remove => false,
            },
        }
    }

    /// True when nothing is left of the host that was there: parts of it, another port or protocol do not count.
    fn sets_host(&self) -> bool {
        matches!(self, Action::Whole(_) | Action::Fragment(Fragment::Host, Change::Set(_)))
    }

    fn apply(&self, address: &mut Address, scope: Scope<'_>) -> Result<(), Fault> {
        match self {
            Action::Whole(None) => *address = Address::default(),
            Action::Whole(Some(value)) => *address = Address::parse(&text(value, scope)?).map_err(wrong)?,
            Action::Port(None) => address.port = None,
            Action::Port(Some(value)) => {
                address.port = match &*text(value, scope)? {
                    "-1" => None,
                    number => Some(parse_port(number).map_err(wrong)?),
                };
            }
            Action::Fragment(fragment, change) => {
                let part = match fragment {
                    Fragment::Protocol => &mut address.protocol,
                    Fragment::User => &mut address.user,
                    Fragment::Host => &mut address.host,
                    Fragment::Path => &mut address.path,
                    Fragment::Query => &mut address.query,
                    Fragment::Reference => &mut address.reference,
                    // Set as a number above.
                    Fragment::Port => return Ok(()),
                };
                change.apply(part, scope)?;
            }
        }
        Ok(())
    }
}

impl Change {
    fn apply(&self, part: &mut Option<String>, scope: Scope<'_>) -> Result<(), Fault> {
        *part = match self {
            Change::Remove => None,
            Change::RemoveParameter(name) => {
                let name = text(name, scope)?;
                part.take().and_then(|query| without_parameter(&query, &name))
            }
            Change::Set(value) => Some(text(value, scope)?.into_owned()),
            Change::Append(value) => {
                let end = text(value, scope)?;
                Some(part.take().unwrap_or_default() + &end)
            }
            Change::Prepend(value) => {
                let start = text(value, scope)?.into_owned();
                Some(start + part.as_deref().unwrap_or_default())
            }
            Change::Replace(PatternSource { pattern, by }) => {
                let by = text(by, scope)?;
                let by = Replacement::parse(&by, pattern)
                    .map_err(|reason| Fault::mediation(format!("\"{by}\" is no replacement: {reason}")))?;
                Some(by.replace_all(part.as_deref().unwrap_or_default(), pattern))
            }
        };
        Ok(())
    }
}

/// A query without the first parameter of a name; `None` when nothing is left.
fn without_parameter(query: &str, name: &str) -> Option<String> {
    let mut removed = false;
    let kept = query.split('&').filter(|parameter| {
        let first = !removed && parameter.split('=').next() == Some(name);
        removed |= first;
        !first
    });
    let kept: Vec<&str> = kept.collect();
    (!kept.is_empty()).then(|| kept.join("&"))
}

/// The value; null is empty.
fn text<'a>(value: &'a ValueSource, scope: Scope<'a>) -> Result<Cow<'a, str>, Fault> {
    Ok(value.string(scope)?.unwrap_or_default())
}

fn wrong(error: impl ToString) -> Fault {
    Fault::mediation(error.to_string())
}
