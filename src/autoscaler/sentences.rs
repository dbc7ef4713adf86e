//! Decisions in the sentences that operators read.

use std::fmt;

use super::decision::{Bar, Decision, Finding, Instances, Load, Measure, Obstacle, Reason, Verdict};

/// The reason, a colon, and what is done: `average 275 in flight > 1 running × 210, 2 required: launch 1`.
impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.reason, self.verdict)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Launch(count) => write!(f, "launch {count}"),
            Verdict::Terminate(count) => write!(f, "terminate {count}"),
            Verdict::Hold => f.write_str("hold"),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.finding)?;
        match self.obstacle {
            Some(obstacle) => write!(f, ", but {obstacle}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Finding::Gathering { rounds, needed } => write!(f, "{rounds} of {needed} rounds measured"),
            Finding::Above { load, bar, required: None } => write!(f, "{load} > {bar}"),
            Finding::Above { load, bar, required: Some(required) } => {
                write!(f, "{load} > {bar}, {required} required")
            }
            Finding::Below { load, bar } => write!(f, "{load} < {bar}"),
            Finding::Within { load, upper, lower } => {
                write!(f, "{load}, not above {upper} and not below {lower}")
            }
            Finding::Spare { load, enough, running, each } => {
                write!(f, "{load}, {enough} of {running} running would do with {} each", Number(*each))
            }
            Finding::Unreachable { running: 0 } => {
                f.write_str("no instance is there to tell its load average")
            }
            Finding::Unreachable { running } => write!(f, "none of {running} running told its load average"),
            Finding::Waking { in_flight } => write!(f, "{in_flight} in flight and no instance"),
            Finding::Missing { staying, pending, minimum } => {
                write!(f, "{staying} running + {pending} pending < minimum {minimum}")
            }
            Finding::Complete { staying, pending, minimum } => {
                write!(f, "{staying} running + {pending} pending, minimum {minimum}")
            }
            Finding::Maintenance => f.write_str("the cluster is under maintenance"),
            Finding::Following => f.write_str("another balancer decides"),
            Finding::Unlisted => f.write_str("it is not known yet which instances there are"),
        }
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Obstacle::Maximum { wanted, maximum } => {
                write!(f, "{wanted} more would exceed the maximum of {maximum}")
            }
            Obstacle::OverMaximum { total, maximum } => {
                write!(f, "{total} are over the maximum of {maximum}")
            }
            Obstacle::PendingSuffice { pending } => write!(f, "{pending} pending will do"),
            Obstacle::PendingFirst { pending } => write!(f, "{pending} pending must join first"),
            Obstacle::Minimum { minimum } => write!(f, "{minimum} must stay"),
            Obstacle::Terminating { terminating } => write!(f, "{terminating} terminating must leave first"),
            Obstacle::Step { wanted, step } => write!(f, "of {wanted} at most {step} at once"),
            Obstacle::CoolDown { since, cooldown } => {
                let (since, cooldown) = (Number(since.as_secs_f64()), Number(cooldown.as_secs_f64()));
                write!(f, "the last change was {since} s ago and the cool-down is {cooldown} s")
            }
            Obstacle::NobodyToEnd => f.write_str("none may be ended"),
        }
    }
}

impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = Number(self.value);
        match self.measure {
            Measure::InFlight => write!(f, "average {value} in flight"),
            Measure::Arrivals => write!(f, "{value} requests/s"),
            Measure::MeanLoad => write!(f, "mean load average {value}"),
            Measure::LargestLoad => write!(f, "largest load average {value}"),
        }
    }
}

impl fmt::Display for Bar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let each = Number(self.each);
        match self.instances {
            None => write!(f, "{each}"),
            Some(Instances::Running(running)) => write!(f, "{running} running × {each}"),
            Some(Instances::AllButOne(running)) => write!(f, "({running} − 1) running × {each}"),
        }
    }
}

/// A number with two digits behind the point at most.
pub(super) struct Number(pub(super) f64);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{:.2}", self.0);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}
