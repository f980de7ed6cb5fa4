//! What the message pane shows of a payload unless told otherwise: laid-out JSON, text, or hex, and a note when that is
//! less than the reader may expect. Takes about 3 ms a MB: the caller prepares once a message and keeps the result.

use super::document::Document;
use super::format;
use super::json::{JsonFault, JsonReason, pretty};
use super::kind::{Kind, detect};
use super::sanitise::prefix;

/// Bytes of text shown; of a longer payload the first part is, and the note says so. The payload itself stays whole.
pub const VIEW_LIMIT: usize = 16 * 1024 * 1024;

/// How far invalid bytes are counted for the note, from the first on.
const COUNT_LIMIT: usize = 1024 * 1024;

/// How a payload is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Nothing there.
    Empty,
    /// JSON laid out.
    Pretty(Document),
    /// Text as sent.
    Text(Document),
    /// Rows of hex, made from the payload by [`super::hex`] when shown.
    Hex,
}

/// A payload ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// What the payload is.
    pub kind: Kind,
    /// How it is shown.
    pub content: Content,
    /// Why it is shown so, in one safe line, when that is not plain.
    pub note: Option<String>,
}

impl Prepared {
    /// Finds the kind of `bytes` and lays them out.
    pub fn of(bytes: &[u8]) -> Self {
        if bytes.is_empty() {
            return Self { kind: Kind::Empty, content: Content::Empty, note: None };
        }
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(fault) => {
                let note = Some(binary_note(bytes, fault.valid_up_to()));
                return Self { kind: Kind::Binary, content: Content::Hex, note };
            }
        };
        if text.len() > VIEW_LIMIT {
            return Self::start_of(text);
        }
        // Numbers and words are JSON too, but are shown as sent, spaces and all.
        if !text.trim_ascii_start().starts_with(['{', '[']) {
            return Self::as_text(text, detect(bytes), None);
        }
        match pretty(text) {
            Ok(document) => Self { kind: Kind::Json, content: Content::Pretty(document), note: None },
            Err(fault) => Self::not_laid_out(text, fault),
        }
    }

    /// The payload as text, whatever it is: invalid UTF-8 shows as placeholders, nothing is laid out.
    pub fn as_sent(bytes: &[u8]) -> Self {
        let kind = super::preview_kind(bytes);
        if bytes.is_empty() {
            return Self { kind, content: Content::Empty, note: None };
        }
        let shown = &bytes[..bytes.len().min(VIEW_LIMIT)];
        let note = (shown.len() < bytes.len()).then(|| {
            let (shown, all) = (format::bytes(shown.len() as u64), format::bytes(bytes.len() as u64));
            format!("first {shown} of {all}, as sent; the hex view has all")
        });
        Self { kind, content: Content::Text(Document::lossy(shown, super::Style::LINE)), note }
    }

    /// The document, unless it is shown as hex or empty.
    pub fn document(&self) -> Option<&Document> {
        match &self.content {
            Content::Pretty(document) | Content::Text(document) => Some(document),
            Content::Empty | Content::Hex => None,
        }
    }

    fn as_text(text: &str, kind: Kind, note: Option<String>) -> Self {
        let content =
            if kind == Kind::Binary { Content::Hex } else { Content::Text(Document::text(text.to_owned())) };
        Self { kind, content, note }
    }

    fn not_laid_out(text: &str, fault: JsonFault) -> Self {
        let (kind, note) = match fault.reason {
            JsonReason::TooDeep | JsonReason::TooWide => (Kind::Json, format!("JSON shown as sent: {fault}")),
            _ => (detect(text.as_bytes()), format!("not valid JSON: {fault}")),
        };
        Self::as_text(text, kind, Some(note))
    }

    fn start_of(text: &str) -> Self {
        let start = prefix(text, VIEW_LIMIT);
        let (shown, all) = (format::bytes(start.len() as u64), format::bytes(text.len() as u64));
        let note = format!("first {shown} of {all}, as sent; the hex view has all");
        Self::as_text(start, super::preview_kind(text.as_bytes()), Some(note))
    }
}

fn binary_note(bytes: &[u8], first: usize) -> String {
    let looked_at = &bytes[first..bytes.len().min(first + COUNT_LIMIT)];
    let invalid: usize = looked_at.utf8_chunks().map(|chunk| chunk.invalid().len()).sum();
    let at_least = if first + looked_at.len() < bytes.len() { "at least " } else { "" };
    let (count, noun) = (format::grouped(invalid as u64), if invalid == 1 { "byte" } else { "bytes" });
    format!(
        "not UTF-8 text: {at_least}{count} invalid {noun}, the first at offset {}",
        format::grouped(first as u64)
    )
}

#[cfg(test)]
mod tests;
