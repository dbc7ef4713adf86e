//! How a group of keys is declared.

use std::fmt;

use super::kinds::{Kind, Unreadable};

/// The blocks a key may stand in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// `loadbalancer { }`.
    Balancer,
    /// `services { defaults { } }`.
    Defaults,
    /// A service's block.
    Service,
    /// A domain's block.
    Domain,
    /// A block in `members { }`.
    Member,
}

impl Scope {
    /// Everywhere but in a member's block.
    pub(in super::super) const ALL: &[Scope] =
        &[Scope::Balancer, Scope::Defaults, Scope::Service, Scope::Domain];
    /// In the whole of `services { }`.
    pub(in super::super) const SERVICES: &[Scope] = &[Scope::Defaults, Scope::Service, Scope::Domain];
}

/// How the block is called in messages and on the page.
impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Scope::Balancer => "loadbalancer",
            Scope::Defaults => "defaults",
            Scope::Service => "service",
            Scope::Domain => "domain",
            Scope::Member => "member",
        })
    }
}

/// What is to know about a key.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// The key as it is written.
    pub name: &'static str,
    /// The blocks it may stand in.
    pub scopes: &'static [Scope],
    /// What it takes, in words.
    pub expected: &'static str,
    /// The value it has when nobody gives it, as it would be written; "" for none.
    pub default: &'static str,
    /// The lines that say what it means.
    pub documentation: &'static [&'static str],
}

/// What became of the text of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Reading {
    /// It was understood.
    Taken,
    /// It was taken for something, which its author may not have meant.
    TakenAs(&'static str),
    /// It counts as not given.
    Ignored,
    /// It is wrong.
    Refused,
}

/// The values of a group's keys that one block gives.
pub(in super::super) trait Group {
    /// The keys of the group.
    fn keys(&self) -> &'static [Key];

    /// Takes the value of a key; `None` when the group has no such key.
    fn set(&mut self, key: &str, text: &str) -> Option<Reading>;

    /// Whether a key has the value that it has when nobody gives it.
    fn is_default(&self, key: &str) -> bool;
}

/// Reads a value into its place.
pub(super) fn take<T>(place: &mut Option<T>, kind: &Kind<T>, text: &str) -> Reading {
    match (kind.read)(text) {
        Ok(value) => {
            *place = Some(value);
            Reading::Taken
        }
        Err(Unreadable::TakenAs(value, word)) => {
            *place = Some(value);
            Reading::TakenAs(word)
        }
        Err(Unreadable::Ignored) => Reading::Ignored,
        Err(Unreadable::Refused) => Reading::Refused,
    }
}

/// The value that a key has when nobody gives it; a test reads every default.
pub(super) fn default<T>(kind: &Kind<T>, text: &str) -> T {
    match (kind.read)(text) {
        Ok(value) => value,
        Err(_) => unreachable!("a default that its own key refuses"),
    }
}

/// Declares a struct of settings, and a second one with what a single block gives of them. Each line is
/// `"key" field: type = "default", KIND;`.
macro_rules! group {
    (
        $(#[doc = $about:literal])+
        $name:ident, $layer:ident in $scopes:expr;
        $($(#[doc = $line:literal])+ $key:literal $field:ident: $type:ty = $default:literal, $kind:expr;)+
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            $($(#[doc = $line])+ pub $field: $type,)+
        }

        /// What one block gives of
        #[doc = concat!("[`", stringify!($name), "`].")]
        #[derive(Debug, Clone, Default)]
        pub(in crate::config::balancer) struct $layer {
            $(pub(in crate::config::balancer) $field: Option<$type>,)+
        }

        impl $layer {
            /// The keys of the group.
            pub(super) const KEYS: &'static [$crate::config::balancer::settings::Key] = &[$(
                $crate::config::balancer::settings::Key {
                    name: $key,
                    scopes: $scopes,
                    expected: $kind.expected,
                    default: $default,
                    documentation: &[$($line),+],
                },
            )+];
        }

        impl $crate::config::balancer::settings::group::Group for $layer {
            fn keys(&self) -> &'static [$crate::config::balancer::settings::Key] {
                $layer::KEYS
            }

            fn set(&mut self, key: &str, text: &str) -> Option<$crate::config::balancer::settings::group::Reading> {
                match key {
                    $($key => Some($crate::config::balancer::settings::group::take(&mut self.$field, &$kind, text)),)+
                    _ => None,
                }
            }

            fn is_default(&self, key: &str) -> bool {
                match key {
                    $($key => self.$field.as_ref().is_none_or(|value| {
                        *value == $crate::config::balancer::settings::group::default(&$kind, $default)
                    }),)+
                    _ => true,
                }
            }
        }

        impl $layer {
            /// What holds where the block inside gives nothing: the block around it.
            pub(in crate::config::balancer) fn or(&self, around: &$layer) -> $layer {
                $layer { $($field: self.$field.clone().or_else(|| around.$field.clone()),)+ }
            }

            /// The settings, with the defaults for what nobody gave.
            pub(in crate::config::balancer) fn settle(self) -> $name {
                $name {
                    $($field: self.$field.unwrap_or_else(|| {
                        $crate::config::balancer::settings::group::default(&$kind, $default)
                    }),)+
                }
            }
        }

        impl Default for $name {
            fn default() -> $name {
                $layer::default().settle()
            }
        }
    };
}
