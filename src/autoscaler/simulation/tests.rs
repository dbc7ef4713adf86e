//! Traces, replays and plots. Expectations are those of elastic-load-balancer.md §4.5 and §9.7, or arithmetic.

use std::collections::BTreeMap;
use std::time::Duration;

use sinew_core::config::balancer::{BalancerConfiguration, ClusterKey, NoVariables, read};
use sinew_core::diagnostics::{Diagnostics, Location, SourceFile};
use sinew_core::xml::{Limits, SourceDocument};

use super::super::Verdict::{Hold, Launch, Terminate};
use super::super::{Counts, Verdict};
use super::scale::{Scale, round};
use super::svg::{Anchor, Svg};
use super::*;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// The trace in a text, and the places of its mistakes.
fn trace(text: &str) -> (BTreeMap<Option<ClusterKey>, Traffic>, Vec<String>) {
    let mut diagnostics = Diagnostics::default();
    let found = traces(&SourceFile::new("trace.csv", text), &mut diagnostics);
    let place = |location: &Location| {
        let position = location.position();
        format!("{}:{}", position.line, position.column)
    };
    let places = diagnostics.iter().map(|one| {
        assert_eq!(one.code.as_str(), "E0804");
        one.location.as_ref().map(place).unwrap_or_default()
    });
    (found, places.collect())
}

fn traffic(text: &str) -> Traffic {
    let (mut found, mistakes) = trace(text);
    assert_eq!(mistakes, [""; 0]);
    found.remove(&None).expect("traffic of any cluster")
}

#[test]
fn a_row_holds_until_the_next() {
    let traffic = traffic(
        "\u{feff}# a comment\n\n in_flight , seconds\n5,10 # more\n\n7.0,12\n".replace("7.0", "7").as_str(),
    );
    assert_eq!((traffic.start(), traffic.end()), (seconds(10), seconds(12)));
    let at = |second| traffic.value(Column::InFlight, seconds(second));
    assert_eq!([9, 10, 11, 12, 99].map(at), [0.0, 5.0, 5.0, 7.0, 7.0]);
    assert!(traffic.has(Column::InFlight) && !traffic.has(Column::Arrivals));
}

#[test]
fn arrivals_add_up() {
    let traffic = traffic("seconds,requests_per_second\n10,2\n20,0.5\n30,0\n");
    let at = |second| traffic.arrived(seconds(second));
    assert_eq!([5, 10, 15, 20, 22, 30, 99].map(at), [0.0, 0.0, 10.0, 20.0, 21.0, 25.0, 25.0]);
}

#[test]
fn clusters_have_their_own_rows() {
    let (found, mistakes) =
        trace("cluster,seconds,in_flight\na,0,1\nb/worker,0,2\na,5,3\nb/__$default,0,4\n");
    assert_eq!(mistakes, [""; 0]);
    let at = |key: ClusterKey, second| found[&Some(key)].value(Column::InFlight, seconds(second));
    assert_eq!(at(ClusterKey::domain("a"), 5), 3.0);
    assert_eq!(at(ClusterKey::new("b", "worker"), 5), 2.0);
    assert_eq!(at(ClusterKey::domain("b"), 5), 4.0);
}

#[test]
fn mistakes_have_their_places() {
    let rows = [
        ("", "1:1"),
        ("# nothing\n", "1:1"),
        ("seconds,in_flight\n", "1:1"),
        ("seconds\n0\n", "1:1"),
        ("in_flight\n0\n", "1:1"),
        ("seconds,inflight\n0,1\n", "1:9"),
        ("seconds,in_flight,seconds\n0,1,0\n", "1:19"),
        ("seconds,in_flight\n0,1\n5\n", "3:1"),
        ("seconds,in_flight\n0,1\n5,2,3\n", "3:1"),
        ("seconds,in_flight\n0,many\n", "2:3"),
        ("seconds,in_flight\n0, -1\n", "2:4"),
        ("seconds,in_flight\n0,1.5\n", "2:3"),
        ("seconds,in_flight\n0,\n", "2:3"),
        ("seconds,in_flight\n0,99999999999999\n", "2:3"),
        ("seconds,in_flight\n1e3,1\n", "2:1"),
        ("seconds,in_flight\nNaN,1\n", "2:1"),
        ("seconds,in_flight\n99999999999,1\n", "2:1"),
        ("seconds,in_flight\n5,1\n5,1\n", "3:1"),
        ("seconds,in_flight\n5,1\n4,1\n", "3:1"),
        ("seconds,in_flight,cluster\n5,1,\n", "2:5"),
        ("seconds,in_flight\n\"0\",1\n", "2:1"),
    ];
    for (text, place) in rows {
        assert_eq!(trace(text).1, [place], "{text:?}");
    }
}

/// The shipped limits of elastic-load-balancer.md §4.5: H 210, L 15, two rounds, a minute.
fn configuration(keys: &str) -> BalancerConfiguration {
    let text = format!(
        "loadbalancer {{ autoscaler_task_interval 60000; server_startup_delay 600000; }}
        services {{ defaults {{ min_app_instances 1; max_app_instances 5; max_requests_per_second 5;
            alarming_upper_rate 0.7; alarming_lower_rate 0.2; scale_down_factor 0.25; rounds_to_average 2; }}
          shop {{ domains {{ d {{ {keys} }} }} }} }}"
    );
    let (configuration, diagnostics) = read(&SourceFile::new("loadbalancer.conf", text), &NoVariables);
    assert!(!diagnostics.has_errors(), "{diagnostics:?}");
    configuration.expect("a configuration")
}

const USUAL: Options =
    Options { boot: Duration::from_secs(30), leave: Duration::from_secs(5), running: None };

fn run(keys: &str, trace: &str, options: &Options) -> Result<Run, Impossible> {
    let configuration = configuration(keys);
    let cluster = configuration.clusters()[&ClusterKey::domain("d")];
    replay(cluster, &configuration.balancer.process, &traffic(trace), options)
}

/// What was decided at each tick because of the load.
fn verdicts(run: &Run) -> Vec<Verdict> {
    run.ticks.iter().map(|tick| tick.scaling.verdict).collect()
}

/// Trace 1: its members never come.
#[test]
fn case_148_replayed() {
    let trace = "seconds,in_flight\n0,0\n120,250\n180,300\n240,700\n300,900\n360,1200\n";
    let options = Options { boot: seconds(3600), ..USUAL };
    let found = run("", trace, &options).expect("a run");
    assert_eq!(verdicts(&found), [Hold, Launch(1), Launch(1), Launch(1), Launch(1)]);
    let original = run("scale_up_counts_pending off;", trace, &options).expect("a run");
    assert_eq!(verdicts(&original), [Hold, Launch(1), Launch(2), Launch(1), Hold]);
    let averages: Vec<Option<f64>> = found.ticks.iter().map(|tick| tick.average).collect();
    assert_eq!(averages, [None, Some(275.0), Some(500.0), Some(800.0), Some(1050.0)]);
}

/// The first tick is at 120 s; an instance launched at 180 s joins 30 s later; one ended at 300 s leaves 5 s later.
#[test]
fn the_line_of_instances() {
    let trace = "seconds,in_flight\n0,300\n200,0\n400,0\n";
    let found = run("", trace, &USUAL).expect("a run");
    assert_eq!(verdicts(&found), [Hold, Launch(1), Hold, Terminate(1), Hold]);
    let line: Vec<(u64, f64, u32, u32, u32)> = found
        .line
        .iter()
        .map(|point| {
            let Counts { running, pending, terminating, .. } = point.counts;
            (point.at.as_secs(), point.load, running, pending, terminating)
        })
        .collect();
    let expected = [
        (0, 300.0, 1, 0, 0),
        (180, 300.0, 1, 1, 0),
        (200, 0.0, 1, 1, 0),
        (210, 0.0, 2, 0, 0),
        (300, 0.0, 2, 0, 1),
        (305, 0.0, 1, 0, 0),
        (400, 0.0, 1, 0, 0),
    ];
    assert_eq!(line, expected);
    let expected = Summary {
        instance_time: seconds(210 + 2 * 95 + 95),
        overloaded: seconds(200),
        fewest: 1,
        most: 2,
        launched: 1,
        ended: 1,
        never_joined: 0,
    };
    assert_eq!(found.summary, expected);
}

#[test]
fn instances_that_boot_too_slowly_are_ended_and_launched_again() {
    let options = Options { boot: seconds(700), ..USUAL };
    let found = run("", "seconds,in_flight\n0,300\n1500,300\n", &options).expect("a run");
    let summary = found.summary;
    assert_eq!((summary.launched, summary.never_joined, summary.most), (3, 2, 1), "at 180, 780 and 1380 s");
}

#[test]
fn members_of_the_file_run_and_stay() {
    let keys = "members { one { host 10.0.0.1; httpPort 80; } two { host 10.0.0.2; httpPort 80; } }";
    let found = run(keys, "seconds,in_flight\n0,0\n600,0\n", &USUAL).expect("a run");
    assert_eq!((found.summary.fewest, found.summary.most, found.summary.ended), (2, 2, 0));
    let found = run(keys, "seconds,in_flight\n0,0\n600,0\n", &Options { running: Some(4), ..USUAL });
    let summary = found.expect("a run").summary;
    assert_eq!((summary.fewest, summary.most, summary.ended), (2, 4, 2));
}

#[test]
fn other_policies_look_at_other_columns() {
    let rate = "seconds,requests_per_second\n0,4\n300,4\n";
    let found = run("policy rps;", rate, &USUAL).expect("a run");
    assert_eq!(verdicts(&found), [Hold, Launch(1), Hold, Hold], "4 a second are more than 3.5");
    assert_eq!(found.ticks[1].average, Some(4.0));
    let load = "seconds,load\n0,6\n300,6\n";
    let found = run("signal load_average;", load, &USUAL).expect("a run");
    assert_eq!(verdicts(&found), [Hold, Launch(1), Hold, Hold], "6 on one, 3 on each of two");
    let error = run("signal load_average;", rate, &USUAL).expect_err("no such column");
    assert_eq!(
        error.to_string(),
        "the policy \"mean\" needs the column \"load\", which the trace does not have"
    );
}

#[test]
fn too_much_is_refused() {
    let trace = "seconds,in_flight\n0,0\n99999999,0\n";
    assert!(matches!(run("", trace, &USUAL), Err(Impossible::TooLong { ticks: 1_666_666, .. })));
    let options = Options { running: Some(u32::MAX), ..USUAL };
    assert!(matches!(run("", "seconds,in_flight\n0,0\n", &options), Err(Impossible::TooMany { .. })));
}

#[test]
fn the_same_trace_gives_the_same_run() {
    let trace = "seconds,in_flight\n0,0\n60,500\n400,2000\n900,10\n3000,0\n";
    assert_eq!(run("", trace, &USUAL), run("", trace, &USUAL));
}

#[test]
fn marks_are_at_round_numbers() {
    let scale = Scale::new((0.0, 1100.0), (0.0, 110.0));
    assert_eq!(scale.marks(6, &[]), [0.0, 200.0, 400.0, 600.0, 800.0, 1000.0]);
    assert_eq!((scale.at(550.0), scale.at(5000.0)), (55.0, 110.0));
    assert_eq!(scale.marks(4, &[60.0, 300.0]), [0.0, 300.0, 600.0, 900.0]);
    assert_eq!(Scale::new((5.0, 5.0), (0.0, 10.0)).at(5.0), 0.0, "nothing to divide by");
    assert_eq!([0.03, 1.0, 7.0, 183.0].map(round), [0.05, 1.0, 10.0, 200.0]);
}

#[test]
fn drawings_are_xml() {
    let mut svg = Svg::new(10.0, 20.0, "a < b & \"c\"", ".x{fill:red}");
    svg.text("x", (1.0, 2.25), Anchor::End, "<b>");
    svg.polyline("y", &[(0.0, 1.05), (2.0, 3.0)]);
    let text = svg.finish();
    assert!(text.contains("<title>a &lt; b &amp; &quot;c&quot;</title>"), "{text}");
    assert!(
        text.contains("<text class=\"x\" x=\"1\" y=\"2.2\" text-anchor=\"end\">&lt;b&gt;</text>"),
        "{text}"
    );
    assert!(text.contains("<polyline class=\"y\" points=\"0,1.1 2,3\"/>"), "{text}");
}

/// The plot is well-formed, and has its lines where the values are: at 180 s of 400 s, 2 of 5.5 instances.
#[test]
fn a_plot_shows_the_line() {
    let found = run("", "seconds,in_flight\n0,300\n200,0\n400,0\n", &USUAL).expect("a run");
    let text = plot(&[found.clone(), found]);
    let document = SourceDocument::parse(SourceFile::new("plot.svg", text.clone()), &Limits::default());
    assert!(document.is_ok(), "{document:?}");
    let x = |second: f64| 72.0 + second / 400.0 * (944.0 - 72.0);
    let y = |instances: f64| 466.0 - instances / 5.5 * 120.0;
    let corner = format!("{:.1},{:.1}", x(210.0), y(2.0));
    assert!(text.contains(&corner), "no corner at {corner}");
    for words in
        ["requests in flight", "instances", "launches above", "time in minutes", "d, policy in_flight"]
    {
        assert!(text.contains(words), "{words}");
    }
    assert!(plot(&[]).ends_with("</svg>\n"));
}
