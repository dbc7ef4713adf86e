//! How keys are declared: one field of a struct is one key, and its documentation is the reference.

use super::Settings;
use super::sections::{DnsTable, KubernetesTable, MemberTable, ProviderTable};
use super::value::{Input, Problem};

/// One key of `sinew.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The dotted path, such as `timeouts.header`.
    pub path: String,
    /// What values are allowed, such as `a duration from 1ms to 24h`.
    pub kind: String,
    /// The default, as it would be written after `--set key=`.
    pub default: &'static str,
    /// What it means, in Markdown.
    pub documentation: String,
    /// Whether a wrong value may be a secret, which must not be shown.
    pub secret: bool,
}

impl Key {
    /// The environment variable that sets it: `SINEW_` and the path in upper case, dots as underscores.
    pub fn environment_variable(&self) -> String {
        format!("SINEW_{}", self.path.replace('.', "_").to_ascii_uppercase())
    }

    /// The table it belongs to and its name there.
    pub(super) fn table_and_name(&self) -> (&str, &str) {
        self.path.rsplit_once('.').unwrap_or(("", &self.path))
    }
}

/// One table of `sinew.toml`.
pub(super) struct Table {
    /// The dotted path, such as `listeners.http`.
    pub(super) path: String,
    /// What its keys are about, in Markdown.
    pub(super) documentation: String,
}

/// Every key, in the order of the reference.
pub fn keys() -> Vec<Key> {
    describe().1
}

/// The list of members.
pub(super) const MEMBERS: &str = "member";

/// The list of services of Kubernetes.
pub(super) const KUBERNETES: &str = "membership.kubernetes";

/// The list of names that members are looked up by.
pub(super) const DNS: &str = "membership.dns";

/// The list of providers of infrastructure.
pub(super) const PROVIDERS: &str = "iaas";

/// Every list of tables, by its path.
pub(super) const LISTS: [&str; 4] = [MEMBERS, DNS, KUBERNETES, PROVIDERS];

/// The tables and the keys of an entry of a list, in the order of the reference.
pub(super) fn describe_entry(list: &str) -> (Vec<Table>, Vec<Key>) {
    let (mut tables, mut keys) = (Vec::new(), Vec::new());
    match list {
        MEMBERS => MemberTable::describe(list, &mut tables, &mut keys),
        KUBERNETES => KubernetesTable::describe(list, &mut tables, &mut keys),
        DNS => DnsTable::describe(list, &mut tables, &mut keys),
        PROVIDERS => ProviderTable::describe(list, &mut tables, &mut keys),
        _ => {}
    }
    (tables, keys)
}

/// Every table and every key outside lists, in the order of the reference.
pub(super) fn describe() -> (Vec<Table>, Vec<Key>) {
    let (mut tables, mut keys) = (Vec::new(), Vec::new());
    Settings::describe("", &mut tables, &mut keys);
    (tables, keys)
}

/// A struct whose fields are keys, or tables of keys; implemented by [`section!`] only.
pub(super) trait Section {
    /// Lists its tables and keys under `prefix`.
    fn describe(prefix: &str, tables: &mut Vec<Table>, keys: &mut Vec<Key>);

    /// Sets the key at `path`, relative to this section; a path that is no key changes nothing.
    fn set(&mut self, path: &str, input: &Input<'_>) -> Result<(), Problem>;

    /// The value of the key at `path` as it would be written after `--set key=`.
    fn show(&self, path: &str) -> Option<String>;
}

/// `prefix.name`, or `name` at the top.
pub(super) fn join(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") }
}

/// The lines of a doc comment as one text.
pub(super) fn documentation(lines: &[&str]) -> String {
    let lines: Vec<&str> = lines.iter().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    lines.join("\n").trim().to_owned()
}

/// Declares one table of `sinew.toml`: a struct with a documented field for every key, each with its default, then the
/// tables inside it, and then the lists of tables, whose entries are declared on their own.
macro_rules! section {
    (
        $(#[doc = $about:literal])+
        $visibility:vis struct $name:ident {
            $($(#[doc = $doc:literal])+ pub $key:ident: $type:ty = $default:literal,)*
        }
        $(tables {
            $($(#[doc = $table_doc:literal])+ pub $table:ident: $section:ty,)+
        })?
        $(lists {
            $($(#[doc = $list_doc:literal])+ pub $list:ident: $entry:ty,)+
        })?
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, PartialEq)]
        $visibility struct $name {
            $(
                $(#[doc = $doc])+
                #[doc = concat!("\n\nDefault: `", stringify!($default), "`.")]
                pub $key: $type,
            )*
            $($($(#[doc = $table_doc])+ pub $table: $section,)+)?
            $($($(#[doc = $list_doc])+ pub $list: Vec<$entry>,)+)?
        }

        impl Default for $name {
            fn default() -> Self {
                Self {
                    $($key: $crate::settings::value::default_value($default),)*
                    $($($table: Default::default(),)+)?
                    $($($list: Vec::new(),)+)?
                }
            }
        }

        impl $crate::settings::key::Section for $name {
            fn describe(
                prefix: &str,
                tables: &mut Vec<$crate::settings::key::Table>,
                keys: &mut Vec<$crate::settings::key::Key>,
            ) {
                let documentation = $crate::settings::key::documentation(&[$($about),+]);
                tables.push($crate::settings::key::Table { path: prefix.to_owned(), documentation });
                $(
                    keys.push($crate::settings::key::Key {
                        path: $crate::settings::key::join(prefix, stringify!($key)),
                        kind: <$type as $crate::settings::value::Value>::kind(),
                        default: $default,
                        documentation: $crate::settings::key::documentation(&[$($doc),+]),
                        secret: <$type as $crate::settings::value::Value>::SECRET,
                    });
                )*
                $($(
                    let path = $crate::settings::key::join(prefix, stringify!($table));
                    <$section as $crate::settings::key::Section>::describe(&path, tables, keys);
                )+)?
            }

            fn set(
                &mut self,
                path: &str,
                input: &$crate::settings::value::Input<'_>,
            ) -> Result<(), $crate::settings::value::Problem> {
                let (name, rest) = path.split_once('.').unwrap_or((path, ""));
                match name {
                    $(stringify!($key) => self.$key = $crate::settings::value::read(input)?,)*
                    $($(stringify!($table) => self.$table.set(rest, input)?,)+)?
                    _ => {}
                }
                let _ = (rest, input);
                Ok(())
            }

            fn show(&self, path: &str) -> Option<String> {
                let (name, rest) = path.split_once('.').unwrap_or((path, ""));
                let _ = rest;
                match name {
                    $(stringify!($key) => Some($crate::settings::value::Value::to_text(&self.$key)),)*
                    $($(stringify!($table) => self.$table.show(rest),)+)?
                    _ => None,
                }
            }
        }
    };
}

pub(super) use section;
