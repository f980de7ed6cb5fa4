//! Walking the visible rows of the tree, one at a time and in both directions. Costs what it visits, never the whole tree.

use super::filter::Filter;
use super::node_set::NodeSet;
use super::siblings::Siblings;
use crate::store::{Store, TopicId};

/// What decides which rows are visible.
pub(super) struct Walk<'a> {
    pub(super) store: &'a Store,
    pub(super) open: &'a NodeSet,
    /// Closed by hand while a filter opens everything that leads to a match.
    pub(super) closed: &'a NodeSet,
    pub(super) filter: Option<&'a Filter>,
    pub(super) siblings: &'a mut Siblings,
    pub(super) now_us: u64,
}

/// Whether the rows below `node` are shown: a filter opens everything that leads to a match, unless closed by hand.
pub(super) fn is_open(node: TopicId, open: &NodeSet, closed: &NodeSet, filter: Option<&Filter>) -> bool {
    match filter {
        Some(_) => !closed.contains(node),
        None => open.contains(node),
    }
}

/// A row's place: its index among its siblings, at each level from the root down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cursor {
    path: Vec<(TopicId, usize)>,
    node: TopicId,
}

impl Cursor {
    pub(super) fn node(&self) -> TopicId {
        self.node
    }

    /// 0 for a first level.
    pub(super) fn depth(&self) -> usize {
        self.path.len().saturating_sub(1)
    }
}

impl Walk<'_> {
    fn children(&mut self, parent: TopicId) -> &[TopicId] {
        self.siblings.of(parent, self.store, self.filter.map(Filter::keep), self.now_us)
    }

    /// Whether the rows below `node` are shown.
    pub(super) fn is_open(&self, node: TopicId) -> bool {
        is_open(node, self.open, self.closed, self.filter)
    }

    /// The first row of all.
    pub(super) fn first(&mut self) -> Option<Cursor> {
        let node = *self.children(TopicId::ROOT).first()?;
        Some(Cursor { path: vec![(TopicId::ROOT, 0)], node })
    }

    /// What is selected when nothing else is: the first match of the filter, or without one the first row.
    pub(super) fn first_choice(&mut self) -> Option<Cursor> {
        let mut cursor = self.first()?;
        let Some(filter) = self.filter else { return Some(cursor) };
        while !filter.is_match(cursor.node()) {
            if !self.next(&mut cursor) {
                return self.first();
            }
        }
        Some(cursor)
    }

    /// The last row of all.
    pub(super) fn last(&mut self) -> Option<Cursor> {
        let top = self.children(TopicId::ROOT);
        let (index, node) = (top.len().checked_sub(1)?, *top.last()?);
        let mut cursor = Cursor { path: vec![(TopicId::ROOT, index)], node };
        self.descend_to_last(&mut cursor);
        Some(cursor)
    }

    /// The row of `node`, or of its nearest ancestor that is visible.
    pub(super) fn at(&mut self, node: TopicId) -> Option<Cursor> {
        let mut ancestors = Vec::new();
        let mut at = Some(node);
        while let Some(id) = at.filter(|id| *id != TopicId::ROOT) {
            ancestors.push(id);
            at = self.store.parent(id);
        }
        let mut cursor: Option<Cursor> = None;
        let mut parent = TopicId::ROOT;
        for id in ancestors.into_iter().rev() {
            if parent != TopicId::ROOT && !self.is_open(parent) {
                break;
            }
            let Some(index) = self.position(parent, id) else { break };
            match &mut cursor {
                Some(cursor) => {
                    cursor.path.push((parent, index));
                    cursor.node = id;
                }
                None => cursor = Some(Cursor { path: vec![(parent, index)], node: id }),
            }
            parent = id;
        }
        cursor
    }

    fn position(&mut self, parent: TopicId, node: TopicId) -> Option<usize> {
        self.children(parent).iter().position(|id| *id == node)
    }

    /// Moves to the next visible row; false at the end.
    pub(super) fn next(&mut self, cursor: &mut Cursor) -> bool {
        if self.is_open(cursor.node)
            && let Some(child) = self.children(cursor.node).first().copied()
        {
            cursor.path.push((cursor.node, 0));
            cursor.node = child;
            return true;
        }
        for level in (0..cursor.path.len()).rev() {
            let (parent, index) = cursor.path[level];
            if let Some(sibling) = self.siblings.known(parent).get(index + 1).copied() {
                cursor.path.truncate(level);
                cursor.path.push((parent, index + 1));
                cursor.node = sibling;
                return true;
            }
        }
        false
    }

    /// Moves to the visible row before; false at the start.
    pub(super) fn previous(&mut self, cursor: &mut Cursor) -> bool {
        let Some((parent, index)) = cursor.path.pop() else { return false };
        if index == 0 {
            if cursor.path.is_empty() {
                cursor.path.push((parent, index));
                return false;
            }
            cursor.node = parent;
            return true;
        }
        let Some(sibling) = self.siblings.known(parent).get(index - 1).copied() else { return false };
        cursor.path.push((parent, index - 1));
        cursor.node = sibling;
        self.descend_to_last(cursor);
        true
    }

    fn descend_to_last(&mut self, cursor: &mut Cursor) {
        while self.is_open(cursor.node) {
            let parent = cursor.node;
            let children = self.children(parent);
            let Some(last) = children.last().copied() else { break };
            let index = children.len() - 1;
            cursor.path.push((parent, index));
            cursor.node = last;
        }
    }
}
