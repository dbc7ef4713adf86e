//! The `Date` of answers (RFC 9110 §6.6.1), made once a second on each thread.

use std::cell::RefCell;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// Hands the text of the date to the function. `now` is not later than the present, and not much earlier.
pub(super) fn with_date<T>(now: Instant, write: impl FnOnce(&[u8]) -> T) -> T {
    DATE.with_borrow_mut(|date| {
        if date.until.is_none_or(|until| now >= until) {
            date.refresh(now);
        }
        write(date.text.as_bytes())
    })
}

thread_local! {
    static DATE: RefCell<CachedDate> = const { RefCell::new(CachedDate { text: String::new(), until: None }) };
}

struct CachedDate {
    text: String,
    /// When the second ends.
    until: Option<Instant>,
}

impl CachedDate {
    fn refresh(&mut self, now: Instant) {
        let time = SystemTime::now();
        let into_second = time.duration_since(UNIX_EPOCH).map_or(0, |since| u64::from(since.subsec_nanos()));
        self.text = httpdate::fmt_http_date(time);
        self.until = now.checked_add(Duration::from_nanos(1_000_000_000_u64.saturating_sub(into_second)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_date_is_kept_for_its_second_only() {
        let now = Instant::now();
        let first = with_date(now, |text| text.to_vec());
        assert_eq!(first.len(), "Sun, 06 Nov 1994 08:49:37 GMT".len());
        let until = DATE.with_borrow(|date| date.until).expect("a date was made");
        assert!(until > now && until <= now + Duration::from_secs(1));
        DATE.with_borrow_mut(|date| date.text = "old".into());
        assert_eq!(with_date(now, |text| text.to_vec()), b"old");
        assert_ne!(with_date(until, |text| text.to_vec()), b"old");
    }
}
