//! Keys that take one of a few words.

use std::fmt;
use std::str::FromStr;

/// Declares an enum whose variants are written as words, with the words for messages.
macro_rules! choice {
    ($(#[$about:meta])* $name:ident = $words:literal { $($(#[$meta:meta])* $variant:ident $word:literal)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$meta])* $variant,)*
        }

        impl $name {
            /// The words there are, for people.
            pub const WORDS: &str = $words;
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $($name::$variant => $word,)* })
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<$name, UnknownWord> {
                match text {
                    $($word => Ok($name::$variant),)*
                    _ => Err(UnknownWord($words)),
                }
            }
        }
    };
}

/// The text is none of the words that a key can be set to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected {0}")]
pub struct UnknownWord(&'static str);

choice! {
    /// What happens to a request whose session is bound to a suspended member (elastic-load-balancer.md §8, W44).
    Stickiness = "`strict`, `failover` or `off`" {
        /// The member is tried all the same.
        Strict "strict"
        /// Another member is chosen.
        FailOver "failover"
        /// Sessions bind to nothing.
        Off "off"
    }
}

choice! {
    /// Whether addresses in answers are rewritten to the balancer's (elastic-load-balancer.md §2.8).
    LocationRewriting = "`auto`, `on` or `off`" {
        /// When the main sequence does not do it itself.
        Auto "auto"
        /// Always.
        On "on"
        /// Never.
        Off "off"
    }
}

choice! {
    /// How members are asked whether they are well.
    HealthCheckKind = "`http`, `tcp` or `off`" {
        /// By a GET request.
        Http "http"
        /// By a connection.
        Tcp "tcp"
        /// They are not asked.
        Off "off"
    }
}

choice! {
    /// Which instance goes when there are too many (elastic-load-balancer.md §8, W49).
    Victim = "`newest`, `oldest` or `least_loaded`" {
        /// The one launched last.
        Newest "newest"
        /// The one launched first.
        Oldest "oldest"
        /// The one with the fewest requests in flight.
        LeastLoaded "least_loaded"
    }
}

choice! {
    /// What the autoscaler measures (elastic-load-balancer.md §4.9).
    Signal = "`in_flight` or `load_average`" {
        /// Requests in flight, as the balancer counts them.
        InFlight "in_flight"
        /// The load averages of the instances.
        LoadAverage "load_average"
    }
}

choice! {
    /// The rule that turns measurements into a number of instances.
    ScalingPolicy = "`in_flight`, `queue`, `rps`, `target`, `mean` or `max`, or the class of an autoscaler of the original" {
        /// Requests in flight against requests per interval (elastic-load-balancer.md §4.5).
        InFlight "in_flight"
        /// Requests in flight against a queue length for each instance (elastic-load-balancer.md §4.9).
        Queue "queue"
        /// Requests that arrive in a second against what an instance can take (elastic-load-balancer.md §8, W46).
        Arrivals "rps"
        /// As many instances as hold the requests in flight at a number for each: `target_in_flight`.
        Target "target"
        /// The mean of the load averages against two limits.
        LoadAverageMean "mean"
        /// The largest of the load averages against two limits.
        LoadAverageMaximum "max"
    }
}

impl ScalingPolicy {
    /// The rule with a name: its word, or the class of the original that decided by it, with or without its package
    /// (elastic-load-balancer.md §8, W27).
    ///
    /// # Errors
    /// There is no such rule; the error names those that there are.
    pub fn named(name: &str) -> Result<ScalingPolicy, UnknownWord> {
        match name.rsplit('.').next() {
            Some("ServiceRequestsInFlightAutoscaler") => Ok(ScalingPolicy::InFlight),
            Some("ServiceRequestsInFlightEC2Autoscaler" | "MessagesInFlightBasedEC2LoadAnalyzerTask") => {
                Ok(ScalingPolicy::Queue)
            }
            Some("LoadAverageBasedEC2LoadAnalyzerTask") => Ok(ScalingPolicy::LoadAverageMean),
            _ => name.parse(),
        }
    }

    /// What the rule measures.
    pub fn signal(self) -> Signal {
        match self {
            ScalingPolicy::InFlight
            | ScalingPolicy::Queue
            | ScalingPolicy::Arrivals
            | ScalingPolicy::Target => Signal::InFlight,
            ScalingPolicy::LoadAverageMean | ScalingPolicy::LoadAverageMaximum => Signal::LoadAverage,
        }
    }
}
