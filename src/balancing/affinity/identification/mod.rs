//! Session ids: where requests carry them and where answers hand them out (endpoints.md §6.1).
//!
//! | Kind | On the request | Handed out by |
//! |---|---|---|
//! | `http` | `Cookie` | the member, in `Set-Cookie` |
//! | `soap` | header block `ServiceGroupId` | the member, in the answer's `ReplyTo` |
//! | `simpleClientSession` | header block `ClientID` | the client itself |

use std::borrow::Cow;
use std::str::FromStr;
use std::time::SystemTime;

use sinew_core::message::{Message, Payload, XmlPayload};

mod cookie_date;
mod cookies;
mod set_cookie;
mod soap;

pub use cookies::{cookie_values, remove_session_cookies, session_cookies};
pub use set_cookie::{Learned, learned_cookies};
pub use soap::{client_id, handed_out_service_group, remove_service_group, service_group};

/// The longest session id, and the longest cookie path, that is looked at, in bytes; what is longer is ignored
/// (hardening.md §2 row 23).
pub const LONGEST_ID: usize = 256;

/// The most ids of one message that are looked up.
pub const MOST_IDS: usize = 32;

/// How the members of a cluster tell their sessions apart: `<session type="…">` (endpoints.md §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SessionKind {
    /// `http`: session cookies of servlet containers and PHP.
    Http,
    /// `soap`: the service group of Axis2.
    Soap,
    /// `simpleClientSession`: an id that the client makes up.
    SimpleClient,
}

/// A `<session type="…">` that does not exist (endpoints.md E78).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no kind of session; there are `http`, `soap` and `simpleClientSession`")]
pub struct UnknownSessionKind(pub String);

impl FromStr for SessionKind {
    type Err = UnknownSessionKind;

    fn from_str(word: &str) -> Result<Self, UnknownSessionKind> {
        match word {
            "http" => Ok(SessionKind::Http),
            "soap" => Ok(SessionKind::Soap),
            "simpleClientSession" => Ok(SessionKind::SimpleClient),
            _ => Err(UnknownSessionKind(word.to_owned())),
        }
    }
}

impl SessionKind {
    /// True when the ids stand in the payload, which must be read for them.
    pub fn needs_payload(self) -> bool {
        self != SessionKind::Http
    }

    /// True when a session is bound as soon as its request is sent: the client made its id up, no answer will.
    pub fn starts_at_client(self) -> bool {
        self == SessionKind::SimpleClient
    }

    /// The ids on a request, in the order in which they are tried. HTTP ids are borrowed: a request without session
    /// costs a look at its `Cookie` headers.
    pub fn ids(self, request: &Message) -> impl Iterator<Item = Cow<'_, str>> {
        let cookies = match self {
            SessionKind::Http => Some(session_cookies(&request.headers).map(Cow::Borrowed)),
            SessionKind::Soap | SessionKind::SimpleClient => None,
        };
        let block = match (self, xml(request)) {
            (SessionKind::Soap, Some(payload)) => service_group(payload),
            (SessionKind::SimpleClient, Some(payload)) => client_id(payload),
            _ => None,
        };
        cookies.into_iter().flatten().chain(block)
    }

    /// What an answer says about sessions. `wall_clock` is what `Expires` is compared with.
    pub fn learned(self, answer: &Message, wall_clock: SystemTime) -> impl Iterator<Item = Learned<'_>> {
        let cookies = match self {
            SessionKind::Http => Some(learned_cookies(&answer.headers, wall_clock)),
            SessionKind::Soap | SessionKind::SimpleClient => None,
        };
        let block = match (self, xml(answer)) {
            (SessionKind::Soap, Some(payload)) => handed_out_service_group(payload),
            _ => None,
        };
        cookies.into_iter().flatten().chain(block.map(Learned::without_path))
    }
}

fn xml(message: &Message) -> Option<&XmlPayload> {
    match &message.payload {
        Payload::Xml(payload) => Some(payload),
        _ => None,
    }
}

/// An id that is worth looking up.
fn acceptable(id: &str) -> bool {
    !id.is_empty() && id.len() <= LONGEST_ID
}

/// The pieces of a header value between semicolons, without blanks around them, as far as they are text.
fn pieces(value: &[u8]) -> impl Iterator<Item = &str> {
    value.split(|&byte| byte == b';').filter_map(|piece| std::str::from_utf8(piece.trim_ascii()).ok())
}
