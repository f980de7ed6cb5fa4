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
