//! The tree's filter: its language, and which topics it keeps as messages come and time passes. The tree pane asks here.
//!
//! - `parse`, `query`: from text to terms that must all hold; where a term is wrong, its place and what would be right.
//! - `needle`, `expression`, `amount`: what words, regular expressions and comparisons are made of.
//! - `state`: a filter at work. The first slice is tested at once, the rest piece by piece; topics that get messages are tested again.
//! - `keep`: the topics that match and the branches that lead to them. `touched`, `sweep`: what is to be tested again.

mod amount;
mod expression;
mod keep;
mod needle;
mod parse;
mod query;
mod state;
mod sweep;
#[cfg(test)]
mod tests;
mod touched;

pub(super) use expression::weight as expression_weight;
pub(super) use keep::Keep;
pub(super) use parse::no_key;
pub use parse::{FilterFault, HELP, LANGUAGE};
pub(super) use query::Query;
pub(super) use state::{Filter, PIECE};

/// Filters that are there without being saved: name and text.
pub(super) const READY: [(&str, &str); 2] = [("changing now", "rate:>0.05"), ("retained", "retained:yes")];
