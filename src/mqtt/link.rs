//! What is known about one connection while it lasts. Kept by `live`.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use super::pacing::Pacing;
use super::task::Next;
use super::wire::{CHANNEL_ROOM, WireSender};
use crate::model::{PublishId, QoS, TopicFilter};

/// A request that the wire was given and has not written yet. It writes them in order.
#[derive(Debug)]
pub(super) enum Handed {
    Publish(PublishId, QoS),
    Subscribe(Vec<(TopicFilter, QoS)>),
    Unsubscribe(TopicFilter),
}

/// State of one connection.
pub(super) struct Link {
    pub(super) sender: WireSender,
    pub(super) since: Instant,
    /// When something last came in.
    pub(super) heard: Instant,
    pub(super) published: Option<Instant>,
    pub(super) handed: VecDeque<Handed>,
    pub(super) pacing: Pacing,
    /// No reading until then.
    pub(super) paused: Option<Instant>,
    /// The program did not keep up at the last read.
    pub(super) behind: bool,
    /// The last read took as much as one can: more is there, and the program is woken once for all of it.
    pub(super) burst: bool,
    pub(super) leaving: Option<Leaving>,
}

/// DISCONNECT is on its way.
pub(super) struct Leaving {
    pub(super) next: Next,
    pub(super) handed: bool,
    pub(super) until: Instant,
}

impl Link {
    pub(super) fn new(sender: WireSender) -> Self {
        let now = Instant::now();
        Self {
            sender,
            since: now,
            heard: now,
            published: None,
            handed: VecDeque::with_capacity(CHANNEL_ROOM),
            pacing: Pacing::new(now),
            paused: None,
            behind: false,
            burst: false,
            leaving: None,
        }
    }

    /// Requests given to the wire that will take a packet id.
    pub(super) fn handed_ids(&self) -> usize {
        self.handed.iter().filter(|h| !matches!(h, Handed::Publish(_, QoS::AtMostOnce))).count()
    }

    pub(super) fn handed_publishes(&self) -> usize {
        self.handed.iter().filter(|h| matches!(h, Handed::Publish(_, qos) if *qos != QoS::AtMostOnce)).count()
    }

    pub(super) fn leave(&mut self, next: Next, within: Duration) {
        self.paused = None;
        self.leaving = Some(Leaving { next, handed: false, until: Instant::now() + within });
    }
}
