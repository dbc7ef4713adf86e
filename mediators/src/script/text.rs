//! The text of a script, and where each character of it stands in its file.

use std::ops::Range;

use sinew_core::diagnostics::{Location, Span};
use sinew_core::xml::{Element, NodeKind};

/// The text inside an element, with references resolved and CDATA sections joined.
#[derive(Clone, Debug)]
pub(super) struct ScriptText {
    pub(super) text: String,
    /// Offsets in the text, ascending, with those in the file of what follows.
    places: Vec<(usize, usize)>,
    whole: Location,
}

impl ScriptText {
    /// The text directly inside an element.
    pub(super) fn of(element: Element<'_>) -> Self {
        let document = element.document();
        let mut script = Self { text: String::new(), places: Vec::new(), whole: element.text_location() };
        for node in document.children(element.node()).filter(|&node| document.kind(node) == NodeKind::Text) {
            let span = document.span(node);
            let written = element.source().file.text().get(span.start as usize..span.end as usize);
            script.note_places(written.unwrap_or_default(), span.start as usize);
            script.text.push_str(document.text(node));
        }
        script
    }

    /// Where the text of one node comes from, as it is written in the file.
    fn note_places(&mut self, written: &str, start: usize) {
        let mut offset = self.text.len();
        let mut at = 0;
        let mut in_cdata = false;
        self.places.push((offset, start));
        while let Some(rest) = written.get(at..).filter(|rest| !rest.is_empty()) {
            let (skipped, length) = if !in_cdata && rest.starts_with("<![CDATA[") {
                in_cdata = true;
                ("<![CDATA[".len(), 0)
            } else if in_cdata && rest.starts_with("]]>") {
                in_cdata = false;
                ("]]>".len(), 0)
            } else if let Some((reference, _)) =
                rest.split_once(';').filter(|_| !in_cdata && rest.starts_with('&'))
            {
                (reference.len() + 1, resolved_length(reference))
            } else if rest.starts_with("\r\n") {
                (2, 1)
            } else {
                let length = rest.chars().next().map_or(1, char::len_utf8);
                at += length;
                offset += length;
                continue;
            };
            at += skipped;
            offset += length;
            self.places.push((offset, start + at));
        }
    }

    /// Where a stretch of the text stands in the file.
    pub(super) fn locate(&self, range: Range<usize>) -> Location {
        let in_file = |offset: usize| {
            let place = self.places.partition_point(|&(text, _)| text <= offset).checked_sub(1);
            let (text, file) = place.and_then(|place| self.places.get(place)).copied().unwrap_or_default();
            u32::try_from(file + offset.saturating_sub(text)).unwrap_or(u32::MAX)
        };
        let (start, end) = (in_file(range.start), in_file(range.end.max(range.start)));
        Location::new(self.whole.file.clone(), Span::new(start, end.min(self.whole.span.end.max(start))))
    }
}

/// Bytes of what a character or predefined entity reference stands for.
fn resolved_length(reference: &str) -> usize {
    let number = match reference.strip_prefix("&#") {
        Some(digits) => match digits.strip_prefix(['x', 'X']) {
            Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok(),
            None => digits.parse().ok(),
        },
        None => None,
    };
    number.and_then(char::from_u32).map_or(1, char::len_utf8)
}
