//! How long a topic is usually silent between two messages, learnt as messages come: eight bytes a topic, no list of the past.
//!
//! Kept are the two longest gaps of the recent past. The second of them is the usual one: a silence that was seen twice is usual, one that
//! was seen once is not. So a device that sends five messages a minute in one burst is usually silent for a minute, and one long
//! silence does not make the next go unnoticed. What was long fades: a gap `g` takes a thirty-second of `g` from both, so that a gap
//! seen twice counts for some thirty times its own length.

use super::index::push;
use super::{Store, TopicId};
use std::time::Duration;

/// Messages before a topic has a usual gap: two alike in the first few say nothing yet.
const LEAST_MESSAGES: u64 = 5;
/// How slowly a long gap is forgotten.
const FADE: f32 = 32.0;

/// The two longest gaps of the recent past, in seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Longest {
    first: f32,
    second: f32,
}

impl Longest {
    fn note(&mut self, gap: f32) {
        // At most half at once: one long silence is no reason to forget everything.
        let fade = |value: f32| (value - gap / FADE).max(value / 2.0);
        let (first, second) = (fade(self.first), fade(self.second));
        *self = if gap > first {
            Self { first: gap, second: first }
        } else {
            Self { first, second: second.max(gap) }
        };
    }
}

/// The usual gaps of all nodes.
#[derive(Debug, Default)]
pub(super) struct Gaps {
    all: Vec<Longest>,
    /// A gap that began before this says nothing of its topic: nobody listened. In monotonic microseconds.
    since_us: u64,
}

impl Gaps {
    /// Makes room for nodes with ids below `nodes`.
    pub(super) fn extend_to(&mut self, nodes: usize) {
        while self.all.len() < nodes {
            push(&mut self.all, Longest::default());
        }
    }

    /// A message came on `node` at `now_us`; the one before at `last_us`.
    pub(super) fn note(&mut self, node: u32, last_us: u64, now_us: u64) {
        if last_us < self.since_us {
            return;
        }
        if let Some(longest) = self.all.get_mut(node as usize) {
            longest.note(now_us.saturating_sub(last_us) as f32 / 1e6);
        }
    }

    /// From `now_us` on gaps count anew.
    pub(super) fn begin(&mut self, now_us: u64) {
        self.since_us = now_us;
    }

    /// Bytes allocated.
    pub(super) fn allocated(&self) -> usize {
        self.all.capacity() * size_of::<Longest>()
    }
}

impl Store {
    /// How long this topic is usually silent between two live messages; `None` before that is known (five messages, or no gap
    /// seen twice). Retained messages of the past and time without a connection do not count.
    pub fn usual_gap(&self, topic: TopicId) -> Option<Duration> {
        let usual = self.gaps.all.get(topic.index())?.second;
        let known = usual > 0.0 && self.heads.messages(topic.0) >= LEAST_MESSAGES;
        known.then(|| Duration::from_secs_f32(usual))
    }

    /// For how long this topic is silent at `now_us` (monotonic; in the past, the moment shown), as far as anybody listened, and how long it usually is.
    pub fn silence(&self, topic: TopicId, now_us: u64) -> Option<(Duration, Duration)> {
        let usual = self.usual_gap(topic)?;
        let heard_us = self.own_last_us(topic)?.max(self.gaps.since_us);
        Some((Duration::from_micros(now_us.saturating_sub(heard_us)), usual))
    }

    /// The connection is up again since `now_us` (monotonic): what was silent before says nothing of any topic.
    pub fn begin_gaps(&mut self, now_us: u64) {
        self.gaps.begin(now_us);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usual(gaps: &[f32]) -> f32 {
        let mut longest = Longest::default();
        for gap in gaps {
            longest.note(*gap);
        }
        longest.second
    }

    #[test]
    fn a_steady_topic_is_usually_silent_for_its_period() {
        let found = usual(&[10.0; 40]);
        assert!((9.0..=10.0).contains(&found), "{found}");
    }

    #[test]
    fn between_bursts_the_long_gap_is_the_usual_one() {
        let burst: Vec<f32> = [60.0, 0.02, 0.02, 0.02, 0.02].repeat(5);
        let found = usual(&burst);
        assert!((50.0..=60.0).contains(&found), "{found}");
    }

    #[test]
    fn one_long_silence_is_not_usual_and_the_second_one_is() {
        let mut gaps = vec![1.0; 50];
        gaps.push(600.0);
        gaps.extend([1.0; 10]);
        let found = usual(&gaps);
        assert!((0.9..=1.1).contains(&found), "{found}");
        gaps.push(600.0);
        assert!(usual(&gaps) > 300.0);
    }

    #[test]
    fn what_was_long_once_fades() {
        let mut gaps = vec![60.0; 10];
        gaps.extend(vec![1.0; 32 * 60]);
        assert!(usual(&gaps) < 5.0);
    }
}
