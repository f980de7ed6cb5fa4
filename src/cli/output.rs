//! Standard output and standard error of the subcommands. A reader that went away (`| head`) is no fault.

use std::io::{self, Write};
use std::process::ExitCode;

use crate::payload::sanitise::{Style, sanitise_with};

/// `text` without what stands between `://` and `@`: user and password of a URL that is quoted in an error.
pub(super) fn redacted(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        shown.push_str(before);
        let word = after.find(char::is_whitespace).unwrap_or(after.len());
        rest = match after[..word].rfind('@') {
            Some(end) => {
                shown.push_str("***");
                &after[end..]
            }
            None => after,
        };
    }
    shown.push_str(rest);
    shown
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d10_user_and_password_of_a_quoted_url_are_left_out() {
        assert_eq!(redacted("'mqtt://bob:s3cret@host:1' and ws://h"), "'mqtt://***@host:1' and ws://h");
        assert_eq!(redacted("mqtt://u:p@ss@host"), "mqtt://***@host");
        assert_eq!(redacted("no url, me@home"), "no url, me@home");
    }
}
