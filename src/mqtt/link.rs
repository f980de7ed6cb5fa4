//! What is known about one connection while it lasts. Kept by `live`.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use super::pacing::Pacing;
use super::task::Next;
use super::wire::Wire;
use crate::model::{Publication, PublishId, QoS, ServerLimits};

/// A PUBLISH that was handed to the wire and has not left yet.
#[derive(Debug)]
pub(super) enum Unsent {
    /// QoS 0, with what it takes to send it again.
    Once(PublishId, Publication),
    /// QoS 1 or 2: in flight under this packet id.
    Flight(u16, PublishId),
}

/// State of one connection.
pub(super) struct Link {
    pub(super) wire: Wire,
    pub(super) limits: ServerLimits,
    /// The broker kept our session.
    pub(super) session_present: bool,
    /// Zero is off.
    pub(super) keep_alive: Duration,
    pub(super) since: Instant,
    /// When something last came in.
    pub(super) heard: Instant,
    pub(super) published: Option<Instant>,
    /// By the count of bytes that must have left for it, in order.
    pub(super) unsent: VecDeque<(u64, Unsent)>,
    pub(super) pacing: Pacing,
    /// No reading until then.
    pub(super) paused: Option<Instant>,
    /// The program does not keep up: no reading until it does.
    pub(super) behind: bool,
    /// PINGREQ was sent and is not answered.
    pub(super) pinging: bool,
    /// After a sleep: an answer is due by then.
    pub(super) probe: Option<Instant>,
    /// A highest QoS below the one asked for was told.
    pub(super) told_qos: bool,
    pub(super) leaving: Option<Leaving>,
}

/// DISCONNECT is on its way.
pub(super) struct Leaving {
    pub(super) next: Next,
    pub(super) until: Instant,
}

impl Link {
    pub(super) fn new(wire: Wire, limits: ServerLimits, session_present: bool, keep_alive: u16) -> Self {
        let now = Instant::now();
        Self {
            keep_alive: Duration::from_secs(u64::from(limits.keep_alive.unwrap_or(keep_alive))),
            wire,
            limits,
            session_present,
            since: now,
            heard: now,
            published: None,
            unsent: VecDeque::new(),
            pacing: Pacing::new(now),
            paused: None,
            behind: false,
            pinging: false,
            probe: None,
            told_qos: false,
            leaving: None,
        }
    }

    /// Sends DISCONNECT after what waits, and gives it `within` to leave.
    pub(super) fn leave(&mut self, next: Next, within: Duration) {
        self.paused = None;
        self.wire.disconnect();
        self.leaving = Some(Leaving { next, until: Instant::now() + within });
    }

    /// DISCONNECT has left.
    pub(super) fn left(&self) -> bool {
        self.leaving.is_some() && self.wire.left() == self.wire.queued()
    }

    /// When a PINGREQ is due: when we sent nothing for a keep alive, which the broker would take for death (MQTT 5.0,
    /// 3.1.2.10), or heard nothing for as long and have not asked yet.
    pub(super) fn ping_due(&self) -> Option<Instant> {
        let sent = self.wire.handed();
        let quiet = if self.pinging { sent } else { sent.min(self.heard) };
        (!self.keep_alive.is_zero()).then(|| quiet + self.keep_alive)
    }

    /// When the peer last showed that it is there: something came from it, or it made room for what waits. While it takes a large
    /// publish it has no reason to speak, and PINGREQ waits behind.
    pub(super) fn alive(&self) -> Instant {
        self.wire.made_room().map_or(self.heard, |at| at.max(self.heard))
    }

    /// When a peer that shows nothing counts as gone (C09). While the program is behind nothing is read, and silence proves
    /// nothing.
    pub(super) fn silent_at(&self, grace: Duration) -> Option<Instant> {
        let watched = !self.behind && !self.keep_alive.is_zero();
        watched.then(|| self.alive() + self.keep_alive * 3 / 2 + grace)
    }

    /// When a peer that takes nothing counts as gone.
    pub(super) fn stalled_at(&self, patience: Duration) -> Option<Instant> {
        self.wire.stalled().map(|since| since + patience)
    }

    /// Notes a sleep (C10): what the timers say about the past is void, and the peer is asked at once.
    pub(super) fn woke(&mut self, patience: Duration) {
        let now = Instant::now();
        self.heard = now;
        self.wire.woke();
        self.wire.ping();
        self.pinging = true;
        self.probe = Some(now + patience);
    }

    /// The QoS to publish with: what the broker accepts at most (E08).
    pub(super) fn highest_qos(&self) -> QoS {
        self.limits.maximum_qos.unwrap_or(QoS::ExactlyOnce)
    }
}
