//! The history of one share: records in chunks, oldest chunk first, and the policy of what gives way. The store pushes;
//! `chain` reads. Every byte allocated is counted against the budget before it is allocated.

mod arrivals;
mod chunk;
mod evict;

use std::collections::VecDeque;

use super::Seq;
use super::chain::Marks;
use super::heads::Heads;
use super::record::{self, Address, DEAD, Label, Record};
use crate::model::Message;
pub(super) use arrivals::Arrival;
use chunk::Chunk;

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
    chunks: VecDeque<Chunk>,
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
    floor: Seq,
    /// The newest messages that were too large to be stored, oldest first.
    missing: VecDeque<Arrival>,
    watch: Option<Seq>,
    lost: Vec<Arrival>,
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
            floor: Seq(0),
            missing: VecDeque::new(),
            watch: None,
            lost: Vec::new(),
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

    /// Stores `message` as the newest of topic `node`, or counts it as too large for the budget. `flips` says that the topic's
    /// retained mark comes or goes with it.
    pub(super) fn push(&mut self, heads: &mut Heads, node: u32, seq: Seq, flips: bool, message: &Message) {
        let mut properties = std::mem::take(&mut self.scratch);
        properties.clear();
        if let Some(present) = &message.properties {
            record::encode_properties(present, &mut properties);
        }
        let room = record::size(message, &properties).and_then(|size| self.make_room(heads, size));
        heads.arrive(node, message.received.mono_us, room.is_some());
        if let Some(address) = room {
            let head = heads.now_mut(node);
            let label = Label { seq, topic: node, previous: head.newest, flips };
            head.newest = address;
            head.recorded += 1;
            head.stored += 1;
            self.stored += 1;
            self.marks.note(node, head.recorded, seq, address);
            if let Some(chunk) = self.chunk_mut(address) {
                chunk.extend_run(seq, message.received);
                record::write(&mut chunk.bytes, label, message, &properties);
            }
        } else {
            self.not_stored += 1;
            let (bytes, received) = (message.payload.len() as u64, message.received);
            self.note_missing(Arrival { seq, topic: node, bytes, flips, received, missing: true });
        }
        self.scratch = properties;
    }

    /// The record at `address`, unless it gave way.
    pub(super) fn record(&self, address: Address) -> Option<Record<'_>> {
        let chunk = self.chunks.get(self.position(address)?)?;
        Record::at(&chunk.bytes, address.offset()).filter(|record| !record.has(DEAD))
    }

    /// Number of the oldest chunk.
    pub(super) fn front(&self) -> u64 {
        self.front
    }

    /// Number of the newest chunk; of an empty log, of one that is not there.
    pub(super) fn last(&self) -> u64 {
        self.front + (self.chunks.len() as u64).saturating_sub(1)
    }

    /// The chunk that records are appended to, and the bytes in it. Others may have come after it, each of one large record.
    pub(super) fn open(&self) -> Option<(u64, usize)> {
        let open = self.open?;
        let chunk = self.chunks.get(usize::try_from(open.checked_sub(self.front)?).ok()?)?;
        Some((open, chunk.bytes.len()))
    }

    /// Bytes in use by records.
    pub(super) fn bytes(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.bytes.len()).sum()
    }

    /// Everything that lies in chunk `number` from `offset` on, whatever became of it.
    pub(super) fn records(&self, number: u64, offset: usize) -> impl Iterator<Item = Record<'_>> {
        let position = number.checked_sub(self.front).and_then(|position| usize::try_from(position).ok());
        let bytes = position.and_then(|at| self.chunks.get(at)).map_or(&[][..], |chunk| &chunk.bytes);
        let mut next = offset;
        std::iter::from_fn(move || {
            let record = Record::at(bytes, next)?;
            next += record.size();
            Some(record)
        })
    }

    fn position(&self, address: Address) -> Option<usize> {
        usize::try_from(address.chunk().checked_sub(self.front)?).ok()
    }

    fn chunk_mut(&mut self, address: Address) -> Option<&mut Chunk> {
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
        let used = chunk.bytes.len();
        (chunk.bytes.capacity() - used >= size).then(|| Address::new(open, used))
    }

    /// Appends `chunk` as the one to be filled.
    fn open_chunk(&mut self, chunk: Vec<u8>) -> Address {
        let number = self.front + self.chunks.len() as u64;
        self.chunks.push_back(Chunk::new(chunk));
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
        self.chunks.push_back(Chunk::new(Vec::with_capacity(size)));
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

    /// Sets `flag` on a record and tells whether it was set before.
    fn mark(&mut self, address: Address, flag: u8) -> bool {
        self.chunk_mut(address).is_some_and(|chunk| record::mark(&mut chunk.bytes, address.offset(), flag))
    }
}

/// Bytes of an ordinary chunk under a budget.
fn chunk_of(budget: usize) -> usize {
    (budget / 32).clamp(1 << 10, Address::CHUNK)
}
