//! JSON, lossless: a validating reader that keeps no tree, and a pretty printer on it. Order of keys, duplicate keys, the
//! text of numbers and the escapes in strings stay exactly as sent; only whitespace between tokens changes.
//! Iterative, so that depth in the data is never depth on the stack. Called by `kind`, `preview` and `view`.

pub(in crate::payload) mod reader;
mod string;

use std::fmt;

use super::Document;
use super::document::Writer;
use super::sanitise::prefix;
use reader::{Event, Reader};
pub use string::{quote, unquote};

/// Containers nested deeper than this are not laid out: the payload is shown as text.
pub const MAX_DEPTH: usize = 512;

/// Why and where a text is no JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonFault {
    /// Byte offset.
    pub offset: usize,
    /// Line, from 1.
    pub line: usize,
    /// Character in the line, from 1.
    pub column: usize,
    /// What is wrong there.
    pub reason: JsonReason,
}

/// What is wrong with a JSON text (RFC 8259), or with showing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JsonReason {
    /// The text ends in the middle.
    Ends,
    /// A value is missing.
    ExpectedValue,
    /// An object needs a string as key here.
    ExpectedKey,
    /// No `:` after a key.
    ExpectedColon,
    /// Neither `,` nor the end of the array or object.
    ExpectedComma,
    /// Something follows the value.
    Trailing,
    /// A control character in a string.
    ControlInString,
    /// A backslash followed by something it cannot escape.
    BadEscape,
    /// Not a number as JSON writes it.
    BadNumber,
    /// Neither `true` nor `false` nor `null`.
    BadWord,
    /// More than [`MAX_DEPTH`] levels. May be valid.
    TooDeep,
    /// Laid out, it would be many times as long as it is. Is valid so far.
    TooWide,
    /// More values than a [`super::Structure`] holds. Is valid so far.
    TooMany,
}

impl fmt::Display for JsonReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ends => "ends in the middle",
            Self::ExpectedValue => "expected a value",
            Self::ExpectedKey => "expected a key in double quotes",
            Self::ExpectedColon => "expected ':'",
            Self::ExpectedComma => "expected ',' or the closing bracket",
            Self::Trailing => "something follows the value",
            Self::ControlInString => "control character in a string",
            Self::BadEscape => "bad escape in a string",
            Self::BadNumber => "bad number",
            Self::BadWord => "unknown word",
            Self::TooDeep => "nested deeper than 512 levels",
            Self::TooWide => "more than 8 times as long when laid out",
            Self::TooMany => "more than 4,000,000 values",
        })
    }
}

impl fmt::Display for JsonFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at line {} column {}", self.reason, self.line, self.column)
    }
}

impl std::error::Error for JsonFault {}

impl JsonFault {
    /// The fault at byte `offset` of `text`, with its line and column.
    pub(super) fn at(text: &str, offset: usize, reason: JsonReason) -> Self {
        let before = prefix(text, offset);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = 1 + memchr::memchr_iter(b'\n', before.as_bytes()).count();
        Self { offset, line, column: 1 + before[line_start..].chars().count(), reason }
    }
}

/// Checks that `text` is one JSON value, in one pass and without keeping anything.
pub fn check(text: &str) -> Result<(), JsonFault> {
    let mut reader = Reader::new(text);
    loop {
        match reader.next() {
            Ok(Some(_)) => {}
            Ok(None) => return Ok(()),
            Err((offset, reason)) => return Err(JsonFault::at(text, offset, reason)),
        }
    }
}

/// Lays out `text` with one key or item a line, indented by two columns a level. Nothing but whitespace between tokens
/// changes.
pub fn pretty(text: &str) -> Result<Document, JsonFault> {
    let mut printer = Printer::new(text);
    let mut reader = Reader::new(text);
    loop {
        match reader.next() {
            Ok(Some(event)) => printer.print(&event),
            Ok(None) => return Ok(printer.out.finish_json()),
            Err((offset, reason)) => return Err(JsonFault::at(text, offset, reason)),
        }
        if printer.out.is_full() {
            return Err(JsonFault::at(text, reader.at, JsonReason::TooWide));
        }
    }
}

struct Printer<'a> {
    text: &'a str,
    out: Writer,
    depth: usize,
    /// The open container has no item yet.
    fresh: bool,
    /// A key was printed; its value comes on the same line.
    keyed: bool,
}

impl<'a> Printer<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, out: Writer::new(text.len()), depth: 0, fresh: true, keyed: false }
    }

    fn print(&mut self, event: &Event) {
        match event {
            Event::Open(bracket) => {
                self.begin_item();
                self.out.push(*bracket);
                self.depth += 1;
                self.fresh = true;
            }
            Event::Close(bracket) => {
                self.depth -= 1;
                if !self.fresh {
                    self.out.new_line(self.depth);
                }
                self.out.push(*bracket);
                self.fresh = false;
            }
            Event::Key(range) => {
                self.begin_item();
                self.out.push_str(&self.text[range.clone()]);
                self.out.push_str(": ");
                self.keyed = true;
            }
            Event::Scalar(range) => {
                self.begin_item();
                self.out.push_str(&self.text[range.clone()]);
            }
        }
    }

    fn begin_item(&mut self) {
        if std::mem::take(&mut self.keyed) || self.depth == 0 {
            return;
        }
        if !self.fresh {
            self.out.push(',');
        }
        self.fresh = false;
        self.out.new_line(self.depth);
    }
}

#[cfg(test)]
mod tests;
