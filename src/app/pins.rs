//! What a connection's profile says of single topics and branches: which are pinned above the tree, which are muted in it. A pin may be of
//! one field of a topic's payloads, which is watched so: `home/climate#/temperature`. No name of a topic has a `#` (MQTT 5, 4.7.1).

use super::{Connection, Pane, Right};
use crate::payload::field::{Field, value_in};
use crate::store::TopicId;

/// Bytes of the largest payload that is read for a row.
const WATCHED: usize = 64 << 10;
/// Pinned or muted paths of one connection at most.
pub(super) const MOST_PATHS: usize = 500;

impl Connection {
    /// The path that is selected: of a pin, or of the node in the tree. A pinned topic need not exist.
    pub fn selected_path(&self) -> Option<&str> {
        match self.tree.pins().selected() {
            Some(pin) => self.profile.pins.get(pin).map(|pin| parts(pin).0),
            None => self.tree.selected().map(|node| self.store.path(node)),
        }
    }

    /// What is to be pinned or unpinned: the pin that is selected, the field that is selected in the payload's tree, or the topic.
    pub(super) fn pin_in_hand(&self) -> Option<String> {
        if let Some(pin) = self.tree.pins().selected() {
            return self.profile.pins.get(pin).cloned();
        }
        let path = self.selected_path()?;
        let in_payload = self.focus == Pane::Message && self.right == Right::Message;
        let selected = self.selected_node().filter(|_| in_payload);
        let is_value = selected.is_some_and(|(structure, node)| !structure.kind(node).is_container());
        // What jq made of the payload is not in the next one.
        let filtered = self.shown().is_some_and(|shown| shown.of.program.is_some());
        match self.selected_field().filter(|field| is_value && !filtered && *field != Field::Whole) {
            Some(field) => Some(format!("{path}#{field}")),
            None => Some(path.to_owned()),
        }
    }

    /// What the newest message that is shown of a topic says at a field: `None` when it says nothing there. It is read for each frame, so
    /// that of a large one only that is told.
    pub fn watched(&self, topic: TopicId, field: &Field) -> Option<String> {
        let message = self.store.latest(topic)?;
        if message.payload.len() > WATCHED {
            return Some("(too large to watch)".to_owned());
        }
        let reading = self.read_small(&message);
        value_in(reading.text(message.payload)?, field)
    }

    /// Whether `node` or a branch above it is muted: grey, and never news.
    pub fn is_quiet(&self, node: TopicId) -> bool {
        self.tree.is_quiet(node, &self.store)
    }

    /// Finds the nodes of what is pinned, for `rows` above the tree, and of what is muted.
    pub(super) fn arrange_marks(&mut self, rows: usize) {
        let find = |path: &String| self.store.find(path);
        let pins = self.profile.pins.iter().map(|pin| self.store.find(parts(pin).0)).collect();
        let quiet = self.profile.quiet.iter().filter_map(find).collect();
        self.tree.arrange_marks(pins, rows, quiet);
    }
}

/// The topic or branch of a pin, and the field that is watched.
pub fn parts(pin: &str) -> (&str, Option<Field>) {
    match pin.split_once('#') {
        Some((topic, field)) => (topic, Field::parse(field).ok()),
        None => (pin, None),
    }
}

/// Whether `path` is `branch` or below it.
pub(super) fn is_at_or_below(path: &str, branch: &str) -> bool {
    path.strip_prefix(branch).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
