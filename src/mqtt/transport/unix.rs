//! Unix sockets, and a clear word where there are none (C25).

use super::{Facts, Stream};
use crate::mqtt::explain::SocketFault;

/// Opens the socket at `path`.
#[cfg(unix)]
pub(super) async fn connect(path: &str, facts: &mut Facts) -> Result<Box<dyn Stream>, SocketFault> {
    let began = tokio::time::Instant::now();
    let stream = tokio::net::UnixStream::connect(path).await.map_err(|error| fault(path, &error))?;
    facts.peer = path.into();
    facts.tcp_took = began.elapsed();
    Ok(Box::new(stream))
}

/// There are none to open.
#[cfg(not(unix))]
pub(super) async fn connect(_path: &str, _facts: &mut Facts) -> Result<Box<dyn Stream>, SocketFault> {
    Err(SocketFault::Unsupported)
}

#[cfg(unix)]
fn fault(path: &str, error: &std::io::Error) -> SocketFault {
    use std::io::ErrorKind;
    use std::os::unix::fs::FileTypeExt;

    match error.kind() {
        ErrorKind::NotFound => SocketFault::Missing,
        ErrorKind::PermissionDenied => SocketFault::Denied,
        // A file that is no socket refuses too.
        ErrorKind::ConnectionRefused => match std::fs::metadata(path) {
            Ok(found) if !found.file_type().is_socket() => SocketFault::NotASocket,
            _ => SocketFault::Unused,
        },
        _ => SocketFault::Other { words: super::system_words(error) },
    }
}
