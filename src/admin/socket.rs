//! The Unix socket: a file that only its owner can open.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use socket2::{Domain, SockAddr, Socket, Type};

/// Connections that wait to be accepted.
const BACKLOG: i32 = 32;

/// Read and write for the owner, nothing for others: that is the authentication.
const MODE: u32 = 0o600;

/// The file of a socket that listens; removed when dropped.
#[derive(Debug)]
pub(super) struct SocketFile {
    path: PathBuf,
    /// Device and number of the file: another one under the same name is not ours to remove.
    identity: (u64, u64),
}

/// Why there is no socket.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// Somebody answers there.
    #[error("another process listens there; stop it, or choose another path with `admin.socket`")]
    InUse,
    /// What lies there is something else, which may be needed.
    #[error("there is a file that is no socket")]
    NotASocket,
    /// The operating system refuses.
    #[error("{0}; `admin.socket` names another path, or is empty for none")]
    Io(#[from] io::Error),
}

/// Listens at a path. The file of a process that died is replaced.
///
/// # Errors
/// Somebody listens there, or something else lies there, or the file cannot be made.
pub(super) fn listen(path: &Path) -> Result<(UnixListener, SocketFile), SocketError> {
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        fs::create_dir_all(parent)?;
    }
    make_room(path)?;
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.bind(&SockAddr::unix(path)?).map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => SocketError::InUse,
        _ => SocketError::Io(error),
    })?;
    // Nobody can connect before it listens, so the permissions hold from the first moment.
    let file = restrict(path).inspect_err(|_| {
        let _ = fs::remove_file(path);
    })?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok((UnixListener::from(OwnedFd::from(socket)), file))
}

/// Removes the file of a process that is gone.
fn make_room(path: &Path) -> Result<(), SocketError> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error.into()),
        Ok(found) if !found.file_type().is_socket() => Err(SocketError::NotASocket),
        Ok(_) => match connect(path) {
            // Nobody accepts there and nobody will: the file is what is left.
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Ok(fs::remove_file(path)?),
            // Too busy to accept is alive too.
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => Err(error.into()),
            _ => Err(SocketError::InUse),
        },
    }
}

/// Without waiting: a process that listens and does not accept must not hold up this one.
fn connect(path: &Path) -> io::Result<()> {
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    socket.connect(&SockAddr::unix(path)?)
}

fn restrict(path: &Path) -> io::Result<SocketFile> {
    fs::set_permissions(path, fs::Permissions::from_mode(MODE))?;
    let made = fs::symlink_metadata(path)?;
    Ok(SocketFile { path: path.to_owned(), identity: (made.dev(), made.ino()) })
}

impl SocketFile {
    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let found = fs::symlink_metadata(&self.path).map(|found| (found.dev(), found.ino()));
        if found.is_ok_and(|found| found == self.identity) {
            // If it cannot be removed, the next process sees that nobody answers, and replaces it.
            let _ = fs::remove_file(&self.path);
        }
    }
}
