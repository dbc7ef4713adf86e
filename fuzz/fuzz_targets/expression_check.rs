//! The checker of expressions in configurations: what it reports lies inside the attribute, and can be shown.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sinew_core::config::{MediatorRegistry, ParseContext};
use sinew_core::diagnostics::{Diagnostics, SourceFile, render};
use sinew_core::xml::{Limits, SourceDocument};

fuzz_target!(|text: &str| {
    // As people write it: references stay, what would end the attribute does not.
    let value = text.replace('"', "'").replace('<', "&lt;");
    let file = SourceFile::new("a.xml", format!("<a xmlns:p=\"urn:p\" x=\"{value}\"/>"));
    let Ok(source) = SourceDocument::parse(file, &Limits::default()) else { return };
    let registry = MediatorRegistry::default();
    let mut diagnostics = Diagnostics::new();
    let mut context = ParseContext::new(&registry, &mut diagnostics);
    let root = source.root();
    let attribute = root.attribute_location("x").span;
    let _ = context.condition(root, "x");
    let _ = context.value_source(root, "x");
    context.check_pattern(root, "x");
    for diagnostic in diagnostics.iter() {
        let place = diagnostic.location.as_ref().expect("a place");
        let (start, end) = (place.span.start, place.span.end);
        assert!(attribute.start <= start && start <= end && end <= attribute.end, "{diagnostic:?}");
        assert!(place.file.text().get(start as usize..end as usize).is_some(), "{diagnostic:?}");
        assert!(!render(diagnostic, false).is_empty());
    }
});
