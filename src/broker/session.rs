//! One client's session: what waits for it, what it has not acknowledged, and the link to its connection while there is
//! one. Plain state without I/O; the hub owns all sessions and decides what goes in.

use std::collections::{HashSet, VecDeque};

use bytes::BytesMut;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::command::LinkId;
use super::encode::encode;
use super::inflight::Inflight;
use super::packet::{Connect, Delivery, Outgoing, Will};
use super::retained::{Cursor, Retained};
use super::subscriptions::Granted;
use super::sys::Counters;
use crate::model::{Protocol, QoS, TopicFilter};

/// Packets and message bytes in one batch for a connection.
const BATCH_PACKETS: usize = 1_000;
const BATCH_BYTES: usize = 256 << 10;
/// Batches a connection may have under way: one being written, one waiting.
const BATCHES_UNDER_WAY: usize = 2;
/// QoS 1 and 2 messages sent and not acknowledged, unless the client takes fewer.
const MAX_INFLIGHT: usize = 100;
/// Retained messages fetched at a time.
const REPLAY_PAGE: usize = 500;
/// What a small waiting message takes besides topic and payload (measured: about 200 bytes).
const QUEUE_OVERHEAD: usize = 200;

/// The way to a connected client.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) id: LinkId,
    pub(super) batches: mpsc::Sender<Vec<Outgoing>>,
    /// Cancelled to close the connection.
    pub(super) closing: CancellationToken,
    /// Batches handed over and not yet written.
    pub(super) under_way: usize,
    /// In-process: nothing to acknowledge.
    pub(super) is_local: bool,
    max_packet: usize,
    max_inflight: usize,
}

impl Link {
    pub(super) fn new(
        id: LinkId,
        batches: mpsc::Sender<Vec<Outgoing>>,
        closing: CancellationToken,
        is_local: bool,
        connect: &Connect,
    ) -> Self {
        let max_inflight = MAX_INFLIGHT.min(connect.receive_maximum.into());
        Self { id, batches, closing, under_way: 0, is_local, max_packet: connect.max_packet, max_inflight }
    }
}

/// Retained messages that a new subscription is still to get.
#[derive(Debug)]
struct Replay {
    filter: TopicFilter,
    granted: Granted,
    cursor: Option<Cursor>,
}

/// A client's session.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) client_id: String,
    pub(super) protocol: Protocol,
    /// Seconds it outlives its connection; `u32::MAX` is for ever.
    pub(super) expiry: u32,
    pub(super) link: Option<Link>,
    pub(super) will: Option<Will>,
    /// When the will of a client that is away is due.
    pub(super) will_at: Option<Instant>,
    /// When the session of a client that is away ends.
    pub(super) expires_at: Option<Instant>,
    pub(super) filters: HashSet<TopicFilter>,
    /// Packet ids of QoS 2 messages received and not yet released by the client.
    pub(super) received: HashSet<u16>,
    /// Queued for the hub's next flush.
    pub(super) is_dirty: bool,
    answers: Vec<Outgoing>,
    queue: VecDeque<Delivery>,
    /// What the queue costs, replayed messages left out.
    queued_bytes: usize,
    /// Replayed messages in the queue.
    replayed: usize,
    replays: VecDeque<Replay>,
    pub(super) inflight: Inflight,
}

impl Session {
    pub(super) fn new(client_id: String, connect: &Connect) -> Self {
        Self {
            client_id,
            protocol: connect.protocol,
            expiry: connect.session_expiry,
            link: None,
            will: None,
            will_at: None,
            expires_at: None,
            filters: HashSet::new(),
            received: HashSet::new(),
            is_dirty: false,
            answers: Vec::new(),
            queue: VecDeque::new(),
            queued_bytes: 0,
            replayed: 0,
            replays: VecDeque::new(),
            inflight: Inflight::default(),
        }
    }

    /// Messages that wait or are not acknowledged, and their topic and payload bytes.
    pub(super) fn held(&self) -> (usize, usize) {
        self.queue
            .iter()
            .chain(self.inflight.deliveries())
            .fold((0, 0), |(count, bytes), delivery| (count + 1, bytes + delivery.message.bytes()))
    }

    /// Puts CONNACK before everything else, for an in-process client too, who waits for it.
    pub(super) fn greet(&mut self, connack: Outgoing) {
        self.answers.insert(0, connack);
    }

    /// Answers the client; goes out before any waiting message.
    pub(super) fn answer(&mut self, packet: Outgoing) {
        if self.link.as_ref().is_some_and(|link| !link.is_local) {
            self.answers.push(packet);
        }
    }

    /// Puts a live message in the queue; false when it was dropped because the queue is full.
    pub(super) fn offer(&mut self, delivery: Delivery, queue_bytes: usize) -> bool {
        if self.link.is_none() && delivery.qos == QoS::AtMostOnce {
            // Nobody expects QoS 0 to wait for a client that is away (MQTT 3.1.1, 4.1): not a drop.
            return true;
        }
        let cost = delivery.message.bytes() + QUEUE_OVERHEAD;
        // A message larger than the bound may still pass, alone.
        if self.queued_bytes > 0 && self.queued_bytes + cost > queue_bytes {
            return false;
        }
        self.queued_bytes += cost;
        self.queue.push_back(delivery);
        true
    }

    /// Starts sending the retained messages for a subscription, from the first again if that was under way.
    pub(super) fn replay(&mut self, filter: TopicFilter, granted: Granted) {
        self.replays.retain(|replay| replay.filter != filter);
        self.replays.push_back(Replay { filter, granted, cursor: None });
    }

    /// Stops sending retained messages for a subscription that ended.
    pub(super) fn stop_replay(&mut self, filter: &TopicFilter) {
        self.replays.retain(|replay| replay.filter != *filter);
    }

    /// Hands batches to the connection while it has room. False when the connection is gone.
    pub(super) fn flush(&mut self, retained: &Retained, counters: &mut Counters, now: Instant) -> bool {
        while self.link.as_ref().is_some_and(|link| link.under_way < BATCHES_UNDER_WAY) {
            self.fetch_replayed(retained, now);
            let batch = self.take_batch(counters, now);
            let Some(link) = self.link.as_mut().filter(|_| !batch.is_empty()) else { return true };
            if link.batches.try_send(batch).is_err() {
                return false;
            }
            link.under_way += 1;
        }
        true
    }

    /// Answers still to be sent, for the last batch of a connection.
    pub(super) fn take_answers(&mut self) -> Vec<Outgoing> {
        std::mem::take(&mut self.answers)
    }

    /// Appends pages of retained messages while fewer than a page of them wait. They go behind the live messages that
    /// wait already, so a topic never falls back to an older value.
    fn fetch_replayed(&mut self, retained: &Retained, now: Instant) {
        while self.replayed < REPLAY_PAGE {
            let Some(replay) = self.replays.front_mut() else { return };
            let limit = REPLAY_PAGE - self.replayed;
            let (page, cursor) = retained.page(&replay.filter, replay.cursor.as_ref(), limit, now);
            let granted = replay.granted;
            self.replayed += page.len();
            self.queue.extend(page.into_iter().map(|message| Delivery {
                qos: message.publication.qos.min(granted.qos),
                message,
                retain: true,
                dup: false,
                pkid: 0,
                subscription_ids: granted.id.into_iter().collect(),
                replayed: true,
            }));
            if cursor.is_some() {
                replay.cursor = cursor;
            } else {
                self.replays.pop_front();
            }
        }
    }

    fn take_batch(&mut self, counters: &mut Counters, now: Instant) -> Vec<Outgoing> {
        let Some(link) = &self.link else { return Vec::new() };
        let (max_packet, max_inflight) = (link.max_packet, link.max_inflight);
        let mut batch = std::mem::take(&mut self.answers);
        self.inflight.resend(max_inflight, &mut batch);
        let mut bytes = 0;
        while batch.len() < BATCH_PACKETS && bytes < BATCH_BYTES {
            let Some(head) = self.queue.front() else { break };
            let is_acknowledged = head.qos > QoS::AtMostOnce;
            if is_acknowledged && self.inflight.len() >= max_inflight {
                break;
            }
            let Some(mut delivery) = self.pop() else { break };
            if delivery.message.is_expired(now) {
                continue;
            }
            if delivery.wire_bound() > max_packet && wire_bytes(self.protocol, &delivery, now) > max_packet {
                // MQTT 5.0, 3.1.2.11.4: not sent, and done with.
                counters.publishes_dropped += 1;
                continue;
            }
            bytes += delivery.message.bytes();
            if is_acknowledged {
                self.inflight.push(&mut delivery);
            }
            batch.push(Outgoing::Publish(delivery));
        }
        counters.count_sent(&batch);
        batch
    }

    fn pop(&mut self) -> Option<Delivery> {
        let delivery = self.queue.pop_front()?;
        if delivery.replayed {
            self.replayed -= 1;
        } else {
            self.queued_bytes -= delivery.message.bytes() + QUEUE_OVERHEAD;
        }
        Some(delivery)
    }

    /// The connection ended and the session stays: keeps what the standard wants kept (MQTT 3.1.1, 3.1.2.4).
    pub(super) fn go_offline(&mut self) {
        self.link = None;
        self.answers.clear();
        self.inflight.go_offline();
        for _ in 0..self.queue.len() {
            if let Some(delivery) = self.pop()
                && delivery.qos > QoS::AtMostOnce
            {
                if delivery.replayed {
                    self.replayed += 1;
                } else {
                    self.queued_bytes += delivery.message.bytes() + QUEUE_OVERHEAD;
                }
                self.queue.push_back(delivery);
            }
        }
    }
}

/// The exact size of a PUBLISH on the wire.
fn wire_bytes(protocol: Protocol, delivery: &Delivery, now: Instant) -> usize {
    let mut head = BytesMut::new();
    let payload = encode(&mut head, protocol, &Outgoing::Publish(delivery.clone()), now);
    head.len() + payload.map_or(0, |payload| payload.len())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::packet::Stored;
    use super::*;
    use crate::model::Publication;

    fn delivery(topic: &str, qos: QoS) -> Delivery {
        let publication = Publication {
            topic: topic.to_owned(),
            payload: vec![0; 100].into(),
            qos,
            retain: false,
            properties: None,
        };
        let message = Arc::new(Stored::new(publication, Instant::now()));
        Delivery {
            message,
            qos,
            retain: false,
            dup: false,
            pkid: 0,
            subscription_ids: Vec::new(),
            replayed: false,
        }
    }

    fn connect(session: &mut Session, receive_maximum: u16) -> mpsc::Receiver<Vec<Outgoing>> {
        let wishes = Connect { receive_maximum, ..Connect::clean(Protocol::V5) };
        let (batches, taken) = mpsc::channel(3);
        session.link = Some(Link::new(LinkId::next(), batches, CancellationToken::new(), false, &wishes));
        taken
    }

    fn session() -> Session {
        Session::new("s".to_owned(), &Connect::clean(Protocol::V5))
    }

    fn sent(session: &mut Session) -> Vec<(u16, bool)> {
        let batch = session.take_batch(&mut Counters::default(), Instant::now());
        batch
            .iter()
            .map(|packet| match packet {
                Outgoing::Publish(delivery) => (delivery.pkid, delivery.dup),
                Outgoing::PubRel { pkid, .. } => (*pkid, false),
                other => panic!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn a_full_queue_drops_what_comes_and_keeps_what_waits() {
        let mut session = session();
        let _taken = connect(&mut session, 10);
        let accepted = (0..10).filter(|_| session.offer(delivery("t", QoS::AtMostOnce), 1_000)).count();
        assert_eq!(accepted, 3, "301 bytes each");
        assert_eq!(sent(&mut session).len(), 3);
        assert!(session.offer(delivery("t", QoS::AtMostOnce), 1_000), "there is room again");
        assert!(
            sent(&mut session).len() == 1 && session.offer(delivery("t", QoS::AtMostOnce), 10),
            "one always fits"
        );
    }

    #[test]
    fn no_more_than_the_receive_maximum_is_under_way() {
        let mut session = session();
        let _taken = connect(&mut session, 2);
        for _ in 0..5 {
            session.offer(delivery("t", QoS::AtLeastOnce), usize::MAX);
        }
        assert_eq!(sent(&mut session), [(1, false), (2, false)]);
        assert!(sent(&mut session).is_empty());
        session.inflight.acknowledged(1);
        session.inflight.acknowledged(77);
        assert_eq!(sent(&mut session), [(3, false)]);
    }

    #[test]
    fn e09_after_a_reconnect_unacknowledged_messages_come_again_in_order_with_dup() {
        let mut session = session();
        let _taken = connect(&mut session, 10);
        for qos in [QoS::AtLeastOnce, QoS::ExactlyOnce, QoS::ExactlyOnce, QoS::AtMostOnce] {
            session.offer(delivery("t", qos), usize::MAX);
        }
        assert_eq!(sent(&mut session).len(), 4);
        assert!(session.inflight.released(2), "PUBREC for the second");
        assert!(!session.inflight.released(99));
        session.offer(delivery("lost", QoS::AtMostOnce), usize::MAX);
        session.offer(delivery("kept", QoS::AtLeastOnce), usize::MAX);
        session.go_offline();
        session.offer(delivery("kept", QoS::AtLeastOnce), usize::MAX);
        let _taken = connect(&mut session, 4);
        assert_eq!(sent(&mut session), [(1, true), (2, false), (3, true), (4, false)]);
        session.inflight.acknowledged(2);
        assert_eq!(sent(&mut session), [(5, false)]);
        assert_eq!(session.held().0, 4);
    }
}
