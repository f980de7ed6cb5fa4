//! What was found: the newest of it is listed, the rest counted.

use std::collections::VecDeque;
use std::ops::Range;

use crate::model::Moment;
use crate::store::{Seq, TopicId};

/// Messages that are listed at most.
pub const MAX_LISTED: usize = 10_000;

/// Where in a message it was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the topic, or the whole message was wanted.
    Topic,
    /// In the payload as it is: first byte and length.
    Payload(u32, u32),
    /// In what the payload reads as once it is decoded.
    Decoded,
}

impl Place {
    /// In these bytes of the payload.
    pub(super) fn of(range: &Range<usize>) -> Self {
        Self::Payload(range.start as u32, range.len() as u32)
    }
}

/// A message that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// Which message.
    pub seq: Seq,
    /// Its topic.
    pub topic: TopicId,
    /// When it was received: told even when the message has given way.
    pub at: Moment,
    /// Where in it.
    pub place: Place,
}

/// The messages found.
#[derive(Debug, Default)]
pub(super) struct Results {
    /// Newest first.
    hits: VecDeque<Hit>,
    found: u64,
}

impl Results {
    /// Counts a message, and lists it unless there are enough newer ones. In any order.
    pub(super) fn add(&mut self, hit: Hit, pending: &mut Vec<Hit>) {
        self.found += 1;
        if self.hits.len() < MAX_LISTED || self.hits.back().is_some_and(|oldest| oldest.seq < hit.seq) {
            pending.push(hit);
        }
    }

    /// Puts those that were added in their places.
    pub(super) fn settle(&mut self, mut pending: Vec<Hit>) {
        pending.sort_unstable_by_key(|hit| std::cmp::Reverse(hit.seq));
        let newest_before = self.hits.front().map(|hit| hit.seq);
        let oldest_before = self.hits.back().map(|hit| hit.seq);
        let all_newer = pending.last().map(|hit| hit.seq) > newest_before;
        let all_older = pending.first().map(|hit| hit.seq) < oldest_before;
        if self.hits.is_empty() || all_older {
            self.hits.extend(pending);
        } else if all_newer {
            pending.into_iter().rev().for_each(|hit| self.hits.push_front(hit));
        } else {
            self.hits.extend(pending);
            // Two runs, each in order: merged in one go.
            self.hits.make_contiguous().sort_by_key(|hit| std::cmp::Reverse(hit.seq));
        }
        self.hits.truncate(MAX_LISTED);
    }

    /// Those that are listed, newest first.
    pub(super) fn hits(&self) -> &VecDeque<Hit> {
        &self.hits
    }

    /// How many were found, listed or not.
    pub(super) fn found(&self) -> u64 {
        self.found
    }

    /// Whether older ones were found than are listed.
    pub(super) fn is_capped(&self) -> bool {
        self.found > self.hits.len() as u64
    }

    /// Place of the first that is not newer than `seq`.
    pub(super) fn first_until(&self, seq: Seq) -> usize {
        self.hits.partition_point(|hit| hit.seq > seq)
    }

    /// Place of this message.
    pub(super) fn position(&self, seq: Seq) -> Option<usize> {
        let at = self.first_until(seq);
        self.hits.get(at).is_some_and(|hit| hit.seq == seq).then_some(at)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Message, QoS};
    use crate::store::{Limits, Store};

    fn seqs(count: usize) -> Vec<Hit> {
        let mut store = Store::new(Limits::default());
        let message = Message {
            topic: "a".to_owned(),
            payload: "".into(),
            qos: QoS::AtMostOnce,
            retain: false,
            dup: false,
            properties: None,
            received: Moment::default(),
        };
        let mut next = || {
            let done = store.ingest(&message);
            Some(Hit { seq: done.seq?, topic: done.topic?, at: Moment::default(), place: Place::Topic })
        };
        (0..count).filter_map(|_| next()).collect()
    }

    proptest! {
        #[test]
        fn the_newest_are_listed_in_order_however_they_are_found(
            order in Just((0..MAX_LISTED + 4_000).collect::<Vec<_>>()).prop_shuffle(),
            piece in 1..5_000_usize,
        ) {
            let all = seqs(order.len());
            let mut results = Results::default();
            for piece in order.chunks(piece) {
                let mut pending = Vec::new();
                for &at in piece {
                    results.add(all[at], &mut pending);
                }
                results.settle(pending);
            }
            prop_assert_eq!(results.found(), all.len() as u64);
            let expected: Vec<_> = all.iter().rev().take(MAX_LISTED).copied().collect();
            prop_assert_eq!(Vec::from(results.hits.clone()), expected);
            prop_assert_eq!(results.position(all[0].seq), None);
            prop_assert_eq!(results.position(all[all.len() - 3].seq), Some(2));
        }
    }
}
