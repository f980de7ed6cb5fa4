//! What is known of the messages of a topic beside their bytes: how they are to be read, with which schemas, by which names. Everybody who
//! reads payloads asks here.

use super::{Chosen, Connection, MessageView, SchemaShelf};
use crate::model::Decoding;
use crate::payload::{Hints, OwnedHints, SparkplugAliases};
use crate::store::TopicId;

/// Of the topic `path`; `chosen` is what [`Connection::decoding_of`] says.
pub(super) fn hints<'a>(
    path: &'a str,
    chosen: Option<&'a Chosen>,
    view: &'a MessageView,
    aliases: &'a SparkplugAliases,
) -> Hints<'a> {
    let rule = chosen.map(|chosen| &chosen.decoding);
    let schemas = Some(view.schemas.loaded());
    Hints { topic: path, content_type: None, rule, schemas, aliases: Some(aliases) }
}

/// The same for a worker.
pub(super) fn owned(
    path: &str,
    rule: Option<Decoding>,
    schemas: &SchemaShelf,
    aliases: &SparkplugAliases,
) -> OwnedHints {
    OwnedHints {
        topic: path.to_owned(),
        content_type: None,
        rule,
        schemas: Some(schemas.shared()),
        aliases: Some(aliases.of_topic(path)),
    }
}

impl Connection {
    /// What is known of the messages of a topic beside their bytes and content types. `chosen` is what [`Connection::decoding_of`] says.
    pub fn hints<'a>(&'a self, topic: TopicId, chosen: Option<&'a Chosen>) -> Hints<'a> {
        hints(self.store.path(topic), chosen, &self.message, &self.sparkplug)
    }
}
