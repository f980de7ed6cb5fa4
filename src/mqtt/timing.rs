//! How long the session waits for things. The defaults are what the program promises; tests shorten them.

use std::time::Duration;

/// Waiting times and limits of a session.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timing {
    /// The whole way to CONNACK, both protocol versions together.
    pub connect: Duration,
    /// Silence after CONNECT of MQTT 5 that lets 3.1.1 be tried. Longer than a slow but sane broker takes.
    pub fall_back: Duration,
    /// The next address is tried when one has not answered for this long (RFC 8305, 5).
    pub next_address: Duration,
    /// First delay between attempts; it doubles.
    pub retry_first: Duration,
    /// Longest delay between attempts.
    pub retry_most: Duration,
    /// A connection that lasted this long starts the back-off afresh.
    pub stable: Duration,
    /// Two closings by the broker within this time, with nothing to explain them, are a takeover.
    pub takeover: Duration,
    /// SUBACK is expected within this time.
    pub suback: Duration,
    /// A link dropped this soon after SUBSCRIBE, before SUBACK, was dropped because of it.
    pub blame: Duration,
    /// Time DISCONNECT gets to leave.
    pub leave: Duration,
    /// Added to 1.5 times the keep alive before a silent peer counts as dead.
    pub silence_grace: Duration,
    /// A peer that takes nothing for this long counts as dead.
    pub stall: Duration,
    /// How often the clocks are looked at.
    pub heartbeat: Duration,
    /// A look that comes this much late means that the machine or the program slept.
    pub jump: Duration,
    /// Time the broker gets to answer after a sleep.
    pub probe: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            fall_back: Duration::from_secs(4),
            next_address: Duration::from_millis(250),
            retry_first: Duration::from_secs(1),
            retry_most: Duration::from_secs(30),
            stable: Duration::from_secs(10),
            takeover: Duration::from_secs(10),
            suback: Duration::from_secs(5),
            blame: Duration::from_secs(3),
            leave: Duration::from_millis(200),
            silence_grace: Duration::from_secs(2),
            stall: Duration::from_secs(30),
            heartbeat: Duration::from_secs(1),
            jump: Duration::from_secs(5),
            probe: Duration::from_secs(4),
        }
    }
}
