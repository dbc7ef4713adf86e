//! Variables and `get-property()` (message-and-expressions.md §7.2, §8).

use std::borrow::Cow;

use super::engine::{Evaluated, Evaluation, Focus};
use crate::expression::property::{PARAMETERS, axis2_property, property};
use crate::expression::xpath::node::NodeSet;
use crate::expression::xpath::program::{Operation, UNSUPPORTED_SCOPES, Variable};
use crate::expression::xpath::{Failure, Object};
use crate::expression::{ParameterValue, PropertyScope, Scope};
use crate::message::header_text;

impl<'a> Evaluation<'a> {
    pub(super) fn variable(&mut self, variable: &'a Variable) -> Evaluated<Object<'a>> {
        let message = self.scope.message;
        let found = |value| Object::from_value(Cow::Borrowed(value));
        Ok(match variable {
            Variable::Parameter(name) => return self.parameter(name),
            Variable::Envelope => Object::Nodes(NodeSet::from_iter([self.tree().envelope()])),
            Variable::Header => part(self.tree().header()),
            Variable::Body => part(self.tree().body()),
            Variable::Default(name) => message.properties.value(name).map_or(Object::Missing, found),
            Variable::Axis2(name) => axis2_property(message, name),
            Variable::Operation(name) => message.operation.value(name).map_or(Object::Missing, found),
            Variable::System(name) => property(self.scope, PropertyScope::System, name, None),
            Variable::Transport(name) => {
                let value = name.as_ref().and_then(|name| message.headers.get(name));
                value.map_or(Object::Missing, |value| Object::Text(header_text(value)))
            }
            Variable::Query(name) => Object::Text(match message.to() {
                Some(Cow::Borrowed(address)) => query_parameter(address, name),
                Some(Cow::Owned(address)) => Cow::Owned(query_parameter(&address, name).into_owned()),
                None => Cow::Borrowed(""),
            }),
        })
    }

    /// A parameter of the innermost template; "" outside any (case 77), null when it is unknown or not given.
    fn parameter(&self, name: &str) -> Evaluated<Object<'a>> {
        let Some(parameters) = self.scope.parameters else { return Ok(Object::Text(Cow::Borrowed(""))) };
        match parameters.value(name) {
            None | Some(ParameterValue::Null) => Ok(Object::Missing),
            Some(ParameterValue::Text(text)) => Ok(Object::Text(Cow::Borrowed(text))),
            Some(ParameterValue::Deferred(expression)) => {
                let scope = Scope { parameters: parameters.caller(), ..self.scope };
                expression.value(scope).map_err(|error| Failure::new(error.reason))
            }
        }
    }

    /// `get-property()` with arguments that are computed (message-and-expressions.md §8.1).
    pub(super) fn get_property(
        &mut self,
        arguments: &'a [Operation],
        focus: Focus<'a>,
    ) -> Evaluated<Object<'a>> {
        let mut texts = Vec::with_capacity(arguments.len());
        for argument in arguments {
            texts.push(self.text(argument, focus)?);
        }
        let default = PropertyScope::Default;
        let (scope, name, format) = match texts.as_slice() {
            [] => return Ok(Object::Text(Cow::Borrowed(""))),
            [name] => (default, name, None),
            [scope, name] | [scope, name, _] if &**scope == PARAMETERS && !name.is_empty() => {
                return self.parameter(name);
            }
            [scope, ..] if &**scope == PARAMETERS => return Ok(Object::Text(Cow::Borrowed(""))),
            [first, second] => match known_scope(first)? {
                Some(scope) => (scope, second, None),
                None => (default, first, Some(second)),
            },
            [first, name, format, ..] => match known_scope(first)? {
                Some(scope) => (scope, name, Some(format)),
                None => return Err(Failure::new(format!("get-property() knows no scope \"{first}\""))),
            },
        };
        Ok(property(self.scope, scope, name, format.map(|format| &**format)))
    }
}

fn known_scope(word: &str) -> Evaluated<Option<PropertyScope>> {
    if UNSUPPORTED_SCOPES.contains(&word) {
        return Err(Failure::new(format!("the scope \"{word}\" of get-property() is not supported yet")));
    }
    Ok(word.parse().ok())
}

fn part(node: Option<crate::expression::xpath::Node<'_>>) -> Object<'_> {
    match node {
        Some(node) => Object::Nodes(NodeSet::from_iter([node])),
        None => Object::Missing,
    }
}

/// A parameter of an address's query: the first whose name is alike but for case, what stands between its first and
/// second `=`, decoded as forms are; "" when there is none.
fn query_parameter<'t>(address: &'t str, name: &str) -> Cow<'t, str> {
    let Some((_, query)) = address.split_once('?') else { return Cow::Borrowed("") };
    let value = query.split('&').find_map(|parameter| {
        let mut parts = parameter.split('=');
        let known = parts.next()?;
        known.eq_ignore_ascii_case(name).then(|| parts.next().unwrap_or(""))
    });
    form_decoded(value.unwrap_or(""))
}

fn form_decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('+') {
        return percent_encoding::percent_decode_str(text).decode_utf8_lossy();
    }
    let spaced = text.replace('+', " ");
    Cow::Owned(percent_encoding::percent_decode_str(&spaced).decode_utf8_lossy().into_owned())
}
