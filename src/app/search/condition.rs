//! A jq condition asked of a batch of messages, away from the loop: programs are of any length and slowness, so that a question is given
//! back after a while with what is left of it.

use std::time::{Duration, Instant};

use super::batch::Batch;
use super::results::Hit;
use crate::app::RunJq;
use crate::model::ConnectionId;
use crate::payload::jq::{Limits, Program, condition_of};
use crate::payload::read;

/// Time that a condition has for one message.
const TIME: Duration = Duration::from_millis(50);
/// Time after which what is left of a batch is given back: a search that was stopped meanwhile is over then.
const AT_A_TIME: Duration = Duration::from_millis(250);
/// Messages that are asked between two looks at the clock.
const TOGETHER: usize = 64;

/// A condition, and messages to ask it of.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    pub(in crate::app) connection: ConnectionId,
    /// Number of the search.
    pub(in crate::app) number: u64,
    pub(in crate::app) condition: String,
    pub(in crate::app) batch: Batch,
}

/// What became of a question.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub(in crate::app) connection: ConnectionId,
    /// Number of the search.
    pub(in crate::app) number: u64,
    /// The messages of which it is true, and of how many it could not be asked; or why it is no condition.
    pub(in crate::app) said: Result<(Vec<Hit>, u64), String>,
    /// Those it was not asked of yet.
    pub(in crate::app) rest: Batch,
}

impl Question {
    /// Asks: of all messages, or of as many as there is time for. Programs that might take more than they may are run by `run`.
    pub(in crate::app) fn answer(self, run: RunJq) -> Answer {
        let Self { connection, number, condition, mut batch } = self;
        let said = Program::compile(&condition).map_err(|fault| fault.to_string());
        let said = said.map(|program| ask(&program, &mut batch, run));
        Answer { connection, number, said, rest: batch }
    }
}

fn ask(program: &Program, batch: &mut Batch, run: RunJq) -> (Vec<Hit>, u64) {
    let limits = Limits { time: TIME, outputs: 1, output_bytes: 64 << 10 };
    let begun = Instant::now();
    let (mut hits, mut unfit) = (Vec::new(), 0);
    while !batch.is_empty() && begun.elapsed() < AT_A_TIME {
        let mut asked = Vec::with_capacity(TOGETHER);
        while asked.len() < TOGETHER
            && let Some((item, payload, hints)) = batch.next()
        {
            let reading = read(payload, &hints);
            match reading.text(payload) {
                Some(text) => asked.push((item, text.to_owned())),
                None => unfit += 1,
            }
        }
        let texts: Vec<&str> = asked.iter().map(|(_, text)| text.as_str()).collect();
        let all = if program.is_plain() {
            program.conditions(&texts, &limits)
        } else {
            texts.iter().map(|text| condition_of(&run(program, text, &limits))).collect()
        };
        for ((item, _), holds) in asked.iter().zip(all) {
            match holds {
                Some(true) => hits.push(item.hit()),
                Some(false) => {}
                None => unfit += 1,
            }
        }
    }
    (hits, unfit)
}
