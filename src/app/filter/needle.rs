//! A text that is sought with case ignored, by the rules of `Store::search_topics`: an ASCII one by ASCII letters only, any other in
//! Unicode lower case.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memmem::Finder;

/// Places lit in one topic at most.
const LIT: usize = 16;

/// A text that is sought.
#[derive(Debug, Clone)]
pub(super) struct Needle {
    lowered: String,
    finder: Finder<'static>,
}

impl Needle {
    pub(super) fn new(text: &str) -> Self {
        let lowered = if text.is_ascii() { text.to_ascii_lowercase() } else { text.to_lowercase() };
        Self { finder: Finder::new(lowered.as_bytes()).into_owned(), lowered }
    }

    /// The text in lower case.
    pub(super) fn text(&self) -> &str {
        &self.lowered
    }

    /// Whether `topic` contains it. `scratch` is room to work in.
    pub(super) fn is_in(&self, topic: &str, scratch: &mut Vec<u8>) -> bool {
        if self.lowered.is_ascii() {
            self.is_in_ascii(topic.as_bytes(), scratch)
        } else {
            // ASCII text has ASCII lower case, which cannot contain such a needle.
            !topic.is_ascii() && self.finder.find(topic.to_lowercase().as_bytes()).is_some()
        }
    }

    /// Whether `bytes`, as far as they are text, contain it.
    pub(super) fn is_in_bytes(&self, bytes: &[u8], scratch: &mut Vec<u8>) -> bool {
        if self.lowered.is_ascii() {
            return self.is_in_ascii(bytes, scratch);
        }
        !bytes.is_ascii() && self.is_in(&String::from_utf8_lossy(bytes), scratch)
    }

    fn is_in_ascii(&self, bytes: &[u8], scratch: &mut Vec<u8>) -> bool {
        scratch.clear();
        scratch.extend_from_slice(bytes);
        scratch.make_ascii_lowercase();
        self.finder.find(scratch).is_some()
    }

    /// Where it stands in `topic`; nowhere when its lower case has another length, so that places would not fit.
    pub(super) fn places(&self, topic: &str) -> Vec<Range<usize>> {
        let lowered: Cow<'_, str> = if self.lowered.is_ascii() {
            topic.to_ascii_lowercase().into()
        } else {
            topic.to_lowercase().into()
        };
        if lowered.len() != topic.len() || self.lowered.is_empty() {
            return Vec::new();
        }
        let found = self.finder.find_iter(lowered.as_bytes()).take(LIT);
        found.map(|at| at..at + self.lowered.len()).collect()
    }
}
