//! What a path says.

use regex::Regex;
use serde_json::Value;

/// From a value to other values: the steps of a walk, and what is made of where it ends.
#[derive(Clone, Debug, Default)]
pub(crate) struct Path {
    pub(crate) steps: Vec<Step>,
    pub(crate) end: Option<End>,
}

/// From values to their members, or with `deep` to the members of everything inside them too.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) deep: bool,
    pub(crate) select: Select,
}

/// Which members of a value.
#[derive(Clone, Debug)]
pub(crate) enum Select {
    /// `.name`, `['name']`.
    Name(Box<str>),
    /// `['a','b']` with more steps after it; at the end of a path it is [`End::Pick`].
    Names(Vec<Box<str>>),
    /// `[1]`, `[-1]`.
    Index(i64),
    /// `[0,2]`.
    Indexes(Vec<i64>),
    Slice(Slice),
    /// `*`.
    All,
    /// `[?(…)]`: the elements of an array for which it holds, or the object itself.
    Filter(Box<Condition>),
}

/// `[start:end:step]`, meant as in RFC 9535 §2.3.4.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Slice {
    pub(crate) start: Option<i64>,
    pub(crate) end: Option<i64>,
    /// Not zero.
    pub(crate) step: i64,
}

/// What is made of the values that the steps led to.
#[derive(Clone, Debug)]
pub(crate) enum End {
    /// `['a','b']`: of each object one with these members only.
    Pick {
        deep: bool,
        names: Vec<Box<str>>,
    },
    Call(Box<Call>),
}

/// `.sum()`.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) function: Function,
    pub(crate) arguments: Vec<Term>,
    /// The function is applied once to the list of all values, not to each value: the path begins with `..`.
    pub(crate) collects: bool,
    /// From the result onwards.
    pub(crate) then: Path,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Function {
    Append,
    Average,
    Concat,
    First,
    Index,
    Keys,
    Last,
    Length,
    Maximum,
    Minimum,
    StandardDeviation,
    Sum,
}

/// `@.a < 1 && !@.b`.
#[derive(Clone, Debug)]
pub(crate) enum Condition {
    Either(Vec<Condition>),
    Both(Vec<Condition>),
    Not(Box<Condition>),
    Exists(Reference),
    Matches(Term, Regex),
    Compares(Term, Operator, Term),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Operator {
    /// `all`: the left list has all that the right list has.
    All,
    AnyOf,
    Contains,
    Empty,
    /// `==`.
    Equal,
    Greater,
    GreaterOrEqual,
    /// `===`: equal and of one type.
    Identical,
    In,
    Less,
    LessOrEqual,
    NoneOf,
    NotEqual,
    NotIdentical,
    NotIn,
    Size,
    SubsetOf,
}

/// A side of a comparison, or an argument.
#[derive(Clone, Debug)]
pub(crate) enum Term {
    Literal(Value),
    Path(Reference),
}

/// A path inside a filter or an argument.
#[derive(Clone, Debug)]
pub(crate) struct Reference {
    pub(crate) origin: Origin,
    pub(crate) path: Path,
    pub(crate) definite: bool,
}

/// Where a [`Reference`] starts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Origin {
    /// `$`: what is found depends on the document alone, so an evaluation remembers it under this number.
    Document(usize),
    /// `@`: the value that is tested, or the value that the path with the call started from.
    Item,
}

impl Path {
    /// True when it yields the value of one place or one result, false when it yields a list.
    pub(crate) fn is_definite(&self) -> bool {
        let mut path = self;
        loop {
            let steps = path.steps.iter().all(Step::is_definite);
            match &path.end {
                None => return steps,
                Some(End::Pick { deep, .. }) => return steps && !deep,
                Some(End::Call(call)) if steps || call.collects => path = &call.then,
                Some(End::Call(_)) => return false,
            }
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.end.is_none()
    }
}

impl Step {
    /// True for a step to one member.
    pub(crate) fn is_definite(&self) -> bool {
        !self.deep && matches!(self.select, Select::Name(_) | Select::Index(_))
    }
}

/// The names of functions.
pub(crate) const FUNCTIONS: [(&str, Function); 13] = [
    ("append", Function::Append),
    ("avg", Function::Average),
    ("concat", Function::Concat),
    ("first", Function::First),
    ("index", Function::Index),
    ("keys", Function::Keys),
    ("last", Function::Last),
    ("length", Function::Length),
    ("max", Function::Maximum),
    ("min", Function::Minimum),
    ("size", Function::Length),
    ("stddev", Function::StandardDeviation),
    ("sum", Function::Sum),
];

/// The operators that are words; capitals are allowed.
pub(crate) const WORDS: [(&str, Operator); 9] = [
    ("all", Operator::All),
    ("anyof", Operator::AnyOf),
    ("contains", Operator::Contains),
    ("empty", Operator::Empty),
    ("in", Operator::In),
    ("nin", Operator::NotIn),
    ("noneof", Operator::NoneOf),
    ("size", Operator::Size),
    ("subsetof", Operator::SubsetOf),
];
