//! The hold behind the "pause" of a view: receiving goes on, reading shows the world as it was. The first change to a node
//! after the hold puts a copy of its old numbers aside; whoever reads while held looks there first.

use hashbrown::HashMap;

use super::Seq;
use super::rate::Rate;
use super::stats::Counts;
use crate::model::Moment;

/// The point at which reading stands still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// The last message received before the hold; zero when there was none.
    pub seq: Seq,
    /// When the hold began: take ages and rates as of this moment.
    pub at: Moment,
}

/// Figures of one share that are not in the tree.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    pub(super) byte_rate: Rate,
    pub(super) topics_hidden: u64,
    pub(super) messages_hidden: u64,
    pub(super) malformed: u64,
}

/// What was true at the hold, as far as it has changed since.
#[derive(Debug)]
pub(super) struct Hold {
    pub(super) held: Held,
    /// Nodes from this id on came after the hold.
    pub(super) nodes: u32,
    /// Topics from this position on in their order of arrival came after the hold.
    pub(super) topics: usize,
    /// How often retained marks had been taken away all at once.
    pub(super) forgets: usize,
    pub(super) tallies: [Tally; 2],
    counts: HashMap<u32, Counts>,
}

impl Hold {
    pub(super) fn new(held: Held, nodes: u32, topics: usize, forgets: usize, tallies: [Tally; 2]) -> Self {
        Self { held, nodes, topics, forgets, tallies, counts: HashMap::new() }
    }

    /// Puts the numbers of `node` aside, unless they were before or the node is newer than the hold.
    pub(super) fn save(&mut self, node: u32, counts: Counts) {
        if node < self.nodes {
            self.counts.entry(node).or_insert(counts);
        }
    }

    /// The numbers of `node` at the hold, if they changed since.
    pub(super) fn counts(&self, node: u32) -> Option<Counts> {
        if node < self.nodes { self.counts.get(&node).copied() } else { Some(Counts::default()) }
    }

    /// Bytes allocated for copies.
    pub(super) fn allocated(&self) -> usize {
        self.counts.allocation_size()
    }
}
