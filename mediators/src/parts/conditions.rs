//! `<condition>` of `conditionalRouter` and `rewrite` (mediators.md §2.8).

use std::borrow::Cow;

use http::HeaderName;
use sinew_core::config::{Attributes, ParseContext};
use sinew_core::diagnostics::{Diagnostic, codes, nearest};
use sinew_core::expression::{Expression, Scope};
use sinew_core::mediation::Fault;
use sinew_core::xml::Element;

use super::FullMatch;
use super::address::{Address, Fragment, query_parameter};

/// A condition on a message and an address.
#[derive(Debug)]
pub(crate) enum Condition {
    And(Vec<Condition>),
    Or(Vec<Condition>),
    Not(Box<Condition>),
    /// The same text, but for case.
    Equal(Source, String),
    /// The whole text matches.
    Match(Source, FullMatch),
}

/// The text that is compared.
#[derive(Debug)]
pub(crate) enum Source {
    /// A header; its name means the same in any case (RFC 9110 §5.1).
    Header(HeaderName),
    /// A parameter in the query of the address.
    Parameter(String),
    /// The address, or a part of it.
    Address(Option<Fragment>),
    /// A property.
    Property(String),
    /// What an expression yields.
    Soap(Expression),
}

/// The address that a condition sees, computed when one looks at it; `None` when there is none.
pub(crate) type AddressOf<'a> = &'a dyn Fn() -> Result<Option<Cow<'a, str>>, Fault>;

/// The elements that a condition is made of.
const ELEMENTS: [&str; 5] = ["and", "or", "not", "equal", "match"];

impl Condition {
    /// Reads the one condition inside `<condition>`.
    pub(crate) fn parse(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Self> {
        let mut children = children(element).into_iter();
        let Some(first) = children.next() else {
            return missing(element, "a condition", context);
        };
        ignore(children, "a <condition> holds one condition; put them into <and> or <or>", context);
        evaluator(first, context)
    }

    /// True when the condition holds. A text that is not there is equal to nothing and matches nothing.
    ///
    /// # Errors
    /// An expression fails, or a part of something that is no address is asked for.
    pub(crate) fn holds<'a>(&'a self, scope: Scope<'a>, address: AddressOf<'a>) -> Result<bool, Fault> {
        match self {
            Condition::And(all) => {
                for condition in all {
                    if !condition.holds(scope, address)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Condition::Or(any) => {
                for condition in any {
                    if condition.holds(scope, address)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Condition::Not(condition) => Ok(!condition.holds(scope, address)?),
            Condition::Equal(source, value) => {
                Ok(source.text(scope, address)?.is_some_and(|text| same(&text, value)))
            }
            Condition::Match(source, pattern) => {
                Ok(source.text(scope, address)?.is_some_and(|text| pattern.is_match(&text)))
            }
        }
    }

    /// True when an expression looks at the payload.
    pub(crate) fn needs_payload(&self) -> bool {
        match self {
            Condition::And(conditions) | Condition::Or(conditions) => {
                conditions.iter().any(Condition::needs_payload)
            }
            Condition::Not(condition) => condition.needs_payload(),
            Condition::Equal(source, _) | Condition::Match(source, _) => {
                matches!(source, Source::Soap(expression) if expression.needs_payload())
            }
        }
    }
}

impl Source {
    fn text<'a>(&'a self, scope: Scope<'a>, address: AddressOf<'a>) -> Result<Option<Cow<'a, str>>, Fault> {
        Ok(match self {
            Source::Header(name) => scope.message.header(name),
            Source::Property(name) => scope.message.properties.value(name).map(|value| value.text()),
            Source::Soap(expression) => expression.string(scope)?,
            Source::Address(None) => address()?,
            Source::Parameter(name) => {
                address()?.and_then(|text| query_parameter(&text, name)).map(Cow::Owned)
            }
            Source::Address(Some(fragment)) => match address()? {
                None => None,
                Some(text) => {
                    let parts = Address::parse(&text).map_err(|error| Fault::mediation(error.to_string()))?;
                    parts.fragment(*fragment).map(Cow::Owned)
                }
            },
        })
    }
}

fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b) || a.to_lowercase() == b.to_lowercase()
}

/// Elements are known by their local names.
fn evaluator(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Condition> {
    let name = element.local_name();
    match name {
        "and" | "or" => {
            Attributes::of(element).finish(context);
            let inside = children(element);
            if inside.len() < 2 {
                return missing(element, "two conditions or more", context);
            }
            let inside: Vec<_> = inside.into_iter().map(|child| evaluator(child, context)).collect();
            let inside = inside.into_iter().collect::<Option<Vec<_>>>()?;
            Some(if name == "and" { Condition::And(inside) } else { Condition::Or(inside) })
        }
        "not" => {
            Attributes::of(element).finish(context);
            let mut inside = children(element).into_iter();
            let Some(first) = inside.next() else {
                return missing(element, "a condition", context);
            };
            ignore(inside, "<not> turns round one condition", context);
            evaluator(first, context).map(|condition| Condition::Not(Box::new(condition)))
        }
        "equal" | "match" => comparison(element, context),
        _ => {
            let diagnostic =
                Diagnostic::error(codes::MEDIATOR_VALUE_INVALID, format!("<{name}> is no condition"))
                    .at(element.name_location())
                    .label(format!("expected one of {}", ELEMENTS.join(", ")));
            context.push(match nearest(name, ELEMENTS) {
                Some(near) => diagnostic.help(format!("a condition with a similar name exists: <{near}>")),
                None => diagnostic,
            });
            None
        }
    }
}

fn comparison(element: Element<'_>, context: &mut ParseContext<'_>) -> Option<Condition> {
    let mut attributes = Attributes::of(element);
    let source = source(element, &mut attributes, context);
    let condition = if element.local_name() == "equal" {
        match attributes.optional("value") {
            Some(value) => source.map(|source| Condition::Equal(source, value.to_owned())),
            None => attributes.required("value", context).and(None),
        }
    } else {
        let pattern = FullMatch::required("regex", element, &mut attributes, context);
        source.zip(pattern).map(|(source, pattern)| Condition::Match(source, pattern))
    };
    attributes.finish(context);
    condition
}

fn source(
    element: Element<'_>,
    attributes: &mut Attributes<'_>,
    context: &mut ParseContext<'_>,
) -> Option<Source> {
    let kind = attributes.optional("type").unwrap_or("header");
    if kind == "url" {
        return match attributes.optional("source") {
            None => Some(Source::Address(None)),
            Some(word) => match word.parse() {
                Ok(fragment) => Some(Source::Address(Some(fragment))),
                Err(()) => {
                    let message = format!("addresses have no part \"{word}\"");
                    attributes.invalid("source", message, Fragment::WORDS.join(", "), context);
                    None
                }
            },
        };
    }
    if !["header", "param", "property", "soap"].contains(&kind) {
        attributes.optional("source");
        let message = format!("conditions have no type \"{kind}\"");
        attributes.invalid("type", message, "header, param, url, property or soap", context);
        return None;
    }
    let text = attributes.required("source", context)?;
    match kind {
        "param" => Some(Source::Parameter(text.to_owned())),
        "property" => Some(Source::Property(text.to_owned())),
        "soap" => context.expression(element, "source").map(Source::Soap),
        _ => match HeaderName::try_from(text.trim()) {
            Ok(name) => Some(Source::Header(name)),
            Err(_) => {
                let message = format!("no header can be named \"{text}\"");
                attributes.invalid("source", message, "the name of a header", context);
                None
            }
        },
    }
}

fn children<'e>(element: Element<'e>) -> Vec<Element<'e>> {
    element.children().filter(|child| child.local_name() != "description").collect()
}

fn missing<T>(element: Element<'_>, what: &str, context: &mut ParseContext<'_>) -> Option<T> {
    context.push(
        Diagnostic::error(codes::CHILD_MISSING, format!("<{}> needs {what} inside", element.local_name()))
            .at(element.name_location())
            .label(format!("expected {what}")),
    );
    None
}

fn ignore<'e>(others: impl Iterator<Item = Element<'e>>, why: &'static str, context: &mut ParseContext<'_>) {
    for other in others {
        context.push(
            Diagnostic::warning(codes::IGNORED_ELEMENT, format!("<{}> is ignored", other.local_name()))
                .at(other.name_location())
                .label("has no effect")
                .help(why),
        );
    }
}
