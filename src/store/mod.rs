//! Everything received on one connection: the topic tree with its counters, and the history of messages under an exact
//! byte budget. The runtime ingests, the app and the screen read; nothing here does I/O or reads a clock.
//!
//! - `index`, `text`: the tree. A topic is found with one hash lookup and stored byte for byte: `a`, `/a` and `a/` differ.
//! - `stats`, `rate`: counters of every node, changed on the way from a topic up to the root, never summed up by a walk.
//! - `log`, `record`, `heads`, `chain`: history. Records in chunks, in order of arrival, each pointing to the one before it
//!   on its topic. When the budget is used up the oldest chunk goes; the newest messages of every topic in it are carried
//!   forward, so a busy topic never erases a quiet one.
//! - `hold`: reading stands still while receiving goes on. `travel`: reading as of an earlier message than the hold. `timeline`:
//!   how many messages came when. `read`: what the store tells, as of whichever moment is shown. `search`: topics by a part of their text.
//!   `scan`: every message, in pieces.
//!
//! `$SYS` lives in the same tree, with totals and a sixteenth of the history budget of its own; nothing it does shows in
//! the user's totals, rates, backlog or evictions. The root counts the user's traffic only.
//!
//! While held ([`Store::hold`]) the tree, its counters, rates, retained marks, messages and search results are as of the
//! hold; nodes that came later are in no answer (their ids are unknown outside, except from [`Store::ingest`]; asked
//! about one, the store says it has nothing). Only eviction goes on: a message that gave way is `None` even if it was
//! there at the hold.
//!
//! [`Store::travel`] moves the moment further back, to right after any message since which nothing has left the memory; all
//! answers are as of then, as if no more had ever been received. What had no place in the tree (hidden topics, malformed
//! ones) has none in the order of arrival either: those figures stay as of the hold.

mod chain;
mod gaps;
mod heads;
mod hold;
mod index;
mod log;
mod rate;
mod read;
mod record;
mod scan;
mod search;
mod stats;
#[cfg(test)]
mod tests;
mod text;
mod timeline;
mod travel;

use foldhash::quality::RandomState;
use hashbrown::HashSet;

use crate::model::Message;
use gaps::Gaps;
use heads::Heads;
use hold::{Hold, Tally};
use index::{Index, Refusal};
use log::Log;
use stats::{Change, Counts, HIDDEN_TOPICS_COUNTED};

pub use chain::History;
pub use hold::Held;
pub use index::Children;
pub use record::MessageRef;
pub use scan::{Scan, Scanned};
pub use stats::{Memory, Stats, Totals};
use timeline::Timeline;
use travel::{Forgets, Travel};
pub use travel::{Span, Standing};

/// A node of the topic tree: a topic, a branch, or both. Valid for the store it came from, for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TopicId(u32);

impl TopicId {
    /// The invisible root; its children are the first levels.
    pub const ROOT: Self = Self(0);

    /// Position among all nodes, from 0: for tables beside the tree.
    pub fn index(self) -> usize {
        self.0 as usize
    }

    /// The node that has this [`TopicId::index`]: for tables that remember only that.
    pub(crate) fn from_index(index: usize) -> Self {
        Self(index as u32)
    }
}

/// The arrival number of a message: one for the first, strictly increasing over the whole store, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Seq(u64);

impl Seq {
    /// The number itself.
    pub fn number(self) -> u64 {
        self.0
    }
}

/// How large a store may get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of history. A sixteenth of it is for `$SYS`.
    pub bytes: usize,
    /// Newest messages of each topic that older, but busier, topics cannot push out.
    pub keep_min: usize,
    /// Nodes of the topic tree; `$SYS` has a sixteenth on top. Topic text is limited to 128 bytes a node (at least 16 MiB).
    pub max_topics: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 256 << 20, keep_min: 10, max_topics: 2_000_000 }
    }
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ingested {
    /// Its node; `None` when the tree is full or the topic is malformed. Then it is counted in the totals only.
    pub topic: Option<TopicId>,
    /// Its arrival number; `None` when it has no topic.
    pub seq: Option<Seq>,
    /// The first message of its topic.
    pub new_topic: bool,
}

const USER: usize = 0;
const SYS: usize = 1;

/// Everything received on one connection.
#[derive(Debug)]
pub struct Store {
    limits: Limits,
    index: Index,
    counts: Vec<Counts>,
    heads: Heads,
    /// How long topics are usually silent.
    gaps: Gaps,
    /// History of the user's topics and of `$SYS`.
    logs: [Log; 2],
    tallies: [Tally; 2],
    /// Topics that were not let in, to count each once.
    hidden: [HashSet<u64>; 2],
    hash: RandomState,
    /// The node `$SYS`, once there is one.
    sys_root: Option<u32>,
    last_seq: u64,
    hold: Option<Hold>,
    travel: Option<Travel>,
    /// When retained marks were taken away all at once.
    forgets: Forgets,
    /// When the user's messages came.
    timeline: Timeline,
    /// The last message that eviction took, as last looked at.
    known_floor: Seq,
}

impl Store {
    /// An empty store. Takes next to no memory until messages come.
    pub fn new(limits: Limits) -> Self {
        let sys_bytes = limits.bytes / 16;
        let mut heads = Heads::default();
        heads.extend_to(1);
        let mut gaps = Gaps::default();
        gaps.extend_to(1);
        Self {
            limits,
            index: Index::new(limits.max_topics),
            counts: vec![Counts::default()],
            heads,
            gaps,
            logs: [Log::new(limits.bytes - sys_bytes, limits.keep_min), Log::new(sys_bytes, limits.keep_min)],
            tallies: [Tally::default(); 2],
            hidden: [HashSet::new(), HashSet::new()],
            hash: RandomState::default(),
            sys_root: None,
            last_seq: 0,
            hold: None,
            travel: None,
            forgets: Forgets::default(),
            timeline: Timeline::default(),
            known_floor: Seq(0),
        }
    }

    /// An empty store in its place, within the same limits. The arrival numbers go on: none ever means two messages.
    #[must_use]
    pub fn emptied(&self) -> Self {
        Self { last_seq: self.last_seq, ..Self::new(self.limits) }
    }

    /// Changes the budget of the history. What does not fit any more goes at once, by the rules of every eviction.
    pub fn set_budget(&mut self, bytes: usize) {
        let sys_bytes = bytes / 16;
        self.limits.bytes = bytes;
        self.logs[USER].set_budget(&mut self.heads, bytes - sys_bytes);
        self.logs[SYS].set_budget(&mut self.heads, sys_bytes);
        self.after_eviction();
    }

    /// What follows when messages have left the memory.
    fn after_eviction(&mut self) {
        let floor = self.floor();
        if floor > self.known_floor {
            self.known_floor = floor;
            self.keep_up();
        }
    }

    /// The limits in force.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Takes in one message; topic and payload are copied.
    pub fn ingest(&mut self, message: &Message) -> Ingested {
        let share = if index::is_sys(&message.topic) { SYS } else { USER };
        self.count_bytes(share, message);
        let placed = match self.index.place(&message.topic) {
            Ok(placed) => placed,
            Err(refusal) => {
                self.refuse(share, message, refusal);
                return Ingested { topic: None, seq: None, new_topic: false };
            }
        };
        self.adopt_new_nodes();
        self.last_seq += 1;
        let seq = Seq(self.last_seq);
        let change = self.change(placed, message);
        self.count(placed.id, change);
        let flips = change.retained != 0;
        self.gaps.note(placed.id, message.received.mono_us, message.retain);
        self.logs[share].push(&mut self.heads, placed.id, seq, flips, message);
        self.heads.now_mut(placed.id).retained ^= flips;
        if share == USER {
            self.timeline.note(message.received.mono_us);
        }
        self.after_eviction();
        Ingested { topic: Some(TopicId(placed.id)), seq: Some(seq), new_topic: placed.new_topic }
    }

    /// Counters and heads for nodes the index has just added, and one child more for the parent of each.
    fn adopt_new_nodes(&mut self) {
        for id in self.counts.len()..self.index.len() {
            index::push(&mut self.counts, Counts::default());
            let parent = self.index.parent(id as u32).unwrap_or_default();
            self.save(parent);
            self.counts[parent as usize].children += 1;
            if self.sys_root.is_none() && self.index.is_sys(id as u32) {
                self.sys_root = Some(id as u32);
            }
        }
        self.heads.extend_to(self.counts.len());
        self.gaps.extend_to(self.counts.len());
    }

    /// What `message` changes on its topic and above. An empty payload ends the retained mark with or without the flag:
    /// brokers hand the clearing publish on to subscribers with the flag unset (MQTT 3.1.1, 3.3.1.3).
    fn change(&self, placed: index::Placed, message: &Message) -> Change {
        let before = self.heads.now(placed.id).retained;
        let after = !message.payload.is_empty() && (before || message.retain);
        Change {
            bytes: message.payload.len() as u64,
            now_us: message.received.mono_us,
            topic: placed.new_topic,
            retained: i32::from(after) - i32::from(before),
        }
    }

    /// Applies `change` from `node` up to the root, or to `$SYS`.
    fn count(&mut self, node: u32, change: Change) {
        let mut next = Some(node);
        while let Some(id) = next {
            self.save(id);
            self.counts[id as usize].add(change);
            next = self.counted_above(node, id);
        }
    }

    /// The nodes that count what comes on `node`: itself, and all above it up to the root or to `$SYS`.
    fn line(&self, node: u32) -> impl Iterator<Item = u32> + '_ {
        std::iter::successors(Some(node), move |&id| self.counted_above(node, id))
    }

    fn counted_above(&self, node: u32, id: u32) -> Option<u32> {
        let above = self.index.parent(id)?;
        (above != TopicId::ROOT.0 || !self.index.is_sys(node)).then_some(above)
    }

    fn save(&mut self, node: u32) {
        if let Some(hold) = &mut self.hold {
            hold.save(node, self.counts[node as usize]);
        }
    }

    fn count_bytes(&mut self, share: usize, message: &Message) {
        let last = self.share_node(share).and_then(|node| self.counts[node as usize].last_us());
        let now = message.received.mono_us.max(last.unwrap_or_default());
        self.tallies[share].byte_rate.count(message.payload.len() as u64, now, last);
    }

    /// A message without a place in the tree still is traffic: the totals tell.
    fn refuse(&mut self, share: usize, message: &Message, refusal: Refusal) {
        let tally = &mut self.tallies[share];
        match refusal {
            Refusal::Malformed => tally.malformed += 1,
            Refusal::Full => {
                tally.messages_hidden += 1;
                let hidden = &mut self.hidden[share];
                if hidden.len() < HIDDEN_TOPICS_COUNTED {
                    hidden.insert(std::hash::BuildHasher::hash_one(&self.hash, &message.topic));
                }
                tally.topics_hidden = hidden.len() as u64;
            }
        }
        if let Some(node) = self.share_node(share) {
            let bytes = message.payload.len() as u64;
            let change = Change { bytes, now_us: message.received.mono_us, topic: false, retained: 0 };
            self.save(node);
            self.counts[node as usize].add(change);
        }
    }

    /// Takes every retained mark away: after a new session the broker sends again what it still retains.
    pub fn forget_retained(&mut self) {
        let mut topics = Vec::new();
        for node in 0..self.counts.len() as u32 {
            if self.counts[node as usize].retained > 0 {
                self.save(node);
                self.counts[node as usize].retained = 0;
            }
            if self.heads.now(node).retained {
                self.heads.keep(node);
                self.heads.now_mut(node).retained = false;
                topics.push(node);
            }
        }
        self.forgets.note(Seq(self.last_seq), topics, self.limits.bytes / 16);
        self.after_eviction();
    }

    /// The node that sums up a share.
    fn share_node(&self, share: usize) -> Option<u32> {
        if share == USER { Some(TopicId::ROOT.0) } else { self.sys_root }
    }
}
