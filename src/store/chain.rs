//! Reading the history of one topic: from newest to oldest along the chain of records, or straight to any place in it by
//! way of marks, so that a pane may show fifty rows around any of a million messages.

use std::collections::VecDeque;
use std::iter::FusedIterator;

use hashbrown::HashMap;

use super::heads::{Head, Heads};
use super::log::Log;
use super::record::{Address, MessageRef, Record};
use super::{Seq, Store, TopicId};
use crate::model::Moment;

/// Every so many messages of a topic one is marked: the longest walk along a chain.
const STRIDE: u64 = 128;

/// Addresses of every 128th message of busy topics.
#[derive(Debug, Default)]
pub(super) struct Marks {
    topics: HashMap<u32, TopicMarks>,
    /// Bytes of all lists.
    lists: usize,
}

#[derive(Debug, Default)]
struct TopicMarks {
    /// The front mark is on the message with this number times [`STRIDE`]; the others follow without gaps.
    first: u64,
    list: VecDeque<(Seq, Address)>,
}

impl TopicMarks {
    /// Number of the message that the mark at `position` is on.
    fn number(&self, position: usize) -> u64 {
        (self.first + position as u64) * STRIDE
    }

    /// Position of the first mark on message `number` or a newer one.
    fn at_number(&self, number: u64) -> usize {
        number.div_ceil(STRIDE).saturating_sub(self.first) as usize
    }

    /// Position of the first mark on `seq` or a newer message.
    fn at_seq(&self, seq: Seq) -> usize {
        self.list.partition_point(|&(marked, _)| marked < seq)
    }
}

impl Marks {
    /// Message number `number` of `topic` has been stored.
    pub(super) fn note(&mut self, topic: u32, number: u64, seq: Seq, address: Address) {
        if !number.is_multiple_of(STRIDE) {
            return;
        }
        let marks = self.topics.entry(topic).or_default();
        if marks.list.is_empty() {
            marks.first = number / STRIDE;
        }
        self.lists -= marks.list.capacity();
        marks.list.push_back((seq, address));
        self.lists += marks.list.capacity();
    }

    /// Of `topic`, `gone` messages have given way; before, it was `before`.
    pub(super) fn forget(&mut self, topic: u32, before: u64, gone: u64) {
        if before / STRIDE == gone / STRIDE {
            return;
        }
        let Some(marks) = self.topics.get_mut(&topic) else { return };
        while marks.first * STRIDE <= gone && marks.list.pop_front().is_some() {
            marks.first += 1;
        }
        self.lists -= marks.list.capacity();
        if marks.list.is_empty() {
            self.topics.remove(&topic);
        } else {
            if marks.list.len() < marks.list.capacity() / 4 {
                marks.list.shrink_to(marks.list.len() * 2);
            }
            self.lists += marks.list.capacity();
        }
    }

    /// Bytes allocated.
    pub(super) fn allocated(&self) -> usize {
        self.topics.allocation_size() + self.lists * size_of::<(Seq, Address)>()
    }
}

/// The stored messages of one topic as reading shows them.
struct Chain<'a> {
    log: &'a Log,
    node: u32,
    head: Head,
    stored: usize,
}

impl<'a> Chain<'a> {
    fn new(log: &'a Log, heads: &Heads, node: u32) -> Self {
        Self { log, node, head: heads.shown(node), stored: heads.stored(node) }
    }

    /// A place to start walking from: message number and address of the first usable mark at or after the position that
    /// `find` gives, or else of the newest message.
    fn near(&self, find: impl FnOnce(&TopicMarks) -> usize) -> (u64, Address) {
        let newest = (self.head.recorded, self.head.newest);
        let Some(marks) = self.log.marks.topics.get(&self.node) else { return newest };
        // The record of a mark may have been carried elsewhere; at most the few newest ones ever are.
        (find(marks)..marks.list.len())
            .map(|position| (marks.number(position), marks.list[position].1))
            .take_while(|(number, _)| *number <= self.head.recorded)
            .find(|(_, address)| self.log.record(*address).is_some())
            .unwrap_or(newest)
    }

    /// Address of the message `index` places below the newest.
    fn nth(&self, index: usize) -> Option<Address> {
        if index >= self.stored {
            return None;
        }
        let wanted = self.head.recorded - index as u64;
        let (number, mut address) = self.near(|marks| marks.at_number(wanted));
        for _ in wanted..number {
            address = self.log.record(address)?.previous();
        }
        Some(address)
    }

    /// Leaves out what is newer than `seq`.
    fn rewind(&mut self, seq: Seq) {
        let (newer, address) = self.place(seq);
        self.head.newest = address;
        self.head.recorded -= newer as u64;
        self.stored -= newer.min(self.stored);
    }

    /// Number of messages newer than `seq`, and the newest one that is not.
    fn seek(&self, seq: Seq) -> (usize, Option<MessageRef<'a>>) {
        let (newer, address) = self.place(seq);
        (newer, self.log.record(address).map(Record::message))
    }

    /// Number of messages newer than `seq`, and where the newest one lies that is not; that one may have given way.
    fn place(&self, seq: Seq) -> (usize, Address) {
        let (number, mut address) = self.near(|marks| marks.at_seq(seq));
        let mut index = (self.head.recorded - number) as usize;
        while let Some(record) = self.log.record(address) {
            if record.seq() <= seq {
                break;
            }
            index += 1;
            address = record.previous();
        }
        (index, address)
    }
}

/// Messages of one topic, newest to oldest.
#[derive(Debug, Clone)]
pub struct History<'a> {
    log: &'a Log,
    next: Address,
    left: usize,
}

impl<'a> Iterator for History<'a> {
    type Item = MessageRef<'a>;

    fn next(&mut self) -> Option<MessageRef<'a>> {
        self.left = self.left.checked_sub(1)?;
        let record = self.log.record(self.next)?;
        self.next = record.previous();
        Some(record.message())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for History<'_> {}
impl FusedIterator for History<'_> {}

/// Messages of a topic. All of these cost at most some 128 steps along the chain, however long the history.
impl Store {
    fn log(&self, node: TopicId) -> &Log {
        &self.logs[usize::from(self.index.is_sys(node.0))]
    }

    fn chain(&self, node: TopicId) -> Option<Chain<'_>> {
        if !self.is_shown(node) {
            return None;
        }
        let mut chain = Chain::new(self.log(node), &self.heads, node.0);
        if let Some(travel) = &self.travel
            && self.later(node).is_some_and(|later| later.own > 0)
        {
            chain.rewind(travel.seq());
        }
        Some(chain)
    }

    /// When the newest message of exactly this topic came, stored or not.
    pub(super) fn newest_own(&self, node: TopicId) -> Option<Moment> {
        let missing = self.missing_own(node);
        let chain = self.chain(node)?;
        let stored = chain.log.record(chain.head.newest).map(Record::received);
        missing.and_then(|seq| self.log(node).moment(seq)).or(stored)
    }

    /// The newest message of exactly this topic, if that one was too large to be stored and reading is in the past. When one that
    /// was stored has given way since, which of the two was the newer is not known any more.
    fn missing_own(&self, node: TopicId) -> Option<Seq> {
        let travel = self.travel.as_ref()?;
        let missing = self.log(node).newest_missing(node.0, travel.seq())?;
        let chain = self.chain(node)?;
        let stored = chain.log.record(chain.head.newest).map(Record::seq);
        let newer = stored.map_or(chain.head.recorded == 0, |stored| stored < missing);
        newer.then_some(missing)
    }

    /// Whether the newest message of exactly this topic was too large to be stored.
    fn is_newest_missing(&self, node: TopicId) -> bool {
        if self.later(node).is_some_and(|later| later.own > 0) {
            self.missing_own(node).is_some()
        } else {
            self.heads.shown(node.0).newest_missing
        }
    }

    /// The newest message of exactly this topic. `None` if it gave way, or was too large to be stored at all (then
    /// [`Store::history`] may still have older ones).
    pub fn latest(&self, node: TopicId) -> Option<MessageRef<'_>> {
        if self.is_newest_missing(node) { None } else { self.nth_newest(node, 0) }
    }

    /// Messages of exactly this topic that were too large for the whole history, and whether the newest one was.
    pub fn too_large(&self, node: TopicId) -> (u64, bool) {
        let later = self.later(node).map_or(0, |later| u64::from(later.missing));
        (self.heads.too_large(node.0) - later, self.is_newest_missing(node))
    }

    /// Stored messages of exactly this topic, newest first.
    pub fn history(&self, node: TopicId) -> History<'_> {
        self.history_from(node, 0)
    }

    /// Stored messages of this topic, newest first, without the `skip` newest ones.
    pub fn history_from(&self, node: TopicId, skip: usize) -> History<'_> {
        let chain = self.chain(node);
        let next = chain.as_ref().and_then(|chain| chain.nth(skip));
        let left = chain.map_or(0, |chain| chain.stored.saturating_sub(skip));
        History {
            log: self.log(node),
            next: next.unwrap_or(Address::NONE),
            left: if next.is_some() { left } else { 0 },
        }
    }

    /// Number of stored messages of exactly this topic; [`super::Stats::own_messages`] less this gave way or were too large.
    pub fn history_len(&self, node: TopicId) -> usize {
        self.chain(node).map_or(0, |chain| chain.stored)
    }

    /// The stored message `index` places below the newest stored one.
    pub fn nth_newest(&self, node: TopicId, index: usize) -> Option<MessageRef<'_>> {
        self.history_from(node, index).next()
    }

    /// The message `seq` of this topic, if it is still stored.
    pub fn message(&self, node: TopicId, seq: Seq) -> Option<MessageRef<'_>> {
        self.chain(node)?.seek(seq).1.filter(|message| message.seq == seq)
    }

    /// How many stored messages of this topic are newer than `seq`: the row of `seq` in a list with the newest first.
    pub fn index_of(&self, node: TopicId, seq: Seq) -> usize {
        self.chain(node).map_or(0, |chain| chain.seek(seq).0)
    }

    /// The stored message of this topic that came next after `seq`, whether `seq` itself is still stored or not.
    pub fn newer(&self, node: TopicId, seq: Seq) -> Option<MessageRef<'_>> {
        self.nth_newest(node, self.index_of(node, seq).checked_sub(1)?)
    }

    /// The stored message of this topic that came last before `seq`.
    pub fn older(&self, node: TopicId, seq: Seq) -> Option<MessageRef<'_>> {
        self.chain(node)?.seek(Seq(seq.0.saturating_sub(1))).1
    }
}
