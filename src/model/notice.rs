//! A line for the user about something that happened. Kept so that past ones can be read again.

use super::Moment;

/// How much a notice matters. Shown by a word and a mark, not by colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Good to know.
    Info,
    /// Something was done as asked.
    Success,
    /// Something is not as expected; the program goes on.
    Warning,
    /// Something failed.
    Error,
}

/// One line for the status line and the list of past notices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// When it happened.
    pub at: Moment,
    /// How much it matters.
    pub severity: Severity,
    /// The text; may quote the wire: sanitise before showing.
    pub text: String,
}
