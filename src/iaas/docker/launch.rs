//! What a launch says to the engine.

use std::collections::HashMap;

use aws_lc_rs::digest;
use bollard::models::{ContainerCreateBody, HostConfig, PortBinding};

use crate::iaas::{IaasError, InstanceId, LaunchSpec, MARK, MemberPlace, labels, port};
use crate::settings::{DockerProvider, HostName, Word};

/// The name of the container of a launch. It is of letters and digits, whatever owner and token are.
pub(super) fn name(spec: &LaunchSpec) -> Result<InstanceId, IaasError> {
    let launch = format!("{}\n{}", spec.owner, spec.token);
    let digest = digest::digest(&digest::SHA256, launch.as_bytes());
    let digits: String = digest.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    InstanceId::new(format!("sinew-{digits}")).map_err(IaasError::Refused)
}

/// The container of a launch.
///
/// # Errors
/// Nobody says which image.
pub(super) fn container(
    settings: &DockerProvider,
    spec: &LaunchSpec,
    id: &InstanceId,
) -> Result<ContainerCreateBody, IaasError> {
    let usual = || settings.image.as_ref().map(|image| image.as_str().to_owned());
    let image = spec.template.image.clone().or_else(usual);
    let image = image.ok_or_else(|| IaasError::Refused("nobody says which image".to_owned()))?;
    let member = MemberPlace {
        host: settings.host.as_ref().map(HostName::as_str).unwrap_or_default().to_owned(),
        http_port: port(settings.http_port),
        https_port: port(settings.https_port),
    };
    let value = |place| spec.fill(place, id, &member);
    let words: Vec<String> = settings.command.words().iter().map(|word| word.fill(value)).collect();
    let variables = settings.environment.variables().iter();
    let mut environment: Vec<String> =
        variables.map(|(name, text)| format!("{name}={}", text.fill(value))).collect();
    environment.push(format!("{MARK}={id}"));
    let mut labels: HashMap<String, String> = settings.labels.get().clone().into_iter().collect();
    labels.extend(labels::of(spec));
    let ports = [member.http_port, member.https_port].into_iter().flatten();
    let ports: Vec<String> = ports.map(|port| format!("{port}/tcp")).collect();
    // The engine chooses a free port of the machine.
    let binding = || Some(vec![PortBinding { host_port: Some("0".to_owned()), ..PortBinding::default() }]);
    let bindings = ports.iter().map(|port| (port.clone(), binding())).collect();
    Ok(ContainerCreateBody {
        image: Some(image),
        cmd: Some(words).filter(|words| !words.is_empty()),
        env: Some(environment),
        labels: Some(labels),
        exposed_ports: Some(ports),
        host_config: Some(HostConfig {
            auto_remove: Some(!settings.keep_ended),
            network_mode: settings.network.as_ref().map(|network: &Word| network.as_str().to_owned()),
            port_bindings: settings.publish.then_some(bindings),
            ..HostConfig::default()
        }),
        ..ContainerCreateBody::default()
    })
}
