//! One balancer in front of members in processes of their own.

mod kill;
mod private;
mod reload;
mod routes;

use std::path::Path;

use crate::support::{Answer, Connection, Member, NS, write};

/// A main sequence that leaves the choice to `loadbalancer.conf`.
const MAIN: &str = "<in><send/></in><out><send/></out>";

/// A configuration folder with one cluster for every tenant of a host.
fn balance(folder: &Path, host: &str, keys: &str, members: &[Member]) {
    write(folder, "sequences/main.xml", &format!("<sequence {NS} name=\"main\">{MAIN}</sequence>"));
    write(folder, "loadbalancer.conf", &configuration(host, keys, members));
}

/// `loadbalancer.conf` for [`balance`], with further keys in the balancer's block.
fn configuration(host: &str, keys: &str, members: &[Member]) -> String {
    let members: String = members.iter().map(|member| format!("{}\n", member.block())).collect();
    format!(
        "loadbalancer {{\n{keys}\n}}\nservices {{\nshop {{\nhosts {host};\ndomains {{\nshop.domain {{\n\
         tenant_range *;\nmembers {{\n{members}}}\n}}\n}}\n}}\n}}\n"
    )
}

/// Sends one request on a connection and reads its answer.
fn ask(connection: &mut Connection, method: &str, host: &str, id: &str, more: &str) -> Answer {
    let body = if method == "POST" { "Content-Length: 2\r\n\r\nhi" } else { "\r\n" };
    connection.send(format!("{method} /x HTTP/1.1\r\nHost: {host}\r\nX-Id: {id}\r\n{more}{body}").as_bytes());
    connection.read(false)
}
