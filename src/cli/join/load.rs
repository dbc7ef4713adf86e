//! The load average of this machine, as Linux tells it.

/// Where it is told.
const FILE: &str = "/proc/loadavg";

/// That of the last minute.
pub(super) fn average() -> Result<f64, String> {
    let text = std::fs::read_to_string(FILE).map_err(|error| format!("{FILE}: {error}"))?;
    read(&text).ok_or_else(|| format!("{FILE} has no load average"))
}

fn read(text: &str) -> Option<f64> {
    text.split_whitespace().next()?.parse().ok().filter(|load: &f64| load.is_finite() && *load >= 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first of the numbers is that of the last minute (proc_loadavg(5)).
    #[test]
    fn the_first_number_counts() {
        for (text, expected) in [
            ("0.84 2.03 3.10 2/345 6789\n", Some(0.84)),
            ("12.00", Some(12.0)),
            ("", None),
            ("none 1.0", None),
            ("-1.0 0 0", None),
            ("NaN 0 0", None),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
