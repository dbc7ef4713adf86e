//! The text of `keepalived.conf`.

use super::{Keepalived, WEIGHT};

/// The priority of a master whose balancer is not asked yet; a backup has one less.
const PRIORITY: u8 = 101;

/// Writes the configuration for a command that exits with 0 while the balancer serves.
pub(super) fn write(pair: &Keepalived, check: &str) -> String {
    let Keepalived { interface, router_id, user, .. } = pair;
    let (role, priority) = if pair.backup { ("BACKUP", PRIORITY - 1) } else { ("MASTER", PRIORITY) };
    let interval = pair.interval.get().as_secs_f64();
    let seconds = interval.ceil();
    let adverts = (interval / 4.0).clamp(0.1, 1.0);
    let between = match (pair.address, pair.peers.as_slice()) {
        (Some(address), [_, ..]) => {
            let peers: String = pair.peers.iter().map(|peer| format!("        {peer}\n")).collect();
            format!("    unicast_src_ip {address}\n    unicast_peer {{\n{peers}    }}\n")
        }
        _ => String::new(),
    };
    format!(
        "# Made by sinew keepalived. The other machine needs the same {other} --backup.
global_defs {{
    vrrp_version 3
    script_user {user}
    enable_script_security
}}

# Exit 0 adds {WEIGHT} to the priority.
vrrp_script balancer {{
    script \"{check}\"
    interval {seconds}
    timeout {timeout}
    fall 2
    rise 2
    weight {WEIGHT}
}}

vrrp_instance balancers {{
    state {role}
    interface {interface}
    virtual_router_id {router_id}
    priority {priority}
    advert_int {adverts}
{between}    virtual_ipaddress {{
        {vip}/{prefix} dev {interface}
    }}
    track_script {{
        balancer
    }}
}}
",
        other = if pair.backup { "without" } else { "with" },
        timeout = seconds + 1.0,
        vip = pair.vip.address,
        prefix = pair.vip.prefix,
    )
}
