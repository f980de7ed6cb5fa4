//! The state of the link to a broker, as data: the session reports it, the screen shows it.

use std::fmt;
use std::time::Duration;

use super::{Moment, Welcome};

/// Protocol version spoken on a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// MQTT 3.1.1.
    V4,
    /// MQTT 5.0.
    V5,
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V4 => "MQTT 3.1.1",
            Self::V5 => "MQTT 5",
        })
    }
}

/// What kind of trouble it is, where the program can offer more than words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TroubleKind {
    /// Words are all there is.
    #[default]
    Other,
    /// The broker refused user or password: ask for them.
    Login,
    /// Another client uses the same client id: offer a new one.
    TakenOver,
}

/// What went wrong and what to do about it, each in one line. May quote the broker: sanitise before showing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trouble {
    /// What happened, with host and port where they matter.
    pub cause: String,
    /// What the user can do next.
    pub remedy: String,
    /// What the program can offer.
    pub kind: TroubleKind,
    /// The code of CONNACK by which the broker refused (MQTT 3.1.1, 3.2.2.3; MQTT 5.0, 3.2.2.2).
    pub refused: Option<u8>,
}

/// Where a connection stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum LinkState {
    /// Nothing tried yet.
    #[default]
    Idle,
    /// Resolving, opening the socket, waiting for CONNACK.
    Connecting {
        /// 1 for the first try since the last success.
        attempt: u32,
        /// What is going on: "resolving", "connecting to 127.0.0.1:1883", "waiting for CONNACK".
        step: String,
    },
    /// CONNACK received with success.
    Connected {
        /// When.
        since: Moment,
        /// The broker kept our session.
        session_present: bool,
        /// Protocol version in use.
        protocol: Protocol,
        /// What handshake and CONNACK said.
        welcome: Box<Welcome>,
    },
    /// Will try again by itself.
    Waiting {
        /// The attempt that comes next.
        attempt: u32,
        /// When it comes.
        until: Moment,
        /// Why the last one ended.
        trouble: Trouble,
    },
    /// Will not try again until asked to.
    Stopped {
        /// Why; `None` when the user disconnected.
        trouble: Option<Trouble>,
    },
}

impl LinkState {
    /// Whether messages can flow.
    pub fn is_connected(&self) -> bool {
        matches!(self, Self::Connected { .. })
    }

    /// Time left until the next attempt, when one is scheduled.
    pub fn retry_in(&self, now: Moment) -> Option<Duration> {
        match self {
            Self::Waiting { until, .. } => Some(until.since(now)),
            _ => None,
        }
    }
}
