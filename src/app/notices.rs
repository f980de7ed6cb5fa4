//! Notices: the latest one shows in the status line for a while, all of them can be read again.

use std::collections::VecDeque;
use std::time::Duration;

use crate::model::{Moment, Notice, Severity};

/// Past notices kept for reading.
const KEPT: usize = 1_000;
/// How long a notice stays in the status line.
pub const SHOWN_FOR: Duration = Duration::from_secs(6);

/// The notices of this run.
#[derive(Debug, Default)]
pub struct Notices {
    list: VecDeque<Notice>,
    dropped: u64,
    /// First row of the list on screen, newest first.
    pub scroll: usize,
}

impl Notices {
    /// Adds one.
    pub fn push(&mut self, at: Moment, severity: Severity, text: impl Into<String>) {
        if self.list.len() == KEPT {
            self.list.pop_front();
            self.dropped += 1;
        }
        self.list.push_back(Notice { at, severity, text: text.into() });
    }

    /// Newest first.
    pub fn newest_first(&self) -> impl ExactSizeIterator<Item = &Notice> + DoubleEndedIterator + Clone {
        self.list.iter().rev()
    }

    /// How many older ones were let go.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// The one for the status line: of the fresh ones the newest of those that matter most.
    pub fn current(&self, now: Moment) -> Option<&Notice> {
        let fresh = self.list.iter().rev().take_while(|notice| now.since(notice.at) < SHOWN_FOR);
        fresh.reduce(|most, older| if older.severity > most.severity { older } else { most })
    }
}
