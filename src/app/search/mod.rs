//! Searching everything: what is sought, where, and what was found so far.

/// State of the search.
#[derive(Debug, Default)]
pub struct Search {
    /// The search is being typed.
    pub typing: bool,
}
