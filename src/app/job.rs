//! Jobs: computations that take too long for the loop, done on a thread of their own with everything they need in hand. Pure: a job
//! reads no state and does no I/O; what it found comes back as [`super::Done::Job`].

use super::search::{Answer, Question};

/// Something to be computed away from the loop.
#[derive(Debug, Clone, PartialEq)]
pub enum Job {
    /// A jq condition asked of messages.
    Ask(Question),
}

/// What a job found.
#[derive(Debug, Clone, PartialEq)]
pub enum JobDone {
    /// Of which messages the condition is true.
    Asked(Answer),
}

impl Job {
    /// Does it: blocks for as long as it takes.
    pub fn perform(self) -> JobDone {
        match self {
            Self::Ask(question) => JobDone::Asked(question.answer()),
        }
    }
}
