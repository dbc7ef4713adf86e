//! Scalable vector graphics, as little as a plot needs.

use std::fmt::{Display, Write};

/// A drawing that grows.
#[derive(Debug)]
pub(super) struct Svg {
    body: String,
}

/// Where a text begins, ends or has its middle.
#[derive(Clone, Copy, Debug)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

impl Svg {
    /// An empty drawing of a size in pixels, with a title for those who do not see it, and styles by class.
    pub(super) fn new(width: f64, height: f64, title: &str, styles: &str) -> Svg {
        let mut body = String::new();
        let _ = write!(
            body,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" role=\"img\">\n<title>{}</title>\n<style>{styles}</style>\n",
            escaped(title)
        );
        Svg { body }
    }

    /// A rectangle.
    pub(super) fn rectangle(&mut self, class: &str, x: f64, y: f64, width: f64, height: f64) {
        let (x, y, width, height) = (Pixels(x), Pixels(y), Pixels(width), Pixels(height));
        self.element(format_args!(
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>"
        ));
    }

    /// A straight line.
    pub(super) fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let (x1, y1, x2, y2) = (Pixels(from.0), Pixels(from.1), Pixels(to.0), Pixels(to.1));
        self.element(format_args!(
            "<line class=\"{class}\" x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\"/>"
        ));
    }

    /// A line through points.
    pub(super) fn polyline(&mut self, class: &str, points: &[(f64, f64)]) {
        let points = joined(points);
        self.element(format_args!("<polyline class=\"{class}\" points=\"{points}\"/>"));
    }

    /// An area with corners.
    pub(super) fn polygon(&mut self, class: &str, points: &[(f64, f64)]) {
        let points = joined(points);
        self.element(format_args!("<polygon class=\"{class}\" points=\"{points}\"/>"));
    }

    /// A text on a line.
    pub(super) fn text(&mut self, class: &str, at: (f64, f64), anchor: Anchor, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let (x, y, text) = (Pixels(at.0), Pixels(at.1), escaped(text));
        self.element(format_args!(
            "<text class=\"{class}\" x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{text}</text>"
        ));
    }

    /// A text that is read from below, with its middle at a point.
    pub(super) fn upright(&mut self, class: &str, at: (f64, f64), text: &str) {
        let (x, y, text) = (Pixels(at.0), Pixels(at.1), escaped(text));
        self.element(format_args!(
            "<text class=\"{class}\" transform=\"translate({x} {y}) rotate(-90)\" text-anchor=\"middle\">{text}</text>"
        ));
    }

    /// The whole document.
    pub(super) fn finish(mut self) -> String {
        self.body.push_str("</svg>\n");
        self.body
    }

    fn element(&mut self, element: impl Display) {
        let _ = writeln!(self.body, "{element}");
    }
}

/// A length to a tenth of a pixel.
struct Pixels(f64);

impl Display for Pixels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let tenths = format!("{:.1}", self.0);
        f.write_str(tenths.strip_suffix(".0").unwrap_or(&tenths))
    }
}

fn joined(points: &[(f64, f64)]) -> String {
    let points = points.iter().map(|(x, y)| format!("{},{}", Pixels(*x), Pixels(*y)));
    points.collect::<Vec<_>>().join(" ")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
