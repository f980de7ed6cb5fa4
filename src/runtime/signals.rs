//! Signals as values. The loop decides what each means; a second thread makes sure that a deadly one is deadly even if the loop hangs.

use std::io;
use std::time::Duration;

/// What a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// End now, with this exit code (128 + number).
    End(i32),
    /// Stop until SIGCONT.
    Suspend,
    /// The process was stopped from outside and goes on.
    Continue,
}

/// How long an orderly end may take after a deadly signal.
const GRACE: Duration = Duration::from_millis(280);

/// The signals this process listens to.
#[cfg(unix)]
pub struct Signals {
    terminate: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    quit: tokio::signal::unix::Signal,
    stop: tokio::signal::unix::Signal,
    go_on: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Starts listening.
    pub fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
            stop: signal(SignalKind::from_raw(rustix::process::Signal::TSTP.as_raw()))?,
            go_on: signal(SignalKind::from_raw(rustix::process::Signal::CONT.as_raw()))?,
        })
    }

    /// The next signal. Cancel-safe.
    pub async fn next(&mut self) -> Signal {
        let code = tokio::select! {
            _ = self.terminate.recv() => 143,
            _ = self.hang_up.recv() => 129,
            _ = self.interrupt.recv() => 130,
            _ = self.quit.recv() => 131,
            _ = self.stop.recv() => return Signal::Suspend,
            _ = self.go_on.recv() => return Signal::Continue,
        };
        end_for_certain(code);
        Signal::End(code)
    }
}

/// Ends the process a little later from a thread of its own: a terminal that went away can block or spin everything else.
#[cfg(unix)]
fn end_for_certain(code: i32) {
    std::thread::spawn(move || {
        std::thread::sleep(GRACE);
        super::terminal::leave();
        std::process::exit(code);
    });
}

/// Stops this process and its group until the shell continues them. The group, because `sudo` and scripts wait in it.
#[cfg(unix)]
pub(super) fn stop_group() -> io::Result<()> {
    use rustix::process::{Signal, getpgrp, kill_process_group};
    kill_process_group(getpgrp(), Signal::STOP).map_err(io::Error::from)
}

/// Whether the terminal is still there. A hung-up terminal answers with an error.
#[cfg(unix)]
pub(super) fn terminal_gone() -> bool {
    rustix::termios::tcgetattr(io::stdout()).is_err()
}

/// The signals this process listens to: only Ctrl-C outside of Unix.
#[cfg(not(unix))]
pub struct Signals;

#[cfg(not(unix))]
impl Signals {
    /// Starts listening.
    pub fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    /// The next signal. Cancel-safe.
    pub async fn next(&mut self) -> Signal {
        match tokio::signal::ctrl_c().await {
            Ok(()) => Signal::End(130),
            Err(_) => std::future::pending().await,
        }
    }
}

#[cfg(not(unix))]
pub(super) fn stop_group() -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "this system has no job control"))
}

#[cfg(not(unix))]
pub(super) fn terminal_gone() -> bool {
    false
}
