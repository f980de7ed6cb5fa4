//! jq programs over one payload: compiled here, and run with guards on time, output and depth.
//!
//! jq is a whole language, so a program may never end, recurse for ever or ask for more memory than there is.

use std::fmt;
use std::time::Duration;

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
