//! What was decided, and why; [`super::sentences`] says it in words.

use std::time::Duration;

use serde::{Serialize, Serializer};

/// What a rule decided for a cluster.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// What is to be done.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// So many more instances, 1 at least.
    Launch(u32),
    /// So many instances fewer, 1 at least.
    Terminate(u32),
    /// All stays as it is.
    Hold,
}

/// Why: what was found, and what stood against what follows from it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reason {
    /// What was found.
    pub finding: Finding,
    /// Why less was done than that asks for.
    pub obstacle: Option<Obstacle>,
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Finding {
    /// Too few rounds were measured.
    Gathering {
        /// How many were.
        rounds: usize,
        /// How many it takes.
        needed: u32,
    },
    /// More load than there should be.
    Above {
        /// The load.
        load: Load,
        /// What it should not exceed.
        bar: Bar,
        /// How many instances it takes, if the rule says so.
        required: Option<u64>,
    },
    /// Less load than would be worth the instances.
    Below {
        /// The load.
        load: Load,
        /// What it should not fall below.
        bar: Bar,
    },
    /// A load for which there are the right instances.
    Within {
        /// The load.
        load: Load,
        /// What it does not exceed.
        upper: Bar,
        /// What it does not fall below.
        lower: Bar,
    },
    /// Fewer instances would do.
    Spare {
        /// The load.
        load: Load,
        /// How many would do.
        enough: u64,
        /// How many there are.
        running: u32,
        /// How much load each of those that are left would take.
        each: f64,
    },
    /// No instance told its load average.
    Unreachable {
        /// How many there are.
        running: u32,
    },
    /// A request waits for a cluster without instances (W58).
    Waking {
        /// How many requests there were in a round.
        in_flight: u64,
    },
    /// There are fewer instances than there must be.
    Missing {
        /// How many there are that stay.
        staying: u32,
        /// How many are on their way.
        pending: u32,
        /// How many there must be.
        minimum: u32,
    },
    /// There are as many instances as there must be.
    Complete {
        /// How many there are that stay.
        staying: u32,
        /// How many are on their way.
        pending: u32,
        /// How many there must be.
        minimum: u32,
    },
    /// The cluster is under maintenance (elastic-load-balancer.md §5.8).
    Maintenance,
    /// Another balancer decides (case 197).
    Following,
    /// It is not known yet which instances there are (W52).
    Unlisted,
}

/// Why less was done than the finding asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Obstacle {
    /// More would exceed the maximum.
    Maximum {
        /// How many more were asked for.
        wanted: u64,
        /// How many there may be.
        maximum: u32,
    },
    /// There are more than the maximum already.
    OverMaximum {
        /// How many there are, or on their way.
        total: u32,
        /// How many there may be.
        maximum: u32,
    },
    /// Those on their way will do.
    PendingSuffice {
        /// How many they are.
        pending: u32,
    },
    /// The rule launches none while some are on their way.
    PendingFirst {
        /// How many they are.
        pending: u32,
    },
    /// Fewer would fall below the minimum.
    Minimum {
        /// How many there must be.
        minimum: u32,
    },
    /// Others are leaving.
    Terminating {
        /// How many they are.
        terminating: u32,
    },
    /// At most so many at once.
    Step {
        /// How many were asked for.
        wanted: u64,
        /// How many at once.
        step: u32,
    },
    /// The last change is not long enough ago.
    CoolDown {
        /// How long ago it is.
        since: Duration,
        /// How long it must be.
        cooldown: Duration,
    },
    /// None of the instances may be ended (cases 207 and 208).
    NobodyToEnd,
}

/// A load that was measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Load {
    /// Of what.
    pub measure: Measure,
    /// How much.
    pub value: f64,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Requests in flight, averaged over the rounds.
    InFlight,
    /// Requests that arrive in a second, averaged over the rounds.
    Arrivals,
    /// The mean of the load averages.
    MeanLoad,
    /// The largest load average.
    LargestLoad,
}

/// A threshold: so much for each of some instances, or so much in all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// For how many instances; `None` when it is not for each.
    pub instances: Option<Instances>,
    /// How much.
    pub each: f64,
}

/// For how many instances a threshold is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instances {
    /// All that run.
    Running(u32),
    /// One less than those that run.
    AllButOne(u32),
}

impl Bar {
    /// The value of the threshold.
    pub fn value(self) -> f64 {
        match self.instances {
            None => self.each,
            Some(Instances::Running(running)) => f64::from(running) * self.each,
            Some(Instances::AllButOne(running)) => (f64::from(running) - 1.0) * self.each,
        }
    }
}

impl Decision {
    /// Nothing is done, and nothing stands against it.
    pub(super) fn hold(finding: Finding) -> Decision {
        Decision { verdict: Verdict::Hold, reason: Reason { finding, obstacle: None } }
    }

    /// Nothing is done, because something stands against it.
    pub(super) fn held_by(finding: Finding, obstacle: Obstacle) -> Decision {
        Decision { verdict: Verdict::Hold, reason: Reason { finding, obstacle: Some(obstacle) } }
    }
}

/// `{"verdict": {"launch": 1}, "reason": "average …"}`.
impl Serialize for Decision {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut fields = serializer.serialize_struct("Decision", 2)?;
        fields.serialize_field("verdict", &self.verdict)?;
        fields.serialize_field("reason", &self.reason.to_string())?;
        fields.end()
    }
}
