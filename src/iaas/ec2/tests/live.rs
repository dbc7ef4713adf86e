//! A real implementation of the interface: `moto_server` of the Python package moto.
//!
//! It is looked for where `SINEW_MOTO_SERVER` says, in `target/peers/moto`, and in the path; without it the tests say so
//! and pass.

use std::io::Write;
use std::path::PathBuf;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::*;
use crate::iaas::contract::{self, PATIENCE, Platform, somebody, spec, until, until_gone};
use crate::iaas::stub;

/// The server. It ends with this.
struct Moto {
    url: String,
    broken: Vec<(&'static str, Stub)>,
    _child: Child,
}

fn programs() -> impl Iterator<Item = PathBuf> {
    let named = std::env::var_os("SINEW_MOTO_SERVER").map(PathBuf::from);
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/peers/moto/bin/moto_server");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path: Vec<PathBuf> = std::env::split_paths(&path).map(|folder| folder.join("moto_server")).collect();
    named.into_iter().chain([beside]).chain(path)
}

impl Moto {
    /// Starts it on a port that is free; none where it is not installed.
    async fn start() -> Option<Self> {
        let Some(program) = programs().find(|program| program.is_file()) else {
            // Not captured by the test harness, so that whoever runs the tests sees it.
            let _ = writeln!(std::io::stderr(), "skipped: there is no moto_server");
            return None;
        };
        let mut command = Command::new(program);
        command.args(["-H", "127.0.0.1", "-p", "0"]).kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("moto_server starts");
        let mut lines = BufReader::new(child.stderr.take().expect("its output")).lines();
        let url = async {
            while let Some(line) = lines.next_line().await.expect("a line") {
                if let Some((_, url)) = line.split_once("Running on ") {
                    return url.trim().to_owned();
                }
            }
            panic!("moto_server ended");
        };
        let url = timeout(PATIENCE, url).await.expect("moto_server is up in time");
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Some(Self { url, broken: stub::broken().await, _child: child })
    }

    fn ec2(&self, more: &str) -> Ec2 {
        // An image that every server has from the start.
        ec2(&self.url, &format!("image = \"ami-12c6146b\"\ninstance_type = \"t3.micro\"\n{more}"))
    }
}

impl Platform for Moto {
    async fn provider(&self) -> Arc<dyn Iaas> {
        Arc::new(self.ec2(""))
    }

    async fn broken(&self) -> Vec<(&'static str, Arc<dyn Iaas>)> {
        let broken = self.broken.iter();
        let image = "image = \"ami-1\"\n";
        broken.map(|(what, stub)| (*what, Arc::new(ec2(&stub.url(), image)) as Arc<dyn Iaas>)).collect()
    }
}

#[tokio::test]
async fn it_keeps_the_contract() {
    let Some(moto) = Moto::start().await else { return };
    contract::check(&moto).await;
}

/// The tags and the user data arrive, protection is lifted, key pairs are imported once.
#[tokio::test]
async fn a_real_interface_understands_us() {
    let Some(moto) = Moto::start().await else { return };
    let iaas = moto.ec2(
        "availability_zone = \"eu-west-1a\"\nkey_pair = \"ssh\"\ntermination_protection = true\n\
         security_groups = [\"default\"]\ntags = { team = \"shop & co\" }\nhttp_port = 9763\n",
    );
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILwTJNQp7Pg3ll7kjEDeWKmIgUDNaLHAzP0Jwz5jte/8 test";
    for _ in 0..2 {
        iaas.ensure_key_pair("ssh", key).await.expect("a key pair");
    }
    let owner = somebody();
    let launched = iaas.launch(&spec(&owner)).await.expect("a launch");
    let running = |listed: &[Instance]| listed.iter().all(|one| one.state == InstanceState::Running);
    let listed = until(&iaas, &owner, "it runs", |listed| !listed.is_empty() && running(listed)).await;
    assert_eq!(listed[0].tags.get("team").map(String::as_str), Some("shop & co"));
    assert_eq!(listed[0].zone.as_deref(), Some("eu-west-1a"));
    assert_eq!(listed[0].member.as_ref().and_then(|member| member.http_port), Some(9763));
    iaas.terminate(&launched.id).await.expect("an end");
    until_gone(&iaas, &owner, &launched.id).await;
}

/// Fix W18: an address is allocated, leads to one instance, then to another, and is given back.
#[tokio::test]
async fn addresses_move() {
    let Some(moto) = Moto::start().await else { return };
    let (iaas, owner) = (moto.ec2(""), somebody());
    let first = iaas.launch(&spec(&owner)).await.expect("a launch");
    let second = iaas.launch(&spec(&owner)).await.expect("a launch");
    let ip = iaas.allocate(&owner).await.expect("an address");
    // It is free, so that it is what the owner gets next.
    assert_eq!(iaas.allocate(&owner).await.as_ref(), Ok(&ip));
    assert_eq!(iaas.address(&ip).await, Ok(AddressState::Free));
    for instance in [&first, &second, &first] {
        crate::iaas::give_address(&iaas, &ip, &instance.id).await.expect("an association");
        assert_eq!(iaas.address(&ip).await, Ok(AddressState::Instance(instance.id.clone())));
    }
    assert_ne!(iaas.allocate(&owner).await.as_ref(), Ok(&ip));
    iaas.release(&ip).await.expect("a release");
    assert!(matches!(iaas.address(&ip).await, Err(IaasError::NotFound(_))));
}
