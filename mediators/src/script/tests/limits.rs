//! What scripts may not use, and may not do (hardening.md §2 row 19).

use std::time::{Duration, Instant};

use sinew_core::mediation::Flow;

use super::super::limits::DEADLINE;
use super::{Bench, run, script, value};
use crate::testing::meanwhile;

#[test]
fn scripts_that_never_end_are_stopped() {
    let table = [
        "while (true) {}",
        "try { while (true) {} } catch (e) {} finally { while (true) {} }",
        "/(a+)+$/.test('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab')",
        "for (;;) mc.getProperty('x')",
        "({ toString: function () { while (true) {} } }) + ''",
        "throw { toString: function () { while (true) {} } }",
    ];
    for source in table {
        let start = Instant::now();
        let outcome = run(source);
        assert_eq!(
            outcome.fault_message(),
            Some("the script failed: the script ran longer than 1 s"),
            "{source}"
        );
        assert!(start.elapsed() < DEADLINE + Duration::from_secs(5), "{source}");
        assert_eq!(value("1 + 1"), "2", "after {source}");
    }
}

/// A thread serves other exchanges while a script of one runs.
#[test]
fn a_script_holds_up_nobody_else() {
    let brief = script("mc.setProperty('a', 'b')");
    for other in [brief.clone(), script("for (var i = 0; i < 3; i++) mc.setProperty('a', 'b')")] {
        let (other, slow) = meanwhile(&script("mc.setProperty('x', 'y'); while (true) {}"), &other);
        assert_eq!(other.default("a").as_deref(), Some("b"));
        assert_eq!(slow.fault_message(), Some("the script failed: the script ran longer than 1 s"));
        assert_eq!(slow.default("x").as_deref(), Some("y"), "the message is back");
        assert!(slow.streams());
    }
}

#[test]
fn scripts_that_need_too_much_memory_fail() {
    let table = [
        ("var a = []; while (true) a.push('x' + a.length);", "needs more than 8 MiB"),
        ("var s = 'x'; while (true) { s += s; s.charCodeAt(0); s.split(''); }", ""),
        ("'x'.repeat(1 << 29).split('')", ""),
        ("new Uint8Array(1 << 28)", "needs more than 8 MiB"),
        ("var l = []; while (true) l.push(<a>{'0123456789'.repeat(100000)}</a>)", "need more than 8 MiB"),
        ("var x = <a/>; while (true) x.appendChild(<b>{x.toXMLString()}</b>)", "need more than 8 MiB"),
        ("var x = XML('<a>' + '<b/>'.repeat(20000) + '</a>'); while (true) x..b", "need more than 8 MiB"),
        ("new Array(4294967295).join('x')", "the array is too long"),
        ("[].indexOf.call({length: 1e15}, 1)", "the array is too long"),
        ("new Array(4294967295).forEach(function () {})", "the array is too long"),
        ("[].concat(new Array(4294967295))", "the array is too long"),
    ];
    for (source, expected) in table {
        let start = Instant::now();
        let message = run(source).fault_message().expect("a fault").to_owned();
        // On a busy machine the time of one that never ends may be up before the memory is.
        let timed_out = source.contains("while (true)") && message.contains("ran longer than 1 s");
        assert!(message.contains(expected) || timed_out, "{source}: {message}");
        assert!(start.elapsed() < DEADLINE + Duration::from_secs(5), "{source}");
        assert_eq!(value("1 + 1"), "2", "after {source}");
    }
}

#[test]
fn scripts_that_call_themselves_too_deeply_fail() {
    let too_deep = "the script calls itself too deeply";
    let nested = "[".repeat(100_000);
    let table = [
        "function f() { return f() + 1 } f()".to_owned(),
        "var p = new Proxy({}, { get: function (t, k, r) { return r[k] } }); p.x".to_owned(),
        "var o = {}; o.toString = function () { return '' + o }; '' + o".to_owned(),
        format!("JSON.parse('{nested}')"),
        "var x = <a/>; function f() { return <a>{f()}</a> } f()".to_owned(),
    ];
    for source in table {
        let message = run(&source).fault_message().expect("a fault").to_owned();
        assert!(message.contains(too_deep), "{}: {message}", &source[..40.min(source.len())]);
    }
    assert_eq!(value("1 + 1"), "2");
}

#[test]
fn text_is_never_code() {
    let table = [
        "eval('1')",
        "(0, eval)('1')",
        "new Function('return 1')()",
        "(function(){}).constructor('return 1')()",
        "(async function(){}).constructor('return 1')()",
        "(function*(){}).constructor('return 1')()",
        "Object.getPrototypeOf(async function*(){}).constructor('return 1')()",
        "mc.getProperty.constructor('return 1')()",
        "setTimeout(function () {}, 1)",
        "require('fs')",
        "Atomics.wait(1)",
    ];
    for source in table {
        assert!(run(source).fault.is_some(), "{source}");
    }
    assert!(crate::testing::is_refused(&script("import('x')")));
    assert!(crate::testing::is_refused(&script("}); mc = 1; (function () {")));
    assert!(crate::testing::is_refused(&script("java.lang.System.exit(0)")));
}

#[test]
fn nothing_is_left_for_the_next_message() {
    run("leak = 'secret'; globalThis.other = 1; mc.leak = 1; XML.leak = 1; Math = null; print.leak = 1;");
    let seen =
        "typeof leak + typeof other + typeof mc.leak + typeof XML.leak + typeof Math + typeof print.leak";
    assert_eq!(value(seen), "undefinedundefinedundefinedundefinedobjectundefined");
    // Work that a script leaves behind is never done.
    run("Promise.resolve().then(function () { globalThis.late = 1 })");
    assert_eq!(value("typeof late"), "undefined");
}

#[test]
fn an_error_is_a_fault_with_its_line() {
    let table = [
        ("\n\nthrow new Error('no')", "the script failed in line 4: Error: no"),
        ("throw 'no'", "the script failed: no"),
        (
            "var a = <a>\n{1}\n</a>;\nnope.x",
            "the script failed in line 5: ReferenceError: nope is not defined",
        ),
        (
            "\nmc.setAttachment('a', 'b')",
            "the script failed in line 3: TypeError: attachments are not supported",
        ),
        (
            "mc.setProperty('a', 'b', 'nowhere')",
            "the script failed in line 2: TypeError: properties have no scope \"nowhere\"; there are default, axis2, \
             transport and operation",
        ),
        (
            "mc.setProperty('a', 'b\\r\\nc', 'transport')",
            "the script failed in line 2: TypeError: a header value contains a control character",
        ),
        (
            "mc.setTo('http://a\\n')",
            "the script failed in line 2: TypeError: an address contains a control character",
        ),
    ];
    for (source, message) in table {
        assert_eq!(run(source).fault_message(), Some(message), "{source}");
    }
    let outcome = Bench::new(&script("\n  nope()")).run();
    assert_eq!(outcome.default("ERROR_MESSAGE").as_deref(), outcome.fault_message());
    assert_eq!(
        outcome.default("ERROR_DETAIL").as_deref(),
        Some("ReferenceError: nope is not defined at synapse.xml:3:3")
    );
}

#[test]
fn a_fault_of_a_script_leaves_what_it_did_before() {
    let outcome = run("mc.setProperty('done', 'yes'); nope()");
    assert_eq!(outcome.default("done").as_deref(), Some("yes"));
    assert!(matches!(outcome.flow, Err(_) | Ok(Flow::Continue)));
}
