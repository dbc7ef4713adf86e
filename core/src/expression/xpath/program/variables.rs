//! The variables there are (message-and-expressions.md §7.2).

use http::HeaderName;

use super::Variable;
use crate::diagnostics::{codes, nearest};
use crate::expression::xpath::syntax::Name;
use crate::expression::{ExpressionProblem, Namespaces};

/// The prefixes that mean a scope.
const SCOPES: [&str; 8] = ["ctx", "axis2", "trp", "url", "operation", "system", "sys", "func"];

/// Finds what a variable stands for, and whether that may not be what was meant.
pub(super) fn find(
    name: &Name<'_>,
    namespaces: &Namespaces,
) -> Result<(Variable, Option<ExpressionProblem>), ExpressionProblem> {
    if let Some((prefix, uri)) = name.prefix.and_then(|prefix| Some((prefix, namespaces.uri(prefix)?))) {
        let message = format!("the prefix {prefix} is bound to \"{uri}\" here, so this is no property");
        return Err(unknown(name, message).help(format!("declare another prefix than {prefix}")));
    }
    // These names win over every prefix.
    let part = match name.local {
        "body" => Some(Variable::Body),
        "header" => Some(Variable::Header),
        "env" => Some(Variable::Envelope),
        _ => None,
    };
    if let Some(part) = part {
        return Ok((part, name.prefix.map(|prefix| collision(name, prefix))));
    }
    let Some(prefix) = name.prefix else {
        let message = format!("there is no variable ${}", name.local);
        return Err(unknown(name, message)
            .help(format!("${local} would be a property as $ctx:{local}", local = name.local)));
    };
    let local = || name.local.into();
    let variable = match prefix {
        "ctx" => Variable::Default(local()),
        "axis2" => Variable::Axis2(local()),
        "trp" => Variable::Transport(HeaderName::try_from(name.local).ok()),
        "url" => Variable::Query(local()),
        "operation" => Variable::Operation(local()),
        "system" | "sys" => Variable::System(local()),
        "func" => Variable::Parameter(local()),
        _ => {
            let message = format!("there are no variables ${prefix}:…; no property holds a map");
            let problem = unknown(name, message);
            return Err(match nearest(prefix, SCOPES) {
                Some(near) => problem.help(format!("a scope with a similar name exists: ${near}:")),
                None => problem,
            });
        }
    };
    Ok((variable, None))
}

fn unknown(name: &Name<'_>, message: String) -> ExpressionProblem {
    ExpressionProblem::new(codes::UNKNOWN_VARIABLE, name.range.clone(), message)
}

fn collision(name: &Name<'_>, prefix: &str) -> ExpressionProblem {
    let local = name.local;
    let message = format!("${prefix}:{local} is ${local}, a part of the envelope, whatever its prefix");
    let problem = ExpressionProblem::new(codes::SUSPICIOUS_EXPRESSION, name.range.clone(), message);
    match prefix {
        "ctx" => problem.help(format!("read the property with get-property('{local}')")),
        "axis2" | "operation" | "func" => {
            problem.help(format!("read the property with get-property('{prefix}','{local}')"))
        }
        "trp" => problem.help(format!("read the header with get-property('transport','{local}')")),
        _ => problem,
    }
}
