//! The examples of JsonPath's documentation.

use std::sync::LazyLock;

use serde_json::Value;

use super::{compile, found_in, json};

static BOOKSTORE: LazyLock<Value> = LazyLock::new(|| {
    json(
        r#"{
        "store": {
            "book": [
                {"category": "reference", "author": "Nigel Rees", "title": "Sayings of the Century", "price": 8.95},
                {"category": "fiction", "author": "Evelyn Waugh", "title": "Sword of Honour", "price": 12.99},
                {"category": "fiction", "author": "Herman Melville", "title": "Moby Dick", "isbn": "0-553-21311-3",
                 "price": 8.99},
                {"category": "fiction", "author": "J. R. R. Tolkien", "title": "The Lord of the Rings",
                 "isbn": "0-395-19395-8", "price": 22.99}
            ],
            "bicycle": {"color": "red", "price": 19.95}
        },
        "expensive": 10
    }"#,
    )
});

/// The numbers of the books that a path finds.
fn books(path: &str) -> Vec<usize> {
    let all = BOOKSTORE["store"]["book"].as_array().expect("a list");
    let found = json(&found_in(path, &BOOKSTORE));
    let found = found.as_array().unwrap_or_else(|| panic!("{path} yields no list"));
    found.iter().map(|book| all.iter().position(|other| other == book).expect("a book")).collect()
}

#[test]
fn the_first_title() {
    for path in [
        "$.store.book[0].title",
        "$['store']['book'][0]['title']",
        "$[\"store\"].book[-4][ 'title' ]",
        "store.book[0].title",
        "$.store.book[0].title.",
    ] {
        assert!(compile(path).is_definite(), "{path}");
        assert_eq!(found_in(path, &BOOKSTORE), r#""Sayings of the Century""#, "{path}");
    }
}

#[test]
fn books_that_paths_find() {
    for (path, expected) in [
        ("$..book[*]", vec![0, 1, 2, 3]),
        ("$..book[2]", vec![2]),
        ("$..book[-2]", vec![2]),
        ("$..book[0,1]", vec![0, 1]),
        ("$..book[:2]", vec![0, 1]),
        ("$..book[1:2]", vec![1]),
        ("$..book[-2:]", vec![2, 3]),
        ("$..book[2:]", vec![2, 3]),
        ("$..book[(@.length-1)]", vec![3]),
        ("$..book[( @.length - 3 )]", vec![1]),
        ("$..book[?(@.isbn)]", vec![2, 3]),
        ("$..book[?(!@.isbn)]", vec![0, 1]),
        ("$.store.book[?(@.price < 10)]", vec![0, 2]),
        ("$..book[?(@.price <= $['expensive'])]", vec![0, 2]),
        ("$..book[?(@.price > $.expensive)]", vec![1, 3]),
        ("$..book[?(@.author =~ /.*REES/i)]", vec![0]),
        ("$..book[?(@.author =~ /.*REES/)]", vec![]),
        ("$..book[?(@.category in ['reference', 'poetry'])]", vec![0]),
        ("$..book[?(@.category nin ['reference'])]", vec![1, 2, 3]),
        ("$.store.book[?(@.price < 10 && @.category == 'fiction')]", vec![2]),
        ("$.store.book[?(@.category == 'reference' || @.price > 20)]", vec![0, 3]),
        ("$.store.book[?(!(@.price < 10 && @.category == 'fiction'))]", vec![0, 1, 3]),
        ("$.store.book[?('reference' == @.category)]", vec![0]),
        ("$.store.book[?(@.title size 9)]", vec![2]),
        ("$..[?(@.isbn)]", vec![2, 3]),
    ] {
        assert!(!compile(path).is_definite(), "{path}");
        assert_eq!(books(path), expected, "{path}");
    }
}

#[test]
fn what_other_examples_find() {
    let authors = r#"["Nigel Rees","Evelyn Waugh","Herman Melville","J. R. R. Tolkien"]"#;
    for (path, expected) in [
        ("$.store.book[*].author", authors),
        ("$..author", authors),
        ("$.store..price", "[8.95,12.99,8.99,22.99,19.95]"),
        ("$.store.book[*].price", "[8.95,12.99,8.99,22.99]"),
        ("$.store.bicycle.color", r#""red""#),
        ("$.store.bicycle['color','price']", r#"{"color":"red","price":19.95}"#),
        ("$..book.length()", "4"),
        ("$.store.book.length()", "4"),
        ("$.store.bicycle.keys()", r#"["color","price"]"#),
        ("$..price.max()", "22.99"),
        ("$.store.book[0].publisher", "(missing)"),
        ("$.store.car.color", "(missing)"),
    ] {
        assert_eq!(found_in(path, &BOOKSTORE), expected, "{path}");
    }
}

#[test]
fn everything() {
    // Two in the document, two in the store, four books with 4 + 4 + 5 + 5 members, and two in the bicycle.
    let everything = json(&found_in("$..*", &BOOKSTORE));
    assert_eq!(everything.as_array().map(Vec::len), Some(2 + 2 + 4 + 18 + 2));
    let things = json(&found_in("$.store.*", &BOOKSTORE));
    assert_eq!(
        things,
        Value::Array(vec![BOOKSTORE["store"]["book"].clone(), BOOKSTORE["store"]["bicycle"].clone()])
    );
}
