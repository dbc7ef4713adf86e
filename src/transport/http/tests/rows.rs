//! What must happen to the bytes of a client, row by row.

use crate::transport::http::server::ServerSettings;
use crate::transport::http::testing::{Member, Server, converse, status};

/// The verdict on one row.
pub(super) enum Verdict {
    /// Answered with this status and closed; the member sees nothing.
    Refused(u16),
    /// Answered with this status and closed, or closed without an answer; the member sees no complete request.
    Broken(u16),
    /// So many requests reach the member and are answered with 200; the first has these lines, and not those texts.
    Passed(usize, &'static [&'static str], &'static [&'static str]),
    /// As [`Verdict::Passed`] for one request, which must have this body.
    Body(&'static str),
}

/// Sends each row over a connection of its own through a relay, and looks at both ends.
pub(super) async fn check(rows: Vec<(&str, Vec<u8>, Verdict)>) {
    for (row, bytes, verdict) in rows {
        let member = Member::ok().await;
        let server = Server::relay(ServerSettings::default(), member.address).await;
        let answer = converse(server.address, &bytes).await;
        let seen = member.requests();
        let complete = seen.iter().filter(|request| request.is_complete).count();
        let context = format!("row {row:?}: answer {answer:?}, member saw {seen:?}");
        match verdict {
            Verdict::Refused(expected) => {
                assert_eq!(status(&answer), expected, "{context}");
                assert_eq!(answer.matches("HTTP/1.").count(), 1, "{context}");
                assert!(answer.to_ascii_lowercase().contains("connection: close"), "{context}");
                assert!(!answer.ends_with("[reset]"), "{context}");
                assert_eq!(seen.len(), 0, "{context}");
            }
            Verdict::Broken(expected) => {
                assert!(answer.is_empty() || status(&answer) == expected, "{context}");
                assert_eq!(complete, 0, "{context}");
            }
            Verdict::Passed(count, present, absent) => {
                assert_eq!(status(&answer), 200, "{context}");
                assert_eq!(answer.matches("HTTP/1.1 200").count(), count, "{context}");
                assert_eq!((seen.len(), complete), (count, count), "{context}");
                let head = seen[0].head.to_ascii_lowercase();
                for line in present {
                    assert!(head.contains(&format!("\r\n{line}\r\n")), "{line:?} missing; {context}");
                }
                for text in absent {
                    assert!(!head.contains(text), "{text:?} present; {context}");
                }
            }
            Verdict::Body(expected) => {
                assert_eq!(status(&answer), 200, "{context}");
                assert_eq!((seen.len(), complete), (1, 1), "{context}");
                assert_eq!(String::from_utf8_lossy(&seen[0].body), expected, "{context}");
            }
        }
    }
}

pub(super) fn post(headers: &str, body: &str) -> Vec<u8> {
    format!("POST /a HTTP/1.1\r\nHost: a\r\n{headers}\r\n\r\n{body}").into_bytes()
}

pub(super) fn request(line: &str, headers: &str) -> Vec<u8> {
    format!("{line}\r\n{headers}\r\n").into_bytes()
}
