//! The client side of MQTT: a [`Session`] keeps one connection to a broker alive, in a task of its own, and tells the
//! program what happens. Called by `runtime` (explorer) and `cli` (scripts). Only `wire` names the MQTT codec.
//!
//! ```text
//!  request() ──▶ bounded channel ──▶ task ── publishes · subscriptions · ids ──▶ wire ──▶ transport ──▶ broker
//!  events    ◀── bounded channel ◀── outlet ◀── receiving · pacing ◀──────────── wire ◀── transport ◀── broker
//! ```
//!
//! What the session promises:
//! - it speaks MQTT 5, and 3.1.1 where the broker knows nothing else, says so, and goes straight to what worked from then on;
//! - it connects, and reconnects with back-off, until told to stop or until trying again would do harm (bad credentials,
//!   another client with the same id); each state comes as a [`LinkState`](crate::model::LinkState) with cause and remedy;
//! - what CONNACK allows is kept to: a publish the broker would not take fails with the reason before it is sent;
//! - it subscribes again on every connection whose session the broker did not keep;
//! - every publish ends in one known state, and one that was sent but not acknowledged is never sent again on its own
//!   (with a clean session), while one that never left waits for the next connection;
//! - when the program is behind, it does not read, so that TCP slows the broker, and still answers the keep alive;
//! - a message that cannot be taken in (too large, a topic that is not UTF-8) is skipped, acknowledged and said, never a reason
//!   to connect again and again.

mod backoff;
mod connect;
mod deliveries;
pub mod doctor;
mod explain;
mod ids;
mod link;
mod live;
mod outlet;
mod pacing;
mod publishes;
mod receiving;
mod resume;
mod sending;
mod subscriptions;
mod task;
#[cfg(test)]
mod tests;
mod timing;
mod transport;
mod wire;

use std::fmt;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::model::{Clock, SessionEvent, SessionId, SessionRequest, Target};
use timing::Timing;

/// Bytes of the largest packet there can be, its fixed header included (MQTT 3.1.1, 2.2.3; MQTT 5.0, 2.1.4).
const MAX_PACKET: usize = 268_435_455 + 5;
/// Requests that may wait for the session task to take them.
const REQUEST_ROOM: usize = 256;
/// [`Session::close`] returns within this time.
const CLOSE_WITHIN: Duration = Duration::from_millis(300);

/// Handle of a session task. Dropping it ends the session too, without waiting for it.
#[derive(Debug)]
pub struct Session {
    requests: mpsc::Sender<SessionRequest>,
    closing: DropGuard,
    task: JoinHandle<()>,
}

/// Why [`Session::request`] did not take a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestRefused {
    /// Too many requests wait already; try again later.
    Full,
    /// The session has ended.
    Gone,
}

impl fmt::Display for RequestRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "the connection is busy: too many requests are waiting",
            Self::Gone => "the connection has ended",
        })
    }
}

impl std::error::Error for RequestRefused {}

impl Session {
    /// Starts the session's own task on the current tokio runtime; it connects at once. Events go to `events`, tagged
    /// with `id`, and wait there when the program is behind. The session ends when `events` is closed.
    pub fn start(
        id: SessionId,
        target: Target,
        clock: Clock,
        events: mpsc::Sender<(SessionId, SessionEvent)>,
    ) -> Self {
        Self::start_with(id, target, clock, events, Timing::default())
    }

    fn start_with(
        id: SessionId,
        target: Target,
        clock: Clock,
        events: mpsc::Sender<(SessionId, SessionEvent)>,
        timing: Timing,
    ) -> Self {
        let (requests, inbox) = mpsc::channel(REQUEST_ROOM);
        let closing = CancellationToken::new();
        let outlet = outlet::Outlet::new(id, events);
        let task = task::Task::new(target, clock, timing, inbox, closing.clone(), outlet);
        Self { requests, closing: closing.drop_guard(), task: tokio::spawn(task.run()) }
    }

    /// Hands a request to the session without waiting. What becomes of it comes back as events.
    pub fn request(&self, request: SessionRequest) -> Result<(), RequestRefused> {
        self.requests.try_send(request).map_err(|refused| match refused {
            mpsc::error::TrySendError::Full(_) => RequestRefused::Full,
            mpsc::error::TrySendError::Closed(_) => RequestRefused::Gone,
        })
    }

    /// Ends the session: DISCONNECT goes out if the link allows it. Returns within 300 ms whatever happens (C27).
    pub async fn close(self) {
        let Self { requests: _requests, closing, mut task } = self;
        drop(closing);
        if tokio::time::timeout(CLOSE_WITHIN, &mut task).await.is_err() {
            task.abort();
        }
    }
}

/// A client id of our own, `mqtt-tui-` and 8 random hexadecimal digits: two instances never take over each other.
pub fn random_client_id() -> String {
    format!("{OWN_ID}{:08x}", fastrand::u32(..))
}

/// What an id of our own begins with.
const OWN_ID: &str = "mqtt-tui-";

/// Whether `id` looks like one of [`random_client_id`]: nobody else has it.
fn is_random_client_id(id: &str) -> bool {
    let digits = id.strip_prefix(OWN_ID).map(str::as_bytes);
    digits.is_some_and(|digits| digits.len() == 8 && digits.iter().all(u8::is_ascii_hexdigit))
}
