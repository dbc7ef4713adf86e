//! `sinew join`: a side-car that registers the service next to it with balancers (docs/membership.md).
//!
//! The service is asked whether it is well before it is announced and as long as it is; while it is not, it is withdrawn.
//! With SIGTERM or SIGINT it leaves every balancer, and the command ends when it has answered what it had.

mod arguments;
mod health;
mod registrar;

use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::{Color, Exit, output};
use registrar::Registrar;

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
    let mut registrars = JoinSet::new();
    for client in &service.balancers {
        let registrar = Registrar::new(client.clone(), service.clone(), wish.subscribe());
        registrars.spawn(registrar.run());
    }
    tokio::select! {
        () = health::watch(&service, &wish) => {}
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    wish.send_replace(Wish::Leaving);
    let everybody_knows = async {
        let mut all = true;
        while let Some(left) = registrars.join_next().await {
            all &= left.unwrap_or(false);
        }
        all
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
