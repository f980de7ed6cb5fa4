//! The shape that a topic's JSON messages have: which keys, of which types, in which range. Learned message by message, and
//! asked what is odd about a new one. Called by `app` for messages as they come.
//!
//! - Objects are looked into down to [`MAX_LEVELS`], arrays are one value of type array: the number of items is data.
//! - Everything is odd once: what was learned is part of the shape. A type that was seen before is not odd again.
//! - A missing key and a number out of range are judged after [`SETTLED`] messages with that key; `range.rs` says what is out of range.
//! - Memory is bounded by [`MAX_KEYS`] and [`MAX_BYTES`]; keys beyond are neither learned nor judged, see [`Shape::is_full`].

mod learn;
mod range;
#[cfg(test)]
mod tests;
mod walk;

use std::fmt;

use range::Range;
pub use walk::MAX_LEVELS;

/// Keys that one shape knows.
pub const MAX_KEYS: usize = 256;
/// Bytes of keys that one shape keeps.
pub const MAX_BYTES: usize = 16 * 1024;
/// Messages with a key before it can be missing, or its number out of range.
pub const SETTLED: u32 = 20;
/// Oddities told of one message.
pub const MAX_ODDITIES: usize = 16;

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValueType {
    /// `{…}`.
    Object = 1,
    /// `[…]`.
    Array = 2,
    /// A string.
    String = 4,
    /// A number.
    Number = 8,
    /// `true` or `false`.
    Boolean = 16,
    /// `null`.
    Null = 32,
}

impl ValueType {
    /// Its name on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Object => "object",
            Self::Array => "array",
            Self::String => "string",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Null => "null",
        }
    }
}

/// What is odd about a message. Pointers are JSON pointers (RFC 6901), as sent: not sanitised.
#[derive(Debug, Clone, PartialEq)]
pub enum Oddity {
    /// A key that no message had.
    NewKey(String),
    /// A key that was in every message, at least [`SETTLED`] of them, and is not in this.
    MissingKey(String),
    /// A value of a type that this key never had.
    TypeChanged {
        /// Which value.
        pointer: String,
        /// The type it had last.
        was: ValueType,
        /// The type it has.
        is: ValueType,
    },
    /// A number well outside of those seen.
    OutOfRange {
        /// Which value.
        pointer: String,
        /// The number.
        value: f64,
        /// The smallest seen.
        min: f64,
        /// The largest seen.
        max: f64,
    },
}

impl fmt::Display for Oddity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named =
            |pointer: &str| if pointer.is_empty() { "the value".to_owned() } else { pointer.to_owned() };
        match self {
            Self::NewKey(pointer) => write!(f, "new key {pointer}"),
            Self::MissingKey(pointer) => write!(f, "{pointer} is missing"),
            Self::TypeChanged { pointer, was, is } => {
                let (is, was) = (with_article(*is), with_article(*was));
                write!(f, "{} is {is} instead of {was}", named(pointer))
            }
            Self::OutOfRange { pointer, value, min, max } => {
                write!(f, "{} is {value}, outside of {min} … {max}", named(pointer))
            }
        }
    }
}

impl Oddity {
    /// Which value it is about.
    pub fn pointer(&self) -> &str {
        match self {
            Self::NewKey(pointer) | Self::MissingKey(pointer) => pointer,
            Self::TypeChanged { pointer, .. } | Self::OutOfRange { pointer, .. } => pointer,
        }
    }

    /// The same in fewer letters, for a row that has no room for the whole: of the path its last step.
    pub fn brief(&self) -> String {
        let last = |pointer: &str| match pointer.rsplit_once('/') {
            Some((_, last)) => last.to_owned(),
            None => "value".to_owned(),
        };
        match self {
            Self::NewKey(pointer) => format!("new key {}", last(pointer)),
            Self::MissingKey(pointer) => format!("no {}", last(pointer)),
            Self::TypeChanged { pointer, is, .. } => format!("{} is {}", last(pointer), with_article(*is)),
            Self::OutOfRange { pointer, value, min, max } => {
                format!("{} {value}, not {min} … {max}", last(pointer))
            }
        }
    }
}

fn with_article(value_type: ValueType) -> String {
    match value_type {
        ValueType::Null => "null".to_owned(),
        ValueType::Object | ValueType::Array => format!("an {}", value_type.name()),
        _ => format!("a {}", value_type.name()),
    }
}

/// What is known of one key.
#[derive(Debug, Clone)]
struct Key {
    /// Last step of the pointer, without quotes and escapes.
    name: Box<str>,
    /// The object it is in; the root's is itself.
    parent: u16,
    /// Every type seen, as bits of [`ValueType`].
    types: u8,
    last: ValueType,
    /// Messages with this key.
    count: u32,
    /// Messages with the object it is in, when the key was first seen.
    since: u32,
    /// The last message, by its turn, that had it.
    seen_in: u32,
    numbers: Range,
}

/// What a topic's messages look like.
#[derive(Debug, Clone, Default)]
pub struct Shape {
    /// The first is the root.
    keys: Vec<Key>,
    messages: u32,
    bytes: usize,
    full: bool,
}

impl Shape {
    /// A shape that knows nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Messages learned from.
    pub fn messages(&self) -> u32 {
        self.messages
    }

    /// Keys known, the root not counted.
    pub fn key_count(&self) -> usize {
        self.keys.len().saturating_sub(1)
    }

    /// There were more keys than are kept: the judgement is of a part.
    pub fn is_full(&self) -> bool {
        self.full
    }

    /// Bytes of memory it takes.
    pub fn memory(&self) -> usize {
        self.keys.capacity() * size_of::<Key>() + self.bytes
    }

    fn pointer_of(&self, mut at: usize) -> String {
        let mut steps = Vec::new();
        while at != 0 {
            steps.push(&*self.keys[at].name);
            at = usize::from(self.keys[at].parent);
        }
        steps.iter().rev().map(|name| crate::payload::structure::token_text(name, 1)).collect()
    }
}
