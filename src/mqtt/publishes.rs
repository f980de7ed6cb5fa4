//! What became of every publish: waiting, in flight, acknowledged, failed or lost (E09). Used by the task (new publishes) and
//! the live link (sending, acknowledgements).

use std::collections::VecDeque;

use super::MAX_PACKET;
use super::wire::Ack;
use crate::model::{Moment, Publication, PublishId, PublishState, QoS, check_topic};

/// Publishes with QoS 1 or 2 on their way at the same time. mosquitto drops the link at the 21st.
const WINDOW: usize = 20;
/// Publishes that may wait for the link.
const MAX_WAITING: usize = 1_000;
/// Bytes that may wait for the link; a single larger publish may wait alone.
const MAX_WAITING_BYTES: usize = 64 * 1024 * 1024;

/// How far a publish with QoS 1 or 2 has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// PUBLISH handed to the wire; PUBACK or PUBREC is due.
    Published,
    /// PUBREC was there, PUBREL handed to the wire; PUBCOMP is due.
    Released,
}

/// A publish with QoS 1 or 2 that is not done yet.
#[derive(Debug)]
pub(super) struct Flight {
    /// Packet id.
    pub packet: u16,
    pub stage: Stage,
    /// What is sent, and sent again on a kept session. Its QoS may be lower than what was asked for.
    pub publication: Publication,
    id: PublishId,
    /// When it left, if it did.
    left: Option<Moment>,
}

/// What an acknowledgement did.
#[derive(Debug, PartialEq)]
pub(super) enum Acknowledged {
    /// It waits for none.
    Unknown,
    /// PUBREL is to be sent.
    Release,
    /// The publish is done.
    Done {
        id: PublishId,
        state: PublishState,
        /// The broker says that nobody is subscribed to this topic.
        unheard: Option<String>,
    },
}

/// All publishes without a final state.
#[derive(Debug)]
pub(super) struct Publishes {
    waiting: VecDeque<(PublishId, Publication)>,
    waiting_bytes: usize,
    /// In the order they were sent in.
    flights: Vec<Flight>,
    window: usize,
}

impl Default for Publishes {
    fn default() -> Self {
        Self { waiting: VecDeque::new(), waiting_bytes: 0, flights: Vec::new(), window: WINDOW }
    }
}

impl Publishes {
    /// Checks a publication and queues it (E01, E11).
    pub(super) fn accept(&mut self, id: PublishId, publication: Publication) -> PublishState {
        let size = size(&publication);
        if let Err(fault) = check_topic(&publication.topic) {
            return PublishState::Failed(fault.to_string());
        }
        if size > MAX_PACKET {
            return PublishState::Failed(format!(
                "topic and payload make {size} bytes; an MQTT packet holds at most {MAX_PACKET}"
            ));
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

    /// A connection begins; the broker takes `receive_maximum` publishes with QoS 1 or 2 at the same time.
    pub(super) fn connected(&mut self, receive_maximum: Option<u16>) {
        self.window = receive_maximum.map_or(WINDOW, |most| WINDOW.min(usize::from(most).max(1)));
    }

    /// Takes the publish that goes next. Order is kept: a full window holds back QoS 0 behind it too.
    pub(super) fn next(&mut self) -> Option<(PublishId, Publication)> {
        let (_, next) = self.waiting.front()?;
        if next.qos != QoS::AtMostOnce && self.flights.len() >= self.window {
            return None;
        }
        let (id, publication) = self.waiting.pop_front()?;
        self.waiting_bytes -= size(&publication);
        Some((id, publication))
    }

    /// Takes back a publish that still waits; its final state. `None` when it is on its way already.
    pub(super) fn withdraw(&mut self, id: PublishId) -> Option<PublishState> {
        let at = self.waiting.iter().position(|(waiting, _)| *waiting == id)?;
        let (_, publication) = self.waiting.remove(at)?;
        self.waiting_bytes -= size(&publication);
        Some(PublishState::Failed("withdrawn before it was sent".into()))
    }

    /// Puts publishes that never left back to the front, in order.
    pub(super) fn put_back(&mut self, unsent: impl DoubleEndedIterator<Item = (PublishId, Publication)>) {
        for (id, publication) in unsent.rev() {
            self.waiting_bytes += size(&publication);
            self.waiting.push_front((id, publication));
        }
    }

    /// Notes that a publish with QoS 1 or 2 was handed to the wire under packet id `packet`.
    pub(super) fn began(&mut self, packet: u16, id: PublishId, publication: Publication) {
        self.flights.push(Flight { packet, stage: Stage::Published, publication, id, left: None });
    }

    /// Notes that the PUBLISH left; whether it still waits for an acknowledgement.
    pub(super) fn left(&mut self, packet: u16, now: Moment) -> bool {
        let flight = self.flights.iter_mut().find(|flight| flight.packet == packet);
        flight.map(|flight| flight.left = Some(now)).is_some()
    }

    /// The connection broke before the PUBLISH left: it is no longer in flight.
    pub(super) fn take_back(&mut self, packet: u16) -> Option<(PublishId, Publication)> {
        let flight = self.remove(packet)?;
        Some((flight.id, flight.publication))
    }

    /// What is in flight, in order.
    pub(super) fn flights(&self) -> &[Flight] {
        &self.flights
    }

    /// PUBACK.
    pub(super) fn puback(&mut self, ack: &Ack, now: Moment) -> Acknowledged {
        match self.stage(ack.id) {
            Some((QoS::AtLeastOnce, _)) => self.finish(ack, now),
            Some(_) => self.wrong(ack.id),
            None => Acknowledged::Unknown,
        }
    }

    /// PUBREC: half-way, or the end if it says so.
    pub(super) fn pubrec(&mut self, ack: &Ack, now: Moment) -> Acknowledged {
        match self.stage(ack.id) {
            Some((QoS::ExactlyOnce, Stage::Published)) if ack.reason.is_failure() => self.finish(ack, now),
            Some((QoS::ExactlyOnce, _)) => {
                for flight in self.flights.iter_mut().filter(|flight| flight.packet == ack.id) {
                    flight.stage = Stage::Released;
                }
                Acknowledged::Release
            }
            Some(_) => self.wrong(ack.id),
            None => Acknowledged::Unknown,
        }
    }

    /// PUBCOMP.
    pub(super) fn pubcomp(&mut self, ack: &Ack, now: Moment) -> Acknowledged {
        match self.stage(ack.id) {
            Some((QoS::ExactlyOnce, _)) => self.finish(ack, now),
            Some(_) => self.wrong(ack.id),
            None => Acknowledged::Unknown,
        }
    }

    fn stage(&self, packet: u16) -> Option<(QoS, Stage)> {
        let flight = self.flights.iter().find(|flight| flight.packet == packet)?;
        Some((flight.publication.qos, flight.stage))
    }

    fn remove(&mut self, packet: u16) -> Option<Flight> {
        let at = self.flights.iter().position(|flight| flight.packet == packet)?;
        Some(self.flights.remove(at))
    }

    fn finish(&mut self, ack: &Ack, now: Moment) -> Acknowledged {
        let Some(flight) = self.remove(ack.id) else { return Acknowledged::Unknown };
        let state = if ack.reason.is_failure() {
            PublishState::Failed(ack.reason.advised())
        } else {
            PublishState::Acknowledged(now.since(flight.left.unwrap_or(now)))
        };
        let unheard = (ack.reason.code == NO_MATCHING_SUBSCRIBERS).then_some(flight.publication.topic);
        Acknowledged::Done { id: flight.id, state, unheard }
    }

    fn wrong(&mut self, packet: u16) -> Acknowledged {
        let Some(flight) = self.remove(packet) else { return Acknowledged::Unknown };
        let state =
            PublishState::Failed("the broker answered with the acknowledgement of another QoS".into());
        Acknowledged::Done { id: flight.id, state, unheard: None }
    }

    /// Gives up what is in flight: nobody can tell whether it arrived.
    pub(super) fn lose(&mut self, reason: &str) -> Vec<(PublishId, PublishState)> {
        self.flights.drain(..).map(|flight| (flight.id, PublishState::Lost(reason.to_owned()))).collect()
    }
}

/// PUBACK and PUBREC of MQTT 5 may say so (3.4.2.1).
const NO_MATCHING_SUBSCRIBERS: u8 = 0x10;

/// Bytes of the packet, properties left out: they are counted when it is sent.
fn size(publication: &Publication) -> usize {
    // Fixed header of 5, length of the topic and packet id of 2 each.
    5 + 2 + publication.topic.len() + 2 + publication.payload.len()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use bytes::Bytes;

    use super::*;
    use crate::mqtt::explain::Stated;

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
        assert!(failed(&accept("a", 268_435_455), "at most 268435460"));
        assert_eq!(accept("a", 10), PublishState::Queued);
        assert!(publishes.next().is_some() && publishes.next().is_none());
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
        publishes.next();
        assert_eq!(
            publishes.accept(PublishId(3), publication("a", QoS::AtMostOnce, 1)),
            PublishState::Queued
        );
    }

    fn ack(id: u16) -> Ack {
        Ack { id, reason: Stated::default() }
    }

    fn refusal(id: u16, code: u8) -> Ack {
        Ack { id, reason: Stated::code(code) }
    }

    /// Takes what goes next and notes it as sent under `packet`.
    fn send(publishes: &mut Publishes, packet: u16) -> PublishId {
        let (id, publication) = publishes.next().unwrap();
        publishes.began(packet, id, publication);
        publishes.left(packet, Moment::default());
        id
    }

    #[test]
    fn e09_twenty_are_in_flight_at_most_and_order_is_kept() {
        let mut publishes = Publishes::default();
        for n in 0..21 {
            publishes.accept(PublishId(n), publication("a", QoS::ExactlyOnce, 1));
        }
        publishes.accept(PublishId(21), publication("a", QoS::AtMostOnce, 1));
        for packet in 1..=20 {
            send(&mut publishes, packet);
        }
        assert_eq!(publishes.next(), None);
        let later = Moment::default().plus(Duration::from_millis(40));
        assert_eq!(publishes.pubrec(&ack(3), later), Acknowledged::Release);
        assert_eq!(publishes.next(), None, "it is still on its way");
        let state = PublishState::Acknowledged(Duration::from_millis(40));
        let done = Acknowledged::Done { id: PublishId(2), state, unheard: None };
        assert_eq!(publishes.pubcomp(&ack(3), later), done);
        assert_eq!(send(&mut publishes, 21), PublishId(20));
        assert!(matches!(publishes.next(), Some((PublishId(21), _))), "QoS 0 goes after what was before it");
    }

    #[test]
    fn e13_a_smaller_receive_maximum_is_kept() {
        let mut publishes = Publishes::default();
        for n in 0..3 {
            publishes.accept(PublishId(n), publication("a", QoS::AtLeastOnce, 1));
        }
        publishes.connected(Some(1));
        send(&mut publishes, 1);
        assert_eq!(publishes.next(), None);
        publishes.connected(Some(65_535));
        assert!(publishes.next().is_some());
    }

    #[test]
    fn e09_each_acknowledgement_has_its_outcome() {
        let now = Moment::default();
        let mut publishes = Publishes::default();
        for (n, qos) in
            [QoS::AtLeastOnce, QoS::AtLeastOnce, QoS::ExactlyOnce, QoS::ExactlyOnce].iter().enumerate()
        {
            publishes.accept(PublishId(n as u64), publication("a", *qos, 1));
            send(&mut publishes, n as u16 + 1);
        }
        let done = |acknowledged| match acknowledged {
            Acknowledged::Done { state, unheard, .. } => (state, unheard),
            other => panic!("{other:?}"),
        };
        let (state, unheard) = done(publishes.puback(&refusal(1, 0x10), now));
        assert_eq!((state, unheard.as_deref()), (PublishState::Acknowledged(Duration::ZERO), Some("a")));
        let (state, _) = done(publishes.puback(&refusal(2, 0x87), now));
        assert!(failed(&state, "Not authorized (0x87)"), "{state:?}");
        let (state, _) = done(publishes.pubrec(&refusal(3, 0x97), now));
        assert!(failed(&state, "Quota exceeded (0x97)"), "{state:?}");
        let (state, _) = done(publishes.puback(&ack(4), now));
        assert!(failed(&state, "acknowledgement of another QoS"), "{state:?}");
        for unknown in
            [publishes.puback(&ack(9), now), publishes.pubrec(&ack(9), now), publishes.pubcomp(&ack(9), now)]
        {
            assert_eq!(unknown, Acknowledged::Unknown);
        }
    }

    #[test]
    fn e09_what_never_left_goes_back_in_order_and_what_did_is_lost() {
        let mut publishes = Publishes::default();
        for n in 0..4 {
            publishes.accept(PublishId(n), publication("a", QoS::AtLeastOnce, 1));
        }
        send(&mut publishes, 1);
        let (id, second) = publishes.next().unwrap();
        publishes.began(2, id, second);
        let back = [publishes.take_back(2).unwrap(), publishes.next().unwrap()];
        publishes.put_back(back.into_iter());
        assert_eq!(publishes.lose("gone"), [(PublishId(0), PublishState::Lost("gone".into()))]);
        let order: Vec<_> = std::iter::from_fn(|| publishes.next()).map(|(id, _)| id.0).collect();
        assert_eq!(order, [1, 2, 3]);
        assert_eq!(publishes.waiting_bytes, 0);
    }
}
