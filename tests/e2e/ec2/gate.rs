//! A way to an interface that can be made bad.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// How it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// As the interface does.
    Open,
    /// Never.
    Frozen,
    /// With status 500.
    Failing,
    /// That it is asked too often.
    Throttling,
    /// The interface does what it is asked for, and nobody hears its answer.
    Deaf,
    /// One launch is done without an answer, the next ones never come through; everything else is as it should be.
    OneLaunch,
}

/// It stands between a balancer and the interface.
pub(super) struct Gate {
    pub(super) address: SocketAddr,
    state: Arc<State>,
}

/// What its connections have in common.
struct State {
    way: Mutex<Way>,
    asked: AtomicU64,
    /// A launch went through since the way was [`Way::OneLaunch`].
    launched: AtomicBool,
}

impl Gate {
    /// An open one.
    pub(super) fn start(interface: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let state =
            State { way: Mutex::new(Way::Open), asked: AtomicU64::new(0), launched: AtomicBool::new(false) };
        let state = Arc::new(state);
        let shared = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let state = shared.clone();
                std::thread::spawn(move || serve(stream, interface, &state));
            }
        });
        Self { address, state }
    }

    pub(super) fn set(&self, way: Way) {
        self.state.launched.store(false, Ordering::Relaxed);
        *self.state.way.lock().expect("a test") = way;
    }

    /// How many questions came so far.
    pub(super) fn asked(&self) -> u64 {
        self.state.asked.load(Ordering::Relaxed)
    }
}

/// One connection; each of its questions goes the way of the moment.
fn serve(mut client: TcpStream, interface: SocketAddr, state: &State) {
    while let Some(question) = read(&mut client, false) {
        state.asked.fetch_add(1, Ordering::Relaxed);
        let way = *state.way.lock().expect("a test");
        let launches =
            way == Way::OneLaunch && String::from_utf8_lossy(&question).contains("Action=RunInstances");
        if launches && !state.launched.swap(true, Ordering::Relaxed) {
            forward(interface, &question);
        }
        if launches || way == Way::Frozen {
            // It stays open until whoever asked gives up.
            let _ = client.read(&mut [0]);
            return;
        }
        let answer = match way {
            Way::Failing => error(500, "InternalError"),
            Way::Throttling => error(503, "RequestLimitExceeded"),
            _ => forward(interface, &question),
        };
        if way == Way::Deaf || client.write_all(&answer).is_err() {
            break;
        }
    }
    let _ = client.shutdown(Shutdown::Both);
}

fn forward(interface: SocketAddr, question: &[u8]) -> Vec<u8> {
    let mut server = TcpStream::connect(interface).expect("the interface");
    server.write_all(question).expect("a question");
    read(&mut server, true).expect("an answer")
}

fn error(status: u16, code: &str) -> Vec<u8> {
    let body = format!(
        "<Response><Errors><Error><Code>{code}</Code><Message>no</Message></Error></Errors><RequestID>1</RequestID></Response>"
    );
    let length = body.len();
    format!("HTTP/1.1 {status} No\r\nContent-Type: text/xml\r\nContent-Length: {length}\r\n\r\n{body}").into()
}

/// A message with its body; nothing when the connection ends before. Without a length, an answer ends with its connection.
fn read(stream: &mut TcpStream, is_answer: bool) -> Option<Vec<u8>> {
    let mut message = Vec::new();
    let mut piece = [0; 16 * 1024];
    loop {
        if let Some(head) = message.windows(4).position(|four| four == b"\r\n\r\n") {
            let text = String::from_utf8_lossy(&message[..head]).to_ascii_lowercase();
            let length =
                text.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
            let length = length.or((!is_answer).then_some(0_usize));
            if length.is_some_and(|length| message.len() >= head + 4 + length) {
                return Some(message);
            }
        }
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return (is_answer && !message.is_empty()).then_some(message),
            Ok(count) => message.extend_from_slice(&piece[..count]),
        }
    }
}
