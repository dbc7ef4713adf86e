//! Conditions of filters.

use super::check;

/// The keys of a table of values for which a condition on `@.v` holds.
fn holding(condition: &str) -> String {
    let table = r#"[
        {"k":"zero","v":0}, {"k":"one","v":1}, {"k":"one.0","v":1.0}, {"k":"minus","v":-1.5}, {"k":"text1","v":"1"},
        {"k":"text","v":"abc"}, {"k":"blank","v":""}, {"k":"true","v":true}, {"k":"false","v":false},
        {"k":"null","v":null}, {"k":"list","v":[1,"b",null]}, {"k":"nothing","v":[]}, {"k":"object","v":{"x":1}},
        {"k":"bare","v":{}}, {"k":"missing"}
    ]"#;
    let keys = super::json(&super::found(&format!("$[?({condition})].k"), table));
    let keys: Vec<_> =
        keys.as_array().expect("a list").iter().map(|key| key.as_str().expect("a key")).collect();
    keys.join(" ")
}

#[test]
fn comparisons() {
    for (condition, expected) in [
        ("@.v == 1", "one one.0 text1"),
        ("@.v == 1.00", "one one.0"),
        ("1.00 == @.v", "one one.0 text1"),
        ("@.v == '1'", "one one.0 text1"),
        ("@.v === 1", "one one.0"),
        ("@.v === '1'", "text1"),
        ("@.v !== '1'", "zero one one.0 minus text blank true false null list nothing object bare missing"),
        ("@.v != 1", "zero minus text blank true false null list nothing object bare missing"),
        ("@.v == 'abc'", "text"),
        ("@.v == \"abc\"", "text"),
        ("@.v == ''", "blank"),
        ("@.v == true", "true"),
        ("@.v == false", "false"),
        ("@.v == null", "null"),
        ("@.v != null", "zero one one.0 minus text1 text blank true false list nothing object bare missing"),
        ("@.v == [1,'b',null]", "list"),
        ("@.v == [1.0 , \"b\", null ]", "list"),
        ("@.v == ['1','b',null]", ""),
        ("@.v == []", "nothing"),
        ("@.v == {}", "bare"),
        ("@.v == {'x': 1}", "object"),
        ("@.v[*] == [1,'b',null]", "list"),
        ("@.v < 1", "zero minus"),
        ("@.v <= 1", "zero one one.0 minus"),
        ("@.v > 0", "one one.0"),
        ("@.v >= 0", "zero one one.0"),
        ("@.v > -1.6e0", "zero one one.0 minus"),
        ("@.v < 'b'", "text1 text blank"),
        ("@.v >= 'abc'", "text"),
        ("0 < @.v", "one one.0"),
        ("@.v == @.v", "zero one one.0 minus text1 text blank true false null list nothing object bare"),
        (
            "@.k == @['k']",
            "zero one one.0 minus text1 text blank true false null list nothing object bare missing",
        ),
        ("@.v == .5", ""),
        ("@.v == 001", "one one.0 text1"),
    ] {
        assert_eq!(holding(condition), expected, "{condition}");
    }
}

#[test]
fn operators_that_are_words() {
    for (condition, expected) in [
        ("@.v in [1,'abc',null]", "one one.0 text1 text null"),
        ("@.v IN ['x','abc']", "text"),
        ("@.v nin [1,'abc',null]", "zero minus blank true false list nothing object bare missing"),
        ("@.v in 'abc'", ""),
        ("@.v nin 'abc'", ""),
        ("1 in @.v", "list"),
        ("1 nin @.v", "nothing"),
        ("@.v subsetof [1,'b',null,2]", "list nothing"),
        ("@.v subsetof [1,2]", "nothing"),
        ("@.v anyof [7,'b']", "list"),
        ("@.v anyof [7]", ""),
        ("@.v noneof [7]", "list nothing"),
        ("@.v noneof [7,'b']", "nothing"),
        ("@.v all [1,'b']", "list"),
        ("@.v all []", "list nothing"),
        ("@.v contains 'b'", "text list"),
        ("@.v contains 1", "list"),
        ("@.v contains ''", "text1 text blank"),
        ("@.v size 3", "text list"),
        ("@.v size 0", "blank nothing"),
        ("@.v size '3'", ""),
        ("@.v empty true", "blank nothing bare"),
        ("@.v empty", "blank nothing bare"),
        ("@.v empty false", "text1 text list object"),
        ("@.v empty && @.k == 'blank'", "blank"),
    ] {
        assert_eq!(holding(condition), expected, "{condition}");
    }
}

#[test]
fn regular_expressions_match_whole_texts() {
    for (condition, expected) in [
        ("@.v =~ /abc/", "text"),
        ("@.v =~ /b/", "list"),
        ("@.v =~ /.b./", "text"),
        ("@.v =~ /ABC/i", "text"),
        ("@.v =~ /ABC/", ""),
        ("/a.*/ =~ @.v", "text"),
        ("@.v =~ /[01]/", "zero one text1 list"),
        ("@.v =~ /1\\.0|true/", "one.0 true"),
        ("@.v =~ /a b c # letters/x", "text"),
        ("@.v =~ /x/ || @.v == 'abc'", "text"),
        // What is no text is matched as the empty text, an empty list not at all.
        ("@.v =~ /x?/", "blank null list object bare missing"),
    ] {
        assert_eq!(holding(condition), expected, "{condition}");
    }
    check(&[
        (r#"["a/b","(it","a\nb"]"#, r"$[?(@ =~ /a\/b/)]", r#"["a/b"]"#),
        (r#"["a/b","(it","a\nb"]"#, r"$[?(@ =~ /\(it/)]", r#"["(it"]"#),
        (r#"["a/b","(it","a\nb"]"#, r"$[?(@ =~ /a.b/s)]", r#"["a/b","a\nb"]"#),
        (r#"["a/b","(it","a\nb"]"#, r"$[?(@ =~ /&&|a.b/)]", r#"["a/b"]"#),
    ]);
}

#[test]
fn existence_and_logic() {
    let everything = "zero one one.0 minus text1 text blank true false null list nothing object bare";
    for (condition, expected) in [
        ("@.v", everything),
        ("@['v']", everything),
        ("!@.v", "missing"),
        ("! @.v", "missing"),
        ("!(@.v)", "missing"),
        ("!!@.v.x", "object"),
        ("@.v.x", "object"),
        ("@.v[0]", "list"),
        ("@.v[*]", "list object"),
        ("@..x", "object"),
        ("$[0].v && @.v == 0", "zero"),
        ("@.v == 0 || @.v == 1 && @.k == 'one'", "zero one"),
        ("(@.v == 0 || @.v == 1) && @.k == 'one'", "one"),
        ("!@.v == 1 && @.v <= 1", "zero minus"),
        ("@.v==0||@.v==true", "zero true"),
        ("@.v==1&&@.k=='one'", "one"),
        ("'a' == 'a' && @.v == 0", "zero"),
        ("'a' == 'b'", ""),
    ] {
        assert_eq!(holding(condition), expected, "{condition}");
    }
}

#[test]
fn filters_test_the_elements_of_a_list_or_the_object_itself() {
    let nested = r#"{"id":2,"more":[{"id":2},{"more":{"id":2}},{"id":{"id":2}},[{"id":2}]]}"#;
    let books = r#"{"max":10,"s":[{"a":[{"p":1},{"p":11}],"n":1},{"a":[{"p":8}],"n":2},{"a":[],"n":3}]}"#;
    check(&[
        ("[0,42,-1,null,\"42\"]", "$[?(@ == 42)]", "[42,\"42\"]"),
        ("[0,1,null,2]", "$[?(@ != null)]", "[0,1,2]"),
        ("[0,null,[],{},false]", "$[?(@)]", "[0,null,[],{},false]"),
        (r#"{"key":42,"another":{"key":1}}"#, "$[?(@.key)]", r#"[{"key":42,"another":{"key":1}}]"#),
        (r#"{"key":42}"#, "$[?(@.key == 1)]", "[]"),
        (r#"{"key":42}"#, "$[?(@.key == 42)].key", "[42]"),
        (nested, "$..[?(@.id == 2)].id", "[2,2,2,2,2]"),
        ("[[1,2],{\"a\":[3]}]", "$..[?(@ > 1)]", "[]"),
        (books, "$.s[?(@.a[?(@.p > 10)])].n", "[1]"),
        (books, "$.s[?(@.a[*].p anyof [8,9])].n", "[2]"),
        (books, "$.s[*].a[?(@.p < $.max)].p", "[1,8]"),
        (books, "$.s[?(@.a.length() > 1)].n", "[1]"),
        (books, "$.s[?(@.a.length() == @.n)].n", "[]"),
        (books, "$.s[?($.max == 10)].n", "[1,2,3]"),
        (books, "$.s[?(@.n in $..p)].n", "[1]"),
        (books, "$.s[ ? ( @.n == 1 ) ].n", "[1]"),
        (books, "$.s[?(@.n > 1)][?(@.a)].n", "[2,3]"),
        (books, "$.s[?(@.n size @.a)].n", "[]"),
        (r#"[{"a-b":1,"c/d":2}]"#, "$[?(@.a-b == 1 && @.c/d == 2)]", r#"[{"a-b":1,"c/d":2}]"#),
        (r#"[{"m":"it\\"},{"m":"] it"},{"m":"&& it"}]"#, r"$[?(@.m == 'it\\')]", r#"[{"m":"it\\"}]"#),
        (r#"[{"m":"it\\"},{"m":"] it"},{"m":"&& it"}]"#, "$[?(@.m == '] it')]", r#"[{"m":"] it"}]"#),
        (r#"[{"m":"it\\"},{"m":"] it"},{"m":"&& it"}]"#, "$[?(@.m == '&& it')]", r#"[{"m":"&& it"}]"#),
    ]);
}

#[test]
fn numbers_are_compared_by_worth() {
    let numbers = r#"[9007199254740992,9007199254740993,9007199254740993.0,1e400,-1e400,10.1,1E1]"#;
    check(&[
        (numbers, "$[?(@ == 9007199254740993)]", "[9007199254740993,9007199254740993.0]"),
        (numbers, "$[?(@ > 9007199254740992)]", "[9007199254740993,1e+400]"),
        (numbers, "$[?(@ == 10.10)]", "[10.1]"),
        (numbers, "$[?(@ == 10)]", "[1e+1]"),
        (numbers, "$[?(@ < -5)]", "[-1e+400]"),
        ("[123456789012345678901234567890123456789012345678901]", "$[?(@ > 0)].z", "[]"),
    ]);
}
