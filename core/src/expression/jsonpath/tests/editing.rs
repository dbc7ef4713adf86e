//! Changing documents.

use serde_json::Value;

use super::{compile, json};
use crate::expression::jsonpath::{JsonPath, PathError};

type Edit = fn(&JsonPath, &mut Value) -> Result<usize, PathError>;

const SET: Edit = |path, document| path.set(document, json("9"));
const APPEND: Edit = |path, document| path.append(document, json("9"));
const REMOVE: Edit = |path, document| path.remove(document);

/// The document after an edit and how many places changed; an error must leave it as it was.
fn edited(edit: Edit, path: &str, document: &str) -> Result<(usize, String), PathError> {
    let mut changed = json(document);
    match edit(&compile(path), &mut changed) {
        Ok(count) => Ok((count, changed.to_string())),
        Err(error) => {
            assert_eq!(changed, json(document), "{path}");
            Err(error)
        }
    }
}

const DOCUMENT: &str = r#"{"a":{"b":1,"c":[1,2,3]},"d":[{"b":1},{"b":2,"x":0}],"e":null}"#;

#[test]
fn set_puts_a_value_at_every_place() {
    for (path, count, expected) in [
        ("$.a.b", 1, r#"{"a":{"b":9,"c":[1,2,3]},"d":[{"b":1},{"b":2,"x":0}],"e":null}"#),
        ("$['a']", 1, r#"{"a":9,"d":[{"b":1},{"b":2,"x":0}],"e":null}"#),
        ("$.e", 1, r#"{"a":{"b":1,"c":[1,2,3]},"d":[{"b":1},{"b":2,"x":0}],"e":9}"#),
        ("$.a.c[-1]", 1, r#"{"a":{"b":1,"c":[1,2,9]},"d":[{"b":1},{"b":2,"x":0}],"e":null}"#),
        ("$..b", 3, r#"{"a":{"b":9,"c":[1,2,3]},"d":[{"b":9},{"b":9,"x":0}],"e":null}"#),
        ("$.d[?(@.x)].b", 1, r#"{"a":{"b":1,"c":[1,2,3]},"d":[{"b":1},{"b":9,"x":0}],"e":null}"#),
        ("$.d[?(@.b == $.a.b)]", 1, r#"{"a":{"b":1,"c":[1,2,3]},"d":[9,{"b":2,"x":0}],"e":null}"#),
        (
            "$.d[*]['b','y']",
            4,
            r#"{"a":{"b":1,"c":[1,2,3]},"d":[{"b":9,"y":9},{"b":9,"x":0,"y":9}],"e":null}"#,
        ),
        ("$..['b','x']", 2, r#"{"a":{"b":1,"c":[1,2,3]},"d":[{"b":1},{"b":9,"x":9}],"e":null}"#),
        ("$.a.c[1,1,1]", 1, r#"{"a":{"b":1,"c":[1,9,3]},"d":[{"b":1},{"b":2,"x":0}],"e":null}"#),
        ("$..*", 13, r#"{"a":9,"d":9,"e":9}"#),
        ("$", 1, "9"),
    ] {
        assert_eq!(edited(SET, path, DOCUMENT), Ok((count, expected.to_owned())), "{path}");
    }
}

#[test]
fn append_adds_to_arrays_only() {
    for (path, count, expected) in [
        ("$.a.c", 1, r#"{"a":{"b":1,"c":[1,2,3,9]},"d":[{"b":1},{"b":2,"x":0}],"e":null}"#),
        ("$['d']", 1, r#"{"a":{"b":1,"c":[1,2,3]},"d":[{"b":1},{"b":2,"x":0},9],"e":null}"#),
    ] {
        assert_eq!(edited(APPEND, path, DOCUMENT), Ok((count, expected.to_owned())), "{path}");
    }
    assert_eq!(edited(APPEND, "$..[*]", "[[],[[]]]"), Ok((3, "[[9],[[9],9]]".to_owned())));
    for path in ["$.a", "$.a.b", "$.e", "$.a.*", "$"] {
        assert_eq!(edited(APPEND, path, DOCUMENT), Err(PathError::NotAnArray), "{path}");
    }
}

#[test]
fn append_adds_the_members_of_an_object_to_objects() {
    let added = |path: &str| {
        let mut document = json(r#"{"a":{"b":1},"l":[0],"n":2}"#);
        compile(path).append(&mut document, json(r#"{"b":9,"c":3}"#)).map(|_| document.to_string())
    };
    let expected = |text: &str| Ok(text.to_owned());
    assert_eq!(added("$.a"), expected(r#"{"a":{"b":9,"c":3},"l":[0],"n":2}"#));
    assert_eq!(added("$['a','l']"), expected(r#"{"a":{"b":9,"c":3},"l":[0,{"b":9,"c":3}],"n":2}"#));
    assert_eq!(added("$.n"), Err(PathError::NotAnArray));
}

#[test]
fn remove_takes_every_member_away() {
    for (path, count, expected) in [
        ("$.a.b", 1, r#"{"a":{"c":[1,2,3]},"d":[{"b":1},{"b":2,"x":0}],"e":null}"#),
        ("$.a", 1, r#"{"d":[{"b":1},{"b":2,"x":0}],"e":null}"#),
        ("$.a.c[0,2]", 2, r#"{"a":{"b":1,"c":[2]},"d":[{"b":1},{"b":2,"x":0}],"e":null}"#),
        ("$.a.c[0,0,-3]", 1, r#"{"a":{"b":1,"c":[2,3]},"d":[{"b":1},{"b":2,"x":0}],"e":null}"#),
        ("$.a.c[*]", 3, r#"{"a":{"b":1,"c":[]},"d":[{"b":1},{"b":2,"x":0}],"e":null}"#),
        ("$.a.c[?(@ > 1)]", 2, r#"{"a":{"b":1,"c":[1]},"d":[{"b":1},{"b":2,"x":0}],"e":null}"#),
        ("$..b", 3, r#"{"a":{"c":[1,2,3]},"d":[{},{"x":0}],"e":null}"#),
        ("$..[?(@.b)]", 3, r#"{"d":[],"e":null}"#),
        ("$['a','e','z']", 2, r#"{"d":[{"b":1},{"b":2,"x":0}]}"#),
        ("$..*", 13, "{}"),
    ] {
        assert_eq!(edited(REMOVE, path, DOCUMENT), Ok((count, expected.to_owned())), "{path}");
    }
    assert_eq!(edited(REMOVE, "$", DOCUMENT), Err(PathError::NotAPlace));
}

#[test]
fn nothing_changes_where_a_path_does_not_lead() {
    for edit in [SET, APPEND, REMOVE] {
        for path in [
            "$.z",
            "$.a.z",
            "$.a.z.y",
            "$.a.b.c",
            "$.a[0]",
            "$.a.c[3]",
            "$..z",
            "$.d[?(@.z)]",
            "$.e['a','b']",
        ] {
            assert_eq!(edited(edit, path, DOCUMENT), Err(PathError::Missing), "{path}");
        }
        for path in ["$.a.c.length()", "$.a.c.first()", "$..c.append(1)"] {
            assert_eq!(edited(edit, path, DOCUMENT), Err(PathError::NotAPlace), "{path}");
        }
    }
}

#[test]
fn update_changes_inner_places_first() {
    let mut document = json(r#"{"n":{"n":{"n":1}}}"#);
    let mut seen = Vec::new();
    let count = compile("$..n").update(&mut document, |value| {
        seen.push(value.to_string());
        *value = Value::Array(vec![value.take()]);
    });
    assert_eq!(count, Ok(3));
    assert_eq!(seen, ["1", r#"{"n":[1]}"#, r#"{"n":[{"n":[1]}]}"#]);
    assert_eq!(document.to_string(), r#"{"n":[{"n":[{"n":[1]}]}]}"#);
}
