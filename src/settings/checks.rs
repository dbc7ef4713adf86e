//! What must fit together between keys.

use std::net::{IpAddr, SocketAddr};

use sinew_core::diagnostics::{Diagnostic, Diagnostics, codes};

use super::{Loaded, Origin};

/// Everything that does not fit together.
pub(super) fn check(loaded: &Loaded) -> Diagnostics {
    let mut problems = Diagnostics::new();
    problems.extend(check_certificate(loaded));
    problems.extend(check_addresses(loaded));
    problems.extend(check_admin(loaded));
    problems.extend(check_registration(loaded));
    problems.extend(check_tribes(loaded));
    problems.extend(check_kubernetes(loaded));
    problems.extend(check_multicast(loaded));
    problems.extend(check_dns(loaded));
    problems.extend(check_group(loaded));
    problems.extend(check_topology(loaded));
    problems.extend(check_tls(loaded));
    problems
}

fn check_certificate(loaded: &Loaded) -> Option<Diagnostic> {
    let https = &loaded.settings.listeners.https;
    match (&https.certificate, &https.key) {
        (Some(_), None) => {
            let problem = error("`listeners.https.certificate` needs `listeners.https.key`");
            Some(at_origin(loaded, "listeners.https.certificate", problem))
        }
        (None, Some(_)) => {
            let problem = error("`listeners.https.key` needs `listeners.https.certificate`");
            Some(at_origin(loaded, "listeners.https.key", problem))
        }
        (None, None) if https.enabled && https.development_certificate_directory.is_none() => {
            let help =
                "set `certificate` and `key`, or `development_certificate_directory` for trying things out";
            let problem = error("`listeners.https` has no certificate").help(help);
            Some(at_origin(loaded, "listeners.https.enabled", problem))
        }
        _ => None,
    }
}

fn check_addresses(loaded: &Loaded) -> Diagnostics {
    let settings = &loaded.settings;
    let listeners = &settings.listeners;
    let registration = settings.membership.registration.address;
    let nowhere = SocketAddr::from(([0, 0, 0, 0], 0));
    let all: [(&str, bool, SocketAddr); 4] = [
        ("listeners.http.address", listeners.http.enabled, listeners.http.address),
        ("listeners.https.address", listeners.https.enabled, listeners.https.address),
        ("admin.address", settings.admin.enabled, settings.admin.address),
        ("membership.registration.address", registration.is_some(), registration.unwrap_or(nowhere)),
    ];
    let open: Vec<_> = all.iter().filter(|(_, enabled, address)| *enabled && address.port() != 0).collect();
    let mut problems = Diagnostics::new();
    for (index, (key, _, address)) in open.iter().enumerate() {
        if let Some((other, _, _)) = open.iter().take(index).find(|(_, _, other)| overlap(*address, *other)) {
            let problem = error(&format!("`{key}` and `{other}` listen on the same port"));
            let place = if *loaded.origin(key) == Origin::Default { other } else { key };
            problems.push(at_origin(loaded, place, problem));
        }
    }
    if !listeners.http.enabled && !listeners.https.enabled {
        let problem =
            Diagnostic::warning(codes::VALUE_IGNORED, "no listener is enabled: no client can connect");
        problems.push(at_origin(loaded, "listeners.http.enabled", problem));
    }
    problems
}

/// Whether two listeners would get in each other's way: the same port, and an address that covers the other.
fn overlap(left: SocketAddr, right: SocketAddr) -> bool {
    let covers = left.ip() == right.ip()
        || (left.is_ipv4() == right.is_ipv4() && (left.ip().is_unspecified() || right.ip().is_unspecified()));
    left.port() == right.port() && covers
}

fn check_admin(loaded: &Loaded) -> Option<Diagnostic> {
    let admin = &loaded.settings.admin;
    if !admin.enabled || admin.token.is_some() || admin.address.ip().is_loopback() {
        return None;
    }
    let help = "listen on 127.0.0.1, or set `admin.token` to a reference such as \"file:/run/secrets/sinew\"";
    let problem = error("`admin.address` is open to others and has no `admin.token`").help(help);
    Some(at_origin(loaded, "admin.address", problem))
}

/// Who may register decides where requests go, so that a token is needed on the loopback interface too.
fn check_registration(loaded: &Loaded) -> Option<Diagnostic> {
    let registration = &loaded.settings.membership.registration;
    let place = "membership.registration.address";
    if registration.address.is_some() && registration.token.is_none() {
        let help = "set `token` to a reference such as \"file:/run/secrets/sinew-members\"";
        let problem = error("`membership.registration` needs a `token`: everybody could register").help(help);
        return Some(at_origin(loaded, place, problem));
    }
    if registration.certificate.is_some() != registration.key.is_some() {
        let problem =
            error("`membership.registration` needs both `certificate` and `key`, or neither of them");
        return Some(at_origin(loaded, place, problem));
    }
    None
}

/// Tribes without both lists would believe nobody, or everybody.
fn check_tribes(loaded: &Loaded) -> Option<Diagnostic> {
    let tribes = &loaded.settings.membership.tribes;
    let place = if tribes.multicast.is_some() { "multicast" } else { "listen" };
    if tribes.multicast.is_none() && tribes.listen.is_none() {
        return None;
    }
    if tribes.networks.is_empty() || tribes.domains.is_empty() {
        let help = "name the `networks` that members are in and the `domains` that they are of";
        let problem =
            error("`membership.tribes` has no authentication and needs to know whom to believe").help(help);
        return Some(at_origin(loaded, &format!("membership.tribes.{place}"), problem));
    }
    check_multicast_group(loaded, tribes.multicast, "membership.tribes.multicast")
}

/// Announcements without signatures would be believed from anybody.
fn check_multicast(loaded: &Loaded) -> Option<Diagnostic> {
    let multicast = &loaded.settings.membership.multicast;
    let place = "membership.multicast.group";
    if multicast.group.is_some() && multicast.secret.is_none() {
        let help = "set `secret` to a reference such as \"file:/run/secrets/sinew-multicast\"";
        let problem = error("`membership.multicast` needs a `secret`: everybody could announce").help(help);
        return Some(at_origin(loaded, place, problem));
    }
    if multicast.drop_time.get() < multicast.interval.get() * 2 {
        let problem =
            error("`drop_time` is shorter than two times `interval`: all would be lost again and again");
        return Some(at_origin(loaded, "membership.multicast.drop_time", problem));
    }
    check_multicast_group(loaded, multicast.group, place)
}

fn check_multicast_group(loaded: &Loaded, group: Option<SocketAddr>, place: &str) -> Option<Diagnostic> {
    let group = group.filter(|group| {
        !matches!(group.ip(), IpAddr::V4(address) if address.is_multicast()) || group.port() == 0
    })?;
    let problem = error(&format!("{group} is no multicast group of IPv4 with a port"));
    Some(at_origin(loaded, place, problem))
}

/// Members that are asked for and never looked up would be a surprise.
fn check_dns(loaded: &Loaded) -> Option<Diagnostic> {
    let is_wanted = !loaded.settings.membership.dns.is_empty();
    (is_wanted && !cfg!(feature = "dns"))
        .then(|| error("`membership.dns` needs the feature `dns`, which this program was built without"))
}

/// Members that are asked for and never looked for would be a surprise.
fn check_kubernetes(loaded: &Loaded) -> Option<Diagnostic> {
    let is_wanted = !loaded.settings.membership.kubernetes.is_empty();
    let problem =
        "`membership.kubernetes` needs the feature `kubernetes`, which this program was built without";
    (is_wanted && !cfg!(feature = "kubernetes")).then(|| error(problem))
}

/// A group without keys would believe everybody, and one whose times do not fit together would elect nobody.
fn check_group(loaded: &Loaded) -> Option<Diagnostic> {
    let group = &loaded.settings.group;
    let address = group.address?;
    let at = |key: &str, problem| Some(at_origin(loaded, &format!("group.{key}"), problem));
    if group.keys.is_empty() {
        let help = "set `keys` to references such as [\"file:/run/secrets/sinew-group\"]";
        return at("address", error("`group` needs `keys`: everybody could join").help(help));
    }
    if group.advertise.unwrap_or(address).ip().is_unspecified() {
        let key = if group.advertise.is_some() { "advertise" } else { "address" };
        let help = "set `advertise` to the address that the other balancers reach this one at";
        return at(key, error(&format!("`group.{key}` is the address of no single machine")).help(help));
    }
    if group.seeds.is_empty() && group.size.is_none() && loaded.settings.membership.multicast.group.is_some()
    {
        let help = "set `size`: without it, each of several balancers would be a group of its own at first";
        let problem =
            error("how many balancers a group has that find each other by multicast cannot be known");
        return at("address", problem.help(help));
    }
    let least = group.gossip_interval.get() * 4;
    let times = [("lease", group.lease.get()), ("silence", group.silence.get())];
    let short = times.into_iter().find(|(_, time)| *time < least);
    short.and_then(|(key, _)| {
        at(key, error(&format!("`group.{key}` is shorter than four times `group.gossip_interval`")))
    })
}

fn check_topology(loaded: &Loaded) -> Option<Diagnostic> {
    let topology = &loaded.settings.balancer.topology;
    if topology.file.is_some() && topology.url.is_some() {
        let problem =
            error("`balancer.topology` has both a `file` and a `url`: each would say everything there is");
        return Some(at_origin(loaded, "balancer.topology.url", problem));
    }
    if topology.token.is_some() && topology.url.is_none() {
        let problem =
            Diagnostic::warning(codes::VALUE_IGNORED, "`balancer.topology.token` is not used without `url`");
        return Some(at_origin(loaded, "balancer.topology.token", problem));
    }
    None
}

fn check_tls(loaded: &Loaded) -> Option<Diagnostic> {
    let tls = &loaded.settings.tls;
    if tls.verify || tls.ca_file.is_none() {
        return None;
    }
    let problem = Diagnostic::warning(codes::VALUE_IGNORED, "`tls.ca_file` is not used without `tls.verify`");
    Some(at_origin(loaded, "tls.ca_file", problem))
}

fn error(message: &str) -> Diagnostic {
    Diagnostic::error(codes::SETTINGS_INVALID, message)
}

/// Puts a diagnostic at the place where the value of a key was given; outside files it names the source instead.
fn at_origin(loaded: &Loaded, key: &str, mut diagnostic: Diagnostic) -> Diagnostic {
    match loaded.origin(key) {
        Origin::File(location) => diagnostic.at(location.clone()),
        Origin::Default => diagnostic,
        origin @ (Origin::Environment(_) | Origin::Flag(_)) => {
            diagnostic.message = format!("{origin}: {}", diagnostic.message);
            diagnostic
        }
    }
}
