//! jq programs over one payload: compiled here, and run with guards on time, output and depth.
//!
//! jq is a whole language: a program may never end, call itself for ever, or build what no memory holds. Three guards:
//!
//! 1. Every step of the engine passes our own [`engine`], which ends the run when its time is up or its stack is nearly
//!    used. A run has a thread of its own with a large stack, so that this is told and is no crash.
//! 2. Output is written by our own writer, which stops at [`Limits`].
//! 3. Within one step nothing can be stopped (`"a" * 1e12`, or comparing what was doubled forty times), and memory cannot be
//!    counted. So only programs that are [`Program::is_plain`], which cannot do either, may run within this process. Any
//!    other runs in a child process that has a limit on its memory and is killed when its time is up: see
//!    `runtime::jq`.
//!
//! What differs from `jq`: `env`, `$ENV`, `halt`, `halt_error`, `input`, `inputs`, `debug`, `stderr`, `import` and `include` are not
//! there; `now` and the local time zone are. Payloads nested deeper than [`MAX_DEPTH`] levels are refused. Numbers that are
//! only passed on keep their text, and integers of any size are exact; other arithmetic is that of `f64`. Of a repeated key
//! the last value counts. Keys keep their order, strings lose needless escapes.

mod engine;
mod faults;
mod plain;
#[cfg(test)]
mod tests;
mod write;

use std::fmt;
use std::time::Duration;

use crate::payload::json::reader::{Event, Reader};
pub use engine::on_large_stack;
use engine::{Engine, Stop};

/// Levels of nesting in a payload that a program is given.
pub const MAX_DEPTH: usize = 256;
/// Bytes of a program.
pub const MAX_PROGRAM: usize = 4096;
/// Digits of a number in a payload: reading an integer takes time with the square of them.
const MAX_DIGITS: usize = 4096;
/// Characters of an error: it may quote a payload.
const MAX_ERROR: usize = 200;

/// Why a text is no jq program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JqFault {
    /// Character, from 1.
    pub column: usize,
    /// What is wrong there, in one line.
    pub message: String,
}

impl fmt::Display for JqFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at column {}", self.message, self.column)
    }
}

impl std::error::Error for JqFault {}

/// How far a program may go on one payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Time for one payload.
    pub time: Duration,
    /// Values that are put out.
    pub outputs: usize,
    /// Bytes of JSON text that are put out.
    pub output_bytes: usize,
}

impl Limits {
    /// For what a user looks at.
    pub const VIEW: Self =
        Self { time: Duration::from_secs(2), outputs: 10_000, output_bytes: 16 * 1024 * 1024 };
    /// For a condition that many messages are asked for.
    pub const CONDITION: Self =
        Self { time: Duration::from_millis(100), outputs: 1, output_bytes: 64 * 1024 };
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ended {
    /// By itself.
    Complete,
    /// By an error of the program, such as adding a string to a number.
    Failed,
    /// [`Limits::time`] ran out.
    Deadline,
    /// There was more output than [`Limits`] let through.
    TooMuch,
    /// It called itself too often, or built something nested too deeply.
    TooDeep,
    /// It asked for more memory than it may have.
    Memory,
}

/// What a program made of one payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JqOutcome {
    /// Each output as JSON text.
    pub outputs: Vec<String>,
    /// How the run ended.
    pub ended: Ended,
    /// What to say of the end when it was not [`Ended::Complete`], in one line.
    pub error: Option<String>,
}

/// A compiled program.
pub struct Program {
    text: String,
    engine: Engine,
    plain: bool,
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Program")
            .field("text", &self.text)
            .field("plain", &self.plain)
            .finish_non_exhaustive()
    }
}

impl Program {
    /// Compiles `text`. Takes about a millisecond.
    pub fn compile(text: &str) -> Result<Self, JqFault> {
        if text.len() > MAX_PROGRAM {
            let message = format!("longer than {MAX_PROGRAM} bytes");
            return Err(JqFault { column: 1, message });
        }
        // The parser calls itself for each level of the program.
        let compiled = on_large_stack(|| faults::compile(text));
        let engine =
            compiled.ok_or_else(|| JqFault { column: 1, message: engine::NO_THREAD.to_owned() })??;
        Ok(Self { text: text.to_owned(), engine, plain: plain::is_plain(text) })
    }

    /// The program as typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// It only looks at what is there: paths, comparisons, selections, a few questions. Such a program ends in time with
    /// the size of the payload and builds nothing larger, so that it may run within this process.
    pub fn is_plain(&self) -> bool {
        self.plain
    }

    /// Runs the program on one JSON text. On another thread than the caller's, who waits for it; see the module for what
    /// must not be run here.
    pub fn run(&self, json_text: &str, limits: &Limits) -> JqOutcome {
        let run = || self.run_here(json_text, limits);
        on_large_stack(run).unwrap_or_else(|| JqOutcome::failed(engine::NO_THREAD.to_owned()))
    }

    /// [`Self::run`] on the caller's thread, which is one of [`on_large_stack`].
    pub fn run_here(&self, json_text: &str, limits: &Limits) -> JqOutcome {
        run_on(&self.engine, json_text, limits)
    }

    /// For each text whether the program's first output is neither `false` nor `null`; not when it has none; `None` when it fails.
    pub fn conditions(&self, json_texts: &[&str], limits: &Limits) -> Vec<Option<bool>> {
        let limits = Limits { outputs: 1, ..*limits };
        let all =
            || json_texts.iter().map(|text| condition_of(&run_on(&self.engine, text, &limits))).collect();
        on_large_stack(all).unwrap_or_else(|| vec![None; json_texts.len()])
    }

    /// [`Self::conditions`] of one text.
    pub fn condition(&self, json_text: &str, limits: &Limits) -> Option<bool> {
        self.conditions(&[json_text], limits).pop().flatten()
    }
}

/// What a condition says: whether the first output is neither `false` nor `null`. One that puts out nothing, such as `select(…)`, is not
/// fulfilled.
pub fn condition_of(outcome: &JqOutcome) -> Option<bool> {
    match outcome.outputs.first() {
        Some(first) => Some(!matches!(first.as_str(), "false" | "null")),
        None => (outcome.ended == Ended::Complete).then_some(false),
    }
}

impl JqOutcome {
    /// A run that did not begin, or failed, and what to say of it in one line.
    pub fn failed(error: String) -> Self {
        Self { outputs: Vec::new(), ended: Ended::Failed, error: Some(error) }
    }

    /// The end of a run that was cut off from outside.
    pub fn cut_off(outputs: Vec<String>, ended: Ended, limits: &Limits) -> Self {
        Self { outputs, ended, error: ended.account(limits) }
    }
}

impl Ended {
    /// What to say of the end of a run, in one line.
    pub fn account(self, limits: &Limits) -> Option<String> {
        match self {
            Self::Complete => None,
            Self::Failed => Some("the jq program failed".to_owned()),
            Self::Deadline => Some(format!("stopped: it did not end within {} ms", limits.time.as_millis())),
            Self::TooMuch => Some("stopped: more output than is kept".to_owned()),
            Self::TooDeep => Some("stopped: it calls itself too often, or nests too deeply".to_owned()),
            Self::Memory => Some("stopped: it asks for more memory than it may have".to_owned()),
        }
    }
}

fn run_on(engine: &Engine, json_text: &str, limits: &Limits) -> JqOutcome {
    if let Err(error) = check_input(json_text) {
        return JqOutcome::failed(error);
    }
    let mut outputs = Vec::new();
    let ended = engine.run(json_text, limits, &mut outputs);
    match ended {
        Ok(()) => JqOutcome { outputs, ended: Ended::Complete, error: None },
        Err(Stop::Failed(error)) => {
            let error = super::sanitise::prefix(&error, MAX_ERROR).replace(char::is_control, " ");
            JqOutcome { outputs, ended: Ended::Failed, error: Some(error) }
        }
        Err(Stop::Ended(ended)) => JqOutcome::cut_off(outputs, ended, limits),
    }
}

/// Whether the engine can read a text without harm: it calls itself for each level, and multiplies digit by digit.
fn check_input(text: &str) -> Result<(), String> {
    let mut reader = Reader::new(text);
    let mut depth = 0;
    loop {
        match reader.next() {
            Ok(None) => return Ok(()),
            Ok(Some(Event::Open(_))) => depth += 1,
            Ok(Some(Event::Close(_))) => depth -= 1,
            Ok(Some(Event::Scalar(range)))
                if range.len() > MAX_DIGITS && text.as_bytes()[range.start] != b'"' =>
            {
                return Err(format!("a number of {} digits is more than jq is given", range.len()));
            }
            Ok(Some(_)) => {}
            Err((offset, reason)) => {
                return Err(format!("not JSON: {}", super::JsonFault::at(text, offset, reason)));
            }
        }
        if depth > MAX_DEPTH {
            return Err(format!("nested deeper than {MAX_DEPTH} levels"));
        }
    }
}
