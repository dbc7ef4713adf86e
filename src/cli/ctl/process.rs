//! `sinew ctl status` and `reload`.

use serde_json::Value;

use super::client::{CallError, Client};
use super::{Said, table};
use crate::cli::Exit;

/// What is running, as lines of name and value.
pub(super) fn status(client: &Client) -> Result<Said, CallError> {
    let json = client.get("/api/v1/status")?;
    let mut text = String::new();
    let mut line = |name: &str, value: String| text.push_str(&format!("{name:<10}{value}\n"));
    line("version", word(&json, "version"));
    line("phase", word(&json, "phase"));
    line("ready", word(&json, "ready"));
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

/// A value as people write it.
fn word(json: &Value, name: &str) -> String {
    match json.get(name) {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::Bool(yes)) => (if *yes { "yes" } else { "no" }).to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}
