//! When retained marks were taken away all at once, and from which topics: what the order of arrival does not tell.

use std::collections::VecDeque;

use crate::store::Seq;

/// One time at which marks were taken away.
#[derive(Debug)]
pub(super) struct Forget {
    /// The last message before.
    pub(super) after: Seq,
    pub(super) topics: Box<[u32]>,
}

/// The newest of those times.
#[derive(Debug, Default)]
pub(in crate::store) struct Forgets {
    list: VecDeque<Forget>,
    /// How many have gone from the front of the list.
    gone: usize,
    bytes: usize,
    floor: Seq,
}

impl Forgets {
    /// Notes that marks were taken away after message `after`; keeps to `limit` bytes, for which the oldest go.
    pub(in crate::store) fn note(&mut self, after: Seq, topics: Vec<u32>, limit: usize) {
        if topics.is_empty() {
            return;
        }
        let forget = Forget { after, topics: topics.into_boxed_slice() };
        self.bytes += bytes_of(&forget);
        self.list.push_back(forget);
        while self.bytes > limit
            && let Some(oldest) = self.list.pop_front()
        {
            self.bytes -= bytes_of(&oldest);
            self.gone += 1;
            self.floor = Seq(oldest.after.0 + 1);
        }
    }

    /// Lets those go that no moment from `floor` on is before.
    pub(in crate::store) fn trim(&mut self, floor: Seq) {
        while self.list.front().is_some_and(|oldest| oldest.after < floor)
            && let Some(oldest) = self.list.pop_front()
        {
            self.bytes -= bytes_of(&oldest);
            self.gone += 1;
        }
    }

    /// No moment before this can be told.
    pub(in crate::store) fn floor(&self) -> Seq {
        self.floor
    }

    /// How many there ever were.
    pub(in crate::store) fn count(&self) -> usize {
        self.gone + self.list.len()
    }

    /// How many there were before the moment after message `seq`.
    pub(super) fn before(&self, seq: Seq) -> usize {
        self.gone + self.list.partition_point(|forget| forget.after < seq)
    }

    /// Those from number `first` to before `end`.
    pub(super) fn range(&self, first: usize, end: usize) -> impl Iterator<Item = &Forget> {
        let (first, end) = (first.saturating_sub(self.gone), end.saturating_sub(self.gone));
        self.list.range(first.min(end)..end)
    }

    /// Bytes allocated.
    pub(in crate::store) fn allocated(&self) -> usize {
        self.bytes
    }
}

fn bytes_of(forget: &Forget) -> usize {
    size_of::<Forget>() + size_of_val::<[u32]>(&forget.topics)
}
