//! `sinew ctl status`, `reload`, `sessions` and `maintenance`.

use serde_json::Value;

use super::client::{CallError, Client};
use super::{Position, Said, part, table};
use crate::admin::SessionReport;
use crate::cli::Exit;

/// What is running, as lines of name and value.
pub(super) fn status(client: &Client) -> Result<Said, CallError> {
    let json = client.get("/api/v1/status")?;
    let mut text = String::new();
    let mut line = |name: &str, value: String| text.push_str(&format!("{name:<10}{value}\n"));
    line("version", word(&json, "version"));
    line("phase", word(&json, "phase"));
    line("ready", word(&json, "ready"));
    if json.get("maintenance").and_then(Value::as_bool) == Some(true) {
        line("closed", "for maintenance".to_owned());
    }
    let uptime = json.get("uptime_seconds").and_then(Value::as_f64).unwrap_or_default();
    line("uptime", table::seconds(uptime));
    line("revision", word(&json, "revision"));
    line("faults", word(&json, "artifact_faults"));
    if let Some(reload) = json.get("last_reload").filter(|reload| reload.is_object()) {
        line("reload", format!("{}, {}", word(reload, "at"), word(reload, "message")));
    }
    for listener in json.get("listeners").and_then(Value::as_array).into_iter().flatten() {
        line("listener", format!("{}  {}", word(listener, "name"), word(listener, "address")));
    }
    Ok(Said::new(json, text))
}

/// What came of a look at the files.
pub(super) fn reload(client: &Client) -> Result<Said, CallError> {
    let json = client.post("/api/v1/reload", None)?;
    let outcome = word(&json, "outcome");
    let revision = word(&json, "revision");
    let mut text = match outcome.as_str() {
        "deployed" => format!("deployed revision {revision}\n"),
        "unchanged" => format!("nothing changed; revision {revision} runs\n"),
        "partly" => format!("deployed revision {revision}, except files with errors\n"),
        "held_back" => {
            format!("held back: the change would break files it did not touch; revision {revision} runs\n")
        }
        _ => format!("failed; revision {revision} runs\n"),
    };
    let problems = json.get("problems").and_then(Value::as_array).into_iter().flatten();
    let problems: Vec<&str> = problems.filter_map(Value::as_str).collect();
    text.extend(problems.iter().map(|problem| format!("{problem}\n")));
    let well = matches!(outcome.as_str(), "deployed" | "unchanged") && problems.is_empty();
    let exit = if well { Exit::Ok } else { Exit::NotOk };
    Ok(Said { exit, ..Said::new(json, text) })
}

/// How many sessions there are, as lines of name and value.
pub(super) fn sessions(client: &Client) -> Result<Said, CallError> {
    let json = client.get("/lb/sessions/stats")?;
    let report: SessionReport = part(client, &json, "sessions")?;
    let counts = [
        ("sessions", report.size),
        ("limit", report.limit),
        ("hits", report.hits),
        ("misses", report.misses),
        ("expired", report.expired),
        ("evicted", report.evicted),
    ];
    let lines = counts.map(|(name, count)| format!("{name:<10}{count}\n"));
    let of = report.clusters.iter().map(|(cluster, count)| format!("of {cluster}: {count}\n"));
    Ok(Said::new(json, lines.into_iter().chain(of).collect()))
}

/// Closes the listeners, or opens them.
pub(super) fn maintenance(client: &Client, position: Position) -> Result<Said, CallError> {
    let body = serde_json::json!({ "on": position.is_on() });
    let json = client.post("/api/v1/maintenance", Some(&body))?;
    let text = match position {
        Position::On => "the listeners are closed; what is in flight finishes\n",
        Position::Off => "the listeners are open\n",
    };
    Ok(Said::new(json, text.to_owned()))
}

/// A value as people write it.
fn word(json: &Value, name: &str) -> String {
    match json.get(name) {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::Bool(yes)) => (if *yes { "yes" } else { "no" }).to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}
