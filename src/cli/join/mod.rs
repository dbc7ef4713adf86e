//! `sinew join`: a side-car that registers the service next to it with balancers (docs/membership.md).
//!
//! The service is asked whether it is well before it is announced and as long as it is; while it is not, it is withdrawn.
//! With SIGTERM or SIGINT it leaves every balancer, and the command ends when it has answered what it had. Balancers are named,
//! or found in a multicast group; the service may also be announced there.

mod arguments;
mod health;
mod load;
mod multicast;
mod registrar;

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::time::timeout;

use super::{Color, Exit, output};
use registrar::Registrars;

pub(super) use arguments::Join;

/// What the balancers should be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    /// Nothing is known of the service yet.
    Unknown,
    /// It takes requests.
    Present,
    /// It is not well.
    Absent,
    /// It leaves for good.
    Leaving,
}

impl Join {
    pub(super) fn execute(self, _: Color) -> Exit {
        let service = match self.service() {
            Ok(service) => Arc::new(service),
            Err((exit, message)) => {
                output::complain(&format!("error: {message}"));
                return exit;
            }
        };
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => {
                output::complain(&format!("error: {error}"));
                return Exit::Internal;
            }
        };
        runtime.block_on(run(service))
    }
}

async fn run(service: Arc<arguments::Service>) -> Exit {
    let signals = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    let (Ok(mut terminate), Ok(mut interrupt)) = signals else {
        output::complain("error: cannot receive signals");
        return Exit::Internal;
    };
    let wish = watch::Sender::new(Wish::Unknown);
    let (found, mut discovered) = watch::channel(BTreeSet::new());
    let group = match service.group.as_ref().map(multicast::Group::join).transpose() {
        Ok(node) => {
            let (service, wish) = (service.clone(), wish.subscribe());
            tokio::spawn(async move {
                if let (Some(group), Some(node)) = (&service.group, node) {
                    group.follow(node, &service.name, wish, found).await;
                }
            })
        }
        Err(error) => {
            output::complain(&format!("error: the multicast group cannot be joined: {error}"));
            return Exit::Temporary;
        }
    };
    let mut registrars = Registrars::new(service.clone(), wish.subscribe());
    let asking = health::watch(&service, &wish);
    let mut asking = std::pin::pin!(asking);
    loop {
        tokio::select! {
            () = &mut asking => break,
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
            Ok(()) = discovered.changed() => {
                if service.group.as_ref().is_some_and(|group| group.discover) {
                    registrars.follow(&discovered.borrow_and_update());
                }
            }
        }
    }
    wish.send_replace(Wish::Leaving);
    let everybody_knows = async {
        // Its end is not to be waited for longer than that of the others.
        let _ = group.await;
        registrars.end().await
    };
    tokio::select! {
        left = timeout(service.drain, everybody_knows) => match left {
            Ok(true) => Exit::Ok,
            Ok(false) => Exit::NotOk,
            Err(_) => {
                output::complain("error: requests are still in flight, or a balancer does not answer");
                Exit::NotOk
            }
        },
        _ = terminate.recv() => Exit::Terminated,
        _ = interrupt.recv() => Exit::Interrupted,
    }
}
