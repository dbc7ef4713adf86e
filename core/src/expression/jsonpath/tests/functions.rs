//! Functions at the end of a path.

use super::{check, compile};

const DATA: &str = r#"{"numbers":[1,2,3,4,5,6,7,8,9,10],"text":["a","b","c"],"mixed":[1,"2",null,3],"empty":[],
    "name":"x","two":2,"batches":[{"values":[1,2,3]},{"values":[10,20]},{"none":0}]}"#;

#[test]
fn aggregates() {
    check(&[
        (DATA, "$.numbers.min()", "1.0"),
        (DATA, "$.numbers.max()", "10.0"),
        (DATA, "$.numbers.avg()", "5.5"),
        (DATA, "$.numbers.sum()", "55.0"),
        // The variance of 1 to 10 is (10² - 1) / 12 = 8.25.
        (DATA, "$.numbers.stddev()", "2.8722813232690143"),
        (DATA, "$.mixed.sum()", "4.0"),
        (DATA, "$.empty.sum()", "(missing)"),
        (DATA, "$.text.max()", "(missing)"),
        (DATA, "$.name.sum()", "(missing)"),
        (DATA, "$.sum(5, 3, $.numbers.max(), 2)", "20.0"),
        (DATA, "$.sum($.numbers, 100)", "155.0"),
        (DATA, "$.avg($.numbers.min(), $.numbers.max())", "5.5"),
        (DATA, "$.numbers.sum($.numbers.min(), $.numbers.max())", "66.0"),
        (DATA, "max($.two, -3)", "2.0"),
        (DATA, "$.sum($.nothing)", "(missing)"),
        (DATA, "$.batches[*].values.sum()", "[6.0,30.0]"),
        (DATA, "$.batches[?(@.values.length() >= 3)].values.avg()", "[2.0]"),
        (DATA, "$..values[0].sum()", "11.0"),
        ("[1e400]", "$.max()", "(missing)"),
    ]);
    assert!(compile("$.numbers.sum()").is_definite());
    assert!(compile("$..values[*].sum()").is_definite());
    assert!(!compile("$.batches[*].values.sum()").is_definite());
}

#[test]
fn lengths_and_keys() {
    check(&[
        (DATA, "$.numbers.length()", "10"),
        (DATA, "$.numbers.size()", "10"),
        (DATA, "$['text'].length()", "3"),
        (DATA, "$.empty.length()", "0"),
        (DATA, "$.batches[0].length()", "1"),
        (DATA, "$.name.length()", "null"),
        (DATA, "$.length($.text)", "3"),
        (DATA, "$.length($..values)", "5"),
        (DATA, "$..values.length()", "5"),
        (DATA, "$.batches[*].values.length()", "[3,2]"),
        (DATA, "$.batches[0].keys()", r#"["values"]"#),
        (DATA, "$.batches[0].keys().length()", "1"),
        (DATA, "$.numbers.keys()", "null"),
        (DATA, "$.nothing.length()", "(missing)"),
    ]);
}

#[test]
fn texts_and_lists() {
    check(&[
        (DATA, "$.text.concat()", r#""abc""#),
        (DATA, "$.text.concat(\"-\", 'ghi', 1, true)", r#""abc-ghi1true""#),
        (DATA, "$.mixed.concat()", r#""2""#),
        (DATA, "$.name.concat('y')", r#""xy""#),
        (DATA, "concat(\"/\", $.name, $.text)", r#""/xabc""#),
        (DATA, "$.text.append('d')", r#"["a","b","c","d"]"#),
        (DATA, "$.text.append($.name, [1, {'a': 2}])", r#"["a","b","c","x",[1,{"a":2}]]"#),
        (DATA, "$.name.append(1)", r#""x""#),
        (DATA, "$.numbers.append(11, 12).avg()", "6.5"),
        (DATA, "$.numbers.append(\"0\", \"11\").sum()", "55.0"),
        (DATA, "$.empty.append($.batches[0])[0].values[1]", "2"),
        (DATA, "$.numbers.first()", "1"),
        (DATA, "$.numbers.last()", "10"),
        (DATA, "$.numbers.index(0)", "1"),
        (DATA, "$.numbers.index(-1)", "10"),
        (DATA, "$.numbers.index(-10)", "1"),
        (DATA, "$.numbers.index($.two)", "3"),
        (DATA, "$.numbers.index(10)", "(missing)"),
        (DATA, "$.empty.first()", "(missing)"),
        (DATA, "$.name.first()", "(missing)"),
        (DATA, "$..values.first()", "[1,2,3]"),
        (DATA, "$.batches.last().none", "0"),
        (DATA, "$.batches.first().none", "(missing)"),
        (DATA, "$.batches[0,1].values.last()", "[3,20]"),
        (DATA, "$.batches.append({\"values\":[5]})..values", "[[1,2,3],[10,20],[5]]"),
    ]);
    assert!(compile("$.batches.last().none").is_definite());
    assert!(!compile("$.batches.last().*").is_definite());
}

#[test]
fn arguments_start_where_their_path_starts() {
    let document = r#"{"a":[{"x":["p"],"y":"q"},{"x":["r"],"y":"s"}],"y":"root"}"#;
    check(&[
        (document, "$.a[?(@.x.concat(@.y) == 'pq')].y", r#"["q"]"#),
        (document, "$.a[?(@.x.concat($.y) == 'rroot')].y", r#"["s"]"#),
        (document, "$.a[0].x.concat(@.y)", r#""proot""#),
    ]);
}
