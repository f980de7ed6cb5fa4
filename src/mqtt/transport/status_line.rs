//! The status line a server answers a WebSocket request with, kept while it passes by: the WebSocket library does not hand on
//! an answer that it does not accept, such as one of HTTP/1.0, which knows no WebSocket.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::Stream;

/// Bytes in which a status line ends, or is given up.
const MOST: usize = 256;

/// Where the line is found once it has passed.
pub(super) type Kept = Arc<OnceLock<String>>;

/// A stream whose first line is kept.
pub(super) struct Overheard {
    stream: Box<dyn Stream>,
    /// What passed of the line so far; `None` once it is whole.
    passed: Option<Vec<u8>>,
    line: Kept,
}

/// Passes `stream` on; its first line is kept.
pub(super) fn overhear(stream: Box<dyn Stream>) -> (Overheard, Kept) {
    let line = Kept::default();
    (Overheard { stream, passed: Some(Vec::new()), line: Arc::clone(&line) }, line)
}

/// The status code of a status line of any HTTP/1 (RFC 9112, 4).
pub(super) fn status(line: &str) -> Option<u16> {
    let mut words = line.split(' ');
    words.next().filter(|version| version.starts_with("HTTP/1."))?;
    words.next()?.parse().ok().filter(|status| (100..600).contains(status))
}

impl Overheard {
    fn keep(&mut self, bytes: &[u8]) {
        let Some(passed) = &mut self.passed else { return };
        passed.extend_from_slice(&bytes[..bytes.len().min(MOST)]);
        let end = passed.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
        let end = end.or((passed.len() >= MOST).then_some(MOST));
        if let Some(end) = end {
            let line = String::from_utf8_lossy(&passed[..end]).into_owned();
            self.passed = None;
            // It is set here alone, and once.
            let _ = self.line.set(line);
        }
    }
}

impl AsyncRead for Overheard {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        self.keep(&buffer.filled()[before..]);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Overheard {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c24_a_status_is_read_from_lines_of_http_alone() {
        for (line, expected) in [
            ("HTTP/1.0 200 OK", Some(200)),
            ("HTTP/1.0 404 File not found", Some(404)),
            ("HTTP/1.1 503", Some(503)),
            ("HTTP/1.0", None),
            ("HTTP/1.0 9999 x", None),
            ("SSH-2.0-OpenSSH_9.6 200", None),
            ("", None),
        ] {
            assert_eq!(status(line), expected, "{line}");
        }
    }
}
