//! Bytes on their way out: a message from memory, and after it, when asked for, many bytes that do not matter.

use std::io::{self, Write};
use std::rc::Rc;

/// What bulk bodies are made of.
static BLOCK: [u8; 128 * 1024] = [b'x'; 128 * 1024];

/// A message to send, shared by all who send it.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    /// The head, and what comes before the bulk.
    pub(crate) start: Rc<[u8]>,
    /// How many bytes of bulk follow.
    pub(crate) bulk: u64,
}

/// A message that goes out.
#[derive(Debug)]
pub(crate) struct Outgoing {
    message: Message,
    sent: usize,
    bulk_left: u64,
}

impl Message {
    /// A message without bulk.
    pub(crate) fn short(text: String) -> Self {
        Self { start: text.into_bytes().into(), bulk: 0 }
    }
}

impl Outgoing {
    /// Nothing of it is sent yet.
    pub(crate) fn new(message: Message) -> Self {
        Self { sent: 0, bulk_left: message.bulk, message }
    }

    /// How many bytes of bulk are still to be sent.
    pub(crate) fn bulk_left(&self) -> u64 {
        self.bulk_left
    }

    /// Writes what can be written now; true when all is written.
    ///
    /// # Errors
    /// The connection is broken.
    pub(crate) fn write(&mut self, stream: &mut impl Write) -> io::Result<bool> {
        loop {
            let rest = &self.message.start[self.sent..];
            let next = if rest.is_empty() {
                let length = self.bulk_left.min(BLOCK.len() as u64) as usize;
                &BLOCK[..length]
            } else {
                rest
            };
            if next.is_empty() {
                return flush(stream);
            }
            match stream.write(next) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) if rest.is_empty() => self.bulk_left -= written as u64,
                Ok(written) => self.sent += written,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// TLS may hold bytes back.
fn flush(stream: &mut impl Write) -> io::Result<bool> {
    match stream.flush() {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(false),
        Err(error) => Err(error),
    }
}
