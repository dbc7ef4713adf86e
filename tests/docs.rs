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

/// The page about `loadbalancer.conf` is the one that its keys make. `SINEW_UPDATE_DOCS=1 cargo test` writes it anew.
#[test]
fn every_key_of_loadbalancer_conf_is_explained() {
    let expected = sinew_core::config::balancer::reference();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/loadbalancer-conf.md");
    if std::env::var_os("SINEW_UPDATE_DOCS").is_some() {
        fs::write(&path, &expected).expect("the page is written");
    }
    let page = fs::read_to_string(&path).unwrap_or_default();
    assert!(page == expected, "docs/loadbalancer-conf.md is out of date: run SINEW_UPDATE_DOCS=1 cargo test");
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
        "docs/autoscaling.md",
        "docs/compatibility.md",
        "docs/diagnostics.md",
        "docs/group.md",
        "docs/load-balancing.md",
        "docs/membership.md",
        "docs/tasks.md",
        "docs/loadbalancer-conf.md",
        "docs/providers.md",
        "docs/scale.md",
        "examples/README.md",
        "mediators/README.md",
    ] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
        let folder = folder.parent().expect("a folder");
        let text = read(page);
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let target = target.split('#').next().unwrap_or_default();
            if !target.starts_with("http") {
                assert!(folder.join(target).exists(), "{page} links to {target}");
            }
        }
    }
}
