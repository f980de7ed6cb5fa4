//! One line of the chart: a field of a topic, its points so far, and how far the history has been read for it.

use super::points::{Point, Points};
use crate::model::{Decoding, Message, Moment};
use crate::payload::field::{Field, Probe};
use crate::payload::{Hints, read};
use crate::store::{MessageRef, Seq, Store, TopicId};

/// Messages that a piece of work reads at most, and bytes after which it ends: of payloads, and of what is inside of their wrappings.
const PIECE: (usize, usize) = (2_048, 1 << 20);

/// Bytes inside of a payload's wrappings beyond which unwrapping each message would take too long.
const LARGEST: usize = 4 << 20;

/// One line of the chart.
#[derive(Debug, Clone)]
pub struct Series {
    /// The topic.
    pub topic: TopicId,
    /// Which value of its messages.
    pub field: Field,
    /// Its colour among those of lines, from 0; no other line has it.
    pub colour: usize,
    /// What was found so far.
    pub points: Points,
    /// Messages in which there was no number.
    pub without: u64,
    probe: Probe,
    /// What its payloads are taken for, when that is said.
    decoding: Option<Decoding>,
    /// The newest message that was looked at, and when it came.
    upto: (Seq, Option<Moment>),
    /// Nothing of the history is missing: messages are taken in as they come.
    is_complete: bool,
    /// What was wrapped in a payload was so large that no other is unwrapped for its number.
    pub is_too_large: bool,
}

impl Series {
    /// A line without points; the history is read by [`Series::work`].
    pub(super) fn new(topic: TopicId, field: Field, colour: usize) -> Result<Self, String> {
        let probe = Probe::new(&field).map_err(|fault| fault.to_string())?;
        let points = Points::default();
        Ok(Self {
            topic,
            field,
            colour,
            points,
            without: 0,
            probe,
            decoding: None,
            upto: (Seq::default(), None),
            is_complete: false,
            is_too_large: false,
        })
    }

    /// Whether the history holds messages that were not looked at.
    pub(super) fn has_work(&self, store: &Store) -> bool {
        if self.is_complete {
            return false;
        }
        let newest = store.history(self.topic).next().map(|message| message.seq);
        store.held_since().is_none() || newest.is_some_and(|newest| newest > self.upto.0)
    }

    /// Share of the history that was read, when it is not all of it yet.
    pub fn progress(&self, store: &Store) -> Option<f64> {
        let left = if self.is_complete { 0 } else { store.index_of(self.topic, self.upto.0) };
        (left > 0).then(|| 1.0 - left as f64 / store.history_len(self.topic).max(1) as f64)
    }

    /// Reads the next piece of the history, from old to new. What the history shows while it is held is all of it for now.
    pub(super) fn work(&mut self, store: &Store, hints: &Hints<'_>) {
        self.take_for(hints.rule);
        let left = store.index_of(self.topic, self.upto.0);
        let piece = left.min(PIECE.0);
        let mut messages: Vec<MessageRef<'_>> =
            store.history_from(self.topic, left - piece).take(piece).collect();
        let mut bytes = 0;
        let mut done = 0;
        while let Some(message) = messages.pop().filter(|_| bytes < PIECE.1) {
            done += 1;
            let content_type = || message.properties().and_then(|properties| properties.content_type);
            bytes += message.payload.len()
                + self.take((message.seq, message.received), message.payload, content_type, hints);
        }
        self.is_complete = done == left && store.held_since().is_none();
    }

    /// Takes in a message that has just come.
    pub(super) fn feed(&mut self, seq: Seq, message: &Message, held: Option<Moment>, hints: &Hints<'_>) {
        self.take_for(hints.rule);
        if !self.is_complete {
            // It comes from the history in its turn.
            return;
        }
        let content_type = || message.properties.as_ref()?.content_type.clone();
        let mut at = message.received;
        if let Some(held) = held {
            // It waited in the channel while the view was paused: what is being looked at has not seen it yet.
            at.mono_us = at.mono_us.max(held.mono_us + 1);
        }
        self.take((seq, at), &message.payload, content_type, hints);
    }

    /// Payloads that are taken for something else now are other numbers: all of them are read anew.
    fn take_for(&mut self, decoding: Option<&Decoding>) {
        if self.decoding.as_ref() == decoding {
            return;
        }
        self.decoding = decoding.cloned();
        self.points = Points::default();
        (self.without, self.upto, self.is_complete, self.is_too_large) =
            (0, Default::default(), false, false);
    }

    /// Takes in a message; bytes that were found inside of its wrappings.
    fn take(
        &mut self,
        (seq, at): (Seq, Moment),
        payload: &[u8],
        content_type: impl FnOnce() -> Option<String>,
        hints: &Hints<'_>,
    ) -> usize {
        let before = self.upto.1.replace(at);
        self.upto.0 = seq;
        let mut inside = 0;
        let value = match self.field {
            Field::Size => Some(payload.len() as f64),
            Field::Gap => match before {
                Some(before) => Some(at.since(before).as_secs_f64()),
                // Before the first there was none: not a message without.
                None => return inside,
            },
            _ => self.number(payload, content_type, hints, &mut inside),
        };
        match value.filter(|value| value.is_finite()) {
            Some(value) => self.points.push(Point { at, value }),
            None => self.without += 1,
        }
        inside
    }

    /// The number in a text form of a message.
    pub(super) fn number_in(&self, text: &str) -> Option<f64> {
        self.probe.number(text)
    }

    /// The number in a payload. One that is text itself is not read layer by layer, unless a rule wants it. `inside` becomes the bytes
    /// that were found in its wrappings.
    fn number(
        &mut self,
        payload: &[u8],
        content_type: impl FnOnce() -> Option<String>,
        hints: &Hints<'_>,
        inside: &mut usize,
    ) -> Option<f64> {
        if hints.rule.is_none()
            && let Ok(text) = std::str::from_utf8(payload)
        {
            let found = self.number_in(text);
            if found.is_some() || text.trim_ascii_start().starts_with(['{', '[', '<']) {
                return found;
            }
        }
        if self.is_too_large {
            return None;
        }
        let content_type = content_type();
        let reading = read(payload, &Hints { content_type: content_type.as_deref(), ..*hints });
        *inside = reading.layers.iter().map(|layer| layer.size).sum();
        self.is_too_large = *inside > LARGEST;
        self.number_in(reading.text(payload)?)
    }
}
