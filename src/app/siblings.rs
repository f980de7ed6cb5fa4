//! The children of a branch in the order in which the tree shows them. Kept only for branches that were looked at, and brought up
//! to date when they are looked at again: a branch nobody opens costs nothing.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::node_set::NodeSet;
use crate::store::{Store, TopicId};

/// What the tree is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Level text, byte order; `$SYS` last.
    #[default]
    Name,
    /// Messages at and below, most first.
    Messages,
    /// Messages a second at and below, most first.
    Rate,
    /// Last received, newest first.
    Last,
}

impl Sort {
    /// The next in turn.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Name => Self::Messages,
            Self::Messages => Self::Rate,
            Self::Rate => Self::Last,
            Self::Last => Self::Name,
        }
    }

    /// As shown in the pane's title.
    pub fn label(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Messages => "messages",
            Self::Rate => "rate",
            Self::Last => "last received",
        }
    }
}

/// A list sorted by something that changes is sorted anew at most this often, so that rows can be read and picked.
const RESORT_US: u64 = 2_000_000;
/// Very long lists are sorted anew less often still: sorting a million rows takes a noticeable part of a second.
const RESORT_LONG_US: u64 = 15_000_000;
const LONG: usize = 50_000;

#[derive(Debug, Default)]
struct Order {
    ids: Vec<TopicId>,
    /// Children of the store already taken in.
    taken: usize,
    sorted_us: u64,
}

/// Ordered children by parent.
#[derive(Debug, Default)]
pub(super) struct Siblings {
    sort: Sort,
    orders: HashMap<TopicId, Order>,
}

impl Siblings {
    pub(super) fn sort(&self) -> Sort {
        self.sort
    }

    /// Changes the order; everything is sorted anew when next looked at.
    pub(super) fn set_sort(&mut self, sort: Sort) {
        self.sort = sort;
        self.orders.clear();
    }

    /// Forgets all orders: the set of visible nodes changed.
    pub(super) fn clear(&mut self) {
        self.orders.clear();
    }

    /// The children of `parent` in order, as last brought up to date; empty when never looked at.
    pub(super) fn known(&self, parent: TopicId) -> &[TopicId] {
        self.orders.get(&parent).map_or(&[], |order| &order.ids)
    }

    /// Brings the children of `parent` up to date and returns them. With `keep`, only those in it.
    pub(super) fn of(
        &mut self,
        parent: TopicId,
        store: &Store,
        keep: Option<&NodeSet>,
        now_us: u64,
    ) -> &[TopicId] {
        let sort = self.sort;
        let order = self.orders.entry(parent).or_default();
        let count = store.child_count(parent);
        let due = match (sort, order.ids.len() > LONG) {
            (Sort::Name, _) => false,
            (_, false) => now_us.saturating_sub(order.sorted_us) >= RESORT_US,
            (_, true) => now_us.saturating_sub(order.sorted_us) >= RESORT_LONG_US,
        };
        if order.taken > count || due {
            *order = Order::default();
        }
        if order.taken < count {
            let fresh: Vec<TopicId> = store
                .children(parent)
                .skip(order.taken)
                .filter(|id| keep.is_none_or(|keep| keep.contains(*id)))
                .collect();
            order.taken = count;
            let compare = |a: &TopicId, b: &TopicId| compare(sort, store, now_us, *a, *b);
            if sort == Sort::Name || order.ids.is_empty() {
                order.ids = merged(&order.ids, fresh, compare);
                order.sorted_us = now_us;
            } else {
                // Newcomers wait at the end until the next sort: a row must not jump between two looks.
                order.ids.extend(fresh);
            }
        }
        &order.ids
    }
}

fn compare(sort: Sort, store: &Store, now_us: u64, a: TopicId, b: TopicId) -> Ordering {
    let by_name = || {
        let (a, b) = (store.level(a), store.level(b));
        (a == "$SYS").cmp(&(b == "$SYS")).then_with(|| a.cmp(b))
    };
    match sort {
        Sort::Name => by_name(),
        Sort::Messages => {
            store.stats(b).messages_below.cmp(&store.stats(a).messages_below).then_with(by_name)
        }
        Sort::Rate => store.rate(b, now_us).total_cmp(&store.rate(a, now_us)).then_with(by_name),
        Sort::Last => {
            store.stats(b).last_received_us.cmp(&store.stats(a).last_received_us).then_with(by_name)
        }
    }
}

/// Sorts `fresh` and merges it into the sorted `old`: a few newcomers among many cost a search each and one pass.
fn merged(
    old: &[TopicId],
    mut fresh: Vec<TopicId>,
    compare: impl Fn(&TopicId, &TopicId) -> Ordering,
) -> Vec<TopicId> {
    fresh.sort_by(&compare);
    if old.is_empty() {
        return fresh;
    }
    let mut all = Vec::with_capacity(old.len() + fresh.len());
    let mut from = 0;
    for id in fresh {
        let to = from + old[from..].partition_point(|other| compare(other, &id).is_lt());
        all.extend_from_slice(&old[from..to]);
        all.push(id);
        from = to;
    }
    all.extend_from_slice(&old[from..]);
    all
}
