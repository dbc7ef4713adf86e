//! One connection of a node: its frames, and their acknowledgements (membership-wire.md §4.3).

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout, timeout_at};

use super::super::wire::{ChannelData, Frame, FrameDecoder, Options, WireError};
use super::super::{Refusal, Refusals};

/// A message and who sent it. `done` is told when it was processed.
#[derive(Debug)]
pub(super) struct Incoming {
    pub(super) from: IpAddr,
    pub(super) message: ChannelData,
    pub(super) done: oneshot::Sender<()>,
}

/// Where messages go, and within which limits they may come.
#[derive(Clone, Debug)]
pub(super) struct Intake {
    pub(super) incoming: mpsc::Sender<Incoming>,
    pub(super) largest_frame: usize,
    pub(super) frame_timeout: Duration,
    pub(super) refusals: Arc<Refusals>,
}

/// How much is read at once, in bytes.
const PIECE: usize = 16 * 1024;

/// Serves a connection until the node closes it, is too slow, or sends what is no frame.
pub(super) async fn serve(mut stream: TcpStream, from: IpAddr, intake: Intake) {
    // When the connection breaks there is nothing to be told to anybody.
    let _ = follow(&mut stream, from, &intake).await;
}

async fn follow(stream: &mut TcpStream, from: IpAddr, intake: &Intake) -> io::Result<()> {
    let mut decoder = FrameDecoder::new(intake.largest_frame);
    let mut piece = vec![0; PIECE];
    // Java nodes keep connections for ever; only one that never sent a frame, or sent half of one, has to hurry.
    let mut deadline = Some(Instant::now() + intake.frame_timeout);
    loop {
        let read = stream.read(&mut piece);
        let length = match deadline {
            Some(deadline) => timeout_at(deadline, read).await??,
            None => read.await?,
        };
        if length == 0 {
            return Ok(());
        }
        decoder.push(piece.get(..length).unwrap_or_default());
        let mut is_complete = false;
        while let Some(frame) = next(&mut decoder, intake)? {
            is_complete = true;
            if let Frame::Message(message) = frame {
                process(stream, from, *message, intake).await?;
            }
        }
        deadline = match (deadline, decoder.is_within()) {
            (Some(deadline), _) if !is_complete => Some(deadline),
            (_, true) => Some(Instant::now() + intake.frame_timeout),
            (_, false) => None,
        };
    }
}

fn next(decoder: &mut FrameDecoder, intake: &Intake) -> io::Result<Option<Frame>> {
    decoder.next_frame().map_err(|error| {
        let refusal = match error {
            WireError::Length { part: "a frame", .. } => Refusal::Oversized,
            _ => Refusal::Malformed,
        };
        intake.refusals.count(refusal);
        io::Error::new(io::ErrorKind::InvalidData, error)
    })
}

async fn process(
    stream: &mut TcpStream,
    from: IpAddr,
    message: ChannelData,
    intake: &Intake,
) -> io::Result<()> {
    let options = message.options;
    let wants = options.contains(Options::USE_ACK);
    let wants_later = options.contains(Options::USE_ACK.and(Options::SYNCHRONIZED_ACK));
    if wants && !wants_later {
        acknowledge(stream, intake).await?;
    }
    let (done, processed) = oneshot::channel();
    let incoming = Incoming { from, message, done };
    intake.incoming.send(incoming).await.map_err(|_| io::ErrorKind::BrokenPipe)?;
    if wants_later {
        // Processing cannot fail: what is refused was understood and ignored, as a filter above would.
        let _ = processed.await;
        acknowledge(stream, intake).await?;
    }
    Ok(())
}

async fn acknowledge(stream: &mut TcpStream, intake: &Intake) -> io::Result<()> {
    timeout(intake.frame_timeout, stream.write_all(&Frame::Ack.encode())).await?
}
