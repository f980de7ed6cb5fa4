//! The tree filter: which topics contain the text, and which branches lead to them. Newcomers are tested as they come.

use super::node_set::NodeSet;
use crate::store::{Store, TopicId};

/// A filter at work.
#[derive(Debug, Default)]
pub(super) struct Filter {
    text: String,
    matching: NodeSet,
    /// The matching topics and every branch above them.
    keep: NodeSet,
    matches: usize,
    /// Topics of the store already tested.
    tested: usize,
}

impl Filter {
    /// Filters the topics of `store` by `text`, case ignored.
    pub(super) fn new(text: &str, store: &Store) -> Self {
        let mut filter = Self { text: text.to_owned(), ..Self::default() };
        for id in store.search_topics(text, true) {
            filter.accept(id, store);
        }
        filter.tested = store.topics().len();
        filter
    }

    /// Tests the topics that came since; true when a match was among them.
    pub(super) fn take_newcomers(&mut self, store: &Store) -> bool {
        let topics = store.topics();
        if self.tested >= topics.len() {
            return false;
        }
        let before = self.matches;
        let count = topics.len();
        for id in topics.skip(self.tested) {
            if contains(store.path(id), &self.text) {
                self.accept(id, store);
            }
        }
        self.tested = count;
        self.matches > before
    }

    fn accept(&mut self, id: TopicId, store: &Store) {
        if !self.matching.insert(id) {
            return;
        }
        self.matches += 1;
        let mut node = Some(id);
        while let Some(id) = node {
            if !self.keep.insert(id) {
                break;
            }
            node = store.parent(id);
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn matches(&self) -> usize {
        self.matches
    }

    pub(super) fn is_match(&self, id: TopicId) -> bool {
        self.matching.contains(id)
    }

    pub(super) fn keep(&self) -> &NodeSet {
        &self.keep
    }
}

/// Whether `topic` contains `needle` by the rules of `Store::search_topics`: an ASCII needle by ASCII letters only.
fn contains(topic: &str, needle: &str) -> bool {
    if needle.is_ascii() {
        topic.to_ascii_lowercase().contains(&needle.to_ascii_lowercase())
    } else {
        topic.to_lowercase().contains(&needle.to_lowercase())
    }
}
