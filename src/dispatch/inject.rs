//! Messages that no listener received: those of tasks (configuration.md §6.6, mediators.md §2.10).

use std::sync::Arc;

use http_body::Body as HttpBody;
use sinew_core::mediation::{Environment, ErrorCode, SequenceReference};
use sinew_core::message::Message;

use super::exchange::{Flows, exchange};
use super::{Account, DispatchSettings, Service};
use crate::compiler::Deployed;

/// Where a message goes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entrance<'a> {
    /// The main sequence.
    Main,
    /// The sequence with this key. Answers of endpoints go on in the main sequence, unless `send` names another.
    Sequence(&'a str),
    /// The proxy service with this name.
    Proxy(&'a str),
}

/// Why a message was not mediated to a good end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InjectError {
    /// There is no such sequence.
    #[error("there is no sequence \"{0}\"")]
    NoSequence(String),
    /// There is no such proxy service, or it is pinned to other servers.
    #[error("there is no proxy service \"{0}\"")]
    NoProxy(String),
    /// The proxy service is not started.
    #[error("the proxy service \"{0}\" is not started")]
    NotStarted(String),
    /// A fault came up, whether something handled it or not.
    #[error("the message ended in the fault {0}")]
    Fault(ErrorCode),
}

/// Mediates a message to its end. What would be the answer goes nowhere; it is read to its end, up to the limit of
/// payloads, so that the connection it comes on can be used again.
///
/// # Errors
/// There is no such entrance, or a fault came up.
pub async fn inject(
    deployed: &Arc<Deployed>,
    entrance: Entrance<'_>,
    message: Message,
    settings: &DispatchSettings,
) -> Result<(), InjectError> {
    let (service, first) = match entrance {
        Entrance::Main => (Service::Main, None),
        Entrance::Sequence(key) => match deployed.sequence(key) {
            reference @ SequenceReference::Found(_) => (Service::Main, Some(reference)),
            SequenceReference::Missing(_) => return Err(InjectError::NoSequence(key.to_owned())),
        },
        Entrance::Proxy(name) => match deployed.routes.named(name) {
            Some(proxy) if proxy.started => (Service::Proxy(proxy.clone()), None),
            Some(_) => return Err(InjectError::NotStarted(name.to_owned())),
            None => return Err(InjectError::NoProxy(name.to_owned())),
        },
    };
    let mut account = Account::default();
    let flows = Flows { deployed, service, first, settings, account: &mut account, hops: 0 };
    let response = flows.run(&mut exchange(deployed, message, settings, None)).await;
    let mut left = settings.payload_limit;
    let mut body = std::pin::pin!(response.into_body());
    while let Some(Ok(frame)) = std::future::poll_fn(|context| body.as_mut().poll_frame(context)).await {
        let length = frame.data_ref().map_or(0, |data| data.len() as u64);
        match left.checked_sub(length) {
            Some(rest) => left = rest,
            None => break,
        }
    }
    account.fault.map_or(Ok(()), |code| Err(InjectError::Fault(code)))
}
