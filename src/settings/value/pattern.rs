//! Commands and environments with places that are filled in when an instance is launched.

use std::collections::BTreeMap;

use toml::de::DeValue;

use super::{Problem, Value, unexpected};

/// What stands for a place that is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Placeholder {
    /// `{port}`: the port for HTTP.
    Port,
    /// `{https_port}`: the port for HTTPS.
    HttpsPort,
    /// `{instance}`: the id of the instance.
    Instance,
    /// `{domain}`: the domain of its cluster.
    Domain,
    /// `{sub_domain}`: the sub-domain of its cluster; empty without one.
    SubDomain,
    /// `{host}`: the host that members are known by.
    Host,
}

/// A text with placeholders. Braces around anything but a lower-case word stand for themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    parts: Vec<Part>,
}

/// A program and its arguments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Command(Vec<Pattern>);

/// Names of environment variables, each with its value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment(BTreeMap<String, Pattern>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Literal(String),
    Place(Placeholder),
}

const PLACEHOLDERS: [(&str, Placeholder); 6] = [
    ("port", Placeholder::Port),
    ("https_port", Placeholder::HttpsPort),
    ("instance", Placeholder::Instance),
    ("domain", Placeholder::Domain),
    ("sub_domain", Placeholder::SubDomain),
    ("host", Placeholder::Host),
];

impl Pattern {
    fn parse(text: &str) -> Result<Self, Problem> {
        if text.contains('\0') {
            return Err(Problem("a text has a NUL character".to_owned()));
        }
        let (mut parts, mut literal, mut rest) = (Vec::new(), String::new(), text);
        while let Some((before, after)) = rest.split_once('{') {
            literal.push_str(before);
            let word = after.split_once('}').filter(|(word, _)| is_word(word));
            let Some((word, after)) = word else {
                literal.push('{');
                rest = after;
                continue;
            };
            let known = PLACEHOLDERS.iter().find(|(name, _)| *name == word);
            let (_, place) = known.ok_or_else(|| {
                let names: Vec<String> = PLACEHOLDERS.iter().map(|(name, _)| format!("{{{name}}}")).collect();
                Problem(format!("`{{{word}}}` is none of {}", names.join(", ")))
            })?;
            parts.extend([Part::Literal(std::mem::take(&mut literal)), Part::Place(*place)]);
            rest = after;
        }
        literal.push_str(rest);
        parts.push(Part::Literal(literal));
        parts.retain(|part| !matches!(part, Part::Literal(text) if text.is_empty()));
        Ok(Self { text: text.to_owned(), parts })
    }

    /// The text with its places filled in.
    pub fn fill(&self, value: impl Fn(Placeholder) -> String) -> String {
        let filled = self.parts.iter().map(|part| match part {
            Part::Literal(text) => text.clone(),
            Part::Place(place) => value(*place),
        });
        filled.collect()
    }

    /// Whether a placeholder is in it.
    pub fn has(&self, place: Placeholder) -> bool {
        self.parts.contains(&Part::Place(place))
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

impl Command {
    /// The program and its arguments; nothing when none was given.
    pub fn words(&self) -> &[Pattern] {
        &self.0
    }
}

/// A list of strings in the file; words with blanks between them elsewhere.
impl Value for Command {
    const STRING_IN_FILE: bool = false;

    fn kind() -> String {
        "a list of a program and its arguments".to_owned()
    }

    fn from_text(text: &str) -> Result<Self, Problem> {
        text.split_whitespace().map(Pattern::parse).collect::<Result<_, _>>().map(Self)
    }

    fn from_toml(value: &DeValue<'_>) -> Result<Self, Problem> {
        let words = value.as_array().ok_or_else(|| unexpected(value))?.iter().map(|word| {
            let word = word.get_ref();
            Pattern::parse(word.as_str().ok_or_else(|| unexpected(word))?)
        });
        let words: Vec<Pattern> = words.collect::<Result<_, _>>()?;
        match words.first() {
            Some(program) if program.text.is_empty() => Err(Problem("the program has no name".to_owned())),
            _ => Ok(Self(words)),
        }
    }

    fn to_text(&self) -> String {
        self.0.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
    }
}

impl Environment {
    /// The variables.
    pub fn variables(&self) -> &BTreeMap<String, Pattern> {
        &self.0
    }
}

/// A table of strings in the file; `NAME=VALUE,NAME=VALUE` elsewhere.
impl Value for Environment {
    const STRING_IN_FILE: bool = false;

    fn kind() -> String {
        "a table of texts such as `{ JAVA_OPTS = \"-Xmx512m\" }`".to_owned()
    }

    fn from_text(text: &str) -> Result<Self, Problem> {
        let pairs = super::provider::pairs(text)?;
        pairs.into_iter().map(|(name, value)| variable(name, value)).collect::<Result<_, _>>().map(Self)
    }

    fn from_toml(value: &DeValue<'_>) -> Result<Self, Problem> {
        let pairs = super::provider::pairs_of(value)?;
        pairs.into_iter().map(|(name, value)| variable(name, value)).collect::<Result<_, _>>().map(Self)
    }

    fn to_text(&self) -> String {
        let pairs: Vec<String> =
            self.0.iter().map(|(name, value)| format!("{name}={}", value.text)).collect();
        pairs.join(",")
    }
}

fn variable(name: String, value: String) -> Result<(String, Pattern), Problem> {
    match name.is_empty() || name.contains(['=', '\0']) {
        true => Err(Problem(format!("`{name}` is no name of a variable"))),
        false => Ok((name, Pattern::parse(&value)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str) -> String {
        let pattern = Pattern::parse(text).expect("a pattern");
        pattern.fill(|place| match place {
            Placeholder::Port => "9000".to_owned(),
            Placeholder::SubDomain => String::new(),
            other => format!("<{other:?}>"),
        })
    }

    #[test]
    fn places_are_filled_in_and_other_braces_stay() {
        for (text, expected) in [
            ("", ""),
            ("--port={port}", "--port=9000"),
            ("{port}{port}", "90009000"),
            ("{domain}/{sub_domain}", "<Domain>/"),
            (r#"{"port":{port}}"#, r#"{"port":9000}"#),
            ("{}{ port }{PORT}{", "{}{ port }{PORT}{"),
            ("}{port", "}{port"),
        ] {
            assert_eq!(filled(text), expected, "{text}");
        }
        let problem = Pattern::parse("{prot}").expect_err("an unknown place");
        assert!(problem.0.contains("`{prot}` is none of {port}"), "{}", problem.0);
        assert!(Pattern::parse("a\0").is_err());
    }
}
