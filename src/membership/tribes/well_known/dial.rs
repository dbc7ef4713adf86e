//! Connections that we make: nodes are answered on a connection of its own (membership-wire.md §4).

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Connects, writes a frame and closes. That the connection is accepted says that the node is there.
///
/// # Errors
/// It could not be connected to or written to in time.
pub(super) async fn deliver(to: SocketAddr, frame: &[u8], within: Duration) -> io::Result<()> {
    let mut stream = timeout(within, TcpStream::connect(to)).await??;
    // A frame fits what the system buffers for a connection, or the node reads.
    timeout(within, async {
        stream.write_all(frame).await?;
        stream.shutdown().await
    })
    .await?
}
