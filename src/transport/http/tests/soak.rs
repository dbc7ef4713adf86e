//! Many messages of all shapes, in all pieces: each arrives once, whole, and in order.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use tokio::io::AsyncWriteExt;

use crate::transport::http::client::{ClientSettings, Timeouts};
use crate::transport::http::server::ServerSettings;
use crate::transport::http::testing::{Client, Member, Server, status};

#[derive(Debug, Clone)]
struct Message {
    body: Vec<u8>,
    /// The sizes of the chunks, over and over; with none the body has a length.
    chunks: Vec<usize>,
    blank_lines: usize,
}

impl Message {
    fn bytes(&self, index: usize) -> Vec<u8> {
        let mut bytes = b"\r\n".repeat(self.blank_lines);
        bytes.extend(format!("POST /{index} HTTP/1.1\r\nHost: a\r\n").into_bytes());
        if self.chunks.is_empty() {
            bytes.extend(format!("Content-Length: {}\r\n\r\n", self.body.len()).into_bytes());
            bytes.extend(&self.body);
            return bytes;
        }
        bytes.extend(b"Transfer-Encoding: chunked\r\n\r\n");
        let mut rest = &self.body[..];
        for size in self.chunks.iter().cycle() {
            let (chunk, after) = rest.split_at((*size).min(rest.len()));
            bytes.extend(format!("{:x}\r\n", chunk.len()).into_bytes());
            bytes.extend(chunk);
            bytes.extend(b"\r\n");
            if chunk.is_empty() {
                return bytes;
            }
            rest = after;
        }
        unreachable!("an empty chunk ends it")
    }
}

fn message() -> impl Strategy<Value = Message> {
    (
        // Bodies that look like messages would do harm if a boundary were missed.
        prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..3000),
            Just(b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n".to_vec()),
            Just(
                b"0\r\n\r\nPOST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
                    .to_vec()
            ),
        ],
        proptest::collection::vec(1_usize..2000, 0..4),
        0_usize..3,
    )
        .prop_map(|(body, chunks, blank_lines)| Message { body, chunks, blank_lines })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn pipelined_messages_arrive_as_they_were_sent(
        messages in proptest::collection::vec(message(), 1..8),
        pieces in proptest::collection::vec(1_usize..4000, 1..10),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (answers, seen) = runtime.block_on(async {
            let member = Member::ok().await;
            let server = Server::relay(ServerSettings::default(), member.address).await;
            let mut client = Client::connect(server.address).await;
            let bytes: Vec<u8> =
                messages.iter().enumerate().flat_map(|(index, message)| message.bytes(index)).collect();
            let mut rest = &bytes[..];
            for size in pieces.iter().cycle() {
                let (piece, after) = rest.split_at((*size).min(rest.len()));
                client.write(piece).await;
                tokio::task::yield_now().await;
                rest = after;
                if rest.is_empty() {
                    break;
                }
            }
            client.0.shutdown().await.unwrap();
            (client.read_to_end().await, member.requests())
        });
        prop_assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), messages.len(), "{}", answers);
        prop_assert_eq!(seen.len(), messages.len());
        for (index, (seen, sent)) in seen.iter().zip(&messages).enumerate() {
            prop_assert!(seen.head.starts_with(&format!("POST /{index} ")), "{:?}", seen);
            prop_assert!(seen.is_complete);
            prop_assert_eq!(&seen.body, &sent.body);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_clients_on_many_threads_get_their_own_answers() {
    let member = Member::start(|seen| {
        let body = format!("{} {}", seen.head.split(' ').nth(1).unwrap(), seen.body.len());
        let framed = if seen.body.len() % 2 == 0 {
            format!("Content-Length: {}\r\n\r\n{body}", body.len())
        } else {
            format!("Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n", body.len())
        };
        Some(format!("HTTP/1.1 200 OK\r\n{framed}").into_bytes())
    })
    .await;
    let client = ClientSettings { max_connections_per_target: Some(3), ..ClientSettings::default() };
    let timeouts = Timeouts { connect: Duration::from_secs(60), ..Timeouts::default() };
    let server =
        Arc::new(Server::relay_with(ServerSettings::default(), client, timeouts, member.address).await);
    let clients = (0..24).map(|client| {
        let server = Arc::clone(&server);
        tokio::spawn(async move {
            let mut connection = Client::connect(server.address).await;
            for request in 0..30 {
                let path = format!("/{client}/{request}");
                let body = "x".repeat(client * request % 5000);
                let head =
                    format!("POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", body.len());
                connection.write(head + &body).await;
                let answer = connection.read_answer().await;
                assert_eq!(status(&answer), 200, "{answer}");
                assert!(answer.contains(&format!("{path} {}", body.len())), "{path}: {answer}");
            }
        })
    });
    for client in clients.collect::<Vec<_>>() {
        client.await.unwrap();
    }
    assert_eq!(member.requests().len(), 24 * 30);
}
