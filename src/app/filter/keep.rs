//! The nodes that a filter keeps: topics that match, and every branch above one. Each node counts what holds it, so that taking a topic
//! out costs its depth at most.

use crate::store::{Store, TopicId};

/// The kept nodes.
#[derive(Debug, Default)]
pub(in crate::app) struct Keep {
    /// For each node: 1 if it is held itself, and 1 for each child that is kept.
    holders: Vec<u32>,
}

impl Keep {
    pub(in crate::app) fn contains(&self, node: TopicId) -> bool {
        self.holders.get(node.index()).is_some_and(|holders| *holders > 0)
    }

    /// Holds `node`, and so every branch above; tells which nodes were not kept before.
    pub(super) fn hold(&mut self, node: TopicId, store: &Store, mut new: impl FnMut(TopicId)) {
        let mut next = Some(node);
        while let Some(id) = next {
            if id.index() >= self.holders.len() {
                self.holders.resize(id.index() + 1, 0);
            }
            let holders = &mut self.holders[id.index()];
            *holders += 1;
            if *holders > 1 {
                return;
            }
            new(id);
            next = store.parent(id);
        }
    }

    /// Ends one hold of `node`; tells which nodes are not kept any more.
    pub(super) fn release(&mut self, node: TopicId, store: &Store, mut gone: impl FnMut(TopicId)) {
        let mut next = Some(node);
        while let Some(id) = next {
            let Some(holders) = self.holders.get_mut(id.index()) else { return };
            *holders = holders.saturating_sub(1);
            if *holders > 0 {
                return;
            }
            gone(id);
            next = store.parent(id);
        }
    }

    /// How many hold `node`: itself or the cursor, and its kept children.
    pub(super) fn holders(&self, node: TopicId) -> u32 {
        self.holders.get(node.index()).copied().unwrap_or_default()
    }
}
