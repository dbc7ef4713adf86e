//! How balancers find each other.

use std::net::SocketAddr;

use super::{DAY, HOUR, SECOND};
use crate::settings::key::section;
use crate::settings::secret::SecretReference;
use crate::settings::value::{Count, Duration, Seed, ZoneName};

section! {
    /// The group of balancers. They share what they know of members, sum up what there is to do, and elect one that acts for all;
    /// `docs/group.md` says how. All balancers of a group have the same settings here, except `address`, `advertise` and `id`.
    pub struct Group {
        /// The address and UDP port that the others talk to. Without it this balancer is in no group.
        pub address: Option<SocketAddr> = "",
        /// The address and port that the others are told, when they cannot use `address`. It must be given when that is one for
        /// all addresses. Port 0 stands for the port of `address`.
        pub advertise: Option<SocketAddr> = "",
        /// The name of the group. Balancers of other groups are not believed.
        pub name: ZoneName = "wso2.carbon.lb.domain",
        /// The name of this balancer, which no other one of the group may have. Without it one is made up at each start.
        pub id: Option<ZoneName> = "",
        /// Some balancers of the group, at least one that runs when this one starts; this one may be among them. Host names
        /// are looked up again each minute.
        pub seeds: Vec<Seed> = "",
        /// The secrets that datagrams are sealed with, of at least 32 characters each. The first seals, all open: a new one is
        /// first added at the end everywhere, then moved to the front, and the old one removed in the end. One must be given.
        pub keys: Vec<SecretReference> = "",
        /// How many balancers the group has, this one included; more than half of them must agree on who acts. There must never
        /// be more. None means one more than there are `seeds` besides this one.
        pub size: Option<Count<1, 1000>> = "0",
        /// How long a promise to follow a coordinator holds. When it dies, another acts after about this time.
        pub lease: Duration<{ SECOND }, { HOUR }> = "5s",
        /// How often this balancer talks to three others.
        pub gossip_interval: Duration<50, { 60 * SECOND }> = "500ms",
        /// How long a balancer may be silent until it counts as lost, with the members that only it knows.
        pub silence: Duration<200, { HOUR }> = "5s",
        /// How long the requests in flight that a silent balancer had still count: two intervals of the autoscaler.
        pub stale: Duration<{ SECOND }, { HOUR }> = "2m",
        /// How long a lost balancer is remembered.
        pub forget: Duration<{ 60 * SECOND }, { 7 * DAY }> = "1h",
        /// Whether this balancer acts alone when it has heard of too few others for `takeover`. With two balancers no one acts
        /// otherwise when one is dead. When a network falls apart, both halves may then act, until they hear each other again.
        pub act_without_majority: bool = "false",
        /// How long too few others are heard of before this balancer acts alone.
        pub takeover: Duration<{ SECOND }, { HOUR }> = "10s",
        /// Whether the balancers tell each other which session belongs to which member. A client that comes to another one finds
        /// its member there after about two seconds. At most some thousand sessions of each balancer are told.
        pub share_sessions: bool = "false",
        /// The most members that this balancer tells the others of.
        pub max_members: Count<1, 100000> = "10000",
    }
}
