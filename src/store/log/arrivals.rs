//! The log read in order of arrival, across topics: what came between two messages, and which message was the newest at a
//! moment. Whoever travels in time reads here. What was carried forward has left its place in the order and is passed over;
//! a message that is no longer part of the history still counts until its chunk goes.

use super::Log;
use super::chunk::Run;
use crate::model::Moment;
use crate::store::Seq;
use crate::store::record::Record;

/// Messages too large for the whole history of which it is remembered that they came.
const MISSING_REMEMBERED: usize = 1_024;

/// What the arrival of one message changed.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Arrival {
    pub(in crate::store) seq: Seq,
    pub(in crate::store) topic: u32,
    /// Bytes of the payload.
    pub(in crate::store) bytes: u64,
    /// The topic's retained mark came or went with it.
    pub(in crate::store) flips: bool,
    pub(in crate::store) received: Moment,
    /// It was too large to be stored.
    pub(in crate::store) missing: bool,
}

impl Arrival {
    /// What it changed in the number of retained topics.
    pub(in crate::store) fn retained(self) -> i32 {
        match (self.flips, self.bytes) {
            (false, _) => 0,
            (true, 0) => -1,
            (true, _) => 1,
        }
    }
}

impl From<Record<'_>> for Arrival {
    fn from(record: Record<'_>) -> Self {
        Self {
            seq: record.seq(),
            topic: record.topic(),
            bytes: record.payload_length() as u64,
            flips: record.flips(),
            received: record.received(),
            missing: false,
        }
    }
}

impl Log {
    /// The last message in the order of arrival that has left the log's memory. Only what came later can be told exactly.
    pub(in crate::store) fn floor(&self) -> Seq {
        self.floor
    }

    /// From here on, what leaves the log although it came after `seq` is kept for [`Log::take_lost`]; `None` ends that.
    pub(in crate::store) fn watch(&mut self, seq: Option<Seq>) {
        self.watch = seq;
        self.lost = Vec::new();
    }

    /// What came after the watched message and left the log since it was last asked.
    pub(in crate::store) fn take_lost(&mut self) -> Vec<Arrival> {
        std::mem::take(&mut self.lost)
    }

    /// A message leaves the order of arrival.
    pub(super) fn leave(&mut self, arrival: Arrival) {
        self.floor = self.floor.max(arrival.seq);
        if self.watch.is_some_and(|watched| arrival.seq > watched) {
            self.lost.push(arrival);
        }
    }

    /// A message that was not stored has its place in the order all the same.
    pub(super) fn note_missing(&mut self, arrival: Arrival) {
        if self.missing.len() == MISSING_REMEMBERED
            && let Some(oldest) = self.missing.pop_front()
        {
            self.leave(oldest);
        }
        self.missing.push_back(arrival);
    }

    /// The newest message on `topic` up to `seq` that was not stored, as far as it is remembered.
    pub(in crate::store) fn newest_missing(&self, topic: u32, seq: Seq) -> Option<Seq> {
        let found = self.missing.iter().rev().find(|missing| missing.topic == topic && missing.seq <= seq);
        found.map(|missing| missing.seq)
    }

    /// What came after `after`, up to and with `upto`, as far as the log still has it; in order of arrival but for large
    /// messages, which come between.
    pub(in crate::store) fn arrivals(&self, after: Seq, upto: Seq) -> impl Iterator<Item = Arrival> + '_ {
        let chunks = self
            .chunks
            .iter()
            .filter(move |chunk| chunk.run.is_some_and(|run| run.first <= upto && run.last > after));
        let stored = chunks.flat_map(move |chunk| {
            let records = chunk.arrivals().skip_while(move |record| record.seq() <= after);
            records.take_while(move |record| record.seq() <= upto).map(Arrival::from)
        });
        let missing = self.missing.iter().copied();
        stored.chain(missing.filter(move |missing| missing.seq > after && missing.seq <= upto))
    }

    /// Its messages in order of arrival, in stretches: first and last with their moments.
    fn runs(&self) -> impl Iterator<Item = &Run> {
        self.chunks.iter().filter_map(|chunk| chunk.run.as_ref()).filter(|run| run.last > self.floor)
    }

    /// When the oldest message came that is still in the order.
    pub(in crate::store) fn oldest_at(&self) -> Option<Moment> {
        self.runs().next().map(|run| run.first_at)
    }

    /// When message `seq` came, if it is still in the order.
    pub(in crate::store) fn moment(&self, seq: Seq) -> Option<Moment> {
        let before = Seq(seq.0.checked_sub(1)?);
        self.arrivals(before, seq).next().map(|arrival| arrival.received)
    }

    /// The newest message up to and with `seq`.
    pub(in crate::store) fn newest_until(&self, seq: Seq) -> Option<Seq> {
        self.newest(|each, _| each <= seq)
    }

    /// The newest message whose number and moment satisfy `holds`, which must hold for all messages before it as well.
    pub(in crate::store) fn newest(&self, holds: impl Fn(Seq, Moment) -> bool) -> Option<Seq> {
        let whole = self.runs().filter(|run| holds(run.last, run.last_at)).map(|run| run.last);
        let parts = self.chunks.iter().filter(|chunk| {
            chunk.run.is_some_and(|run| holds(run.first, run.first_at) && !holds(run.last, run.last_at))
        });
        let in_part = parts.filter_map(|chunk| {
            let held = chunk.arrivals().take_while(|record| holds(record.seq(), record.received()));
            held.last().map(Record::seq)
        });
        let missing = self.missing.iter().filter(|missing| holds(missing.seq, missing.received));
        let all = whole.chain(in_part).chain(missing.map(|missing| missing.seq));
        all.max().filter(|&seq| seq > self.floor)
    }

    /// The oldest message after `seq` that is still in the order.
    pub(in crate::store) fn oldest_after(&self, seq: Seq) -> Option<Seq> {
        let after = seq.max(self.floor);
        let whole = self.runs().filter(|run| run.first > after).map(|run| run.first);
        let parts = self
            .chunks
            .iter()
            .filter(|chunk| chunk.run.is_some_and(|run| run.first <= after && run.last > after));
        let in_part = parts.filter_map(|chunk| chunk.arrivals().map(Record::seq).find(|&each| each > after));
        let missing = self.missing.iter().map(|missing| missing.seq).filter(|&each| each > after);
        whole.chain(in_part).chain(missing).min()
    }
}
