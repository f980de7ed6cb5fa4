//! A set of tree nodes as one bit each: a million nodes are 125 kB.

use crate::store::TopicId;

/// A set of nodes.
#[derive(Debug, Clone, Default)]
pub(super) struct NodeSet {
    words: Vec<u64>,
}

impl NodeSet {
    fn place(id: TopicId) -> (usize, u64) {
        (id.index() / 64, 1 << (id.index() % 64))
    }

    /// Whether `id` is in the set.
    pub(super) fn contains(&self, id: TopicId) -> bool {
        let (word, bit) = Self::place(id);
        self.words.get(word).is_some_and(|word| word & bit != 0)
    }

    /// Adds `id`; false if it was there.
    pub(super) fn insert(&mut self, id: TopicId) -> bool {
        let (word, bit) = Self::place(id);
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        let new = self.words[word] & bit == 0;
        self.words[word] |= bit;
        new
    }

    /// Takes `id` out.
    pub(super) fn remove(&mut self, id: TopicId) {
        let (word, bit) = Self::place(id);
        if let Some(word) = self.words.get_mut(word) {
            *word &= !bit;
        }
    }

    /// Its nodes, in rising order.
    pub(super) fn to_vec(&self) -> Vec<TopicId> {
        let bits = |(index, word): (usize, &u64)| {
            let word = *word;
            (0..64).filter(move |bit| word & (1 << bit) != 0).map(move |bit| index * 64 + bit)
        };
        self.words.iter().enumerate().flat_map(bits).map(TopicId::from_index).collect()
    }
}
