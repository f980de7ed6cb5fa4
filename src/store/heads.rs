//! Where the history of each topic begins, and the topic's own numbers. `log` moves the heads as it stores, carries and
//! evicts; the store reads them, as of the hold when there is one.

use hashbrown::HashMap;

use super::index::push;
use super::record::Address;

/// One topic's own numbers. 32 bytes, one per node.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    /// Its newest stored message.
    pub(super) newest: Address,
    /// Messages ever stored: the newest one has this number, one for the first.
    pub(super) recorded: u64,
    /// Monotonic microseconds of its newest message; meaningless without messages.
    last_us: u64,
    /// Messages still stored: always the newest ones, without gaps.
    pub(super) stored: u32,
    pub(super) retained: bool,
    /// The newest message was too large to be stored.
    pub(super) newest_missing: bool,
    /// At least one message was too large to be stored.
    too_large: bool,
}

impl Head {
    const EMPTY: Self = Self {
        newest: Address::NONE,
        recorded: 0,
        last_us: 0,
        stored: 0,
        retained: false,
        newest_missing: false,
        too_large: false,
    };
}

/// A head as of the hold.
#[derive(Debug, Clone, Copy)]
struct Saved {
    head: Head,
    too_large: u64,
}

/// The heads of all nodes.
#[derive(Debug, Default)]
pub(super) struct Heads {
    all: Vec<Head>,
    /// How many messages of a topic were too large to be stored, for the few topics that have any.
    too_large: HashMap<u32, u64>,
    saved: Option<HashMap<u32, Saved>>,
}

impl Heads {
    /// Makes room for nodes with ids below `nodes`.
    pub(super) fn extend_to(&mut self, nodes: usize) {
        while self.all.len() < nodes {
            push(&mut self.all, Head::EMPTY);
        }
    }

    /// The head as it is now, whatever is held.
    pub(super) fn now(&self, node: u32) -> &Head {
        &self.all[node as usize]
    }

    pub(super) fn now_mut(&mut self, node: u32) -> &mut Head {
        &mut self.all[node as usize]
    }

    /// The head as reading shows it.
    pub(super) fn shown(&self, node: u32) -> Head {
        self.saved(node).map_or(self.all[node as usize], |saved| saved.head)
    }

    fn saved(&self, node: u32) -> Option<&Saved> {
        self.saved.as_ref()?.get(&node)
    }

    /// Messages on this topic, stored or not, as reading shows it.
    pub(super) fn messages(&self, node: u32) -> u64 {
        self.saved(node).map_or_else(
            || self.all[node as usize].recorded + self.too_large_now(node),
            |saved| saved.head.recorded + saved.too_large,
        )
    }

    /// Messages of this topic that were too large to be stored, as reading shows it.
    pub(super) fn too_large(&self, node: u32) -> u64 {
        self.saved(node).map_or_else(|| self.too_large_now(node), |saved| saved.too_large)
    }

    fn too_large_now(&self, node: u32) -> u64 {
        let any = self.all[node as usize].too_large;
        if any { self.too_large.get(&node).copied().unwrap_or_default() } else { 0 }
    }

    /// When the newest message of this topic came, as reading shows it.
    pub(super) fn last_us(&self, node: u32) -> Option<u64> {
        (self.messages(node) > 0).then(|| self.shown(node).last_us)
    }

    /// Number of stored messages that reading shows.
    pub(super) fn stored(&self, node: u32) -> usize {
        let now = self.now(node);
        let newer = now.recorded - self.shown(node).recorded;
        usize::try_from(u64::from(now.stored).saturating_sub(newer)).unwrap_or(usize::MAX)
    }

    /// Keeps the head of `node` for the hold, before it changes.
    pub(super) fn keep(&mut self, node: u32) {
        let (head, too_large) = (self.all[node as usize], self.too_large_now(node));
        if let Some(saved) = &mut self.saved {
            saved.entry(node).or_insert(Saved { head, too_large });
        }
    }

    /// A message arrives on topic `node`: keeps what the hold needs, notes the time and whether it is stored.
    pub(super) fn arrive(&mut self, node: u32, now_us: u64, stored: bool) {
        self.keep(node);
        let first = self.all[node as usize].recorded + self.too_large_now(node) == 0;
        let head = &mut self.all[node as usize];
        head.last_us = if first { now_us } else { head.last_us.max(now_us) };
        head.newest_missing = !stored;
        if !stored {
            head.too_large = true;
            *self.too_large.entry(node).or_default() += 1;
        }
    }

    /// The record at `from` now lies at `to`, and it was the newest of `node`, now or at the hold.
    pub(super) fn moved(&mut self, node: u32, from: Address, to: Address) {
        let head = &mut self.all[node as usize];
        if head.newest == from {
            head.newest = to;
        }
        if let Some(saved) = self.saved.as_mut().and_then(|saved| saved.get_mut(&node))
            && saved.head.newest == from
        {
            saved.head.newest = to;
        }
    }

    pub(super) fn hold(&mut self) {
        self.saved = Some(HashMap::new());
    }

    pub(super) fn release(&mut self) {
        self.saved = None;
    }

    /// Bytes allocated for heads.
    pub(super) fn allocated(&self) -> usize {
        self.all.capacity() * size_of::<Head>() + self.too_large.allocation_size()
    }

    /// Bytes allocated for the hold.
    pub(super) fn held_bytes(&self) -> usize {
        self.saved.as_ref().map_or(0, HashMap::allocation_size)
    }
}
