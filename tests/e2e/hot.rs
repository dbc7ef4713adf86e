//! Files change while requests run.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::support::{Connection, NS, Program, write};

/// A proxy service whose answers name a version in two headers, so that a mixture of two versions would show.
fn version(number: usize) -> String {
    format!(
        "<proxy {NS} name=\"P\"><target><inSequence><property name=\"X-First\" value=\"{number}\" scope=\"transport\"/>\
         <property name=\"X-Second\" value=\"{number}\" scope=\"transport\"/><respond/></inSequence></target></proxy>"
    )
}

fn served(connection: &mut Connection) -> usize {
    connection.send(b"GET /services/P HTTP/1.1\r\nHost: b\r\n\r\n");
    let answer = connection.read(false);
    assert_eq!(answer.status, 200, "{}", answer.head);
    let headers = (answer.header("x-first"), answer.header("x-second"));
    assert_eq!(headers.0, headers.1, "one answer, one version");
    headers.0.and_then(|value| value.parse().ok()).expect("a version")
}

/// 200 rewrites under load: no request fails, each answer is of one version, a new version serves within a second, and
/// every third write is malformed and changes nothing.
#[test]
fn a_proxy_is_rewritten_two_hundred_times() {
    let folder = TempDir::new().expect("a folder");
    write(folder.path(), "proxy-services/P.xml", &version(0));
    let program = Program::serve(folder.path());
    let stop = Arc::new(AtomicBool::new(false));
    let load = std::thread::spawn({
        let (stop, address) = (stop.clone(), program.http);
        move || {
            let mut connection = Connection::open(address);
            let mut requests = 0;
            while !stop.load(Ordering::Relaxed) {
                served(&mut connection);
                requests += 1;
            }
            requests
        }
    });
    let mut connection = Connection::open(program.http);
    let mut current = 0;
    let mut slowest = Duration::ZERO;
    for write_number in 1..=200 {
        if write_number % 3 == 0 {
            write(
                folder.path(),
                "proxy-services/P.xml",
                &version(write_number).replace("</target>", "</targe>"),
            );
            let broken = wait_for_error(&program, true);
            assert!(broken, "write {write_number}: the diagnostics show the mistake");
            assert_eq!(served(&mut connection), current, "write {write_number}");
            continue;
        }
        write(folder.path(), "proxy-services/P.xml", &version(write_number));
        let started = Instant::now();
        while served(&mut connection) != write_number {
            assert!(started.elapsed() < Duration::from_secs(30), "write {write_number} is not served");
        }
        slowest = slowest.max(started.elapsed());
        current = write_number;
    }
    stop.store(true, Ordering::Relaxed);
    let requests = load.join().expect("no request failed");
    eprintln!("{requests} requests during 200 writes; the slowest new version served after {slowest:?}");
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
}

/// Waits until the list of diagnostics has an error.
fn wait_for_error(program: &Program, wanted: bool) -> bool {
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(30) {
        let answer = Connection::get(program.admin, "/api/v1/diagnostics");
        if answer.text().contains("E0102") == wanted {
            return true;
        }
    }
    false
}

/// Without file events the folder is looked at regularly; SIGHUP looks at once.
#[test]
fn sighup_deploys_when_nobody_watches() {
    let folder = TempDir::new().expect("a folder");
    let mut program = Program::serve_with(folder.path(), &["--no-watch"]);
    write(folder.path(), "proxy-services/P.xml", &version(1));
    assert_eq!(Connection::get(program.http, "/services/P").status, 202);
    program.signal("HUP");
    program.wait_for_log(|line| line.contains("\"deployed\""));
    assert_eq!(served(&mut Connection::open(program.http)), 1);
}
