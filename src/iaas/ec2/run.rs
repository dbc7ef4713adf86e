//! What a launch on EC2 says.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use tokio::task::spawn_blocking;

use super::api::Parameters;
use super::base64;
use crate::iaas::{IaasError, LaunchSpec};
use crate::settings::{Ec2Provider, Word};

/// The largest user data, in bytes, before it is encoded (EC2's limit).
const LARGEST_USER_DATA: u64 = 16 * 1024;

/// The parameters of `RunInstances` for one instance. What the cluster says weighs more than the settings of the provider;
/// the environment variable `ami_id` names the image when nobody else does (§4.10).
pub(super) async fn parameters(settings: &Ec2Provider, spec: &LaunchSpec) -> Result<Parameters, IaasError> {
    let template = &spec.template;
    let either = |said: &Option<String>, usual: &Option<Word>| {
        said.clone().or_else(|| usual.as_ref().map(|word| word.as_str().to_owned()))
    };
    let image = either(&template.image, &settings.image).or_else(|| std::env::var("ami_id").ok());
    let image = image.ok_or_else(|| IaasError::Refused("nobody says which image".to_owned()))?;
    let image = in_region(&image, settings.region.as_ref().map(Word::as_str))?;
    let mut parameters = Parameters::new([
        ("ImageId", image),
        ("MinCount", "1"),
        ("MaxCount", "1"),
        ("ClientToken", spec.token.as_str()),
    ]);
    let optional = [
        ("InstanceType", either(&template.instance_type, &settings.instance_type)),
        ("KeyName", either(&template.key_pair, &settings.key_pair)),
        // Fix W29: the zone, not the placement group.
        ("Placement.AvailabilityZone", either(&template.zone, &settings.availability_zone)),
        ("SubnetId", either(&None, &settings.subnet)),
    ];
    parameters.extend(optional.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    let usual = || settings.security_groups.iter().map(|group| group.as_str().to_owned()).collect();
    parameters.extend(groups(&template.security_groups.clone().unwrap_or_else(usual)));
    if let Some(path) = template.payload.clone().or_else(|| settings.user_data.clone()) {
        parameters.extend([("UserData".to_owned(), base64::encode(&user_data(path).await?))]);
    }
    if settings.termination_protection {
        parameters.extend([("DisableApiTermination".to_owned(), "true".to_owned())]);
    }
    parameters.extend([("TagSpecification.1.ResourceType".to_owned(), "instance".to_owned())]);
    parameters.tags("TagSpecification.1.Tag", &tags(settings, spec));
    Ok(parameters)
}

/// The tags of an instance.
pub(super) fn tags(settings: &Ec2Provider, spec: &LaunchSpec) -> BTreeMap<String, String> {
    let mut tags = settings.tags.get().clone();
    tags.extend(spec.tags());
    tags
}

/// The image without the region that may stand in front of it.
fn in_region<'a>(image: &'a str, region: Option<&str>) -> Result<&'a str, IaasError> {
    match image.split_once('/') {
        Some((named, _)) if region.is_some_and(|region| region != named) => {
            Err(IaasError::Refused(format!("the image {image} is in another region")))
        }
        Some((_, image)) => Ok(image),
        None => Ok(image),
    }
}

/// Groups by id or by name, numbered from 1 each.
fn groups(all: &[String]) -> Vec<(String, String)> {
    let (ids, names): (Vec<&String>, Vec<&String>) = all.iter().partition(|group| group.starts_with("sg-"));
    let numbered = |kind: &'static str, groups: Vec<&String>| {
        let pairs = (1..).zip(groups).map(move |(number, group)| (format!("{kind}.{number}"), group.clone()));
        pairs.collect::<Vec<_>>()
    };
    [numbered("SecurityGroupId", ids), numbered("SecurityGroup", names)].concat()
}

/// Reads the file when it is needed, and where that may block (fix W55).
async fn user_data(path: PathBuf) -> Result<Vec<u8>, IaasError> {
    let read = spawn_blocking(move || {
        read(&path).map_err(|error| IaasError::Refused(format!("the user data {}: {error}", path.display())))
    });
    read.await.unwrap_or_else(|error| Err(IaasError::Transient(error.to_string())))
}

fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST_USER_DATA + 1).read_to_end(&mut bytes)?;
    match u64::try_from(bytes.len()) {
        Ok(length) if length <= LARGEST_USER_DATA => Ok(bytes),
        _ => Err(std::io::Error::other(format!("it is larger than {LARGEST_USER_DATA} bytes"))),
    }
}
