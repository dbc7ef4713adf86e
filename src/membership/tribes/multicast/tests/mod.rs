//! Tests of multicast membership.

mod announcer;
mod loopback;
mod strangers;
mod table;
