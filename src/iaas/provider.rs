//! What every provider can be asked for.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use super::{AddressState, IaasError, Instance, InstanceId, LaunchSpec, Owner};

/// The answer of a provider.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, IaasError>> + Send + 'a>>;

/// A provider of infrastructure (elastic-load-balancer.md §4.11).
///
/// Providers make one attempt, and do not limit its time: [`Patient`](super::Patient) around them does both. A call that
/// is dropped before it answered has happened or not; none leaves a provider half changed. Nothing blocks the thread.
pub trait Iaas: Send + Sync + fmt::Debug {
    /// Launches one instance, and returns when that is accepted. The same token of the same owner again gives the same
    /// instance, also after a restart of the balancer, and launches nothing.
    fn launch<'a>(&'a self, spec: &'a LaunchSpec) -> Answer<'a, Instance>;

    /// Ends an instance, and returns when that is accepted. One that ended already is ended; one that was never known, or
    /// was forgotten since, is [`IaasError::NotFound`].
    fn terminate<'a>(&'a self, id: &'a InstanceId) -> Answer<'a, ()>;

    /// Every instance of an owner, those that ended a short while ago included.
    fn list<'a>(&'a self, owner: &'a Owner) -> Answer<'a, Vec<Instance>>;

    /// What a public address leads to.
    fn address<'a>(&'a self, ip: &'a str) -> Answer<'a, AddressState> {
        let _ = ip;
        unsupported("tell where addresses lead")
    }

    /// Lets a public address lead to an instance, whatever it led to.
    fn associate<'a>(&'a self, ip: &'a str, id: &'a InstanceId) -> Answer<'a, ()> {
        let _ = (ip, id);
        unsupported("move addresses")
    }

    /// Lets a public address lead nowhere. One that was got with [`Iaas::allocate`] is given back.
    fn release<'a>(&'a self, ip: &'a str) -> Answer<'a, ()> {
        let _ = ip;
        unsupported("release addresses")
    }

    /// A public address that leads nowhere: one of the owner's that is free, or a new one.
    fn allocate<'a>(&'a self, owner: &'a Owner) -> Answer<'a, String> {
        let _ = owner;
        unsupported("allocate addresses")
    }

    /// Makes a key pair of a name known, with a public key in the form of OpenSSH. One that is known by the name stays.
    fn ensure_key_pair<'a>(&'a self, name: &'a str, public_key: &'a str) -> Answer<'a, ()> {
        let _ = (name, public_key);
        unsupported("keep key pairs")
    }
}

fn unsupported<'a, T: Send + 'a>(what: &'static str) -> Answer<'a, T> {
    Box::pin(std::future::ready(Err(IaasError::Unsupported(what))))
}
