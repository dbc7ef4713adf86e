//! `${NAME}` in values.

use std::borrow::Cow;

/// Where the values of variables come from; the product knows, `core` does not.
pub trait Variables {
    /// A property of the process.
    fn property(&self, name: &str) -> Option<Cow<'_, str>>;

    /// A variable of the environment.
    fn environment(&self, name: &str) -> Option<Cow<'_, str>>;
}

/// No variable has a value.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoVariables;

impl Variables for NoVariables {
    fn property(&self, _: &str) -> Option<Cow<'_, str>> {
        None
    }

    fn environment(&self, _: &str) -> Option<Cow<'_, str>> {
        None
    }
}

/// Replaces every variable of a value once (elastic-load-balancer.md §1.3): `${NAME}` by the process property of this name
/// or else the environment variable, `${env:NAME}` by the latter only, and `${NAME:-text}` by the text when there is
/// neither. One without a value stays, and its name is reported.
pub(super) fn expand<'a>(
    text: &'a str,
    variables: &dyn Variables,
    mut unresolved: impl FnMut(&'a str),
) -> Cow<'a, str> {
    if !text.contains("${") {
        return Cow::Borrowed(text);
    }
    let mut expanded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((inside, behind)) = after.split_once('}') else { break };
        expanded.push_str(before);
        let (name, default) = match inside.split_once(":-") {
            Some((name, default)) => (name, Some(default)),
            None => (inside, None),
        };
        let value = match name.strip_prefix("env:") {
            Some(name) => variables.environment(name),
            None => variables.property(name).or_else(|| variables.environment(name)),
        };
        match (value, default) {
            (Some(value), _) => expanded.push_str(&value),
            (None, Some(default)) => expanded.push_str(default),
            (None, None) => {
                unresolved(name);
                expanded.push_str("${");
                expanded.push_str(inside);
                expanded.push('}');
            }
        }
        rest = behind;
    }
    expanded.push_str(rest);
    Cow::Owned(expanded)
}
