//! What a program consists of.

use std::sync::Arc;

use http::HeaderName;

use super::Function;
use crate::expression::Namespaces;
use crate::expression::xpath::checks;
use crate::expression::xpath::syntax::Axis;

/// A compiled expression: immutable, shared by all threads.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) operation: Operation,
    /// What prefixes mean in the texts that `evaluate()` is given.
    pub(crate) namespaces: Namespaces,
    pub(super) needs_payload: bool,
}

impl Program {
    /// The truth value, when it is the same for every message.
    pub(crate) fn constant(&self) -> Option<bool> {
        checks::truth(&self.operation)
    }

    /// True when evaluation looks at the payload.
    pub(crate) fn needs_payload(&self) -> bool {
        self.needs_payload
    }
}

/// One operation and its operands.
#[derive(Debug)]
pub(crate) enum Operation {
    Text(Box<str>),
    Number(f64),
    Boolean(bool),
    /// True when any is.
    Or(Box<[Operation]>),
    /// True when all are.
    And(Box<[Operation]>),
    /// From left to right: the result of one comparison is the left side of the next.
    Comparisons(Box<Operation>, Box<[(Comparison, Operation)]>),
    /// From left to right.
    Arithmetic(Box<Operation>, Box<[(Arithmetic, Operation)]>),
    Negative(Box<Operation>),
    Union(Box<[Operation]>),
    Path(Path),
    Variable(Variable),
    Call(Function, Box<[Operation]>),
    /// Loads, and fails when evaluated: what does not exist is only an error for the messages that need it
    /// (mediators.md §2.3).
    Failing(Box<str>),
}

/// The kinds of objects (XPath 1.0 §1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Nodes,
    Text,
    Number,
    Boolean,
}

impl Operation {
    /// The kind of what the operation yields, when that is known beforehand.
    pub(crate) fn kind(&self) -> Option<Kind> {
        match self {
            Operation::Text(_) => Some(Kind::Text),
            Operation::Number(_) | Operation::Arithmetic(..) | Operation::Negative(_) => Some(Kind::Number),
            Operation::Boolean(_) | Operation::Or(_) | Operation::And(_) | Operation::Comparisons(..) => {
                Some(Kind::Boolean)
            }
            Operation::Path(path) => match path.filtered() {
                Some((primary, _)) => primary.kind(),
                None => Some(Kind::Nodes),
            },
            Operation::Union(_) => Some(Kind::Nodes),
            Operation::Call(function, _) => function.kind(),
            Operation::Variable(_) | Operation::Failing(_) => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    /// The comparison with its sides exchanged.
    pub(crate) fn turned(self) -> Comparison {
        match self {
            Comparison::Less => Comparison::Greater,
            Comparison::LessOrEqual => Comparison::GreaterOrEqual,
            Comparison::Greater => Comparison::Less,
            Comparison::GreaterOrEqual => Comparison::LessOrEqual,
            same => same,
        }
    }

    /// True for `=` and `!=`.
    pub(crate) fn is_equality(self) -> bool {
        matches!(self, Comparison::Equal | Comparison::NotEqual)
    }

    /// Compares numbers.
    pub(crate) fn numbers(self, left: f64, right: f64) -> bool {
        match self {
            Comparison::Equal => left == right,
            Comparison::NotEqual => left != right,
            Comparison::Less => left < right,
            Comparison::LessOrEqual => left <= right,
            Comparison::Greater => left > right,
            Comparison::GreaterOrEqual => left >= right,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    Plus,
    Minus,
    Times,
    Divide,
    Modulo,
}

impl Arithmetic {
    /// Applies the operator (XPath 1.0 §3.5): IEEE 754, the remainder has the sign of the dividend.
    pub(crate) fn apply(self, left: f64, right: f64) -> f64 {
        match self {
            Arithmetic::Plus => left + right,
            Arithmetic::Minus => left - right,
            Arithmetic::Times => left * right,
            Arithmetic::Divide => left / right,
            Arithmetic::Modulo => left % right,
        }
    }
}

/// What `$…` stands for (message-and-expressions.md §7.2).
#[derive(Debug)]
pub(crate) enum Variable {
    Envelope,
    Header,
    Body,
    /// `$ctx:`.
    Default(Arc<str>),
    /// `$axis2:`.
    Axis2(Arc<str>),
    /// `$operation:`.
    Operation(Arc<str>),
    /// `$system:` and `$sys:`.
    System(Arc<str>),
    /// `$trp:`; no header has a name that is none.
    Transport(Option<HeaderName>),
    /// `$url:`.
    Query(Arc<str>),
    /// `$func:`.
    Parameter(Arc<str>),
}

#[derive(Debug)]
pub(crate) struct Path {
    pub(crate) origin: Origin,
    pub(crate) steps: Box<[Step]>,
}

impl Path {
    /// An expression and its predicates, when no step leads away from it.
    pub(crate) fn filtered(&self) -> Option<(&Operation, &[Predicate])> {
        match &self.origin {
            Origin::Filter(primary, predicates) if self.steps.is_empty() => Some((primary, predicates)),
            _ => None,
        }
    }
}

/// Where a path starts.
#[derive(Debug)]
pub(crate) enum Origin {
    Context,
    Root,
    Filter(Box<Operation>, Box<[Predicate]>),
}

#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) axis: Axis,
    pub(crate) test: Test,
    pub(crate) predicates: Box<[Predicate]>,
}

/// Which nodes of an axis a step takes.
#[derive(Debug)]
pub(crate) enum Test {
    /// `*`: every node of the axis's principal kind.
    Any,
    /// The same in a namespace.
    AnyIn(Box<str>),
    /// A name; `namespace` is "" for none.
    Name {
        namespace: Box<str>,
        local: Box<str>,
    },
    Node,
    Text,
    Comment,
    Instruction(Option<Box<str>>),
    /// A prefix without a declaration: fails when there is a node to test.
    Unbound(Box<str>),
}

#[derive(Debug)]
pub(crate) enum Predicate {
    /// `[3]`: the third, counted from 1.
    Position(usize),
    /// A number means the position, everything else its truth value.
    Test(Operation),
}
