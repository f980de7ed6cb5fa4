//! Entering and leaving the terminal, on every path: normal end, signal, suspend, panic in any thread.

use std::any::Any;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crossterm::cursor::{Hide, Show};
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::execute;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

use super::output::{Output, OutputState};
use crate::payload::{picture, sanitise};

/// The real screen.
pub type Screen = Terminal<CrosstermBackend<Output>>;

/// Whether the terminal is ours and has to be given back.
static ENTERED: AtomicBool = AtomicBool::new(false);
/// How far the writing has come: what is under way must not mix with the leaving.
static OUTPUT: Mutex<Option<Arc<OutputState>>> = Mutex::new(None);

/// How long a terminal that takes nothing may hold up the leaving.
const PATIENCE: Duration = Duration::from_millis(200);

/// Exit code after a panic.
const FAULT: i32 = 101;
/// How long the last words after a panic may take; looking up names for a backtrace is slow.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Fails with one line for the user when there is no terminal to draw on, or none to read keys from.
pub fn require_terminal() -> Result<(), String> {
    if !io::stdout().is_terminal() {
        return Err(
            "the explorer needs a terminal, but standard output is not one (a pipe or a file?)".into()
        );
    }
    // crossterm reads keys from standard input or else from here.
    if !io::stdin().is_terminal() && cfg!(unix) && std::fs::File::open("/dev/tty").is_err() {
        return Err("the explorer needs a terminal for its keys, but standard input is not one and there is no /dev/tty".into());
    }
    Ok(())
}

/// Takes the terminal: raw mode, alternate screen, mouse, bracketed paste, no cursor. Beside the screen comes what tells how far the
/// writing to it has come.
pub fn enter() -> io::Result<(Screen, Arc<OutputState>)> {
    enter_again()?;
    let output = Output::to(io::stdout())?;
    let state = output.state();
    if let Ok(mut shared) = OUTPUT.lock() {
        *shared = Some(state.clone());
    }
    Ok((Terminal::new(CrosstermBackend::new(output))?, state))
}

/// Takes the terminal for a screen that exists already.
pub(super) fn enter_again() -> io::Result<()> {
    ENTERED.store(true, Ordering::SeqCst);
    if let Some(output) = output() {
        output.open();
    }
    enable_raw_mode()?;
    execute!(io::stdout(), EnterAlternateScreen, EnableMouseCapture, EnableBracketedPaste, Hide)
}

/// Gives the terminal back as it was. Does nothing when it is not ours; errors are of no use here, since the terminal may be gone. A
/// terminal that takes nothing is given up after a moment.
pub fn leave() {
    if !ENTERED.swap(false, Ordering::SeqCst) {
        return;
    }
    if let Some(output) = output() {
        output.close(PATIENCE);
    }
    let (done, wait) = channel();
    let restoring = std::thread::Builder::new().spawn(move || {
        restore();
        let _ = done.send(());
    });
    if restoring.is_err() {
        restore();
    } else if wait.recv_timeout(PATIENCE).is_err() {
        // The sequences do not get through; the modes do.
        let _ = disable_raw_mode();
    }
}

fn output() -> Option<Arc<OutputState>> {
    OUTPUT.lock().ok().and_then(|output| output.clone())
}

fn restore() {
    let mut out = io::stdout();
    let _ = execute!(out, DisableBracketedPaste, DisableMouseCapture, LeaveAlternateScreen, Show);
    let _ = out.flush();
    let _ = disable_raw_mode();
}

/// Takes back a terminal that was ours when somebody stopped the process and a shell changed its modes meanwhile.
pub(super) fn take_back() -> io::Result<()> {
    // Otherwise crossterm takes the terminal to be raw still, and does nothing.
    disable_raw_mode()?;
    enter_again()
}

/// Ends the process with `code` when it has not ended by itself after `grace`: what the orderly end waits for may never come.
pub(super) fn end_for_certain(code: i32, grace: Duration) {
    std::thread::spawn(move || {
        std::thread::sleep(grace);
        leave();
        // Somebody else may be at leaving, and not get on.
        let _ = disable_raw_mode();
        std::process::exit(code);
    });
}

/// Makes a panic in any thread or task an orderly end: terminal back, one message, exit code 101. Without this a panic in a task
/// leaves a half-dead program on a screen nobody can use.
pub fn install_panic_hook() {
    std::panic::set_hook(Box::new(|panic| {
        // A decoder that stumbles over an image ends there, and whoever waits for it says so.
        if is_contained() {
            return;
        }
        end_for_certain(FAULT, LAST_WORDS);
        leave();
        let place =
            panic.location().map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
        let text = reason(panic.payload());
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

/// Whether this thread may panic without the program ending.
fn is_contained() -> bool {
    std::thread::current().name() == Some(picture::THREAD)
}

/// What a panic says, without what it quotes: cutting a text at a wrong place, say, quotes the text, and that may be a payload. Where it
/// happened is told beside.
fn reason(payload: &dyn Any) -> String {
    const QUOTES: [char; 6] = ['`', '"', '\'', '{', '[', '('];
    if let Some(fixed) = payload.downcast_ref::<&str>() {
        return (*fixed).to_owned();
    }
    let text = payload.downcast_ref::<String>().map(String::as_str).unwrap_or_default();
    match text.find(QUOTES) {
        Some(quoted) => format!("{} …", text[..quoted].trim_end()),
        None => text.to_owned(),
    }
}

/// For the tests of the way a panic ends the program: panics when `MQTT_TUI_TEST_PANIC` is `place`. Not in release builds.
pub fn panic_if_asked(place: &str) {
    if cfg!(debug_assertions) && std::env::var_os("MQTT_TUI_TEST_PANIC").is_some_and(|asked| asked == place) {
        std::panic::panic_any("asked to by a test");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b09_a_panic_in_a_decoder_of_images_does_not_end_the_program() {
        let on = |name: &str| {
            let thread = std::thread::Builder::new().name(name.to_owned()).spawn(is_contained);
            thread.expect("a thread").join().expect("an answer")
        };
        assert_eq!((on(picture::THREAD), on("tokio-rt-worker"), is_contained()), (true, false, false));
    }

    /// What is told of the panic of `run`.
    fn told(run: impl FnOnce() + std::panic::UnwindSafe) -> String {
        reason(&*std::panic::catch_unwind(run).expect_err("a panic"))
    }

    #[test]
    fn g11_a_crash_report_quotes_no_payload_and_no_password() {
        let (payload, password) = ("é hidden".to_owned(), Err::<(), _>("hidden"));
        let (cut, beyond) = (payload.clone(), payload.clone());
        for text in [
            told(move || drop(cut[1..].to_owned())),
            told(move || drop(beyond[40..].to_owned())),
            told(move || password.expect("the login")),
            told(move || assert_eq!(payload, "other")),
        ] {
            assert!(!text.contains("hidden"), "{text}");
        }
    }

    #[test]
    fn g11_a_crash_report_says_what_it_can() {
        let at = std::hint::black_box(7);
        assert_eq!(told(|| panic!("no such row")), "no such row");
        let list = [1, 2];
        assert_eq!(
            told(move || _ = std::hint::black_box(list[at])),
            "index out of bounds: the len is 2 but the index is 7"
        );
    }
}
