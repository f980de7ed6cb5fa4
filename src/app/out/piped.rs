//! What a shell command made of a payload, to be read and copied.

use bytes::Bytes;

use super::PayloadForm;
use crate::payload::{Document, Style};

/// How a command ended, with what it printed.
#[derive(Debug, Clone, PartialEq)]
pub struct PipeEnd {
    /// Standard output.
    pub output: Bytes,
    /// Standard error.
    pub errors: Bytes,
    /// How it ended, and what of its output is missing: `exit code 0`, `killed after 10 s`.
    pub how: String,
    /// It ended by itself and without a fault, and nothing is missing.
    pub good: bool,
}

/// A command and its output on the screen.
#[derive(Debug)]
pub struct Piped {
    /// Names the run.
    pub id: u64,
    /// As typed.
    pub command: String,
    /// What of the payload it was given.
    pub form: PayloadForm,
    /// How it ended; `None` while it runs.
    pub end: Option<PipeEnd>,
    /// Standard error, then standard output, as lines.
    pub document: Document,
    /// How many of the lines are standard error.
    pub error_lines: usize,
    /// First row on screen.
    pub scroll: usize,
}

impl Piped {
    /// A command that has just been begun.
    pub fn begun(id: u64, command: &str, form: PayloadForm) -> Self {
        let document = Document::text(String::new());
        Self { id, command: command.to_owned(), form, end: None, document, error_lines: 0, scroll: 0 }
    }

    /// It has ended.
    pub fn ended(&mut self, end: PipeEnd) {
        let mut text = crate::payload::sanitise::lossy(&end.errors, Style::LINE);
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        self.error_lines = text.lines().count();
        text.push_str(&crate::payload::sanitise::lossy(&end.output, Style::LINE));
        if text.ends_with('\n') {
            text.pop();
        }
        self.document = Document::text(text);
        self.end = Some(end);
    }
}
