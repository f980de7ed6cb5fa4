//! The browse set: marked topics whose messages are listed together, by time.

/// State of the browse set.
#[derive(Debug, Default)]
pub struct Browse {}
