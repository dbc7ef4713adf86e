//! The commands that do not serve.

use tempfile::TempDir;

use crate::support::{NS, sinew, write};

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = sinew(arguments).output().expect("the program runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

const DEFAULT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/synapse-configs/default");

#[test]
fn check_is_quiet_about_the_shipped_configuration_and_the_examples() {
    assert_eq!(run(&["check", DEFAULT, "--deny-warnings"]).0, Some(0));
    let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
    let folders = std::fs::read_dir(examples).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut folders: Vec<String> =
        folders.filter(|path| path.is_dir()).map(|path| path.display().to_string()).collect();
    folders.push(format!("{examples}/load-balancing/member"));
    for folder in folders {
        let (code, text, _) = run(&["check", &folder, "--deny-warnings"]);
        assert_eq!(code, Some(0), "{folder}: {text}");
    }
}

#[test]
fn check_reports_everything_in_one_run() {
    let folder = TempDir::new().expect("a folder");
    write(
        folder.path(),
        "proxy-services/Orders.xml",
        &format!(
            "<proxy {NS} name=\"Orders\">\n  <target>\n    <inSequence>\n      <lgo/>\n      \
             <sequence key=\"audti\"/>\n    </inSequence>\n  </target>\n</proxy>"
        ),
    );
    write(folder.path(), "sequences/audit.xml", &format!("<sequence {NS} name=\"audit\" onEror=\"x\"/>"));
    let path = folder.path().display().to_string();
    let (code, text, _) = run(&["check", &path]);
    assert_eq!(code, Some(1));
    insta::assert_snapshot!(text.replace(&path, "configs"));
    let (code, json, _) = run(&["check", &path, "--format", "json"]);
    assert_eq!(code, Some(1));
    let value: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&value["schema"], &value["errors"], &value["warnings"]), (&1.into(), &2.into(), &1.into()));
    assert_eq!(run(&["check", "/nowhere/at-all"]).0, Some(74));
}

#[test]
fn show_lists_and_prints() {
    let (code, text, _) = run(&["show", "--dir", DEFAULT]);
    assert_eq!(code, Some(0));
    insta::assert_snapshot!(text.replace(DEFAULT, "default"));
    let (code, text, _) = run(&["show", "proxies", "EchoProxy", "--dir", DEFAULT]);
    assert_eq!(code, Some(0));
    assert!(text.contains("<header name=\"To\" action=\"remove\"/>"), "{text}");
    assert_eq!(run(&["show", "proxies", "Nobody", "--dir", DEFAULT]).0, Some(1));
    let (code, _, text) = run(&["show", "proxys", "--dir", DEFAULT]);
    assert_eq!(code, Some(2));
    assert!(text.contains("proxies"), "{text}");
    let (code, text, _) = run(&["show", "settings", "--set", "timeouts.response=5s"]);
    assert_eq!(code, Some(0));
    assert!(text.contains("timeouts.response = 5s    # --set"), "{text}");
}

#[test]
fn mediate_prints_a_transcript() {
    let (code, text, _) = run(&["mediate", "/services/EchoProxy", "--dir", DEFAULT]);
    assert_eq!(code, Some(0));
    insta::assert_snapshot!(text);
    let (code, text, _) = run(&[
        "mediate",
        "--dir",
        DEFAULT,
        "--sequence",
        "errorHandler",
        "-X",
        "POST",
        "-H",
        "Content-Type: text/plain",
        "-d",
        "x",
        "/",
    ]);
    assert_eq!(code, Some(0));
    assert!(text.contains("answer 500"), "{text}");
    for wrong in [
        &["mediate", "--dir", DEFAULT, "no-path"][..],
        &["mediate", "--dir", DEFAULT, "--sequence", "nobody", "/"],
        &["mediate", "--dir", DEFAULT, "--reply", "hello", "/"],
        &["mediate", "--dir", DEFAULT, "-H", "nocolon", "/"],
    ] {
        let (code, _, text) = run(wrong);
        assert_eq!(code, Some(2), "{wrong:?}: {text}");
        assert!(text.starts_with("error: "), "{wrong:?}: {text}");
    }
}

#[test]
fn convert_writes_todays_form() {
    let folder = TempDir::new().expect("a folder");
    let old = "services {\n s {\n  domains {\n   d { # 2.1\n    tenant_range *; mgt { hosts h.test; }\n} } }";
    write(folder.path(), "old.conf", old);
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (code, text, complaints) = run(&["convert", &path("old.conf")]);
    assert_eq!(code, Some(0));
    let expected = "services {\n\ts {\n\t\tdomains {\n\t\t\td {\n\t\t\t\ttenant_range\t*;\n\t\t\t\thosts\th.test;\n\
                    \t\t\t\tsub_domain\tmgt;\n\t\t\t}\n\t\t}\n\t}\n}\n";
    assert_eq!(text, expected);
    assert!(complaints.contains("W0901") && complaints.contains("comments are not kept"), "{complaints}");

    assert_eq!(run(&["convert", &path("old.conf"), "-o", &path("new.conf")]).0, Some(0));
    assert_eq!(std::fs::read_to_string(path("new.conf")).expect("a file"), expected);
    assert_eq!(run(&["convert", &path("new.conf")]), (Some(0), expected.to_owned(), String::new()));

    write(folder.path(), "wrong.conf", "services {\n  s { domains { d { max_app_instances 0; } } }\n}");
    let (code, text, complaints) = run(&["convert", &path("wrong.conf")]);
    assert_eq!((code, &*text), (Some(1), ""));
    assert!(complaints.contains("wrong.conf:2:39"), "{complaints}");
    assert_eq!(run(&["convert", &path("missing.conf")]).0, Some(74));
    assert_eq!(run(&["convert", &path("old.conf"), "-o", &path("no/such/folder")]).0, Some(74));
}

/// The numbers that docs/autoscaling.md explains.
#[test]
fn simulations_say_what_traffic_costs() {
    let folder = TempDir::new().expect("a folder");
    let example = |name: &str| format!("{}/examples/autoscaling/{name}", env!("CARGO_MANIFEST_DIR"));
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (conf, trace) = (example("loadbalancer.conf"), example("traffic.csv"));
    let simulate = |conf: &str, trace: &str, more: &[&str]| {
        run(&[&["autoscale", "simulate", "--conf", conf, "--traffic", trace], more].concat())
    };
    let (code, text, _) = simulate(&conf, &trace, &["--svg", &path("plot.svg")]);
    assert_eq!(code, Some(0));
    let launch = "2760     215   212      1        0        0        average 212 in flight > 1 running × 210, 2 required: launch 1";
    for line in
        [launch, "instance hours  10.13", "launched        3", "overloaded      150 of 14400 s (1.0 %)"]
    {
        assert!(text.lines().any(|one| one == line), "{line} is not in\n{text}");
    }
    let drawing = std::fs::read_to_string(path("plot.svg")).expect("a file");
    assert!(drawing.starts_with("<svg ") && drawing.contains("shop.domain"), "{drawing}");

    let rows = [
        (
            "alarming_lower_rate 0.2; scale_down_factor 0.25;",
            "alarming_lower_rate 0.6; scale_down_factor 1;",
            "6.30",
        ),
        ("max_requests_per_second 5;", "policy target; target_in_flight 180;", "6.67"),
    ];
    let shipped = std::fs::read_to_string(&conf).expect("a file").replace(";\n        scale", "; scale");
    for (before, after, hours) in rows {
        assert!(shipped.contains(before), "{before}");
        write(folder.path(), "other.conf", &shipped.replace(before, after));
        let (_, text, _) = simulate(&path("other.conf"), &trace, &[]);
        assert!(text.contains(&format!("instance hours  {hours}")), "{after}: {text}");
    }

    let (code, text, _) = simulate(&conf, &trace, &["--json", "--boot", "5m"]);
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(
        (code, &json["clusters"][0]["summary"]["overloaded_seconds"]),
        (Some(0), &serde_json::json!(960.0))
    );

    write(folder.path(), "wrong.csv", "seconds,in_flight\n0,many\n");
    let (code, _, complaints) = simulate(&conf, &path("wrong.csv"), &[]);
    assert!(code == Some(1) && complaints.contains("wrong.csv:2:3"), "{complaints}");
    let (code, _, complaints) = simulate(&conf, &trace, &["--cluster", "nobody"]);
    assert!(code == Some(1) && complaints.contains("there are shop.domain"), "{complaints}");
    assert_eq!(simulate(&conf, &path("missing.csv"), &[]).0, Some(74));
}

#[test]
fn completions_are_printed() {
    for shell in ["bash", "zsh", "fish"] {
        let (code, text, _) = run(&["completions", shell]);
        assert_eq!(code, Some(0));
        assert!(text.contains("mediate"), "{shell}");
    }
}
