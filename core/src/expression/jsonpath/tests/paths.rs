//! Steps of paths.

use super::{check, compile};

#[test]
fn names() {
    let odd = r#"{"a-b":1,"$":2,"@x":3,"1":4,"é":5,"\"q\"":6,"a b":7,"":8,"'":9,"\\":10,"*":11,".":12,"]":13,",":14,"a*":15}"#;
    check(&[
        (odd, "$.a-b", "1"),
        (odd, "$.$", "2"),
        (odd, "$.@x", "3"),
        (odd, "$.1", "4"),
        (odd, "$.é", "5"),
        (odd, "$.\"q\"", "6"),
        (odd, "$['a b']", "7"),
        (odd, "$['']", "8"),
        (odd, "$['\\'']", "9"),
        (odd, "$[\"'\"]", "9"),
        (odd, "$['\\\\']", "10"),
        (odd, "$['*']", "11"),
        (odd, "$['.']", "12"),
        (odd, "$[']']", "13"),
        (odd, "$[',']", "14"),
        (odd, "$.a*", "15"),
        (odd, "$['\\u00e9']", "5"),
        (odd, "$.['a-b']", "1"),
        (odd, "['a-b']", "1"),
        (odd, "a-b", "1"),
        (r#"{"\ud83d\ude00":1}"#, "$['\\uD83D\\uDE00']", "1"),
        (r#"{"a":{"b":1}}"#, "$['a']b", "1"),
        (r#"{"a":{"b":1}}"#, "a.b", "1"),
        (r#"{"a":{"b":1},"b":2}"#, ".b", "[2,1]"),
        (r#"{"in":1,"null":2,"length":3}"#, "$.in", "1"),
        (r#"{"in":1,"null":2,"length":3}"#, "$.length", "3"),
        (r#"{"members":[1]}"#, "$.members", "[1]"),
    ]);
}

#[test]
fn several_names_make_an_object_at_the_end_and_values_before() {
    let document =
        r#"{"a":{"v":5},"b":{"v":4},"c":{"v":1},"s":[{"a":1,"b":2,"x":0},{"a":3},[{"b":4,"a":5}]]}"#;
    check(&[
        (document, "$['a','c']", r#"{"a":{"v":5},"c":{"v":1}}"#),
        (document, "$['c','z','a']", r#"{"c":{"v":1},"a":{"v":5}}"#),
        (document, "$['y','z']", "{}"),
        (document, "$['z','c','a'].v", "[1,5]"),
        (document, "$['a','c'][?(@.v > 1)].v", "[5]"),
        (document, "$.s[*]['a','b']", r#"[{"a":1,"b":2},{"a":3}]"#),
        (document, "$.s..['a','b']", r#"[{"a":1,"b":2},{"a":5,"b":4}]"#),
        (document, "$.s['a','b']", "(missing)"),
        (document, "$.s['a','b'].v", "(missing)"),
        (document, "$.s[0][\"a\",'b']", r#"{"a":1,"b":2}"#),
    ]);
    assert!(compile("$['a','c']").is_definite());
    assert!(compile("$.s[0]['a','b']").is_definite());
    assert!(!compile("$['a','c'].v").is_definite());
    assert!(!compile("$.s[*]['a','b']").is_definite());
    assert!(!compile("$..['a','b']").is_definite());
}

#[test]
fn indexes_and_slices() {
    let list = "[0,1,2,3,4]";
    check(&[
        (list, "$[1]", "1"),
        (list, "$[-1]", "4"),
        (list, "$[-5]", "0"),
        (list, "$[5]", "(missing)"),
        (list, "$[-6]", "(missing)"),
        (list, "$[ 0 , 2 ]", "[0,2]"),
        (list, "$[4,-5,9,4]", "[4,0,4]"),
        (list, "$[1:3]", "[1,2]"),
        (list, "$[ 1 : 3 ]", "[1,2]"),
        (list, "$[3:]", "[3,4]"),
        (list, "$[:2]", "[0,1]"),
        (list, "$[:]", "[0,1,2,3,4]"),
        (list, "$[-2:]", "[3,4]"),
        (list, "$[:-3]", "[0,1]"),
        (list, "$[-4:-2]", "[1,2]"),
        (list, "$[1:-1]", "[1,2,3]"),
        (list, "$[-9:2]", "[0,1]"),
        (list, "$[3:9]", "[3,4]"),
        (list, "$[3:1]", "[]"),
        (list, "$[9:]", "[]"),
        (list, "$[0:5:2]", "[0,2,4]"),
        (list, "$[::2]", "[0,2,4]"),
        (list, "$[::-2]", "[4,2,0]"),
        (list, "$[3:0:-2]", "[3,1]"),
        (list, "$[1:3:]", "[1,2]"),
        (list, "$[-9223372036854775808:9223372036854775807:9223372036854775807]", "[0]"),
        (list, "$[9223372036854775807:-9223372036854775808:-9223372036854775808]", "[4]"),
        (list, "$[-9223372036854775808]", "(missing)"),
        ("[]", "$[-1]", "(missing)"),
        ("[]", "$[::-1]", "[]"),
        (list, "$[(@.length-1)]", "4"),
        (list, "$[(@.length-9)]", "(missing)"),
    ]);
    assert!(compile("$[-1]").is_definite() && compile("$[(@.length-1)]").is_definite());
    assert!(!compile("$[0,1]").is_definite() && !compile("$[0:1]").is_definite());
}

#[test]
fn wildcards() {
    check(&[
        (r#"{"a":1,"b":[2],"c":null}"#, "$.*", "[1,[2],null]"),
        (r#"{"a":1,"b":[2],"c":null}"#, "$[ * ]", "[1,[2],null]"),
        ("[40,null,42]", "$[*]", "[40,null,42]"),
        ("[[1,2],[3]]", "$.*.*", "[1,2,3]"),
        (r#"[{"bar":[42]}]"#, "$.*.bar.*", "[42]"),
        (r#"{"a":[{"b":1},{"b":2}]}"#, "$.a[*]b", "[1,2]"),
        (r#"{"a":[{"b":1},{"b":2}]}"#, "$.a.*b", "[1,2]"),
        ("7", "$.*", "[]"),
        ("7", "$.*.a", "(missing)"),
        ("[7,{\"a\":1}]", "$.*.a", "[1]"),
    ]);
}

#[test]
fn deep_scans_meet_values_before_what_is_inside_them() {
    let document = r#"{"o":{"k":"v","l":[{"k":"w"},{"k":{"k":"x"}}]},"k":"top"}"#;
    check(&[
        (document, "$..k", r#"["top","v","w",{"k":"x"},"x"]"#),
        (document, "$.o..k", r#"["v","w",{"k":"x"},"x"]"#),
        (document, "$..k..k", r#"["x"]"#),
        (document, "$..l[0].k", r#"["w"]"#),
        (document, "$..['k']", r#"["top","v","w",{"k":"x"},"x"]"#),
        (
            r#"{"key":"value","other":{"c":"s","p":[0,1]}}"#,
            "$..*",
            r#"["value",{"c":"s","p":[0,1]},"s",[0,1],0,1]"#,
        ),
        (
            r#"["first",{"key":["n",{"more":[{"d":["deep"]},["m"]]}]}]"#,
            "$..[0]",
            r#"["first","n",{"d":["deep"]},"deep","m"]"#,
        ),
        (r#"{"x":[0,1,[0,1,2,3]],"y":[0,1,2]}"#, "$..[2][3]", "[3]"),
        (
            r#"{"k":[{"key":"a"},{"key":42}],"kk":[[{"key":100},{"key":200}],[{"key":500}]]}"#,
            "$..[1].key",
            "[42,200]",
        ),
        ("[[[1,2],3],4]", "$..[:1]", "[[[1,2],3],[1,2],1]"),
        ("42", "$..*", "[]"),
        ("42", "$..a", "[]"),
    ]);
}

#[test]
fn the_definite_beginning_of_a_path_must_be_there() {
    let document = r#"{"o":{"a":null,"n":4,"l":[],"m":[1]}}"#;
    check(&[
        (document, "$.o.z", "(missing)"),
        (document, "$.o.z.y", "(missing)"),
        (document, "$.o.z[*]", "(missing)"),
        (document, "$.o.z..y", "(missing)"),
        (document, "$.o.a", "null"),
        (document, "$.o.a.b", "(missing)"),
        (document, "$.o.a[5]", "(missing)"),
        (document, "$.o.a[5,10]", "(missing)"),
        (document, "$.o.n[0:1]", "(missing)"),
        (document, "$.o.n[?(@.x)]", "(missing)"),
        (document, "$.o[0]", "(missing)"),
        (document, "$.o.l[5]", "(missing)"),
        (document, "$.o.l[5][*]", "[]"),
        (document, "$.o.m.x", "(missing)"),
        (document, "$.o.*.b", "[]"),
        (document, "$.o.*[0]", "[1]"),
        (document, "$..a[5]", "[]"),
        (document, "$..n.x", "[]"),
    ]);
}
