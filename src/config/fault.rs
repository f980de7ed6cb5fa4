//! What is wrong with one of the user's files, and where: one shape for profiles, settings and imports.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A fault or a warning about a file. Never quotes a value: it may be a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFault {
    /// The file.
    pub path: PathBuf,
    /// Line and column, both from 1, the column in characters; none when the file as a whole is meant.
    pub place: Option<(usize, usize)>,
    /// What is wrong and what to do, in one line.
    pub reason: String,
}

impl fmt::Display for FileFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some((line, column)) = self.place {
            write!(f, ", line {line}, column {column}")?;
        }
        write!(f, ": {}", self.reason)
    }
}

impl std::error::Error for FileFault {}

/// A text and the file it came from, to say where in it something is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin<'a> {
    pub(super) path: &'a Path,
    pub(super) text: &'a str,
}

impl Origin<'_> {
    /// A fault at the start of `span`, or of the whole file.
    pub(super) fn fault(&self, span: Option<Range<usize>>, reason: impl Into<String>) -> FileFault {
        FileFault {
            path: self.path.to_owned(),
            place: span.map(|span| self.place(span.start)),
            reason: reason.into(),
        }
    }

    /// Line and column of the byte at `offset`, both from 1.
    pub(super) fn place(&self, offset: usize) -> (usize, usize) {
        let end = (0..=offset.min(self.text.len())).rev().find(|at| self.text.is_char_boundary(*at));
        let before = &self.text[..end.unwrap_or_default()];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }

    /// A fault of the file as a whole.
    pub(super) fn whole(path: &Path, reason: impl Into<String>) -> FileFault {
        FileFault { path: path.to_owned(), place: None, reason: reason.into() }
    }
}
