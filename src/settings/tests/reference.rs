//! The reference page says what the declarations say.

use std::path::Path;

use super::super::{keys, reference};

/// `SINEW_UPDATE_DOCS=1 cargo test` writes the page anew.
#[test]
fn the_reference_page_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/settings.md");
    let expected = reference();
    if std::env::var_os("SINEW_UPDATE_DOCS").is_some() {
        std::fs::create_dir_all(path.parent().expect("the page has a directory"))
            .expect("the directory is made");
        std::fs::write(&path, &expected).expect("the page is written");
    }
    let page = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(page == expected, "docs/settings.md is out of date: run SINEW_UPDATE_DOCS=1 cargo test");
}

#[test]
fn every_key_is_documented() {
    for key in keys() {
        assert!(key.documentation.ends_with('.') && key.documentation.len() > 20, "{}", key.path);
        assert!(reference().contains(&key.environment_variable()), "{}", key.path);
    }
}
