//! What a payload is, layer by layer: wrappings are taken off, binary formats are written as JSON text, so that every view, diff, filter
//! and chart works on one form. The payload itself is never altered. Pure and `Send`: may run on a worker. Called by `app` and `ui`.
//!
//! The order of asking: what the user says; then marks in the first bytes; then the topic, for Sparkplug; then the content type; then
//! what the bytes look like. A wrong guess is worse than hexadecimal.

mod array;
mod cbor;
mod content_type;
mod cursor;
mod fault;
mod forms;
mod glance;
mod image;
mod items;
mod looks;
mod messagepack;
mod protobuf;
mod reading;
mod schema_json;
mod schemas;
mod sparkplug;
mod unwrap;
mod wire;
mod writer;

use std::borrow::Cow;
use std::sync::Arc;

pub use glance::glance;
pub(in crate::payload) use image::image;
pub(in crate::payload) use looks::not_text;
pub use reading::{Layer, Reading};
pub use schemas::{SchemaFault, Schemas};
pub use sparkplug::SparkplugAliases;

use super::format;
use super::kind::{Kind, preview_kind};
use crate::model::{Decoding, Form, Wrapping};
use forms::Found;
use looks::Look;
use unwrap::{Limits, Unwrapped, unwrap};

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
/// format. Never fails: what cannot be read stays as it is, and the note says why. Of content larger than 64 MB the first part is
/// taken, and the note says so.
pub fn read(bytes: &[u8], hints: &Hints<'_>) -> Reading {
    read_within(bytes, hints, Limits::WHOLE)
}

/// Like [`read`], for what is read by the dozen: of content larger than 64 KiB the first part is taken, and the note says so.
pub fn read_small(bytes: &[u8], hints: &Hints<'_>) -> Reading {
    read_within(bytes, hints, Limits::GLANCE)
}

fn read_within(bytes: &[u8], hints: &Hints<'_>, limits: Limits) -> Reading {
    let mut reader = Reader {
        hints,
        limits,
        bytes: Cow::Borrowed(bytes),
        layers: Vec::new(),
        whole: true,
        refused: false,
        notes: Vec::new(),
    };
    let said = hints.rule.filter(|rule| !rule.is_auto()).and_then(|rule| reader.as_told(rule));
    let found = said.unwrap_or_else(|| reader.by_looks());
    reader.notes.extend(found.note);
    Reading {
        kind: found.kind,
        inner: if reader.layers.is_empty() { None } else { Some(Arc::from(reader.bytes.into_owned())) },
        layers: reader.layers,
        text: found.text.map(Arc::from),
        note: (!reader.notes.is_empty()).then(|| reader.notes.join("; ")),
        size: bytes.len(),
        refused: reader.refused,
    }
}

struct Reader<'a> {
    hints: &'a Hints<'a>,
    limits: Limits,
    /// What is inside of the layers taken off so far.
    bytes: Cow<'a, [u8]>,
    layers: Vec<Layer>,
    /// Nothing was left out so far.
    whole: bool,
    /// The bytes are not what the user says.
    refused: bool,
    notes: Vec<String>,
}

impl Reader<'_> {
    /// Reads the bytes as the user says; `None`, and a note, when they are not that.
    fn as_told(&mut self, rule: &Decoding) -> Option<Found> {
        for wrapping in &rule.wrappings {
            match unwrap(*wrapping, &self.bytes, self.limits) {
                Ok(unwrapped) => self.enter(*wrapping, unwrapped),
                Err(fault) => {
                    self.refuse(wrapping.name(), &fault);
                    return None;
                }
            }
        }
        if rule.form == Form::Auto {
            return None;
        }
        match forms::read(&rule.form, &self.bytes, self.hints, self.limits) {
            Ok(found) => Some(found),
            Err(fault) => {
                match forms::schema_fault(&rule.form, self.hints) {
                    Some(reason) => self.refuse("that message", &reason),
                    None => self.refuse(&rule.form.to_string(), &fault),
                }
                None
            }
        }
    }

    /// The bytes are not what the user says: says why, and what is done about it.
    fn refuse(&mut self, what: &str, fault: &dyn std::fmt::Display) {
        self.refused = true;
        self.notes.push(format!("cannot be taken for {what}: {fault}; shown as it looks"));
    }

    /// Reads the bytes as what they look like, layer by layer.
    fn by_looks(&mut self) -> Found {
        let mut look = self.look(self.hints.content_type);
        loop {
            match look {
                Look::Found(found) => return found,
                Look::Wrapped(wrapping, unwrapped, content_type) => {
                    if self.layers.len() >= Decoding::MOST_WRAPPINGS {
                        let note =
                            format!("more than {} wrappings: this one stays on", Decoding::MOST_WRAPPINGS);
                        return Found { note: Some(note), ..Found::plain(Kind::Binary) };
                    }
                    self.enter(wrapping, unwrapped);
                    look = self.look(content_type.as_deref().or(self.hints.content_type));
                }
            }
        }
    }

    fn look(&self, content_type: Option<&str>) -> Look {
        // The rest of what was cut off might be anything.
        if !self.whole {
            return Look::Found(Found::plain(preview_kind(&self.bytes)));
        }
        looks::look(&self.bytes, &Hints { content_type, ..*self.hints }, self.limits)
    }

    fn enter(&mut self, wrapping: Wrapping, unwrapped: Unwrapped) {
        let name = wrapping.name();
        if !unwrapped.whole {
            let limit = format::bytes(unwrapped.bytes.len() as u64);
            self.notes.push(format!("{name}: first {limit} of a larger content; the raw bytes stay"));
        }
        if unwrapped.rest > 0 {
            let rest = format::bytes(unwrapped.rest as u64);
            self.notes.push(format!("{name}: {rest} that follow are left out"));
        }
        self.whole &= unwrapped.whole;
        self.layers.push(Layer { wrapping, size: unwrapped.bytes.len() });
        self.bytes = Cow::Owned(unwrapped.bytes);
    }
}

#[cfg(test)]
mod tests;
