//! Copies of messages that cannot be judged on the spot: they wait to be decoded, or to be asked a jq condition, by a worker.

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
    /// It has to be decoded.
    pub(super) is_coded: bool,
    /// Where its payload ends in the bytes of the batch; it begins where the one before ends.
    end: usize,
}

impl Item {
    pub(super) fn hit(self, place: Place) -> Hit {
        Hit { seq: self.seq, topic: self.topic, at: self.at, place }
    }
}

/// Messages with their payloads, to be taken out in the order in which they were put in.
#[derive(Debug, Clone, Default)]
pub(in crate::app) struct Batch {
    bytes: Vec<u8>,
    items: Vec<Item>,
    /// What is known of payloads that have to be decoded, by topic.
    hints: HashMap<TopicId, OwnedHints>,
    /// Content types of those that have one, by message, and bytes of them all.
    types: (HashMap<Seq, String>, usize),
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
        self.bytes.len() + self.items.len() * size_of::<Item>() + self.types.1
    }

    /// Puts in a message that is read as it is.
    pub(super) fn push(&mut self, message: Sight<'_>) {
        self.put(message.seq, message.topic, message.at, message.payload, false);
    }

    /// Puts in a message that has to be decoded; `hints` is asked once for each topic.
    pub(super) fn push_coded(
        &mut self,
        message: Sight<'_>,
        content_type: Option<String>,
        hints: impl FnOnce() -> OwnedHints,
    ) {
        self.put(message.seq, message.topic, message.at, message.payload, true);
        self.hints.entry(message.topic).or_insert_with(hints);
        if let Some(content_type) = content_type {
            self.types.1 += content_type.len();
            self.types.0.insert(message.seq, content_type);
        }
    }

    fn put(&mut self, seq: Seq, topic: TopicId, at: Moment, payload: &[u8], is_coded: bool) {
        self.bytes.extend_from_slice(payload);
        self.items.push(Item { seq, topic, at, is_coded, end: self.bytes.len() });
    }

    /// Puts what is left of an earlier batch before what came since.
    pub(super) fn precede(&mut self, mut earlier: Self) {
        if earlier.is_empty() {
            return;
        }
        earlier.hints.extend(std::mem::take(&mut self.hints));
        let (types, bytes) = std::mem::take(&mut self.types);
        earlier.types.0.extend(types);
        earlier.types.1 += bytes;
        while let Some((Item { seq, topic, at, is_coded, .. }, payload, _)) = self.next() {
            earlier.put(seq, topic, at, payload, is_coded);
        }
        *self = earlier;
    }

    /// Takes out the next message, with what is known of its payload.
    pub(super) fn next(&mut self) -> Option<(Item, &[u8], Hints<'_>)> {
        let item = *self.items.get(self.next)?;
        let start = self.next.checked_sub(1).map_or(0, |before| self.items[before].end);
        self.next += 1;
        let hints = self.hints.get(&item.topic).map(OwnedHints::as_hints).unwrap_or_default();
        let hints = Hints { content_type: self.types.0.get(&item.seq).map(String::as_str), ..hints };
        Some((item, self.bytes.get(start..item.end).unwrap_or_default(), hints))
    }
}
