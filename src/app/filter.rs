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
            filter.accept(id, store, |_| {});
        }
        filter.tested = store.topics().len();
        filter
    }

    /// Tests the topics that came since; the nodes that are kept because of them and were not before.
    pub(super) fn take_newcomers(&mut self, store: &Store) -> Vec<TopicId> {
        let mut kept = Vec::new();
        let topics = store.topics();
        let count = topics.len();
        if self.tested >= count {
            return kept;
        }
        for id in topics.skip(self.tested) {
            if contains(store.path(id), &self.text) {
                self.accept(id, store, |node| kept.push(node));
            }
        }
        self.tested = count;
        kept
    }

    /// Keeps a topic that matches and the branches that lead to it; tells which of them are new.
    fn accept(&mut self, id: TopicId, store: &Store, mut kept: impl FnMut(TopicId)) {
        if !self.matching.insert(id) {
            return;
        }
        self.matches += 1;
        let mut node = Some(id);
        while let Some(id) = node {
            if !self.keep.insert(id) {
                break;
            }
            kept(id);
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

#[cfg(test)]
mod tests {
    use crate::app::TreeView;
    use crate::model::{Message, Moment, QoS};
    use crate::store::{Limits, Store};

    fn receive(store: &mut Store, topics: &[&str]) {
        for topic in topics {
            store.ingest(&message(topic));
        }
    }

    fn message(topic: &str) -> Message {
        Message {
            topic: topic.to_owned(),
            payload: "x".into(),
            qos: QoS::AtMostOnce,
            retain: false,
            dup: false,
            properties: None,
            received: Moment::default(),
        }
    }

    #[test]
    fn topics_that_come_and_match_appear_in_their_place_each_once() {
        let mut store = Store::new(Limits::default());
        receive(&mut store, &["a/x/1", "b/x/1", "c/hit", "d/x"]);
        let mut tree = TreeView::default();
        let mut rows = |store: &Store| {
            if tree.filter_text().is_empty() {
                tree.set_filter("hit", store);
            }
            tree.arrange(store, 20, 0);
            tree.rows().iter().map(|row| store.path(row.node).to_string()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(rows(&store), "c c/hit");
        // Below branches that were there and did not match, in a new branch, and beside a match.
        receive(&mut store, &["b/x/hit", "e/hit", "c/a/hit", "d/miss"]);
        let expected = "b b/x b/x/hit c c/a c/a/hit c/hit e e/hit";
        assert_eq!(rows(&store), expected);
        receive(&mut store, &["b/x/hit"]);
        assert_eq!(rows(&store), expected);
        receive(&mut store, &["a/hit"]);
        assert_eq!(rows(&store), format!("a a/hit {expected}"));
    }
}
