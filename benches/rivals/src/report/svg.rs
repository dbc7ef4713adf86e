//! A chart of all ratios.

use std::fmt::Write;

use super::{Outcome, Report};

const WIDTH: f64 = 900.0;
const LEFT: f64 = 300.0;
const BAR: f64 = 16.0;
/// Bars longer than this many times the first are cut, with their ratio beside them.
const LONGEST: f64 = 4.0;

/// The chart as SVG.
pub(crate) fn chart(report: &Report) -> String {
    let mut body = String::new();
    let mut top = 60.0;
    for outcome in &report.works {
        top = group(&mut body, outcome, top);
    }
    let height = top + 20.0;
    let scale = (0..=4).map(|number| {
        let x = LEFT + place(f64::from(number));
        let weight = if number == 1 { "2" } else { "0.5" };
        format!(
            "<line x1='{x:.1}' y1='44' x2='{x:.1}' y2='{height:.1}' stroke='#999' stroke-width='{weight}'/>\
             <text x='{x:.1}' y='38' text-anchor='middle' fill='#555'>{number} ×</text>\n"
        )
    });
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {height:.0}' font-family='sans-serif' font-size='12'>\n\
         <rect width='100%' height='100%' fill='white'/>\n\
         <text x='10' y='20' font-size='14'>Cost as a ratio to the first of each group: shorter is better</text>\n{}{body}</svg>\n",
        scale.collect::<String>()
    )
}

fn group(body: &mut String, outcome: &Outcome, top: f64) -> f64 {
    // Writing to a text cannot fail.
    let _ = writeln!(
        body,
        "<text x='10' y='{:.1}' font-weight='bold'>{} ({})</text>",
        top + 14.0,
        escaped(outcome.title),
        escaped(outcome.unit)
    );
    let mut y = top + 22.0;
    for row in outcome.rows.iter().filter(|row| row.failure.is_none()) {
        let colour = if row.label.starts_with("sinew") { "#0a7" } else { "#89a" };
        let width = place(row.ratio);
        let _ = writeln!(
            body,
            "<text x='{:.1}' y='{:.1}' text-anchor='end'>{}</text><rect x='{LEFT}' y='{y:.1}' width='{width:.1}' height='{:.1}' fill='{colour}'/>\
             <text x='{:.1}' y='{:.1}'>{:.2} × ({:.2})</text>",
            LEFT - 6.0,
            y + 12.0,
            escaped(&row.label),
            BAR - 3.0,
            LEFT + width + 5.0,
            y + 12.0,
            row.ratio,
            row.figure
        );
        y += BAR;
    }
    y + 12.0
}

fn place(ratio: f64) -> f64 {
    ratio.clamp(0.0, LONGEST) * (WIDTH - LEFT - 130.0) / LONGEST
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
