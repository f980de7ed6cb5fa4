//! The numbers of the tree, one set a node, kept up to date on the way from a topic to the root with every message.

use super::rate::Rate;

/// What is known about a node, by itself and with all below it. Plain numbers: no walk, no lock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Messages received at or below this node.
    pub messages_below: u64,
    /// Payload bytes received at or below this node.
    pub bytes_below: u64,
    /// Distinct topics at or below this node.
    pub topics_below: u32,
    /// Messages received on exactly this topic.
    pub own_messages: u64,
    /// Monotonic microseconds of the newest message at or below.
    pub last_received_us: Option<u64>,
    /// Monotonic microseconds of the newest message on exactly this topic.
    pub own_last_us: Option<u64>,
    /// This topic was delivered with the retain flag, and no empty payload came since.
    pub retained: bool,
    /// Number of topics at or below for which [`Stats::retained`] is true.
    pub retained_below: u32,
}

/// Sums over a node and everything below it. 48 bytes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) messages: u64,
    pub(super) bytes: u64,
    /// Monotonic microseconds of the newest message; meaningless while `messages` is 0.
    last_us: u64,
    pub(super) topics: u32,
    pub(super) retained: u32,
    /// Direct children.
    pub(super) children: u32,
    rate: Rate,
}

/// What one message changes on every node from its topic up to the root.
#[derive(Debug, Clone, Copy)]
pub(super) struct Change {
    pub(super) bytes: u64,
    pub(super) now_us: u64,
    /// The topic is new.
    pub(super) topic: bool,
    /// The topic began (1) or ceased (-1) to be retained.
    pub(super) retained: i32,
}

impl Counts {
    /// Adds one message.
    pub(super) fn add(&mut self, change: Change) {
        let last = self.last_us();
        // A moment before the newest one (a replayed capture, a second clock) must not turn time back.
        let now_us = last.map_or(change.now_us, |last| last.max(change.now_us));
        self.rate.count(1, now_us, last);
        self.last_us = now_us;
        self.messages += 1;
        self.bytes += change.bytes;
        self.topics += u32::from(change.topic);
        self.retained = self.retained.saturating_add_signed(change.retained);
    }

    /// When the newest message came, if any did.
    pub(super) fn last_us(&self) -> Option<u64> {
        (self.messages > 0).then_some(self.last_us)
    }

    /// Messages per second.
    pub(super) fn rate(&self, now_us: u64) -> f32 {
        self.rate.read(now_us, self.last_us())
    }
}

/// Sums over a whole share of the store: the user's topics, or `$SYS`. While the view is held, the traffic figures are as
/// of the hold; the three `history_` figures and `stored`, `evicted` and `not_stored` always tell how things are now.
#[derive(Debug, Clone, Copy, Default)]
pub struct Totals {
    /// Distinct topics in the tree.
    pub topics: u64,
    /// Messages received, those hidden or refused included.
    pub messages: u64,
    /// Payload bytes received, those hidden or refused included.
    pub bytes: u64,
    /// Topics that came when the tree was full. Counted one by one up to 65,536; from there on "at least".
    pub topics_hidden: u64,
    /// Messages on those topics.
    pub messages_hidden: u64,
    /// Messages whose topic no MQTT topic can be: with NUL, or over 65,535 bytes. They have no place in the tree.
    pub malformed: u64,
    /// Messages now in the history.
    pub stored: u64,
    /// Messages that were in the history and gave way to newer ones.
    pub evicted: u64,
    /// Messages too large for the whole history.
    pub not_stored: u64,
    /// Bytes allocated for the history.
    pub history_bytes: usize,
    /// What `history_bytes` never exceeds.
    pub history_budget: usize,
    /// Monotonic microseconds of the newest message.
    pub last_received_us: Option<u64>,
    pub(super) counts: Counts,
    pub(super) byte_rate: Rate,
    pub(super) held_us: Option<u64>,
    /// Messages and bytes a second as counted in the past.
    pub(super) counted: Option<(f32, f32)>,
    /// Whether the rates are known: see [`super::Store::knows_rate`].
    pub knows_rates: bool,
}

impl Totals {
    /// Messages per second at `now_us` (monotonic); while held, at the hold.
    pub fn rate_messages(&self, now_us: u64) -> f32 {
        let metered = || self.counts.rate(self.held_us.unwrap_or(now_us));
        self.counted.map_or_else(metered, |(messages, _)| messages)
    }

    /// Payload bytes per second at `now_us` (monotonic); while held, at the hold.
    pub fn rate_bytes(&self, now_us: u64) -> f32 {
        let metered = || self.byte_rate.read(self.held_us.unwrap_or(now_us), self.last_received_us);
        self.counted.map_or_else(metered, |(_, bytes)| bytes)
    }
}

/// Memory in use, from the real capacities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// Tree, topic text, hash table, counters and heads of history: everything that grows with the number of topics.
    pub index: usize,
    /// History chunks: what the budget is about.
    pub history: usize,
    /// Copies kept for the hold; 0 when not held.
    pub hold: usize,
}

/// Upper bound on what is remembered about topics that were not let in.
pub(super) const HIDDEN_TOPICS_COUNTED: usize = 65_536;
