//! What concerns clients: listeners, limits, time-outs.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::{GIB, HOUR, KIB, MIB, SECOND};
use crate::settings::key::section;
use crate::settings::value::{ByteSize, Count, Duration};

section! {
    /// Where clients connect. The names of the tables inside, `http` and `https`, are the listeners' names in logs
    /// and metrics.
    pub struct Listeners {
    }
    tables {
        /// The plain listener.
        pub http: HttpListener,
        /// The encrypted listener.
        pub https: HttpsListener,
    }
}

section! {
    /// The listener for plain HTTP.
    pub struct HttpListener {
        /// Whether it listens at all.
        pub enabled: bool = "true",
        /// Where it listens. Port 0 takes a free port. `[::]` listens on every IPv6 address, and on most systems on
        /// every IPv4 address too.
        pub address: SocketAddr = "0.0.0.0:8280",
    }
}

section! {
    /// The listener for HTTP over TLS. It needs `certificate` and `key`, or `development_certificate_directory`.
    pub struct HttpsListener {
        /// Whether it listens at all.
        pub enabled: bool = "true",
        /// Where it listens. Port 0 takes a free port.
        pub address: SocketAddr = "0.0.0.0:8243",
        /// A PEM file with the certificate and after it those that issued it, in order.
        pub certificate: Option<PathBuf> = "",
        /// A PEM file with the private key of the certificate (PKCS #8, PKCS #1 or SEC 1), not encrypted. Nobody
        /// else should be able to read it.
        pub key: Option<PathBuf> = "",
        /// A directory for a certificate that signs itself: made at the first start, used again afterwards, and
        /// only when `certificate` and `key` are not given. No client trusts it; it is for trying things out.
        pub development_certificate_directory: Option<PathBuf> = ".sinew",
    }
}

section! {
    /// How much of everything. A message over a limit is refused and counted in `sinew_requests_refused_total`; no
    /// limit makes memory grow with what a client sends.
    pub struct Limits {
        /// The head of a request: request line and headers together. Over it: status 431.
        pub head: ByteSize<{ 8 * KIB }, { MIB }> = "64KiB",
        /// The number of headers of a request. Over it: status 431.
        pub headers: Count<1, 1000> = "100",
        /// The request target, which is path and query as sent. Over it: status 414.
        pub target: ByteSize<256, { 64 * KIB }> = "8KiB",
        /// The name of the method. Over it: status 501.
        pub method: ByteSize<7, { KIB }> = "32B",
        /// The body of a request, streamed or not. Over it: status 413.
        pub body: Option<ByteSize<1, { 1024 * GIB }>> = "0",
        /// A body that a mediator wants to see whole, after decompression. Bodies that no mediator looks at are
        /// streamed and not concerned. Over it: a fault in the sequence, status 413 when nothing else answers.
        /// This is the memory one message can take.
        pub payload: ByteSize<{ KIB }, { 2 * GIB }> = "16MiB",
        /// Open connections of clients for each listener. At the limit no more are accepted until one closes.
        pub max_connections: Option<Count<1, 10000000>> = "0",
        /// Connections that the operating system holds for each listener until they are accepted.
        pub backlog: Count<1, 65535> = "1024",
        /// The read buffer of a connection, and the bytes it may hold unsent.
        pub buffer: ByteSize<{ 8 * KIB }, { 16 * MIB }> = "48KiB",
        /// What is left of a request's body when its answer is complete: up to so many bytes are read and thrown
        /// away so that the connection can be used again; over it the connection is closed.
        pub discard: ByteSize<1, { 16 * MIB }> = "64KiB",
        /// What is kept of a request's body while it is sent to an endpoint that others stand in for: it can be sent to
        /// another one as long as all that was sent fits. This is memory per message in flight.
        pub replay: ByteSize<0, { GIB }> = "64KiB",
        /// The head of a member's answer. Over it: status 502.
        pub response_head: ByteSize<{ 8 * KIB }, { MIB }> = "64KiB",
        /// The number of headers of a member's answer. Over it: status 502.
        pub response_headers: Count<1, 1000> = "100",
    }
}

section! {
    /// How long everything may take.
    pub struct Timeouts {
        /// From the first byte of a request to the end of its head. After it: status 408, and the connection is
        /// closed.
        pub header: Duration<1, { HOUR }> = "30s",
        /// The longest pause within a body, of a request or of an answer.
        pub body_idle: Duration<1, { 24 * HOUR }> = "1m",
        /// How long a client's connection may wait for its next request; then it is closed without a word.
        pub keep_alive: Duration<1, { 24 * HOUR }> = "1m",
        /// How long a client or member may take none of the bytes that wait for it; then its connection is closed.
        pub write_stall: Duration<1, { 24 * HOUR }> = "1m",
        /// How long a connection is still read after an early answer, so that the client can read that answer before
        /// the connection is closed.
        pub linger: Duration<1, { 60 * SECOND }> = "2s",
        /// The TLS handshake with a client.
        pub handshake: Duration<1, { HOUR }> = "10s",
        /// From asking for a connection to a member to having one, with name resolution and TLS handshake.
        pub connect: Duration<1, { HOUR }> = "10s",
        /// From the end of a request to the head of the member's answer, for endpoints that have no time-out of their
        /// own.
        pub response: Duration<1, { 24 * HOUR }> = "1m",
        /// From the head of a request to the end of its answer, whatever it does. After it the exchange is cut off.
        pub request: Option<Duration<1, { 24 * HOUR }>> = "0",
    }
}
