//! Tables for the terminal.

use std::fmt::Write;

use super::Outcome;

/// One work as a table.
pub(crate) fn table(outcome: &Outcome) -> String {
    let Outcome { name, title, unit, rows } = outcome;
    let width = rows.iter().map(|row| row.label.chars().count()).max().unwrap_or_default().max(10);
    let mut text = format!(
        "\n{title} ({name})\n{:width$}  {unit:>19}  ratio  requests/s      p50      p99  p99 ratio   memory  errors\n",
        ""
    );
    for row in rows {
        // Writing to a text cannot fail.
        let _ = match &row.failure {
            Some(failure) => writeln!(text, "{:width$}  {failure}", row.label),
            None => writeln!(
                text,
                "{:width$}  {:>19.2}  {:>5.2}  {:>10.0}  {:>7.0}  {:>7.0}  {:>9.2}  {:>6.1}M  {:>6}",
                row.label,
                row.figure,
                row.ratio,
                row.per_second,
                row.p50_microseconds,
                row.p99_microseconds,
                row.p99_ratio,
                row.memory_kib / 1024.0,
                row.errors,
            ),
        };
    }
    text
}
