//! What is counted for connections and for requests that no service saw.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};

use super::exposition::family;
use crate::telemetry::names;

/// The counts of one listener, at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ConnectionCounts {
    /// Open now.
    pub active: u64,
    /// Accepted since the start.
    pub accepted: u64,
    /// Closed at once because too many were open.
    pub rejected_by_limit: u64,
    /// Closed because the TLS handshake failed.
    pub rejected_by_tls: u64,
    /// Closed because the PROXY header was missing or wrong.
    pub rejected_by_proxy_protocol: u64,
}

/// Why a request was answered or cut off before a service saw it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalReason {
    /// Not HTTP, or not acceptable as a request: grammar, host, target, method, expectation.
    Malformed,
    /// Its length can be read in two ways.
    Framing,
    /// Head, target or body over its limit.
    TooLarge,
    /// The client took too long.
    Timeout,
    /// Too many requests or connections.
    Overload,
    /// Over the rate that is allowed.
    RateLimit,
    /// The process is about to end.
    Draining,
}

/// Where the counts of a listener are kept.
pub(super) struct ConnectionSource {
    listener: String,
    counts: Box<dyn Fn() -> ConnectionCounts + Send + Sync>,
}

/// Counts of refused requests by reason.
#[derive(Debug, Default)]
pub(super) struct Refusals([AtomicU64; REASONS.len()]);

const REASONS: [RefusalReason; 7] = [
    RefusalReason::Malformed,
    RefusalReason::Framing,
    RefusalReason::TooLarge,
    RefusalReason::Timeout,
    RefusalReason::Overload,
    RefusalReason::RateLimit,
    RefusalReason::Draining,
];

impl RefusalReason {
    /// The value of the label `reason`, and what the access log shows after `refused:`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Framing => "framing",
            Self::TooLarge => "too_large",
            Self::Timeout => "timeout",
            Self::Overload => "overload",
            Self::RateLimit => "rate_limit",
            Self::Draining => "draining",
        }
    }
}

impl ConnectionSource {
    pub(super) fn new(
        listener: &str,
        counts: impl Fn() -> ConnectionCounts + Send + Sync + 'static,
    ) -> ConnectionSource {
        ConnectionSource { listener: listener.to_owned(), counts: Box::new(counts) }
    }

    /// The name of the listener.
    pub(super) fn listener(&self) -> &str {
        &self.listener
    }
}

impl fmt::Debug for ConnectionSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionSource").field("listener", &self.listener).finish_non_exhaustive()
    }
}

impl Refusals {
    pub(super) fn count(&self, reason: RefusalReason) {
        if let Some(counter) = self.0.get(reason as usize) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Writes every reason, also those that never happened: the set is small, and alerts need the zero.
    pub(super) fn encode(&self, encoder: &mut DescriptorEncoder<'_>) -> std::fmt::Result {
        let mut out = family(encoder, &names::REQUESTS_REFUSED_TOTAL)?;
        for (reason, counter) in REASONS.iter().zip(&self.0) {
            let count = counter.load(Ordering::Relaxed);
            let labels = [("reason", reason.as_str())];
            out.encode_family(&labels)?.encode_counter::<NoLabelSet, _, u64>(&count, None)?;
        }
        Ok(())
    }
}

/// Writes the families of all listeners.
pub(super) fn encode(encoder: &mut DescriptorEncoder<'_>, sources: &[ConnectionSource]) -> std::fmt::Result {
    let counts: Vec<(&str, ConnectionCounts)> =
        sources.iter().map(|source| (source.listener.as_str(), (source.counts)())).collect();
    let mut out = family(encoder, &names::CONNECTIONS_ACTIVE)?;
    for (listener, counts) in &counts {
        out.encode_family(&[("listener", *listener)])?.encode_gauge(&counts.active)?;
    }
    let mut out = family(encoder, &names::CONNECTIONS_TOTAL)?;
    for (listener, counts) in &counts {
        let labels = [("listener", *listener)];
        out.encode_family(&labels)?.encode_counter::<NoLabelSet, _, u64>(&counts.accepted, None)?;
    }
    let mut out = family(encoder, &names::CONNECTIONS_REJECTED_TOTAL)?;
    for (listener, counts) in &counts {
        let reasons = [
            ("limit", counts.rejected_by_limit),
            ("tls", counts.rejected_by_tls),
            ("proxy_protocol", counts.rejected_by_proxy_protocol),
        ];
        for (reason, count) in reasons {
            let labels = [("listener", *listener), ("reason", reason)];
            out.encode_family(&labels)?.encode_counter::<NoLabelSet, _, u64>(&count, None)?;
        }
    }
    Ok(())
}
