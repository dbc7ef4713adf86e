//! What is known of an exchange when it ends.

use std::borrow::Cow;
use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use crate::telemetry::metrics::{RefusalReason, ServiceKind};

/// One exchange. Everything may be missing but its time and how it ended: some requests end before they begin.
///
/// Byte slices are as they came from the wire; they may hold anything. Of each no more than 8 KiB are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExchangeRecord<'a> {
    /// When the request began.
    pub time: SystemTime,
    /// How the exchange ended.
    pub termination: Termination,
    /// The name of the listener.
    pub listener: Option<&'a str>,
    /// The address of the client.
    pub client: Option<IpAddr>,
    /// The port of the client.
    pub client_port: Option<u16>,
    /// `HTTP/1.1` and the like.
    pub protocol: Option<&'a str>,
    /// Set on encrypted connections.
    pub tls: Option<TlsRecord<'a>>,
    /// The method of the request.
    pub method: Option<&'a [u8]>,
    /// The host asked for, with port if given.
    pub host: Option<&'a [u8]>,
    /// The path, without query.
    pub path: Option<&'a [u8]>,
    /// The query, without question mark.
    pub query: Option<&'a [u8]>,
    /// The status sent to the client.
    pub status: Option<u16>,
    /// What kind of artifact served it.
    pub kind: Option<ServiceKind>,
    /// The name of that artifact.
    pub service: Option<&'a str>,
    /// The name of the endpoint that was sent to last.
    pub endpoint: Option<&'a str>,
    /// The member that answered, or was tried last: host and port.
    pub member: Option<&'a str>,
    /// How many times the request was sent to a member, or tried to.
    pub attempts: u32,
    /// Bytes of the request's body that were received.
    pub bytes_in: u64,
    /// Bytes of the answer's body that were sent.
    pub bytes_out: u64,
    /// How long its parts took.
    pub times: Times,
    /// The identifier of the request.
    pub request_id: Option<&'a [u8]>,
    /// The `User-Agent` header.
    pub user_agent: Option<&'a [u8]>,
    /// The `Referer` header.
    pub referer: Option<&'a [u8]>,
}

/// What is known of the encrypted connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TlsRecord<'a> {
    /// `TLSv1.2` or `TLSv1.3`.
    pub version: &'a str,
    /// The name the client asked for.
    pub server_name: Option<&'a [u8]>,
}

/// How long the parts of an exchange took; what did not happen is missing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    /// In mediators, without waiting for members.
    pub mediate: Option<Duration>,
    /// Until there was a connection to the member.
    pub connect: Option<Duration>,
    /// From the end of the request until the head of the member's answer.
    pub first_byte: Option<Duration>,
    /// From the head of the request to the end of the answer.
    pub total: Option<Duration>,
}

/// How an exchange ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Termination {
    /// The answer was sent to its end.
    Ok,
    /// The client went away.
    ClientClosed,
    /// The member went away in the middle of its answer.
    MemberClosed,
    /// Something took too long.
    Timeout(TimeoutPhase),
    /// No service saw the request.
    Refused(RefusalReason),
}

/// What took too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeoutPhase {
    /// The head of the request.
    Header,
    /// The body of the request.
    RequestBody,
    /// Connecting to a member.
    Connect,
    /// The head of the member's answer.
    Response,
    /// The body of the member's answer.
    ResponseBody,
    /// The client taking the answer.
    Write,
    /// The exchange as a whole.
    Total,
}

/// The most that is written of text from the wire, in bytes.
const LONGEST: usize = 8 * 1024;

impl<'a> ExchangeRecord<'a> {
    /// A record of which nothing else is known.
    pub fn new(time: SystemTime, termination: Termination) -> ExchangeRecord<'a> {
        ExchangeRecord {
            time,
            termination,
            listener: None,
            client: None,
            client_port: None,
            protocol: None,
            tls: None,
            method: None,
            host: None,
            path: None,
            query: None,
            status: None,
            kind: None,
            service: None,
            endpoint: None,
            member: None,
            attempts: 0,
            bytes_in: 0,
            bytes_out: 0,
            times: Times::default(),
            request_id: None,
            user_agent: None,
            referer: None,
        }
    }
}

impl Termination {
    /// The word in the log: `ok`, `client_closed`, `timeout:connect`, `refused:framing`.
    pub fn as_text(self) -> Cow<'static, str> {
        match self {
            Self::Ok => "ok".into(),
            Self::ClientClosed => "client_closed".into(),
            Self::MemberClosed => "member_closed".into(),
            Self::Timeout(phase) => format!("timeout:{}", phase.as_str()).into(),
            Self::Refused(reason) => format!("refused:{}", reason.as_str()).into(),
        }
    }
}

impl TimeoutPhase {
    /// The word after `timeout:`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::RequestBody => "request_body",
            Self::Connect => "connect",
            Self::Response => "response",
            Self::ResponseBody => "response_body",
            Self::Write => "write",
            Self::Total => "total",
        }
    }
}

/// The part of text from the wire that is written.
pub(super) fn shortened(bytes: &[u8]) -> &[u8] {
    bytes.get(..LONGEST).unwrap_or(bytes)
}
