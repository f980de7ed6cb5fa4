//! Going over all topics again, in pieces: once a second at most for what time changes, and as soon as there is time when the filter may
//! have missed something.

/// What a second's share of a sweep may cost, in the measure of [`super::query::Look`]: some thirty milliseconds of one core.
const SECOND: usize = 30_000_000;

/// How far a sweep is.
#[derive(Debug, Default)]
pub(super) struct Sweep {
    /// Position of the next topic, while one is under way.
    at: Option<usize>,
    /// What may still be spent on it.
    allowance: usize,
    /// Another one has to follow: something changed behind this one.
    again: bool,
}

impl Sweep {
    /// A second went by: begins a sweep, or goes on with the one under way.
    pub(super) fn go_on(&mut self) {
        self.at.get_or_insert(0);
        self.allowance = self.allowance.max(SECOND);
    }

    /// Everything is to be tested again, as soon as there is time.
    pub(super) fn begin(&mut self) {
        self.again |= self.at.is_some_and(|at| at > 0);
        self.at.get_or_insert(0);
        self.allowance = usize::MAX;
    }

    /// Where to go on, if there is something to be done now.
    pub(super) fn next(&self) -> Option<usize> {
        self.at.filter(|_| self.allowance > 0)
    }

    /// Testing has come to `at` of `all` topics and cost `spent`.
    pub(super) fn came_to(&mut self, at: usize, all: usize, spent: usize) {
        if self.allowance != usize::MAX {
            self.allowance = self.allowance.saturating_sub(spent);
        }
        self.at = Some(at);
        if at >= all {
            self.at = std::mem::take(&mut self.again).then_some(0);
            if self.at.is_none() {
                self.allowance = 0;
            }
        }
    }
}
