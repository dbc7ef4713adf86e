//! `loadbalancer.conf` of any release: what is reported lies inside the text and can be shown, and what is written says
//! the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sinew_core::config::balancer::{Block, NoVariables, parse, read};
use sinew_core::diagnostics::{SourceFile, render};

fuzz_target!(|text: &str| {
    let file = SourceFile::new("lb.conf", text);
    let (configuration, found) = read(&file, &NoVariables);
    assert_eq!(configuration.is_none(), found.has_errors());
    for diagnostic in found.iter() {
        let span = diagnostic.location.as_ref().expect("a place").span;
        assert!(text.get(span.start as usize..span.end as usize).is_some(), "{diagnostic:?}");
        assert!(!render(diagnostic, false).is_empty());
    }
    let (tree, found) = parse(&file);
    let Some(mut tree) = tree.filter(|_| !found.has_errors()) else { return };
    let written = SourceFile::new("written", tree.to_string());
    let (again, found) = parse(&written);
    assert!(!found.has_errors(), "{}", written.text());
    let again = again.expect("a tree");
    show(&mut tree.root);
    assert_eq!(again, tree);
    assert_eq!(again.to_string(), written.text());
    if let (Some(one), Some(other)) = (configuration, read(&written, &NoVariables).0) {
        assert_eq!(one, other);
    }
});

/// Takes out the properties that are never written.
fn show(block: &mut Block) {
    block.properties.retain(|property| !["tenant_id", "alias"].contains(&&*property.key));
    block.blocks.iter_mut().for_each(show);
}
