//! Which filters a topic matches, found once for each topic of the tree: a flood on many filters costs a look into a table.

use std::collections::HashMap;

use super::SubscriptionView;
use crate::store::TopicId;

/// The memory of which filters each topic matches. Forgotten whenever the filters change.
#[derive(Debug, Default)]
pub(super) struct Counting {
    /// By node of the tree: which of `sets` it is, plus one; 0 where nobody has looked yet.
    known: Vec<u16>,
    /// Different sets of filters, as positions in the list.
    sets: Vec<Box<[u32]>>,
    /// Position of each set.
    places: HashMap<Box<[u32]>, u16>,
}

impl Counting {
    /// The filters have changed.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Counts a message on `topic` for every filter that it matches.
    pub(super) fn count(&mut self, topic: &str, node: Option<TopicId>, list: &mut [SubscriptionView]) {
        let Some(node) = node else {
            for view in list.iter_mut().filter(|view| view.wanted.filter.matches(topic)) {
                view.traffic.messages += 1;
            }
            return;
        };
        let known = self.known.get(node.index()).copied().unwrap_or_default();
        if let Some(set) = usize::from(known).checked_sub(1).and_then(|at| self.sets.get(at)) {
            for &position in set {
                list[position as usize].traffic.messages += 1;
            }
            return;
        }
        let matching = |view: &SubscriptionView| view.wanted.filter.matches(topic);
        let set: Box<[u32]> =
            (0u32..).zip(&*list).filter(|(_, view)| matching(view)).map(|(position, _)| position).collect();
        for &position in &set {
            list[position as usize].traffic.messages += 1;
        }
        self.remember(node, set);
    }

    fn remember(&mut self, node: TopicId, set: Box<[u32]>) {
        let place = if let Some(&place) = self.places.get(&set) {
            place
        } else {
            // More different sets than that are matched anew each time.
            let Ok(place) = u16::try_from(self.sets.len() + 1) else { return };
            self.sets.push(set.clone());
            self.places.insert(set, place);
            place
        };
        if node.index() >= self.known.len() {
            self.known.resize(node.index() + 1, 0);
        }
        self.known[node.index()] = place;
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Subscriptions, Traffic};
    use super::*;
    use crate::model::{Message, Moment, QoS, Subscription, SubscriptionState, TopicFilter};
    use crate::store::{Limits, Store};

    fn view(text: &str) -> SubscriptionView {
        let filter = TopicFilter::parse(text).expect("a filter");
        SubscriptionView {
            wanted: Subscription::new(filter, QoS::AtMostOnce),
            state: SubscriptionState::Requested(QoS::AtMostOnce),
            muted: false,
            traffic: Traffic::default(),
            before: None,
        }
    }

    fn message(topic: &str) -> Message {
        Message {
            topic: topic.to_owned(),
            payload: "x".into(),
            qos: QoS::AtMostOnce,
            retain: false,
            dup: false,
            properties: None,
            received: Moment::default(),
        }
    }

    #[test]
    fn what_is_remembered_counts_like_what_is_matched() {
        let topics = ["a/b", "a/c", "$SYS/x", "a", "b/a/c", "/a"];
        let filters = ["#", "a/#", "+/b", "$SYS/#", "a/b"];
        let mut store = Store::new(Limits::default());
        let (mut counting, mut list) = (Counting::default(), filters.map(view));
        for round in 1..=3 {
            for topic in topics {
                let node = store.ingest(&message(topic)).topic;
                counting.count(topic, node, &mut list);
            }
            for view in &list {
                let matching = topics.iter().filter(|topic| view.wanted.filter.matches(topic)).count();
                assert_eq!(view.traffic.messages, round * matching as u64, "{}", view.wanted.filter);
            }
        }
    }

    #[test]
    fn a_filter_that_is_added_counts_from_then_on() {
        let mut store = Store::new(Limits::default());
        let node = store.ingest(&message("a/b")).topic;
        let mut subscriptions = Subscriptions::default();
        subscriptions.want(view("#").wanted);
        subscriptions.count("a/b", node);
        subscriptions.want(view("a/+").wanted);
        subscriptions.count("a/b", node);
        subscriptions.remove(&TopicFilter::parse("#").expect("a filter"));
        subscriptions.count("a/b", node);
        assert_eq!(subscriptions.list()[0].traffic.messages, 2);
    }
}
