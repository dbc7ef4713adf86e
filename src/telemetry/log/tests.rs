//! Tests of the application log.

use std::sync::{Arc, Mutex};

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::{EnvFilter, Registry, reload};

use super::*;

/// What is logged meanwhile, with the time of each line replaced.
fn lines(format: LineFormat, events: impl FnOnce()) -> String {
    let text = Arc::new(Mutex::new(Vec::new()));
    let of_layer = Arc::clone(&text);
    let layer =
        LogLayer::new(format, move |line| of_layer.lock().expect("nobody panicked").extend_from_slice(line));
    tracing::subscriber::with_default(Registry::default().with(layer), events);
    let text = String::from_utf8(text.lock().expect("nobody panicked").clone()).expect("the log is UTF-8");
    let time = regex::Regex::new(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z").expect("a correct pattern");
    time.replace_all(&text, "[time]").into_owned()
}

fn events() {
    tracing::info!(target: "sinew::server", listener = "http", port = 8280, secure = false, "listening");
    tracing::warn!(target: "sinew::deployment", file = "proxy services/a.xml", problems = 2, "artifact left out");
    let outer = tracing::info_span!(target: "sinew", "proxy", artifact = "Orders", revision = 3, late = tracing::field::Empty);
    let _outer = outer.enter();
    outer.record("late", "now");
    let _inner = tracing::info_span!(target: "sinew", "endpoint", endpoint = "stock", revision = 4).entered();
    tracing::error!(target: "sinew::endpoints", error = %"connection refused", ratio = 0.5, none = f64::NAN, "sending failed");
    tracing::info!(target: "mediation", category = "INFO", "MESSAGE = hello");
    tracing::debug!(target: "sinew::x", ts = "mine", target = "mine", level = 1, value = ?Some("a"), "reserved");
}

/// Everything that text from the wire may hold.
fn hostile_events() {
    let worst = "a\r\nb\0\u{1b}[31m\"\\\u{7f}\u{85}\u{202e}\u{2028} é";
    tracing::info!(target: "sinew::x", value = worst, shown = %worst, "{worst}");
    tracing::info!(target: "mediation", artifact = worst, "logged");
}

#[test]
fn json_lines() {
    insta::assert_snapshot!(lines(LineFormat::Json, events));
}

#[test]
fn text_lines() {
    insta::assert_snapshot!(lines(LineFormat::Text, events));
}

/// operations.md §5.2: control characters from the wire are escaped in both formats.
#[test]
fn control_characters_are_escaped() {
    let (json, text) = (lines(LineFormat::Json, hostile_events), lines(LineFormat::Text, hostile_events));
    for lines in [&json, &text] {
        assert_eq!(lines.lines().count(), 2, "{lines}");
        assert!(lines.chars().all(|letter| letter == '\n' || !letter.is_control()), "{lines:?}");
        assert!(!lines.contains(['\u{202e}', '\u{2028}']), "{lines:?}");
    }
    insta::assert_snapshot!(text);
    for line in json.lines() {
        let value: serde_json::Value = serde_json::from_str(line).expect("a line is JSON");
        assert_eq!(value["level"], "info");
    }
    let first: serde_json::Value =
        serde_json::from_str(json.lines().next().expect("a line")).expect("a line is JSON");
    assert_eq!(first["value"], "a\r\nb\0\u{1b}[31m\"\\\u{7f}\u{85}\u{202e}\u{2028} é");
    assert_eq!(first["value"], first["message"]);
    assert_eq!(first["value"], first["shown"]);
}

#[test]
fn every_json_line_can_be_read() {
    for line in lines(LineFormat::Json, events).lines() {
        let value: serde_json::Value = serde_json::from_str(line).expect("a line is JSON");
        assert!(["ts", "level", "target", "message"].iter().all(|key| value[key].is_string()), "{line}");
    }
}

#[test]
fn auto_depends_on_the_terminal() {
    let rows = [
        (LogFormat::Auto, true, LineFormat::Text),
        (LogFormat::Auto, false, LineFormat::Json),
        (LogFormat::Json, true, LineFormat::Json),
        (LogFormat::Text, false, LineFormat::Text),
    ];
    for (format, terminal, expected) in rows {
        assert_eq!(LineFormat::choose(format, terminal), expected);
    }
}

#[test]
fn the_level_can_be_changed_while_running() {
    let filter = |text: &str| -> EnvFilter { text.parse().expect("a filter") };
    let (layer, handle) = reload::Layer::new(filter("warn"));
    let count = Arc::new(Mutex::new(0));
    let of_layer = Arc::clone(&count);
    let log = LogLayer::new(LineFormat::Text, move |_| *of_layer.lock().expect("nobody panicked") += 1);
    tracing::subscriber::with_default(Registry::default().with(layer).with(log), || {
        let say = || tracing::info!(target: "sinew::level_test", "said");
        say();
        assert_eq!(*count.lock().expect("nobody panicked"), 0);
        let mut sources = crate::settings::Sources::default();
        sources.flags.push(crate::settings::Override::new("--set", "logs.level", "info"));
        let settings = crate::settings::load(&sources).expect("good settings").settings;
        LogControl { filter: handle.clone() }.set_level(&settings.logs.level);
        say();
        assert_eq!(*count.lock().expect("nobody panicked"), 1);
    });
}
