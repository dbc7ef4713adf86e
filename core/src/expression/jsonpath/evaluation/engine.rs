//! One evaluation: its budget, and paths to values.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};

use serde_json::{Map, Value};
use smallvec::SmallVec;

use super::places::{Places, Unknown};
use super::values::{cost, is_within};
use super::walk::{Node, Nodes};
use crate::expression::jsonpath::syntax::{End, Origin, Path, Program, Reference, Term};
use crate::expression::jsonpath::{Limits, PathError};

/// What a path found: values of the document, and values made from them.
pub(crate) type Values<'v> = SmallVec<[Cow<'v, Value>; 1]>;

pub(crate) type Evaluated<T> = Result<T, PathError>;

/// One run of a path over a document.
pub(crate) struct Evaluation<'d> {
    document: &'d Value,
    limits: Limits,
    spent: Cell<u64>,
    /// What the paths inside the path that start at the document found.
    remembered: Vec<OnceCell<Operand<'d>>>,
}

/// What a path inside a filter or an argument stands for.
pub(super) enum Operand<'v> {
    /// Nothing is there.
    Missing,
    One(Cow<'v, Value>),
    /// The list that an indefinite path yields. (A `SmallVec` would keep remembered operands from being lent.)
    List(Vec<Cow<'v, Value>>),
}

/// An operand of its own, or one that the evaluation remembers.
pub(super) enum Side<'s> {
    Own(Operand<'s>),
    Remembered(&'s Operand<'s>),
}

impl<'s> Side<'s> {
    pub(super) fn operand(&self) -> &Operand<'s> {
        match self {
            Side::Own(operand) => operand,
            Side::Remembered(operand) => operand,
        }
    }
}

impl<'d> Evaluation<'d> {
    pub(crate) fn new(program: &Program, document: &'d Value, limits: Limits) -> Evaluation<'d> {
        let mut remembered = Vec::new();
        remembered.resize_with(program.remembered, OnceCell::new);
        Evaluation { document, limits, spent: Cell::new(0), remembered }
    }

    /// What a path finds, starting from a value.
    pub(crate) fn values<'v>(&self, path: &Path, start: &'v Value) -> Evaluated<Values<'v>> {
        let nodes = self.walk(&Unknown, path, start)?;
        match &path.end {
            None => Ok(nodes.into_iter().map(|node| Cow::Borrowed(node.value)).collect()),
            Some(End::Pick { deep, names }) => {
                let mut picked = Values::new();
                self.objects(&Unknown, path, &nodes, (*deep, names), |_, members| {
                    picked.push(Cow::Owned(self.with_members(members, names)?));
                    Ok(())
                })?;
                Ok(picked)
            }
            Some(End::Call(call)) => self.call(path, call, &nodes, start),
        }
    }

    /// The objects of which a path that ends with several names takes members.
    pub(crate) fn objects<'v, P: Places<'v>>(
        &self,
        places: &P,
        path: &Path,
        nodes: &Nodes<'v, P::Place>,
        (deep, names): (bool, &[Box<str>]),
        mut found: impl FnMut(Node<'v, P::Place>, &'v Map<String, Value>) -> Evaluated<()>,
    ) -> Evaluated<()> {
        for node in nodes {
            if deep {
                self.descend(places, *node, |node| match node.value {
                    // Only objects that have all of them count when everything is searched.
                    Value::Object(members) if names.iter().all(|name| members.contains_key(&**name)) => {
                        found(node, members)
                    }
                    _ => Ok(()),
                })?;
            } else if let Value::Object(members) = node.value {
                found(*node, members)?;
            } else if path.steps.iter().all(|step| step.is_definite()) {
                return Err(PathError::Missing);
            }
        }
        Ok(())
    }

    fn with_members(&self, from: &Map<String, Value>, names: &[Box<str>]) -> Evaluated<Value> {
        let mut members = Map::new();
        for name in names {
            self.spend(1)?;
            if let Some((name, value)) = from.get_key_value(&**name) {
                members.insert(name.clone(), self.copy(value)?);
            }
        }
        Ok(Value::Object(members))
    }

    /// A side of a comparison or an argument; `@` is `item`.
    pub(super) fn side<'s>(&'s self, term: &'s Term, item: &'s Value) -> Evaluated<Side<'s>> {
        match term {
            Term::Literal(value) => Ok(Side::Own(Operand::One(Cow::Borrowed(value)))),
            Term::Path(reference) => self.reference(reference, item),
        }
    }

    pub(super) fn reference<'s>(&'s self, reference: &'s Reference, item: &'s Value) -> Evaluated<Side<'s>> {
        match reference.origin {
            Origin::Item => Ok(Side::Own(self.found(reference, item)?)),
            Origin::Document(slot) => match self.remembered.get(slot) {
                Some(cell) => match cell.get() {
                    Some(operand) => Ok(Side::Remembered(operand)),
                    None => {
                        let operand = self.found(reference, self.document)?;
                        Ok(Side::Remembered(cell.get_or_init(|| operand)))
                    }
                },
                None => Ok(Side::Own(self.found(reference, self.document)?)),
            },
        }
    }

    fn found<'v>(&self, reference: &Reference, start: &'v Value) -> Evaluated<Operand<'v>> {
        let mut values = match self.values(&reference.path, start) {
            Err(PathError::Missing) => return Ok(Operand::Missing),
            other => other?,
        };
        Ok(if reference.definite {
            values.pop().map_or(Operand::Missing, Operand::One)
        } else {
            Operand::List(values.into_vec())
        })
    }

    /// Takes steps from the budget.
    pub(crate) fn spend(&self, steps: usize) -> Evaluated<()> {
        let spent = self.spent.get().saturating_add(u64::try_from(steps).unwrap_or(u64::MAX));
        self.spent.set(spent);
        if spent > self.limits.steps { Err(PathError::TooManySteps(self.limits.steps)) } else { Ok(()) }
    }

    /// A copy, which costs steps for each value in it.
    pub(super) fn copy(&self, value: &Value) -> Evaluated<Value> {
        self.spend(cost(value, self.limits.steps))?;
        if !is_within(value, self.limits.depth) {
            return Err(PathError::TooDeep(self.limits.depth));
        }
        Ok(value.clone())
    }

    /// Values are compared by recursion, so the depth to which that is done is limited.
    pub(super) fn check_depth(&self, depth: usize) -> Evaluated<()> {
        if depth > self.limits.depth { Err(PathError::TooDeep(self.limits.depth)) } else { Ok(()) }
    }
}
