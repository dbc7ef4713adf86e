//! Members and balancers that find each other on the network: by announcements, and by DNS.

use std::net::{SocketAddr, UdpSocket};
use std::process::Stdio;
#[cfg(feature = "dns")]
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use std::time::{Duration, Instant};

use crate::membership::{Join, Site, get, wait_for_status};
use crate::support::{BackEnd, Connection, Member, Program, sinew, write};

/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// A group that nobody else on this machine uses; none where the loopback interface does not carry multicast.
struct Network {
    site: Site,
    group: String,
}

impl Network {
    fn new() -> Option<Self> {
        let free = UdpSocket::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
        if !carries_multicast() {
            eprintln!("skipped: the loopback interface does not carry multicast");
            return None;
        }
        let site = Site::new();
        write(site.folder.path(), "secret", "battery staple\n");
        write(site.folder.path(), "other-secret", "battery stable\n");
        Some(Self { site, group: format!("239.255.76.67:{free}") })
    }

    fn file(&self, name: &str) -> String {
        self.site.folder.path().join(name).display().to_string()
    }

    /// A balancer in the group.
    fn serve(&self) -> Program {
        self.serve_with(&[])
    }

    /// The same with further settings.
    fn serve_with(&self, more: &[String]) -> Program {
        let settings = [
            format!("membership.multicast.group={}", self.group),
            "membership.multicast.interface=127.0.0.1".to_owned(),
            format!("membership.multicast.secret=file:{}", self.file("secret")),
            "membership.multicast.interval=100ms".to_owned(),
        ];
        let settings: Vec<&str> =
            settings.iter().chain(more).flat_map(|setting| ["--set", setting]).collect();
        self.site.serve(&settings)
    }

    /// A side-car in the group, which knows no balancer.
    fn join(&self, member: SocketAddr, secret: &str, more: &[&str]) -> Join {
        let (member, secret) = (member.to_string(), self.file(secret));
        let group = ["--multicast", &self.group, "--interface", "127.0.0.1", "--secret-file", &secret];
        let service = ["--cluster", "shop.domain", "--http", &member];
        let mut command = sinew(&[&["join"], &group[..], &service, more].concat());
        Join(command.stderr(Stdio::piped()).spawn().expect("the program starts"))
    }
}

/// Whether a datagram to a group arrives.
fn carries_multicast() -> bool {
    use std::net::Ipv4Addr;
    let group = Ipv4Addr::new(239, 255, 76, 68);
    let heard = || -> std::io::Result<usize> {
        let listener = UdpSocket::bind("0.0.0.0:0")?;
        listener.join_multicast_v4(&group, &Ipv4Addr::LOCALHOST)?;
        listener.set_read_timeout(Some(Duration::from_secs(2)))?;
        let speaker = UdpSocket::bind("127.0.0.1:0")?;
        speaker.send_to(b"hello", (group, listener.local_addr()?.port()))?;
        listener.recv(&mut [0; 8])
    };
    heard().is_ok_and(|length| length == 5)
}

/// How often a balancer did not believe what it heard.
fn refused(balancer: &Program, reason: &str) -> u64 {
    let metrics = Connection::get(balancer.admin, "/metrics").text();
    let name = format!("sinew_membership_refused_total{{name=\"multicast\",reason=\"{reason}\"}} ");
    let count = metrics.lines().find_map(|line| line.strip_prefix(&name));
    count.map_or(0, |count| count.parse().expect("a number"))
}

#[test]
fn a_side_car_finds_balancers_and_leaves_them() {
    let Some(network) = Network::new() else { return };
    let (stays, leaves) = (Member::start("stays"), Member::start("leaves"));
    let token = network.site.token();
    let discover = ["--discover", "--token-file", &token];
    let first = network.join(stays.address, "secret", &discover);
    let (one, other) = (network.serve(), network.serve());
    for balancer in [&one, &other] {
        wait_for_status(balancer.http, 200);
    }
    let second = network.join(leaves.address, "secret", &discover);
    for balancer in [&one, &other] {
        let began = Instant::now();
        while get(balancer.http, "/x").header("x-member") != Some("leaves") {
            assert!(began.elapsed() < PATIENCE, "the second member gets nothing");
        }
    }
    second.signal("TERM");
    let (code, said) = second.end();
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(said.matches(" left at http://").count(), 2, "{said}");
    drop(leaves);
    for balancer in [&one, &other] {
        for _ in 0..20 {
            assert_eq!(get(balancer.http, "/x").header("x-member"), Some("stays"));
        }
    }
    // A balancer that ended is not waited for.
    let mut one = one;
    one.signal("TERM");
    assert_eq!(one.wait().code(), Some(0));
    first.signal("TERM");
    let (code, said) = first.end();
    assert_eq!(code, Some(0), "{said}");
    wait_for_status(other.http, 503);
}

#[test]
#[cfg(feature = "group")]
fn balancers_of_a_group_need_no_seeds() {
    let Some(network) = Network::new() else { return };
    write(network.site.folder.path(), "group-key", "a secret of the group, long enough to be one\n");
    let settings = [
        "group.address=127.0.0.1:0".to_owned(),
        format!("group.keys=file:{}", network.file("group-key")),
        "group.size=2".to_owned(),
        "group.gossip_interval=100ms".to_owned(),
    ];
    let (one, other) = (network.serve_with(&settings), network.serve_with(&settings));
    let began = Instant::now();
    for balancer in [&one, &other] {
        let active = || {
            let group = Connection::get(balancer.admin, "/lb/group").text();
            group.matches("\"state\":\"active\"").count()
        };
        while active() < 2 {
            assert!(began.elapsed() < PATIENCE, "they do not find each other");
        }
    }
    // In maintenance a balancer leaves it to others to act.
    let acts =
        |balancer: &Program| Connection::get(balancer.admin, "/lb/group").text().contains("\"acting\":true");
    while !acts(&one) {
        assert!(began.elapsed() < PATIENCE, "the older does not act");
    }
    let socket = one.socket().display().to_string();
    let maintenance = |on: &str| sinew(&["ctl", "--socket", &socket, "maintenance", on]).status();
    assert!(maintenance("on").expect("the program runs").success());
    while acts(&one) {
        assert!(began.elapsed() < PATIENCE, "it acts in maintenance");
    }
    assert!(maintenance("off").expect("the program runs").success());
    while !acts(&one) {
        assert!(began.elapsed() < PATIENCE, "it does not act any more");
    }
}

#[test]
fn a_side_car_announces_its_service() {
    let Some(network) = Network::new() else { return };
    let back_end = BackEnd::start();
    let balancer = network.serve();
    assert_eq!(get(balancer.http, "/x").status, 503, "nobody is there");
    let join = network.join(back_end.address, "secret", &["--property", "rack=7"]);
    wait_for_status(balancer.http, 200);
    // Who has another secret is heard, and changes nothing.
    let stranger = Member::start("stranger");
    let _strange = network.join(stranger.address, "other-secret", &[]);
    let began = Instant::now();
    while refused(&balancer, "signature") < 2 {
        assert!(began.elapsed() < PATIENCE, "the stranger is not counted");
    }
    for _ in 0..10 {
        let answer = get(balancer.http, "/x");
        assert_eq!((answer.status, answer.header("x-member")), (200, None));
    }
    let began = Instant::now();
    join.signal("TERM");
    let (code, said) = join.end();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains(&format!("left at {}", network.group)), "{said}");
    wait_for_status(balancer.http, 503);
    assert!(began.elapsed() < Duration::from_secs(5), "sooner than silence would tell");
    let metrics = Connection::get(balancer.admin, "/metrics").text();
    let left = "sinew_membership_events_total{name=\"multicast\",outcome=\"left\"} 1";
    assert!(metrics.contains(left), "{metrics}");
}

#[test]
fn a_side_car_that_is_killed_is_noticed() {
    let Some(network) = Network::new() else { return };
    let back_end = BackEnd::start();
    let balancer = network.serve();
    let join = network.join(back_end.address, "secret", &[]);
    wait_for_status(balancer.http, 200);
    let began = Instant::now();
    join.signal("KILL");
    wait_for_status(balancer.http, 503);
    let silence = began.elapsed();
    assert!((Duration::from_secs(1)..Duration::from_secs(20)).contains(&silence), "{silence:?}");
}

#[test]
fn what_is_wrong_with_multicast_is_said() {
    let site = Site::new();
    let (token, missing) = (site.token(), site.folder.path().join("nothing").display().to_string());
    let with = |more: &[&str]| {
        let arguments = [&["join", "--cluster", "c", "--http", "h:1"], more].concat();
        let output = sinew(&arguments).output().expect("it runs");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (long, other) = (format!("x={}", "y".repeat(700)), format!("z={}", "y".repeat(700)));
    let rows: [(&[&str], i32); 8] = [
        (&["--multicast", "239.255.76.67:7667"], 2),
        (&["--multicast", "239.255.76.67", "--secret-file", &token], 2),
        (&["--multicast", "10.0.0.1:7667", "--secret-file", &token], 2),
        (&["--multicast", "239.255.76.67:7667", "--secret-file", &token, "--discover"], 2),
        (&["--multicast", "239.255.76.67:7667", "--secret-file", &token, "--announce"], 2),
        (&["--multicast", "239.255.76.67:7667", "--secret-file", &token, "--zone", "a b"], 2),
        (
            &[
                "--multicast",
                "239.255.76.67:7667",
                "--secret-file",
                &token,
                "--property",
                &long,
                "--property",
                &other,
            ],
            2,
        ),
        (&["--multicast", "239.255.76.67:7667", "--secret-file", &missing], 74),
    ];
    for (arguments, expected) in rows {
        let (code, complaint) = with(arguments);
        assert_eq!(code, Some(expected), "{arguments:?}: {complaint}");
    }
}

/// A server that knows one address of every name (RFC 1035 §4): 127.0.0.1, as long as the switch is on.
#[cfg(feature = "dns")]
fn dns(is_there: Arc<AtomicBool>) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let address = socket.local_addr().expect("an address");
    std::thread::spawn(move || {
        let mut query = [0; 1500];
        while let Ok((length, from)) = socket.recv_from(&mut query) {
            let question = &query[12..length];
            let end = question.iter().position(|byte| *byte == 0).expect("a name") + 5;
            let has_address = is_there.load(Ordering::SeqCst) && question[end - 4..end] == [0, 1, 0, 1];
            let mut answer =
                [&query[..2], &[0x81, 0x80, 0, 1, 0, u8::from(has_address), 0, 0, 0, 0]].concat();
            answer.extend(&question[..end]);
            if has_address {
                answer.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 127, 0, 0, 1]);
            }
            socket.send_to(&answer, from).expect("sent");
        }
    });
    address
}

#[cfg(feature = "dns")]
#[test]
fn a_name_in_dns_names_members() {
    let is_there = Arc::new(AtomicBool::new(true));
    let server = dns(is_there.clone());
    let (site, back_end) = (Site::new(), BackEnd::start());
    let settings = format!(
        "[[membership.dns]]\ncluster = \"shop.domain\"\nname = \"shop.test.\"\nhttp_port = {}\nservers = [\"{server}\"]\n\
         min_refresh = \"100ms\"\nmax_refresh = \"100ms\"\n",
        back_end.address.port()
    );
    write(site.folder.path(), "sinew.toml", &settings);
    let file = site.folder.path().join("sinew.toml").display().to_string();
    let balancer = site.serve(&["--settings", &file]);
    wait_for_status(balancer.http, 200);
    is_there.store(false, Ordering::SeqCst);
    wait_for_status(balancer.http, 503);
}
