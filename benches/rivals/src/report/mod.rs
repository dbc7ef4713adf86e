//! What came out, for people, programs and pages.

mod svg;
mod text;

use serde::Serialize;

use crate::machine::Machine;
use crate::measurement::Sample;
use crate::plan::{Measure, Work};
use crate::statistics::median;

pub(crate) use svg::chart;
pub(crate) use text::table;

/// Everything.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) machine: Machine,
    /// Name and version of each proxy.
    pub(crate) versions: Vec<(String, String)>,
    pub(crate) works: Vec<Outcome>,
}

/// What came of one work.
#[derive(Debug, Serialize)]
pub(crate) struct Outcome {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    /// What the figures are.
    pub(crate) unit: &'static str,
    pub(crate) rows: Vec<Figures>,
}

/// Medians over the rounds.
#[derive(Debug, Serialize)]
pub(crate) struct Figures {
    pub(crate) label: String,
    pub(crate) figure: f64,
    /// The median of the ratios to the first row, each in the same round.
    pub(crate) ratio: f64,
    pub(crate) per_second: f64,
    pub(crate) p50_microseconds: f64,
    pub(crate) p99_microseconds: f64,
    pub(crate) p99_ratio: f64,
    pub(crate) memory_kib: f64,
    pub(crate) errors: u64,
    /// Why there are no figures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) failure: Option<String>,
}

/// Sums up the samples of a work.
pub(crate) fn outcome(work: &Work, samples: Vec<anyhow::Result<Vec<Sample>>>) -> Outcome {
    let base: Vec<Sample> = match samples.first() {
        Some(Ok(first)) => first.clone(),
        _ => Vec::new(),
    };
    let rows =
        work.rows.iter().zip(samples).map(|(row, samples)| figures(&row.label, &base, samples)).collect();
    Outcome { name: work.name, title: work.title, unit: work.measure.unit(), rows }
}

fn figures(label: &str, base: &[Sample], samples: anyhow::Result<Vec<Sample>>) -> Figures {
    let (samples, failure) = match samples {
        Ok(samples) => (samples, None),
        Err(error) => (Vec::new(), Some(format!("{error:#}"))),
    };
    let of = |field: fn(&Sample) -> f64| median(samples.iter().map(field));
    let ratio = |field: fn(&Sample) -> f64| {
        median(
            samples
                .iter()
                .zip(base)
                .map(|(own, base)| field(own) / field(base))
                .filter(|one| one.is_finite()),
        )
    };
    Figures {
        label: label.to_owned(),
        figure: of(|sample| sample.figure),
        ratio: ratio(|sample| sample.figure),
        per_second: of(|sample| sample.per_second),
        p50_microseconds: of(|sample| sample.median),
        p99_microseconds: of(|sample| sample.percentile_99),
        p99_ratio: ratio(|sample| sample.percentile_99),
        memory_kib: of(|sample| sample.memory as f64),
        errors: samples.iter().map(|sample| sample.errors).sum(),
        failure,
    }
}

impl Measure {
    fn unit(self) -> &'static str {
        match self {
            Measure::PerAnswer => "CPU µs per request",
            Measure::PerGigabyte => "CPU ms per GB",
            Measure::Latency => "p50 µs",
            Measure::IdleMemory => "KiB per connection",
            Measure::ProcessMemory => "MiB",
            Measure::Start | Measure::Change => "ms",
        }
    }
}
