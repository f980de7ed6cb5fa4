//! The topic tree: small nodes in an arena and one hash table from path to node. A node is a topic, a branch, or both.
//! The store asks here which node a message belongs to; the screen walks it.

use std::hash::{BuildHasher, Hasher};

use foldhash::quality::RandomState;
use hashbrown::HashTable;
use memchr::memchr_iter;

use super::TopicId;
use super::text::Text;
use crate::model::MAX_TOPIC_BYTES;

const NONE: u32 = u32::MAX;
/// The hash that first levels are chained onto.
const ROOT_HASH: u32 = 0;

/// How much to add to an arena of `capacity` elements that is full: an eighth, because doubling would waste a third on
/// average where every byte counts per topic.
pub(super) fn growth(capacity: usize) -> usize {
    (capacity / 8).max(64)
}

/// Appends to an arena, growing it by [`growth`].
pub(super) fn push<T>(arena: &mut Vec<T>, element: T) {
    if arena.len() == arena.capacity() {
        arena.reserve_exact(growth(arena.capacity()));
    }
    arena.push(element);
}

/// One level of one path. 20 bytes.
#[derive(Debug, Clone, Copy)]
struct Node {
    parent: u32,
    /// Where a topic that starts with this node's path begins in the text.
    offset: u32,
    /// Newest child; its `next_sibling` is the oldest one, so that one field gives order of arrival and quick appending.
    last_child: u32,
    next_sibling: u32,
    /// Bytes of the path.
    length: u16,
    /// Had a message of its own.
    topic: bool,
    /// At or below `$SYS`.
    sys: bool,
}

/// A node in the hash table. The hash is kept so that growing the table does not read every path again.
#[derive(Debug, Clone, Copy)]
struct Slot {
    hash: u32,
    id: u32,
}

/// Why a topic has no node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Holds NUL or is longer than the protocol can carry (MQTT 3.1.1, 1.5.3).
    Malformed,
    /// The tree is at its cap.
    Full,
}

/// Where a topic was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) id: u32,
    /// The node had no message of its own before.
    pub(super) new_topic: bool,
}

/// The tree.
#[derive(Debug)]
pub(super) struct Index {
    text: Text,
    nodes: Vec<Node>,
    /// Topics in the order of their text, which is that of their first message.
    topics: Vec<u32>,
    table: HashTable<Slot>,
    state: RandomState,
    max_nodes: usize,
    sys_nodes: usize,
}

impl Index {
    /// A tree of at most `max_nodes` nodes; `$SYS` has a reserve of a sixteenth on top, so that a flood cannot hide it.
    pub(super) fn new(max_nodes: usize) -> Self {
        let max_nodes = max_nodes.min(1 << 30);
        let root = Node {
            parent: NONE,
            offset: 0,
            last_child: NONE,
            next_sibling: NONE,
            length: 0,
            topic: false,
            sys: false,
        };
        Self {
            text: Text::new((max_nodes * 128).max(16 << 20)),
            nodes: vec![root],
            topics: Vec::new(),
            table: HashTable::new(),
            state: RandomState::default(),
            max_nodes,
            sys_nodes: 0,
        }
    }

    /// The node of `topic`, made if need be, and made a topic if it was only a branch.
    pub(super) fn place(&mut self, topic: &str) -> Result<Placed, Refusal> {
        if let Some(id) = self.find(topic) {
            let new_topic = !self.nodes[id as usize].topic;
            if new_topic {
                let offset = self.text.push(topic).ok_or(Refusal::Full)?;
                self.become_topic(id, offset);
            }
            return Ok(Placed { id, new_topic });
        }
        if topic.len() > MAX_TOPIC_BYTES || topic.contains(super::text::END) {
            return Err(Refusal::Malformed);
        }
        let id = self.grow(topic)?;
        Ok(Placed { id, new_topic: true })
    }

    /// Adds the levels of `topic` that are missing.
    fn grow(&mut self, topic: &str) -> Result<u32, Refusal> {
        let (mut parent, mut hash, mut start) = (TopicId::ROOT.0, ROOT_HASH, 0);
        let mut ends = level_ends(topic).peekable();
        while let Some(&end) = ends.peek() {
            let level = &topic[start..end];
            let child_hash = self.hash_level(hash, level);
            let Some(child) = self.child(parent, child_hash, level) else { break };
            (parent, hash, start) = (child, child_hash, end + 1);
            ends.next();
        }
        let missing = level_ends(topic).count() - level_ends(topic).take_while(|&end| end < start).count();
        let sys = is_sys(topic);
        let (used, allowed) = if sys {
            (self.sys_nodes, self.max_nodes / 16 + 64)
        } else {
            (self.nodes.len() - 1 - self.sys_nodes, self.max_nodes)
        };
        if used + missing > allowed {
            return Err(Refusal::Full);
        }
        let offset = self.text.push(topic).ok_or(Refusal::Full)?;
        for end in ends {
            hash = self.hash_level(hash, &topic[start..end]);
            parent = self.add(parent, hash, offset, end, sys);
            start = end + 1;
        }
        self.sys_nodes += if sys { missing } else { 0 };
        self.become_topic(parent, offset);
        Ok(parent)
    }

    /// Adds one node as the youngest child of `parent`.
    fn add(&mut self, parent: u32, hash: u32, offset: u32, length: usize, sys: bool) -> u32 {
        let id = self.nodes.len() as u32;
        let elder = std::mem::replace(&mut self.nodes[parent as usize].last_child, id);
        let next_sibling = if elder == NONE {
            id
        } else {
            std::mem::replace(&mut self.nodes[elder as usize].next_sibling, id)
        };
        let length = length as u16;
        let node = Node { parent, offset, last_child: NONE, next_sibling, length, topic: false, sys };
        push(&mut self.nodes, node);
        self.table.insert_unique(spread(hash), Slot { hash, id }, |slot| spread(slot.hash));
        id
    }

    fn become_topic(&mut self, id: u32, offset: u32) {
        let node = &mut self.nodes[id as usize];
        node.topic = true;
        node.offset = offset;
        push(&mut self.topics, id);
    }

    /// Chains one level onto the hash of the path above it, so that one pass over a topic hashes all its branches.
    fn hash_level(&self, above: u32, level: &str) -> u32 {
        let mut hasher = self.state.build_hasher();
        hasher.write_u32(above);
        hasher.write(level.as_bytes());
        hasher.finish() as u32
    }

    fn child(&self, parent: u32, hash: u32, level: &str) -> Option<u32> {
        let same = |slot: &Slot| {
            slot.hash == hash && self.nodes[slot.id as usize].parent == parent && self.level(slot.id) == level
        };
        self.table.find(spread(hash), same).map(|slot| slot.id)
    }

    /// The node with exactly this path.
    pub(super) fn find(&self, path: &str) -> Option<u32> {
        let (mut hash, mut start) = (ROOT_HASH, 0);
        for end in level_ends(path) {
            hash = self.hash_level(hash, &path[start..end]);
            start = end + 1;
        }
        let same = |slot: &Slot| slot.hash == hash && self.path(slot.id) == path;
        self.table.find(spread(hash), same).map(|slot| slot.id)
    }

    /// The whole path; the root's is empty, as is that of a first level without text.
    pub(super) fn path(&self, id: u32) -> &str {
        let node = &self.nodes[id as usize];
        self.text.get(node.offset as usize, usize::from(node.length))
    }

    /// The last level of the path.
    pub(super) fn level(&self, id: u32) -> &str {
        let node = &self.nodes[id as usize];
        let start = match node.parent {
            NONE | 0 => 0,
            parent => usize::from(self.nodes[parent as usize].length) + 1,
        };
        self.text.get(node.offset as usize + start, usize::from(node.length) - start)
    }

    pub(super) fn parent(&self, id: u32) -> Option<u32> {
        let parent = self.nodes[id as usize].parent;
        (parent != NONE).then_some(parent)
    }

    pub(super) fn is_sys(&self, id: u32) -> bool {
        self.nodes[id as usize].sys
    }

    /// Number of nodes, the root included; ids are below it.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Topics in order of their first message.
    pub(super) fn topics(&self) -> &[u32] {
        &self.topics
    }

    /// Where the text of topic `id` begins in [`Index::text`].
    pub(super) fn offset(&self, id: u32) -> usize {
        self.nodes[id as usize].offset as usize
    }

    /// The text of all topics in the order of [`Index::topics`], each ended by NUL.
    pub(super) fn text(&self) -> &str {
        self.text.as_str()
    }

    /// Children of `id` in order of arrival, without those whose id is `limit` or above.
    pub(super) fn children(&self, id: u32, limit: u32) -> Children<'_> {
        let last = self.nodes[id as usize].last_child;
        let next = if last == NONE { NONE } else { self.nodes[last as usize].next_sibling };
        Children { index: self, next, last, limit }
    }

    /// Like [`Index::children`], but only those that arrived after the child `after`.
    pub(super) fn children_after(&self, id: u32, after: u32, limit: u32) -> Children<'_> {
        let last = self.nodes[id as usize].last_child;
        let next = if after == last { NONE } else { self.nodes[after as usize].next_sibling };
        Children { index: self, next, last, limit }
    }

    /// Bytes allocated for the tree, its text and its table.
    pub(super) fn allocated(&self) -> usize {
        self.text.allocated()
            + self.nodes.capacity() * size_of::<Node>()
            + self.topics.capacity() * size_of::<u32>()
            + self.table.allocation_size()
    }
}

/// Children of a node, in order of first arrival.
#[derive(Debug, Clone)]
pub struct Children<'a> {
    index: &'a Index,
    next: u32,
    last: u32,
    limit: u32,
}

impl Iterator for Children<'_> {
    type Item = TopicId;

    fn next(&mut self) -> Option<TopicId> {
        let id = self.next;
        if id >= self.limit {
            return None;
        }
        self.next = if id == self.last { NONE } else { self.index.nodes[id as usize].next_sibling };
        Some(TopicId(id))
    }
}

/// Whether `topic` is the broker talking about itself.
pub(super) fn is_sys(topic: &str) -> bool {
    topic.strip_prefix("$SYS").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Byte offsets at which the levels of `topic` end.
fn level_ends(topic: &str) -> impl Iterator<Item = usize> {
    memchr_iter(b'/', topic.as_bytes()).chain(std::iter::once(topic.len()))
}

/// The table picks a bucket by the low bits and tells neighbours apart by the high ones: give it both from 32 bits.
fn spread(hash: u32) -> u64 {
    u64::from(hash) << 32 | u64::from(hash)
}
