//! What commands print and how.

use std::io::{IsTerminal, Write};

use sinew_core::diagnostics::{Diagnostic, Severity, render, render_short};

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The form of results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Human,
    /// One line a problem.
    Short,
    /// For programs.
    Json,
}

impl Color {
    /// Whether to colour what goes to this stream.
    pub(super) fn on(self, stream: &impl IsTerminal) -> bool {
        match self {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
            }
        }
    }
}

/// Prints a result; a reader that went away is no error.
pub(super) fn print(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}

/// Prints a message about the command itself.
pub(super) fn complain(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Renders diagnostics in a format, with a line that counts them.
pub(super) fn diagnostics(diagnostics: &[Diagnostic], format: Format, color: bool) -> String {
    let count = |severity| diagnostics.iter().filter(|d| d.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    match format {
        Format::Json => {
            let value = serde_json::json!({
                "schema": 1,
                "errors": errors,
                "warnings": warnings,
                "diagnostics": diagnostics,
            });
            format!("{value:#}\n")
        }
        Format::Human => {
            let rendered = diagnostics.iter().map(|d| format!("{}\n\n", render(d, color).trim_end()));
            rendered.collect::<String>() + &summary(errors, warnings)
        }
        Format::Short => {
            let rendered = diagnostics.iter().map(|d| format!("{}\n", render_short(d)));
            rendered.collect::<String>() + &summary(errors, warnings)
        }
    }
}

fn summary(errors: usize, warnings: usize) -> String {
    let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    format!("{}, {}\n", plural(errors, "error"), plural(warnings, "warning"))
}
