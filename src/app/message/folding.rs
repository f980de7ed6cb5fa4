//! What is open and what is selected in the tree view. Kept as paths, so that it holds for the next message, and for another topic that
//! sends the like.

use crate::payload::field::Field;
use crate::payload::structure::{NodeId, NodeKind, Open, Structure};

/// Up to so many nodes all branches are open at first; of more, two levels.
const ALL_OPEN: usize = 200;
/// Branches that were opened or closed by hand and are remembered; the oldest are forgotten.
const REMEMBERED: usize = 200;

/// State of the tree view.
#[derive(Debug, Default)]
pub struct Folding {
    /// All were opened or closed.
    all: Option<bool>,
    /// Paths opened and closed since, in this order.
    by_hand: Vec<(String, bool)>,
    /// Path of the selected node.
    selected: String,
    /// The same for the structure on screen.
    open: Open,
    at: Option<NodeId>,
}

impl Folding {
    /// Which branches are open.
    pub fn open(&self) -> &Open {
        &self.open
    }

    /// The selected node of the structure on screen.
    pub fn at(&self) -> Option<NodeId> {
        self.at
    }

    /// Another structure is on screen: opens and selects what was open and selected before, as far as it is there.
    pub(super) fn settle(&mut self, structure: &Structure) {
        self.open = match self.all {
            Some(true) => Open::to_depth(structure, usize::MAX),
            Some(false) => Open::to_depth(structure, 1),
            None if structure.len() <= ALL_OPEN => Open::to_depth(structure, usize::MAX),
            None => Open::to_depth(structure, 2),
        };
        if self.all.is_none() && structure.is_xml() {
            for node in structure.nodes().filter(|node| says_all(structure, *node)) {
                self.open.set(node, false);
            }
        }
        for (path, open) in &self.by_hand {
            if let Some(node) = node_at(structure, path) {
                self.open.set(node, *open);
            }
        }
        let at = node_at(structure, &self.selected).unwrap_or_else(|| structure.root());
        self.open.reveal(structure, at);
        self.at = Some(at);
    }

    /// Selects the node `rows` further down.
    pub(in crate::app) fn step(&mut self, structure: &Structure, rows: isize) {
        let Some(at) = self.at else { return };
        let row = structure.row_of(&self.open, at);
        let last = structure.row_count(&self.open).saturating_sub(1);
        let row = row.saturating_add_signed(rows).min(last);
        if let Some(node) = structure.rows(&self.open, row, 1).first() {
            self.select(structure, *node);
        }
    }

    /// Selects a node and opens what is above it.
    pub(in crate::app) fn select(&mut self, structure: &Structure, node: NodeId) {
        self.open.reveal(structure, node);
        self.at = Some(node);
        self.selected = path_of(structure, node);
    }

    /// Opens the selected branch if it is closed, closes it if it is open.
    pub(in crate::app) fn toggle(&mut self, structure: &Structure) {
        if let Some(at) = self.at {
            self.set(structure, at, !self.open.is_open(at));
        }
    }

    /// Opens the selected branch, or goes to the first node below it.
    pub(in crate::app) fn inward(&mut self, structure: &Structure) {
        let Some(at) = self.at else { return };
        if self.open.is_open(at) {
            if structure.child_count(at) > 0 {
                self.step(structure, 1);
            }
        } else {
            self.set(structure, at, true);
        }
    }

    /// Closes the selected branch, or goes to the one above.
    pub(in crate::app) fn outward(&mut self, structure: &Structure) {
        let Some(at) = self.at else { return };
        if self.open.is_open(at) && structure.child_count(at) > 0 {
            self.set(structure, at, false);
        } else if let Some(parent) = structure.parent(at) {
            self.select(structure, parent);
        }
    }

    /// Opens or closes every branch.
    pub(in crate::app) fn set_all(&mut self, structure: &Structure, open: bool) {
        self.all = Some(open);
        self.by_hand.clear();
        let at = self.at.unwrap_or_else(|| structure.root());
        // What is selected stays on screen: its outermost branch, when it is closed in.
        let seen = if open { at } else { outermost(structure, at) };
        self.selected = path_of(structure, seen);
        self.settle(structure);
    }

    fn set(&mut self, structure: &Structure, node: NodeId, open: bool) {
        if !structure.kind(node).is_container() {
            return;
        }
        self.open.set(node, open);
        let path = path_of(structure, node);
        self.by_hand.retain(|(known, _)| *known != path);
        if self.by_hand.len() == REMEMBERED {
            self.by_hand.remove(0);
        }
        self.by_hand.push((path, open));
    }
}

/// Whether an element says all that is in it beside its name: nothing but attributes, or attributes and text.
fn says_all(structure: &Structure, node: NodeId) -> bool {
    let mut below = structure.children(node);
    structure.content(node).is_some() || below.all(|child| structure.kind(child) == NodeKind::Attribute)
}

/// The node on the way to `at` that stands directly below the root.
fn outermost(structure: &Structure, at: NodeId) -> NodeId {
    let mut at = at;
    while structure.depth(at) > 1 {
        let Some(parent) = structure.parent(at) else { break };
        at = parent;
    }
    at
}

/// The way to a node: JSON pointer, or `XPath`.
pub(super) fn path_of(structure: &Structure, node: NodeId) -> String {
    if structure.is_xml() { structure.xpath_of(node) } else { structure.pointer_of(node) }
}

fn node_at(structure: &Structure, path: &str) -> Option<NodeId> {
    let found = if structure.is_xml() { structure.at_xpath(path) } else { structure.at_pointer(path) };
    // A path into XML is none into JSON.
    found.ok().flatten()
}

/// The field that a chart or a copy names the node by.
pub(super) fn field_of(structure: &Structure, node: NodeId) -> Field {
    let path = path_of(structure, node);
    if structure.is_xml() {
        Field::XPath(path)
    } else if path.is_empty() {
        Field::Whole
    } else {
        Field::Pointer(path)
    }
}
