//! Standard output and standard error of the subcommands. A reader that went away (`| head`) is no fault.

use std::borrow::Cow;
use std::io::{self, Write};
use std::process::ExitCode;

use crate::payload::sanitise::{Style, sanitise_with};
use crate::payload::width;

/// `text` without user and password of addresses that are quoted in it: what stands between `://` and `@`, and whatever stands
/// before an `@` and has a `:` in it.
pub(super) fn redacted(text: &str) -> String {
    text.split_inclusive(char::is_whitespace).map(redacted_word).collect()
}

fn redacted_word(word: &str) -> Cow<'_, str> {
    let Some(end) = word.rfind('@') else { return Cow::Borrowed(word) };
    let quote = word.len() - word.trim_start_matches(['\'', '"', '`', '(']).len();
    let start = word.find("://").map_or(quote, |at| at + 3).min(end);
    if start > quote || word[start..end].contains(':') {
        Cow::Owned(format!("{}***{}", &word[..start], &word[end..]))
    } else {
        Cow::Borrowed(word)
    }
}

/// `text` line by line, made safe for the terminal.
pub(super) fn clean(text: &str) -> String {
    let lines = text.split_inclusive('\n').map(|line| match line.strip_suffix('\n') {
        Some(line) => format!("{}\n", sanitise_with(line, Style::LINE)),
        None => sanitise_with(line, Style::LINE).into_owned(),
    });
    lines.collect()
}

/// Rows in columns two spaces apart, each cell made safe for the terminal.
pub(super) fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let clean: Vec<[String; N]> = rows
        .iter()
        .map(|row| row.each_ref().map(|cell| sanitise_with(cell, Style::LINE).into_owned()))
        .collect();
    let widths: [usize; N] =
        std::array::from_fn(|column| clean.iter().map(|row| width(&row[column])).max().unwrap_or(0));
    let mut text = String::new();
    for row in &clean {
        let mut line = String::new();
        for (cell, wanted) in row.iter().zip(widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', wanted.saturating_sub(width(cell)) + 2));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
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
        assert_eq!(redacted("unknown 'bob:s3cret@host:1:2' here"), "unknown '***@host:1:2' here");
        assert_eq!(redacted("no url, me@home\n  'topic@x:y'"), "no url, me@home\n  'topic@x:y'");
    }
}
