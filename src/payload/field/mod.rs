//! One value of a message, named so that a user can type it, and its number: what charts, watches and overdue marks ask
//! for. Reading a number streams the text and stops at the field.

mod list;
mod parse;
mod probe;
#[cfg(test)]
mod tests;

use std::fmt;

pub use list::{MAX_LISTED, numbers_in};
pub use parse::FieldFault;
pub use probe::{Probe, number_in, value_in, word_number};

/// Which value of a message.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// The whole payload: a plain number or word.
    Whole,
    /// A value inside of JSON, by JSON pointer (RFC 6901; of a key that occurs twice see [`super::structure`]).
    Pointer(String),
    /// A value inside of XML, by the XPaths of [`super::structure`].
    XPath(String),
    /// The n-th number, from 0, of a JSON array or of a list with commas, semicolons or blanks between.
    Item(usize),
    /// Length of the payload in bytes. Known to whoever has the message.
    Size,
    /// Seconds since the message before. Known to whoever has both.
    Gap,
}

impl fmt::Display for Field {
    /// As [`Field::parse`] reads it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("value"),
            Self::Pointer(pointer) => f.write_str(pointer),
            Self::XPath(path) => write!(f, "xpath:{path}"),
            Self::Item(item) => write!(f, "[{item}]"),
            Self::Size => f.write_str("size"),
            Self::Gap => f.write_str("gap"),
        }
    }
}
