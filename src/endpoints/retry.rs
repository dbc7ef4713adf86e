//! When a message may be sent to another endpoint after a failure: never twice what must happen once
//! (endpoints.md §5.4, §5.5; hardening.md §1.3).

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use http::Method;
use sinew_core::config::endpoint::RetryConfig;
use sinew_core::mediation::{Fault, FaultSource, Retry};
use tower::retry::budget::{Budget, TpsBudget};

/// Whether the message may be sent to another endpoint after a fault. `is_replayable` says that the whole payload can
/// be sent again.
pub fn may_retry(fault: &Fault, is_replayable: bool) -> bool {
    fault.source != FaultSource::Client && !fault.unhandled && fault.retry != Retry::Never && is_replayable
}

/// What a fault says about retries once it is known what was sent: after something was sent, only a request with an
/// idempotent method may be repeated (RFC 9110 §9.2.2), and never after a code that the endpoint's definition excludes.
pub fn settled(retry: Retry, code: u32, method: &Method, config: &RetryConfig) -> Retry {
    match retry {
        _ if !config.allows(code) => Retry::Never,
        Retry::Idempotent if !method.is_idempotent() => Retry::Never,
        other => other,
    }
}

/// Limits how many requests are sent again to a share of all requests, so that retries do not finish off what struggles:
/// a fifth of the requests of the last 10 s, and 10 a second besides.
#[derive(Debug)]
pub struct RetryBudget {
    budget: TpsBudget,
    requests: AtomicU32,
}

/// One deposit stands for so many requests: a deposit takes a lock, which a request should not.
const REQUESTS_PER_DEPOSIT: u32 = 16;
const SHARE: f32 = 0.2;
const RESERVE_PER_SECOND: u32 = 10;
const WINDOW: Duration = Duration::from_secs(10);

impl Default for RetryBudget {
    fn default() -> Self {
        let share = SHARE * REQUESTS_PER_DEPOSIT as f32;
        Self { budget: TpsBudget::new(WINDOW, RESERVE_PER_SECOND, share), requests: AtomicU32::new(0) }
    }
}

impl RetryBudget {
    /// A request came.
    pub fn count_request(&self) {
        if self.requests.fetch_add(1, Ordering::Relaxed) % REQUESTS_PER_DEPOSIT == REQUESTS_PER_DEPOSIT - 1 {
            self.budget.deposit();
        }
    }

    /// Whether one more retry may be made; it is used up by asking.
    pub fn take(&self) -> bool {
        self.budget.withdraw()
    }
}

#[cfg(test)]
mod tests {
    use sinew_core::mediation::ErrorCode;

    use super::*;

    /// A request that may have been executed is repeated only when that is harmless, one that was not sent always.
    #[test]
    fn what_was_sent_is_repeated_only_when_harmless() {
        let excluded = RetryConfig { disabled: [101_503].into(), ..RetryConfig::default() };
        let only = RetryConfig { enabled: [101_500].into(), ..RetryConfig::default() };
        let any = RetryConfig::default();
        for (retry, code, method, config, expected) in [
            (Retry::NotSent, 101_503, Method::POST, &any, Retry::NotSent),
            (Retry::NotSent, 101_503, Method::POST, &excluded, Retry::Never),
            (Retry::NotSent, 101_503, Method::GET, &only, Retry::Never),
            (Retry::NotSent, 101_500, Method::GET, &only, Retry::NotSent),
            (Retry::Idempotent, 101_505, Method::GET, &any, Retry::Idempotent),
            (Retry::Idempotent, 101_505, Method::PUT, &any, Retry::Idempotent),
            (Retry::Idempotent, 101_505, Method::DELETE, &any, Retry::Idempotent),
            (Retry::Idempotent, 101_505, Method::POST, &any, Retry::Never),
            (Retry::Idempotent, 101_505, Method::PATCH, &any, Retry::Never),
            (Retry::Never, 101_503, Method::GET, &any, Retry::Never),
        ] {
            assert_eq!(settled(retry, code, &method, config), expected, "{retry:?} {code} {method}");
        }
        let fault = |retry| Fault::endpoint(ErrorCode(101_503), "refused", retry);
        assert!(may_retry(&fault(Retry::NotSent), true));
        assert!(!may_retry(&fault(Retry::NotSent), false), "a body that is gone");
        assert!(!may_retry(&fault(Retry::Never), true));
        assert!(!may_retry(&Fault { unhandled: true, ..fault(Retry::NotSent) }, true), "discard");
        let client = Fault { source: FaultSource::Client, ..fault(Retry::Idempotent) };
        assert!(!may_retry(&client, true), "the client stopped sending");
    }

    /// 10 retries a second for 10 s without any request, and a fifth of 1000 requests besides.
    #[tokio::test(start_paused = true)]
    async fn retries_are_a_share_of_the_requests() {
        let budget = RetryBudget::default();
        let reserve = std::iter::from_fn(|| budget.take().then_some(())).count();
        assert_eq!(reserve, 100);
        (0..1000).for_each(|_| budget.count_request());
        let earned = std::iter::from_fn(|| budget.take().then_some(())).count();
        assert!((190..=210).contains(&earned), "{earned}");
    }
}
