//! The topic tree as it is looked at: what is open, selected, filtered and sorted, and the rows on screen. `arrange` brings the
//! rows up to date before a frame; a frame then costs the rows it shows, however large the tree.

macro_rules! walk {
    ($self:ident, $store:expr, $now:expr) => {
        Walk {
            store: $store,
            open: &$self.open,
            closed: &$self.closed,
            filter: $self.filter.as_ref(),
            siblings: &mut $self.siblings,
            now_us: $now,
        }
    };
}

mod filtering;
mod pins;
mod place;
mod settle;

use super::filter::{Filter, FilterFault};
use super::node_set::NodeSet;
use super::siblings::{Siblings, Sort};
use super::walk::{Cursor, Walk, is_open};
use crate::store::{Store, TopicId};
pub use pins::Pins;
pub use place::Place;
use place::place;

/// One row on screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeRow {
    /// Whose row it is.
    pub node: TopicId,
    /// 0 for a first level.
    pub depth: usize,
    /// Has rows below it, shown or not.
    pub branch: bool,
    /// The rows below it are shown.
    pub open: bool,
    /// The filter found this topic (not only something below it).
    pub matched: bool,
    /// The filter does not keep it any more: it stays until the selection moves on.
    pub stale: bool,
}

/// Where to move the selection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Rows down, or up when negative.
    Rows(isize),
    /// To the first row.
    First,
    /// To the last row.
    Last,
}

/// State of the tree pane.
#[derive(Debug, Default)]
pub struct TreeView {
    selected: Option<TopicId>,
    top: Option<TopicId>,
    /// Row of the screen on which the selection stood when last drawn: it stays there while rows come and go above it.
    anchor_row: Option<usize>,
    open: NodeSet,
    closed: NodeSet,
    siblings: Siblings,
    filter: Option<Filter>,
    /// What is wrong with the filter as typed; the last good one is at work.
    filter_fault: Option<FilterFault>,
    /// What was selected when the filter hid it: selected again when the filter goes, unless the user has moved since.
    hidden_selection: Option<TopicId>,
    rows: Vec<TreeRow>,
    place: Option<Place>,
    height: usize,
    pins: Pins,
    /// Topics and branches that are never news, in rising order.
    quiet: Vec<TopicId>,
    /// The user has moved, opened or clicked, or has had time to read: nothing opens or moves by itself any more.
    touched: bool,
    /// When it is time to let things stand, in monotonic microseconds.
    settles_us: Option<u64>,
    /// What opened by itself was thought over once, a second after the first topic.
    laid_again: bool,
}

impl TreeView {
    /// The selected node: that of the selected pin, or else the one under the cursor. A pinned topic that never had a message is none.
    pub fn selected(&self) -> Option<TopicId> {
        match self.pins.selected() {
            Some(pin) => self.pins.node_of(pin),
            None => self.selected,
        }
    }

    /// The node under the tree's own cursor, while no pin is selected.
    pub fn cursor(&self) -> Option<TopicId> {
        self.selected.filter(|_| self.pins.selected().is_none())
    }

    /// The rows on screen, top first, as of the last `arrange`.
    pub fn rows(&self) -> &[TreeRow] {
        &self.rows
    }

    /// Where the rows on screen stand among all visible ones; `None` when all of them are on screen.
    pub fn place(&self) -> Option<Place> {
        self.place
    }

    /// What the tree is sorted by.
    pub fn sort(&self) -> Sort {
        self.siblings.sort()
    }

    /// Sorts by something else, and shows the top of the new order: that is what it was asked for.
    pub fn set_sort(&mut self, sort: Sort) {
        self.siblings.set_sort(sort);
        self.top = None;
        self.anchor_row = None;
    }

    /// Opens every branch above the selection so that it can be seen.
    fn reveal(&mut self, store: &Store) {
        let mut node = self.selected.and_then(|id| store.parent(id));
        while let Some(id) = node {
            self.open.insert(id);
            node = store.parent(id);
        }
    }

    /// From now on nothing opens or moves by itself. An empty tree has nothing yet that could stand still.
    pub(super) fn stand_still(&mut self) {
        self.touched |= self.settles_us.is_some();
    }

    /// Selects `node` and makes it visible.
    pub fn select(&mut self, node: TopicId, store: &Store) {
        self.touched = true;
        self.pins.leave();
        self.selected = Some(node);
        self.hidden_selection = None;
        self.reveal(store);
    }

    /// Selects `node` for a list that shows it: what is open in the tree stays as it is.
    pub(in crate::app) fn point_at(&mut self, node: TopicId) {
        self.touched = true;
        self.pins.leave();
        self.selected = Some(node);
        self.hidden_selection = None;
    }

    /// Selects the row at `row` of the screen, if there is one; returns its node.
    pub fn select_row(&mut self, row: usize) -> Option<TopicId> {
        let node = self.rows.get(row)?.node;
        self.touched = true;
        self.pins.leave();
        self.selected = Some(node);
        self.hidden_selection = None;
        self.anchor_row = Some(row);
        Some(node)
    }

    /// The tree begins `rows` higher on the screen: the cursor keeps its line there.
    pub(in crate::app) fn lower(&mut self, rows: usize) {
        self.anchor_row = self.anchor_row.map(|row| row + rows);
    }

    /// Moves the cursor; the screen follows. Whether it moved.
    fn step_rows(&mut self, step: Step, store: &Store, now_us: u64) -> bool {
        let selected = self.selected;
        let mut walk = walk!(self, store, now_us);
        let mut moved = 0isize;
        let cursor = match (step, selected.and_then(|id| walk.at(id))) {
            (Step::First, _) | (Step::Rows(_), None) => walk.first(),
            (Step::Last, _) => walk.last(),
            (Step::Rows(rows), Some(mut cursor)) => {
                for _ in 0..rows.unsigned_abs() {
                    let stepped = if rows > 0 { walk.next(&mut cursor) } else { walk.previous(&mut cursor) };
                    if !stepped {
                        break;
                    }
                    moved += rows.signum();
                }
                Some(cursor)
            }
        };
        self.selected = cursor.map(|cursor| cursor.node());
        self.hidden_selection = None;
        let last_row = self.height.saturating_sub(1);
        self.anchor_row = match step {
            Step::First => Some(0),
            Step::Last => Some(last_row),
            Step::Rows(_) => self
                .anchor_row
                .or_else(|| self.rows.iter().position(|row| Some(row.node) == selected))
                .map(|row| row.saturating_add_signed(moved).min(last_row))
                .or(Some(last_row / 2)),
        };
        self.selected != selected
    }

    /// Turns the screen without moving the selection (mouse wheel).
    pub fn scroll(&mut self, rows: isize, store: &Store, now_us: u64) {
        self.stand_still();
        let Some(top) = self.rows.first().map(|row| row.node) else { return };
        let height = self.height;
        let mut walk = walk!(self, store, now_us);
        let Some(mut cursor) = walk.at(top) else { return };
        for _ in 0..rows.unsigned_abs() {
            let stepped = if rows > 0 {
                // The last screen stays full.
                let mut ahead = cursor.clone();
                (0..height).all(|_| walk.next(&mut ahead)) && walk.next(&mut cursor)
            } else {
                walk.previous(&mut cursor)
            };
            if !stepped {
                break;
            }
        }
        self.top = Some(cursor.node());
        self.anchor_row = None;
    }

    /// Whether the rows below `node` are shown.
    pub fn is_open(&self, node: TopicId) -> bool {
        is_open(node, &self.open, &self.closed, self.filter.as_ref())
    }

    /// Shows or hides the rows below `node`.
    pub fn set_open(&mut self, node: TopicId, open: bool) {
        self.touched = true;
        if self.filter.is_some() {
            if open {
                self.closed.remove(node);
            } else {
                self.closed.insert(node);
            }
        } else if open {
            self.open.insert(node);
        } else {
            self.open.remove(node);
        }
    }

    /// Shows or hides everything below `node`, at all depths.
    pub fn set_open_below(&mut self, node: TopicId, open: bool, store: &Store) {
        let mut pending = vec![node];
        while let Some(id) = pending.pop() {
            if store.child_count(id) > 0 {
                self.set_open(id, open);
                pending.extend(store.children(id));
            }
        }
    }

    /// Brings the rows up to date for a pane of `height` rows. Nothing jumps: the selection keeps its row, else the top row stays.
    pub fn arrange(&mut self, store: &Store, height: usize, now_us: u64) {
        self.height = height;
        self.follow_filter(store, now_us);
        if !self.touched {
            self.settle(store, now_us);
        }
        if height == 0 {
            // No room for a row: what is selected and where it stood waits for a larger terminal.
            self.rows.clear();
            return;
        }
        let (selected, anchor_row, top) = (self.selected, self.anchor_row, self.top);
        let mut walk = walk!(self, store, now_us);
        let at_selection = selected.and_then(|id| walk.at(id)).or_else(|| walk.first_choice());
        let start = match (anchor_row, &at_selection) {
            (Some(row), Some(cursor)) => {
                Some(stepped_back(&mut walk, cursor, row.min(height.saturating_sub(1))))
            }
            _ => top.and_then(|id| walk.at(id)).or_else(|| walk.first()),
        };
        let mut rows = Vec::with_capacity(height);
        if let Some(mut cursor) = start {
            fill(&mut walk, &mut cursor, height, &mut rows);
            if rows.len() < height
                && let Some(first) = rows.first()
                && let Some(cursor) = walk.at(first.node)
            {
                // Blank rows at the end while there are rows above: pull them in.
                let mut cursor = stepped_back(&mut walk, &cursor, height - rows.len());
                rows.clear();
                fill(&mut walk, &mut cursor, height, &mut rows);
            }
        }
        let full = rows.len() == height;
        self.place = full
            .then(|| rows.first())
            .flatten()
            .and_then(|row| place(&mut walk, row.node))
            .filter(|place| place.all != Ok(height));
        self.selected = at_selection.map(|cursor| cursor.node());
        self.top = rows.first().map(|row| row.node);
        if (anchor_row.is_some() || top.is_none()) && !rows.is_empty() {
            self.anchor_row = rows.iter().position(|row| Some(row.node) == self.selected);
        }
        self.rows = rows;
    }
}

fn stepped_back(walk: &mut Walk<'_>, from: &Cursor, rows: usize) -> Cursor {
    let mut cursor = from.clone();
    for _ in 0..rows {
        if !walk.previous(&mut cursor) {
            break;
        }
    }
    cursor
}

fn fill(walk: &mut Walk<'_>, cursor: &mut Cursor, height: usize, rows: &mut Vec<TreeRow>) {
    for _ in 0..height {
        let node = cursor.node();
        rows.push(TreeRow {
            node,
            depth: cursor.depth(),
            branch: walk.store.child_count(node) > 0,
            open: walk.is_open(node),
            matched: walk.filter.is_some_and(|filter| filter.is_match(node)),
            stale: walk.filter.is_some_and(|filter| filter.is_stale(node)),
        });
        if !walk.next(cursor) {
            break;
        }
    }
}
