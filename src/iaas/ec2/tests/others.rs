//! Errors, addresses and key pairs, with recorded answers; and platforms that are broken.

use std::time::Duration;

use super::*;
use crate::iaas::contract::somebody;

/// What EC2 documents of its errors, and what it means for the caller.
#[tokio::test]
async fn errors_have_meanings() {
    let refused = |text: &str| IaasError::Refused(text.to_owned());
    let transient = |text: &str| IaasError::Transient(text.to_owned());
    let throttled = |text: &str| IaasError::Throttled { after: None, reason: text.to_owned() };
    let rows = [
        (error(503, "RequestLimitExceeded", "Slow."), throttled("RequestLimitExceeded: Slow.")),
        (error(400, "Throttling", ""), throttled("Throttling")),
        (error(503, "Unavailable", "Busy."), throttled("Unavailable: Busy.")),
        (error(503, "ServiceUnavailable", ""), throttled("ServiceUnavailable")),
        (Reply::Answer(503, "", String::new()), throttled("EC2 answered with status 503")),
        (
            Reply::Answer(503, "retry-after: 4\r\n", String::new()),
            IaasError::Throttled {
                after: Some(Duration::from_secs(4)),
                reason: "EC2 answered with status 503".to_owned(),
            },
        ),
        (error(500, "InternalError", "Oops."), transient("InternalError: Oops.")),
        (Reply::Answer(502, "", "<html/>".to_owned()), transient("EC2 answered with status 502")),
        (error(400, "IncorrectInstanceState", "Early."), transient("IncorrectInstanceState: Early.")),
        (error(401, "AuthFailure", "No."), refused("AuthFailure: No.")),
        (error(403, "UnauthorizedOperation", "No."), refused("UnauthorizedOperation: No.")),
        (error(400, "InstanceLimitExceeded", "Full."), refused("InstanceLimitExceeded: Full.")),
        (error(400, "OperationNotPermitted", "Protected."), refused("OperationNotPermitted: Protected.")),
        (
            error(500, "InsufficientInstanceCapacity", "None left."),
            refused("InsufficientInstanceCapacity: None left."),
        ),
        (
            error(400, "InvalidInstanceID.NotFound", "The instance ID 'i-1' does not exist"),
            IaasError::NotFound("The instance ID 'i-1'".to_owned()),
        ),
        (
            error(400, "InvalidInstanceID.Malformed", "Invalid id: \"i-1\""),
            IaasError::NotFound("Invalid id: \"i-1\"".to_owned()),
        ),
        (Reply::Answer(403, "", "no XML".to_owned()), refused("EC2 answered with status 403")),
        (
            Reply::Answer(200, "", "<TerminateInstances/>".to_owned()),
            transient("the answer of EC2 is odd: it is no TerminateInstancesResponse"),
        ),
    ];
    for (reply, expected) in rows {
        let what = format!("{reply:?}");
        let stub = Stub::start(move |_| reply.clone()).await;
        let id = InstanceId::new("i-1").expect("an id");
        assert_eq!(ec2(&stub.url(), "").terminate(&id).await, Err(expected), "{what}");
    }
}

fn address(content: &str) -> String {
    let item = format!("<item><publicIp>203.0.113.5</publicIp>{content}</item>");
    answer("DescribeAddresses", &format!("<addressesSet>{item}</addressesSet>"))
}

const ALLOCATED: &str = "<allocationId>eipalloc-1</allocationId><domain>vpc</domain>";
const ASSOCIATED: &str = "<allocationId>eipalloc-1</allocationId><associationId>eipassoc-1</associationId>\
                          <instanceId>i-1</instanceId>";
const OURS: &str = "<tagSet><item><key>elb:owner</key><value>balancers</value></item></tagSet>";

#[tokio::test]
async fn addresses_lead_somewhere() {
    for (content, expected) in [
        (ALLOCATED, Ok(AddressState::Free)),
        (ASSOCIATED, InstanceId::new("i-1").map(AddressState::Instance)),
        ("<instanceId></instanceId><domain>standard</domain>", Ok(AddressState::Free)),
        ("<associationId>eipassoc-1</associationId>", Ok(AddressState::Taken)),
        ("<networkInterfaceId>eni-1</networkInterfaceId>", Ok(AddressState::Taken)),
    ] {
        let stub = recorded(vec![("DescribeAddresses", address(content))]).await;
        let state = ec2(&stub.url(), "").address("203.0.113.5").await.map_err(|error| error.to_string());
        assert_eq!(state, expected, "{content}");
        assert_eq!(form(&stub.seen()[0])["PublicIp.1"], "203.0.113.5");
    }
    let none = answer("DescribeAddresses", "<addressesSet/>");
    let stub = recorded(vec![("DescribeAddresses", none)]).await;
    let state = ec2(&stub.url(), "").address("203.0.113.5").await;
    assert_eq!(state, Err(IaasError::NotFound("the address 203.0.113.5".to_owned())));
}

/// Fix W18: the address follows, whatever it led to.
#[tokio::test]
async fn addresses_are_moved() {
    let done =
        || answer("AssociateAddress", "<return>true</return><associationId>eipassoc-2</associationId>");
    for (content, name, value) in
        [(ASSOCIATED, "AllocationId", "eipalloc-1"), ("<domain>standard</domain>", "PublicIp", "203.0.113.5")]
    {
        let stub =
            recorded(vec![("DescribeAddresses", address(content)), ("AssociateAddress", done())]).await;
        let id = InstanceId::new("i-2").expect("an id");
        ec2(&stub.url(), "").associate("203.0.113.5", &id).await.expect("an association");
        let said = form(&stub.seen()[1]);
        assert_eq!((said["InstanceId"].as_str(), said["AllowReassociation"].as_str()), ("i-2", "true"));
        assert_eq!(said[name], value);
    }
}

/// An address that somebody else allocated is theirs; one that was allocated here is given back.
#[tokio::test]
async fn addresses_are_released() {
    for (content, expected) in [
        (ALLOCATED.to_owned(), vec!["DescribeAddresses"]),
        (ASSOCIATED.to_owned(), vec!["DescribeAddresses", "DisassociateAddress"]),
        (format!("{ASSOCIATED}{OURS}"), vec!["DescribeAddresses", "DisassociateAddress", "ReleaseAddress"]),
        (format!("{ALLOCATED}{OURS}"), vec!["DescribeAddresses", "ReleaseAddress"]),
    ] {
        let done = |action: &str| answer(action, "<return>true</return>");
        let answers = vec![
            ("DescribeAddresses", address(&content)),
            ("DisassociateAddress", done("DisassociateAddress")),
            ("ReleaseAddress", done("ReleaseAddress")),
        ];
        let stub = recorded(answers).await;
        ec2(&stub.url(), "").release("203.0.113.5").await.expect("a release");
        assert_eq!(actions(&stub), expected, "{content}");
        for said in stub.seen().iter().map(form) {
            match said["Action"].as_str() {
                "DisassociateAddress" => assert_eq!(said["AssociationId"], "eipassoc-1"),
                "ReleaseAddress" => assert_eq!(said["AllocationId"], "eipalloc-1"),
                _ => {}
            }
        }
    }
}

/// A free one of the owner's first, then a new one, which says whose it is.
#[tokio::test]
async fn addresses_are_allocated() {
    let new = answer(
        "AllocateAddress",
        "<publicIp>203.0.113.6</publicIp><domain>vpc</domain><allocationId>eipalloc-2</allocationId>",
    );
    for (content, expected) in [(ALLOCATED, "203.0.113.5"), (ASSOCIATED, "203.0.113.6")] {
        let answers = vec![("DescribeAddresses", address(content)), ("AllocateAddress", new.clone())];
        let stub = recorded(answers).await;
        let owner = somebody();
        assert_eq!(ec2(&stub.url(), "").allocate(&owner).await.as_deref(), Ok(expected));
        for said in stub.seen().iter().map(form) {
            match said["Action"].as_str() {
                "DescribeAddresses" => assert_eq!(said["Filter.1.Value.1"], owner.as_str()),
                _ => {
                    assert_eq!(said["TagSpecification.1.ResourceType"], "elastic-ip");
                    assert_eq!(said["TagSpecification.1.Tag.1.Value"], owner.as_str());
                }
            }
        }
    }
}

#[tokio::test]
async fn key_pairs_stay_when_they_are_known() {
    let imported = answer("ImportKeyPair", "<keyName>ssh</keyName><keyFingerprint>00</keyFingerprint>");
    for (reply, good) in [
        (Reply::Answer(200, "", imported), true),
        (error(400, "InvalidKeyPair.Duplicate", "It is there."), true),
        (error(400, "InvalidKey.Format", "No key."), false),
    ] {
        let stub = Stub::start(move |_| reply.clone()).await;
        let answer = ec2(&stub.url(), "").ensure_key_pair("ssh", "ssh-ed25519 AAAA").await;
        assert_eq!(answer.is_ok(), good, "{answer:?}");
        let said = form(&stub.seen()[0]);
        // `printf 'ssh-ed25519 AAAA' | base64`
        assert_eq!(said["PublicKeyMaterial"], "c3NoLWVkMjU1MTkgQUFBQQ==");
    }
}
