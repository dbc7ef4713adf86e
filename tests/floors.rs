//! The floors of the house: who may use whom. `ARCHITECTURE.md` draws them, this test keeps them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Modules by floor, lowest first. A module may use those on lower floors, and nothing on its own floor or above.
const CORE: &[&[&str]] =
    &[&["diagnostics", "digits"], &["xml"], &["message"], &["expression"], &["mediation"], &["config"]];

const PRODUCT: &[&[&str]] = &[
    &["settings"],
    &["availability", "telemetry", "transport"],
    &["clusters", "iaas"],
    &["balancing", "membership", "tasks"],
    &["autoscaler", "endpoints", "group"],
    &["compiler"],
    &["deployment", "dispatch"],
    &["admin", "testing", "topology"],
    &["server"],
    &["cli"],
];

#[test]
fn core_modules_use_only_lower_floors() {
    check(&root().join("core/src"), CORE);
}

#[test]
fn product_modules_use_only_lower_floors() {
    check(&root().join("src"), PRODUCT);
}

/// Every top-level module has its floor, and every floor its module.
#[test]
fn the_table_is_complete() {
    for (folder, floors) in [("core/src", CORE), ("src", PRODUCT)] {
        let entries = fs::read_dir(root().join(folder)).expect("a source folder");
        let names = entries.filter_map(|entry| {
            let name = entry.expect("an entry").file_name().into_string().expect("a name");
            let module = name.trim_end_matches(".rs").to_owned();
            (!matches!(module.as_str(), "lib" | "main")).then_some(module)
        });
        let found: BTreeSet<String> = names.collect();
        let listed: BTreeSet<String> =
            floors.iter().flat_map(|floor| floor.iter().map(|m| (*m).to_owned())).collect();
        assert_eq!(found, listed, "{folder}");
    }
}

/// `core` does no input or output, and knows no HTTP implementation.
#[test]
fn core_is_pure() {
    for file in sources(&root().join("core/src")) {
        let text = fs::read_to_string(&file).expect("a source file");
        for forbidden in
            ["std::fs", "std::net::Tcp", "std::time::Instant", "SystemTime", "tokio::", "hyper::"]
        {
            assert!(!text.contains(forbidden), "{} uses {forbidden}", file.display());
        }
    }
}

fn check(source: &Path, floors: &[&[&str]]) {
    let floor_of = |module: &str| floors.iter().position(|floor| floor.contains(&module));
    let mut wrong = Vec::new();
    for file in sources(source) {
        let inside = file.strip_prefix(source).expect("a file below the folder");
        let first = inside.iter().next().expect("a name").to_string_lossy();
        let Some(own) = floor_of(first.trim_end_matches(".rs")) else { continue };
        let own_name = first.trim_end_matches(".rs");
        let text = fs::read_to_string(&file).expect("a source file");
        for (number, line) in text.lines().enumerate() {
            let Some(used) = line.trim_start().strip_prefix("//").map_or_else(|| used_module(line), |_| None)
            else {
                continue;
            };
            if used != own_name && floor_of(used).is_some_and(|floor| floor >= own) {
                wrong.push(format!("{}:{}: {own_name} uses {used}", inside.display(), number + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "against the floors:\n{}", wrong.join("\n"));
}

/// The module behind the first `crate::` of a line.
fn used_module(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("crate::")?;
    rest.split(|c: char| !c.is_alphanumeric() && c != '_').next()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
