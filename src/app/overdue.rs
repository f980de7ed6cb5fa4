//! Topics that are silent for longer than usual.

/// State of the list of the overdue.
#[derive(Debug, Default)]
pub struct Overdue {}
