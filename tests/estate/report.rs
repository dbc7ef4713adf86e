//! What was seen, as a table at the end.

use std::io::Write;
use std::time::{Duration, Instant};

use crate::client::Outcome;
use crate::meter::MOST;
use crate::nodes::Balancer;

/// How long one thing took, at each balancer that was waited for.
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) bound: Duration,
    pub(crate) took: Vec<Option<Duration>>,
    /// For how long the machine stood still meanwhile.
    pub(crate) lost: Duration,
    pub(crate) from: Instant,
    pub(crate) until: Instant,
}

/// A time in which requests to a balancer may fail, as the documentation says.
pub(crate) struct Window {
    pub(crate) balancer: usize,
    pub(crate) from: Instant,
    pub(crate) until: Option<Instant>,
}

impl Window {
    fn has(&self, balancer: usize, outcome: &Outcome) -> bool {
        self.balancer == balancer
            && outcome.ended >= self.from
            && self.until.is_none_or(|until| outcome.began <= until)
    }
}

/// Prints all, and returns the failures that neither a window nor the machine explains.
pub(crate) fn print(
    title: &str,
    balancers: &[Balancer],
    rows: &[Row],
    windows: &[Window],
    outcomes: &[Vec<Outcome>],
) -> Vec<String> {
    let names: String = balancers.iter().map(|balancer| format!("{:>8}", balancer.id)).collect();
    let mut text = format!(
        "{title}: seconds until each balancer saw it, the documented bound, for how long the machine stood still, and the \
         requests of clients meanwhile\n{:<54}{names}{:>8}{:>8}{:>10}{:>11}{:>8}\n",
        "", "bound", "still", "requests", "in windows", "failed"
    );
    let mut unexplained = Vec::new();
    let (mut all, mut excused) = (0, 0);
    for (number, row) in rows.iter().enumerate() {
        // What failed between two rows belongs to the later.
        let from = number.checked_sub(1).map_or(row.from, |before| rows[before].until);
        let (mut asked, mut in_window, mut failed) = (0, 0, 0);
        for (balancer, outcomes) in outcomes.iter().enumerate() {
            for outcome in outcomes.iter().filter(|one| one.ended > from && one.ended <= row.until) {
                asked += 1;
                let Err(reason) = &outcome.answer else { continue };
                if windows.iter().any(|window| window.has(balancer, outcome)) {
                    in_window += 1;
                    continue;
                }
                failed += 1;
                let after = outcome.ended.saturating_duration_since(row.from).as_secs_f64();
                let id = balancers[balancer].id;
                if row.lost > MOST {
                    continue;
                }
                unexplained.push(format!("{}: {id} after {after:.2} s: {reason}", row.what));
            }
        }
        let took: String = row.took.iter().map(|took| format!("{:>8}", seconds(*took))).collect();
        text += &format!(
            "{:<54}{took}{:>8}{:>8}{asked:>10}{in_window:>11}{failed:>8}\n",
            row.what,
            seconds(Some(row.bound)),
            seconds(Some(row.lost))
        );
        all += asked;
        excused += in_window;
    }
    text +=
        &format!("{all} requests, {excused} failed in documented windows, {} otherwise", unexplained.len());
    say(&text);
    unexplained
}

fn seconds(time: Option<Duration>) -> String {
    time.map_or_else(|| "-".to_owned(), |time| format!("{:.2}", time.as_secs_f64()))
}

/// Past the capture of the test runner: what was not run, and what was seen, shall be in its output.
pub(crate) fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "estate: {text}");
}
