//! Topics by a part of their text: one pass over the text of all topics as it lies in memory.

use memchr::memmem::Finder;
use memchr::memrchr;

use super::text::END;
use super::{Store, TopicId};

/// Text is lowered in pieces of about this size, so that it stays in the cache between lowering and searching.
const PIECE: usize = 64 << 10;

impl Store {
    /// Topics whose full text contains `needle`, in order of their first message. With `ignore_case`, letters of an ASCII
    /// needle match in either case; for other needles, needle and topic are compared in Unicode lower case. An empty
    /// needle finds every topic.
    pub fn search_topics(&self, needle: &str, ignore_case: bool) -> Vec<TopicId> {
        if needle.contains(END) {
            return Vec::new();
        }
        if needle.is_empty() {
            return self.topics().collect();
        }
        let mut found = Found::new(self);
        if !ignore_case {
            found.scan(&Finder::new(needle), self.index.text().as_bytes(), 0);
        } else if needle.is_ascii() {
            self.search_ascii(&needle.to_ascii_lowercase(), &mut found);
        } else {
            self.search_unicode(&needle.to_lowercase(), &mut found);
        }
        found.topics
    }

    fn search_ascii(&self, lowered: &str, found: &mut Found<'_>) {
        let finder = Finder::new(lowered);
        let text = self.index.text().as_bytes();
        let mut piece = Vec::new();
        let mut start = 0;
        while start < text.len() {
            let end = piece_end(text, start);
            piece.clear();
            piece.extend_from_slice(&text[start..end]);
            piece.make_ascii_lowercase();
            found.scan(&finder, &piece, start);
            start = end;
        }
    }

    fn search_unicode(&self, lowered: &str, found: &mut Found<'_>) {
        for topic in self.topics() {
            let path = self.path(topic);
            // ASCII text has ASCII lower case, which cannot contain such a needle.
            if !path.is_ascii() && path.to_lowercase().contains(lowered) {
                found.topics.push(topic);
            }
        }
    }
}

/// Where a piece that starts at `start` ends: after a whole topic.
fn piece_end(text: &[u8], start: usize) -> usize {
    let end = (start + PIECE).min(text.len());
    let last = memrchr(END as u8, &text[start..end]).map(|at| start + at);
    last.or_else(|| memchr::memchr(END as u8, &text[end..]).map(|at| end + at))
        .map_or(text.len(), |at| at + 1)
}

/// Turns places in the text into topics. Places come in rising order, so the search for the topic goes on from the last.
struct Found<'a> {
    store: &'a Store,
    /// All topics that may be found, in the order of their text.
    all: &'a [u32],
    /// Position in `all` of the next topic that may be found.
    next: usize,
    topics: Vec<TopicId>,
}

impl<'a> Found<'a> {
    fn new(store: &'a Store) -> Self {
        Self { store, all: &store.index.topics()[..store.shown_topics()], next: 0, topics: Vec::new() }
    }

    /// Adds the topics in `piece`, which is (lowered) text from `offset` on, that contain what `finder` seeks.
    fn scan(&mut self, finder: &Finder<'_>, piece: &[u8], offset: usize) {
        let mut from = 0;
        while let Some(hit) = piece.get(from..).and_then(|rest| finder.find(rest)) {
            let Some(position) = self.topic_at(offset + from + hit) else { return };
            self.topics.push(TopicId(self.all[position]));
            self.next = position + 1;
            let Some(&following) = self.all.get(self.next) else { return };
            from = self.store.index.offset(following) - offset;
        }
    }

    /// Position in `all` of the topic whose text is at `at`; `None` past the last.
    fn topic_at(&self, at: usize) -> Option<usize> {
        let starts_before = |&id: &u32| self.store.index.offset(id) <= at;
        let (mut low, mut step) = (self.next, 1);
        while self.all.get(low + step).is_some_and(starts_before) {
            low += step;
            step *= 2;
        }
        let high = (low + step).min(self.all.len());
        let rest = self.all.get(low..high)?;
        let position = low + rest.partition_point(starts_before).checked_sub(1)?;
        let id = *self.all.get(position)?;
        (at < self.store.index.offset(id) + self.store.index.path(id).len()).then_some(position)
    }
}
