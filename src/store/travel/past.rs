//! What came after the moment that is shown, node by node: to be taken from the figures of the hold. Undoing and redoing single
//! messages moves it through time; in which order those of one stretch are taken does not matter.

use hashbrown::HashMap;

use crate::store::Store;
use crate::store::log::Arrival;
use crate::store::stats::Counts;

/// When the newest message at or below a node came, as of the moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Last {
    /// Not looked for yet.
    #[default]
    Unknown,
    /// Monotonic microseconds.
    At(u64),
    /// It left the log.
    Gone,
}

/// What came after the moment at or below one node.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::store) struct Later {
    pub(in crate::store) bytes: u64,
    pub(super) last: Last,
    pub(in crate::store) messages: u32,
    pub(in crate::store) topics: u32,
    pub(in crate::store) children: u32,
    pub(in crate::store) retained: i32,
    /// Messages on exactly this topic, and how many of them were too large to be stored.
    pub(in crate::store) own: u32,
    pub(in crate::store) missing: u32,
    /// Messages in the seconds before the moment, as counted by the survey with this number.
    pub(super) recent: u32,
    pub(super) survey: u32,
    /// The topic's own retained mark is another one at the hold.
    pub(in crate::store) flipped: bool,
}

impl Later {
    fn is_unknown(&self) -> bool {
        self.messages > 0 && self.last == Last::Unknown
    }

    fn is_nothing(&self) -> bool {
        let counted = (self.messages, self.own, self.children, self.retained);
        counted == (0, 0, 0, 0) && !self.flipped
    }
}

/// The difference between the hold and the moment.
#[derive(Debug)]
pub(super) struct Past {
    later: HashMap<u32, Later>,
    /// Nodes from this id on came after the moment; nothing is kept about them.
    pub(super) nodes: u32,
    /// Topics from this position on in their order of arrival came after the moment.
    pub(super) topics: usize,
    /// Nodes for which [`Last::Unknown`] is all that is known.
    pub(super) unknown: usize,
}

impl Past {
    /// No difference to a hold with so many nodes and topics.
    pub(super) fn new(nodes: u32, topics: usize) -> Self {
        Self { later: HashMap::new(), nodes, topics, unknown: 0 }
    }

    pub(super) fn of(&self, node: u32) -> Option<&Later> {
        self.later.get(&node)
    }

    pub(super) fn allocated(&self) -> usize {
        self.later.allocation_size()
    }

    /// Changes what is known of `node`; where no difference is left, nothing is kept.
    pub(super) fn change(&mut self, node: u32, change: impl FnOnce(&mut Later)) {
        let later = self.later.entry(node).or_default();
        self.unknown -= usize::from(later.is_unknown());
        change(later);
        self.unknown += usize::from(later.is_unknown());
        if later.is_nothing() {
            self.later.remove(&node);
        }
    }

    /// Like [`Past::change`], only where there is a difference; the answer of `change`, if there is.
    pub(super) fn amend<T>(&mut self, node: u32, change: impl FnOnce(&mut Later) -> T) -> Option<T> {
        let later = self.later.get_mut(&node)?;
        self.unknown -= usize::from(later.is_unknown());
        let answer = change(later);
        self.unknown += usize::from(later.is_unknown());
        Some(answer)
    }

    /// What has not been found is not there to be found.
    pub(super) fn give_up_unknown(&mut self) {
        for later in self.later.values_mut().filter(|later| later.is_unknown()) {
            later.last = Last::Gone;
        }
        self.unknown = 0;
    }

    fn forget(&mut self, node: u32) {
        let known = self.later.remove(&node);
        self.unknown -= usize::from(known.is_some_and(|later| later.is_unknown()));
    }
}

impl Store {
    /// Takes `arrival` back. After a stretch of them, [`Store::shrink`] is due.
    pub(super) fn undo(&self, past: &mut Past, arrival: Arrival) {
        let mut own = 0;
        past.change(arrival.topic, |later| {
            later.own += 1;
            later.missing += u32::from(arrival.missing);
            later.flipped ^= arrival.flips;
            own = later.own;
        });
        let first = u64::from(own) == self.heads.messages(arrival.topic);
        for node in self.line(arrival.topic) {
            past.change(node, |later| {
                later.messages += 1;
                later.bytes += arrival.bytes;
                later.topics += u32::from(first);
                later.retained += arrival.retained();
                later.last = Last::Unknown;
            });
        }
    }

    /// Lets nodes go that have no message any more: ids rise with the order of arrival, so they are the last ones.
    pub(super) fn shrink(&self, past: &mut Past) {
        let topics = self.index.topics();
        while let Some(&topic) = past.topics.checked_sub(1).and_then(|last| topics.get(last)) {
            let own = past.of(topic).map_or(0, |later| u64::from(later.own));
            if self.heads.messages(topic) > own {
                break;
            }
            past.topics -= 1;
        }
        while let Some(node) = past.nodes.checked_sub(1).filter(|&last| last > 0) {
            let messages = past.of(node).map_or(0, |later| u64::from(later.messages));
            if self.held_counts(node).messages > messages {
                break;
            }
            past.forget(node);
            past.nodes = node;
            past.change(self.index.parent(node).unwrap_or_default(), |later| later.children += 1);
        }
    }

    /// Lets `arrival` come again.
    pub(super) fn redo(&self, past: &mut Past, arrival: Arrival) {
        while past.nodes <= arrival.topic {
            let node = past.nodes;
            past.nodes += 1;
            past.change(node, |later| *later = self.all_later(node));
            past.change(self.index.parent(node).unwrap_or_default(), |later| later.children -= 1);
        }
        let all = self.heads.messages(arrival.topic);
        let mut first = false;
        past.change(arrival.topic, |later| {
            first = u64::from(later.own) == all;
            later.own -= 1;
            later.missing -= u32::from(arrival.missing);
            later.flipped ^= arrival.flips;
        });
        past.topics += usize::from(first);
        for node in self.line(arrival.topic) {
            past.change(node, |later| {
                later.messages -= 1;
                later.bytes -= arrival.bytes;
                later.topics -= u32::from(first);
                later.retained -= arrival.retained();
                let at = arrival.received.mono_us;
                later.last = Last::At(if let Last::At(known) = later.last { known.max(at) } else { at });
            });
        }
    }

    /// The difference for a node that had no message yet: everything.
    fn all_later(&self, node: u32) -> Later {
        let Counts { messages, bytes, topics, retained, children, .. } = self.held_counts(node);
        Later {
            bytes,
            messages: messages as u32,
            topics,
            children,
            retained: retained as i32,
            own: self.heads.messages(node) as u32,
            missing: self.heads.too_large(node) as u32,
            flipped: self.heads.shown(node).retained,
            ..Later::default()
        }
    }

    /// Gives `topic` the retained mark back that the end of a session took away, or takes it away again.
    pub(super) fn restore_mark(&self, past: &mut Past, topic: u32, given: bool) {
        past.change(topic, |later| later.flipped ^= true);
        for node in self.line(topic) {
            past.change(node, |later| later.retained += if given { -1 } else { 1 });
        }
    }
}
