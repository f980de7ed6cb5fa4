//! Finding a stretch of the merged list: the messages just before or just after a place in it, of all topics of the set. Goes through
//! the topics in pieces and keeps the best so far, so that neither many topics nor long histories are ever walked whole.

use std::collections::BTreeSet;

use crate::store::{Seq, Store, TopicId};

/// Messages found in one go.
pub(super) const STRETCH: usize = 512;
/// Topics looked at in one piece.
const TOPICS_A_PIECE: usize = 1_000;

/// Which messages are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// The newest ones that are older than this, or of all.
    Older(Option<Seq>),
    /// The oldest ones that are newer than this, or of all.
    Newer(Option<Seq>),
}

/// Finding a stretch, under way.
#[derive(Debug)]
pub(super) struct Gather {
    wanted: Wanted,
    /// What comes later than this is not in it.
    upto: Seq,
    /// Topics looked at.
    topics: usize,
    best: BTreeSet<(Seq, TopicId)>,
    /// More were found than are kept.
    more: bool,
}

impl Gather {
    pub(super) fn new(wanted: Wanted, store: &Store) -> Self {
        Self { wanted, upto: store.last_seq(), topics: 0, best: BTreeSet::new(), more: false }
    }

    pub(super) fn wanted(&self) -> Wanted {
        self.wanted
    }

    /// Whether it reaches the end of the list.
    pub(super) fn is_complete(&self) -> bool {
        !self.more
    }

    /// What was found, newest first.
    pub(super) fn found(self) -> Vec<(Seq, TopicId)> {
        self.best.into_iter().rev().collect()
    }

    /// Looks at some more of the topics; whether it is done.
    pub(super) fn work(&mut self, members: &[TopicId], store: &Store) -> bool {
        let piece = members.get(self.topics..).unwrap_or_default();
        let piece = &piece[..piece.len().min(TOPICS_A_PIECE)];
        for &topic in piece {
            match self.wanted {
                Wanted::Older(from) => self.older(topic, from, store),
                Wanted::Newer(from) => self.newer(topic, from, store),
            }
        }
        self.topics += piece.len();
        self.topics >= members.len()
    }

    fn older(&mut self, topic: TopicId, from: Option<Seq>, store: &Store) {
        let history = match from {
            Some(from) => store.history_before(topic, from),
            None => store.history(topic),
        };
        for message in history.skip_while(|message| message.seq > self.upto) {
            self.best.insert((message.seq, topic));
            if self.best.len() > STRETCH {
                self.more = true;
                if self.best.pop_first() == Some((message.seq, topic)) {
                    break;
                }
            }
        }
    }

    fn newer(&mut self, topic: TopicId, from: Option<Seq>, store: &Store) {
        let newer = from.map_or_else(|| store.history_len(topic), |from| store.index_of(topic, from));
        let newest_kept = self.best.last().map(|(seq, _)| *seq).filter(|_| self.best.len() == STRETCH);
        let history = match newest_kept {
            // Only what is older than the newest of those that are kept matters.
            Some(kept) => store.history_before(topic, kept),
            None => store.history_from(topic, newer.saturating_sub(STRETCH)),
        };
        let mut taken = 0;
        for message in history.take_while(|message| from.is_none_or(|from| message.seq > from)) {
            if message.seq > self.upto {
                continue;
            }
            taken += 1;
            self.best.insert((message.seq, topic));
            if self.best.len() > STRETCH {
                self.more = true;
                self.best.pop_last();
            }
        }
        self.more |= taken < newer;
    }
}
