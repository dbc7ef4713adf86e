//! The text of `docs/metrics.md`, made from the table of names.

use crate::telemetry::names::{ALL, Metric, MetricKind};

const INTRODUCTION: &str = "\
<!-- Made from src/telemetry/names.rs. Change it there. -->

# Metrics

The admin interface shows them at `/metrics`, as OpenMetrics or as Prometheus text, whichever the `Accept` header asks
for. Durations are in seconds, sizes in bytes. Labels come from the configuration or from small closed sets, never from
what a client sent. Counters whose labels multiply appear with their first event.

| Name | Kind | Labels | Meaning |
|---|---|---|---|
";

/// The whole page, in Markdown.
pub fn reference() -> String {
    let mut page = INTRODUCTION.to_owned();
    for Metric { name, kind, labels, help } in ALL {
        let kind = match kind {
            MetricKind::Counter => "counter",
            MetricKind::Gauge => "gauge",
            MetricKind::Histogram => "histogram",
        };
        page.push_str(&format!("| `{name}` | {kind} | {} | {help} |\n", labels.join(", ")));
    }
    page
}
