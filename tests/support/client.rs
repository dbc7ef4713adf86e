//! A client that shows every byte.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

/// One connection.
pub(crate) struct Connection {
    stream: BufReader<Box<dyn Wire>>,
    tcp: TcpStream,
}

/// What bytes go over.
trait Wire: Read + Write + Send {}

impl<T: Read + Write + Send> Wire for T {}

/// An answer as it was on the wire.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The head without the last line end.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (known, value) = line.split_once(':')?;
            known.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Connection {
    pub(crate) fn open(address: SocketAddr) -> Self {
        let tcp = connect(address);
        let stream = tcp.try_clone().expect("a second handle");
        Self { stream: BufReader::new(Box::new(stream)), tcp }
    }

    /// A TLS connection to a server that shows the certificate in a file.
    pub(crate) fn open_encrypted(address: SocketAddr, certificate: &Path) -> Self {
        let mut trusted = RootCertStore::empty();
        let certificate = CertificateDer::from_pem_file(certificate).expect("a certificate");
        trusted.add(certificate).expect("a certificate to trust");
        let config = ClientConfig::builder().with_root_certificates(trusted).with_no_client_auth();
        let name = address.ip().into();
        let session = ClientConnection::new(Arc::new(config), name).expect("a TLS session");
        let tcp = connect(address);
        let stream = StreamOwned::new(session, tcp.try_clone().expect("a second handle"));
        Self { stream: BufReader::new(Box::new(stream)), tcp }
    }

    /// One GET on a connection of its own.
    pub(crate) fn get(address: SocketAddr, target: &str) -> Answer {
        let mut connection = Self::open(address);
        connection.send(
            format!("GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").as_bytes(),
        );
        connection.read(false)
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.stream.get_mut().write_all(bytes).expect("the connection takes bytes");
    }

    /// The writing half of a connection without TLS, for another thread.
    pub(crate) fn writer(&self) -> TcpStream {
        self.tcp.try_clone().expect("a second handle")
    }

    /// Reads an answer; one to a HEAD request has no body whatever its head says.
    pub(crate) fn read(&mut self, head_request: bool) -> Answer {
        let head = self.read_head();
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|s| s.parse().ok())
            .unwrap_or_else(|| panic!("no status: {head}"));
        let mut answer = Answer { status, head, body: Vec::new() };
        if !head_request && !matches!(status, 100..=199 | 204 | 304) {
            let mut body = Vec::new();
            self.read_body(&answer, |chunk| body.extend_from_slice(chunk));
            answer.body = body;
        }
        answer
    }

    /// Reads the head of an answer, up to the empty line.
    pub(crate) fn read_head(&mut self) -> String {
        let mut head = String::new();
        loop {
            let before = head.len();
            let read = self.stream.read_line(&mut head).expect("a line");
            assert!(read > 0, "the connection ended in a head: {head:?}");
            if head[before..].trim_end().is_empty() {
                return head.trim_end().replace("\r\n", "\n");
            }
        }
    }

    /// Reads the body that belongs to a head, piece by piece.
    pub(crate) fn read_body(&mut self, answer: &Answer, mut take: impl FnMut(&[u8])) {
        if answer.header("transfer-encoding") == Some("chunked") {
            loop {
                let mut line = String::new();
                self.stream.read_line(&mut line).expect("a chunk size");
                let size = u64::from_str_radix(line.trim(), 16)
                    .unwrap_or_else(|_| panic!("no chunk size: {line:?}"));
                self.read_exactly(size, &mut take);
                self.read_exactly(2, &mut |_| {});
                if size == 0 {
                    return;
                }
            }
        } else if let Some(length) = answer.header("content-length") {
            self.read_exactly(length.parse().expect("a length"), &mut take);
        } else {
            let mut rest = Vec::new();
            self.stream.read_to_end(&mut rest).expect("bytes up to the end");
            take(&rest);
        }
    }

    fn read_exactly(&mut self, mut count: u64, take: &mut impl FnMut(&[u8])) {
        while count > 0 {
            let buffer = self.stream.fill_buf().expect("bytes");
            assert!(!buffer.is_empty(), "the connection ended with {count} bytes to come");
            let length = buffer.len().min(usize::try_from(count).unwrap_or(usize::MAX));
            take(&buffer[..length]);
            self.stream.consume(length);
            count -= length as u64;
        }
    }

    /// True when the peer has closed the connection and nothing is left to read.
    pub(crate) fn is_closed(&mut self) -> bool {
        self.stream.fill_buf().map_or(true, <[u8]>::is_empty)
    }
}

fn connect(address: SocketAddr) -> TcpStream {
    let tcp = TcpStream::connect(address).expect("a connection");
    tcp.set_read_timeout(Some(Duration::from_secs(60))).expect("a time-out");
    tcp.set_nodelay(true).expect("an option");
    tcp
}
