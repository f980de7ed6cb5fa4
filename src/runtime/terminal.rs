//! Entering and leaving the terminal, on every path: normal end, signal, suspend, panic in any thread.

use std::io::{self, BufWriter, IsTerminal, Stdout, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::Duration;

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use crossterm::execute;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

use crate::payload::sanitise;

/// The real screen. Writes are gathered and leave in one piece a frame.
pub type Screen = Terminal<CrosstermBackend<BufWriter<Output>>>;

/// Standard output while the terminal is ours; nothing afterwards. A frame that comes too late cannot spoil the user's screen, and
/// what drops the screen need not care whether there is still a terminal.
#[derive(Debug)]
pub struct Output(Stdout);

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if ENTERED.load(Ordering::SeqCst) { self.0.write(bytes) } else { Ok(bytes.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        if ENTERED.load(Ordering::SeqCst) { self.0.flush() } else { Ok(()) }
    }
}

/// Exit code after a panic.
const FAULT: i32 = 101;
/// How long the last words after a panic may take; looking up names for a backtrace is slow.
const LAST_WORDS: Duration = Duration::from_secs(5);
/// How long a terminal gets to take the sequences that give it back.
const LEAVE: Duration = Duration::from_millis(100);

/// Whether the terminal is ours and has to be given back.
static ENTERED: AtomicBool = AtomicBool::new(false);

/// Fails with one line for the user when there is no terminal to draw on.
pub fn require_terminal() -> Result<(), String> {
    if io::stdout().is_terminal() {
        Ok(())
    } else {
        Err("the explorer needs a terminal, but standard output is not one (a pipe or a file?)".into())
    }
}

/// Takes the terminal: raw mode, alternate screen, mouse, bracketed paste, no cursor.
pub fn enter() -> io::Result<Screen> {
    enter_again()?;
    Terminal::new(CrosstermBackend::new(BufWriter::with_capacity(64 * 1024, Output(io::stdout()))))
}

/// Takes the terminal for a screen that exists already.
pub(super) fn enter_again() -> io::Result<()> {
    ENTERED.store(true, Ordering::SeqCst);
    enable_raw_mode()?;
    execute!(io::stdout(), EnterAlternateScreen, EnableMouseCapture, EnableBracketedPaste, Hide)
}

/// Gives the terminal back as it was. Does nothing when it is not ours; errors are of no use here, since the terminal may be gone.
pub fn leave() {
    if ENTERED.swap(false, Ordering::SeqCst) {
        let mut out = io::stdout();
        let _ = execute!(out, DisableBracketedPaste, DisableMouseCapture, LeaveAlternateScreen, Show);
        let _ = out.flush();
        let _ = disable_raw_mode();
    }
}

/// Takes back a terminal that was ours when somebody stopped the process and a shell changed its modes meanwhile.
pub(super) fn take_back() -> io::Result<()> {
    // Otherwise crossterm takes the terminal to be raw still, and does nothing.
    disable_raw_mode()?;
    enter_again()
}

/// Ends the process with `code` when it has not ended by itself after `grace`: what the orderly end waits for may never come.
pub(super) fn end_for_certain(code: i32, grace: Duration) {
    thread::spawn(move || {
        thread::sleep(grace);
        let (done, left) = sync_channel(1);
        thread::spawn(move || {
            leave();
            // Nobody waits any more when it took too long.
            let _ = done.try_send(());
        });
        // A terminal that takes nothing more blocks the sequences for ever; its modes can be given back all the same.
        if left.recv_timeout(LEAVE).is_err() {
            let _ = disable_raw_mode();
        }
        std::process::exit(code);
    });
}

/// Makes a panic in any thread or task an orderly end: terminal back, one message, exit code 101. Without this a panic in a task
/// leaves a half-dead program on a screen nobody can use.
pub fn install_panic_hook() {
    std::panic::set_hook(Box::new(|panic| {
        end_for_certain(FAULT, LAST_WORDS);
        // Held to the end: nothing may be drawn any more, whatever the other threads are at.
        let _screen = io::stdout().lock();
        leave();
        let place = panic.location().map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
        let text = panic
            .payload()
            .downcast_ref::<&str>()
            .map(ToString::to_string)
            .or_else(|| panic.payload().downcast_ref::<String>().cloned())
            .unwrap_or_default();
        let mut out = io::stderr().lock();
        let _ = writeln!(out, "mqtt-tui stopped by a fault of its own{place}: {}", sanitise(&text));
        let _ = writeln!(
            out,
            "Please report this line at {}/issues; RUST_BACKTRACE=1 shows where it came from.",
            env!("CARGO_PKG_REPOSITORY")
        );
        if std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0") {
            let _ = writeln!(out, "{}", std::backtrace::Backtrace::force_capture());
        }
        drop(out);
        std::process::exit(FAULT);
    }));
}

/// For the tests of the way a panic ends the program: panics when `MQTT_TUI_TEST_PANIC` is `place`. Not in release builds.
pub fn panic_if_asked(place: &str) {
    if cfg!(debug_assertions) && std::env::var_os("MQTT_TUI_TEST_PANIC").is_some_and(|asked| asked == place) {
        std::panic::panic_any("asked to by a test");
    }
}
