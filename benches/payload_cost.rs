//! What reading and making payloads costs the whole program: CPU microseconds a request of its process.
//!
//! `cargo bench --bench payload_cost` starts the program with two proxy services in front of the same back end: one passes a
//! 430-byte SOAP message through, the other filters on its body and makes a new payload. The second is to cost at most
//! 2.5 times the first. The rounds alternate, and the median of each counts.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

const NS: &str = "xmlns=\"http://ws.apache.org/ns/synapse\"";

const SOAP: &str = "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" \
xmlns:wsa=\"http://www.w3.org/2005/08/addressing\"><soapenv:Header><wsa:MessageID>urn:uuid:5f3a0cba-4c6f</wsa:MessageID>\
</soapenv:Header><soapenv:Body><m0:getQuote xmlns:m0=\"http://services.samples\"><m0:request><m0:symbol>IBM</m0:symbol>\
<m0:quantity>10</m0:quantity><m0:exchange>NYSE</m0:exchange></m0:request></m0:getQuote></soapenv:Body></soapenv:Envelope>";

const ROUNDS: usize = 7;
const REQUESTS: usize = 5_000;

fn main() {
    let back_end = back_end();
    let folder = tempfile::TempDir::new().expect("a folder");
    deploy(folder.path(), back_end);
    let mut program = Program::start(folder.path());
    let services = ["Pass", "Mediate"];
    for service in services {
        program.round(service, REQUESTS / 5);
    }
    let mut costs = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        for (service, costs) in services.iter().zip(&mut costs) {
            costs.push(program.round(service, REQUESTS));
        }
    }
    let [pass, mediate] = costs.map(|mut costs| {
        costs.sort_by(f64::total_cmp);
        costs[ROUNDS / 2]
    });
    println!("{:<40} {:>12}", "proxy service", "CPU µs/request");
    println!("{:<40} {pass:>12.1}", "passing through");
    println!("{:<40} {mediate:>12.1}", "filter on the body, payloadFactory");
    println!("{:<40} {:>12.2}", "ratio", mediate / pass);
}

fn deploy(folder: &Path, back_end: SocketAddr) {
    let services = folder.join("proxy-services");
    std::fs::create_dir(&services).expect("a folder");
    let endpoint = format!("<endpoint><address uri=\"http://{back_end}/x\"/></endpoint>");
    let mediators = "<filter xmlns:m0=\"http://services.samples\" xpath=\"//m0:symbol='IBM'\"><payloadFactory><format>\
                     <m0:getQuote><m0:symbol>$1</m0:symbol></m0:getQuote></format><args><arg expression=\"//m0:symbol\"/></args>\
                     </payloadFactory></filter>";
    for (name, mediators) in [("Pass", ""), ("Mediate", mediators)] {
        let text = format!(
            "<proxy {NS} name=\"{name}\"><target><inSequence>{mediators}</inSequence>{endpoint}</target></proxy>"
        );
        std::fs::write(services.join(format!("{name}.xml")), text).expect("a file");
    }
}

/// The program, on one thread.
struct Program {
    child: Child,
    connection: BufReader<TcpStream>,
}

impl Program {
    fn start(folder: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sinew"))
            .arg("run")
            .arg(folder)
            .args(["--listen", "127.0.0.1:0", "--no-watch", "--set", "listeners.https.enabled=false"])
            .args(["--set", "admin.enabled=false", "--set", "server.threads=1", "--set", "logs.format=json"])
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut log = BufReader::new(child.stderr.take().expect("a pipe"));
        let mut line = String::new();
        while !line.contains("\"listening\"") {
            line.clear();
            assert!(log.read_line(&mut line).expect("a log line") > 0, "the program ended");
        }
        let record: serde_json::Value = serde_json::from_str(&line).expect("a record");
        let address = record["address"].as_str().expect("an address");
        let connection = BufReader::new(TcpStream::connect(address).expect("a connection"));
        connection.get_ref().set_nodelay(true).expect("an option");
        Self { child, connection }
    }

    /// CPU microseconds a request.
    fn round(&mut self, service: &str, requests: usize) -> f64 {
        let request = format!(
            "POST /services/{service} HTTP/1.1\r\nHost: b\r\nContent-Type: text/xml\r\nSOAPAction: \"urn:getQuote\"\r\n\
             Content-Length: {}\r\n\r\n{SOAP}",
            SOAP.len()
        );
        let before = self.cpu();
        for _ in 0..requests {
            self.connection.get_mut().write_all(request.as_bytes()).expect("the request is taken");
            let status = read_message(&mut self.connection).expect("an answer");
            assert!(status.starts_with("HTTP/1.1 200"), "{status}");
        }
        (self.cpu() - before) / requests as f64
    }

    /// The CPU time of the process in microseconds, to the nanosecond of the scheduler.
    fn cpu(&self) -> f64 {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.child.id())).expect("a running program");
        let nanoseconds = tasks.map(|task| {
            let path = task.expect("a thread").path().join("schedstat");
            let text = std::fs::read_to_string(path).unwrap_or_default();
            text.split(' ').next().and_then(|first| first.parse::<f64>().ok()).unwrap_or(0.0)
        });
        nanoseconds.sum::<f64>() / 1000.0
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Answers every request with `hi`.
fn back_end() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            std::thread::spawn(move || {
                let _ = stream.set_nodelay(true);
                let mut stream = BufReader::new(stream);
                while read_message(&mut stream).is_some() {
                    let answer =
                        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nhi";
                    if stream.get_mut().write_all(answer).is_err() {
                        return;
                    }
                }
            });
        }
    });
    address
}

/// Reads one message with a length and returns its first line; `None` at the end.
fn read_message(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let (mut first, mut line, mut length) = (String::new(), String::new(), 0);
    loop {
        line.clear();
        if stream.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if first.is_empty() {
            first.clone_from(&line);
        }
        let lower = line.to_ascii_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if line == "\r\n" {
            let mut body = vec![0; length];
            stream.read_exact(&mut body).ok()?;
            return Some(first);
        }
    }
}
