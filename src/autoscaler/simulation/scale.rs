//! Axes: from values to pixels, with marks at round numbers.

/// An axis from a smallest to a largest value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    smallest: f64,
    largest: f64,
    /// Where the smallest and the largest value are, in pixels.
    from: f64,
    to: f64,
}

impl Scale {
    /// An axis between two pixels.
    pub(super) fn new((smallest, largest): (f64, f64), (from, to): (f64, f64)) -> Scale {
        let largest = if largest > smallest { largest } else { smallest + 1.0 };
        Scale { smallest, largest, from, to }
    }

    /// Where a value is; one beyond the axis is at its end.
    pub(super) fn at(&self, value: f64) -> f64 {
        let share =
            (value.clamp(self.smallest, self.largest) - self.smallest) / (self.largest - self.smallest);
        self.from + share * (self.to - self.from)
    }

    /// Up to about `most` values in steps of one of `steps`, or a round number where those are too small.
    pub(super) fn marks(&self, most: usize, steps: &[f64]) -> Vec<f64> {
        let span = self.largest - self.smallest;
        let enough = |step: &f64| span / step <= most as f64;
        let step = steps.iter().copied().find(enough).unwrap_or_else(|| round(span / most as f64));
        let first = (self.smallest / step).ceil();
        let count = (self.largest / step).floor() - first;
        // A whole number of steps, which is small.
        (0..=count.max(0.0) as usize).map(|number| (first + number as f64) * step).collect()
    }
}

/// The next 1, 2 or 5 with zeros from a number above 0.
pub(super) fn round(number: f64) -> f64 {
    let power = 10_f64.powf(number.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| factor * power >= number).unwrap_or(10.0);
    factor * power
}
