//! The first seconds: branches open and a topic is selected by themselves, so that there is something to read at once. Ends with the
//! first key or click, or when the user has had time to read.

use super::{NodeSet, TreeView, Walk, fill};
use crate::store::{Store, TopicId};

/// How long after the first topic branches open by themselves: by then a broker has sent what it retained.
const SETTLING_US: u64 = 3_000_000;

impl TreeView {
    /// Before the first touch: opens what fits and selects the busiest topic in sight, so that its message can be read at once.
    pub(super) fn settle(&mut self, store: &Store, now_us: u64) {
        if store.child_count(TopicId::ROOT) == 0 {
            return;
        }
        let settles_us = *self.settles_us.get_or_insert(now_us.saturating_add(SETTLING_US));
        if !self.laid_again && now_us + SETTLING_US * 2 / 3 >= settles_us {
            // What was retained came at once and says little; by now what came again is known to be alive.
            self.laid_again = true;
            self.open = NodeSet::default();
        }
        self.open_what_fits(store, now_us);
        let mut rows = Vec::with_capacity(self.height);
        let mut walk = walk!(self, store, now_us);
        if let Some(mut cursor) = walk.first() {
            fill(&mut walk, &mut cursor, self.height, &mut rows);
        }
        let topics = rows.iter().enumerate().filter(|(_, row)| store.is_topic(row.node));
        let busiest = topics.rev().max_by_key(|(_, row)| store.stats(row.node).own_messages);
        let row = busiest.map_or(0, |(index, _)| index);
        self.selected = rows.get(row).map(|row| row.node);
        self.anchor_row = Some(row);
        self.touched = now_us >= settles_us;
    }

    /// Before the first touch, branches open by themselves, shallow and lively ones first, as long as everything fits on the screen.
    fn open_what_fits(&mut self, store: &Store, now_us: u64) {
        loop {
            let mut walk = walk!(self, store, now_us);
            let Some(mut cursor) = walk.first() else { return };
            let mut rows = Vec::with_capacity(self.height);
            fill(&mut walk, &mut cursor, self.height + 1, &mut rows);
            let room = self.height.saturating_sub(rows.len());
            let candidate = rows
                .iter()
                .filter(|row| row.branch && !row.open && store.level(row.node) != "$SYS")
                .filter(|row| store.child_count(row.node) <= room)
                .min_by_key(|row| (row.depth, std::cmp::Reverse(repeats(store, row.node))))
                .map(|row| row.node);
            match candidate {
                Some(node) => drop(self.open.insert(node)),
                None => return,
            }
        }
    }
}

/// Messages at and below a node beyond the first of each topic: what is alive, not what was retained.
fn repeats(store: &Store, node: TopicId) -> u64 {
    let stats = store.stats(node);
    stats.messages_below.saturating_sub(u64::from(stats.topics_below))
}
