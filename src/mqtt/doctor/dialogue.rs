//! The doctor's talk with a broker after CONNACK: subscribes, counts retained messages, sends a message round. It keeps no
//! session: what it wants to know is asked, waited for, and done.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, timeout_at};

use crate::model::{Clock, Protocol, Publication, QoS, Subscription, Target, TopicFilter};
use crate::mqtt::connect::{self, Connected};
use crate::mqtt::explain::{Fault, Stated};
use crate::mqtt::timing::Timing;
use crate::mqtt::wire::{Answer, Incoming, Wire};

/// Retained messages are counted for this long.
const RETAINED_WITHIN: Duration = Duration::from_millis(1500);
/// Messages sent round.
const ROUNDS: usize = 5;

/// What came for a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SubAck {
    pub protocol: Protocol,
    pub stated: Stated,
}

/// Retained messages seen, those under `$` apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Seen {
    pub retained: u64,
    pub retained_sys: u64,
    pub others: u64,
}

/// How sending messages round went.
#[derive(Debug, PartialEq)]
pub(super) enum Trip {
    /// From PUBLISH to its return, the shortest first.
    Back(Vec<Duration>),
    /// The broker did not allow the subscription or the message.
    Refused(&'static str, Stated),
    /// It did not come back in time.
    Missing,
    /// The connection ended.
    Lost(Fault),
}

/// One connection after CONNACK.
pub(super) struct Dialogue {
    wire: Wire,
    clock: Clock,
    timing: Timing,
    /// Highest QoS the broker takes.
    maximum_qos: QoS,
    last_id: u16,
    granted: Vec<TopicFilter>,
    seen: Seen,
}

impl Dialogue {
    pub(super) fn new(connected: Connected, clock: Clock, timing: Timing) -> Self {
        let maximum_qos = connected.connack.limits.maximum_qos.unwrap_or(QoS::ExactlyOnce);
        Self {
            wire: connected.wire,
            clock,
            timing,
            maximum_qos,
            last_id: 0,
            granted: Vec::new(),
            seen: Seen::default(),
        }
    }

    /// Another connection, after the broker hung up; what was counted stays.
    pub(super) async fn again(self, target: &Target) -> Result<Self, Fault> {
        let versions: &[Protocol] = &[self.wire.protocol()];
        let connected = connect::establish(target, versions, &self.timing, &self.clock, &(), 0).await?;
        Ok(Self { seen: self.seen, ..Self::new(connected, self.clock, self.timing) })
    }

    fn next_id(&mut self) -> u16 {
        self.last_id = self.last_id % 1000 + 1;
        self.last_id
    }

    /// The next packet before `until`; `None` when the time is up. Messages are counted, and acknowledged if that is wanted.
    async fn next(&mut self, until: Instant) -> Result<Option<Incoming>, Fault> {
        loop {
            if let Some(packet) = self.wire.take(self.clock.now())? {
                self.note(&packet);
                return Ok(Some(packet));
            }
            match timeout_at(until, self.wire.turn(true)).await {
                Err(_) => return Ok(None),
                Ok(Err(lost)) => return Err(Fault::from(&lost)),
                Ok(Ok(_)) => {}
            }
        }
    }

    fn note(&mut self, packet: &Incoming) {
        let Incoming::Publish(delivery) = packet else { return };
        let message = &delivery.message;
        match (message.retain, message.topic.starts_with('$')) {
            (true, true) => self.seen.retained_sys += 1,
            (true, false) => self.seen.retained += 1,
            (false, _) => self.seen.others += 1,
        }
        // Everything is subscribed to with QoS 0; a broker that sends more all the same is kept content.
        if delivery.id != 0 && message.qos == QoS::AtLeastOnce {
            self.wire.acknowledge(Answer::PubAck, delivery.id);
        }
    }

    /// Subscribes with QoS 0, whatever is wanted: seeing is enough. `None` when no SUBACK comes.
    pub(super) async fn subscribe(&mut self, wanted: &Subscription) -> Result<Option<SubAck>, Fault> {
        let id = self.next_id();
        let asked = [Subscription { qos: QoS::AtMostOnce, id: None, ..wanted.clone() }];
        let handed = self.wire.subscribe(id, &asked, false);
        handed.map_err(|_| {
            Fault::BadTarget("the filter is too long for this broker", "choose a shorter one")
        })?;
        let until = Instant::now() + self.timing.suback;
        while let Some(packet) = self.next(until).await? {
            if let Incoming::SubAck(answers) = packet
                && answers.id == id
            {
                let code = answers.codes.first().copied().unwrap_or_default();
                let stated = Stated { code, text: answers.text, server: None };
                if !stated.is_failure() {
                    self.granted.push(wanted.filter.clone());
                }
                return Ok(Some(SubAck { protocol: self.wire.protocol(), stated }));
            }
        }
        Ok(None)
    }

    /// Looks on for a while; what was seen since the first SUBACK.
    pub(super) async fn watch_retained(&mut self) -> Seen {
        let until = Instant::now() + RETAINED_WITHIN;
        // What was seen before the link broke was seen.
        while matches!(self.next(until).await, Ok(Some(_))) {}
        self.seen
    }

    /// Publishes on a random topic and waits for the messages to come back.
    pub(super) async fn round_trip(&mut self) -> Trip {
        match self.try_round_trip().await {
            Ok(trip) => trip,
            Err(fault) => Trip::Lost(fault),
        }
    }

    async fn try_round_trip(&mut self) -> Result<Trip, Fault> {
        // The flood of a wide filter would be measured too.
        for filter in std::mem::take(&mut self.granted) {
            let id = self.next_id();
            let _ = self.wire.unsubscribe(id, &filter);
        }
        let topic = format!("mqtt-tui/doctor/{:016x}", fastrand::u64(..));
        let Ok(filter) = TopicFilter::parse(&topic) else { return Ok(Trip::Missing) };
        match self.subscribe(&Subscription::new(filter, QoS::AtMostOnce)).await? {
            None => return Ok(Trip::Missing),
            Some(answer) if answer.stated.is_failure() => {
                return Ok(Trip::Refused("SUBSCRIBE", answer.stated));
            }
            Some(_) => {}
        }
        let mut times = Vec::with_capacity(ROUNDS);
        for round in 0..ROUNDS {
            match self.one_round(&topic, round).await? {
                Ok(time) => times.push(time),
                Err(trip) => return Ok(trip),
            }
        }
        times.sort_unstable();
        Ok(Trip::Back(times))
    }

    async fn one_round(&mut self, topic: &str, round: usize) -> Result<Result<Duration, Trip>, Fault> {
        // With QoS 1 an MQTT 5 broker says when it does not allow it.
        let qos = if self.maximum_qos == QoS::AtMostOnce { QoS::AtMostOnce } else { QoS::AtLeastOnce };
        let id = if qos == QoS::AtMostOnce { 0 } else { self.next_id() };
        let payload = Bytes::from(format!("round {round}"));
        let publication = Publication {
            topic: topic.to_owned(),
            payload: payload.clone(),
            qos,
            retain: false,
            properties: None,
        };
        let began = Instant::now();
        let handed = self.wire.publish(&publication, id, false);
        handed.map_err(|_| {
            Fault::BadTarget("the topic is too long for this broker", "there is nothing to do")
        })?;
        let until = began + self.timing.suback;
        while let Some(packet) = self.next(until).await? {
            match packet {
                Incoming::Publish(delivery)
                    if delivery.message.topic == topic && delivery.message.payload == payload =>
                {
                    return Ok(Ok(began.elapsed()));
                }
                Incoming::PubAck(ack) if ack.id == id && ack.reason.is_failure() => {
                    return Ok(Err(Trip::Refused("PUBLISH", ack.reason)));
                }
                _ => {}
            }
        }
        Ok(Err(Trip::Missing))
    }

    /// Says goodbye, as far as the broker takes it.
    pub(super) async fn leave(mut self) {
        self.wire.disconnect();
        let until = Instant::now() + self.timing.leave;
        while matches!(timeout_at(until, self.wire.turn(false)).await, Ok(Ok(_))) {
            if self.wire.left() == self.wire.queued() {
                break;
            }
        }
        self.wire.finish(until).await;
    }
}
