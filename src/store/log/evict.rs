//! Eviction: the oldest chunk goes, and what must outlive it is carried forward. Called by the log when it needs room or its
//! budget shrinks.

use super::chunk::Chunk;
use super::{Arrival, Log};
use crate::store::heads::Heads;
use crate::store::record::{self, Address, CARRIED, DEAD, Record};

impl Log {
    /// Lets the oldest chunk go. The messages that must outlive it are carried forward first, while all that was ever carried
    /// takes at most `limit` bytes.
    pub(super) fn evict(&mut self, heads: &mut Heads, limit: usize) {
        if self.open == Some(self.front) {
            self.open = None;
        }
        let mut offset = 0;
        while let Some(record) = self.chunks.front().and_then(|chunk| Record::at(&chunk.bytes, offset)) {
            let (size, dead) = (record.size(), record.has(DEAD));
            if let Some(arrival) = (!record.has(CARRIED)).then(|| Arrival::from(record)) {
                self.leave(arrival);
            }
            let address = Address::new(self.front, offset);
            if !dead {
                match self.reason_to_carry(heads, address, limit) {
                    Some(reason) if self.is_alone(size) => return self.requeue(heads, address, reason),
                    Some(reason) if self.carry(heads, address, size, reason) => {}
                    _ => self.give_up(heads, address),
                }
            }
            offset += size;
        }
        self.recycle_front();
    }

    /// Removes the front chunk; one of ordinary size is filled again.
    fn recycle_front(&mut self) {
        let Some(mut chunk) = self.chunks.pop_front().map(|chunk| chunk.bytes) else { return };
        self.front += 1;
        if self.spare.is_none() && chunk.capacity() == self.chunk {
            chunk.clear();
            self.spare = Some(chunk);
        } else {
            self.allocated -= chunk.capacity();
        }
    }

    /// Whether the front chunk is one record of `size` bytes and nothing else.
    fn is_alone(&self, size: usize) -> bool {
        self.chunks.front().is_some_and(|chunk| chunk.bytes.len() == size)
    }

    /// Why the record at `address`, in the front chunk, must not be lost; `None` if it may go. The newest of each topic stays
    /// while all that was carried fits in three quarters of the budget, the next ones up to `keep_min` while it fits in half.
    fn reason_to_carry(&self, heads: &Heads, address: Address, limit: usize) -> Option<Reason> {
        let record = self.record(address)?;
        let topic = record.topic();
        let head = heads.now(topic);
        let already = if record.has(CARRIED) { record.size() } else { 0 };
        let fits = |share: usize| self.carried - already + record.size() <= share.min(limit);
        if head.newest == address {
            return fits(self.budget / 4 * 3).then_some(Reason { topic, newer: None });
        }
        // The oldest of many is the common case, and needs no walk to be told.
        let many = head.stored as usize > self.keep_min;
        if !fits(self.budget / 2) || many && self.record(record.previous()).is_none() {
            return None;
        }
        let mut newer = head.newest;
        for rank in 1..self.keep_min.min(head.stored as usize) {
            // Only the oldest is left: it is this one, and `newer` need not be read to know.
            if rank + 1 == head.stored as usize {
                return Some(Reason { topic, newer: Some(newer) });
            }
            let next = self.record(newer)?.previous();
            if next == address {
                return Some(Reason { topic, newer: Some(newer) });
            }
            newer = next;
        }
        None
    }

    /// Copies the record at `address`, in the front chunk, to the open chunk; false if there is no room for it.
    fn carry(&mut self, heads: &mut Heads, address: Address, size: usize, reason: Reason) -> bool {
        let Some(to) = self.room_to_carry(size) else { return false };
        // Out of the deque for a moment, so that the front can be read while this is written.
        let Some(mut open) = self.chunk_mut(to).map(|chunk| std::mem::take(&mut chunk.bytes)) else {
            return false;
        };
        let start = address.offset();
        open.extend_from_slice(
            self.chunks.front().and_then(|front| front.bytes.get(start..start + size)).unwrap_or_default(),
        );
        if let Some(place) = self.chunk_mut(to) {
            place.bytes = open;
        }
        if !self.mark(to, CARRIED) {
            self.carried += size;
        }
        self.moved(heads, address, to, reason);
        true
    }

    /// Room in the open chunk, the spare one, or a new one as large as the front, which is about to be freed.
    fn room_to_carry(&mut self, size: usize) -> Option<Address> {
        if let Some(address) = self.room_in_open_chunk(size) {
            return Some(address);
        }
        if let Some(spare) = self.spare.take_if(|spare| spare.capacity() >= size) {
            return Some(self.open_chunk(spare));
        }
        // After the budget shrank, the front may be larger than what is kept free.
        let wanted = self.chunks.front()?.bytes.capacity().min(self.free());
        if wanted < size {
            return None;
        }
        self.allocated += wanted;
        Some(self.open_chunk(Vec::with_capacity(wanted)))
    }

    /// Moves the front chunk, which is one record, to the back.
    fn requeue(&mut self, heads: &mut Heads, address: Address, reason: Reason) {
        let Some(chunk) = self.chunks.pop_front().map(|chunk| chunk.bytes) else { return };
        let size = chunk.len();
        self.front += 1;
        self.chunks.push_back(Chunk::new(chunk));
        let to = Address::new(self.front + self.chunks.len() as u64 - 1, 0);
        if !self.mark(to, CARRIED) {
            self.carried += size;
        }
        self.moved(heads, address, to, reason);
    }

    /// Points whoever pointed to the record at `from` to where it is now.
    fn moved(&mut self, heads: &mut Heads, from: Address, to: Address, reason: Reason) {
        heads.moved(reason.topic, from, to);
        if let Some(newer) = reason.newer
            && let Some(chunk) = self.chunk_mut(newer)
        {
            record::relink(&mut chunk.bytes, newer.offset(), to);
        }
    }

    /// Drops the record at `address` and all older ones of its topic, so that what is left of a topic has no gaps.
    fn give_up(&mut self, heads: &mut Heads, address: Address) {
        let Some(topic) = self.record(address).map(Record::topic) else { return };
        let (mut next, mut dropped) = (address, 0);
        while let Some(record) = self.record(next) {
            let (size, previous) = (record.size(), record.previous());
            if record.has(CARRIED) {
                self.carried -= size;
            }
            self.mark(next, DEAD);
            dropped += 1;
            next = previous;
        }
        let head = heads.now_mut(topic);
        if head.newest == address {
            head.newest = Address::NONE;
        }
        head.stored -= dropped;
        self.stored -= u64::from(dropped);
        self.evicted += u64::from(dropped);
        let gone = head.recorded - u64::from(head.stored);
        self.marks.forget(topic, gone - u64::from(dropped), gone);
    }
}

/// A record that must not be lost.
#[derive(Debug, Clone, Copy)]
struct Reason {
    topic: u32,
    /// The next newer record of its topic, which points to it; `None` for the newest.
    newer: Option<Address>,
}
