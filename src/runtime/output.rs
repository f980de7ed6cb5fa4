//! The way to the terminal. A thread of its own writes, so that a terminal that takes nothing (a slow line, Ctrl-S) stops neither the
//! loop nor the keep alive; the loop draws the next frame only when the last one is gone, so a slow terminal sees fewer frames and
//! each of them whole.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// Pieces that may wait: a frame, and what a copy writes beside it.
const WAITING: usize = 8;

/// How far the thread has come.
#[derive(Debug, Default)]
pub struct OutputState {
    pending: AtomicUsize,
    failed: AtomicBool,
    /// The terminal is not ours now: what comes is thrown away.
    closed: AtomicBool,
    changed: Notify,
}

impl OutputState {
    /// Everything written so far has reached the terminal.
    pub fn is_idle(&self) -> bool {
        self.pending.load(Ordering::Acquire) == 0
    }

    /// One more piece can be handed on without waiting for the terminal.
    pub fn has_room(&self) -> bool {
        self.pending.load(Ordering::Acquire) < WAITING
    }

    /// The terminal refused a write: it is gone.
    pub fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Acquire)
    }

    /// Waits until everything written has reached the terminal, or the terminal is gone. Cancel-safe.
    pub async fn idle(&self) {
        loop {
            let changed = self.changed.notified();
            if self.is_idle() || self.has_failed() {
                return;
            }
            changed.await;
        }
    }

    /// From now on nothing is written. Waits until the piece under way has reached the terminal, for at most `patience`.
    pub(super) fn close(&self, patience: Duration) {
        self.closed.store(true, Ordering::SeqCst);
        let deadline = Instant::now() + patience;
        while !self.is_idle() && !self.has_failed() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// The terminal is ours again.
    pub(super) fn open(&self) {
        self.closed.store(false, Ordering::SeqCst);
    }

    fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }
}

/// Gathers what is written and hands it on when flushed: a frame leaves in one piece.
pub struct Output {
    gathered: Vec<u8>,
    pieces: SyncSender<Vec<u8>>,
    state: Arc<OutputState>,
}

impl Output {
    /// An output to `sink`, written by a thread that ends with this value.
    pub fn to(mut sink: impl Write + Send + 'static) -> io::Result<Self> {
        let (pieces, received) = sync_channel::<Vec<u8>>(WAITING);
        let state = Arc::new(OutputState::default());
        let shared = state.clone();
        std::thread::Builder::new().name("terminal".into()).spawn(move || {
            while let Ok(piece) = received.recv() {
                if !shared.is_closed() && sink.write_all(&piece).and_then(|()| sink.flush()).is_err() {
                    shared.failed.store(true, Ordering::Release);
                }
                shared.pending.fetch_sub(1, Ordering::AcqRel);
                shared.changed.notify_waiters();
            }
        })?;
        Ok(Self { gathered: Vec::with_capacity(64 * 1024), pieces, state })
    }

    /// Tells how far the writing has come.
    pub fn state(&self) -> Arc<OutputState> {
        self.state.clone()
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.gathered.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.state.is_closed() {
            self.gathered.clear();
            return Ok(());
        }
        if self.state.has_failed() {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        if self.gathered.is_empty() {
            return Ok(());
        }
        self.state.pending.fetch_add(1, Ordering::AcqRel);
        let piece = std::mem::take(&mut self.gathered);
        self.pieces.send(piece).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;
    use std::sync::mpsc::{Receiver, channel};

    /// A terminal that takes a piece only when told to.
    struct Slow {
        go: Receiver<()>,
        taken: Arc<Mutex<Vec<u8>>>,
    }

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.go.recv().map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
            self.taken.lock().expect("lock").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_terminal_that_takes_nothing_does_not_stop_the_writer() {
        let (go, wait) = channel();
        let taken = Arc::new(Mutex::new(Vec::new()));
        let mut output = Output::to(Slow { go: wait, taken: taken.clone() }).expect("thread");
        let state = output.state();
        output.write_all(b"one frame").expect("gathered");
        assert!(state.is_idle(), "nothing leaves before the flush");
        output.flush().expect("handed on");
        assert!(!state.is_idle());
        assert!(state.has_room(), "for a copy beside the frame");
        for _ in 1..WAITING {
            output.write_all(b"!").and_then(|()| output.flush()).expect("room");
        }
        assert!(!state.has_room());
        for _ in 1..WAITING {
            go.send(()).expect("terminal");
        }
        go.send(()).expect("terminal");
        state.idle().await;
        assert_eq!(&*taken.lock().expect("lock"), b"one frame!!!!!!!");
    }

    #[test]
    fn f02_once_the_terminal_is_given_back_nothing_is_written() {
        let (go, wait) = channel();
        let taken = Arc::new(Mutex::new(Vec::new()));
        let mut output = Output::to(Slow { go: wait, taken: taken.clone() }).expect("thread");
        let state = output.state();
        output.write_all(b"a frame").and_then(|()| output.flush()).expect("handed on");
        go.send(()).expect("terminal");
        while !state.is_idle() {
            std::thread::yield_now();
        }
        state.close(Duration::from_secs(20));
        output.write_all(b"late").and_then(|()| output.flush()).expect("no fault: nobody is to be told");
        assert_eq!(&*taken.lock().expect("lock"), b"a frame");
        state.open();
        output.write_all(b" again").and_then(|()| output.flush()).expect("handed on");
        go.send(()).expect("terminal");
        state.close(Duration::from_secs(20));
        assert!(state.is_idle());
    }

    #[tokio::test]
    async fn f04_a_terminal_that_is_gone_is_noticed() {
        let (go, wait) = channel::<()>();
        drop(go);
        let mut output = Output::to(Slow { go: wait, taken: Arc::default() }).expect("thread");
        let state = output.state();
        output.write_all(b"x").and_then(|()| output.flush()).expect("handed on");
        state.idle().await;
        assert!(state.has_failed());
        assert!(output.write_all(b"x").and_then(|()| output.flush()).is_err());
    }
}
