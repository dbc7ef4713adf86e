//! A timer whose deadline may move later for free.

use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::task::unconstrained;
use tokio::time::{Instant, Sleep, sleep_until};

/// The moment so much later, or one that nobody will see when the time means *never*.
pub(crate) fn later(moment: Instant, time: Duration) -> Instant {
    moment.checked_add(time).unwrap_or_else(|| moment + Duration::from_secs(30 * 365 * 24 * 60 * 60))
}

/// Fires at a deadline that is given anew at every poll. Only an earlier deadline touches the runtime's timer
/// wheel at once; a later one is looked at when the earlier has come. A connection that is busy therefore costs
/// one timer operation per time-out, not one per request.
#[derive(Default)]
pub(crate) struct LazyTimer {
    sleep: Option<Pin<Box<Sleep>>>,
    /// The task that the running sleep will wake.
    woken: Option<Waker>,
}

impl LazyTimer {
    /// Ready once the deadline has passed; otherwise the task is woken when it has.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>, deadline: Instant) -> Poll<()> {
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if deadline < sleep.deadline() {
            sleep.as_mut().reset(deadline);
            self.woken = None;
        }
        let is_registered = self.woken.as_ref().is_some_and(|waker| waker.will_wake(context.waker()));
        if is_registered && !sleep.is_elapsed() {
            return Poll::Pending;
        }
        loop {
            // A task that has used up its turn would get no answer, and not be registered.
            if pin!(unconstrained(sleep.as_mut())).poll(context).is_pending() {
                self.woken = Some(context.waker().clone());
                return Poll::Pending;
            }
            self.woken = None;
            if sleep.deadline() >= deadline {
                return Poll::Ready(());
            }
            sleep.as_mut().reset(deadline);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn fires_at_the_latest_deadline_given() {
        let start = Instant::now();
        let mut timer = LazyTimer::default();
        let mut polls = 0;
        poll_fn(|context| {
            polls += 1;
            let wanted = if polls == 1 { Duration::from_secs(5) } else { Duration::from_secs(9) };
            timer.poll(context, start + wanted)
        })
        .await;
        assert_eq!(start.elapsed(), Duration::from_secs(9));
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_has_used_up_its_turn_is_woken_as_well() {
        let start = Instant::now();
        let mut timer = LazyTimer::default();
        poll_fn(|context| {
            while tokio::task::coop::has_budget_remaining() {
                // Its only use is to count against the turn.
                let _ = pin!(tokio::task::coop::consume_budget()).poll(context);
            }
            timer.poll(context, start + Duration::from_secs(5))
        })
        .await;
        assert_eq!(start.elapsed(), Duration::from_secs(5));
    }

    #[tokio::test(start_paused = true)]
    async fn an_earlier_deadline_counts_at_once() {
        let start = Instant::now();
        let mut timer = LazyTimer::default();
        let mut polls = 0;
        poll_fn(|context| {
            polls += 1;
            if polls == 1 {
                assert!(timer.poll(context, start + Duration::from_secs(60)).is_pending());
            }
            timer.poll(context, start + Duration::from_secs(2))
        })
        .await;
        assert_eq!(start.elapsed(), Duration::from_secs(2));
        poll_fn(|context| timer.poll(context, start + Duration::from_secs(3))).await;
        assert_eq!(start.elapsed(), Duration::from_secs(3));
    }
}
