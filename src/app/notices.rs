//! Notices: the latest one shows in the status line for a while, all of them can be read again.

use std::collections::VecDeque;
use std::time::Duration;

use crate::model::{ConnectionId, Moment, Notice, Severity};

/// Past notices kept for reading.
const KEPT: usize = 1_000;
/// How long a notice stays in the status line.
pub const SHOWN_FOR: Duration = Duration::from_secs(6);

/// How long a notice is sure to stay: with the next key after that, one that only tells something goes.
const READ_WITHIN: Duration = Duration::from_millis(1_500);

/// How long a notice is worth the status line, beside its time there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    /// As long as it is fresh.
    Always,
    /// While nothing else is in front: it is about a key that was pressed here.
    Here,
    /// Until the connection is well again.
    UntilWell(ConnectionId),
    /// No longer.
    No,
}

/// The notices of this run.
#[derive(Debug, Default)]
pub struct Notices {
    list: VecDeque<(Notice, Holds)>,
    dropped: u64,
    /// First row of the list on screen, newest first.
    pub scroll: usize,
}

impl Notices {
    /// Adds one.
    pub fn push(&mut self, at: Moment, severity: Severity, text: impl Into<String>) {
        self.add(Notice { at, severity, text: text.into() }, Holds::Always);
    }

    /// Adds one that leaves the status line when something else comes in front.
    pub(super) fn push_here(&mut self, at: Moment, severity: Severity, text: impl Into<String>) {
        self.add(Notice { at, severity, text: text.into() }, Holds::Here);
    }

    /// Adds one about trouble of a connection, which leaves the status line when the connection is well.
    pub(super) fn push_trouble(&mut self, of: ConnectionId, at: Moment, text: impl Into<String>) {
        self.add(Notice { at, severity: Severity::Error, text: text.into() }, Holds::UntilWell(of));
    }

    /// Something else came in front.
    pub(super) fn leave(&mut self) {
        self.end(Holds::Here);
    }

    /// A key was pressed: what was told before it may no longer hold, and hides keys of the footer. Warnings and errors stay.
    pub(super) fn pressed(&mut self, now: Moment) {
        let fresh = self.list.iter_mut().rev().take_while(|(notice, _)| now.since(notice.at) < SHOWN_FOR);
        for (notice, holds) in fresh {
            if notice.severity <= Severity::Success && now.since(notice.at) >= READ_WITHIN {
                *holds = Holds::No;
            }
        }
    }

    /// The connection is well again, or closed.
    pub(super) fn settle(&mut self, connection: ConnectionId) {
        self.end(Holds::UntilWell(connection));
    }

    fn end(&mut self, which: Holds) {
        for (_, holds) in self.list.iter_mut().filter(|(_, holds)| *holds == which) {
            *holds = Holds::No;
        }
    }

    fn add(&mut self, notice: Notice, holds: Holds) {
        if self.list.len() == KEPT {
            self.list.pop_front();
            self.dropped += 1;
        }
        self.list.push_back((notice, holds));
    }

    /// Newest first.
    pub fn newest_first(&self) -> impl ExactSizeIterator<Item = &Notice> + DoubleEndedIterator + Clone {
        self.list.iter().rev().map(|(notice, _)| notice)
    }

    /// How many older ones were let go.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// The one for the status line: of the fresh ones the newest of those that matter most.
    pub fn current(&self, now: Moment) -> Option<&Notice> {
        let fresh = self.list.iter().rev().take_while(|(notice, _)| now.since(notice.at) < SHOWN_FOR);
        let holding = fresh.filter(|(_, holds)| *holds != Holds::No).map(|(notice, _)| notice);
        holding.reduce(|most, older| if older.severity > most.severity { older } else { most })
    }
}
