//! The visible rows of a structure of which some containers are open: found by walking, never built as a whole.

use super::{NodeId, Structure};

/// Which containers are open: one bit a node.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Open {
    bits: Vec<u64>,
}

impl Open {
    /// All closed.
    pub fn none() -> Self {
        Self::default()
    }

    /// Containers down to `levels` are open: 1 opens the root alone.
    pub fn to_depth(structure: &Structure, levels: usize) -> Self {
        let mut open = Self::none();
        for id in structure.nodes().filter(|id| structure.kind(*id).is_container()) {
            if structure.depth(id) < levels {
                open.set(id, true);
            }
        }
        open
    }

    /// Whether a node is open.
    pub fn is_open(&self, id: NodeId) -> bool {
        self.bits.get(id.index() / 64).is_some_and(|word| word >> (id.index() % 64) & 1 == 1)
    }

    /// Opens or closes a node.
    pub fn set(&mut self, id: NodeId, open: bool) {
        let (word, bit) = (id.index() / 64, 1 << (id.index() % 64));
        if open {
            if self.bits.len() <= word {
                self.bits.resize(word + 1, 0);
            }
            self.bits[word] |= bit;
        } else if let Some(bits) = self.bits.get_mut(word) {
            *bits &= !bit;
        }
    }

    /// Opens what is closed, and closes what is open.
    pub fn toggle(&mut self, id: NodeId) {
        self.set(id, !self.is_open(id));
    }

    /// Opens or closes a node and every container below it.
    pub fn set_all(&mut self, structure: &Structure, id: NodeId, open: bool) {
        for below in (id.0..structure.node(id).end).map(NodeId) {
            if !open || structure.kind(below).is_container() {
                self.set(below, open);
            }
        }
    }

    /// Opens everything above a node, so that it is a visible row.
    pub fn reveal(&mut self, structure: &Structure, id: NodeId) {
        let mut at = structure.parent(id);
        while let Some(above) = at {
            self.set(above, true);
            at = structure.parent(above);
        }
    }
}

impl Structure {
    /// The visible row after `id`, which is visible itself.
    pub fn next_row(&self, open: &Open, id: NodeId) -> Option<NodeId> {
        let next = if open.is_open(id) { id.0 + 1 } else { self.node(id).end };
        ((next as usize) < self.nodes.len()).then_some(NodeId(next))
    }

    /// The visible row before `id`, which is visible itself.
    pub fn previous_row(&self, open: &Open, id: NodeId) -> Option<NodeId> {
        let before = NodeId(id.0.checked_sub(1)?);
        // The node just before in the text, or the outermost closed one above it.
        let mut shown = before;
        let mut at = self.parent(before);
        while let Some(above) = at.filter(|above| *above < id) {
            if !open.is_open(above) {
                shown = above;
            }
            at = self.parent(above);
        }
        Some(shown)
    }

    /// `count` visible rows from the `from`-th on, from 0. Takes about 2 ns for each row before.
    pub fn rows(&self, open: &Open, from: usize, count: usize) -> Vec<NodeId> {
        self.visible(open).skip(from).take(count).collect()
    }

    /// Number of visible rows.
    pub fn row_count(&self, open: &Open) -> usize {
        self.visible(open).count()
    }

    /// Which visible row `id` is, from 0; of a hidden node, the closed one that hides it.
    pub fn row_of(&self, open: &Open, id: NodeId) -> usize {
        self.visible(open).take_while(|shown| *shown <= id).count().saturating_sub(1)
    }

    fn visible<'a>(&'a self, open: &'a Open) -> impl Iterator<Item = NodeId> + 'a {
        std::iter::successors(Some(self.root()), move |id| self.next_row(open, *id))
    }
}
