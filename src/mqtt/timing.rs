//! How long the session waits for things. The defaults are what the program promises; tests shorten them.

use std::time::Duration;

/// Waiting times and limits of a session.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timing {
    /// Name resolution, every address and CONNACK together.
    pub connect: Duration,
    /// An address that said nothing for this long is looked at with a bare TCP connection.
    pub look_after: Duration,
    /// How long that look may take.
    pub look_for: Duration,
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
    /// Longest time between two reads while the program is behind; less with a short keep alive.
    pub breath: Duration,
    /// Largest packet accepted, in bytes of remaining length.
    pub max_packet: usize,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            look_after: Duration::from_secs(1),
            look_for: Duration::from_millis(700),
            next_address: Duration::from_millis(250),
            retry_first: Duration::from_secs(1),
            retry_most: Duration::from_secs(30),
            stable: Duration::from_secs(10),
            takeover: Duration::from_secs(10),
            suback: Duration::from_secs(5),
            blame: Duration::from_secs(3),
            leave: Duration::from_millis(200),
            silence_grace: Duration::from_secs(2),
            breath: Duration::from_secs(1),
            max_packet: super::wire::MAX_PACKET,
        }
    }
}
