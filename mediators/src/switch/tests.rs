//! The cases of mediators.md §12.6 about switches.

use sinew_core::mediation::Flow;
use sinew_core::message::Value;

use crate::testing::{Bench, assert_problems, is_refused, parse};

/// Which branches ran, in order of the probes' names.
fn branches(switch: &str, symbol: Option<&str>) -> Vec<&'static str> {
    let bench = Bench::new(switch);
    let bench = match symbol {
        Some(symbol) => bench.property("symbol", symbol),
        None => bench,
    };
    let outcome = bench.run();
    assert_eq!(outcome.flow.as_ref().ok(), Some(&Flow::Continue), "{switch}");
    ["default", "ibm", "msft"].into_iter().filter(|probe| outcome.reached(probe)).collect()
}

fn case(regex: &str, probe: &str) -> String {
    format!("<case regex='{regex}'><property name='{probe}' value='1'/></case>")
}

fn switch(content: &str) -> String {
    format!("<switch source='$ctx:symbol'>{content}</switch>")
}

const DEFAULT: &str = "<default><property name='default' value='1'/></default>";

#[test]
fn case_107_exactly_one_branch_runs() {
    let switch = switch(&format!("{}{}{DEFAULT}", case("IBM", "ibm"), case("MSFT", "msft")));
    for (symbol, expected) in [("IBM", "ibm"), ("MSFT", "msft"), ("SUN", "default"), ("IBMX", "default")] {
        assert_eq!(branches(&switch, Some(symbol)), [expected]);
    }
}

#[test]
fn case_108_the_first_match_wins() {
    let switch = switch(&format!("{}{}", case("I.*", "ibm"), case("IBM", "msft")));
    assert_eq!(branches(&switch, Some("IBM")), ["ibm"]);
}

#[test]
fn case_109_the_result_is_that_of_the_branch() {
    let after = "<property name='after' value='1'/>";
    let mediators = format!("{}{after}", switch("<case regex='IBM'><drop/></case>"));
    let outcome = Bench::new(&mediators).property("symbol", "IBM").run();
    assert_eq!(outcome.flow.as_ref().ok(), Some(&Flow::Stop));
    assert!(!outcome.reached("after"));
    let outcome = Bench::new(&mediators).property("symbol", "SUN").run();
    assert_eq!(outcome.flow.as_ref().ok(), Some(&Flow::Continue));
    assert!(outcome.reached("after"));
}

#[test]
fn case_110_null_goes_to_the_default() {
    let with_default = switch(&format!("{}{DEFAULT}", case(".*", "ibm")));
    assert_eq!(branches(&with_default, None), ["default"]);
    assert!(branches(&switch(&case(".*", "ibm")), None).is_empty());
    assert_eq!(branches(&switch(DEFAULT), Some("IBM")), ["default"]);
}

#[test]
fn case_111_source_and_regex_are_needed_and_the_first_default_counts() {
    assert!(is_refused("<switch><case regex='a'/></switch>"));
    assert!(is_refused("<switch source='$ctx:a'><case/></switch>"));
    assert!(is_refused("<switch source='$ctx:a'><case regex='('/></switch>"));
    let second = "<default><property name='msft' value='1'/></default>";
    let switch = switch(&format!("{DEFAULT}{second}"));
    assert!(!parse(&switch).1.has_errors());
    assert_eq!(branches(&switch, Some("SUN")), ["default"]);
}

#[test]
fn case_112_integers_are_matched_by_their_text() {
    let mediators = "<switch source=\"get-property('ERROR_CODE')\">
        <case regex='303001'><property name='x' value='1'/></case></switch>";
    let outcome = Bench::new(mediators).property("ERROR_CODE", Value::Integer(303_001)).run();
    assert!(outcome.reached("x"));
}

#[test]
fn wrong_switches_are_explained() {
    assert_problems!(
        "<switch><case regex=\"a\"/></switch>
<switch source=\" \"/>
<switch source=\"$ctx:a\"><case/><case regex=\"[\"/></switch>
<switch source=\"$ctx:a\"><default/><log/><default/></switch>
<switch source=\"$ctx:a\" regex=\"b\"><case regex=\"b\"><logg/></case></switch>"
    );
}
