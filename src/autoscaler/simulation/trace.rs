//! Traces of traffic: lines of numbers separated by commas, below a line that names the columns.
//!
//! ```text
//! # an hour of the shop
//! seconds,in_flight,cluster
//! 0,12,shop.a.domain
//! 60,250,shop.a.domain
//! ```
//!
//! `seconds` is when a row begins to hold; it holds until the next row of the same cluster. The others are `in_flight`
//! (requests in flight), `requests_per_second`, `load` (the sum of the load averages of all instances) and `cluster`
//! (domain, or domain/sub-domain). Their order is free; `#` starts a comment.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use sinew_core::config::balancer::ClusterKey;
use sinew_core::diagnostics::{Diagnostic, Diagnostics, Location, SourceFile, Span, codes, nearest};

/// The latest time that a trace may have: a hundred years.
const LATEST: f64 = 3_155_760_000.0;

/// The largest number of requests, or load.
const LARGEST: f64 = 1e12;

/// A column of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// When the row begins to hold.
    Seconds,
    /// Requests in flight.
    InFlight,
    /// Requests that arrive in a second.
    Arrivals,
    /// The sum of the load averages.
    Load,
    /// The cluster.
    Cluster,
}

/// The traffic of one cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct Traffic {
    /// The columns that the trace has.
    columns: Vec<Column>,
    /// By time.
    rows: Vec<Row>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Row {
    at: Duration,
    in_flight: f64,
    arrivals: f64,
    load: f64,
    /// How many requests arrived before the row.
    arrived: f64,
}

impl Column {
    const ALL: [Column; 5] =
        [Column::Seconds, Column::InFlight, Column::Arrivals, Column::Load, Column::Cluster];

    /// Its name in the first line.
    pub fn name(self) -> &'static str {
        match self {
            Column::Seconds => "seconds",
            Column::InFlight => "in_flight",
            Column::Arrivals => "requests_per_second",
            Column::Load => "load",
            Column::Cluster => "cluster",
        }
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Traffic {
    /// Whether the trace has a column.
    pub fn has(&self, column: Column) -> bool {
        self.columns.contains(&column)
    }

    /// When the first row begins to hold.
    pub fn start(&self) -> Duration {
        self.rows.first().map(|row| row.at).unwrap_or_default()
    }

    /// When the last row begins to hold: the end of the trace.
    pub fn end(&self) -> Duration {
        self.rows.last().map(|row| row.at).unwrap_or_default()
    }

    /// When the row with a number begins to hold.
    pub(super) fn time(&self, number: usize) -> Option<Duration> {
        self.rows.get(number).map(|row| row.at)
    }

    /// The value of a column at a time; 0 before the first row, and for columns that are no numbers.
    pub fn value(&self, column: Column, at: Duration) -> f64 {
        self.row(at).map_or(0.0, |row| row.value(column))
    }

    /// How many requests arrived up to a time, with fractions.
    pub fn arrived(&self, at: Duration) -> f64 {
        self.row(at).map_or(0.0, |row| row.arrived_at(at))
    }

    /// The row that holds at a time.
    fn row(&self, at: Duration) -> Option<&Row> {
        let after = self.rows.partition_point(|row| row.at <= at);
        after.checked_sub(1).and_then(|index| self.rows.get(index))
    }
}

impl Row {
    /// How many requests arrived up to a time from when the row holds.
    fn arrived_at(&self, at: Duration) -> f64 {
        self.arrived + self.arrivals * at.saturating_sub(self.at).as_secs_f64()
    }

    fn value(&self, column: Column) -> f64 {
        match column {
            Column::InFlight => self.in_flight,
            Column::Arrivals => self.arrivals,
            Column::Load => self.load,
            Column::Seconds | Column::Cluster => 0.0,
        }
    }
}

/// Reads a trace: the traffic by cluster, with `None` for all of it where the trace has no column `cluster`. What could not be
/// understood is reported with its place, and left out.
pub fn traces(
    file: &Arc<SourceFile>,
    diagnostics: &mut Diagnostics,
) -> BTreeMap<Option<ClusterKey>, Traffic> {
    let mut found: BTreeMap<Option<ClusterKey>, Traffic> = BTreeMap::new();
    let mut lines = lines(file).peekable();
    let Some(first) = lines.next() else {
        let message = "the trace is empty";
        diagnostics.push(problem(file, 0, 0, message, "expected a line that names the columns"));
        return found;
    };
    let Some(columns) = header(file, &first, diagnostics) else { return found };
    if lines.peek().is_none() {
        let message = "the trace has no rows";
        diagnostics.push(problem(
            file,
            first.start,
            first.text.len(),
            message,
            "nothing stands below the names",
        ));
    }
    for line in lines {
        let Some((cluster, mut row)) = row(file, &line, &columns, diagnostics) else { continue };
        let traffic = found.entry(cluster);
        let traffic = traffic.or_insert_with(|| Traffic { columns: columns.clone(), rows: Vec::new() });
        match traffic.rows.last() {
            Some(last) if last.at >= row.at => {
                let message = "the times of a trace go up";
                let label =
                    format!("expected more than {}, the time of the row before", last.at.as_secs_f64());
                diagnostics.push(problem(file, line.start, line.text.len(), message, &label));
            }
            last => {
                row.arrived = last.map_or(0.0, |last| last.arrived_at(row.at));
                traffic.rows.push(row);
            }
        }
    }
    found
}

/// A line or a cell, and where it starts, in bytes.
#[derive(Clone, Copy, Debug)]
struct Piece<'a> {
    text: &'a str,
    start: usize,
}

impl<'a> Piece<'a> {
    fn trimmed(self) -> Piece<'a> {
        let blank = |letter: char| letter.is_whitespace() || letter == '\u{feff}';
        let text = self.text.trim_start_matches(blank);
        Piece { text: text.trim_end_matches(blank), start: self.start + self.text.len() - text.len() }
    }

    fn cells(self) -> impl Iterator<Item = Piece<'a>> {
        let mut start = self.start;
        self.text.split(',').map(move |text| {
            let cell = Piece { text, start };
            start += text.len() + 1;
            cell.trimmed()
        })
    }
}

/// The lines that say something.
fn lines(file: &SourceFile) -> impl Iterator<Item = Piece<'_>> {
    let mut start = 0;
    let pieces = file.text().split_inclusive('\n').map(move |line| {
        let text = line.split('#').next().unwrap_or_default();
        let piece = Piece { text, start };
        start += line.len();
        piece.trimmed()
    });
    pieces.filter(|line| !line.text.is_empty())
}

/// The columns, when they are fit for a trace.
fn header(file: &Arc<SourceFile>, line: &Piece<'_>, diagnostics: &mut Diagnostics) -> Option<Vec<Column>> {
    let mut columns = Vec::new();
    for cell in line.cells() {
        let Some(column) = Column::ALL.into_iter().find(|column| column.name() == cell.text) else {
            let names = Column::ALL.map(Column::name);
            let mut diagnostic = problem(
                file,
                cell.start,
                cell.text.len(),
                format!("a trace has no column `{}`", cell.text),
                &format!("expected one of {}", names.join(", ")),
            );
            if let Some(near) = nearest(cell.text, names) {
                diagnostic = diagnostic.help(format!("there is one named `{near}`"));
            }
            diagnostics.push(diagnostic);
            return None;
        };
        if columns.contains(&column) {
            let message = format!("the column `{column}` is here twice");
            diagnostics.push(problem(file, cell.start, cell.text.len(), message, "the second one"));
            return None;
        }
        columns.push(column);
    }
    let measures = [Column::InFlight, Column::Arrivals, Column::Load];
    let label = if !columns.contains(&Column::Seconds) {
        "`seconds` is missing"
    } else if !measures.iter().any(|column| columns.contains(column)) {
        "`in_flight`, `requests_per_second` or `load` is missing"
    } else {
        return Some(columns);
    };
    let message = "a trace needs the time and a measure of traffic";
    diagnostics.push(problem(file, line.start, line.text.len(), message, label));
    None
}

fn row(
    file: &Arc<SourceFile>,
    line: &Piece<'_>,
    columns: &[Column],
    diagnostics: &mut Diagnostics,
) -> Option<(Option<ClusterKey>, Row)> {
    let cells: Vec<Piece<'_>> = line.cells().collect();
    if cells.len() != columns.len() {
        let message = format!("a row of {} for {} columns", plural(cells.len(), "cell"), columns.len());
        diagnostics.push(problem(file, line.start, line.text.len(), message, "one cell for each column"));
        return None;
    }
    let (mut cluster, mut row) = (None, Row::default());
    for (column, cell) in columns.iter().zip(cells) {
        match read(*column, cell.text) {
            Ok(Value::Cluster(key)) => cluster = Some(key),
            Ok(Value::Number(number)) => match column {
                Column::Seconds => row.at = Duration::from_secs_f64(number),
                Column::InFlight => row.in_flight = number,
                Column::Arrivals => row.arrivals = number,
                Column::Load => row.load = number,
                Column::Cluster => {}
            },
            Err(expected) => {
                let message = format!("`{}` is no value for `{column}`", cell.text);
                let label = format!("expected {expected}");
                diagnostics.push(problem(file, cell.start, cell.text.len(), message, &label));
                return None;
            }
        }
    }
    Some((cluster, row))
}

enum Value {
    Number(f64),
    Cluster(ClusterKey),
}

/// The value of a cell, or what it should be.
fn read(column: Column, text: &str) -> Result<Value, &'static str> {
    let number = |largest: f64| {
        let plain = text.chars().all(|letter| letter.is_ascii_digit() || letter == '.');
        let number = text.parse::<f64>().ok().filter(|number| plain && *number <= largest);
        number.map(Value::Number)
    };
    match column {
        Column::Seconds => number(LATEST).ok_or("seconds, as a number from 0 to 3155760000"),
        Column::InFlight => {
            let whole = text.parse::<u64>().is_ok();
            number(LARGEST).filter(|_| whole).ok_or("a whole number of requests")
        }
        Column::Arrivals => number(LARGEST).ok_or("requests in a second, as a number from 0"),
        Column::Load => number(LARGEST).ok_or("a sum of load averages, as a number from 0"),
        Column::Cluster if text.is_empty() => Err("a domain, or domain/sub-domain"),
        Column::Cluster => Ok(Value::Cluster(ClusterKey::parse(text))),
    }
}

fn plural(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

fn problem(
    file: &Arc<SourceFile>,
    start: usize,
    length: usize,
    message: impl Into<String>,
    label: &str,
) -> Diagnostic {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let span = Span::new(offset(start), offset(start.saturating_add(length)));
    Diagnostic::error(codes::TRACE_INVALID, message).at(Location::new(file.clone(), span)).label(label)
}
