//! The configuration that WSO2 ELB 2.0.5 ships, in front of members on the loopback interface.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::ask;
use crate::support::corpus::corpus;
use crate::support::{Connection, Member, Program, write};

/// The shipped file, with a member in each domain that the test uses.
fn shipped(folder: &Path, members: &[(&str, &Member)]) -> bool {
    let Some(corpus) = corpus() else { return false };
    let shipped = corpus.join("wso2-elb-2.0.5");
    let read = |name: &str| fs::read_to_string(shipped.join(name)).expect("a file of the corpus");
    let mut text = read("loadbalancer.conf");
    for (domain, member) in members {
        let open = format!("{domain} {{");
        assert!(text.contains(&open), "{domain}");
        text = text.replacen(&open, &format!("{open}\nmembers {{\n{}\n}}\n", member.block()), 1);
    }
    write(folder, "loadbalancer.conf", &text);
    write(folder, "tenants.conf", "acme 7;\nbeta 150;\n");
    for sequence in ["main", "fault", "errorHandler"] {
        let path = format!("sequences/{sequence}.xml");
        write(folder, &path, &read(&format!("synapse-configs/default/{path}")));
    }
    true
}

/// Requests reach the right cluster by host and tenant, through the sequences as they are shipped.
#[test]
fn hosts_and_tenants_of_the_shipped_configuration() {
    let members = ["as1", "as2", "as3", "esb"].map(Member::start);
    let [as1, as2, as3, esb] = &members;
    let folder = TempDir::new().expect("a folder");
    let domains = [
        ("wso2.as1.domain", as1),
        ("wso2.as2.domain", as2),
        ("wso2.as3.domain", as3),
        ("wso2.esb.domain", esb),
    ];
    if !shipped(folder.path(), &domains) {
        return;
    }
    let program = Program::serve(folder.path());
    let mut connection = Connection::open(program.http);
    let mut get = |host: &str, target: &str| {
        connection.send(format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes());
        connection.read(false)
    };
    for (host, target, member) in [
        ("appserver.cloud-test.wso2.com", "/", "as3"),
        ("as.cloud-test.wso2.com", "/t/acme/x", "as1"),
        ("AS.cloud-test.wso2.com:8280", "/t/beta/x", "as2"),
        ("as.cloud-test.wso2.com", "/acs?x=1&tenantDomain=acme", "as1"),
        ("eu.esb.cloud-test.wso2.com", "/t/acme/", "esb"),
    ] {
        let answer = get(host, target);
        assert_eq!(
            (answer.status, answer.header("x-member")),
            (200, Some(member)),
            "{host} {target}\n{}",
            answer.text()
        );
    }
    // A host that nobody has: the shipped fault sequence answers.
    let unknown = get("nowhere.example.org", "/");
    assert_eq!(unknown.status, 500);
    assert!(unknown.text().contains("<Ack>Failure</Ack>"), "{}", unknown.text());
    // A cluster without members: 303001 is 503 there.
    let empty = get("governance.cloud-test.wso2.com", "/");
    assert_eq!(empty.status, 503, "{}", empty.text());
}

/// A member that leaves the pool of the living is passed over, and says so to nobody.
#[test]
fn a_dead_member_costs_no_request() {
    let mut members = vec![Member::start("m1"), Member::start("m2")];
    let folder = TempDir::new().expect("a folder");
    super::balance(folder.path(), "shop.example.org", "", &members);
    let program = Program::serve(folder.path());
    members[0].kill();
    let mut connection = Connection::open(program.http);
    for request in 0..10 {
        let answer = ask(&mut connection, "POST", "shop.example.org", &request.to_string(), "");
        assert_eq!((answer.status, answer.header("x-member")), (200, Some("m2")), "{}", answer.text());
        assert_eq!(answer.text(), "hi");
    }
    assert_eq!(members[1].ids().len(), 10, "each was delivered once");
}
