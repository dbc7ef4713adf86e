//! Tables for people: columns as wide as what stands in them.

/// Two spaces between columns; the last one is not filled up.
const GAP: &str = "  ";

/// A table with a line that names its columns.
pub(in crate::cli) fn render<const COLUMNS: usize>(
    names: [&str; COLUMNS],
    rows: &[[String; COLUMNS]],
) -> String {
    let names = names.map(str::to_owned);
    let lines = || std::iter::once(&names).chain(rows);
    let widths: [usize; COLUMNS] = std::array::from_fn(|column| {
        lines().filter_map(|line| line.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    });
    let line = |cells: &[String; COLUMNS]| {
        let cells = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        let line = cells.collect::<Vec<_>>().join(GAP);
        format!("{}\n", line.trim_end())
    };
    lines().map(line).collect()
}

/// A duration in a form that people read at a glance.
pub(super) fn seconds(seconds: f64) -> String {
    match seconds {
        0.0 => "0s".to_owned(),
        short if short < 0.001 => format!("{:.0}µs", short * 1e6),
        short if short < 1.0 => format!("{:.0}ms", short * 1e3),
        few if few < 120.0 => format!("{few:.0}s"),
        some if some < 7200.0 => format!("{:.0}m", some / 60.0),
        many if many < 172_800.0 => format!("{:.0}h", many / 3600.0),
        days => format!("{:.0}d", days / 86_400.0),
    }
}

/// A value, or a dash for none.
pub(in crate::cli) fn or_dash<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_cells() {
        let rows = [["a".to_owned(), "ready".to_owned()], ["longer".to_owned(), "x".to_owned()]];
        assert_eq!(render(["ID", "STATE"], &rows), "ID      STATE\na       ready\nlonger  x\n");
        assert_eq!(render(["ID", "STATE"], &[]), "ID  STATE\n");
    }

    #[test]
    fn durations_are_short() {
        let rows = [
            (0.0, "0s"),
            (0.000_25, "250µs"),
            (0.25, "250ms"),
            (30.0, "30s"),
            (300.0, "5m"),
            (7200.0, "2h"),
            (259_200.0, "3d"),
        ];
        for (number, text) in rows {
            assert_eq!(seconds(number), text);
        }
    }
}
