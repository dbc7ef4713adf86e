//! Paths that select nothing in any document.

use std::ops::Range;

use crate::diagnostics::codes;
use crate::expression::ExpressionProblem;
use crate::expression::xpath::program::{Kind, Operation, Origin, Path, Step, Test};
use crate::expression::xpath::syntax::Axis;

/// Which sorts of nodes there may be: a set of bits.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Sorts(u8);

impl Sorts {
    const NONE: Sorts = Sorts(0);
    /// The root: a document, or the imagined envelope.
    const ROOT: Sorts = Sorts(1);
    const ELEMENT: Sorts = Sorts(2);
    const ATTRIBUTE: Sorts = Sorts(4);
    const NAMESPACE: Sorts = Sorts(8);
    const TEXT: Sorts = Sorts(16);
    const COMMENT: Sorts = Sorts(32);
    const INSTRUCTION: Sorts = Sorts(64);
    /// What an element can have as children.
    const CHILDREN: Sorts = Sorts(2 | 16 | 32 | 64);
    const ALL: Sorts = Sorts(127);

    fn has(self, sorts: Sorts) -> bool {
        self.0 & sorts.0 != 0
    }

    fn and(self, sorts: Sorts) -> Sorts {
        Sorts(self.0 | sorts.0)
    }

    fn only(self, sorts: Sorts) -> Sorts {
        Sorts(self.0 & sorts.0)
    }

    /// The sorts when the condition holds.
    fn when(self, condition: bool) -> Sorts {
        if condition { self } else { Sorts::NONE }
    }

    /// What an axis leads to from such nodes.
    fn along(self, axis: Axis) -> Sorts {
        let tree = Sorts::CHILDREN;
        let parents = Sorts::ELEMENT.and(Sorts::ROOT);
        let inner = Sorts::ALL.only(Sorts(!Sorts::ROOT.0));
        let below = tree.when(self.has(Sorts::ELEMENT.and(Sorts::ROOT)));
        match axis {
            Axis::Child | Axis::Descendant => below,
            Axis::DescendantOrSelf => below.and(self),
            Axis::Parent | Axis::Ancestor => parents.when(self.has(inner)),
            Axis::AncestorOrSelf => parents.when(self.has(inner)).and(self),
            Axis::FollowingSibling | Axis::PrecedingSibling => tree.when(self.has(tree)),
            Axis::Following | Axis::Preceding => tree.when(self.has(inner)),
            Axis::Attribute => Sorts::ATTRIBUTE.when(self.has(Sorts::ELEMENT)),
            Axis::Namespace => Sorts::NAMESPACE.when(self.has(Sorts::ELEMENT)),
            Axis::Itself => self,
        }
    }

    /// Those that a step may take.
    fn taken_by(self, step: &Step) -> Sorts {
        self.only(match (&step.test, step.axis) {
            (Test::Node, _) => Sorts::ALL,
            (Test::Text, _) => Sorts::TEXT,
            (Test::Comment, _) => Sorts::COMMENT,
            (Test::Instruction(_), _) => Sorts::INSTRUCTION,
            (_, Axis::Attribute) => Sorts::ATTRIBUTE,
            (_, Axis::Namespace) => Sorts::NAMESPACE,
            _ => Sorts::ELEMENT.and(Sorts::ROOT),
        })
    }

    /// One of them, for people.
    fn example(self) -> &'static str {
        let names = [
            (Sorts::ATTRIBUTE, "an attribute"),
            (Sorts::TEXT, "a text"),
            (Sorts::NAMESPACE, "a namespace"),
            (Sorts::COMMENT, "a comment"),
            (Sorts::INSTRUCTION, "a processing instruction"),
            (Sorts::ROOT, "the root"),
        ];
        names.iter().find(|(sorts, _)| self.has(*sorts)).map_or("an element", |(_, name)| name)
    }
}

/// True for a path that selects nothing, whatever the document.
pub(super) fn selects_nothing(path: &Path) -> bool {
    dead_end(path).is_some()
}

/// The step at which nothing is left, and what was there before it.
fn dead_end(path: &Path) -> Option<(Sorts, &Step)> {
    let mut sorts = match &path.origin {
        // In a predicate this can be any node.
        Origin::Context => Sorts::ALL,
        Origin::Root => Sorts::ROOT,
        Origin::Filter(..) => Sorts::ALL,
    };
    for step in &path.steps {
        let next = sorts.along(step.axis).taken_by(step);
        if next == Sorts::NONE {
            return Some((sorts, step));
        }
        sorts = next;
    }
    None
}

/// What is dubious about a path that stands at `range`: it selects nothing. `/..` is how people write an empty
/// node-set.
pub(in crate::expression::xpath) fn leads_nowhere(
    path: &Path,
    range: Range<usize>,
) -> Option<ExpressionProblem> {
    if let Origin::Filter(primary, predicates) = &path.origin
        && let Some(kind) = primary.kind().filter(|kind| *kind != Kind::Nodes)
    {
        let kind = match kind {
            Kind::Text => "a text",
            Kind::Number => "a number",
            _ => "a truth value",
        };
        let message = match path.steps.is_empty() {
            false => format!("this path selects nothing: there are no nodes below {kind}"),
            true if predicates.is_empty() => return None,
            true => format!("the brackets have no effect: they choose among nodes, and this is {kind}"),
        };
        return Some(ExpressionProblem::new(codes::SUSPICIOUS_EXPRESSION, range, message));
    }
    let (before, step) = dead_end(path)?;
    if matches!(path.origin, Origin::Root) && step.axis == Axis::Parent && path.steps.len() == 1 {
        return None;
    }
    let axis = Axis::ALL.iter().find(|(_, axis)| *axis == step.axis).map_or("", |(name, _)| name);
    let message = match before.along(step.axis) {
        Sorts::NONE => format!("this path selects nothing: {} has no {axis} nodes", before.example()),
        other => format!("this path selects nothing: {} is not what is asked for", other.example()),
    };
    Some(ExpressionProblem::new(codes::SUSPICIOUS_EXPRESSION, range, message))
}

/// What is dubious about a bare `true` or `false` that stands at `range` in the envelope, whose children have
/// namespaces: it was meant to be a truth value.
pub(in crate::expression::xpath) fn missing_parentheses(
    path: &Path,
    range: Range<usize>,
) -> Option<ExpressionProblem> {
    let name = bare_name(path).filter(|name| is_truth(name))?;
    Some(no_such_element(name, range).help(format!("the truth value is written {name}()")))
}

/// What is dubious about another bare name that is compared there: it was meant to be a text.
pub(in crate::expression::xpath) fn missing_quotes(
    operand: &Operation,
    range: Range<usize>,
) -> Option<ExpressionProblem> {
    let Operation::Path(path) = operand else { return None };
    let name = bare_name(path).filter(|name| !is_truth(name))?;
    Some(no_such_element(name, range).help(format!("a text is written in quotes: '{name}'")))
}

fn is_truth(name: &str) -> bool {
    matches!(name, "true" | "false")
}

/// The name of a path that is nothing else.
fn bare_name(path: &Path) -> Option<&str> {
    let Path { origin: Origin::Context, steps } = path else { return None };
    match &**steps {
        [Step { axis: Axis::Child, test: Test::Name { namespace, local }, predicates }]
            if namespace.is_empty() && predicates.is_empty() =>
        {
            Some(local)
        }
        _ => None,
    }
}

fn no_such_element(name: &str, range: Range<usize>) -> ExpressionProblem {
    let message = format!("{name} is an element directly in the envelope, where there is none");
    ExpressionProblem::new(codes::SUSPICIOUS_EXPRESSION, range, message)
}
