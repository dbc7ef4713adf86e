//! Launching, listing and ending, with recorded answers.

use std::time::Duration;

use super::*;
use crate::iaas::contract::{somebody, spec};
use crate::iaas::{MemberPlace, Template};

fn launched(id: &str, tags: &BTreeMap<String, String>) -> String {
    let item = item(id, "pending", tags);
    answer("RunInstances", &format!("<reservationId>r-1</reservationId><instancesSet>{item}</instancesSet>"))
}

/// Every field of §4.10, what a cluster says over what the provider does, the zone as zone (fix W29), and the signature.
#[tokio::test]
async fn a_launch_says_everything() {
    let directory = tempfile::tempdir().expect("a directory");
    let payload = directory.path().join("payload");
    std::fs::write(&payload, "#!/bin/sh\n").expect("a payload");
    let owner = somebody();
    let full = LaunchSpec {
        template: Template {
            image: Some("eu-west-1/ami-2".to_owned()),
            instance_type: Some("m7g.large".to_owned()),
            zone: Some("eu-west-1b".to_owned()),
            security_groups: Some(vec!["web".to_owned(), "sg-9".to_owned()]),
            key_pair: Some("other".to_owned()),
            payload: Some(payload),
            properties: BTreeMap::new(),
        },
        ..spec(&owner)
    };
    let usual = spec(&owner);
    let settings = "image = \"ami-1\"\ninstance_type = \"t3.micro\"\navailability_zone = \"eu-west-1a\"\n\
                    subnet = \"subnet-1\"\nsecurity_groups = [\"sg-1\", \"sg-2\"]\nkey_pair = \"ssh\"\n\
                    tags = { team = \"shop\" }\ntermination_protection = true\nhttp_port = 9763\n";
    for (spec, expected) in [
        (
            full,
            vec![
                ("ImageId", "ami-2"),
                ("InstanceType", "m7g.large"),
                ("KeyName", "other"),
                ("Placement.AvailabilityZone", "eu-west-1b"),
                ("SecurityGroup.1", "web"),
                ("SecurityGroupId.1", "sg-9"),
                // `printf '#!/bin/sh\n' | base64`
                ("UserData", "IyEvYmluL3NoCg=="),
            ],
        ),
        (
            usual,
            vec![
                ("ImageId", "ami-1"),
                ("InstanceType", "t3.micro"),
                ("KeyName", "ssh"),
                ("Placement.AvailabilityZone", "eu-west-1a"),
                ("SecurityGroupId.1", "sg-1"),
                ("SecurityGroupId.2", "sg-2"),
            ],
        ),
    ] {
        let mut tags = spec.tags();
        tags.insert("team".to_owned(), "shop".to_owned());
        let answers =
            vec![("RunInstances", launched("i-1", &tags)), ("DescribeInstances", described(&[], ""))];
        let stub = recorded(answers).await;
        let instance = ec2(&stub.url(), settings).launch(&spec).await.expect("a launch");
        assert_eq!(instance.state, InstanceState::Pending);
        assert_eq!((instance.id.as_str(), instance.zone.as_deref()), ("i-1", Some("eu-west-1a")));
        assert_eq!(instance.addresses.public, "203.0.113.9".parse().ok());
        let member = MemberPlace { host: "10.0.0.12".to_owned(), http_port: Some(9763), https_port: None };
        assert_eq!(instance.member, Some(member));
        assert_eq!(instance.launched_at, "2026-01-18T21:04:08Z".parse().ok());
        // The launch tagged the instance: nobody else has to.
        assert_eq!(actions(&stub), ["DescribeInstances", "RunInstances"]);
        let seen = &stub.seen()[1];
        let mut said = form(seen);
        for (name, value) in [
            ("Action", "RunInstances"),
            ("Version", "2016-11-15"),
            ("MinCount", "1"),
            ("MaxCount", "1"),
            ("ClientToken", spec.token.as_str()),
            ("SubnetId", "subnet-1"),
            ("DisableApiTermination", "true"),
            ("TagSpecification.1.ResourceType", "instance"),
        ]
        .into_iter()
        .chain(expected)
        {
            assert_eq!(said.remove(name).as_deref(), Some(value), "{name}");
        }
        let mut said_tags = BTreeMap::new();
        for number in 1..=tags.len() {
            let mut part = |part: &str| said.remove(&format!("TagSpecification.1.Tag.{number}.{part}"));
            said_tags.insert(part("Key").expect("a key"), part("Value").expect("a value"));
        }
        assert_eq!(said_tags, tags);
        assert!(said.is_empty(), "{said:?}");
        let authorization = &seen.headers["authorization"];
        assert!(authorization.starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/"), "{authorization}");
        assert!(authorization.contains("/eu-west-1/ec2/aws4_request, SignedHeaders="), "{authorization}");
        assert!(authorization.contains("host;") && seen.headers.contains_key("x-amz-date"));
    }
}

#[tokio::test]
async fn launches_that_cannot_be_are_refused_before_anybody_is_asked_to() {
    let stub = recorded(vec![("DescribeInstances", described(&[], ""))]).await;
    let owner = somebody();
    let with = |template: Template| LaunchSpec { template, ..spec(&owner) };
    let image = |image: &str| Template { image: Some(image.to_owned()), ..Template::default() };
    for (spec, why) in [
        (with(Template::default()), "nobody says which image"),
        (with(image("us-east-1/ami-1")), "is in another region"),
        (with(Template { payload: Some("/no/such/file".into()), ..image("ami-1") }), "/no/such/file"),
        (with(Template { payload: Some("/dev/zero".into()), ..image("ami-1") }), "larger than 16384 bytes"),
    ] {
        let answer = ec2(&stub.url(), "").launch(&spec).await;
        assert!(
            matches!(&answer, Err(IaasError::Refused(reason)) if reason.contains(why)),
            "{why}: {answer:?}"
        );
    }
    assert!(actions(&stub).iter().all(|action| action == "DescribeInstances"));
}

/// A platform that leaves out the tags of launches is told them.
#[tokio::test]
async fn who_has_no_tags_gets_them() {
    let spec = spec(&somebody());
    let answers = vec![
        ("RunInstances", launched("i-1", &BTreeMap::new())),
        ("DescribeInstances", described(&[], "")),
        ("CreateTags", answer("CreateTags", "<return>true</return>")),
    ];
    let stub = recorded(answers).await;
    let instance = ec2(&stub.url(), "image = \"ami-1\"\n").launch(&spec).await.expect("a launch");
    assert_eq!((&instance.purpose, instance.token.as_ref()), (&spec.purpose, Some(&spec.token)));
    assert_eq!(actions(&stub), ["DescribeInstances", "RunInstances", "CreateTags"]);
    let said = form(&stub.seen()[2]);
    assert_eq!((said["ResourceId.1"].as_str(), said["Tag.1.Key"].as_str()), ("i-1", "elb:domain"));
}

/// Page by page; who has the owner's tag only is left out; `avoidTermination` marks permanent ones (case 207).
#[tokio::test]
async fn lists_are_read_to_their_end() {
    let owner = somebody();
    let tags = spec(&owner).tags();
    let mut permanent = tags.clone();
    permanent.insert(tags::AVOID_TERMINATION.to_owned(), "true".to_owned());
    let stranger = BTreeMap::from([(tags::OWNER.to_owned(), owner.to_string())]);
    let pages = [
        described(&[item("i-1", "pending", &tags), item("i-2", "running", &permanent)], "token&amp;2"),
        described(&[item("i-3", "shutting-down", &tags), item("i-9", "running", &stranger)], "three"),
        described(&[item("i-4", "terminated", &tags), item("i-5", "stopped", &tags)], ""),
    ];
    let stub = Stub::start(move |seen| {
        let page = match form(seen).get("NextToken").map(String::as_str) {
            None => 0,
            Some("token&2") => 1,
            Some(_) => 2,
        };
        Reply::Answer(200, "", pages[page].clone())
    });
    let stub = stub.await;
    let listed = ec2(&stub.url(), "").list(&owner).await.expect("a list");
    let seen: Vec<(&str, InstanceState, bool)> =
        listed.iter().map(|one| (one.id.as_str(), one.state, one.permanent)).collect();
    use InstanceState::{Gone, Pending, Running, Stopping};
    let expected = [
        ("i-1", Pending, false),
        ("i-2", Running, true),
        ("i-3", Stopping, false),
        ("i-4", Gone, false),
        ("i-5", Stopping, false),
    ];
    assert_eq!(seen, expected);
    let said = form(&stub.seen()[0]);
    assert_eq!(said["Filter.1.Name"], "tag:elb:owner");
    assert_eq!(said["Filter.1.Value.1"], owner.as_str());
    // A list without an end is none.
    let stub = recorded(vec![("DescribeInstances", described(&[], "again"))]).await;
    assert!(matches!(ec2(&stub.url(), "").list(&owner).await, Err(IaasError::Transient(_))));
}

/// What was launched and is not shown yet is pending, and cannot be ended yet; it is not gone.
#[tokio::test]
async fn what_is_not_shown_yet_is_pending() {
    let (owner, other) = (somebody(), somebody());
    let spec = spec(&owner);
    let run = launched("i-1", &spec.tags());
    let stub = Stub::start(move |seen| match form(seen)["Action"].as_str() {
        "RunInstances" => Reply::Answer(200, "", run.clone()),
        "DescribeInstances" => Reply::Answer(200, "", described(&[], "")),
        _ => error(400, "InvalidInstanceID.NotFound", "The instance ID 'i-1' does not exist"),
    });
    let stub = stub.await;
    let iaas = ec2(&stub.url(), "image = \"ami-1\"\n");
    let instance = iaas.launch(&spec).await.expect("a launch");
    assert_eq!(iaas.list(&owner).await, Ok(vec![instance.clone()]));
    assert_eq!(iaas.list(&other).await, Ok(Vec::new()));
    assert!(matches!(iaas.terminate(&instance.id).await, Err(IaasError::Transient(_))));
    // The same token again launches nothing, and asks nobody.
    let before = actions(&stub).len();
    assert_eq!(iaas.launch(&spec).await, Ok(instance));
    assert_eq!(actions(&stub).len(), before);
    // Somebody else's instance that is not there is not there.
    let id = InstanceId::new("i-2").expect("an id");
    assert!(matches!(iaas.terminate(&id).await, Err(IaasError::NotFound(_))));
}

#[tokio::test(start_paused = true)]
async fn what_is_not_shown_for_long_is_gone() {
    let (owner, recent) = (somebody(), Recent::default());
    let spec = spec(&owner);
    let reply = answer::Reply::parse(item("i-1", "running", &spec.tags()).as_bytes()).expect("an item");
    let instance = instances::read(&reply.root(), &Ec2Provider::default(), None).expect("an instance");
    recent.add(&spec.token, &owner, instance.clone());
    tokio::time::advance(Duration::from_secs(299)).await;
    assert_eq!(recent.of(&owner), std::slice::from_ref(&instance));
    tokio::time::advance(Duration::from_secs(2)).await;
    assert!(recent.of(&owner).is_empty() && !recent.is_new(&instance.id));
    // Its token still launches nothing.
    assert_eq!(recent.launched_with(&spec.token), Some(instance));
}

/// Case 213: the protection is lifted, then the instance is ended; without protection it is only ended. And what was told
/// to end is not running again because an answer is old.
#[tokio::test]
async fn case_213_protection_is_lifted_first() {
    let owner = somebody();
    let spec = spec(&owner);
    for (settings, expected) in [
        ("termination_protection = true\n", vec!["ModifyInstanceAttribute", "TerminateInstances"]),
        ("", vec!["TerminateInstances"]),
    ] {
        let ended = "<instancesSet><item><instanceId>i-1</instanceId><currentState><code>32</code>\
                     <name>shutting-down</name></currentState></item></instancesSet>";
        let answers = vec![
            ("RunInstances", launched("i-1", &spec.tags())),
            ("DescribeInstances", described(&[], "")),
            ("ModifyInstanceAttribute", answer("ModifyInstanceAttribute", "<return>true</return>")),
            ("TerminateInstances", answer("TerminateInstances", ended)),
        ];
        let stub = recorded(answers).await;
        let iaas = ec2(&stub.url(), &format!("image = \"ami-1\"\n{settings}"));
        let instance = iaas.launch(&spec).await.expect("a launch");
        iaas.terminate(&instance.id).await.expect("an end");
        assert_eq!(actions(&stub)[2..], expected);
        let said = form(&stub.seen()[2]);
        if said["Action"] == "ModifyInstanceAttribute" {
            assert_eq!(said["InstanceId"], "i-1");
            assert_eq!(said["DisableApiTermination.Value"], "false");
        }
        assert_eq!(form(&stub.seen()[1 + expected.len()])["InstanceId.1"], "i-1");
        let listed = iaas.list(&owner).await.expect("a list");
        assert_eq!(listed[0].state, InstanceState::Stopping);
    }
}
