//! The functions there are (message-and-expressions.md §7.3).

use std::ops::RangeInclusive;

use super::Kind;
use crate::diagnostics::{codes, nearest};
use crate::expression::xpath::syntax::Name;
use crate::expression::{ExpressionProblem, Namespaces};

/// A function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    Last,
    Position,
    Count,
    Id,
    LocalName,
    NamespaceUri,
    Name,
    String,
    Concat,
    StartsWith,
    EndsWith,
    Contains,
    SubstringBefore,
    SubstringAfter,
    Substring,
    StringLength,
    NormalizeSpace,
    Translate,
    LowerCase,
    UpperCase,
    Boolean,
    Not,
    True,
    False,
    Lang,
    Number,
    Sum,
    Floor,
    Ceiling,
    Round,
    Evaluate,
    GetProperty,
    Base64Encode,
    Base64Decode,
    UrlEncode,
}

impl Function {
    /// The kind of what the function yields, when that is always the same.
    pub(crate) fn kind(self) -> Option<Kind> {
        Some(match self {
            Function::Last
            | Function::Position
            | Function::Count
            | Function::StringLength
            | Function::Number
            | Function::Sum
            | Function::Floor
            | Function::Ceiling
            | Function::Round => Kind::Number,
            Function::Boolean
            | Function::Not
            | Function::True
            | Function::False
            | Function::Lang
            | Function::StartsWith
            | Function::EndsWith
            | Function::Contains => Kind::Boolean,
            Function::LocalName
            | Function::NamespaceUri
            | Function::Name
            | Function::String
            | Function::Concat
            | Function::SubstringBefore
            | Function::SubstringAfter
            | Function::Substring
            | Function::NormalizeSpace
            | Function::Translate
            | Function::LowerCase
            | Function::UpperCase
            | Function::Base64Encode
            | Function::Base64Decode
            | Function::UrlEncode => Kind::Text,
            Function::Id => Kind::Nodes,
            Function::Evaluate | Function::GetProperty => return None,
        })
    }
}

/// Any number of arguments from this one on.
const MANY: usize = usize::MAX;

/// The library of XPath 1.0 §4, and what Jaxen adds to it.
#[rustfmt::skip]
const LIBRARY: &[(&str, Function, RangeInclusive<usize>)] = &[
    ("last", Function::Last, 0..=0),
    ("position", Function::Position, 0..=0),
    ("count", Function::Count, 1..=1),
    ("id", Function::Id, 1..=1),
    ("local-name", Function::LocalName, 0..=1),
    ("namespace-uri", Function::NamespaceUri, 0..=1),
    ("name", Function::Name, 0..=1),
    ("string", Function::String, 0..=1),
    ("concat", Function::Concat, 2..=MANY),
    ("starts-with", Function::StartsWith, 2..=2),
    ("ends-with", Function::EndsWith, 2..=2),
    ("contains", Function::Contains, 2..=2),
    ("substring-before", Function::SubstringBefore, 2..=2),
    ("substring-after", Function::SubstringAfter, 2..=2),
    ("substring", Function::Substring, 2..=3),
    ("string-length", Function::StringLength, 0..=1),
    ("normalize-space", Function::NormalizeSpace, 0..=1),
    ("translate", Function::Translate, 3..=3),
    ("lower-case", Function::LowerCase, 1..=2),
    ("upper-case", Function::UpperCase, 1..=2),
    ("boolean", Function::Boolean, 1..=1),
    ("not", Function::Not, 1..=1),
    ("true", Function::True, 0..=0),
    ("false", Function::False, 0..=0),
    ("lang", Function::Lang, 1..=1),
    ("number", Function::Number, 0..=1),
    ("sum", Function::Sum, 1..=1),
    ("floor", Function::Floor, 1..=1),
    ("ceiling", Function::Ceiling, 1..=1),
    ("round", Function::Round, 1..=1),
    ("evaluate", Function::Evaluate, 1..=1),
];

/// What Synapse adds. Any number of arguments that is not understood makes the encoders yield "".
const SYNAPSE: &[(&str, Function, RangeInclusive<usize>)] = &[
    ("get-property", Function::GetProperty, 0..=3),
    ("base64Encode", Function::Base64Encode, 0..=MANY),
    ("base64Decode", Function::Base64Decode, 0..=MANY),
    ("url-encode", Function::UrlEncode, 0..=MANY),
];

/// Finds the function of a call. Synapse's own are known by any prefix, the library without one, by `fn`, and by any
/// prefix that means nothing.
pub(super) fn find(
    name: &Name<'_>,
    arguments: usize,
    namespaces: &Namespaces,
) -> Result<Function, ExpressionProblem> {
    let named = |known: &&(&str, Function, RangeInclusive<usize>)| known.0 == name.local;
    let bound = name.prefix.filter(|&prefix| prefix != "fn").and_then(|prefix| namespaces.uri(prefix));
    let library = LIBRARY.iter().find(named);
    let found = SYNAPSE.iter().find(named).or(library.filter(|_| bound.is_none()));
    match (found, bound) {
        (Some((_, function, counts)), _) if counts.contains(&arguments) => Ok(*function),
        (Some((known, _, counts)), _) => Err(wrong_number(name, known, counts, arguments)),
        (None, Some(uri)) => {
            let message = format!("there is no function {} in the namespace \"{uri}\"", name.local);
            let problem = ExpressionProblem::new(codes::UNKNOWN_FUNCTION, name.range.clone(), message);
            Err(match library {
                Some((known, ..)) => problem.help(format!("write {known}() without the prefix")),
                None => problem,
            })
        }
        (None, None) => {
            let message = format!("there is no function {}()", name.local);
            let problem = ExpressionProblem::new(codes::UNKNOWN_FUNCTION, name.range.clone(), message);
            let known = LIBRARY.iter().chain(SYNAPSE).map(|(known, ..)| *known);
            Err(match nearest(name.local, known) {
                Some(near) => problem.help(format!("a function with a similar name exists: {near}()")),
                None => problem,
            })
        }
    }
}

fn wrong_number(
    name: &Name<'_>,
    known: &str,
    counts: &RangeInclusive<usize>,
    found: usize,
) -> ExpressionProblem {
    let wanted = match (*counts.start(), *counts.end()) {
        (0, 0) => "no arguments".to_owned(),
        (1, 1) => "1 argument".to_owned(),
        (least, most) if least == most => format!("{least} arguments"),
        (least, MANY) => format!("{least} or more arguments"),
        (least, most) => format!("{least} to {most} arguments"),
    };
    let message = format!("{known}() takes {wanted}, not {found}");
    ExpressionProblem::new(codes::UNKNOWN_FUNCTION, name.range.clone(), message)
}
