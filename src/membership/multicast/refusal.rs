//! Why something that arrived changes nothing.

/// A reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// It is larger than any announcement.
    Oversized,
    /// It ends too early.
    Truncated,
    /// Somebody uses the group for something else.
    Foreign,
    /// It is of another version.
    Version,
    /// It makes no sense.
    Malformed,
    /// It is of another domain.
    Domain,
    /// It is forged, or signed with another secret.
    Signature,
    /// It was sent too long ago, or in the future: the clocks are apart, or somebody sends what he recorded.
    Time,
    /// It, or one that was sent after it, arrived already.
    Replayed,
    /// There are as many nodes as may be remembered.
    Full,
    /// It describes no member or balancer.
    Content,
    /// Another process announces the same member, and started later.
    Taken,
}

impl Refusal {
    /// The word of metrics and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Oversized => "oversized",
            Self::Truncated => "truncated",
            Self::Foreign => "foreign",
            Self::Version => "version",
            Self::Malformed => "malformed",
            Self::Domain => "domain",
            Self::Signature => "signature",
            Self::Time => "time",
            Self::Replayed => "replayed",
            Self::Full => "full",
            Self::Content => "content",
            Self::Taken => "taken",
        }
    }
}
