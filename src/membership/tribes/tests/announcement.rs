//! Records of Axis2 and Tomcat nodes as members of clusters.

use super::super::wire::MemberRecord;
use super::super::{AllowList, AllowListError, Reading, Refusal, Refusals, ServicePorts};
use crate::clusters::{ClusterKey, MemberDefinition};

/// Nodes of two domains in 127.0.0.0/8.
pub(in super::super) fn reading() -> Reading {
    let networks = "127.0.0.0/8".parse().expect("networks");
    let domains = ["wso2.as1.domain", "demo.domain"].map(str::to_owned);
    Reading::new(AllowList::new(networks, domains).expect("an allow-list"))
}

pub(in super::super) fn record(address: &str, domain: &str, payload: &str) -> MemberRecord {
    let mut record = MemberRecord::new(address.parse().expect("an address"), domain);
    record.payload = payload.as_bytes().to_vec();
    record
}

fn read(payload: &str) -> Result<(ClusterKey, MemberDefinition), Refusal> {
    let announced = reading().read(&record("127.0.0.12:4000", "wso2.as1.domain", payload))?;
    Ok((announced.cluster, announced.definition))
}

#[test]
fn an_allow_list_must_name_networks_and_domains() {
    let networks = || "10.0.0.0/8".parse().expect("networks");
    let domain = || ["a.b".to_owned()];
    assert!(AllowList::new(networks(), domain()).is_ok());
    assert_eq!(AllowList::new(networks(), []), Err(AllowListError::NoDomains));
    assert_eq!(AllowList::new(Default::default(), domain()), Err(AllowListError::NoNetworks));
}

/// The payload of the vectors w07 and w11.
#[test]
fn an_axis2_node() {
    let payload = "#\n#Sun Nov 22 02:27:58 UTC 2026\n\
        backendServerURL=https\\://127.0.0.12\\:9443/services/\n\
        mgtConsoleURL=https\\://127.0.0.12\\:9443/\nport.mapping.8280=9763\n\
        remoteHost=127.0.0.13\nhttpPort=9763\nsubDomain=worker\nhttpsPort=9443\n";
    let (cluster, definition) = read(payload).expect("a member");
    let mut expected = MemberDefinition::new("127.0.0.12", Some(9763), Some(9443));
    expected.remote_host = Some("127.0.0.13".into());
    expected.port_mappings.insert(8280, 9763);
    let property = |key: &str, value: &str| (key.into(), value.into());
    expected.properties.extend([
        property("backendServerURL", "https://127.0.0.12:9443/services/"),
        property("mgtConsoleURL", "https://127.0.0.12:9443/"),
    ]);
    assert_eq!((cluster, definition), (ClusterKey::new("wso2.as1.domain", "worker"), expected));
}

#[test]
fn single_properties() {
    let of = |more: &str| read(&format!("httpPort=80\n{more}")).expect("a member").1;
    assert!(of("").active);
    assert!(of("isActive=TRUE").active);
    assert!(!of("isActive=false").active);
    assert_eq!(of("httpsPort=-1").https_port, None);
    assert_eq!(of("portMapping.mapping.81=82").port_mappings, [(81, 82)].into());
    assert_eq!(of("port.mapping.x=82\nport.mapping.81=0").port_mappings, [].into());
    assert_eq!(of("remoteHost=").remote_host, None);
    let cluster = |more: &str| read(&format!("httpPort=80\n{more}")).expect("a member").0;
    assert_eq!(cluster(""), ClusterKey::domain("wso2.as1.domain"));
    assert_eq!(cluster("subDomain=__$default"), ClusterKey::domain("wso2.as1.domain"));
}

/// A member says where its requests go; that must not lead anywhere else.
#[test]
fn remote_hosts_are_in_the_networks_as_well() {
    assert_eq!(read("httpPort=80\nremoteHost=10.0.0.1"), Err(Refusal::AnnouncedHost));
    assert_eq!(read("httpPort=80\nremoteHost=metadata.internal"), Err(Refusal::AnnouncedHost));
    let named = record("127.0.0.12:4000", "demo.domain", "httpPort=80\nremoteHost=member.internal");
    let reading = Reading { remote_host_names: true, ..reading() };
    let announced = reading.read(&named).expect("a member");
    assert_eq!(announced.definition.remote_host.as_deref(), Some("member.internal"));
}

/// §9.3: a Tomcat node announces its channel and nothing else.
#[test]
fn members_without_ports() {
    assert_eq!(read(""), Err(Refusal::Unusable));
    assert_eq!(read("ping"), Err(Refusal::Unusable));
    assert_eq!(read("httpPort=http"), Err(Refusal::Unusable));
    assert_eq!(read("a=\\u1"), Err(Refusal::Unusable));
    let mut reading = reading();
    let ports = ServicePorts { http: Some(8080), https: None };
    reading.usual_ports.insert("demo.domain".to_owned(), ports);
    let tomcat = record("127.0.0.5:4000", "demo.domain", "");
    assert_eq!(&*reading.read(&tomcat).expect("a member").definition.key(), "127.0.0.5:8080");
    let axis2 = record("127.0.0.5:4000", "demo.domain", "httpsPort=9443");
    let definition = reading.read(&axis2).expect("a member").definition;
    assert_eq!((definition.http_port, definition.https_port), (None, Some(9443)));
}

#[test]
fn strangers() {
    let reading = reading();
    let of = |record: MemberRecord| reading.read(&record).map(|_| ()).expect_err("a refusal");
    assert_eq!(of(record("10.0.0.1:4000", "demo.domain", "httpPort=1")), Refusal::AnnouncedHost);
    assert_eq!(of(record("127.0.0.1:4000", "other.domain", "httpPort=1")), Refusal::Domain);
    assert_eq!(of(record("127.0.0.1:4000", "Demo.Domain", "httpPort=1")), Refusal::Domain);
    let mut mapped = record("127.0.0.1:4000", "demo.domain", "httpPort=1");
    mapped.host = "::ffff:127.0.0.1".parse().expect("an address");
    assert_eq!(&*reading.read(&mapped).expect("a member").definition.host, "127.0.0.1");
    mapped.domain = vec![0xff];
    assert_eq!(of(mapped), Refusal::Domain);
}

#[test]
fn refusals_are_counted_by_reason() {
    let refusals = Refusals::default();
    for (index, refusal) in Refusal::ALL.into_iter().enumerate() {
        assert_eq!(refusal as usize, index, "{}", refusal.as_str());
        refusals.count(refusal);
        assert_eq!(refusals.of(refusal), 1);
    }
}
