//! URI templates (RFC 6570), cut into their parts once. Values are texts: there are no lists.

use std::sync::Arc;

/// The template of an `<http>` endpoint (endpoints.md §4.4).
#[derive(Clone, Debug)]
pub struct UriTemplate {
    /// The text as written, trimmed, without the prefix `legacy-encoding:`.
    pub text: Arc<str>,
    /// Its parts in order.
    pub parts: Arc<[TemplatePart]>,
    /// `legacy-encoding:`: values are decoded first, and the whole is encoded in the end.
    pub legacy_encoding: bool,
}

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplatePart {
    /// Text.
    Literal(Arc<str>),
    /// `{…}`.
    Expression {
        /// How the values are written.
        operator: Operator,
        /// The variables; at least one.
        variables: Arc<[Variable]>,
    },
}

/// How the values of an expression are written (RFC 6570 §2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `{v}`: with everything encoded but unreserved characters.
    Simple,
    /// `{+v}`: reserved characters stay.
    Reserved,
    /// `{#v}`: as a fragment.
    Fragment,
    /// `{.v}`: each after a dot.
    Label,
    /// `{/v}`: each after a slash.
    Path,
    /// `{;v}`: as path parameters.
    Parameter,
    /// `{?v}`: as a query.
    Query,
    /// `{&v}`: as more of a query.
    Continuation,
}

/// A variable of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// The name.
    pub name: Arc<str>,
    /// `{v:3}`: only so many characters of the value.
    pub prefix: Option<u16>,
}

/// What is wrong with a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// `{` without `}`.
    #[error("an expression has no end: \"}}\" is missing")]
    Unclosed,
    /// `}` without `{`.
    #[error("\"}}\" stands outside of an expression")]
    Unopened,
    /// `{}`, or a variable without a name, or with characters that names do not have.
    #[error("an expression has no valid name in it")]
    Name,
    /// An operator that is kept for later (RFC 6570 §2.2).
    #[error("the operators = , ! @ and | mean nothing yet")]
    Operator,
    /// `{v:0}` or `{v:x}`.
    #[error("the length of a prefix is a number from 1 to 9999")]
    Prefix,
}

const LEGACY: &str = "legacy-encoding:";

impl UriTemplate {
    /// Cuts a template into its parts. The expression that it starts with keeps reserved characters, so that a whole
    /// address can stand in a variable (endpoints.md §4.4).
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let text = text.trim();
        let (text, legacy_encoding) = match text.strip_prefix(LEGACY) {
            Some(rest) => (rest.trim_start(), true),
            None => (text, false),
        };
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(start) = rest.find(['{', '}']) {
            let (before, after) = rest.split_at(start);
            let inner = after.strip_prefix('{').ok_or(TemplateError::Unopened)?;
            let (inner, remainder) = inner.split_once('}').ok_or(TemplateError::Unclosed)?;
            if !before.is_empty() {
                parts.push(TemplatePart::Literal(before.into()));
            }
            parts.push(expression(inner, parts.is_empty())?);
            rest = remainder;
        }
        if !rest.is_empty() {
            parts.push(TemplatePart::Literal(rest.into()));
        }
        Ok(Self { text: text.into(), parts: parts.into(), legacy_encoding })
    }

    /// Every variable in it.
    pub fn variables(&self) -> impl Iterator<Item = &Variable> {
        self.parts.iter().flat_map(|part| match part {
            TemplatePart::Literal(_) => [].iter(),
            TemplatePart::Expression { variables, .. } => variables.iter(),
        })
    }
}

fn expression(inner: &str, is_first: bool) -> Result<TemplatePart, TemplateError> {
    let (operator, names) = match inner.chars().next() {
        Some('+') => (Operator::Reserved, inner.get(1..)),
        Some('#') => (Operator::Fragment, inner.get(1..)),
        Some('.') => (Operator::Label, inner.get(1..)),
        Some('/') => (Operator::Path, inner.get(1..)),
        Some(';') => (Operator::Parameter, inner.get(1..)),
        Some('?') => (Operator::Query, inner.get(1..)),
        Some('&') => (Operator::Continuation, inner.get(1..)),
        Some('=' | ',' | '!' | '@' | '|') => return Err(TemplateError::Operator),
        _ if is_first => (Operator::Reserved, Some(inner)),
        _ => (Operator::Simple, Some(inner)),
    };
    let variables = names.unwrap_or_default().split(',').map(variable).collect::<Result<Vec<_>, _>>()?;
    Ok(TemplatePart::Expression { operator, variables: variables.into() })
}

/// A name, with `:length` or `*`. A text is the same with and without `*`.
fn variable(text: &str) -> Result<Variable, TemplateError> {
    let text = text.trim();
    let (name, prefix) = match text.split_once(':') {
        Some((name, length)) => {
            let length: u16 = length.parse().map_err(|_| TemplateError::Prefix)?;
            if !(1..=9999).contains(&length) {
                return Err(TemplateError::Prefix);
            }
            (name, Some(length))
        }
        None => (text.strip_suffix('*').unwrap_or(text), None),
    };
    let is_valid = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.' | '-' | '%');
    if name.is_empty() || name.starts_with('.') || name.ends_with('.') || !name.chars().all(is_valid) {
        return Err(TemplateError::Name);
    }
    Ok(Variable { name: name.into(), prefix })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_cut_into_parts() {
        let template = UriTemplate::parse(" http://b/{uri.var.a}?q={query.param.q:3} ").expect("a template");
        let variable = |name: &str, prefix| Variable { name: name.into(), prefix };
        let simple =
            |variable| TemplatePart::Expression { operator: Operator::Simple, variables: [variable].into() };
        assert_eq!(
            *template.parts,
            [
                TemplatePart::Literal("http://b/".into()),
                simple(variable("uri.var.a", None)),
                TemplatePart::Literal("?q=".into()),
                simple(variable("query.param.q", Some(3))),
            ]
        );
        assert_eq!(template.variables().count(), 2);
    }

    #[test]
    fn the_first_expression_keeps_reserved_characters() {
        for (text, legacy) in [("{uri.var.u}/x", false), ("legacy-encoding:{uri.var.u}", true)] {
            let template = UriTemplate::parse(text).expect(text);
            assert_eq!(template.legacy_encoding, legacy);
            let first = template.parts.first();
            assert!(
                matches!(first, Some(TemplatePart::Expression { operator: Operator::Reserved, .. })),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_template_says_why() {
        for (text, error) in [
            ("http://b/{a", TemplateError::Unclosed),
            ("http://b/a}", TemplateError::Unopened),
            ("http://b/{}", TemplateError::Name),
            ("http://b/{a b}", TemplateError::Name),
            ("http://b/{a,}", TemplateError::Name),
            ("http://b/{=a}", TemplateError::Operator),
            ("http://b/{a:0}", TemplateError::Prefix),
            ("http://b/{a:x}", TemplateError::Prefix),
        ] {
            assert_eq!(UriTemplate::parse(text).expect_err(text), error, "{text}");
        }
    }
}
