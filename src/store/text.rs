//! The text of every topic, one after the other, each ended by NUL, which no topic may hold. Nodes point into it; search
//! runs over it as one piece. Only ever appended to.

/// Ends each topic.
pub(super) const END: char = '\0';

/// All topic text of one store.
#[derive(Debug, Default)]
pub(super) struct Text {
    all: String,
    /// Bytes it may grow to, so that offsets fit 32 bits and long topics cannot eat the memory.
    limit: usize,
}

impl Text {
    /// Room for `limit` bytes (at most 4 GiB).
    pub(super) fn new(limit: usize) -> Self {
        Self { all: String::new(), limit: limit.min(u32::MAX as usize) }
    }

    /// Appends `topic` and gives its offset; `None` when it no longer fits.
    pub(super) fn push(&mut self, topic: &str) -> Option<u32> {
        let offset = self.all.len();
        let needed = topic.len() + END.len_utf8();
        if offset + needed > self.limit {
            return None;
        }
        if self.all.capacity() - offset < needed {
            self.all.reserve_exact(needed.max(super::index::growth(self.all.capacity())));
        }
        self.all.push_str(topic);
        self.all.push(END);
        Some(offset as u32)
    }

    /// `length` bytes from `offset`.
    pub(super) fn get(&self, offset: usize, length: usize) -> &str {
        self.all.get(offset..offset + length).unwrap_or_default()
    }

    /// Everything, to search in.
    pub(super) fn as_str(&self) -> &str {
        &self.all
    }

    /// Bytes allocated.
    pub(super) fn allocated(&self) -> usize {
        self.all.capacity()
    }
}
