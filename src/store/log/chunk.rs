//! One piece of the log's memory: records one after the other, and which stretch of the order of arrival they cover.

use crate::model::Moment;
use crate::store::Seq;
use crate::store::record::{CARRIED, Record};

/// Records, appended until the chunk is full.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    pub(super) bytes: Vec<u8>,
    /// The messages that were put here when they came; `None` when there are only ones carried forward. Those lie between
    /// the others and have no place in the order any more.
    pub(super) run: Option<Run>,
}

/// A stretch of messages in order of arrival. Large messages in chunks of their own are missing in between.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    pub(super) first: Seq,
    pub(super) first_at: Moment,
    pub(super) last: Seq,
    pub(super) last_at: Moment,
    /// Where the first one begins.
    offset: usize,
}

impl Chunk {
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        Self { bytes, run: None }
    }

    /// A message that has just come is about to be appended.
    pub(super) fn extend_run(&mut self, seq: Seq, at: Moment) {
        let offset = self.bytes.len();
        let run = self.run.get_or_insert(Run { first: seq, first_at: at, last: seq, last_at: at, offset });
        (run.last, run.last_at) = (seq, at);
    }

    /// The records of its run in order of arrival, those that are dead included.
    pub(super) fn arrivals(&self) -> impl Iterator<Item = Record<'_>> {
        let mut offset = self.run.map_or(usize::MAX, |run| run.offset);
        let next = move || {
            let record = Record::at(&self.bytes, offset)?;
            offset += record.size();
            Some(record)
        };
        std::iter::from_fn(next).filter(|record| !record.has(CARRIED))
    }
}
