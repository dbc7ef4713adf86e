//! Clusters as `loadbalancer.conf` defines them: whom each serves, by whom, and what differs from the defaults.

use std::fmt::Write;

use serde_json::{Value, json};
use sinew_core::config::Configuration;
use sinew_core::config::balancer::{
    BalancerConfiguration, ClusterDefinition, ClusterKey, GivenSetting, Host, ServiceDefinition, StaticMember,
};
use sinew_core::diagnostics::{Location, nearest};

use super::ShowFormat;

/// One cluster, or all and the settings of the balancer itself.
///
/// # Errors
/// There is no configuration of the balancer, or no such cluster in it.
pub(super) fn show(
    configuration: &Configuration,
    name: Option<&str>,
    format: ShowFormat,
) -> Result<String, String> {
    let Some(balancer) = &configuration.balancer else {
        return Err("there is no loadbalancer.conf without errors".to_owned());
    };
    let clusters: Vec<(&ServiceDefinition, &ClusterDefinition)> = match name {
        None => all(balancer).collect(),
        Some(name) => {
            let key = ClusterKey::parse(name);
            let found: Vec<_> = all(balancer).filter(|(_, cluster)| cluster.key == key).collect();
            if found.is_empty() {
                return Err(unknown(balancer, name));
            }
            found
        }
    };
    let own = if name.is_none() { &*balancer.balancer.given } else { &[] };
    Ok(match format {
        ShowFormat::Json => format!("{:#}\n", json(own, &clusters)),
        ShowFormat::Tree | ShowFormat::Xml => text(own, &clusters),
    })
}

fn all(balancer: &BalancerConfiguration) -> impl Iterator<Item = (&ServiceDefinition, &ClusterDefinition)> {
    balancer
        .services
        .iter()
        .flat_map(|service| service.clusters.iter().map(move |cluster| (service, cluster)))
}

fn unknown(balancer: &BalancerConfiguration, name: &str) -> String {
    let known: Vec<String> = all(balancer).map(|(_, cluster)| cluster.key.to_string()).collect();
    match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => format!("there is no cluster \"{name}\", but one named \"{near}\","),
        None => format!("there is no cluster \"{name}\""),
    }
}

/// A line with its place behind it, as `sinew show settings` writes it.
fn line(text: &mut String, what: &str, place: &Location) {
    let position = place.position();
    let _ = writeln!(text, "{what}    # {}:{}", position.line, position.column);
}

fn settings(text: &mut String, indent: &str, given: &[GivenSetting]) {
    for setting in given {
        line(text, &format!("{indent}{} {}", setting.key, setting.value), &setting.place);
    }
}

fn text(own: &[GivenSetting], clusters: &[(&ServiceDefinition, &ClusterDefinition)]) -> String {
    let mut text = String::new();
    if let Some(first) = own.first() {
        let _ = writeln!(text, "loadbalancer  {}", first.place.file.name());
        settings(&mut text, "  ", own);
    }
    for (service, cluster) in clusters {
        let _ = writeln!(text, "{}  {}", cluster.key, *cluster.place);
        line(&mut text, &format!("  service {}", service.name), &service.place);
        for Host { name, place, .. } in cluster.hosts.iter() {
            line(&mut text, &format!("  host {name}"), place);
        }
        if let Some(tenants) = &cluster.tenants {
            line(&mut text, &format!("  tenants {}", tenants.ranges), &tenants.place);
        }
        for member in &cluster.members {
            line(&mut text, &format!("  member {}", described(member)), &member.place);
        }
        settings(&mut text, "  ", &cluster.given);
    }
    text
}

/// What is said of a member, what is usual left out.
fn described(member: &StaticMember) -> String {
    let number = |word: &'static str, port: Option<u16>| port.map(|port| format!("{word} {port}"));
    let mut parts: Vec<String> = Vec::new();
    parts.extend(member.definition.remote_host.iter().map(|host| format!("at {host}")));
    parts.extend(number("http", member.definition.http_port));
    parts.extend(number("https", member.definition.https_port));
    parts.extend(member.definition.port_mappings.iter().map(|(from, to)| format!("{from} to {to}")));
    parts.extend((member.definition.weight != 1).then(|| format!("weight {}", member.definition.weight)));
    parts.extend(member.definition.permanent.then(|| "permanent".to_owned()));
    parts.extend((!member.definition.active).then(|| "passive".to_owned()));
    parts.extend(member.definition.zone.iter().map(|zone| format!("zone {zone}")));
    parts.extend(member.definition.properties.iter().map(|(key, value)| format!("{key} {value}")));
    format!("{} ({}): {}", member.definition.host, member.name, parts.join(", "))
}

fn json(own: &[GivenSetting], clusters: &[(&ServiceDefinition, &ClusterDefinition)]) -> Value {
    let clusters: Vec<Value> =
        clusters.iter().map(|(service, cluster)| cluster_json(service, cluster)).collect();
    json!({ "schema": 1, "settings": settings_json(own), "clusters": clusters })
}

fn cluster_json(service: &ServiceDefinition, cluster: &ClusterDefinition) -> Value {
    let host = |host: &Host| json!({ "name": *host.name, "place": place_json(&host.place) });
    let tenants = cluster
        .tenants
        .as_ref()
        .map(|tenants| json!({ "ranges": tenants.ranges.to_string(), "place": place_json(&tenants.place) }));
    json!({
        "cluster": cluster.key.to_string(),
        "domain": *cluster.key.domain,
        "sub_domain": cluster.key.sub_domain.as_deref(),
        "place": place_json(&cluster.place),
        "service": { "name": *service.name, "place": place_json(&service.place) },
        "hosts": cluster.hosts.iter().map(host).collect::<Vec<_>>(),
        "tenants": tenants,
        "members": cluster.members.iter().map(member_json).collect::<Vec<_>>(),
        "settings": settings_json(&cluster.given),
    })
}

/// The fields are those of the admin interface.
fn member_json(member: &StaticMember) -> Value {
    json!({
        "name": *member.name,
        "place": place_json(&member.place),
        "host": *member.definition.host,
        "remote_host": member.definition.remote_host.as_deref(),
        "http_port": member.definition.http_port,
        "https_port": member.definition.https_port,
        "port_mappings": object(member.definition.port_mappings.iter().map(|(from, to)| (from.to_string(), json!(to)))),
        "weight": member.definition.weight,
        "permanent": member.definition.permanent,
        "active": member.definition.active,
        "zone": member.definition.zone.as_deref(),
        "properties": object(member.definition.properties.iter().map(|(key, value)| (key.to_string(), json!(**value)))),
    })
}

fn object(fields: impl Iterator<Item = (String, Value)>) -> Value {
    Value::Object(fields.collect())
}

fn settings_json(given: &[GivenSetting]) -> Vec<Value> {
    let setting = |given: &GivenSetting| json!({ "key": given.key, "value": *given.value, "place": place_json(&given.place) });
    given.iter().map(setting).collect()
}

fn place_json(place: &Location) -> Value {
    let position = place.position();
    json!({ "file": place.file.name(), "line": position.line, "column": position.column })
}
