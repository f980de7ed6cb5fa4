//! What the store tells of its tree: the present, or as of the hold, or as of the moment that was travelled to.

use super::hold::{Held, Hold};
use super::index::Children;
use super::log::Log;
use super::stats::{Counts, Memory, Stats, Totals};
use super::travel::{Later, Travel};
use super::{SYS, Seq, Store, TopicId, USER};
use crate::model::Moment;
use hashbrown::HashSet;

/// The figures of one node as reading shows them.
struct Shown {
    messages: u64,
    bytes: u64,
    topics: u32,
    retained: u32,
    children: u32,
    last_us: Option<u64>,
}

impl Store {
    /// Children of `node` in order of first arrival.
    pub fn children(&self, node: TopicId) -> Children<'_> {
        self.index.children(node.0, self.shown_nodes())
    }

    /// The children of `node` that arrived after its child `after`, without walking those before.
    pub fn children_after(&self, node: TopicId, after: TopicId) -> Children<'_> {
        self.index.children_after(node.0, after.0, self.shown_nodes())
    }

    /// Number of children, without walking them.
    pub fn child_count(&self, node: TopicId) -> usize {
        self.shown(node).children as usize
    }

    /// The node above; `None` for the root.
    pub fn parent(&self, node: TopicId) -> Option<TopicId> {
        self.index.parent(node.0).map(TopicId)
    }

    /// 0 for the first level (and for the root).
    pub fn depth(&self, node: TopicId) -> usize {
        memchr::memchr_iter(b'/', self.path(node).as_bytes()).count()
    }

    /// The node's own level, which may be empty.
    pub fn level(&self, node: TopicId) -> &str {
        self.index.level(node.0)
    }

    /// The whole topic or branch, byte for byte.
    pub fn path(&self, node: TopicId) -> &str {
        self.index.path(node.0)
    }

    /// The node with exactly this topic or branch path. Never the root: "" is the first level without text.
    pub fn find(&self, path: &str) -> Option<TopicId> {
        self.index.find(path).filter(|&id| id < self.shown_nodes()).map(TopicId)
    }

    /// Whether it had a message of its own. A topic may be a branch as well.
    pub fn is_topic(&self, node: TopicId) -> bool {
        self.is_shown(node) && self.own_messages(node) > 0
    }

    /// Whether it is `$SYS` or below.
    pub fn is_sys(&self, node: TopicId) -> bool {
        self.index.is_sys(node.0)
    }

    /// All topics in order of their first message.
    pub fn topics(&self) -> impl ExactSizeIterator<Item = TopicId> + '_ {
        self.index.topics()[..self.shown_topics()].iter().map(|&id| TopicId(id))
    }

    /// Like [`Store::topics`], without the first `position`; those are not walked over.
    pub fn topics_from(&self, position: usize) -> impl Iterator<Item = TopicId> + '_ {
        let shown = &self.index.topics()[..self.shown_topics()];
        shown.get(position..).unwrap_or_default().iter().map(|&id| TopicId(id))
    }

    /// The node's numbers.
    pub fn stats(&self, node: TopicId) -> Stats {
        let shown = self.shown(node);
        let mut stats = Stats {
            messages_below: shown.messages,
            bytes_below: shown.bytes,
            topics_below: shown.topics,
            last_received_us: shown.last_us,
            retained_below: shown.retained,
            ..Stats::default()
        };
        if self.is_shown(node) {
            stats.own_messages = self.own_messages(node);
            stats.own_last_us = self.own_last_us(node);
            let flipped = self.later(node).is_some_and(|later| later.flipped);
            stats.retained = self.heads.shown(node.0).retained ^ flipped;
        }
        stats
    }

    /// [`Stats::messages_below`], for those who ask about very many nodes.
    pub fn messages_below(&self, node: TopicId) -> u64 {
        self.shown(node).messages
    }

    /// [`Stats::last_received_us`], for those who ask about very many nodes.
    pub fn last_received_us(&self, node: TopicId) -> Option<u64> {
        self.shown(node).last_us
    }

    pub(super) fn own_messages(&self, node: TopicId) -> u64 {
        let later = self.later(node).map_or(0, |later| u64::from(later.own));
        self.heads.messages(node.0) - later
    }

    pub(super) fn own_last_us(&self, node: TopicId) -> Option<u64> {
        if self.later(node).is_none_or(|later| later.own == 0) {
            return self.heads.last_us(node.0);
        }
        self.newest_own(node).map(|at| at.mono_us)
    }

    /// Messages per second at or below, `now_us` on the monotonic clock (while held: at the moment shown). 0.0 below 0.05, and
    /// some seconds after the last message. In the past, where it was another one than at the hold: the mean of the ten seconds
    /// before the moment.
    pub fn rate(&self, node: TopicId, now_us: u64) -> f32 {
        if !self.is_shown(node) {
            return 0.0;
        }
        let counted = self.travel.as_ref().and_then(|travel| travel.rate(node.0));
        counted.unwrap_or_else(|| self.held_counts(node.0).rate(self.shown_us().unwrap_or(now_us)))
    }

    /// Whether the rate at or below is known: not at a moment of the past so soon after what was evicted that the ten seconds before it
    /// are known in part only.
    pub fn knows_rate(&self, node: TopicId) -> bool {
        self.travel.as_ref().is_none_or(|travel| travel.knows_rate(node.0))
    }

    /// Sums over the user's topics.
    pub fn totals(&self) -> Totals {
        self.share_totals(USER)
    }

    /// Sums over `$SYS`.
    pub fn sys_totals(&self) -> Totals {
        self.share_totals(SYS)
    }

    fn share_totals(&self, share: usize) -> Totals {
        let node = self.share_node(share).map(TopicId).filter(|&node| self.is_shown(node));
        let counts = node.map(|node| self.held_counts(node.0)).unwrap_or_default();
        let shown = node.map_or_else(|| Shown::of(counts), |node| self.shown(node));
        let tally = self.hold.as_ref().map_or(&self.tallies, |hold| &hold.tallies)[share];
        let log = &self.logs[share];
        let counted = self
            .travel
            .as_ref()
            .zip(node)
            .and_then(|(travel, node)| Some((travel.rate(node.0)?, travel.byte_rate(node.0, share)?)));
        Totals {
            topics: u64::from(shown.topics),
            messages: shown.messages,
            bytes: shown.bytes,
            topics_hidden: tally.topics_hidden,
            messages_hidden: tally.messages_hidden,
            malformed: tally.malformed,
            stored: log.stored(),
            evicted: log.evicted(),
            not_stored: log.not_stored(),
            history_bytes: log.allocated(),
            history_budget: log.budget(),
            last_received_us: shown.last_us,
            counts,
            byte_rate: tally.byte_rate,
            held_us: self.shown_us(),
            counted,
            knows_rates: node.is_none_or(|node| self.knows_rate(node)),
        }
    }

    /// Memory in use.
    pub fn memory(&self) -> Memory {
        let hidden: usize = self.hidden.iter().map(HashSet::allocation_size).sum();
        let marks: usize = self.logs.iter().map(|log| log.marks.allocated()).sum();
        Memory {
            index: self.index.allocated()
                + self.counts.capacity() * size_of::<Counts>()
                + self.heads.allocated()
                + self.gaps.allocated()
                + hidden
                + marks
                + self.timeline.allocated()
                + self.forgets.allocated(),
            history: self.logs.iter().map(Log::allocated).sum(),
            hold: self.hold.as_ref().map_or(0, |hold| hold.allocated() + self.heads.held_bytes())
                + self.travel.as_ref().map_or(0, Travel::allocated),
        }
    }

    /// Lets reading stand still as of `now`; what is held already stays held.
    pub fn hold(&mut self, now: Moment) {
        if self.hold.is_some() {
            return;
        }
        let held = Held { seq: Seq(self.last_seq), at: now };
        let nodes = self.index.len() as u32;
        let (topics, forgets) = (self.index.topics().len(), self.forgets.count());
        self.hold = Some(Hold::new(held, nodes, topics, forgets, self.tallies));
        self.heads.hold();
    }

    /// Lets reading go on with the present.
    pub fn release(&mut self) {
        self.end_travel();
        self.hold = None;
        self.heads.release();
    }

    /// Since when reading stands still, if it does.
    pub fn held_since(&self) -> Option<Held> {
        self.hold.as_ref().map(|hold| hold.held)
    }

    /// Messages of the user's share received since the moment that is shown; 0 when not held.
    pub fn backlog(&self) -> u64 {
        let now = self.counts[TopicId::ROOT.0 as usize].messages;
        if self.hold.is_some() { now - self.shown(TopicId::ROOT).messages } else { 0 }
    }

    /// Whether the node came after the hold, or after the moment travelled to, so that reading does not show it.
    pub fn is_new_since_hold(&self, node: TopicId) -> bool {
        !self.is_shown(node)
    }

    pub(super) fn is_shown(&self, node: TopicId) -> bool {
        node.0 < self.shown_nodes()
    }

    /// Ids of nodes that reading shows are below this.
    fn shown_nodes(&self) -> u32 {
        let held = self.hold.as_ref().map_or(self.index.len() as u32, |hold| hold.nodes);
        self.travel.as_ref().map_or(held, Travel::nodes)
    }

    pub(super) fn shown_topics(&self) -> usize {
        let held = self.hold.as_ref().map_or(self.index.topics().len(), |hold| hold.topics);
        self.travel.as_ref().map_or(held, Travel::topics)
    }

    /// What came on `node` after the moment travelled to, up to the hold.
    pub(super) fn later(&self, node: TopicId) -> Option<&Later> {
        self.travel.as_ref()?.later(node.0)
    }

    /// The moment that rates are as of, in monotonic microseconds, when it is not the present.
    fn shown_us(&self) -> Option<u64> {
        let held = self.hold.as_ref().map(|hold| hold.held.at.mono_us);
        self.travel.as_ref().map(|travel| travel.moment().mono_us).or(held)
    }

    /// The numbers of `node` at the hold; without one, now.
    pub(super) fn held_counts(&self, node: u32) -> Counts {
        let saved = self.hold.as_ref().and_then(|hold| hold.counts(node));
        saved.unwrap_or(self.counts[node as usize])
    }

    fn shown(&self, node: TopicId) -> Shown {
        if !self.is_shown(node) {
            return Shown::of(Counts::default());
        }
        let mut shown = Shown::of(self.held_counts(node.0));
        if let Some(travel) = &self.travel
            && let Some(later) = travel.later(node.0)
        {
            shown.messages -= u64::from(later.messages);
            shown.bytes -= later.bytes;
            shown.topics -= later.topics;
            shown.children -= later.children;
            shown.retained = shown.retained.saturating_add_signed(-later.retained);
            shown.last_us = travel.last_us(node.0, shown.last_us);
        }
        shown
    }
}

impl Shown {
    fn of(counts: Counts) -> Self {
        Self {
            messages: counts.messages,
            bytes: counts.bytes,
            topics: counts.topics,
            retained: counts.retained,
            children: counts.children,
            last_us: counts.last_us(),
        }
    }
}
