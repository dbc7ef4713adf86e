//! Elastic IP addresses.

use super::answer::Node;
use super::api::{Api, Parameters, nonsense};
use super::instances::read_tags;
use crate::iaas::{AddressState, IaasError, InstanceId, Owner, tags};

/// An address as EC2 describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Address {
    ip: String,
    allocation: Option<String>,
    association: Option<String>,
    instance: Option<String>,
    /// Whether it leads to anything, which may be no instance.
    is_used: bool,
    is_ours: bool,
}

/// Where an address leads.
pub(super) async fn state(api: &Api, ip: &str) -> Result<AddressState, IaasError> {
    let address = describe(api, ip).await?;
    match address.instance {
        Some(id) => InstanceId::new(id).map(AddressState::Instance).map_err(nonsense),
        None if address.is_used => Ok(AddressState::Taken),
        None => Ok(AddressState::Free),
    }
}

/// Lets an address lead to an instance, whatever it led to.
pub(super) async fn associate(api: &Api, ip: &str, id: &InstanceId) -> Result<(), IaasError> {
    let address = describe(api, ip).await?;
    let mut parameters = Parameters::new([("InstanceId", id.as_str()), ("AllowReassociation", "true")]);
    parameters.extend([match address.allocation {
        Some(allocation) => ("AllocationId".to_owned(), allocation),
        None => ("PublicIp".to_owned(), ip.to_owned()),
    }]);
    api.call("AssociateAddress", &parameters).await.map(drop)
}

/// Lets an address lead nowhere, and gives it back if it was allocated here.
pub(super) async fn release(api: &Api, ip: &str) -> Result<(), IaasError> {
    let address = describe(api, ip).await?;
    if address.is_used {
        let parameter = match address.association {
            Some(association) => ("AssociationId".to_owned(), association),
            None => ("PublicIp".to_owned(), ip.to_owned()),
        };
        let mut parameters = Parameters::default();
        parameters.extend([parameter]);
        api.call("DisassociateAddress", &parameters).await?;
    }
    if let Some(allocation) = address.allocation.filter(|_| address.is_ours) {
        let parameters = Parameters::new([("AllocationId", allocation.as_str())]);
        api.call("ReleaseAddress", &parameters).await?;
    }
    Ok(())
}

/// An address of an owner that leads nowhere, or a new one.
pub(super) async fn allocate(api: &Api, owner: &Owner) -> Result<String, IaasError> {
    let mut parameters = Parameters::default();
    parameters.tag_filters(&[(tags::OWNER, owner.as_str())]);
    let answer = api.call("DescribeAddresses", &parameters).await?;
    let set = answer.root().child("addressesSet").ok_or_else(|| nonsense("it has no list"))?;
    let addresses = set.items().map(|item| read(&item)).collect::<Result<Vec<_>, _>>()?;
    if let Some(free) = addresses.into_iter().find(|address| !address.is_used) {
        return Ok(free.ip);
    }
    let mut parameters =
        Parameters::new([("Domain", "vpc"), ("TagSpecification.1.ResourceType", "elastic-ip")]);
    let owner = (tags::OWNER.to_owned(), owner.as_str().to_owned());
    parameters.tags("TagSpecification.1.Tag", &[owner].into());
    let answer = api.call("AllocateAddress", &parameters).await?;
    answer.root().text("publicIp").ok_or_else(|| nonsense("it has no address"))
}

async fn describe(api: &Api, ip: &str) -> Result<Address, IaasError> {
    let answer = api.call("DescribeAddresses", &Parameters::new([("PublicIp.1", ip)])).await?;
    let set = answer.root().child("addressesSet").ok_or_else(|| nonsense("it has no list"))?;
    let found = set.items().find(|item| item.text("publicIp").as_deref() == Some(ip));
    let found = found.ok_or_else(|| IaasError::NotFound(format!("the address {ip}")))?;
    read(&found)
}

fn read(item: &Node<'_>) -> Result<Address, IaasError> {
    let (association, instance) = (item.text("associationId"), item.text("instanceId"));
    Ok(Address {
        ip: item.text("publicIp").ok_or_else(|| nonsense("an address is none"))?,
        allocation: item.text("allocationId"),
        is_used: association.is_some() || instance.is_some() || item.text("networkInterfaceId").is_some(),
        association,
        instance,
        is_ours: read_tags(item).contains_key(tags::OWNER),
    })
}
