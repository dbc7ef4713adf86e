//! Announcing the service to a multicast group, and finding balancers there.

use std::collections::{BTreeSet, HashSet};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::watch;

use super::Wish;
use crate::cli::ctl::place;
use crate::cli::{Exit, output};
use crate::membership::MulticastGroup;
use crate::membership::multicast::wire::Member;
use crate::membership::multicast::{
    Announcer, Learned, Node, NodeOptions, Rules, Says, SharedKey, announced,
};
use crate::settings::{HttpOrigin, Secret, ZoneName};

/// What is typed about multicast.
#[derive(Debug, clap::Args)]
pub(super) struct MulticastArguments {
    /// Announce the service to this multicast group, instead of or beside registering it; with --discover, find balancers
    /// there
    #[arg(long, value_name = "GROUP:PORT", requires = "secret_file")]
    multicast: Option<SocketAddrV4>,
    /// The address of the interface to use for multicast
    #[arg(long, value_name = "ADDRESS", requires = "multicast")]
    interface: Option<Ipv4Addr>,
    /// What those that belong together in the group have in common
    #[arg(long, value_name = "NAME", default_value = "sinew")]
    domain: ZoneName,
    /// A file with the secret that announcements are signed with
    #[arg(long, value_name = "FILE", requires = "multicast")]
    secret_file: Option<PathBuf>,
    /// Register with the balancers that announce themselves to the group
    #[arg(long, requires = "multicast")]
    discover: bool,
    /// Announce the service to the group also with --discover
    #[arg(long, requires = "discover")]
    announce: bool,
}

/// A group, and what to do there.
pub(super) struct Group {
    options: NodeOptions,
    /// What is announced of the service while it is well.
    says: Option<Says>,
    /// Whether balancers are looked for.
    pub(super) discover: bool,
}

/// How often the service is announced.
const INTERVAL: Duration = Duration::from_secs(1);

/// What balancers are believed.
const RULES: Rules = Rules {
    drop_time: Duration::from_secs(5),
    clock_difference: Duration::from_secs(30),
    most_nodes: 10_000,
};

impl MulticastArguments {
    /// Whether balancers are to be found.
    pub(super) fn discovers(&self) -> bool {
        self.discover
    }

    /// What was meant for a member of a cluster; or how to end, and why.
    pub(super) fn group(
        &self,
        cluster: &str,
        address: &str,
        definition: &Value,
    ) -> Result<Option<Group>, (Exit, String)> {
        let usage = |message: String| (Exit::Usage, message);
        let (Some(group), Some(secret)) = (self.multicast, &self.secret_file) else { return Ok(None) };
        if !group.ip().is_multicast() || group.port() == 0 {
            return Err(usage(format!("--multicast {group}: no multicast group with a port")));
        }
        let secret = Secret::new(place::token(secret).map_err(|message| (Exit::Files, message))?);
        let key = SharedKey::derive(&secret, self.domain.as_str());
        let says = (!self.discover || self.announce).then(|| Member {
            cluster: cluster.to_owned(),
            address: address.to_owned(),
            definition: compact(definition).to_string(),
        });
        if let Some(member) = &says {
            // What no balancer would take is better said now.
            let wrong = |problem: String| usage(format!("the service cannot be announced: {problem}"));
            announced(member).map_err(|_| wrong("no balancer would take its values".to_owned()))?;
            Announcer::new(key.clone(), [0; 16], 0, INTERVAL, tokio::time::Instant::now())
                .say(Says::Member(member.clone()), tokio::time::Instant::now())
                .map_err(|error| wrong(error.to_string()))?;
        }
        let group =
            MulticastGroup { address: *group.ip(), port: group.port(), interface: self.interface, ttl: 1 };
        let options = NodeOptions { group, key, interval: INTERVAL, rules: RULES };
        Ok(Some(Group { options, says: says.map(Says::Member), discover: self.discover }))
    }
}

/// A definition without what has no meaning here.
fn compact(definition: &Value) -> Value {
    let mut compact = definition.clone();
    if let Some(fields) = compact.as_object_mut() {
        fields
            .retain(|name, value| !value.is_null() && !matches!(name.as_str(), "lease_seconds" | "instance"));
    }
    compact
}

impl Group {
    /// Joins the group. Must be called within a runtime.
    pub(super) fn join(&self) -> std::io::Result<Node> {
        Node::join(&self.options)
    }

    /// Announces the service as is wished and tells which balancers there are, until it is to leave.
    pub(super) async fn follow(
        &self,
        mut node: Node,
        name: &str,
        mut wish: watch::Receiver<Wish>,
        found: watch::Sender<BTreeSet<String>>,
    ) {
        let place = SocketAddrV4::new(self.options.group.address, self.options.group.port);
        let say = |what: &str| output::complain(&format!("{name} {what} at {place}"));
        let (mut is_announced, mut complained) = (false, HashSet::new());
        loop {
            tokio::select! {
                learned = node.next() => match learned {
                    Ok(learned) if learned.contains(&Learned::Balancers) => {
                        let urls = node.balancers().filter_map(|balancer| balancer.registration.clone());
                        found.send_replace(urls.filter(|url| url.parse::<HttpOrigin>().is_ok()).collect());
                    }
                    Ok(_) => {}
                    Err(refusal) => {
                        if complained.insert(refusal) {
                            let reason = refusal.as_str();
                            output::complain(&format!("error: {place}: an announcement is not believed: {reason}"));
                        }
                    }
                },
                changed = wish.changed() => {
                    let wish = *wish.borrow_and_update();
                    match (wish, &self.says) {
                        _ if changed.is_err() => return,
                        (Wish::Present, Some(says)) if !is_announced => {
                            // It was looked at when it was read.
                            is_announced = node.say(says.clone()).is_ok();
                            say("announced");
                        }
                        (Wish::Absent, _) if is_announced => {
                            is_announced = false;
                            node.withdraw();
                            say("withdrawn");
                        }
                        (Wish::Leaving, _) => {
                            node.withdraw();
                            if is_announced {
                                say("left");
                            }
                            return;
                        }
                        _ => {}
                    }
                }
            }
        }
    }
}
