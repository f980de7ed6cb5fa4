//! Signals as values. The loop decides what each means; a second thread makes sure that a deadly one is deadly even if the loop hangs.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
#[cfg(unix)]
use std::time::Duration;

#[cfg(unix)]
use super::terminal::end_for_certain;

/// Exit code after SIGINT, which Ctrl-C sends.
#[cfg(unix)]
const INTERRUPT: i32 = 130;
/// Exit code after SIGQUIT, which Ctrl-\ sends.
#[cfg(unix)]
const QUIT: i32 = 131;

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

/// Whether somebody else has the terminal, and with it Ctrl-C and Ctrl-\.
static INTERRUPTS_LENT: AtomicBool = AtomicBool::new(false);

/// While another program has the terminal, the keys that interrupt reach this one as well and mean nothing.
pub(super) fn lend_interrupts(lent: bool) {
    INTERRUPTS_LENT.store(lent, Ordering::SeqCst);
}

/// How long an orderly end may take after a deadly signal.
#[cfg(unix)]
const GRACE: Duration = Duration::from_millis(280);

/// The signals this process listens to. A thread of its own waits for them: a deadly one is obeyed whatever the loop hangs in.
#[cfg(unix)]
pub struct Signals {
    arrived: tokio::sync::mpsc::Receiver<Signal>,
}

#[cfg(unix)]
impl Signals {
    /// Starts listening.
    pub fn listen() -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        let mut streams = {
            let _inside = runtime.enter();
            Streams::open()?
        };
        let (sender, arrived) = tokio::sync::mpsc::channel(8);
        let watch = async move {
            loop {
                let signal = streams.next().await;
                let from_keys = matches!(signal, Signal::End(INTERRUPT | QUIT));
                if from_keys && INTERRUPTS_LENT.load(Ordering::SeqCst) {
                    continue;
                }
                if let Signal::End(code) = signal {
                    end_for_certain(code, GRACE);
                }
                // When eight wait already, one more changes nothing.
                let _ = sender.try_send(signal);
            }
        };
        std::thread::Builder::new().name("signals".into()).spawn(move || runtime.block_on(watch))?;
        Ok(Self { arrived })
    }

    /// The next signal. Cancel-safe.
    pub async fn next(&mut self) -> Signal {
        match self.arrived.recv().await {
            Some(signal) => signal,
            // The thread is gone, and with it the news.
            None => std::future::pending().await,
        }
    }
}

#[cfg(unix)]
struct Streams {
    terminate: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    quit: tokio::signal::unix::Signal,
    stop: tokio::signal::unix::Signal,
    go_on: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Streams {
    fn open() -> io::Result<Self> {
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

    async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.terminate.recv() => Signal::End(143),
            _ = self.hang_up.recv() => Signal::End(129),
            _ = self.interrupt.recv() => Signal::End(INTERRUPT),
            _ = self.quit.recv() => Signal::End(QUIT),
            _ = self.stop.recv() => Signal::Suspend,
            _ = self.go_on.recv() => Signal::Continue,
        }
    }
}

/// Stops this process and its group until the shell continues them. The group, because `sudo` and scripts wait in it.
#[cfg(unix)]
pub fn stop_group() -> io::Result<()> {
    use rustix::process::{Signal, kill_current_process_group};
    kill_current_process_group(Signal::STOP).map_err(io::Error::from)
}

/// Whether somebody can continue this process once it is stopped: a shell, or a script in one. A program that a terminal window, a
/// container or `ssh host program` runs by itself has nobody: stopped, it would stay so for ever.
#[cfg(unix)]
pub(super) fn has_shell() -> bool {
    use nix::unistd::{getppid, getsid};
    // A parent outside of this container is process 0, and asking for the session of 0 would answer with our own.
    let parent = getppid();
    let own = getsid(None).ok();
    own.is_some() && parent.as_raw() > 0 && getsid(Some(parent)).ok() == own
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
pub fn stop_group() -> io::Result<()> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "this system has no job control"))
}

#[cfg(not(unix))]
pub(super) fn terminal_gone() -> bool {
    false
}

#[cfg(not(unix))]
pub(super) fn has_shell() -> bool {
    false
}
