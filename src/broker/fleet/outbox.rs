//! Where devices put what they do, and the timers that wake them. Used by every device of the fleet.

use std::time::Duration;

use bytes::Bytes;

use super::{Dated, FleetEvent};
use crate::model::{Properties, Publication, QoS};

/// Collects events at one point in time.
pub(super) struct Outbox {
    /// Now, as time since the start of the demo.
    pub(super) at: Duration,
    /// What was done so far, in order.
    pub(super) events: Vec<Dated>,
}

impl Outbox {
    /// An empty outbox at `at`.
    pub(super) fn new(at: Duration) -> Self {
        Self { at, events: Vec::new() }
    }

    /// Publishes at QoS 0, not retained: an ordinary reading.
    pub(super) fn live(&mut self, topic: impl Into<String>, payload: impl Into<Bytes>) {
        self.publish(publication(topic, payload, QoS::AtMostOnce, false));
    }

    /// Publishes retained: state that a newcomer should see at once.
    pub(super) fn retained(&mut self, topic: impl Into<String>, payload: impl Into<Bytes>, qos: QoS) {
        self.publish(publication(topic, payload, qos, true));
    }

    /// Publishes a message with whatever flags and properties it has.
    pub(super) fn publish(&mut self, publication: Publication) {
        self.push(FleetEvent::Publish(publication));
    }

    /// Adds any event.
    pub(super) fn push(&mut self, event: FleetEvent) {
        self.events.push(Dated { at: self.at, event });
    }
}

/// A publication without properties.
pub(super) fn publication(
    topic: impl Into<String>,
    payload: impl Into<Bytes>,
    qos: QoS,
    retain: bool,
) -> Publication {
    Publication { topic: topic.into(), payload: payload.into(), qos, retain, properties: None }
}

/// The MQTT 5 property that says what the payload is.
pub(super) fn content_type(mime: &str) -> Properties {
    Properties { content_type: Some(mime.to_owned()), ..Properties::default() }
}

/// Wakes a device at regular or chosen times.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timer {
    /// When it rings next, as time since the start of the demo.
    pub(super) next: Duration,
    period: Duration,
}

impl Timer {
    /// Rings first at `first_ms`, then every `period_ms` milliseconds.
    pub(super) fn every(period_ms: u64, first_ms: u64) -> Self {
        Self { next: Duration::from_millis(first_ms), period: Duration::from_millis(period_ms) }
    }

    /// Rings once at `first_ms`, then whenever [`Timer::set_in`] says.
    pub(super) fn once(first_ms: u64) -> Self {
        Self { next: Duration::from_millis(first_ms), period: Duration::MAX }
    }

    /// Rings only after [`Timer::set_in`].
    pub(super) fn off() -> Self {
        Self { next: Duration::MAX, period: Duration::MAX }
    }

    /// Whether it rings at `at`; if so it is wound up for the next time.
    pub(super) fn rings(&mut self, at: Duration) -> bool {
        let rings = self.next <= at;
        if rings {
            self.next = self.next.saturating_add(self.period);
        }
        rings
    }

    /// Makes it ring `seconds` after `now`.
    pub(super) fn set_in(&mut self, now: Duration, seconds: f64) {
        self.next = now + Duration::from_secs_f64(seconds.max(0.001));
    }
}

/// When the first of several timers rings.
pub(super) fn earliest<'a>(timers: impl IntoIterator<Item = &'a Timer>) -> Duration {
    timers.into_iter().map(|timer| timer.next).min().unwrap_or(Duration::MAX)
}
