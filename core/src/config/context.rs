//! What parsing an artifact needs: the mediators there are, and somewhere to report to.

use std::sync::Arc;

use super::endpoint::{self, EndpointDefinition};
use super::resources::ProcessVariables;
use super::{MediatorList, MediatorRegistry, NAMESPACE, NoResources, ParsedMediator, Resources};
use crate::diagnostics::{Diagnostic, Diagnostics, Location, SourceFile, Span, codes, nearest};
use crate::expression::{
    Compiled, Expression, ExpressionProblem, Namespaces, ParameterSource, ValueSource, matches_nothing,
};
use crate::xml::Element;

/// Passed through the parsers of one file.
pub struct ParseContext<'a> {
    registry: &'a MediatorRegistry,
    diagnostics: &'a mut Diagnostics,
    resources: &'a dyn Resources,
}

impl<'a> ParseContext<'a> {
    /// A context that reports into `diagnostics`.
    pub fn new(registry: &'a MediatorRegistry, diagnostics: &'a mut Diagnostics) -> Self {
        Self { registry, diagnostics, resources: &NoResources }
    }

    /// The same, with files that artifacts may name.
    #[must_use]
    pub fn with_resources(self, resources: &'a dyn Resources) -> Self {
        Self { resources, ..self }
    }

    /// Reads a file that an artifact names.
    ///
    /// # Errors
    /// Why it cannot be read, in one sentence for people.
    pub fn read(&self, path: &str) -> Result<Arc<SourceFile>, String> {
        self.resources.read(path)
    }

    /// A variable of the process.
    pub(super) fn variable(&self, name: &str) -> Option<String> {
        self.resources.variable(name)
    }

    /// The variables of the process.
    pub(super) fn variables(&self) -> ProcessVariables<'a> {
        ProcessVariables(self.resources)
    }

    /// Reports a problem.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// How many errors have been reported so far.
    pub fn error_count(&self) -> usize {
        self.diagnostics.error_count()
    }

    /// The mediators among the children of an element. `<description>` is skipped; `skip` names further children
    /// that are not mediators.
    pub fn mediators_of(&mut self, element: Element<'_>, skip: &[&str]) -> MediatorList {
        let mut list = Vec::new();
        for child in element.children() {
            let skipped = child.local_name() == "description" || skip.contains(&child.local_name());
            if child.namespace() == NAMESPACE && skipped {
                continue;
            }
            list.extend(self.mediator(child));
        }
        MediatorList(list)
    }

    /// One mediator.
    fn mediator(&mut self, element: Element<'_>) -> Option<ParsedMediator> {
        let name = element.local_name();
        if element.namespace() != NAMESPACE {
            let found = match element.namespace() {
                "" => "no namespace".to_owned(),
                namespace => format!("the namespace \"{namespace}\""),
            };
            self.push(
                Diagnostic::error(
                    codes::UNKNOWN_MEDIATOR,
                    format!("unknown mediator {{{}}}{name}", element.namespace()),
                )
                .at(element.name_location())
                .label(format!("this element is in {found}"))
                .help(format!("mediators are elements of xmlns=\"{NAMESPACE}\"")),
            );
            return None;
        }
        if let Some((parser, type_name)) = self.registry.find(name) {
            let config = parser(element, self)?;
            return Some(ParsedMediator { type_name, location: element.location(), config });
        }
        if self.registry.is_planned(name) {
            self.push(
                Diagnostic::error(
                    codes::MEDIATOR_NOT_SUPPORTED,
                    format!("the mediator <{name}> is not supported yet"),
                )
                .at(element.name_location())
                .label("not supported yet"),
            );
            return None;
        }
        let mut diagnostic =
            Diagnostic::error(codes::UNKNOWN_MEDIATOR, format!("unknown mediator {{{NAMESPACE}}}{name}"))
                .at(element.name_location())
                .label("no mediator has this name");
        if let Some(near) = nearest(name, self.registry.elements()) {
            diagnostic = diagnostic.help(format!("a mediator with a similar name exists: <{near}>"));
        }
        self.push(diagnostic);
        None
    }

    /// An inline or referenced endpoint.
    pub fn endpoint(&mut self, element: Element<'_>) -> Option<EndpointDefinition> {
        endpoint::parse(element, self)
    }

    /// The expression in an attribute, compiled with the prefixes in scope there.
    pub fn expression(&mut self, element: Element<'_>, attribute: &str) -> Option<Expression> {
        let text = element.attribute(attribute)?;
        let location = element.attribute_location(attribute);
        self.compile(element, text, 0, location)
    }

    /// The JSONPath in an attribute, with or without `json-eval(…)` around it.
    pub fn json_path(&mut self, element: Element<'_>, attribute: &str) -> Option<Expression> {
        let text = element.attribute(attribute)?;
        let location = element.attribute_location(attribute);
        self.report_on(text, 0, location, Expression::compile_json_path(text))
    }

    /// The condition in an attribute: an expression that is asked for its truth value. One that has the same for every
    /// message is reported, but for `true()`, which says so.
    pub fn condition(&mut self, element: Element<'_>, attribute: &str) -> Option<Expression> {
        let reports = self.diagnostics.len();
        let condition = self.expression(element, attribute)?;
        if let Some(holds) = condition.constant()
            && self.diagnostics.len() == reports
            && condition.text() != "true()"
        {
            let always = if holds { "always" } else { "never" };
            let message = format!("this condition is {always} true");
            let diagnostic = Diagnostic::warning(codes::SUSPICIOUS_EXPRESSION, message)
                .at(element.attribute_location(attribute));
            self.push(match condition.text() {
                "'true'" | "'false'" | "\"true\"" | "\"false\"" => {
                    diagnostic.help("every text but '' is true; the truth values are true() and false()")
                }
                _ => diagnostic,
            });
        }
        Some(condition)
    }

    /// Reports a regular expression that matches no text.
    pub fn check_pattern(&mut self, element: Element<'_>, attribute: &str) {
        let Some(pattern) = element.attribute(attribute) else { return };
        if let Some(reason) = matches_nothing(pattern) {
            let message = "this regular expression matches no text";
            let diagnostic = Diagnostic::warning(codes::SUSPICIOUS_EXPRESSION, message);
            self.push(diagnostic.at(element.attribute_location(attribute)).label(reason));
        }
    }

    /// An attribute that is literal text, or `{expression}` (mediators.md §2.4).
    pub fn value_source(&mut self, element: Element<'_>, attribute: &str) -> Option<ValueSource> {
        let text = element.attribute(attribute)?;
        let trimmed = text.trim();
        let braced = trimmed.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        match braced {
            Some(inner) if inner.starts_with('{') && inner.ends_with('}') => {
                Some(ValueSource::Literal(inner.into()))
            }
            Some(inner) => {
                let offset = text.find('{').map_or(0, |at| at + 1);
                let location = element.attribute_location(attribute);
                self.compile(element, inner, offset, location).map(ValueSource::Computed)
            }
            None => Some(ValueSource::Literal(trimmed.into())),
        }
    }

    /// What a template's parameter is given: literal text, `{expression}`, or `{{expression}}`, which is evaluated where
    /// it is read (mediators.md §2.4).
    pub fn parameter_source(&mut self, element: Element<'_>, attribute: &str) -> Option<ParameterSource> {
        let text = element.attribute(attribute)?;
        let deferred = text.trim().strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}"));
        if let Some(inner) = deferred {
            let offset = text.find('{').map_or(0, |at| at + 2);
            let location = element.attribute_location(attribute);
            return self.compile(element, inner, offset, location).map(ParameterSource::Deferred);
        }
        Some(ParameterSource::Now(match self.value_source(element, attribute)? {
            // With the blanks around it, which only keys and names do without.
            ValueSource::Literal(_) => ValueSource::Literal(text.into()),
            computed => computed,
        }))
    }

    /// Compiles what stands `offset` bytes behind the start of an attribute's value.
    fn compile(
        &mut self,
        element: Element<'_>,
        text: &str,
        offset: usize,
        location: Location,
    ) -> Option<Expression> {
        let namespaces = Namespaces::new(element.namespaces_in_scope());
        self.report_on(text, offset, location, Expression::compile(text, &namespaces))
    }

    /// Reports what compiling found in the text that stands `offset` bytes behind the start of `location`.
    fn report_on(
        &mut self,
        text: &str,
        offset: usize,
        location: Location,
        compiled: Result<Compiled, ExpressionProblem>,
    ) -> Option<Expression> {
        let offset = offset + text.len() - text.trim_start().len();
        let (expression, problems) = match compiled {
            Ok(Compiled { expression, warnings }) => (Some(expression), warnings),
            Err(problem) => (None, vec![problem]),
        };
        for problem in problems {
            let Span { start, end } = location.span;
            let written = location.file.text().get(start as usize..end as usize).unwrap_or_default();
            let at =
                |position| start.saturating_add(written_position(written, offset + position) as u32).min(end);
            let span = Span::new(at(problem.range.start), at(problem.range.end));
            let place = Location { file: location.file.clone(), span };
            let diagnostic = match expression {
                Some(_) => Diagnostic::warning(problem.code, problem.message),
                None => Diagnostic::error(problem.code, problem.message),
            };
            let diagnostic = diagnostic.at(place);
            self.push(match problem.help {
                Some(help) => diagnostic.help(help),
                None => diagnostic,
            });
        }
        expression
    }
}

/// Where the byte at `position` of an attribute's value stands in what was written: `&lt;` is one byte of the value.
fn written_position(written: &str, position: usize) -> usize {
    let (mut at, mut passed) = (0, 0);
    while passed < position
        && let Some(rest) = written.get(at..)
        && let Some(first) = rest.chars().next()
    {
        let reference = rest.strip_prefix('&').and_then(|rest| rest.split_once(';'));
        let (length, stands_for) = match reference {
            Some((name, _)) => (name.len() + 2, referenced(name)),
            None if rest.starts_with("\r\n") => (2, 1),
            None => (first.len_utf8(), first.len_utf8()),
        };
        at += length;
        passed += stands_for;
    }
    at
}

/// How many bytes a reference stands for: `lt`, `#x20ac`.
fn referenced(name: &str) -> usize {
    let code = match name.strip_prefix('#') {
        Some(number) => match number.strip_prefix('x') {
            Some(digits) => u32::from_str_radix(digits, 16).ok(),
            None => number.parse().ok(),
        },
        None => None,
    };
    code.and_then(char::from_u32).map_or(1, char::len_utf8)
}

#[cfg(test)]
mod tests {
    use crate::diagnostics::{Diagnostics, Severity, SourceFile};
    use crate::xml::{Limits, SourceDocument};

    use super::*;

    /// What is reported for `<a x="…"/>`: severity, code and the text it points at.
    fn reports(value: &str) -> Vec<(Severity, String, String)> {
        let file = SourceFile::new("a.xml", format!("<a x=\"{value}\"/>"));
        let source = SourceDocument::parse(file, &Limits::default()).expect("well-formed");
        let (registry, mut diagnostics) = (MediatorRegistry::default(), Diagnostics::new());
        let mut context = ParseContext::new(&registry, &mut diagnostics);
        match value.trim().starts_with('{') {
            true => drop(context.value_source(source.root(), "x")),
            false => drop(context.expression(source.root(), "x")),
        }
        let pointed_at = |place: &Location| {
            let text = place.file.text().get(place.span.start as usize..place.span.end as usize);
            text.unwrap_or("outside").to_owned()
        };
        let report = |found: &Diagnostic| {
            let place = found.location.as_ref().map(pointed_at).unwrap_or_default();
            (found.severity, found.code.to_string(), place)
        };
        diagnostics.iter().map(report).collect()
    }

    #[test]
    fn expressions_are_reported_where_they_stand() {
        let table = [
            ("1 + $a", Severity::Warning, "E0503", "$a"),
            ("  //m:x ", Severity::Warning, "E0504", "m:x"),
            (" { f(1) }", Severity::Warning, "E0502", "f"),
            ("{$ctx:body}", Severity::Warning, "W0501", "$ctx:body"),
            (" 1 + + 2", Severity::Error, "E0501", "+"),
            ("{ 'a }", Severity::Error, "E0501", "'a"),
            // References stand for less than they are long.
            ("1 &lt; 2 + $a", Severity::Warning, "E0503", "$a"),
            ("'&#x20ac;&amp;\r\n' = $a", Severity::Warning, "E0503", "$a"),
            ("'\u{20ac}' = $a &gt; 1", Severity::Warning, "E0503", "$a"),
        ];
        for (value, severity, code, place) in table {
            assert_eq!(reports(value), [(severity, code.to_owned(), place.to_owned())], "{value}");
        }
        assert_eq!(reports("$ctx:a"), []);
    }
}
