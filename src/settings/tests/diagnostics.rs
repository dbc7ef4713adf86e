//! What people see when settings are wrong.

use super::super::{Override, Sources};
use super::file;

#[test]
fn every_problem_of_a_file_is_reported_at_once() {
    let text = r#"
threads = 4
[server]
thread = 4
strict = "yes"
name = "Sinew\nX-Injected: 1"
[listener.http]
address = "0.0.0.0:80"
[listeners.http]
address = "localhost:80"
enabled = 1
[limits]
head = "64KB"
headers = 0
body = "-1"
address = "127.0.0.1:1"
[timeouts]
header = "30 parsecs"
connect = 10
response = "25h"
body_idle = "0s"
[logs]
level = "inof"
format = "jason"
[deployment]
directory = ""
[compat]
headers_preserve = ["Host", "a b"]
always_chunk = []
"#;
    insta::assert_snapshot!(file(text).problems());
}

#[test]
fn wrong_syntax_is_reported_with_everything_else() {
    insta::assert_snapshot!(
        file("[server\nthreads = 4\n[timeouts]\nheader = \nconect = \"1s\"\n").problems()
    );
}

#[test]
fn a_table_is_needed() {
    insta::assert_snapshot!(file("timeouts = 5\n[[listeners.http]]\naddress = \"127.0.0.1:0\"\n").problems());
}

#[test]
fn the_environment_and_flags_name_themselves() {
    let sources = Sources::default()
        .variable("SINEW_LISTENERS_HTTP_ADDRESS", "8280")
        .variable("SINEW_LISTENER_HTTP_ADDRESS", "127.0.0.1:1")
        .variable("SINEW_ADMIN_TOKEN", "hunter2")
        .set("timeouts.header=fast")
        .set("timeouts.haeder=1s")
        .set("colour=blue");
    insta::assert_snapshot!(sources.problems());
}

#[test]
fn a_wrong_value_is_wrong_even_when_a_flag_gives_another() {
    let sources = file("[timeouts]\nheader = \"soon\"\n").set("timeouts.header=1s");
    insta::assert_snapshot!(sources.problems());
}

#[test]
fn a_flag_needs_a_value() {
    let problems = Override::parse("server.strict").expect_err("there is no value");
    insta::assert_snapshot!(super::rendered(&problems));
}

/// hardening.md §5: a secret that was written where a reference belongs is not repeated.
#[test]
fn secrets_are_never_shown() {
    let problems = file("[admin]\ntoken = \"hunter2é\" # mine\n").problems();
    assert!(!problems.contains("hunter2"), "{problems}");
    insta::assert_snapshot!(problems);
}

#[test]
fn what_does_not_fit_together_is_reported() {
    let text = r#"
[listeners.http]
address = "127.0.0.1:9191"
[listeners.https]
enabled = true
development_certificate_directory = ""
[tls]
verify = false
ca_file = "ca.pem"
"#;
    insta::assert_snapshot!(file(text).problems());
}

#[test]
fn an_address_that_covers_another_is_in_its_way() {
    let open =
        |address: &str| Sources::default().set(&format!("listeners.http.address={address}")).problems();
    insta::assert_snapshot!(open("0.0.0.0:9191"));
    assert_eq!(open("[::]:9191"), "");
    assert_eq!(open("127.0.0.2:9191"), "");
    assert_eq!(open("127.0.0.1:0"), "");
}

/// The certificate is given, if wrongly: that it is missing would be no help.
#[test]
fn what_could_not_be_read_is_not_missing() {
    let text = "[listeners.https]\nenabled = true\ncertificate = 1\nkey = 2\n";
    let problems = file(text).problems();
    assert!(!problems.contains("has no certificate"), "{problems}");
    assert_eq!(problems.matches("expected a path").count(), 2, "{problems}");
}

#[test]
fn certificate_and_key_need_each_other() {
    insta::assert_snapshot!(file("[listeners.https]\ncertificate = \"a.pem\"\n").problems());
    insta::assert_snapshot!(file("[listeners.https]\nkey = \"a.pem\"\n").problems());
}

/// hardening.md §2, row 32.
#[test]
fn an_open_admin_interface_needs_a_token() {
    insta::assert_snapshot!(Sources::default().variable("SINEW_ADMIN_ADDRESS", "0.0.0.0:9191").problems());
    let with_token = Sources::default().set("admin.address=0.0.0.0:9191").set("admin.token=env:TOKEN");
    assert_eq!(with_token.problems(), "");
    let off = Sources::default().set("admin.address=0.0.0.0:9191").set("admin.enabled=false");
    assert_eq!(off.problems(), "");
}

#[test]
fn nobody_can_connect_is_a_warning() {
    let nobody = Sources::default().set("listeners.http.enabled=false").set("listeners.https.enabled=false");
    insta::assert_snapshot!(nobody.problems());
}
