//! The text of `docs/loadbalancer-conf.md`, made from the declarations of the keys.

use std::fmt::Write;

use super::settings::{Effect, Key, Scope, keys};

/// What stands before the tables.
const INTRODUCTION: &str = include_str!("reference.md");

/// Which blocks a key may stand in, and what is said of them.
const TABLES: [(&str, &str, &[Scope]); 5] = [
    ("Keys of `loadbalancer`", "What holds for the balancer as a whole.", &[Scope::Balancer]),
    (
        "Keys of every block",
        "In `loadbalancer`, `defaults`, a service or a domain; the innermost counts. For `payload`, `availability_zone`,\n\
         `security_groups`, `instance_type` and `image_id`, `loadbalancer` is about instances of the balancer, and the\n\
         others do not inherit it.",
        Scope::ALL,
    ),
    ("Keys of services", "In `defaults`, a service or a domain; the innermost counts.", Scope::SERVICES),
    (
        "Keys of a service or a domain",
        "They are not inherited from `defaults`. `domain` stands in a domain only.",
        &[Scope::Service, Scope::Domain],
    ),
    ("Keys of a member", "In a block of `members`.", &[Scope::Member]),
];

/// The whole page, in Markdown.
pub fn reference() -> String {
    let mut page = INTRODUCTION.to_owned();
    for (title, about, scopes) in TABLES {
        let _ = write!(
            page,
            "\n## {title}\n\n{about}\n\n| Key | Value | Default | Meaning |\n|---|---|---|---|\n"
        );
        for key in keys().filter(|key| table_of(key) == scopes) {
            page.push_str(&row(key));
        }
    }
    page
}

/// `domain` is explained beside the keys that say what a cluster is.
fn table_of(key: &Key) -> &'static [Scope] {
    match key.scopes {
        [Scope::Domain] => &[Scope::Service, Scope::Domain],
        scopes => scopes,
    }
}

fn row(key: &Key) -> String {
    let default = if key.default.is_empty() { "none".to_owned() } else { format!("`{}`", key.default) };
    let meaning: Vec<&str> = key.documentation.iter().map(|line| line.trim()).collect();
    let effect = match key.effect() {
        Effect::Full => String::new(),
        Effect::NotYet(instead) => format!(" **No effect yet**: {instead}."),
    };
    format!("| `{}` | {} | {default} | {}{effect} |\n", key.name, key.expected, meaning.join(" "))
}
