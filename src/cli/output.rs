//! Standard output and standard error of the subcommands. A reader that went away (`| head`) is no fault.

use std::io::{self, Write};
use std::process::ExitCode;

use crate::payload::sanitise::{Style, sanitise_with};

/// Prints `text` to standard output.
pub(super) fn print(text: &str) -> ExitCode {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) if fault.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// Says on standard error what went wrong, made safe for the terminal, and returns `code`.
pub(super) fn fail(code: u8, text: &str) -> ExitCode {
    warn(text);
    ExitCode::from(code)
}

/// A line for the user on standard error.
pub(super) fn warn(text: &str) {
    let clean = sanitise_with(text, Style::LINE);
    // Without standard error there is nobody to tell.
    let _ = writeln!(io::stderr().lock(), "mqtt-tui: {clean}");
}

/// Several lines for the user on standard error, each made safe for the terminal.
pub(super) fn complain(text: &str) {
    let mut out = io::stderr().lock();
    for line in text.lines() {
        let _ = writeln!(out, "{}", sanitise_with(line, Style::LINE));
    }
}
