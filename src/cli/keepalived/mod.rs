//! `sinew keepalived`: a configuration of keepalived for two balancers with one address.
//!
//! VRRP moves a virtual address to the balancer with the highest priority (RFC 9568). keepalived asks `sinew health` again
//! and again, and adds [`WEIGHT`] to the priority as long as the answer is good, so a master that does not serve is below a
//! backup that does. Adverts are a quarter of the check interval apart: the backup takes over when it missed three.

mod configuration;

use std::net::IpAddr;
use std::path::PathBuf;

use http::Uri;

use super::{Exit, health, output};
use crate::settings::Duration as Time;

/// Print a configuration of keepalived for two balancers with one address
#[derive(Debug, clap::Args)]
#[command(after_help = "Example, on the first machine and on the second:
  sinew keepalived --vip 10.0.0.100/24 --interface eth0 --address 10.0.0.1 --peer 10.0.0.2 > /etc/keepalived/keepalived.conf
  sinew keepalived --vip 10.0.0.100/24 --interface eth0 --address 10.0.0.2 --peer 10.0.0.1 --backup > /etc/keepalived/keepalived.conf")]
pub(super) struct Keepalived {
    /// The address that clients know, with the length of its prefix
    #[arg(long, value_name = "ADDRESS/PREFIX", value_parser = virtual_address)]
    vip: VirtualAddress,
    /// The network interface that has it
    #[arg(long, value_name = "NAME", value_parser = interface)]
    interface: String,
    /// The address of this machine on that interface; needed with --peer
    #[arg(long, value_name = "ADDRESS")]
    address: Option<IpAddr>,
    /// The address of the other machine; may be repeated. Without it adverts are multicast
    #[arg(long = "peer", value_name = "ADDRESS", requires = "address")]
    peers: Vec<IpAddr>,
    /// This machine has the address only while the other is not well
    #[arg(long)]
    backup: bool,
    /// Tells pairs on the same network apart; the same on both machines
    #[arg(long, value_name = "N", default_value_t = 51, value_parser = clap::value_parser!(u8).range(1..=255))]
    router_id: u8,
    /// How often the balancer is asked; the address has moved after three times this and two seconds at the latest
    #[arg(long, value_name = "TIME", default_value = "1s")]
    interval: Time<1000, 60_000>,
    /// What to ask for [default: /services/EchoProxy at listeners.http.address of the settings]
    #[arg(long, value_name = "URL", value_parser = health::url)]
    url: Option<Uri>,
    /// The settings file of the balancer, for its address
    #[arg(long, value_name = "FILE", conflicts_with = "url")]
    settings: Option<PathBuf>,
    /// The program that is asked with [default: this one]
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// The user that asks
    #[arg(long, value_name = "NAME", default_value = "nobody", value_parser = interface)]
    user: String,
}

/// An address with its prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct VirtualAddress {
    address: IpAddr,
    prefix: u8,
}

/// What a good answer adds to the priority: more than the step between master and backup, which is one.
const WEIGHT: u8 = 2;

impl Keepalived {
    pub(super) fn execute(self) -> Exit {
        let mixed =
            self.peers.iter().chain(&self.address).any(|one| one.is_ipv4() != self.vip.address.is_ipv4());
        if mixed {
            output::complain("error: --vip, --address and --peer must all be IPv4, or all IPv6");
            return Exit::Usage;
        }
        if self.peers.iter().any(|peer| Some(*peer) == self.address) {
            output::complain("error: --peer is the other machine, not this one");
            return Exit::Usage;
        }
        let own = std::env::current_exe().map_err(|error| error.to_string());
        let check = self.program.clone().map_or(own, Ok).and_then(|program| self.check(&program));
        match check {
            Ok(check) => {
                output::print(&configuration::write(&self, &check));
                Exit::Ok
            }
            Err(problem) => {
                output::complain(&format!("error: {problem}"));
                Exit::Usage
            }
        }
    }

    /// The command that asks. keepalived runs it without a shell and knows no way to quote.
    fn check(&self, program: &std::path::Path) -> Result<String, String> {
        let mut words = vec![program.display().to_string(), "health".to_owned()];
        words.extend(["--timeout".to_owned(), format!("{}ms", self.interval.get().as_millis())]);
        if let Some(url) = &self.url {
            words.extend(["--url".to_owned(), url.to_string()]);
        }
        if let Some(settings) = &self.settings {
            let absolute = std::path::absolute(settings).map_err(|error| error.to_string())?;
            words.extend(["--settings".to_owned(), absolute.display().to_string()]);
        }
        match words
            .iter()
            .find(|word| word.contains(|letter: char| letter.is_whitespace() || "\"'\\!#".contains(letter)))
        {
            Some(word) => Err(format!("keepalived cannot run a command with {word:?} in it")),
            None => Ok(words.join(" ")),
        }
    }
}

fn virtual_address(text: &str) -> Result<VirtualAddress, String> {
    let expected = "expected an address and the length of its prefix, such as 10.0.0.100/24";
    let (address, prefix) = text.split_once('/').ok_or(expected)?;
    let address: IpAddr = address.parse().map_err(|_| expected)?;
    let longest = if address.is_ipv4() { 32 } else { 128 };
    let prefix = prefix.parse().ok().filter(|prefix| (1..=longest).contains(prefix)).ok_or(expected)?;
    if address.is_unspecified() || address.is_multicast() || address.is_loopback() {
        return Err(format!("{address} cannot be an address that clients know"));
    }
    Ok(VirtualAddress { address, prefix })
}

/// A name that means nothing else in keepalived's configuration.
fn interface(text: &str) -> Result<String, String> {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.@".contains(letter);
    match !text.is_empty() && text.chars().all(plain) {
        true => Ok(text.to_owned()),
        false => Err("expected letters, digits, -, _, . and @".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        keepalived: Keepalived,
    }

    fn line(arguments: &str) -> Result<Keepalived, clap::Error> {
        let words = "sinew".split_whitespace().chain(arguments.split_whitespace());
        Line::try_parse_from(words).map(|line| line.keepalived)
    }

    #[test]
    fn a_pair_by_multicast_and_by_unicast() {
        let check = "/usr/bin/sinew health --timeout 1000ms";
        let master = line("--vip 10.0.0.100/24 --interface eth0").expect("right");
        insta::assert_snapshot!("multicast_master", configuration::write(&master, check));
        let backup = "--vip 10.0.0.100/24 --interface eth0 --address 10.0.0.2 --peer 10.0.0.1 --backup --router-id 7 --interval 2s";
        let backup = line(backup).expect("right");
        insta::assert_snapshot!("unicast_backup", configuration::write(&backup, check));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for wrong in [
            "--vip 10.0.0.100 --interface eth0",
            "--vip 10.0.0.100/33 --interface eth0",
            "--vip 127.0.0.1/8 --interface eth0",
            "--vip 10.0.0.100/24 --interface eth0{",
            "--vip 10.0.0.100/24 --interface eth0 --peer 10.0.0.2",
            "--vip 10.0.0.100/24 --interface eth0 --router-id 0",
            "--vip 10.0.0.100/24 --interface eth0 --interval 10ms",
        ] {
            assert!(line(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_check_asks_what_was_said() {
        let asked = line("--vip 10.0.0.100/24 --interface eth0 --url http://10.0.0.1:80/up --interval 2s")
            .expect("right");
        let program = PathBuf::from("/usr/bin/sinew");
        assert_eq!(
            asked.check(&program).as_deref(),
            Ok("/usr/bin/sinew health --timeout 2000ms --url http://10.0.0.1:80/up")
        );
        assert!(asked.check(&PathBuf::from("/opt/my sinew")).is_err(), "a path that cannot be quoted");
    }
}
