//! What takes long, asked of a batch of messages away from the loop: a jq condition, whether a large expression finds something in them, or
//! whether a text is in what they hold once they are decoded. Programs and payloads are of any slowness, so that a question is given back after a while with what is left of it.

use std::time::{Duration, Instant};

use super::batch::Batch;
use super::missing::Missing;
use super::query::{Mode, Query, Wanted};
use super::results::{Hit, Place};
use crate::app::RunJq;
use crate::model::ConnectionId;
use crate::payload::find::Finder;
use crate::payload::jq::{Limits, Program, condition_of};
use crate::payload::read;

/// Time that a condition has for one message.
const TIME: Duration = Duration::from_millis(50);
/// Time after which what is left of a batch is given back: a search that was stopped meanwhile is over then.
const AT_A_TIME: Duration = Duration::from_millis(250);
/// Messages that are asked a condition together, and bytes of text after which no more are.
const TOGETHER: usize = 64;
const TOGETHER_BYTES: usize = 8 << 20;

/// What is sought, and messages to look at.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    pub(in crate::app) connection: ConnectionId,
    /// Number of the search.
    pub(in crate::app) number: u64,
    /// What is sought, as typed.
    pub(in crate::app) sought: (Mode, String),
    pub(in crate::app) batch: Batch,
}

/// What became of a question.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub(in crate::app) connection: ConnectionId,
    /// Number of the search.
    pub(in crate::app) number: u64,
    /// What was found; or why nothing can be.
    pub(in crate::app) said: Result<Found, String>,
    /// Those that were not looked at yet.
    pub(in crate::app) rest: Batch,
}

/// What a worker found in a batch.
#[derive(Debug, Clone, PartialEq, Default)]
pub(in crate::app) struct Found {
    /// The messages that are sought.
    pub(super) hits: Vec<Hit>,
    /// How many a condition could not be asked of.
    pub(super) unfit: u64,
    /// How many of those found do not have the field that has to be less than something.
    pub(super) by_null: u64,
}

impl Question {
    /// Looks at all messages, or at as many as there is time for. Programs that might take more than they may are run by `run`.
    pub(in crate::app) fn answer(self, run: RunJq) -> Answer {
        let Self { connection, number, sought: (mode, text), mut batch } = self;
        let query = Query::parse(mode, &text);
        let said = query.and_then(|query| match query.map(|query| query.wanted) {
            Some(Wanted::Condition(condition)) => {
                let program = Program::compile(&condition).map_err(|fault| fault.to_string())?;
                Ok(ask((&program, &Missing::of(&condition)), &mut batch, run))
            }
            Some(Wanted::Found(finder, _)) => {
                Ok(Found { hits: look_inside(&finder, &mut batch), ..Found::default() })
            }
            Some(Wanted::Anything) | None => Ok(Found::default()),
        });
        Answer { connection, number, said, rest: batch }
    }
}

/// Those that have it, in the payload as it is or in what that reads as.
fn look_inside(finder: &Finder, batch: &mut Batch) -> Vec<Hit> {
    let begun = Instant::now();
    let mut hits = Vec::new();
    while let Some((item, payload, hints)) = batch.next() {
        if let Some(range) = finder.first_in(payload) {
            hits.push(item.hit(Place::of(&range)));
        } else if item.is_coded {
            let reading = read(payload, &hints);
            if reading.text(payload).is_some_and(|text| finder.is_in(text.as_bytes())) {
                hits.push(item.hit(Place::Decoded));
            }
        }
        if begun.elapsed() >= AT_A_TIME {
            break;
        }
    }
    hits
}

/// Those of which it is true, how many it could not be asked of, and how many lack the field that is compared.
fn ask((program, missing): (&Program, &Missing), batch: &mut Batch, run: RunJq) -> Found {
    let limits = Limits { time: TIME, outputs: 1, output_bytes: 64 << 10 };
    let begun = Instant::now();
    let Found { mut hits, mut unfit, mut by_null } = Found::default();
    while !batch.is_empty() && begun.elapsed() < AT_A_TIME {
        let (mut asked, mut bytes) = (Vec::with_capacity(TOGETHER), 0);
        while asked.len() < TOGETHER
            && bytes < TOGETHER_BYTES
            && let Some((item, payload, hints)) = batch.next()
        {
            let reading = read(payload, &hints);
            match reading.text(payload) {
                Some(text) => {
                    bytes += text.len();
                    asked.push((item, text.to_owned()));
                }
                None => unfit += 1,
            }
        }
        let texts: Vec<&str> = asked.iter().map(|(_, text)| text.as_str()).collect();
        let all = if program.is_plain() {
            program.conditions(&texts, &limits)
        } else {
            run(program, &texts, &limits).iter().map(condition_of).collect()
        };
        let mut true_of = Vec::new();
        for ((item, text), holds) in asked.iter().zip(all) {
            match holds {
                Some(true) => {
                    hits.push(item.hit(Place::Topic));
                    true_of.push(text.as_str());
                }
                Some(false) => {}
                None => unfit += 1,
            }
        }
        by_null += missing.count(&true_of, &limits);
    }
    Found { hits, unfit, by_null }
}
