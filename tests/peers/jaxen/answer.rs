//! What an expression yields, in the words of the pipe.

use std::collections::BTreeSet;
use std::fmt;

/// How Jaxen begins to fail on `nodes | number`.
const UNION: &str = "Unions are only allowed over node-sets";

/// What an expression yields for a context.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer {
    /// The places of the nodes, in document order.
    Nodes(Vec<String>),
    Text(String),
    /// The bits of the number; all that are none are alike, and so are both zeros.
    Number(u64),
    Boolean(bool),
    Failure(Failure, String),
}

/// The kinds of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The text is no expression.
    Syntax,
    /// A function, variable or prefix does not exist.
    Unresolvable,
    /// Evaluation fails for another reason, such as a number where nodes are needed.
    Evaluation,
    /// A mistake of Jaxen's: it fails where XPath has a value.
    Broken,
}

impl Answer {
    pub(crate) fn number(number: f64) -> Self {
        let plain = if number.is_nan() { f64::NAN } else { number + 0.0 };
        Answer::Number(plain.to_bits())
    }

    /// The same value, or the same kind of failure; `self` is Jaxen's answer.
    pub(crate) fn agrees(&self, ours: &Self) -> bool {
        match (self, ours) {
            (Answer::Failure(Failure::Broken, _), _) => true,
            // What stands right of `|` is a whole expression for Jaxen, so that `a | b = c` fails.
            (Answer::Failure(Failure::Evaluation, reason), _) if reason.ends_with(UNION) => {
                !matches!(ours, Answer::Failure(Failure::Syntax | Failure::Unresolvable, _))
            }
            // Jaxen counts the arguments of a call after it has evaluated them.
            (Answer::Failure(Failure::Unresolvable, _), Answer::Failure(Failure::Evaluation, reason)) => {
                reason.contains(" takes ")
            }
            (Answer::Failure(left, _), Answer::Failure(right, _)) => left == right,
            // Jaxen puts attributes behind the children of their element; XPath 1.0 §5.3 has them before.
            (Answer::Nodes(left), Answer::Nodes(right)) if left.iter().any(|place| place.contains('@')) => {
                let set = |places: &[String]| BTreeSet::from_iter(places.iter().cloned());
                set(left) == set(right)
            }
            (left, right) => left == right,
        }
    }

    /// Reads a line from the pipe.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let mut words = line.split('\t');
        Some(match words.next()? {
            "nodes" => Answer::Nodes(words.map(str::to_owned).collect()),
            "text" => Answer::Text(unescaped(words.next()?)),
            "number" => Answer::number(f64::from_bits(u64::from_str_radix(words.next()?, 16).ok()?)),
            "boolean" => Answer::Boolean(words.next()? == "true"),
            "failure" => {
                let kind = match words.next()? {
                    "syntax" => Failure::Syntax,
                    "unresolvable" => Failure::Unresolvable,
                    "broken" => Failure::Broken,
                    _ => Failure::Evaluation,
                };
                Answer::Failure(kind, unescaped(words.next()?))
            }
            _ => return None,
        })
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Answer::Nodes(places) => write!(f, "nodes {}", places.join(" ")),
            Answer::Text(text) => write!(f, "text {text:?}"),
            Answer::Number(bits) => write!(f, "number {:?}", f64::from_bits(*bits)),
            Answer::Boolean(flag) => write!(f, "boolean {flag}"),
            Answer::Failure(kind, reason) => write!(f, "failure {kind:?}: {reason}"),
        }
    }
}

/// Text as one line.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r")
}

fn unescaped(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        text.push(match letter {
            '\\' => match letters.next() {
                Some('n') => '\n',
                Some('r') => '\r',
                other => other.unwrap_or('\\'),
            },
            other => other,
        });
    }
    text
}
