//! The outcome of reading a payload.

use std::sync::Arc;

use super::super::format;
use super::super::kind::Kind;
use crate::model::Wrapping;

/// A wrapping that was taken off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layer {
    /// What it was.
    pub wrapping: Wrapping,
    /// Bytes found inside.
    pub size: usize,
}

/// A payload with everything around it taken off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Wrappings taken off, from the outside in.
    pub layers: Vec<Layer>,
    /// What is inside of them.
    pub kind: Kind,
    /// The bytes inside; `None` when there is no layer.
    pub inner: Option<Arc<[u8]>>,
    /// A binary format as JSON text, without whitespace between its tokens. `None` when the bytes inside are themselves what is shown.
    pub text: Option<Arc<str>>,
    /// What a reader has to know: why it is not shown as expected, what is left out. One line; may hold text from the wire.
    pub note: Option<String>,
    /// Bytes of the payload as received.
    pub size: usize,
    /// It is not what the user says it is, and was read as what it looks like; the note says why.
    pub refused: bool,
}

impl Reading {
    /// The bytes inside of all layers; `payload` is what was read.
    pub fn bytes<'a>(&'a self, payload: &'a [u8]) -> &'a [u8] {
        self.inner.as_deref().unwrap_or(payload)
    }

    /// The text to be shown: JSON text of a binary format, or the bytes inside when they are UTF-8. `None` for what is shown as hex;
    /// checks the whole for UTF-8, so keep the result of a large one.
    pub fn text<'a>(&'a self, payload: &'a [u8]) -> Option<&'a str> {
        match &self.text {
            Some(text) => Some(text),
            None if matches!(self.kind, Kind::Binary | Kind::Image(..)) => None,
            None => std::str::from_utf8(self.bytes(payload)).ok(),
        }
    }

    /// Whether [`Reading::text`] is JSON, so that fields can be found in it. Plain numbers and words are not meant: `+.5` and `007` are
    /// numbers for people and no JSON.
    pub fn is_json(&self) -> bool {
        self.text.is_some() || self.kind == Kind::Json
    }

    /// The way in: `gzip › JSON, 1,204 B ‹ 310 B`.
    pub fn chain(&self) -> String {
        let mut chain = String::new();
        for layer in &self.layers {
            chain.push_str(layer.wrapping.name());
            chain.push_str(" › ");
        }
        chain.push_str(&self.kind.to_string());
        chain.push_str(", ");
        if let Some(layer) = self.layers.last() {
            chain.push_str(&format::bytes(layer.size as u64));
            chain.push_str(" ‹ ");
        }
        chain.push_str(&format::bytes(self.size as u64));
        chain
    }
}
