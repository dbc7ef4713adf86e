//! The transport as a whole, on loopback sockets: a raw client, our server and client, a raw member.

mod rows;

mod request_bodies;
mod request_heads;
mod request_targets;
mod responses;
mod soak;
