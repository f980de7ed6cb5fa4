//! Standard output and standard error of the subcommands. A reader that went away (`| head`) is no fault.

use std::borrow::Cow;
use std::io::{self, Write};
use std::process::ExitCode;

use crate::payload::sanitise::{Style, sanitise_with};
use crate::payload::width;

/// `text` without user and password of addresses that are quoted in it: in each line what stands between `://` and the last `@`, and
/// in each word whatever stands before an `@` and has a `:` in it.
pub(super) fn redacted(text: &str) -> String {
    text.split_inclusive('\n').map(redacted_line).collect()
}

fn redacted_line(line: &str) -> String {
    let (before, rest) = match (line.find("://"), line.rfind('@')) {
        (Some(scheme), Some(end)) if scheme + 3 <= end => {
            (format!("{}***", in_words(&line[..scheme + 3])), &line[end..])
        }
        _ => (String::new(), line),
    };
    before + &in_words(rest)
}

fn in_words(text: &str) -> String {
    let words = text.split_inclusive(char::is_whitespace).map(|word| {
        let quote = word.len() - word.trim_start_matches(['\'', '"', '`', '(']).len();
        format!("{}{}", &word[..quote], without_login(&word[quote..]))
    });
    words.collect()
}

/// One argument of the command line, without what may be user and password in it. In a URL without `@`, and in what `is_target` says
/// was meant as one, that is whatever stands behind a `:` and is no port.
pub(super) fn redacted_value(value: &str, is_target: bool) -> String {
    let scheme = value.find("://").map(|at| at + 3);
    let (before, address) = value.split_at(scheme.unwrap_or_default());
    let is_port = |text: &str| text.split('/').next().is_some_and(|port| port.parse::<u16>().is_ok());
    match address.split_once(':') {
        Some((host, rest)) if !address.contains('@') && (is_target || scheme.is_some()) && !is_port(rest) => {
            format!("{before}{host}:***")
        }
        _ => without_login(value).into_owned(),
    }
}

fn without_login(word: &str) -> Cow<'_, str> {
    let Some(end) = word.rfind('@') else { return Cow::Borrowed(word) };
    let scheme = word.find("://").map(|at| at + 3).filter(|start| *start <= end);
    if scheme.is_some() || word[..end].contains(':') {
        Cow::Owned(format!("{}***{}", &word[..scheme.unwrap_or_default()], &word[end..]))
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
        assert_eq!(redacted("'mqtt://bob:my s3cret@host' is no host"), "'mqtt://***@host' is no host");
        assert_eq!(redacted("no url, me@home\n  'topic@x:y'"), "no url, me@home\n  'topic@x:y'");
    }
    #[test]
    fn d10_of_a_whole_argument_nothing_that_may_be_a_password_is_left() {
        for (value, shown) in [
            ("mqtt://bob:my s3cret@host", "mqtt://***@host"),
            ("mqtt://bob:it's\ns3cret@host", "mqtt://***@host"),
            ("mqtt://bob:1s3cret", "mqtt://bob:***"),
            ("mqtt://host:1883/x", "mqtt://host:1883/x"),
            ("conect", "conect"),
            ("00:11/a#", "00:11/a#"),
        ] {
            assert_eq!(redacted_value(value, false), shown);
        }
        assert_eq!(redacted_value("bob:s3cret", true), "bob:***");
    }
}
