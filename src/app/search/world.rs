//! Where one searches: the messages, the browse set, and what is known of how payloads are to be read.

use super::Search;
use crate::app::{Browse, Connection, Decodings, SchemaShelf, hints};
use crate::model::DecoderRule;
use crate::payload::{OwnedHints, SparkplugAliases};
use crate::store::{Store, TopicId};

/// Everything of a connection that a search asks.
#[derive(Debug, Clone, Copy)]
pub(in crate::app) struct World<'a> {
    pub(super) store: &'a Store,
    pub(super) browse: &'a Browse,
    rules: &'a [DecoderRule],
    decodings: &'a Decodings,
    schemas: &'a SchemaShelf,
    sparkplug: &'a SparkplugAliases,
}

impl World<'_> {
    /// What is known of the payloads of a topic.
    pub(super) fn hints(self, topic: TopicId) -> OwnedHints {
        let path = self.store.path(topic);
        let rule = self.decodings.of_topic(path, self.rules).cloned();
        hints::owned(path, rule, self.schemas, self.sparkplug)
    }

    /// Whether it is laid down how the payloads of a topic are to be read.
    pub(super) fn is_ruled(self, path: &str) -> bool {
        self.decodings.of_topic(path, self.rules).is_some()
    }
}

impl Connection {
    /// The search, and where it searches.
    pub(in crate::app) fn search_in(&mut self) -> (&mut Search, World<'_>) {
        let Self { search, store, browse, profile, message, sparkplug, .. } = self;
        let rules = &profile.decoders;
        let (decodings, schemas) = (&message.decodings, &message.schemas);
        (search, World { store, browse, rules, decodings, schemas, sparkplug })
    }
}
