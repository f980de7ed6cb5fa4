//! What a row of the tree or of a list tells of a message: its payload as it is read, in a few columns. What takes some microseconds to be
//! read is kept between frames.

use std::collections::HashMap;

use super::Cache;
use super::ink::Ink;
use crate::app::Connection;
use crate::model::{ConnectionId, Decoding};
use crate::payload::{Hints, Kind, glance, preview_kind};
use crate::store::{MessageRef, Seq};

/// Rows kept: some screens full.
const KEPT: usize = 512;

/// Rows as they were told before.
#[derive(Debug, Default)]
pub(super) struct Glances {
    kept: HashMap<(ConnectionId, Seq, u16), Told>,
}

#[derive(Debug)]
struct Told {
    text: String,
    /// What it was taken for, and by which schemas: by others it tells something else.
    decoding: Option<Decoding>,
    schemas: usize,
}

/// At most `columns` columns about the payload of `message`.
pub(super) fn of(
    connection: &Connection,
    message: &MessageRef<'_>,
    columns: u16,
    ink: &Ink<'_>,
    cache: &mut Cache,
) -> String {
    let style = ink.payload_style();
    let chosen = connection.decoding_of(message.topic, message.seq);
    let properties = message.properties();
    let content_type = properties.as_ref().and_then(|all| all.content_type.as_deref());
    let hints = Hints { content_type, ..connection.hints(message.topic, chosen.as_ref()) };
    let is_plain = matches!(preview_kind(message.payload), Kind::Json | Kind::Number | Kind::Boolean);
    if is_plain && chosen.is_none() && content_type.is_none() {
        // Cheaper than looking it up.
        return glance(message.payload, &hints, usize::from(columns), style);
    }
    let schemas = hints.schemas.map_or(0, |schemas| std::ptr::from_ref(schemas) as usize);
    let decoding = chosen.as_ref().map(|chosen| &chosen.decoding);
    let key = (connection.id, message.seq, columns);
    if let Some(told) = cache.glances.kept.get(&key)
        && told.schemas == schemas
        && told.decoding.as_ref() == decoding
    {
        return told.text.clone();
    }
    let text = glance(message.payload, &hints, usize::from(columns), style);
    if cache.glances.kept.len() >= KEPT {
        cache.glances.kept.clear();
    }
    cache.glances.kept.insert(key, Told { text: text.clone(), decoding: decoding.cloned(), schemas });
    text
}
