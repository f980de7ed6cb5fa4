//! Copies of messages that cannot be judged on the spot: they wait to be decoded, or to be asked a jq condition on a worker.

use std::collections::HashMap;

use super::results::{Hit, Place};
use super::run::Sight;
use crate::model::Moment;
use crate::payload::{Hints, OwnedHints};
use crate::store::{Seq, TopicId};

/// One message of a batch, without its payload.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Item {
    pub(super) seq: Seq,
    pub(super) topic: TopicId,
    pub(super) at: Moment,
    /// Where its payload ends in the bytes of the batch; it begins where the one before ends.
    end: usize,
}

impl Item {
    pub(super) fn hit(self) -> Hit {
        Hit { seq: self.seq, topic: self.topic, at: self.at, place: Place::Topic }
    }
}

/// Messages with their payloads, to be taken out in the order in which they were put in.
#[derive(Debug, Clone, Default)]
pub(in crate::app) struct Batch {
    bytes: Vec<u8>,
    items: Vec<Item>,
    /// What is known of payloads that have to be decoded, by topic.
    hints: HashMap<TopicId, OwnedHints>,
    /// The next one to be taken out.
    next: usize,
}

impl PartialEq for Batch {
    fn eq(&self, other: &Self) -> bool {
        (&self.bytes, &self.items, self.next) == (&other.bytes, &other.items, other.next)
    }
}

impl Batch {
    pub(super) fn is_empty(&self) -> bool {
        self.next == self.items.len()
    }

    /// Bytes of memory that it takes.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.len() + self.items.len() * size_of::<Item>()
    }

    /// Puts in a message that is read as it is.
    pub(super) fn push(&mut self, message: Sight<'_>) {
        if self.is_empty() {
            self.bytes.clear();
            self.items.clear();
            self.hints.clear();
            self.next = 0;
        }
        self.bytes.extend_from_slice(message.payload);
        let Sight { seq, topic, at, .. } = message;
        self.items.push(Item { seq, topic, at, end: self.bytes.len() });
    }

    /// Puts in a message that has to be decoded; `hints` is asked once for each topic.
    pub(super) fn push_coded(&mut self, message: Sight<'_>, hints: impl FnOnce() -> OwnedHints) {
        self.push(message);
        self.hints.entry(message.topic).or_insert_with(hints);
    }

    /// Puts what is left of an earlier batch before what came since.
    pub(super) fn precede(&mut self, mut earlier: Self) {
        if earlier.is_empty() {
            return;
        }
        earlier.hints.extend(std::mem::take(&mut self.hints));
        while let Some((Item { seq, topic, at, .. }, payload, _)) = self.next() {
            earlier.push(Sight { seq, topic, at, payload });
        }
        *self = earlier;
    }

    /// Takes out the next message, with what is known of its payload.
    pub(super) fn next(&mut self) -> Option<(Item, &[u8], Hints<'_>)> {
        let item = *self.items.get(self.next)?;
        let start = self.next.checked_sub(1).map_or(0, |before| self.items[before].end);
        self.next += 1;
        let hints = self.hints.get(&item.topic).map(OwnedHints::as_hints).unwrap_or_default();
        Some((item, self.bytes.get(start..item.end).unwrap_or_default(), hints))
    }
}
