//! What became of every publish: waiting, in flight, acknowledged, failed or lost (E09). The MQTT library forgets all this
//! when a connection breaks, so it is kept here. Used by the task (new publishes) and the live link (sending, acks).

use std::collections::{HashMap, VecDeque};

use super::wire::{self, ID_RING};
use crate::model::{Moment, Publication, PublishId, PublishState, QoS, check_topic};

/// Publishes with QoS 1 or 2 on their way at the same time. mosquitto drops the link at the 21st.
pub(super) const WINDOW: usize = 20;
/// Publishes that may wait for the link.
const MAX_WAITING: usize = 1_000;
/// Bytes that may wait for the link; a single larger publish may wait alone.
const MAX_WAITING_BYTES: usize = 64 * 1024 * 1024;

/// A publish sent with QoS 1 or 2 and not done yet.
#[derive(Debug)]
struct Flight {
    id: PublishId,
    qos: QoS,
    sent: Moment,
}

/// All publishes without a final state.
#[derive(Debug, Default)]
pub(super) struct Publishes {
    waiting: VecDeque<(PublishId, Publication)>,
    waiting_bytes: usize,
    flights: HashMap<u16, Flight>,
}

impl Publishes {
    /// Checks a publication and queues it (E01, E11).
    pub(super) fn accept(&mut self, id: PublishId, publication: Publication) -> PublishState {
        let size = wire::publish_size(&publication.topic, &publication.payload);
        if let Err(fault) = check_topic(&publication.topic) {
            return PublishState::Failed(fault.to_string());
        }
        if size > wire::MAX_PACKET {
            return PublishState::Failed(format!(
                "topic and payload make {size} bytes; an MQTT packet holds at most {}",
                wire::MAX_PACKET
            ));
        }
        if publication.properties.is_some() {
            return PublishState::Failed("MQTT 3.1.1 cannot carry properties".into());
        }
        if self.waiting.len() >= MAX_WAITING {
            return PublishState::Failed(format!("{MAX_WAITING} publishes are already waiting to be sent"));
        }
        if !self.waiting.is_empty() && self.waiting_bytes + size > MAX_WAITING_BYTES {
            return PublishState::Failed(format!(
                "{} MB of publishes are already waiting to be sent",
                self.waiting_bytes / (1024 * 1024)
            ));
        }
        self.waiting_bytes += size;
        self.waiting.push_back((id, publication));
        PublishState::Queued
    }

    /// QoS of the publish that goes next, when the window has room for it beside `handed` others that were handed to the
    /// wire and not written yet. Order is kept: a full window holds back QoS 0 behind it too.
    pub(super) fn next_qos(&self, handed: usize) -> Option<QoS> {
        let (_, next) = self.waiting.front()?;
        (next.qos == QoS::AtMostOnce || self.flights.len() + handed < WINDOW).then_some(next.qos)
    }

    /// Takes the publish that goes next.
    pub(super) fn take(&mut self) -> Option<(PublishId, Publication)> {
        let (id, publication) = self.waiting.pop_front()?;
        self.waiting_bytes -= wire::publish_size(&publication.topic, &publication.payload);
        Some((id, publication))
    }

    /// Takes back a publish that still waits; its final state. `None` when it is on its way already.
    pub(super) fn withdraw(&mut self, id: PublishId) -> Option<PublishState> {
        let at = self.waiting.iter().position(|(waiting, _)| *waiting == id)?;
        let (_, publication) = self.waiting.remove(at)?;
        self.waiting_bytes -= wire::publish_size(&publication.topic, &publication.payload);
        Some(PublishState::Failed("withdrawn before it was sent".into()))
    }

    /// Puts publishes that never left back to the front, in order.
    pub(super) fn put_back(&mut self, unsent: impl DoubleEndedIterator<Item = (PublishId, Publication)>) {
        for (id, publication) in unsent.rev() {
            self.waiting_bytes += wire::publish_size(&publication.topic, &publication.payload);
            self.waiting.push_front((id, publication));
        }
    }

    /// Notes that a publish with QoS 1 or 2 went out under packet id `packet`.
    pub(super) fn sent(&mut self, packet: u16, id: PublishId, qos: QoS, sent: Moment) {
        self.flights.insert(packet, Flight { id, qos, sent });
    }

    /// Whether `packet` is in flight: sending it once more is a repetition on a kept session.
    pub(super) fn is_in_flight(&self, packet: u16) -> bool {
        self.flights.contains_key(&packet)
    }

    /// Number of publishes in flight.
    pub(super) fn in_flight(&self) -> usize {
        self.flights.len()
    }

    /// PUBACK (`ack` QoS 1) or PUBCOMP (`ack` QoS 2) for `packet`: the publish that is done, and its final state.
    pub(super) fn done(&mut self, packet: u16, ack: QoS, now: Moment) -> Option<(PublishId, PublishState)> {
        let flight = self.flights.remove(&packet)?;
        let state = if flight.qos == ack {
            PublishState::Acknowledged(now.since(flight.sent))
        } else {
            PublishState::Failed("the broker answered with the acknowledgement of another QoS".into())
        };
        Some((flight.id, state))
    }

    /// Gives up what is in flight: nobody can tell whether it arrived.
    pub(super) fn lose(&mut self, reason: &str) -> Vec<(PublishId, PublishState)> {
        let mut lost: Vec<_> = self
            .flights
            .drain()
            .map(|(_, flight)| (flight.id, PublishState::Lost(reason.to_owned())))
            .collect();
        lost.sort_by_key(|(id, _)| *id);
        lost
    }
}

/// Packet ids in use. The library hands out ids round a small ring without looking whether one is still in use, for
/// PUBLISH, SUBSCRIBE and UNSUBSCRIBE alike; asking here first keeps two from meeting (MQTT 3.1.1, 2.3.1).
#[derive(Debug)]
pub(super) struct Ids {
    last: u16,
    open: Vec<bool>,
}

impl Ids {
    pub(super) fn new() -> Self {
        Self { last: 0, open: vec![false; usize::from(ID_RING) + 1] }
    }

    /// Whether the id after `handed` others, handed to the wire and not written yet, is free.
    pub(super) fn has_room(&self, handed: usize) -> bool {
        let ring = usize::from(ID_RING);
        handed < ring && !self.open[(usize::from(self.last) + handed) % ring + 1]
    }

    /// Notes that the library used `id` for a new request.
    pub(super) fn used(&mut self, id: u16) {
        self.last = id;
        self.mark(id, true);
    }

    /// Notes that `id` is done.
    pub(super) fn done(&mut self, id: u16) {
        self.mark(id, false);
    }

    /// Frees every id that `in_use` does not know.
    pub(super) fn retain(&mut self, in_use: impl Fn(u16) -> bool) {
        for (id, open) in self.open.iter_mut().enumerate() {
            *open = *open && in_use(id as u16);
        }
    }

    fn mark(&mut self, id: u16, open: bool) {
        if let Some(slot) = self.open.get_mut(usize::from(id)) {
            *slot = open;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;

    use super::*;

    fn publication(topic: &str, qos: QoS, bytes: usize) -> Publication {
        Publication {
            topic: topic.into(),
            payload: Bytes::from(vec![0; bytes]),
            qos,
            retain: false,
            properties: None,
        }
    }

    fn failed(state: &PublishState, words: &str) -> bool {
        matches!(state, PublishState::Failed(reason) if reason.contains(words))
    }

    #[test]
    fn e01_e11_what_cannot_be_sent_fails_at_once_with_the_reason() {
        let mut publishes = Publishes::default();
        let mut accept =
            |topic: &str, bytes| publishes.accept(PublishId(1), publication(topic, QoS::AtLeastOnce, bytes));
        assert!(failed(&accept("", 0), "at least one character"));
        assert!(failed(&accept("a/#", 0), "wildcard"));
        assert!(failed(&accept(&"x".repeat(65_536), 0), "65,535"));
        assert!(failed(&accept("a", 268_435_455), "at most 268435455"));
        assert_eq!(accept("a", 10), PublishState::Queued);
        assert!(publishes.take().is_some() && publishes.take().is_none());
    }

    #[test]
    fn e09_the_queue_is_bounded_in_number_and_bytes_and_says_so() {
        let mut publishes = Publishes::default();
        for n in 0..1_000 {
            let state = publishes.accept(PublishId(n), publication("a", QoS::AtMostOnce, 1));
            assert_eq!(state, PublishState::Queued);
        }
        let state = publishes.accept(PublishId(1_000), publication("a", QoS::AtMostOnce, 1));
        assert!(failed(&state, "1000 publishes are already waiting"));

        let mut publishes = Publishes::default();
        let large = 70 * 1024 * 1024;
        assert_eq!(
            publishes.accept(PublishId(1), publication("a", QoS::AtMostOnce, large)),
            PublishState::Queued
        );
        let state = publishes.accept(PublishId(2), publication("a", QoS::AtMostOnce, 1));
        assert!(failed(&state, "70 MB of publishes are already waiting"));
        publishes.take();
        assert_eq!(
            publishes.accept(PublishId(3), publication("a", QoS::AtMostOnce, 1)),
            PublishState::Queued
        );
    }

    #[test]
    fn e09_twenty_are_in_flight_at_most_and_order_is_kept() {
        let mut publishes = Publishes::default();
        for n in 0..21 {
            publishes.accept(PublishId(n), publication("a", QoS::ExactlyOnce, 1));
        }
        publishes.accept(PublishId(21), publication("a", QoS::AtMostOnce, 1));
        for packet in 1..=20 {
            assert_eq!(publishes.next_qos(0), Some(QoS::ExactlyOnce));
            let (id, _) = publishes.take().unwrap();
            publishes.sent(packet, id, QoS::ExactlyOnce, Moment::default());
        }
        assert_eq!(publishes.next_qos(0), None);
        let later = Moment::default().plus(Duration::from_millis(40));
        assert_eq!(
            publishes.done(3, QoS::ExactlyOnce, later),
            Some((PublishId(2), PublishState::Acknowledged(Duration::from_millis(40))))
        );
        assert_eq!(publishes.next_qos(1), None);
        assert_eq!(publishes.next_qos(0), Some(QoS::ExactlyOnce));
    }

    #[test]
    fn e09_what_never_left_goes_back_in_order_and_what_did_is_lost() {
        let mut publishes = Publishes::default();
        for n in 0..4 {
            publishes.accept(PublishId(n), publication("a", QoS::AtLeastOnce, 1));
        }
        let (first, _) = publishes.take().unwrap();
        publishes.sent(1, first, QoS::AtLeastOnce, Moment::default());
        let handed = [publishes.take().unwrap(), publishes.take().unwrap()];
        publishes.put_back(handed.into_iter());
        assert_eq!(publishes.lose("gone"), [(PublishId(0), PublishState::Lost("gone".into()))]);
        let order: Vec<_> = std::iter::from_fn(|| publishes.take()).map(|(id, _)| id.0).collect();
        assert_eq!(order, [1, 2, 3]);
        assert_eq!(publishes.waiting_bytes, 0);
    }

    #[test]
    fn an_id_still_in_use_is_not_met_again_when_the_ring_comes_round() {
        let mut ids = Ids::new();
        for id in 1..=ID_RING {
            assert!(ids.has_room(0));
            ids.used(id);
            if id != 3 {
                ids.done(id);
            }
        }
        assert!(ids.has_room(1), "ids 1 and 2 are free");
        assert!(!ids.has_room(2), "id 3 is not");
        ids.done(3);
        assert!(ids.has_room(2));
        assert!(!ids.has_room(usize::from(ID_RING)));
    }
}
