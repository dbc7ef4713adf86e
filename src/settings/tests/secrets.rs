//! Tests of references to secrets.

use super::super::value::Value;
use super::super::{Secret, SecretError, SecretReference};

#[test]
fn a_secret_is_the_content_of_a_file_without_its_line_end() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("token");
    let reference = SecretReference::from_text(&format!("file:{}", path.display())).expect("a reference");
    assert!(matches!(reference.resolve(), Err(SecretError::File { .. })));
    std::fs::write(&path, "\r\n").expect("the file is written");
    assert!(matches!(reference.resolve(), Err(SecretError::Empty(_))));
    std::fs::write(&path, " two words\n").expect("the file is written");
    assert!(reference.resolve().expect("a secret").matches(b" two words"));
}

#[test]
fn a_secret_is_an_environment_variable() {
    let path = std::env::var("PATH").expect("every process has a path");
    let reference = SecretReference::from_text("env:PATH").expect("a reference");
    assert!(reference.resolve().expect("a secret").matches(path.as_bytes()));
    let missing = SecretReference::from_text("env:SINEW_NO_SUCH_SECRET").expect("a reference");
    assert!(matches!(missing.resolve(), Err(SecretError::Environment(_))));
}

#[test]
fn only_references_are_read() {
    for text in ["hunter2", "file:", "env:", "File:/a", "http://a/b"] {
        let problem = SecretReference::from_text(text).expect_err("no reference");
        assert_eq!(problem.0, "this is no reference to a secret");
    }
}

#[test]
fn a_secret_matches_itself_only_and_is_not_printed() {
    let secret = Secret::new("abc");
    assert!(secret.matches(b"abc"));
    for guess in [&b""[..], b"ab", b"abd", b"abcd", b"ABC"] {
        assert!(!secret.matches(guess));
    }
    assert_eq!(format!("{secret:?}"), "Secret(…)");
}
