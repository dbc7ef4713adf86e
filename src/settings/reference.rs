//! The text of `docs/settings.md`, made from the declarations.

use std::fmt::Write;

use super::key::{DNS, KUBERNETES, Key, MEMBERS, PROVIDERS, describe, describe_entry};

const INTRODUCTION: &str = "\
<!-- Made from the documentation in src/settings/sections. Change it there. -->

# Settings

`sinew.toml` holds the settings of the process: listeners, limits, time-outs, logs. What is done with messages is not
configured here but in the artifacts of the deployment directory.

Every key has a default, so that an empty file, or none, works. A key can be given in four places; the first of these
that gives it wins:

1. a flag: `--set timeouts.header=10s`, or a flag of its own such as `--listen`;
2. the environment variable named with the key below;
3. the settings file;
4. the default.

`sinew show settings` prints every value and where it comes from. Unknown keys are errors, in the file and in `--set`.

| Values | Written as |
|---|---|
| durations | a whole number and `ms`, `s`, `m` or `h`: `\"250ms\"`, `\"30s\"`, `\"5m\"` |
| sizes | bytes, or a whole number and `B`, `KiB`, `MiB` or `GiB`: `65536`, `\"64KiB\"` |
| lists | `[\"a\", \"b\"]` in the file, `a,b` in flags and the environment |
| secrets | a reference, `file:PATH` or `env:NAME`; never the secret itself |
| paths | relative to the directory in which the process was started |

A key that may have no value is set to none by `0` for numbers, sizes and durations, and by an empty text otherwise.
";

const MEMBERS_EXAMPLE: &str = "\
They are given in the file only.

```toml
[[member]]
cluster = \"shop.example\"
host = \"10.0.3.1\"
http_port = 9763

[[member]]
cluster = \"shop.example/worker\"
host = \"10.0.3.2\"
https_port = 9443
weight = 2
port_mappings = { \"8280\" = 9000 }
```
";

const KUBERNETES_EXAMPLE: &str = "\
They are given in the file only.

```toml
[[membership.kubernetes]]
cluster = \"shop.example\"
namespace = \"shop\"
service = \"api\"
http_port = \"http\"
```
";

const DNS_EXAMPLE: &str = "\
They are given in the file only.

```toml
[[membership.dns]]
cluster = \"shop.example\"
name = \"shop.internal\"
http_port = 9763

[[membership.dns]]
cluster = \"shop.example/worker\"
name = \"_http._tcp.worker.internal\"
record = \"srv\"
```
";

const PROVIDERS_EXAMPLE: &str = "\
They are given in the file only. `docs/providers.md` tells more of each kind.

```toml
[[iaas]]
name = \"local\"
kind = \"process\"
max_instances = 8
[iaas.process]
command = [\"/usr/bin/shop\", \"--port\", \"{port}\"]
ports = \"9100-9199\"

[[iaas]]
name = \"cloud\"
kind = \"ec2\"
scale_up_order = 2
[iaas.ec2]
region = \"eu-west-1\"
image = \"ami-0123456789abcdef0\"
instance_type = \"m7g.large\"
```
";

/// The whole page, in Markdown.
pub fn reference() -> String {
    let (tables, keys) = describe();
    let mut page = INTRODUCTION.to_owned();
    for table in tables.iter().filter(|table| !table.path.is_empty()) {
        page.push_str(&format!("\n## `[{}]`\n\n{}\n", table.path, table.documentation));
        for key in keys.iter().filter(|key| key.table_and_name().0 == table.path) {
            page.push_str(&entry(key));
            page.push_str(&format!("- Environment: `{}`\n", key.environment_variable()));
        }
    }
    for (list, example) in [
        (DNS, DNS_EXAMPLE),
        (KUBERNETES, KUBERNETES_EXAMPLE),
        (MEMBERS, MEMBERS_EXAMPLE),
        (PROVIDERS, PROVIDERS_EXAMPLE),
    ] {
        let (tables, keys) = describe_entry(list);
        for table in &tables {
            let is_entry = table.path == list;
            let heading = if is_entry { format!("[[{list}]]") } else { format!("[{}]", table.path) };
            let _ = write!(page, "\n## `{heading}`\n\n{}\n", table.documentation);
            page.push_str(if is_entry { example } else { "" });
            page.extend(keys.iter().filter(|key| key.table_and_name().0 == table.path).map(entry));
        }
    }
    page
}

/// Everything but the environment variable: entries of lists have none.
fn entry(key: &Key) -> String {
    let default = if key.default.is_empty() { "empty".to_owned() } else { format!("`{}`", key.default) };
    let mut entry = String::new();
    // Writing to a string cannot fail.
    let _ = write!(
        entry,
        "\n### `{}`\n\n{}\n\n- Value: {}\n- Default: {default}\n",
        key.table_and_name().1,
        key.documentation,
        key.kind,
    );
    entry
}
