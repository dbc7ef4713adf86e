//! Simulations for people: a table of ticks, and the whole in a few lines.

use std::fmt::Write;
use std::time::Duration;

use crate::autoscaler::Verdict;
use crate::autoscaler::simulation::{Run, TickRecord};
use crate::cli::ctl::table::{or_dash, render};

/// The table of each run, and its summary.
pub(super) fn text(runs: &[Run], every_tick: bool) -> String {
    runs.iter().map(|run| one(run, every_tick)).collect::<Vec<_>>().join("\n")
}

fn one(run: &Run, every_tick: bool) -> String {
    let (minimum, maximum) = run.limits;
    let mut text = format!("{}: policy {}, {minimum} to {maximum} instances\n\n", run.cluster, run.policy);
    let mut rows = Vec::new();
    let mut before: Option<&TickRecord> = None;
    for (number, tick) in run.ticks.iter().enumerate() {
        let last = number + 1 == run.ticks.len();
        let changed = before.is_none_or(|before| before.counts != tick.counts) || !tick.actions.is_empty();
        if every_tick || changed || last {
            rows.push(row(tick));
        }
        before = Some(tick);
    }
    let names = ["SECONDS", "LOAD", "AVERAGE", "RUNNING", "PENDING", "LEAVING", "DECISION"];
    text.push_str(&render(names, &rows));
    text.push('\n');
    summary(run, &mut text);
    text
}

fn row(tick: &TickRecord) -> [String; 7] {
    let decision = match tick.sanity.verdict {
        Verdict::Hold => tick.scaling.to_string(),
        Verdict::Launch(_) | Verdict::Terminate(_) => format!("{}; {}", tick.sanity, tick.scaling),
    };
    [
        number(tick.at.as_secs_f64()),
        number(tick.load),
        or_dash(tick.average.map(number)),
        tick.counts.running.to_string(),
        tick.counts.pending.to_string(),
        tick.counts.terminating.to_string(),
        decision,
    ]
}

fn summary(run: &Run, text: &mut String) {
    let summary = &run.summary;
    let whole = match (run.line.first(), run.line.last()) {
        (Some(first), Some(last)) => last.at - first.at,
        _ => Duration::ZERO,
    };
    let hours = summary.instance_time.as_secs_f64() / 3600.0;
    let _ = writeln!(text, "instance hours  {hours:.2}");
    let _ = writeln!(text, "running         {} to {}", summary.fewest, summary.most);
    let _ = writeln!(text, "launched        {}", summary.launched);
    let _ = writeln!(text, "ended           {}", summary.ended);
    let share = summary.overloaded.as_secs_f64() / whole.as_secs_f64().max(f64::MIN_POSITIVE) * 100.0;
    let (overloaded, whole) = (number(summary.overloaded.as_secs_f64()), number(whole.as_secs_f64()));
    let _ = writeln!(text, "overloaded      {overloaded} of {whole} s ({share:.1} %)");
    if summary.never_joined > 0 {
        let _ = writeln!(
            text,
            "never joined    {}, because server_startup_delay is shorter than they take to boot",
            summary.never_joined
        );
    }
}

/// A number with two digits behind the point at most.
fn number(number: f64) -> String {
    let text = format!("{number:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
