//! What a connection's profile says of single topics and branches: which are pinned above the tree, which are muted in it.

use super::Connection;
use crate::store::TopicId;

/// Pinned or muted paths of one connection at most.
pub(super) const MOST_PATHS: usize = 500;

impl Connection {
    /// The path that is selected: of a pin, or of the node in the tree. A pinned topic need not exist.
    pub fn selected_path(&self) -> Option<&str> {
        match self.tree.pins().selected() {
            Some(pin) => self.profile.pins.get(pin).map(String::as_str),
            None => self.tree.selected().map(|node| self.store.path(node)),
        }
    }

    /// Whether `node` or a branch above it is muted: grey, and never news.
    pub fn is_quiet(&self, node: TopicId) -> bool {
        self.tree.is_quiet(node, &self.store)
    }

    /// Finds the nodes of what is pinned, for `rows` above the tree, and of what is muted.
    pub(super) fn arrange_marks(&mut self, rows: usize) {
        let find = |path: &String| self.store.find(path);
        let pins = self.profile.pins.iter().map(find).collect();
        let quiet = self.profile.quiet.iter().filter_map(find).collect();
        self.tree.arrange_marks(pins, rows, quiet);
    }
}

/// Whether `path` is `branch` or below it.
pub(super) fn is_at_or_below(path: &str, branch: &str) -> bool {
    path.strip_prefix(branch).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
