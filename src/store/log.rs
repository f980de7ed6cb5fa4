//! The history of one share: records in chunks, oldest chunk first, and the policy of what gives way. The store pushes;
//! `chain` reads. Every byte allocated is counted against the budget before it is allocated.

use std::collections::VecDeque;

use super::Seq;
use super::chain::Marks;
use super::heads::Heads;
use super::record::{self, Address, CARRIED, DEAD, Label, Record};
use crate::model::Message;

/// The first chunk of an idle program.
const FIRST_CHUNK: usize = 16 << 10;

/// Chunks of records under a byte budget.
#[derive(Debug)]
pub(super) struct Log {
    budget: usize,
    /// What may be allocated: the budget, and the larger one before it while the log shrinks.
    ceiling: usize,
    keep_min: usize,
    /// Bytes of an ordinary chunk. A record of more than an eighth of it gets a chunk of its own, of just its size.
    chunk: usize,
    chunks: VecDeque<Vec<u8>>,
    /// Number of the front chunk; the others count on from it.
    front: u64,
    /// Number of the chunk that ordinary records are appended to.
    open: Option<u64>,
    /// A chunk that was emptied, to be filled next.
    spare: Option<Vec<u8>>,
    /// Bytes allocated for all chunks, the spare one included.
    allocated: usize,
    /// Bytes of live records that were carried forward.
    carried: usize,
    stored: u64,
    evicted: u64,
    not_stored: u64,
    pub(super) marks: Marks,
    /// Encoded properties of the message at hand.
    scratch: Vec<u8>,
}

impl Log {
    /// An empty log that never allocates more than `budget` bytes.
    pub(super) fn new(budget: usize, keep_min: usize) -> Self {
        Self {
            budget,
            ceiling: budget,
            keep_min,
            chunk: chunk_of(budget),
            chunks: VecDeque::new(),
            front: 0,
            open: None,
            spare: None,
            allocated: 0,
            carried: 0,
            stored: 0,
            evicted: 0,
            not_stored: 0,
            marks: Marks::default(),
            scratch: Vec::new(),
        }
    }

    /// Keeps to another budget from here on; the oldest chunks give way until it is kept, with the old room for what they carry
    /// forward.
    pub(super) fn set_budget(&mut self, heads: &mut Heads, budget: usize) {
        self.ceiling = self.ceiling.max(budget);
        self.budget = budget;
        self.chunk = chunk_of(budget);
        let others = budget.saturating_sub(2 * self.chunk) / 8 * 7;
        // As when room is made: a chunk's worth stays free, and protection yields after two rounds.
        let wanted = budget.saturating_sub(self.chunk);
        let mut patience = 2 * self.chunks.len();
        self.drop_spare();
        while self.allocated > wanted && (self.chunks.len() > 1 || self.allocated > budget) {
            self.evict(heads, if patience > 0 { others } else { 0 });
            self.drop_spare();
            patience = patience.saturating_sub(1);
        }
        self.ceiling = budget;
    }

    pub(super) fn stored(&self) -> u64 {
        self.stored
    }

    pub(super) fn evicted(&self) -> u64 {
        self.evicted
    }

    pub(super) fn not_stored(&self) -> u64 {
        self.not_stored
    }

    pub(super) fn allocated(&self) -> usize {
        self.allocated
    }

    pub(super) fn budget(&self) -> usize {
        self.budget
    }

    /// Stores `message` as the newest of topic `node`, or counts it as too large for the budget.
    pub(super) fn push(&mut self, heads: &mut Heads, node: u32, seq: Seq, message: &Message) {
        let mut properties = std::mem::take(&mut self.scratch);
        properties.clear();
        if let Some(present) = &message.properties {
            record::encode_properties(present, &mut properties);
        }
        let room = record::size(message, &properties).and_then(|size| self.make_room(heads, size));
        heads.arrive(node, message.received.mono_us, room.is_some());
        if let Some(address) = room {
            let head = heads.now_mut(node);
            let label = Label { seq, topic: node, previous: head.newest };
            head.newest = address;
            head.recorded += 1;
            head.stored += 1;
            self.stored += 1;
            self.marks.note(node, head.recorded, seq, address);
            if let Some(chunk) = self.chunk_mut(address) {
                record::write(chunk, label, message, &properties);
            }
        } else {
            self.not_stored += 1;
        }
        self.scratch = properties;
    }

    /// The record at `address`, unless it gave way.
    pub(super) fn record(&self, address: Address) -> Option<Record<'_>> {
        let chunk = self.chunks.get(self.position(address)?)?;
        Record::at(chunk, address.offset()).filter(|record| !record.has(DEAD))
    }

    fn position(&self, address: Address) -> Option<usize> {
        usize::try_from(address.chunk().checked_sub(self.front)?).ok()
    }

    fn chunk_mut(&mut self, address: Address) -> Option<&mut Vec<u8>> {
        let position = self.position(address)?;
        self.chunks.get_mut(position)
    }

    /// Finds room for a record of `size` bytes, evicting as needed; `None` if it is more than the budget.
    fn make_room(&mut self, heads: &mut Heads, size: usize) -> Option<Address> {
        if size > self.budget {
            return None;
        }
        // What is carried forward has to leave room for the newcomer, in chunks of which an eighth may be lost at the end.
        let others = self.budget.saturating_sub(size + 2 * self.chunk) / 8 * 7;
        // One round over all chunks frees at least what is not protected. After two, protection has to yield.
        let mut patience = 2 * self.chunks.len();
        loop {
            if let Some(address) = self.room(size) {
                return Some(address);
            }
            if self.chunks.is_empty() {
                self.drop_spare();
                return self.append_chunk(size);
            }
            self.evict(heads, if patience > 0 { others } else { 0 });
            patience = patience.saturating_sub(1);
        }
    }

    /// Room for `size` bytes without evicting. A chunk's worth stays free for what eviction carries forward.
    fn room(&mut self, size: usize) -> Option<Address> {
        let free = self.free();
        if size > self.chunk / 8 {
            return if free >= size + self.chunk { self.append_chunk(size) } else { None };
        }
        if let Some(address) = self.room_in_open_chunk(size) {
            return Some(address);
        }
        if free < self.chunk {
            return None;
        }
        if let Some(spare) = self.spare.take_if(|spare| spare.capacity() >= size) {
            return Some(self.open_chunk(spare));
        }
        let wanted = self.allocated.clamp(FIRST_CHUNK.min(self.chunk), self.chunk).max(size);
        if free < wanted + self.chunk {
            return None;
        }
        self.allocated += wanted;
        Some(self.open_chunk(Vec::with_capacity(wanted)))
    }

    fn room_in_open_chunk(&self, size: usize) -> Option<Address> {
        let open = self.open?;
        let chunk = self.chunks.get(usize::try_from(open.checked_sub(self.front)?).ok()?)?;
        (chunk.capacity() - chunk.len() >= size).then(|| Address::new(open, chunk.len()))
    }

    /// Appends `chunk` as the one to be filled.
    fn open_chunk(&mut self, chunk: Vec<u8>) -> Address {
        let number = self.front + self.chunks.len() as u64;
        self.chunks.push_back(chunk);
        self.open = Some(number);
        Address::new(number, 0)
    }

    /// Appends a chunk of exactly `size` bytes that stays as it is once its record is written.
    fn append_chunk(&mut self, size: usize) -> Option<Address> {
        if self.free() < size {
            return None;
        }
        self.allocated += size;
        let number = self.front + self.chunks.len() as u64;
        self.chunks.push_back(Vec::with_capacity(size));
        Some(Address::new(number, 0))
    }

    /// Bytes that may still be allocated.
    fn free(&self) -> usize {
        self.ceiling - self.allocated
    }

    fn drop_spare(&mut self) {
        if let Some(spare) = self.spare.take() {
            self.allocated -= spare.capacity();
        }
    }

    /// Lets the oldest chunk go. The messages that must outlive it are carried forward first, while all that was ever carried
    /// takes at most `limit` bytes.
    fn evict(&mut self, heads: &mut Heads, limit: usize) {
        if self.open == Some(self.front) {
            self.open = None;
        }
        let mut offset = 0;
        while let Some(record) = self.chunks.front().and_then(|chunk| Record::at(chunk, offset)) {
            let (size, dead) = (record.size(), record.has(DEAD));
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
        let Some(mut chunk) = self.chunks.pop_front() else { return };
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
        self.chunks.front().is_some_and(|chunk| chunk.len() == size)
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
        let Some(mut open) = self.chunk_mut(to).map(std::mem::take) else { return false };
        let start = address.offset();
        open.extend_from_slice(
            self.chunks.front().and_then(|front| front.get(start..start + size)).unwrap_or_default(),
        );
        if let Some(place) = self.chunk_mut(to) {
            *place = open;
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
        let wanted = self.chunks.front()?.capacity().min(self.free());
        if wanted < size {
            return None;
        }
        self.allocated += wanted;
        Some(self.open_chunk(Vec::with_capacity(wanted)))
    }

    /// Moves the front chunk, which is one record, to the back.
    fn requeue(&mut self, heads: &mut Heads, address: Address, reason: Reason) {
        let Some(chunk) = self.chunks.pop_front() else { return };
        let size = chunk.len();
        self.front += 1;
        self.chunks.push_back(chunk);
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
            record::relink(chunk, newer.offset(), to);
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

    /// Sets `flag` on a record and tells whether it was set before.
    fn mark(&mut self, address: Address, flag: u8) -> bool {
        self.chunk_mut(address).is_some_and(|chunk| record::mark(chunk, address.offset(), flag))
    }
}

/// Bytes of an ordinary chunk under a budget.
fn chunk_of(budget: usize) -> usize {
    (budget / 32).clamp(1 << 10, Address::CHUNK)
}

/// A record that must not be lost.
#[derive(Debug, Clone, Copy)]
struct Reason {
    topic: u32,
    /// The next newer record of its topic, which points to it; `None` for the newest.
    newer: Option<Address>,
}
