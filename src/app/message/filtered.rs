//! A payload seen through a jq program.

use std::sync::Arc;
use std::time::Duration;

use super::shown::{Subject, lay_out};
use super::{Body, PayloadView, Shown};
use crate::payload::jq::{Ended, JqOutcome, Limits, Program};
use crate::payload::structure::Structure;
use crate::payload::{Prepared, VIEW_LIMIT, format};

/// Runs a program on JSON texts, an outcome for each: within this process or, where the program could take more than it may, in one of
/// its own.
pub type RunJq = fn(&Program, &[&str], &Limits) -> Vec<JqOutcome>;

/// Runs any program within this process: for pictures and tests, whose programs are known.
pub fn run_within(program: &Program, texts: &[&str], limits: &Limits) -> Vec<JqOutcome> {
    texts.iter().map(|text| program.run(text, limits)).collect()
}

/// How far a program may go on one payload.
const LIMITS: Limits = Limits { time: Duration::from_secs(1), outputs: 10_000, output_bytes: VIEW_LIMIT };

/// Shows what `program` makes of the payload.
pub(super) fn filter(shown: &mut Shown, subject: Subject<'_>, program: &str, run: RunJq) {
    let Some(text) = shown.reading.text(subject.bytes) else {
        shown.body = Body::Nothing(format!("jq reads JSON, and this is {}", shown.reading.kind));
        return;
    };
    let program = match Program::compile(program) {
        Ok(program) => program,
        Err(fault) => {
            shown.body = Body::Nothing(fault.to_string());
            return;
        }
    };
    let text = shown.reading.text.clone().unwrap_or_else(|| Arc::from(text));
    let mut outcomes = run(&program, &[&text], &LIMITS);
    let outcome = outcomes.pop().unwrap_or_else(|| JqOutcome::failed("jq gave no answer".to_owned()));
    let count = outcome.outputs.len() as u64;
    shown.end = format!("{} {}", format::grouped(count), if count == 1 { "value" } else { "values" });
    shown.fault = outcome.error.as_ref().and_then(|error| match outcome.ended {
        Ended::Complete => None,
        Ended::Failed => Some(format!("jq: error: {error}")),
        _ => Some(format!("jq: {error}")),
    });
    shown.result = (count > 0).then(|| outcome.outputs.join("\n").into());
    if outcome.outputs.is_empty() {
        let why = if outcome.ended == Ended::Complete {
            "the jq program puts nothing out"
        } else {
            "nothing came of it"
        };
        shown.body = Body::Nothing(format!("{why}: J changes the program"));
    } else if shown.of.view == PayloadView::Tree {
        tree(shown, &outcome.outputs);
    } else {
        lay_out(shown, Prepared::results(&outcome.outputs));
    }
}

/// One value as it is, several as an array.
fn tree(shown: &mut Shown, outputs: &[String]) {
    let text = match outputs {
        [one] => one.clone(),
        several => format!("[{}]", several.join(",")),
    };
    match Structure::of_json(text) {
        Ok(structure) => shown.body = Body::Tree(Arc::new(structure)),
        Err(fault) => {
            lay_out(shown, Prepared::results(outputs));
            shown.notes.push(format!("no tree: {fault}"));
        }
    }
}
