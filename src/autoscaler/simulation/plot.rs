//! Runs as drawings: the load between its thresholds above, the instances below, one pair of charts for each cluster.

use std::time::Duration;

use super::super::sentences::Number;
use super::run::{Point, Run};
use super::scale::{Scale, round};
use super::svg::{Anchor, Svg};
use super::trace::Column;

const WIDTH: f64 = 960.0;
const LEFT: f64 = 72.0;
const RIGHT: f64 = 944.0;

/// Heights from the top of a cluster's part.
const TITLE: f64 = 26.0;
const LEGEND: f64 = 50.0;
const LOAD: (f64, f64) = (66.0, 316.0);
const INSTANCES: (f64, f64) = (346.0, 466.0);
const BOTTOM: f64 = 520.0;

const STYLES: &str = "\
text{font:12px sans-serif;fill:#333}.title{font-size:15px;font-weight:bold}.paper{fill:#fff}\
.frame{fill:none;stroke:#999}.grid{stroke:#e4e4e4}polyline{fill:none;stroke-width:1.5}\
.load{stroke:#1f5fa8}.average{stroke:#1f5fa8;stroke-dasharray:2 3}.upper{stroke:#c0392b}.lower{stroke:#2e8b57}\
.running{stroke:#5b3a8c}.area{fill:#5b3a8c;opacity:.18}.pending{stroke:#b07cc6;stroke-dasharray:4 3}\
.limit{stroke:#777;stroke-dasharray:6 4}";

/// Steps of time that people count in: seconds, minutes, hours, days.
const STEPS: [f64; 15] = [
    1.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0, 21_600.0, 43_200.0, 86_400.0,
    604_800.0,
];

/// Draws runs below each other, as the text of an SVG file.
pub fn plot(runs: &[Run]) -> String {
    let title = runs.iter().map(|run| run.cluster.to_string()).collect::<Vec<_>>().join(", ");
    let height = BOTTOM * runs.len().max(1) as f64;
    let mut svg = Svg::new(WIDTH, height, &format!("Simulated scaling of {title}"), STYLES);
    svg.rectangle("paper", 0.0, 0.0, WIDTH, height);
    for (number, run) in runs.iter().enumerate() {
        Charts::new(run, BOTTOM * number as f64).draw(&mut svg);
    }
    svg.finish()
}

/// The charts of one cluster.
struct Charts<'a> {
    run: &'a Run,
    top: f64,
    time: Scale,
    load: Scale,
    instances: Scale,
}

impl<'a> Charts<'a> {
    fn new(run: &'a Run, top: f64) -> Charts<'a> {
        let (start, end) = span(run);
        let most = run
            .line
            .iter()
            .map(|point| point.load.max(point.thresholds.upper))
            .filter(|load| load.is_finite());
        let most = most.fold(1.0, f64::max);
        let instances =
            run.line.iter().map(|point| point.counts.total()).max().unwrap_or(0).max(run.limits.1);
        let between = |(above, below): (f64, f64)| (top + below, top + above);
        Charts {
            run,
            top,
            time: Scale::new((start.as_secs_f64(), end.as_secs_f64()), (LEFT, RIGHT)),
            load: Scale::new((0.0, headroom(most)), between(LOAD)),
            instances: Scale::new((0.0, f64::from(instances) + 0.5), between(INSTANCES)),
        }
    }

    fn draw(&self, svg: &mut Svg) {
        let policy = self.run.policy;
        svg.text(
            "title",
            (LEFT, self.top + TITLE),
            Anchor::Start,
            &format!("{}, policy {policy}", self.run.cluster),
        );
        self.legend(svg);
        self.axes(svg);
        self.lines(svg);
        self.frame(svg, LOAD);
        self.frame(svg, INSTANCES);
    }

    fn legend(&self, svg: &mut Svg) {
        let entries = [
            ("load", "load"),
            ("average", "compared"),
            ("upper", "launches above"),
            ("lower", "ends below"),
            ("running", "running"),
            ("pending", "running and pending"),
            ("limit", "minimum, maximum"),
        ];
        let mut x = LEFT;
        for (class, text) in entries {
            let y = self.top + LEGEND;
            svg.polyline(class, &[(x, y - 4.0), (x + 22.0, y - 4.0)]);
            svg.text("", (x + 28.0, y), Anchor::Start, text);
            x += 46.0 + 6.6 * text.len() as f64;
        }
    }

    fn axes(&self, svg: &mut Svg) {
        let start = span(self.run).0.as_secs_f64();
        let times = Scale::new((0.0, span(self.run).1.as_secs_f64() - start), (LEFT, RIGHT));
        let marks = times.marks(12, &STEPS);
        let unit = Unit::of(&marks);
        for &mark in &marks {
            let x = times.at(mark);
            for (above, below) in [LOAD, INSTANCES] {
                svg.line("grid", (x, self.top + above), (x, self.top + below));
            }
            svg.text("", (x, self.top + INSTANCES.1 + 18.0), Anchor::Middle, &unit.number(mark));
        }
        let since = match start {
            0.0 => format!("time in {}", unit.name()),
            start => format!("time in {} after second {}", unit.name(), Number(start)),
        };
        svg.text("", ((LEFT + RIGHT) / 2.0, self.top + INSTANCES.1 + 38.0), Anchor::Middle, &since);
        let whole = [1.0, 2.0, 5.0, 10.0];
        for (scale, marks) in
            [(&self.load, self.load.marks(6, &[])), (&self.instances, self.instances.marks(6, &whole))]
        {
            for mark in marks {
                let y = scale.at(mark);
                svg.line("grid", (LEFT, y), (RIGHT, y));
                svg.text("", (LEFT - 8.0, y + 4.0), Anchor::End, &Number(mark).to_string());
            }
        }
        let measure = match self.run.column {
            Column::Arrivals => "requests per second",
            Column::Load => "load average",
            Column::InFlight | Column::Seconds | Column::Cluster => "requests in flight",
        };
        for ((above, below), name) in [(LOAD, measure), (INSTANCES, "instances")] {
            svg.upright("", (20.0, self.top + (above + below) / 2.0), name);
        }
    }

    fn lines(&self, svg: &mut Svg) {
        let running = |point: &Point| f64::from(point.counts.running);
        let total = |point: &Point| f64::from(point.counts.total());
        let mut area = self.steps(&self.instances, running);
        if let (Some(&(first, _)), Some(&(last, _))) = (area.first(), area.last()) {
            let zero = self.instances.at(0.0);
            area.extend([(last, zero), (first, zero)]);
            svg.polygon("area", &area);
        }
        for limit in [self.run.limits.0, self.run.limits.1] {
            let y = self.instances.at(f64::from(limit));
            svg.polyline("limit", &[(LEFT, y), (RIGHT, y)]);
        }
        svg.polyline("pending", &self.steps(&self.instances, total));
        svg.polyline("running", &self.steps(&self.instances, running));
        svg.polyline("upper", &self.steps(&self.load, |point| point.thresholds.upper));
        svg.polyline("lower", &self.steps(&self.load, |point| point.thresholds.lower));
        let averages = self.run.ticks.iter().filter_map(|tick| Some((tick.at, tick.average?)));
        let averages = averages.map(|(at, average)| (self.time.at(at.as_secs_f64()), self.load.at(average)));
        svg.polyline("average", &averages.collect::<Vec<_>>());
        let column = self.run.column;
        svg.polyline("load", &self.steps(&self.load, |point| point.load_of_one(column)));
    }

    /// A value that stays until the next point.
    fn steps(&self, scale: &Scale, value: impl Fn(&Point) -> f64) -> Vec<(f64, f64)> {
        let mut corners = Vec::new();
        let mut before = None;
        for point in &self.run.line {
            let (x, y) = (self.time.at(point.at.as_secs_f64()), scale.at(value(point)));
            if before.is_some_and(|before| before != y) {
                corners.extend(before.map(|before| (x, before)));
            }
            if before != Some(y) || Some(point) == self.run.line.last() {
                corners.push((x, y));
            }
            before = Some(y);
        }
        corners
    }

    fn frame(&self, svg: &mut Svg, (above, below): (f64, f64)) {
        svg.rectangle("frame", LEFT, self.top + above, RIGHT - LEFT, below - above);
    }
}

/// The first and the last time.
fn span(run: &Run) -> (Duration, Duration) {
    let at = |point: Option<&Point>| point.map(|point| point.at).unwrap_or_default();
    (at(run.line.first()), at(run.line.last()))
}

/// A little more than the largest value, so that a line there is seen.
fn headroom(most: f64) -> f64 {
    let step = round(most / 6.0);
    (most / step + 0.2).ceil() * step
}

/// A unit of time.
#[derive(Clone, Copy)]
enum Unit {
    Seconds,
    Minutes,
    Hours,
    Days,
}

impl Unit {
    /// The largest unit that all marks are whole numbers of.
    fn of(marks: &[f64]) -> Unit {
        let all = |unit: Unit| marks.iter().all(|mark| mark % unit.seconds() == 0.0);
        let units = [Unit::Days, Unit::Hours, Unit::Minutes];
        units.into_iter().find(|unit| all(*unit)).unwrap_or(Unit::Seconds)
    }

    fn seconds(self) -> f64 {
        match self {
            Unit::Seconds => 1.0,
            Unit::Minutes => 60.0,
            Unit::Hours => 3600.0,
            Unit::Days => 86_400.0,
        }
    }

    fn number(self, mark: f64) -> String {
        Number(mark / self.seconds()).to_string()
    }

    fn name(self) -> &'static str {
        match self {
            Unit::Seconds => "seconds",
            Unit::Minutes => "minutes",
            Unit::Hours => "hours",
            Unit::Days => "days",
        }
    }
}
