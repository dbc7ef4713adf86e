//! Values that are one of a few words.

use super::{Problem, Value};
use sinew_core::diagnostics::nearest;

/// Declares an enum whose variants are words.
macro_rules! choice {
    (
        $(#[doc = $about:literal])+
        $visibility:vis enum $name:ident {
            $($(#[doc = $doc:literal])+ $variant:ident = $word:literal,)+
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        $visibility enum $name {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Value for $name {
            fn kind() -> String {
                format!("one of {}", [$(concat!("`", $word, "`")),+].join(", "))
            }

            fn from_text(text: &str) -> Result<Self, Problem> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    other => Err(unknown(other, &[$($word),+])),
                }
            }

            fn to_text(&self) -> String {
                match self {
                    $(Self::$variant => $word.to_owned(),)+
                }
            }
        }
    };
}

choice! {
    /// How records of the application log are written.
    pub enum LogFormat {
        /// JSON when standard error is no terminal, otherwise text.
        Auto = "auto",
        /// One JSON object a line.
        Json = "json",
        /// One line of text for people.
        Text = "text",
    }
}

choice! {
    /// How records of the access log are written.
    pub enum AccessLogFormat {
        /// One JSON object a line.
        Json = "json",
        /// The combined log format of the Apache web server.
        Combined = "combined",
    }
}

choice! {
    /// What DNS is asked for.
    pub enum DnsRecord {
        /// Addresses of IPv4.
        A = "a",
        /// Addresses of IPv6.
        Aaaa = "aaaa",
        /// Addresses of both.
        Address = "address",
        /// Hosts and ports.
        Srv = "srv",
    }
}

choice! {
    /// A way to launch instances.
    pub(in crate::settings) enum ProviderKindName {
        /// Processes of this machine.
        Process = "process",
        /// Calls of a service of the operator's.
        Webhook = "webhook",
        /// Nothing is launched.
        DryRun = "dry_run",
        /// Amazon EC2.
        Ec2 = "ec2",
        /// Containers.
        Docker = "docker",
        /// Pods of workloads.
        Kubernetes = "kubernetes",
    }
}

fn unknown(word: &str, words: &[&str]) -> Problem {
    match nearest(word, words.iter().copied()) {
        Some(meant) => Problem(format!("`{word}` is unknown, did you mean `{meant}`?")),
        None => Problem(format!("`{word}` is unknown")),
    }
}
