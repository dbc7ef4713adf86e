//! E54 over the wire: a member of a `<loadbalance>` comes back by itself.

use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::ask;
use crate::support::{Connection, Member, NS, Program, write};

/// Well below the 10 s for which the failure alone would keep it away.
const SOON: Duration = Duration::from_secs(5);

#[test]
fn e54_a_member_that_listens_again_gets_requests_soon() {
    let mut members = [Member::start("m1"), Member::start("m2")];
    let folder = TempDir::new().expect("a folder");
    let list: String = members
        .iter()
        .map(|member| {
            let address = member.address;
            format!("<member hostName=\"{}\" httpPort=\"{}\"/>", address.ip(), address.port())
        })
        .collect();
    let main = format!(
        "<sequence {NS} name=\"main\"><in><send><endpoint><loadbalance>{list}</loadbalance></endpoint></send></in>\
         <out><send/></out></sequence>"
    );
    write(folder.path(), "sequences/main.xml", &main);
    let [first, _] = &mut members;
    first.kill();
    let program = Program::serve(folder.path());
    let mut connection = Connection::open(program.http);
    let mut answered_by = || {
        let answer = ask(&mut connection, "GET", "h", "x", "");
        answer.header("x-member").map(str::to_owned)
    };
    for _ in 0..4 {
        assert_eq!(answered_by().as_deref(), Some("m2"));
    }
    first.restart();
    let started = Instant::now();
    while answered_by().as_deref() != Some("m1") {
        assert!(started.elapsed() < SOON, "the member is still away");
    }
}
