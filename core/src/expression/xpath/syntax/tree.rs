//! The syntax tree: what was written, with places, nothing resolved yet.

use std::ops::Range;

/// An expression and where it stands, in bytes.
#[derive(Debug, PartialEq)]
pub(crate) struct ParsedExpression<'t> {
    pub(crate) phrase: Phrase<'t>,
    pub(crate) range: Range<usize>,
}

/// What an expression is (XPath 1.0 §3).
#[derive(Debug, PartialEq)]
pub(crate) enum Phrase<'t> {
    Literal(&'t str),
    Number(f64),
    Variable(Name<'t>),
    Call {
        name: Name<'t>,
        arguments: Vec<ParsedExpression<'t>>,
    },
    Path(ParsedPath<'t>),
    /// So many minus signs before an operand.
    Negative(usize, Box<ParsedExpression<'t>>),
    /// Operators of one level, evaluated from left to right: a chain of a thousand is not a thousand levels deep.
    Chain {
        first: Box<ParsedExpression<'t>>,
        rest: Vec<(Operator, ParsedExpression<'t>)>,
    },
}

/// A qualified name as written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Name<'t> {
    pub(crate) prefix: Option<&'t str>,
    pub(crate) local: &'t str,
    pub(crate) range: Range<usize>,
}

/// A location path, or an expression that is filtered and walked from.
#[derive(Debug, PartialEq)]
pub(crate) struct ParsedPath<'t> {
    pub(crate) start: Start<'t>,
    pub(crate) steps: Vec<ParsedStep<'t>>,
}

/// Where a path starts.
#[derive(Debug, PartialEq)]
pub(crate) enum Start<'t> {
    /// The context node.
    Context,
    /// The root of the tree that the context node is in.
    Root,
    /// The nodes of an expression for which all predicates hold.
    Filter(Box<ParsedExpression<'t>>, Vec<ParsedExpression<'t>>),
}

/// One step of a path.
#[derive(Debug, PartialEq)]
pub(crate) struct ParsedStep<'t> {
    pub(crate) axis: Axis,
    pub(crate) test: NodeTest<'t>,
    pub(crate) predicates: Vec<ParsedExpression<'t>>,
}

/// Which nodes of an axis a step takes (XPath 1.0 §2.3).
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum NodeTest<'t> {
    /// `*`.
    Any,
    /// `prefix:*`.
    AnyIn(&'t str, Range<usize>),
    /// A name.
    Name(Name<'t>),
    /// `node()`.
    Node,
    /// `text()`.
    Text,
    /// `comment()`.
    Comment,
    /// `processing-instruction()`, with a target or without.
    Instruction(Option<&'t str>),
}

/// The axes (XPath 1.0 §2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Axis {
    Ancestor,
    AncestorOrSelf,
    Attribute,
    Child,
    Descendant,
    DescendantOrSelf,
    Following,
    FollowingSibling,
    Namespace,
    Parent,
    Preceding,
    PrecedingSibling,
    Itself,
}

impl Axis {
    /// Every axis by its name.
    pub(crate) const ALL: [(&'static str, Axis); 13] = [
        ("ancestor", Axis::Ancestor),
        ("ancestor-or-self", Axis::AncestorOrSelf),
        ("attribute", Axis::Attribute),
        ("child", Axis::Child),
        ("descendant", Axis::Descendant),
        ("descendant-or-self", Axis::DescendantOrSelf),
        ("following", Axis::Following),
        ("following-sibling", Axis::FollowingSibling),
        ("namespace", Axis::Namespace),
        ("parent", Axis::Parent),
        ("preceding", Axis::Preceding),
        ("preceding-sibling", Axis::PrecedingSibling),
        ("self", Axis::Itself),
    ];
}

/// The operators between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Plus,
    Minus,
    Times,
    Divide,
    Modulo,
    Union,
}

impl Operator {
    /// How strongly the operator binds (XPath 1.0 §3.4, §3.5). The minus sign stands between 6 and 8.
    pub(crate) fn level(self) -> u8 {
        match self {
            Operator::Or => 1,
            Operator::And => 2,
            Operator::Equal | Operator::NotEqual => 3,
            Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => 4,
            Operator::Plus | Operator::Minus => 5,
            Operator::Times | Operator::Divide | Operator::Modulo => 6,
            Operator::Union => 8,
        }
    }
}
