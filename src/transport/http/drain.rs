//! The signal that tells connections to come to an end.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};

use tokio::sync::Notify;

/// Given once, seen by every connection that holds a clone.
#[derive(Debug, Clone, Default)]
pub struct DrainSignal(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    given: AtomicBool,
    notify: Notify,
}

impl DrainSignal {
    /// Tells all: idle connections close at once, the others after their current exchange.
    pub fn give(&self) {
        self.0.given.store(true, Ordering::Release);
        self.0.notify.notify_waiters();
    }

    /// True from [`DrainSignal::give`] on.
    pub fn is_given(&self) -> bool {
        self.0.given.load(Ordering::Acquire)
    }

    /// Ends when the signal is given.
    pub fn given(&self) -> impl Future<Output = ()> + Send + '_ {
        let notified = self.0.notify.notified();
        async move {
            if !self.is_given() {
                notified.await;
            }
        }
    }
}

/// One connection's watch on the signal. It registers once, because waiting anew at every poll would take a lock.
#[derive(Default)]
pub(crate) struct DrainWatch(State);

#[derive(Default)]
enum State {
    #[default]
    New,
    Registered(Waker),
    Told,
}

impl DrainWatch {
    /// True once, when the signal has been given; otherwise the task is woken when it is. `given` must be
    /// [`DrainSignal::given`] of the same signal, and always the same future.
    pub(crate) fn is_told<F: Future<Output = ()>>(
        &mut self,
        signal: &DrainSignal,
        given: Pin<&mut F>,
        task: &mut Context<'_>,
    ) -> bool {
        let is_told = match &self.0 {
            State::Told => return false,
            _ if signal.is_given() => true,
            State::Registered(waker) if waker.will_wake(task.waker()) => return false,
            State::Registered(_) | State::New => given.poll(task) == Poll::Ready(()),
        };
        self.0 = if is_told { State::Told } else { State::Registered(task.waker().clone()) };
        is_told
    }
}
