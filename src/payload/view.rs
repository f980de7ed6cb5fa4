//! What the message pane shows of a payload: laid-out JSON, text, or hex, and a note when that is less than the reader may expect.
//! Takes about 3 ms a MB: the caller prepares once a message, large ones on a worker, and keeps the result.

use super::document::Document;
use super::format;
use super::json::{JsonFault, JsonReason, check, pretty};
use super::kind::Kind;
use super::read::{Reading, not_text};
use super::sanitise::prefix;
use super::xml;

/// Bytes of text shown; of a longer payload the first part is, and the note says so. The payload itself stays whole.
pub const VIEW_LIMIT: usize = 16 * 1024 * 1024;

/// How a payload is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Nothing there.
    Empty,
    /// Lines of text: laid-out JSON or XML, or text as it is.
    Document(Document),
    /// Rows of hex of what is inside of all layers, made by [`super::hex`] when shown.
    Hex,
}

/// A payload ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// How it is shown.
    pub content: Content,
    /// Why it is shown so, in one line, when that is not plain. May hold text from the wire.
    pub note: Option<String>,
}

impl Prepared {
    /// Lays out what was read from `payload`.
    pub fn of(reading: &Reading, payload: &[u8]) -> Self {
        if reading.bytes(payload).is_empty() {
            return Self { content: Content::Empty, note: reading.note.clone() };
        }
        let Some(text) = reading.text(payload) else { return Self::without_text(reading, payload) };
        let prepared = if reading.is_json() {
            Self::as_json(text)
        } else if reading.kind == Kind::Xml {
            Self::as_xml(text)
        } else {
            let broken = reading.kind == Kind::Text && text.trim_ascii_start().starts_with(['{', '[']);
            let fault = broken.then(|| check(text).err()).flatten();
            Self::as_text(text, fault.map(|fault| format!("not valid JSON: {fault}")))
        };
        prepared.noting(reading.note.clone(), text.len())
    }

    /// With what reading has to say: of why it is shown so it knows more, of what is left out of `length` bytes nothing.
    fn noting(self, said: Option<String>, length: usize) -> Self {
        let cut = self.note.as_ref().filter(|_| length > VIEW_LIMIT);
        let note = match (said, cut) {
            (Some(said), Some(cut)) => Some(format!("{said}; {cut}")),
            (Some(said), None) => Some(said),
            (None, _) => self.note,
        };
        Self { note, ..self }
    }

    /// The payload as text, whatever it is: invalid UTF-8 shows as placeholders, nothing is laid out.
    pub fn as_sent(bytes: &[u8]) -> Self {
        if bytes.is_empty() {
            return Self { content: Content::Empty, note: None };
        }
        let shown = &bytes[..bytes.len().min(VIEW_LIMIT)];
        let note = (shown.len() < bytes.len()).then(|| first_of(shown.len(), bytes.len()));
        Self { content: Content::Document(Document::lossy(shown, super::Style::LINE)), note }
    }

    /// JSON texts, one below the other.
    pub fn results(texts: &[String]) -> Self {
        let laid_out = |text: &String| pretty(text).unwrap_or_else(|_| Document::text(text.clone()));
        let content = if texts.is_empty() {
            Content::Empty
        } else {
            Content::Document(Document::joined(texts.iter().map(laid_out)))
        };
        Self { content, note: None }
    }

    /// The document, unless it is shown as hex or empty.
    pub fn document(&self) -> Option<&Document> {
        match &self.content {
            Content::Document(document) => Some(document),
            Content::Empty | Content::Hex => None,
        }
    }

    fn as_json(text: &str) -> Self {
        if text.len() > VIEW_LIMIT {
            return Self::as_text(text, None);
        }
        match pretty(text) {
            Ok(document) => Self { content: Content::Document(document), note: None },
            Err(fault) => {
                let told = match fault {
                    JsonFault { reason: JsonReason::TooDeep | JsonReason::TooWide, .. } => {
                        "JSON shown as sent"
                    }
                    _ => "not valid JSON",
                };
                Self::as_text(text, Some(format!("{told}: {fault}")))
            }
        }
    }

    fn as_xml(text: &str) -> Self {
        if text.len() > VIEW_LIMIT {
            return Self::as_text(text, None);
        }
        match xml::pretty(text) {
            Ok(document) => Self { content: Content::Document(document), note: None },
            Err(fault) => {
                let told = if fault.is_limit() { "XML shown as sent" } else { "not well-formed XML" };
                Self::as_text(text, Some(format!("{told}: {fault}")))
            }
        }
    }

    fn as_text(text: &str, note: Option<String>) -> Self {
        let start = prefix(text, VIEW_LIMIT);
        let cut = (start.len() < text.len()).then(|| first_of(start.len(), text.len()));
        Self { content: Content::Document(Document::text(start.to_owned())), note: cut.or(note) }
    }

    /// Bytes that are no UTF-8: in hex, or as the text that they are said to be.
    fn without_text(reading: &Reading, payload: &[u8]) -> Self {
        let bytes = reading.bytes(payload);
        let told = matches!(reading.kind, Kind::Text);
        let fault = std::str::from_utf8(bytes).err().filter(|_| told || reading.kind == Kind::Binary);
        let note = reading.note.clone().or(fault.map(|fault| not_text(bytes, fault.valid_up_to())));
        if !told {
            return Self { content: Content::Hex, note };
        }
        Self::as_sent(bytes).noting(note, bytes.len())
    }
}

fn first_of(shown: usize, all: usize) -> String {
    let (shown, all) = (format::bytes(shown as u64), format::bytes(all as u64));
    format!("first {shown} of {all}, as sent; the hex view has all")
}

#[cfg(test)]
mod tests;
