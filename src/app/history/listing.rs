//! The messages of a topic that the history lists when it does not list all: found piece by piece, the newest first, and then with each
//! message that comes.

use std::collections::VecDeque;

use super::Criteria;
use super::criteria::Admission;
use crate::app::Connection;
use crate::store::{MessageRef, Seq, Store, TopicId};

/// Messages looked at in one piece, and bytes of payload: about a millisecond.
const PIECE: usize = 1_000;
const PIECE_BYTES: usize = 128 * 1024;

/// What was found so far. At most one number for each stored message of the topic.
#[derive(Debug)]
pub(super) struct Listing {
    topic: TopicId,
    /// The newest first.
    found: VecDeque<Seq>,
    /// The oldest and the newest message that was looked at: all between them were.
    looked: Option<(Seq, Seq)>,
    /// Messages older and newer than those, as last counted.
    left: (usize, usize),
    /// Of some only the beginning was looked at.
    cut: bool,
    /// Some are not listed in which only time passed.
    clocks_aside: bool,
}

impl Listing {
    pub(super) fn of(topic: TopicId) -> Self {
        Self { topic, found: VecDeque::new(), looked: None, left: (0, 0), cut: false, clocks_aside: false }
    }

    pub(super) fn topic(&self) -> TopicId {
        self.topic
    }

    /// Messages listed.
    pub(super) fn len(&self) -> usize {
        self.found.len()
    }

    pub(super) fn get(&self, index: usize) -> Option<Seq> {
        self.found.get(index).copied()
    }

    /// How many of those listed are newer than `seq`, and whether `seq` itself is listed.
    pub(super) fn place(&self, seq: Seq) -> (usize, bool) {
        let newer = self.found.partition_point(|&found| found > seq);
        (newer, self.found.get(newer) == Some(&seq))
    }

    pub(super) fn has_work(&self) -> bool {
        self.left != (0, 0)
    }

    /// Whether only the beginning of some was looked at.
    pub(super) fn is_cut(&self) -> bool {
        self.cut
    }

    /// Whether some are not listed in which only time passed.
    pub(super) fn has_clocks_aside(&self) -> bool {
        self.clocks_aside
    }

    /// Messages that were not looked at yet.
    pub(super) fn unknown(&self) -> usize {
        self.left.0 + self.left.1
    }

    /// Leaves out what gave way, and what is newer than the moment shown; counts what is to be looked at.
    pub(super) fn follow(&mut self, store: &Store) {
        let newest = store.nth_newest(self.topic, 0).map(|message| message.seq);
        let all = store.history_len(self.topic);
        let oldest = all.checked_sub(1).and_then(|last| store.nth_newest(self.topic, last));
        let (Some(newest), Some(oldest)) = (newest, oldest.map(|message| message.seq)) else {
            *self = Self::of(self.topic);
            return;
        };
        while self.found.front().is_some_and(|&seq| seq > newest) {
            self.found.pop_front();
        }
        while self.found.back().is_some_and(|&seq| seq < oldest) {
            self.found.pop_back();
        }
        let (first, last) = match self.looked {
            Some((first, last)) if first <= newest && last >= oldest => (first, last.min(newest)),
            _ => {
                self.found.clear();
                (self.looked, self.clocks_aside) = (None, false);
                self.left = (all, 0);
                return;
            }
        };
        self.looked = Some((first, last));
        let down_to_first =
            store.index_of(self.topic, first) + usize::from(store.message(self.topic, first).is_some());
        self.left = (all.saturating_sub(down_to_first), store.index_of(self.topic, last));
    }

    /// Looks at some of the messages that came since, else at some of the older ones.
    pub(super) fn work(&mut self, connection: &Connection, criteria: &Criteria) {
        self.follow(&connection.store);
        match self.left {
            (0, 0) => {}
            (older, 0) => self.older(connection, criteria, older),
            (_, newer) => self.newer(connection, criteria, newer),
        }
        self.follow(&connection.store);
    }

    fn older(&mut self, connection: &Connection, criteria: &Criteria, left: usize) {
        let store = &connection.store;
        let first = store.history_len(self.topic) - left;
        let mut messages = store.history_from(self.topic, first).peekable();
        let mut bytes = 0;
        for _ in 0..PIECE {
            let Some(message) = messages.next() else { break };
            match criteria.admit(connection, &message, messages.peek()) {
                Admission::Listed => self.found.push_back(message.seq),
                Admission::ClocksOnly => self.clocks_aside = true,
                Admission::LeftOut => {}
            }
            let newest = self.looked.map_or(message.seq, |(_, newest)| newest);
            self.looked = Some((message.seq, newest));
            self.cut |= message.payload.len() > criteria.reach();
            bytes += message.payload.len();
            if bytes > PIECE_BYTES.min(criteria.reach()) {
                break;
            }
        }
    }

    /// The oldest of those that came since, one after the other.
    fn newer(&mut self, connection: &Connection, criteria: &Criteria, left: usize) {
        let Some((oldest, _)) = self.looked else { return };
        let count = left.min(PIECE);
        let messages = connection.store.history_from(self.topic, left - count).take(count + 1);
        let messages: Vec<MessageRef<'_>> = messages.collect();
        let mut bytes = 0;
        for index in (0..count.min(messages.len())).rev() {
            let message = &messages[index];
            match criteria.admit(connection, message, messages.get(index + 1)) {
                Admission::Listed => self.found.push_front(message.seq),
                Admission::ClocksOnly => self.clocks_aside = true,
                Admission::LeftOut => {}
            }
            self.looked = Some((oldest, message.seq));
            self.cut |= message.payload.len() > criteria.reach();
            bytes += message.payload.len();
            if bytes > PIECE_BYTES.min(criteria.reach()) {
                break;
            }
        }
    }
}
