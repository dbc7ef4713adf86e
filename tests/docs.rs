//! The documentation and the program say the same.

use std::fs;
use std::path::Path;

use sinew_core::diagnostics::codes;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("a page")
}

/// `docs/diagnostics.md` has one row for each code, with its title, in order.
#[test]
fn every_code_is_explained() {
    let page = read("docs/diagnostics.md");
    let rows: Vec<(String, String)> = page
        .lines()
        .filter_map(|line| {
            let mut cells = line.strip_prefix("| ")?.split(" | ");
            let code = cells.next().filter(|code| code.len() == 5 && code[1..].parse::<u32>().is_ok())?;
            Some((code.to_owned(), cells.next()?.to_owned()))
        })
        .collect();
    let known: Vec<(String, String)> =
        codes::ALL.iter().map(|(code, title)| (code.to_string(), (*title).to_owned())).collect();
    assert_eq!(rows, known);
}

/// The catalogue of mediators lists those that there are.
#[test]
fn every_mediator_is_in_the_catalogue() {
    let page = read("mediators/README.md");
    for element in sinew_mediators::registry().elements() {
        assert!(page.contains(&format!("`{element}`")), "{element} is not in mediators/README.md");
    }
}

/// Links in the pages lead to files that exist.
#[test]
fn links_lead_somewhere() {
    for page in [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "docs/admin.md",
        "docs/compatibility.md",
        "examples/README.md",
        "mediators/README.md",
    ] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
        let folder = folder.parent().expect("a folder");
        let text = read(page);
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if !target.starts_with("http") && !target.starts_with('#') {
                assert!(folder.join(target).exists(), "{page} links to {target}");
            }
        }
    }
}
