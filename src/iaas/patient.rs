//! Patience: time limits and repeated attempts, for all providers alike.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{sleep, timeout};
use tower::retry::backoff::{Backoff, ExponentialBackoffMaker, MakeBackoff};
use tower::util::rng::HasherRng;

use super::{AddressState, Answer, Iaas, IaasError, Instance, InstanceId, LaunchSpec, Owner};

/// How patient we are with a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// How long one attempt may take.
    pub timeout: Duration,
    /// The most attempts; one is made always.
    pub attempts: usize,
    /// The time between the first two attempts; it doubles with each, more or less by chance.
    pub first_pause: Duration,
    /// The longest time between two attempts.
    pub longest_pause: Duration,
}

/// A provider whose calls end in time, and are made again when they fail for a reason that may pass: exponential back-off
/// with jitter. One that wants to be left alone for longer than the longest pause is: the call fails then.
#[derive(Debug)]
pub struct Patient {
    name: String,
    inner: Arc<dyn Iaas>,
    patience: Patience,
}

/// The share of a pause that is left to chance.
const JITTER: f64 = 0.5;

impl Patient {
    /// Puts patience around a provider of a name, which is in logs.
    pub fn new(name: impl Into<String>, inner: Arc<dyn Iaas>, patience: Patience) -> Self {
        Self { name: name.into(), inner, patience }
    }

    async fn call<'a, T>(
        &'a self,
        operation: &'static str,
        attempt: impl Fn(&'a dyn Iaas) -> Answer<'a, T>,
    ) -> Result<T, IaasError> {
        let mut backoff = self.backoff();
        let mut made = 0;
        loop {
            made += 1;
            let limit = self.patience.timeout;
            let answer = timeout(limit, attempt(self.inner.as_ref())).await.unwrap_or_else(|_| {
                Err(IaasError::Transient(format!("no answer within {} s", limit.as_secs_f64())))
            });
            let error = match answer {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let asked_for = match error {
                IaasError::Throttled { after, .. } => after.unwrap_or_default(),
                _ => Duration::ZERO,
            };
            let again =
                error.may_pass() && made < self.patience.attempts && asked_for <= self.patience.longest_pause;
            tracing::warn!(target: "iaas", provider = %self.name, operation, attempt = made, again, %error, "failed");
            if !again {
                return Err(error);
            }
            match &mut backoff {
                Some(backoff) => {
                    tokio::join!(backoff.next_backoff(), sleep(asked_for));
                }
                None => sleep(asked_for.max(self.patience.first_pause)).await,
            }
        }
    }

    /// None when the pauses make no sense together.
    fn backoff(&self) -> Option<impl Backoff<Future: Send> + Send + use<>> {
        let Patience { first_pause, longest_pause, .. } = self.patience;
        let maker = ExponentialBackoffMaker::new(first_pause, longest_pause, JITTER, HasherRng::default());
        maker.ok().map(|mut maker| maker.make_backoff())
    }
}

impl Iaas for Patient {
    fn launch<'a>(&'a self, spec: &'a LaunchSpec) -> Answer<'a, Instance> {
        Box::pin(self.call("launch", move |inner| inner.launch(spec)))
    }

    fn terminate<'a>(&'a self, id: &'a InstanceId) -> Answer<'a, ()> {
        Box::pin(self.call("terminate", move |inner| inner.terminate(id)))
    }

    fn list<'a>(&'a self, owner: &'a Owner) -> Answer<'a, Vec<Instance>> {
        Box::pin(self.call("list", move |inner| inner.list(owner)))
    }

    fn address<'a>(&'a self, ip: &'a str) -> Answer<'a, AddressState> {
        Box::pin(self.call("address", move |inner| inner.address(ip)))
    }

    fn associate<'a>(&'a self, ip: &'a str, id: &'a InstanceId) -> Answer<'a, ()> {
        Box::pin(self.call("associate", move |inner| inner.associate(ip, id)))
    }

    fn release<'a>(&'a self, ip: &'a str) -> Answer<'a, ()> {
        Box::pin(self.call("release", move |inner| inner.release(ip)))
    }

    fn allocate<'a>(&'a self, owner: &'a Owner) -> Answer<'a, String> {
        Box::pin(self.call("allocate", move |inner| inner.allocate(owner)))
    }

    fn ensure_key_pair<'a>(&'a self, name: &'a str, public_key: &'a str) -> Answer<'a, ()> {
        Box::pin(self.call("ensure_key_pair", move |inner| inner.ensure_key_pair(name, public_key)))
    }
}
