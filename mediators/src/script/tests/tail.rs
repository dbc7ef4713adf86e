//! Which value a script has: that of its last statement, as in a script of JavaScript.

use sinew_core::mediation::Flow;

use super::run;

#[test]
fn the_last_statement_decides() {
    let stops = [
        "false",
        "false;",
        "1; false // comment",
        "var a = 1\na == 2",
        "var a = 1, b\na == 2\n",
        "function f() { return 1 } 1 == 2",
        "function f() { return 1 }\nf() == 2",
        "var f = function () { return 1 }\nf() == 2",
        "if (true) { false }",
        "if (true) false; else true",
        "if (false) true\nelse if (true) { var x; false } else true",
        "{ 1; false }",
        "for (var i = 0; i < 3; i++) {}\nfalse",
        "for each (var i in [1]) { true }\nfalse",
        "while (false) true; false",
        "do { } while (false); false",
        "try { x() } catch (e) { } finally { }\nfalse",
        "switch (1) { case 1: break }\nfalse",
        "var o = { a: 1 }\n!o.a",
        "a = 1\n;[1].length == 2",
        "(function () { return false })()",
        "var x = <a/>\nx.b == '1'",
        "mc.getProperty('a')\n  == 1",
        "var a = 3\n/2/1; false",
        "if (false) { true } false",
        "1, false",
        "'use strict'; false",
        "label: for (;;) { break label }\nfalse",
    ];
    for source in stops {
        let outcome = run(source);
        assert_eq!(outcome.flow.as_ref().ok(), Some(&Flow::Stop), "{source}: {:?}", outcome.fault_message());
    }
}

#[test]
fn what_has_no_value_goes_on() {
    let goes_on = [
        "var a = false",
        "let a = false",
        "function f() { return false }",
        "if (false) { false }",
        "for (;;) { false; break }",
        "false; var x",
        "false\nfunction f() {}",
        "if (false) { false } else { var x }",
        "class A { }",
        "throw1 = 5",
        ";",
        "// nothing",
    ];
    for source in goes_on {
        let outcome = run(source);
        assert_eq!(
            outcome.flow.as_ref().ok(),
            Some(&Flow::Continue),
            "{source}: {:?}",
            outcome.fault_message()
        );
    }
}
