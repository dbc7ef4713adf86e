//! JSONPath: the first line is a path, the rest a document. No panic, problems lie inside the path, the kind of result
//! is the one that was announced, and what is set is found again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use sinew_core::expression::jsonpath::{Found, JsonPath};

fuzz_target!(|text: &str| {
    let (path, document) = text.split_once('\n').unwrap_or((text, ""));
    let compiled = match JsonPath::compile(path) {
        Ok(compiled) => compiled,
        Err(problem) => {
            assert!(path.get(problem.range.clone()).is_some(), "{problem:?} is not inside the path");
            return;
        }
    };
    let document: Value = serde_json::from_str(document).unwrap_or_else(|_| {
        json!({"store": {"book": [{"title": "a", "price": 8.95}, {"title": "b", "price": 12, "isbn": "x"}],
            "bicycle": {"color": "red"}}, "members": null, "a b": [[1, 2], [3]], "t": true})
    });
    let found = compiled.evaluate(&document);
    match &found {
        Ok(Found::One(_)) => assert!(compiled.is_definite()),
        Ok(Found::Many(_)) => assert!(!compiled.is_definite()),
        Err(_) => {}
    }
    let _ = compiled.text(&document);
    let _ = compiled.boolean(&document);
    let mut changed = document.clone();
    // Several names in one bracket are one object when they are read.
    if compiled.set(&mut changed, json!("new")).is_ok() && compiled.is_definite() && !path.contains(',') {
        assert_eq!(compiled.text(&changed).as_deref(), Ok("new"));
    }
    let _ = compiled.append(&mut document.clone(), json!(1));
    let mut without = document.clone();
    if compiled.remove(&mut without).is_err() {
        assert_eq!(without, document, "what fails changes nothing");
    }
});
