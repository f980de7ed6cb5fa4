//! What changed between two payloads: JSON and XML by field, other text by line, anything else by byte; and the same in one
//! line for a history row. Called by the message pane and the history.
//!
//! - Objects: keys are paired by name, the n-th of a repeated key with the n-th. Another order of keys is no change.
//! - Arrays of one length are compared place by place; of different lengths, items are paired so that an item put in or
//!   taken out is one row and not a change of all that follow.
//! - Numbers are compared as written: `20.10` after `20.1` is a change. Strings by what they stand for.
//! - Elements of XML are paired by name, the n-th with the n-th; attributes and text are fields.
//! - Fields that only tell that time passed are known as such ([`DiffRow::is_clock`]): the line for a history row says them last. The rows
//!   have the order of the document, whatever they are.
//!
//! No clock is read: what would take long is compared in a simpler way, and [`Diff::note`] says so.

mod bytes;
pub(super) mod clock;
mod fields;
mod lines;
mod pairs;
mod summary;
#[cfg(test)]
mod tests;

use std::ops::Range;

use super::{Kind, detect};
pub use summary::summary;

/// Rows that a diff keeps at most; [`Diff::more`] counts the rest.
pub const MAX_ROWS: usize = 2000;
/// What is said in the place of a value without a letter, beside another.
pub const EMPTY: &str = "(empty)";
/// Bytes of a value that a row keeps at most.
pub const MAX_PART: usize = 1024;
/// Bytes that stand before a difference that is far on.
const BEFORE: usize = 128;

/// What a payload says, as far as a diff is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form<'a> {
    /// JSON text: the payload's own, or what a decoder made of it.
    Json(&'a str),
    /// XML text.
    Xml(&'a str),
    /// Any other text.
    Text(&'a str),
    /// Only bytes.
    Bytes,
}

/// One of the two payloads that are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Side<'a> {
    /// The payload as received.
    pub bytes: &'a [u8],
    /// What it says.
    pub form: Form<'a>,
}

impl<'a> Side<'a> {
    /// A payload that nothing was decoded from, its form found by looking at it.
    pub fn of(bytes: &'a [u8]) -> Self {
        let form = match (detect(bytes), std::str::from_utf8(bytes)) {
            (Kind::Json, Ok(text)) => Form::Json(text),
            (Kind::Xml, Ok(text)) => Form::Xml(text),
            (_, Ok(text)) => Form::Text(text),
            (_, Err(_)) => Form::Bytes,
        };
        Self { bytes, form }
    }
}

/// How two payloads were compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum By {
    /// By JSON value or XML node.
    Field,
    /// By line of text.
    Line,
    /// By byte.
    Byte,
}

/// What became of a row's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mark {
    /// It is in the newer only.
    Added,
    /// It was in the older only.
    Removed,
    /// It is in both, but not the same.
    Changed,
    /// A line shown for what stands around it.
    Same,
}

/// Where a row is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// JSON pointer in the newer payload; of what was removed, in the older.
    Pointer(String),
    /// XPath in the newer payload; of what was removed, in the older.
    XPath(String),
    /// Line in the older and in the newer text, from 0.
    Line(Option<usize>, Option<usize>),
    /// Byte offset in both.
    Offset(usize),
}

/// A value as a row shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Part {
    /// As sent; bytes in hex. Not sanitised.
    pub text: String,
    /// The parts of the text that are not in the other one; empty when all of it counts.
    pub emphasis: Vec<Range<usize>>,
    /// The value goes on after the text.
    pub cut: bool,
    /// Bytes of the value before the text: the same in the old and in the new one.
    pub skipped: usize,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffRow {
    /// What became of the value.
    pub mark: Mark,
    /// Where.
    pub place: Place,
    /// The place in words: `climate.temperature`; empty for the whole payload and for lines.
    pub label: String,
    /// What it was.
    pub old: Option<Part>,
    /// What it is.
    pub new: Option<Part>,
}

/// The whole result in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Byte for byte the same.
    Same,
    /// The same fields in other bytes: whitespace, order of keys, escapes, or another coding.
    SameContent,
    /// There are differences.
    Differs,
}

/// What changed between two payloads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diff {
    /// How they were compared.
    pub by: By,
    /// The whole result in a word.
    pub verdict: Verdict,
    /// The differences, in the order of the newer payload, at most [`MAX_ROWS`].
    pub rows: Vec<DiffRow>,
    /// Differences beyond those.
    pub more: usize,
    /// What the reader should know of how it was compared, in one line.
    pub note: Option<&'static str>,
    /// Bytes of the older and of the newer payload.
    pub sizes: (usize, usize),
}

impl Diff {
    /// Compares two payloads. Takes about 5 ms a MB of JSON, less for the rest.
    pub fn between(older: Side<'_>, newer: Side<'_>) -> Self {
        let sizes = (older.bytes.len(), newer.bytes.len());
        let found = if older.bytes == newer.bytes && older.form == newer.form {
            Found { by: By::Byte, ..Found::default() }
        } else {
            compare(older, newer)
        };
        let verdict = match (found.rows.is_empty(), older.bytes == newer.bytes) {
            (false, _) => Verdict::Differs,
            (true, true) => Verdict::Same,
            (true, false) => Verdict::SameContent,
        };
        Self { by: found.by, verdict, rows: found.rows, more: found.more, note: found.note, sizes }
    }
}

/// Differences while they are looked for.
#[derive(Debug)]
struct Found {
    by: By,
    rows: Vec<DiffRow>,
    more: usize,
    note: Option<&'static str>,
}

impl Default for Found {
    fn default() -> Self {
        Self { by: By::Field, rows: Vec::new(), more: 0, note: None }
    }
}

impl Found {
    /// Whether one more row has room; if not, it is counted.
    fn has_room(&mut self) -> bool {
        let room = self.rows.len() < MAX_ROWS;
        self.more += usize::from(!room);
        room
    }
}

fn compare(older: Side<'_>, newer: Side<'_>) -> Found {
    let by_field = match (older.form, newer.form) {
        (Form::Json(old), Form::Json(new)) => fields::compare_json(old, new),
        (Form::Xml(old), Form::Xml(new)) => fields::compare_xml(old, new),
        _ => None,
    };
    by_field.unwrap_or_else(|| match (text_of(older.form), text_of(newer.form)) {
        (Some(old), Some(new)) => lines::compare(old, new),
        _ => bytes::compare(older.bytes, newer.bytes),
    })
}

fn text_of(form: Form<'_>) -> Option<&str> {
    match form {
        Form::Json(text) | Form::Xml(text) | Form::Text(text) => Some(text),
        Form::Bytes => None,
    }
}

impl Part {
    /// `text` up to [`MAX_PART`].
    fn of(text: &str) -> Self {
        let kept = super::sanitise::prefix(text, MAX_PART);
        Self { text: kept.to_owned(), cut: kept.len() < text.len(), ..Self::default() }
    }

    /// An old and a new value. Where they begin to differ too far on to be kept, both begin shortly before.
    fn both(old: &str, new: &str) -> (Self, Self) {
        let same = old.bytes().zip(new.bytes()).take_while(|(a, b)| a == b).count();
        let skipped =
            if same + BEFORE < MAX_PART { 0 } else { super::sanitise::prefix(old, same - BEFORE).len() };
        let part = |text: &str| Self { skipped, ..Self::of(&text[skipped..]) };
        (part(old), part(new))
    }
}
