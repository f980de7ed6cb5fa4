//! The children of a branch in the order in which the tree shows them. Kept only for branches that were looked at, and brought up
//! to date when they are looked at again: a branch nobody opens costs nothing.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use super::filter::Keep;
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
    /// The last of them; ids rise with the order of arrival.
    newest: Option<TopicId>,
    /// Children taken in before which a filter keeps only now.
    late: HashSet<TopicId>,
    /// Children that it does not keep any more.
    gone: HashSet<TopicId>,
    sorted_us: u64,
}

/// So many are looked up one by one; for more, the whole list is gone through.
const FEW: usize = 16;

impl Order {
    /// Takes out what the filter does not keep any more.
    fn let_go(&mut self, compare: impl Fn(&TopicId, &TopicId) -> Ordering, sort: Sort) {
        let gone = std::mem::take(&mut self.gone);
        if sort != Sort::Name || gone.len() > FEW {
            self.ids.retain(|id| !gone.contains(id));
            return;
        }
        for id in gone {
            if let Ok(at) = self.ids.binary_search_by(|other| compare(other, &id)) {
                self.ids.remove(at);
            }
        }
    }

    /// Time was travelled back to when there were only `count` children. The others keep their order.
    fn go_back(&mut self, parent: TopicId, count: usize, store: &Store) {
        self.ids.retain(|&id| !store.is_new_since_hold(id));
        self.late.retain(|&id| !store.is_new_since_hold(id));
        self.gone.retain(|&id| !store.is_new_since_hold(id));
        self.newest = store.children(parent).last();
        self.taken = count;
    }
}

/// Ordered children by parent.
#[derive(Debug, Default)]
pub(super) struct Siblings {
    sort: Sort,
    /// Nodes that are never news, in rising order: sorted by what changes they come last.
    quiet: Vec<TopicId>,
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

    /// Changes what is never news.
    pub(super) fn set_quiet(&mut self, quiet: Vec<TopicId>) {
        self.quiet = quiet;
        if matches!(self.sort, Sort::Rate | Sort::Last) {
            self.orders.clear();
        }
    }

    /// Forgets all orders: the set of visible nodes changed.
    pub(super) fn clear(&mut self) {
        self.orders.clear();
    }

    /// Takes in nodes that the filter keeps from now on, and lets go of those that it does not keep any more. `changed` has a node once
    /// for each time it came or went, `keep` is how things are now.
    pub(super) fn follow(&mut self, mut changed: Vec<TopicId>, keep: &Keep, store: &Store) {
        changed.sort_unstable();
        for changes in changed.chunk_by(|a, b| a == b).filter(|changes| changes.len() % 2 == 1) {
            let node = changes[0];
            let order = store.parent(node).and_then(|parent| self.orders.get_mut(&parent));
            // What was not taken in yet is asked of the filter then.
            let Some(order) = order.filter(|order| Some(node) <= order.newest) else { continue };
            let (to, from) = if keep.contains(node) {
                (&mut order.late, &mut order.gone)
            } else {
                (&mut order.gone, &mut order.late)
            };
            if !from.remove(&node) {
                to.insert(node);
            }
        }
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
        keep: Option<&Keep>,
        now_us: u64,
    ) -> &[TopicId] {
        let sort = self.sort;
        let order = self.orders.entry(parent).or_default();
        let count = store.child_count(parent);
        let due = match (sort, order.ids.len() > LONG) {
            (Sort::Name, _) => false,
            // Time may have been travelled in, back or forth.
            (_, false) => now_us.abs_diff(order.sorted_us) >= RESORT_US,
            (_, true) => now_us.abs_diff(order.sorted_us) >= RESORT_LONG_US,
        };
        if due {
            *order = Order::default();
        } else if order.taken > count {
            order.go_back(parent, count, store);
        }
        if !order.gone.is_empty() {
            order.let_go(|a, b| by_name(store, *a, *b), sort);
        }
        if order.taken < count || !order.late.is_empty() {
            let mut fresh: Vec<TopicId> = std::mem::take(&mut order.late).into_iter().collect();
            let newcomers = match order.newest {
                Some(newest) => store.children_after(parent, newest),
                None => store.children(parent),
            };
            for child in newcomers {
                order.newest = Some(child);
                if keep.is_none_or(|keep| keep.contains(child)) {
                    fresh.push(child);
                }
            }
            order.taken = count;
            if sort == Sort::Name {
                merge(&mut order.ids, fresh, |a, b| by_name(store, *a, *b));
            } else if order.ids.is_empty() {
                order.ids = most_first(sort, fresh, store, &self.quiet, now_us);
                order.sorted_us = now_us;
            } else {
                // Newcomers wait at the end until the next sort: a row must not jump between two looks.
                order.ids.extend(fresh);
            }
        }
        &order.ids
    }
}

/// By level text, `$SYS` last.
fn by_name(store: &Store, a: TopicId, b: TopicId) -> Ordering {
    let (a, b) = (store.level(a), store.level(b));
    (a == "$SYS").cmp(&(b == "$SYS")).then_with(|| a.cmp(b))
}

/// Sorts by a figure, largest first, and by name where it is the same. Each figure is read once: among a hundred thousand rows that
/// takes a third of the time of reading two for every comparison.
fn most_first(sort: Sort, ids: Vec<TopicId>, store: &Store, quiet: &[TopicId], now_us: u64) -> Vec<TopicId> {
    let figure = |id: TopicId| match sort {
        Sort::Rate | Sort::Last if quiet.binary_search(&id).is_ok() => 0,
        Sort::Name => 0,
        Sort::Messages => store.messages_below(id),
        // Rates are never negative: their bits stand in the order of the numbers.
        Sort::Rate => u64::from(store.rate(id, now_us).to_bits()),
        Sort::Last => store.last_received_us(id).map_or(0, |at| at.saturating_add(1)),
    };
    let mut figures: Vec<(u64, TopicId)> = ids.into_iter().map(|id| (figure(id), id)).collect();
    figures.sort_by(|(a, first), (b, second)| b.cmp(a).then_with(|| by_name(store, *first, *second)));
    figures.into_iter().map(|(_, id)| id).collect()
}

/// Sorts `fresh` into the sorted `all`: a few newcomers among many cost a search each, and each row moves at most once.
fn merge(all: &mut Vec<TopicId>, mut fresh: Vec<TopicId>, compare: impl Fn(&TopicId, &TopicId) -> Ordering) {
    fresh.sort_by(&compare);
    let mut end = all.len();
    all.extend_from_slice(&fresh);
    for (before, id) in fresh.iter().enumerate().rev() {
        let at = all[..end].partition_point(|other| compare(other, id).is_lt());
        all.copy_within(at..end, at + before + 1);
        all[at + before] = *id;
        end = at;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Message, Moment, QoS};
    use crate::store::Limits;

    /// A store that received one message on each of `topics`, a second apart, and the moment of the last.
    fn store(topics: &[&str]) -> (Store, u64) {
        let mut store = Store::new(Limits::default());
        let mut now = Moment::default();
        for topic in topics {
            now = now.plus(std::time::Duration::from_secs(1));
            store.ingest(&Message {
                topic: (*topic).to_owned(),
                payload: "x".into(),
                qos: QoS::AtMostOnce,
                retain: false,
                dup: false,
                properties: None,
                received: now,
            });
        }
        (store, now.mono_us)
    }

    fn order(sort: Sort, topics: &[&str]) -> String {
        let (store, now_us) = store(topics);
        let mut siblings = Siblings::default();
        siblings.set_sort(sort);
        let ids = siblings.of(TopicId::ROOT, &store, None, now_us);
        ids.iter().map(|id| store.level(*id)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn every_order_puts_the_most_first_and_equals_by_name() {
        assert_eq!(order(Sort::Name, &["c", "$SYS/x", "a", "b"]), "a b c $SYS");
        assert_eq!(order(Sort::Messages, &["b", "c", "a", "c/d", "a", "b"]), "a b c");
        assert_eq!(order(Sort::Messages, &["b", "a", "b", "$SYS/x"]), "b a $SYS");
        assert_eq!(order(Sort::Last, &["b", "c", "a"]), "a c b");
        assert_eq!(order(Sort::Rate, &["c", "a", "b", "b", "b", "b"]), "b a c");
    }

    #[test]
    fn newcomers_take_their_place_by_name_and_wait_at_the_end_otherwise() {
        for (sort, expected) in [(Sort::Name, ["a", "b", "c"]), (Sort::Messages, ["a", "c", "b"])] {
            let (mut store, now_us) = store(&["c", "a"]);
            let mut siblings = Siblings::default();
            siblings.set_sort(sort);
            siblings.of(TopicId::ROOT, &store, None, now_us);
            let late = Message {
                topic: "b".into(),
                payload: "x".into(),
                qos: QoS::AtMostOnce,
                retain: false,
                dup: false,
                properties: None,
                received: Moment { mono_us: now_us, wall_ms: 0 },
            };
            store.ingest(&late);
            store.ingest(&late);
            let ids = siblings.of(TopicId::ROOT, &store, None, now_us);
            assert_eq!(ids.iter().map(|id| store.level(*id)).collect::<Vec<_>>(), expected);
        }
    }
}
