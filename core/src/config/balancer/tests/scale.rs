//! Sizes at which work that grows with the square of the text would show, as would recursion.

use std::fmt::Write;

use super::{good, reading};

const MANY: usize = 20_000;

fn repeated(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut text, number| {
        let _ = writeln!(text, "{}", line(number));
        text
    })
}

#[test]
fn many_keys_in_one_block() {
    let keys = repeated(MANY, |number| format!("key{number} 1;"));
    assert_eq!(
        reading(&format!("services {{}} loadbalancer {{ strict off;\n{keys}}}")).1.warning_count(),
        MANY
    );
    let again = "instances 1;\n".repeat(MANY);
    assert_eq!(reading(&format!("services {{}} loadbalancer {{\n{again}}}")).1.warning_count(), MANY - 1);
}

#[test]
fn many_equal_blocks_and_many_different_ones() {
    let equal = "d { tenant_range *; }\n".repeat(MANY);
    assert_eq!(good(&format!("services {{ s {{ domains {{ {equal} }} }} }}")).clusters().len(), 1);
    let different = repeated(MANY, |number| format!("d{number} {{ tenant_range {number}; }}"));
    let text = format!("services {{ s {{ hosts a.test; domains {{ {different} }} }} }}");
    assert_eq!(good(&text).clusters().len(), MANY);
}

/// All clusters share all hosts, and each has one more.
#[test]
fn many_hosts_for_many_clusters() {
    let hosts: Vec<String> = (0..MANY).map(|number| format!("h{number}.test")).collect();
    let inherited = repeated(MANY / 2, |number| format!("d{number} {{ tenant_range {number}; }}"));
    let own = repeated(MANY / 2, |number| {
        format!("e{number} {{ hosts h{number}.test; tenant_range {}; }}", number + MANY)
    });
    let text = format!("services {{ s {{ hosts {}; domains {{ {inherited}{own} }} }} }}", hosts.join(","));
    assert_eq!(good(&text).clusters().len(), MANY);
}

#[test]
fn many_overlaps() {
    let clusters = repeated(MANY, |number| format!("d{number} {{ tenant_range *; }}"));
    let text = format!("services {{ s {{ hosts a.test,b.test; domains {{ {clusters} }} }} }}");
    assert_eq!(reading(&text).1.error_count(), MANY - 1);
}

#[test]
fn many_beginnings_without_an_end() {
    for piece in ["a {\n", "${", "#\n", "}", ";", "a\n#\n", "a", "{"] {
        let text = piece.repeat(10 * MANY);
        assert_eq!(reading(&text).0, None, "{piece}");
    }
    let open = format!("services {{}} loadbalancer {{ payload {}; }}", "${".repeat(10 * MANY));
    good(&open);
    let listed = format!(
        "services {{ s {{ hosts {}; domains {{ d {{ tenant_range *; }} }} }} }}",
        ",".repeat(10 * MANY)
    );
    good(&listed);
}
