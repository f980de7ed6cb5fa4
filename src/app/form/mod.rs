//! A connection being written or changed: every field of a profile, checked as it is typed.

/// State of the form.
#[derive(Debug, Default)]
pub struct Form {}
