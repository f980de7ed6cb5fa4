//! The pins above the tree: topics and branches that stay in sight. A pin's selection is the selection of the tree; the paths are in the
//! connection's profile, here is what became of them.

use std::ops::Range;

use super::{Step, TreeView};
use crate::store::{Store, TopicId};

/// The pins as they are looked at.
#[derive(Debug, Default)]
pub struct Pins {
    /// The node of each pin, in the order of the pins; one that never had a message has none.
    nodes: Vec<Option<TopicId>>,
    selected: Option<usize>,
    top: usize,
    /// Rows on screen.
    height: usize,
}

impl Pins {
    /// The selected pin.
    pub fn selected(&self) -> Option<usize> {
        self.selected
    }

    /// The pins on screen.
    pub fn shown(&self) -> Range<usize> {
        self.top..(self.top + self.height).min(self.nodes.len())
    }

    /// Number of pins.
    pub fn count(&self) -> usize {
        self.nodes.len()
    }

    /// The node of a pin, if it has one.
    pub fn node_of(&self, pin: usize) -> Option<TopicId> {
        self.nodes.get(pin).copied().flatten()
    }

    /// The selection goes back to the tree.
    pub(super) fn leave(&mut self) {
        self.selected = None;
    }

    fn select(&mut self, pin: usize) {
        self.selected = Some(pin.min(self.nodes.len().saturating_sub(1)));
    }

    /// Takes in what the pins lead to, and how many rows there are for them.
    fn arrange(&mut self, nodes: Vec<Option<TopicId>>, height: usize) {
        self.nodes = nodes;
        self.height = height;
        let last = self.nodes.len().checked_sub(1).filter(|_| height > 0);
        self.selected = self.selected.and_then(|at| Some(at.min(last?)));
        let most = self.nodes.len().saturating_sub(height);
        if let Some(at) = self.selected {
            self.top = self.top.clamp((at + 1).saturating_sub(height), at);
        }
        self.top = self.top.min(most);
    }

    fn scroll(&mut self, rows: isize) {
        self.top = self.top.saturating_add_signed(rows).min(self.nodes.len().saturating_sub(self.height));
        if let Some(at) = self.selected {
            // What is selected stays in sight.
            self.select(at.clamp(self.top, (self.top + self.height).saturating_sub(1)));
        }
    }
}

impl TreeView {
    /// The pins.
    pub fn pins(&self) -> &Pins {
        &self.pins
    }

    /// Brings the pins up to date for `height` rows above the tree, and what is muted.
    pub(in crate::app) fn arrange_marks(
        &mut self,
        pins: Vec<Option<TopicId>>,
        height: usize,
        mut quiet: Vec<TopicId>,
    ) {
        self.pins.arrange(pins, height);
        quiet.sort_unstable();
        if quiet != self.quiet {
            self.siblings.set_quiet(quiet.clone());
            self.quiet = quiet;
        }
    }

    /// Whether `node` or a branch above it is muted: grey, and never news.
    pub fn is_quiet(&self, node: TopicId, store: &Store) -> bool {
        if self.quiet.is_empty() {
            return false;
        }
        let mut next = Some(node);
        while let Some(id) = next {
            if self.quiet.binary_search(&id).is_ok() {
                return true;
            }
            next = store.parent(id);
        }
        false
    }

    /// Selects the pin on a row above the tree; returns it.
    pub(in crate::app) fn select_pin_row(&mut self, row: usize) -> Option<usize> {
        let pin = self.pins.shown().nth(row)?;
        self.touched = true;
        self.hidden_selection = None;
        self.pins.select(pin);
        Some(pin)
    }

    /// Turns the pins without moving the selection further than it must.
    pub(in crate::app) fn scroll_pins(&mut self, rows: isize) {
        self.pins.scroll(rows);
    }

    /// Moves the selection; the screen follows. Above the first row are the pins.
    pub fn step(&mut self, step: Step, store: &Store, now_us: u64) {
        self.stand_still();
        if let Some(at) = self.pins.selected {
            return self.step_from_pin(at, step, store, now_us);
        }
        let moved = self.step_rows(step, store, now_us);
        if moved || self.pins.height == 0 || self.pins.nodes.is_empty() {
            return;
        }
        match step {
            Step::First => self.pins.select(0),
            Step::Rows(rows) if rows < 0 => {
                self.pins.select(self.pins.nodes.len().saturating_sub(rows.unsigned_abs()));
            }
            _ => {}
        }
    }

    fn step_from_pin(&mut self, at: usize, step: Step, store: &Store, now_us: u64) {
        let count = self.pins.nodes.len();
        let below = match step {
            Step::First => return self.pins.select(0),
            Step::Last => None,
            Step::Rows(rows) if at.saturating_add_signed(rows) < count => {
                return self.pins.select(at.saturating_add_signed(rows));
            }
            Step::Rows(rows) => Some(rows - (count - at) as isize),
        };
        if store.child_count(TopicId::ROOT) == 0 {
            // There is no tree yet to go to.
            return self.pins.select(count);
        }
        self.pins.leave();
        match below {
            None => drop(self.step_rows(Step::Last, store, now_us)),
            Some(rows) => {
                self.step_rows(Step::First, store, now_us);
                if rows > 0 {
                    self.step_rows(Step::Rows(rows), store, now_us);
                }
            }
        }
    }
}
