//! What the doctor finds out on the way to a broker, one line a step. Made by `mqtt`, shown by `cli` and on the connections screen.

use std::time::Duration;

/// How a step went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be.
    Good,
    /// It works, but something deserves attention.
    Doubtful,
    /// It failed, and the connection cannot be used because of it.
    Bad,
    /// Not tried, because of an earlier failure or because it was not allowed.
    Skipped,
}

impl Verdict {
    /// Its name in lines and JSON: `ok`, `note`, `FAIL`, `skip`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Doubtful => "note",
            Self::Bad => "FAIL",
            Self::Skipped => "skip",
        }
    }
}

/// One line. Texts may quote the peer: sanitise before showing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoctorLine {
    /// The step: "DNS", "TCP", "TLS", "CONNACK", "SUBACK #", "round trip".
    pub step: &'static str,
    /// How it went.
    pub verdict: Verdict,
    /// What was found.
    pub found: String,
    /// What to do about it, if anything.
    pub advice: Option<String>,
    /// How long the step took.
    pub took: Option<Duration>,
}

impl DoctorLine {
    /// How long the step took, short: `0.3 ms`, `31 ms`.
    pub fn took_words(&self) -> Option<String> {
        let milliseconds = self.took?.as_secs_f64() * 1e3;
        Some(if milliseconds < 10.0 {
            format!("{milliseconds:.1} ms")
        } else {
            format!("{milliseconds:.0} ms")
        })
    }
}
