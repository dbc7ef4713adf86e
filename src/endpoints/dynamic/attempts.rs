//! One request, sent to one member after the other until one answers (elastic-load-balancer.md §3.4).

use std::sync::Arc;
use std::time::Duration;

use http::uri::PathAndQuery;
use sinew_core::mediation::{ErrorCode, Exchange, Fault, Retry};
use sinew_core::message::Body;
use smallvec::SmallVec;
use tokio::time::{Instant, timeout_at};

use super::BalancedCluster;
use super::answer::Answered;
use super::cluster::View;
use super::counting::refuse;
use super::endpoint::{Arrival, DynamicEndpoint};
use crate::balancing::affinity::{Choice, RouteId, Sticky};
use crate::balancing::algorithms::{Asked, Dice};
use crate::balancing::selection::Attempt;
use crate::clusters::{InFlight, Member, Phase};
use crate::endpoints::client::Client;
use crate::endpoints::replay::Replay;
use crate::endpoints::retry::may_retry;
use crate::endpoints::sessions::Sessions;
use crate::transport::http::client::Target;

/// The longest pause before a further attempt.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// The attempts for one request.
pub(super) struct Attempts<'a, C> {
    pub(super) endpoint: &'a DynamicEndpoint<C>,
    pub(super) arrival: &'a Arrival<'a>,
    pub(super) path: PathAndQuery,
}

/// What the client's sessions say about the member.
struct Bound {
    session: Option<Choice<Arc<str>>>,
    presented: Option<RouteId>,
    member: Option<Arc<Member>>,
}

/// Whether a member was let in, and neither drains nor is silent.
fn has_any(view: &View) -> bool {
    view.members.iter().any(|member| member.live().phase() == Phase::Ready)
}

impl<C: Client> Attempts<'_, C> {
    pub(super) async fn run(
        &self,
        exchange: &mut Exchange,
        now: Instant,
    ) -> Result<http::Response<Body>, Fault> {
        let cluster = &*self.arrival.route.cluster;
        if cluster.maintenance {
            return Err(unavailable("the cluster is under maintenance"));
        }
        if let Some(sessions) = &cluster.sessions {
            sessions.prepare(exchange).await?;
        }
        cluster.budget.count_request();
        let mut view = cluster.view();
        let mut bound = self.bound(cluster, &view, exchange, now);
        if !cluster.wait_for_member.is_zero() && bound.member.is_none() && !has_any(&view) {
            view = self.wait(cluster, now).await;
            bound = self.bound(cluster, &view, exchange, Instant::now());
        }
        let limit = usize::try_from(cluster.fail_over.replay_buffer).unwrap_or(usize::MAX);
        let replay = cluster.fail_over.enabled.then(|| Replay::remember(&mut exchange.message, limit));
        let most = if cluster.fail_over.enabled { cluster.fail_over.max_attempts.max(1) } else { 1 };
        let mut tried: SmallVec<[Arc<Member>; 4]> = SmallVec::new();
        let mut last: Option<Fault> = None;
        for attempt in 0..most {
            let now = Instant::now();
            let next = bound.member.take().or_else(|| self.choose(cluster, &tried, exchange, now));
            let Some(member) = next else { break };
            // What is chosen serves the scheme.
            let Some(target) = self.target(&member) else { break };
            if attempt > 0 {
                tokio::time::sleep(pause(cluster.fail_over.delay, attempt)).await;
                if let Some(replay) = &replay
                    && !replay.restore(&mut exchange.message)
                {
                    break;
                }
            }
            let in_flight = InFlight::begin(member.live());
            // Only the pause takes time.
            let started = if attempt > 0 { Instant::now() } else { now };
            let sending = self.endpoint.leaf.send_to(exchange, target, self.path.clone(), cluster.timeouts);
            match sending.await {
                Ok(mut response) => {
                    let now = Instant::now();
                    in_flight.answered(now.saturating_duration_since(started), now);
                    member.live().availability.succeeded();
                    let answered = Answered {
                        endpoint: self.endpoint,
                        arrival: self.arrival,
                        view: &view,
                        member: &member,
                        session: bound.session.as_ref().and_then(Choice::session),
                        presented: bound.presented,
                    };
                    answered.finish(exchange, &mut response, in_flight, now).await?;
                    return Ok(response);
                }
                Err(fault) => {
                    in_flight.failed();
                    if fault.code == ErrorCode::CONNECTION_FAILED {
                        member.live().availability.failed(fault.code.0, &cluster.suspension, Instant::now());
                    }
                    // A retry is taken from the budget only when it can be made.
                    let again = attempt + 1 < most
                        && fails_over(&fault)
                        && replay
                            .as_ref()
                            .is_some_and(|replay| may_retry(&fault, replay.is_possible(&exchange.message)))
                        && cluster.budget.take();
                    tried.push(member);
                    last = Some(fault);
                    if !again {
                        break;
                    }
                }
            }
        }
        if last.is_none() {
            refuse(exchange, cluster);
        }
        Err(given_up(cluster, last))
    }

    /// Waits as long as the configuration wants for a member that takes requests (case 251). Those that only announced
    /// themselves are probed still, and those that drain take none.
    async fn wait(&self, cluster: &BalancedCluster, now: Instant) -> Arc<View> {
        let deadline = now + cluster.wait_for_member;
        let mut changes = self.endpoint.directory.changes();
        loop {
            let view = cluster.view();
            if has_any(&view) || timeout_at(deadline, changes.changed()).await.is_err() {
                return view;
            }
        }
    }

    /// The member that the client is bound to, by the balancer's cookie or by a session.
    fn bound(&self, cluster: &BalancedCluster, view: &View, exchange: &Exchange, now: Instant) -> Bound {
        let message = &exchange.message;
        let mut bound = Bound { session: None, presented: None, member: None };
        let sticky = cluster.sessions.as_ref().map_or(Sticky::Strict, |sessions| sessions.affinity.sticky);
        if let Some(routes) = &view.routes {
            let choice = routes.choose(&message.headers, sticky, now, |member| cluster.standing(member, now));
            bound.presented = choice.presented;
            bound.member = choice.member.cloned();
        }
        if let Some(Sessions { kind, affinity }) = &cluster.sessions {
            let standing = |key: &Arc<str>| view.member(key).and_then(|member| cluster.standing(member, now));
            let choice = affinity.choose(kind.ids(message), now, standing);
            if bound.member.is_none() {
                bound.member = choice.target().and_then(|key| view.member(key)).cloned();
            }
            bound.session = Some(choice);
        }
        bound.member = bound.member.filter(|member| self.target(member).is_some());
        bound
    }

    /// Where to connect to a member for this request.
    fn target<'m>(&self, member: &'m Member) -> Option<&'m Target> {
        member.target(self.arrival.scheme, self.arrival.port)
    }

    /// The member that the algorithm chooses among those that were not tried.
    fn choose(
        &self,
        cluster: &BalancedCluster,
        tried: &[Arc<Member>],
        exchange: &Exchange,
        now: Instant,
    ) -> Option<Arc<Member>> {
        let message = &exchange.message;
        let client = message.received.remote.map(|remote| remote.ip());
        let attempt = Attempt {
            scheme: self.arrival.scheme,
            port: self.arrival.port,
            asked: Asked { headers: Some(&message.headers), client },
            tried,
            now,
        };
        Some(cluster.balancer.choose(&attempt)?.member)
    }
}

/// The failures after which another member is tried, when the request may be sent again: no connection, or one that
/// broke before the first byte of the answer (elastic-load-balancer.md §3.4; a member that is killed resets its
/// connections, which is 101501). A member that took too long or answered nonsense has had its chance (case 113).
fn fails_over(fault: &Fault) -> bool {
    let broken = matches!(fault.code.0, 101_500 | 101_501 | 101_503 | 101_505 | 101_507 | 101_508);
    fault.retry == Retry::NotSent || broken
}

/// No pause before the first further attempt, then one that doubles, between half of it and all of it.
fn pause(delay: Duration, attempt: u32) -> Duration {
    let doublings = match attempt {
        0 | 1 => return Duration::ZERO,
        further => (further - 2).min(16),
    };
    let full = delay.saturating_mul(1 << doublings).min(LONGEST_PAUSE);
    let varying = u64::try_from(full.as_millis() / 2).unwrap_or(u64::MAX);
    full.saturating_sub(Duration::from_millis(Dice::default().below(varying.saturating_add(1))))
}

/// What the fault sequence is told when no member answered: 303001 when the request reached none, so that the shipped
/// sequence answers 503, else what happened last (elastic-load-balancer.md §3.4).
fn given_up(cluster: &BalancedCluster, last: Option<Fault>) -> Fault {
    let retry_after = cluster.balancer.comes_back(Instant::now());
    match last {
        Some(fault) if !cluster.fail_over.enabled || !is_connection(&fault) => fault,
        Some(fault) => {
            let detail = fault.detail.unwrap_or_else(|| fault.message.into_owned());
            Fault { retry_after, ..unavailable("no application members available").detail(detail) }
        }
        None => Fault { retry_after, ..unavailable("no application members available") },
    }
}

fn is_connection(fault: &Fault) -> bool {
    matches!(fault.code.0, 101_503 | 101_507 | 101_508)
}

fn unavailable(message: &'static str) -> Fault {
    Fault::endpoint(ErrorCode::ADDRESS_NONE_READY, message, Retry::NotSent)
}
