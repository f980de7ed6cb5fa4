//! Nodes of a JSON text, from the validating reader's events.

use super::{Builder, NO_NAME, Node, NodeKind};
use crate::payload::json::reader::{Event, Reader};
use crate::payload::json::{JsonFault, JsonReason};

/// The nodes of one JSON value, in the order of the text.
pub(super) fn nodes(text: &str) -> Result<Vec<Node>, JsonFault> {
    let mut reader = Reader::new(text);
    let mut builder = Builder::new(text);
    let mut key = None;
    loop {
        let event = reader.next().map_err(|(offset, reason)| JsonFault::at(text, offset, reason))?;
        let name = match &event {
            Some(Event::Open(_) | Event::Scalar(_)) => key.take().unwrap_or((builder.place(), NO_NAME)),
            _ => (0, NO_NAME),
        };
        let added = match event {
            None => return Ok(builder.finish()),
            Some(Event::Key(range)) => {
                key = Some((range.start as u32, range.end as u32));
                continue;
            }
            Some(Event::Close(_)) => {
                builder.close(reader.at);
                continue;
            }
            Some(Event::Open('{')) => builder.open(NodeKind::Object, name, reader.at - 1),
            Some(Event::Open(_)) => builder.open(NodeKind::Array, name, reader.at - 1),
            Some(Event::Scalar(range)) => {
                let kind = scalar_kind(text.as_bytes()[range.start]);
                builder.add(kind, name, (range.start, range.end))
            }
        };
        if added.is_none() {
            return Err(JsonFault::at(text, reader.at, JsonReason::TooMany));
        }
    }
}

/// What a value is, by its first byte.
pub(in crate::payload) fn scalar_kind(first: u8) -> NodeKind {
    match first {
        b'"' => NodeKind::String,
        b't' | b'f' => NodeKind::Boolean,
        b'n' => NodeKind::Null,
        _ => NodeKind::Number,
    }
}
