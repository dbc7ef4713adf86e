//! Filling in the holes of XML literals.

use std::fmt::Write;

use sinew_core::xml::{Limits, XmlErrorKind, parse};

use super::write::{escape_attribute, escape_text};
use super::{Failure, Fill, Handle, Values};
use crate::script::dialect::{Hole, Literal, Problem};

impl Values {
    /// The value of a literal. Text is escaped by where it stands, names are checked, so that no value can add markup
    /// (hardening.md §2 row 19).
    pub(in crate::script) fn literal(
        &mut self,
        literal: &Literal,
        fills: &[Fill],
    ) -> Result<Vec<Handle>, Failure> {
        let mut markup = String::new();
        for (index, (part, _)) in literal.parts.iter().enumerate() {
            markup.push_str(part);
            if let (Some(hole), Some(fill)) = (literal.holes.get(index), fills.get(index)) {
                self.fill(hole, fill, &mut markup)?;
                self.fits(&markup)?;
            }
        }
        if literal.list { self.parse_list(&markup) } else { self.parse(&markup, false) }
    }

    fn fill(&self, hole: &Hole, fill: &Fill, out: &mut String) -> Result<(), Failure> {
        if let (Hole::Content, Fill::Items(handles)) = (hole, fill) {
            return handles.iter().try_for_each(|&handle| self.write_item(handle, out));
        }
        let text = match fill {
            Fill::Text(text) => text.clone(),
            Fill::Items(handles) => self.string(handles)?,
        };
        match hole {
            Hole::Content => escape_text(&text, out),
            Hole::Attribute => {
                out.push('"');
                escape_attribute(&text, out);
                out.push('"');
            }
            Hole::Name(_) if is_part_of_name(&text) => out.push_str(&text),
            Hole::Name(_) => return Err(format!("{text:?} cannot be part of a name")),
        }
        Ok(())
    }
}

/// Whether the letters of a text may stand in a qualified name; whether the whole is one, the parser sees.
fn is_part_of_name(text: &str) -> bool {
    text.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.' | ':'))
}

/// Finds what is wrong with a literal whatever is filled in.
pub(in crate::script) fn check(literal: &Literal) -> Result<(), Problem> {
    let (open, close) = if literal.list { ("<list>", "</list>") } else { ("", "") };
    let mut markup = open.to_owned();
    let mut places = Vec::new();
    let mut has_names = false;
    for (index, (part, source)) in literal.parts.iter().enumerate() {
        places.push((markup.len(), *source));
        markup.push_str(part);
        let expression =
            |other: &Hole| matches!(other, Hole::Name(_)) && Some(other) == literal.holes.get(index);
        match literal.holes.get(index) {
            Some(Hole::Name(_)) => {
                has_names = true;
                // The same expression gives the same name, so that end tags fit.
                let first = literal.holes.iter().position(expression).unwrap_or_default();
                let _ = write!(markup, "n{first}");
            }
            Some(Hole::Attribute) => markup.push_str("\"urn:x\""),
            Some(Hole::Content) | None => {}
        }
    }
    markup.push_str(close);
    let Err(error) = parse(&markup, &Limits::default()) else { return Ok(()) };
    let depends_on_names = matches!(
        error.kind,
        XmlErrorKind::MismatchedEnd { .. } | XmlErrorKind::UnboundPrefix(_) | XmlErrorKind::ReservedTarget(_)
    );
    if has_names && depends_on_names {
        return Ok(());
    }
    let offset = error.offset as usize;
    let part = places.partition_point(|&(start, _)| start <= offset).saturating_sub(1);
    let (start, source) = places.get(part).copied().unwrap_or_default();
    let at = (source + offset.saturating_sub(start)).min(literal.range.end.saturating_sub(1));
    Err(Problem::new(at..at + 1, format!("the XML literal is not well-formed: {error}")))
}
