//! Jobs: computations that take too long for the loop, done on a thread of their own with everything they need in hand. Pure: a job
//! reads no state and does no I/O; what it found comes back as [`super::Done::Job`].

use std::sync::Arc;

use super::message::{FindDone, FindJob, Painting, ReadJob, RunJq, ScaleJob, Shown, WrapJob};
use super::search::{Answer, Question};
use super::{Action, App, Done, Effect, arrange, run_within, update};
use crate::model::{ConnectionId, Moment};
use crate::payload::{Document, WrapIndex};

/// Something to be computed away from the loop.
#[derive(Debug, Clone, PartialEq)]
pub enum Job {
    /// Read a large message.
    Read(Box<ReadJob>),
    /// Find text in something large.
    Find(Box<FindJob>),
    /// Count the rows of a large document.
    Wrap(WrapJob),
    /// Scale an image.
    Scale(ScaleJob),
    /// Messages looked at for a search.
    Ask(Question),
}

/// What a job found.
#[derive(Debug, Clone, PartialEq)]
pub enum JobDone {
    /// What is shown of a message.
    Read(ConnectionId, Box<Shown>),
    /// Where the text stands.
    Found(Box<FindDone>),
    /// Where the rows of a document begin.
    Wrapped(ConnectionId, Arc<Document>, WrapIndex),
    /// An image in another size.
    Scaled(ConnectionId, Painting),
    /// Which messages a search is about.
    Asked(Answer),
}

impl Job {
    /// Does it: blocks for as long as it takes. jq programs are run by `run`.
    pub fn perform(self, run: RunJq) -> JobDone {
        match self {
            Self::Read(job) => {
                let (connection, shown) = job.perform(run);
                JobDone::Read(connection, shown)
            }
            Self::Find(job) => JobDone::Found(Box::new(job.perform())),
            Self::Wrap(job) => {
                let (connection, document, index) = job.perform();
                JobDone::Wrapped(connection, document, index)
            }
            Self::Scale(job) => {
                let (connection, painting) = job.perform();
                JobDone::Scaled(connection, painting)
            }
            Self::Ask(question) => JobDone::Asked(question.answer(run)),
        }
    }
}

/// Like [`arrange`], with every job done on the spot: for pictures and tests. The other effects come back.
pub fn arrange_fully(app: &mut App, now: Moment) -> Vec<Effect> {
    let mut others = Vec::new();
    loop {
        let effects = arrange(app, now);
        let is_last = !effects.iter().any(|effect| matches!(effect, Effect::Job(_)));
        others.extend(perform_all(app, effects, now));
        if is_last {
            return others;
        }
    }
}

/// Does the jobs among `effects`, and those that follow from them; the other effects come back.
fn perform_all(app: &mut App, effects: Vec<Effect>, now: Moment) -> Vec<Effect> {
    let (mut pending, mut others) = (effects, Vec::new());
    while let Some(effect) = pending.pop() {
        match effect {
            Effect::Job(job) => {
                pending.extend(update(app, Action::Done(Done::Job(job.perform(run_within))), now));
            }
            other => others.push(other),
        }
    }
    others
}
