//! The health-check proxy of the shipped configuration.

use std::process::Command;

use crate::support::{Connection, Program};

fn shipped() -> Program {
    Program::serve(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("synapse-configs/default"))
}

/// The head that the original answered with (http-transport.md §5 and case 1), but for the name of the server and the
/// spelling of the headers, which is the same in any case (RFC 9110 §5.1).
#[test]
fn the_head_is_that_of_the_original() {
    let program = shipped();
    let mut connection = Connection::open(program.http);
    connection.send(
        b"GET /services/EchoProxy HTTP/1.1\r\nHost: localhost:8280\r\nUser-Agent: curl/7\r\nAccept: */*\r\n\
          Cookie: secret=1\r\nAuthorization: Basic eA==\r\n\r\n",
    );
    let answer = connection.read(false);
    let lines: Vec<&str> = answer.head.lines().collect();
    let (date, others): (Vec<&str>, Vec<&str>) = lines.iter().partition(|line| line.starts_with("date: "));
    assert_eq!(
        others,
        [
            "HTTP/1.1 200 OK",
            "content-type: application/x-www-form-urlencoded",
            "accept: */*",
            "host: localhost:8280",
            "server: Sinew",
            "transfer-encoding: chunked",
        ]
    );
    assert_eq!(lines.iter().position(|line| line.starts_with("date: ")), Some(4), "{}", answer.head);
    assert_eq!(date.len(), 1);
    assert!(answer.body.is_empty());
}

#[test]
fn the_servers_name_is_a_setting() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("synapse-configs/default");
    let program = Program::serve_with(&folder, &["--set", "server.name=Synapse-HttpComponents-NIO"]);
    let answer = Connection::get(program.http, "/services/EchoProxy");
    assert_eq!(answer.header("server"), Some("Synapse-HttpComponents-NIO"));
}

/// http-transport.md case 7: an HTTP/1.0 client gets neither chunks nor a connection that stays.
#[test]
fn case_007_http_1_0() {
    let program = shipped();
    let mut connection = Connection::open(program.http);
    connection.send(b"GET /services/EchoProxy HTTP/1.0\r\nHost: localhost\r\n\r\n");
    let answer = connection.read(false);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("transfer-encoding"), None);
    assert!(answer.body.is_empty() && connection.is_closed());
}

/// http-transport.md case 11.
#[test]
fn case_011_a_body_is_reflected() {
    let program = shipped();
    let mut connection = Connection::open(program.http);
    connection.send(
        b"POST /services/EchoProxy HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nhi",
    );
    let answer = connection.read(false);
    assert_eq!((answer.status, answer.text().as_str()), (200, "hi"));
    assert_eq!(answer.header("content-type"), Some("text/plain"));
}

#[test]
fn it_answers_over_https_too() {
    let program = shipped();
    let Some(output) = curl(&["-skv", &format!("https://{}/services/EchoProxy", program.https)]) else {
        return;
    };
    assert!(output.contains("< HTTP/1.1 200 OK"), "{output}");
    assert!(output.contains("< content-type: application/x-www-form-urlencoded"), "{output}");
}

/// The check script of the keepalived recipe: exit 0 on 200.
#[test]
fn the_check_script_works_unchanged() {
    let program = shipped();
    let url = format!("http://{}/services/EchoProxy", program.http);
    if curl(&["--version"]).is_none() {
        return;
    }
    let script = format!("code=$(curl -sL -w \"%{{http_code}}\" {url} -o /dev/null); [ \"$code\" = 200 ]");
    let status = Command::new("sh").args(["-c", &script]).status().expect("a shell");
    assert_eq!(status.code(), Some(0));
    drop(program);
    let status = Command::new("sh").args(["-c", &script]).status().expect("a shell");
    assert_eq!(status.code(), Some(1));
}

/// Everything that nothing claims is 404, without the request's headers.
#[test]
fn unknown_paths_are_404() {
    let program = shipped();
    let answer = Connection::get(program.http, "/nowhere");
    assert_eq!((answer.status, answer.header("host"), answer.body.len()), (404, None, 0));
}

/// What curl says on both streams; `None`, and a note, where there is no curl.
fn curl(arguments: &[&str]) -> Option<String> {
    match Command::new("curl").args(arguments).output() {
        Ok(output) => Some(format!(
            "{}{}",
            String::from_utf8_lossy(&output.stderr),
            String::from_utf8_lossy(&output.stdout)
        )),
        Err(_) => {
            eprintln!("skipped: there is no curl on this machine");
            None
        }
    }
}
