//! The seam to the MQTT library (rumqttc, MQTT 3.1.1 over TCP): the only file that names it. Turns its polling into our own
//! events and faults, and our requests into its own. Driven by `connect` (until CONNACK) and `live` (after).
//!
//! Its ways, all of them met here: `poll` must not be dropped half-way, so callers pin it and keep it; events parsed before
//! an error stay behind in `state.events`, so they are drained on every path; polling after an error or after DISCONNECT
//! reconnects, so callers stop; the default packet limit is 10 kB; packet ids come from a small ring shared by PUBLISH,
//! SUBSCRIBE and UNSUBSCRIBE, so `publishes::Ids` keeps them from meeting.

use std::collections::HashSet;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use rumqttc::mqttbytes::Error as CodecError;
use rumqttc::{
    AsyncClient, ClientError, ConnectReturnCode, ConnectionError, Event, EventLoop, MqttOptions,
    NetworkOptions, Outgoing, Packet, Request, StateError, SubscribeFilter, SubscribeReasonCode,
};

use super::explain::Fault;
use super::timing::Timing;
use crate::model::{Clock, Message, Moment, Publication, QoS, Target, TopicFilter};

/// Largest remaining length of a packet (MQTT 3.1.1, 2.2.3), in bytes.
pub(super) const MAX_PACKET: usize = 268_435_455;
/// Packet ids run from 1 to this. Far above the in-flight window, so that an id is long done when it comes round.
pub(super) const ID_RING: u16 = 200;
/// Packets the library reads at a time.
pub(super) const READ_MOST: usize = 9;
/// Requests the library's channel takes.
pub(super) const CHANNEL_ROOM: usize = 32;

/// What came from the wire, or went out on it.
#[derive(Debug)]
pub(super) enum WireEvent {
    /// CONNACK with return code 0.
    Connected { session_present: bool },
    /// PUBLISH received.
    Message(Message),
    /// SUBACK with the granted QoS of each filter, `None` for a refusal.
    SubAck { id: u16, granted: Vec<Option<QoS>> },
    /// UNSUBACK.
    UnsubAck { id: u16 },
    /// PUBACK: QoS 1 is done.
    PubAck { id: u16 },
    /// PUBCOMP: QoS 2 is done.
    PubComp { id: u16 },
    /// Anything else received: a sign of life.
    Heard,
    /// PUBLISH written; id 0 with QoS 0.
    SentPublish { id: u16 },
    /// SUBSCRIBE written.
    SentSubscribe { id: u16 },
    /// UNSUBSCRIBE written.
    SentUnsubscribe { id: u16 },
    /// DISCONNECT written: the end.
    SentDisconnect,
}

/// One client of the library, aimed at one address at a time.
pub(super) struct Wire {
    client: AsyncClient,
    events: EventLoop,
    target: Target,
    max_packet: usize,
    /// Ids of QoS 2 messages received and not yet released: a second delivery of one is a duplicate.
    unreleased: HashSet<u16>,
}

/// Hands requests to the wire while it is being polled.
#[derive(Clone)]
pub(super) struct WireSender {
    client: AsyncClient,
}

impl Wire {
    pub(super) fn new(target: &Target, timing: &Timing) -> Self {
        let unaimed = SocketAddr::from(([127, 0, 0, 1], target.port));
        let options = options(target, unaimed, timing.max_packet);
        let (client, mut events) = AsyncClient::new(options, CHANNEL_ROOM);
        let mut network = NetworkOptions::new();
        network.set_tcp_nodelay(true);
        // Whole seconds only, and shared by connecting and flushing. `connect` keeps the finer deadlines.
        network.set_connection_timeout(timing.connect.as_secs().max(1) + 1);
        events.set_network_options(network);
        Self {
            client,
            events,
            target: target.clone(),
            max_packet: timing.max_packet,
            unreleased: HashSet::new(),
        }
    }

    /// Makes the next poll connect to `address`.
    pub(super) fn aim(&mut self, address: SocketAddr) {
        self.events.mqtt_options = options(&self.target, address, self.max_packet);
    }

    pub(super) fn sender(&self) -> WireSender {
        WireSender { client: self.client.clone() }
    }

    /// Waits for traffic and adds all that was parsed to `batch`, in order; on a fault, what came before it too. Connects
    /// first when there is no connection. Not cancel-safe: keep the future until it is done or the wire is given up.
    pub(super) async fn poll(&mut self, clock: &Clock, batch: &mut Vec<WireEvent>) -> Result<(), Fault> {
        let connecting = self.events.network.is_none();
        let result = self.events.poll().await;
        let now = clock.now();
        let fault = match result {
            Ok(event) => {
                self.take(event, now, batch);
                None
            }
            Err(error) => Some(if connecting { connecting_fault(&error) } else { live_fault(&error) }),
        };
        self.drain(now, batch);
        fault.map_or(Ok(()), Err)
    }

    /// The program is behind and reads little on purpose: an answer to our ping may sit unread in the socket, so its
    /// absence proves nothing.
    pub(super) fn excuse_missing_ping_response(&mut self) {
        self.events.state.await_pingresp = false;
    }

    /// Ends the connection at once. Adds the last events to `batch` and gives back the publications that were handed over
    /// and never written, in order. What is in flight stays for [`Wire::aim`] and the next CONNACK of a kept session.
    pub(super) fn abandon(&mut self, now: Moment, batch: &mut Vec<WireEvent>) -> Vec<Publication> {
        self.drain(now, batch);
        self.events.clean();
        let mut unsent = Vec::new();
        for request in std::mem::take(&mut self.events.pending) {
            match request {
                Request::Publish(publish) if publish.pkid == 0 => unsent.push(Publication {
                    topic: publish.topic,
                    payload: publish.payload,
                    qos: from_wire(publish.qos),
                    retain: publish.retain,
                    properties: None,
                }),
                Request::Publish(mut publish) => {
                    publish.dup = true;
                    self.events.pending.push_back(Request::Publish(publish));
                }
                Request::PubRel(release) => self.events.pending.push_back(Request::PubRel(release)),
                // SUBSCRIBE and UNSUBSCRIBE are decided afresh on the next connection.
                _ => {}
            }
        }
        unsent
    }

    fn drain(&mut self, now: Moment, batch: &mut Vec<WireEvent>) {
        while let Some(event) = self.events.state.events.pop_front() {
            self.take(event, now, batch);
        }
    }

    fn take(&mut self, event: Event, now: Moment, batch: &mut Vec<WireEvent>) {
        let taken = match event {
            Event::Incoming(Packet::Publish(publish)) => {
                if publish.qos == rumqttc::QoS::ExactlyOnce && !self.unreleased.insert(publish.pkid) {
                    WireEvent::Heard
                } else {
                    WireEvent::Message(Message {
                        topic: publish.topic,
                        payload: publish.payload,
                        qos: from_wire(publish.qos),
                        retain: publish.retain,
                        dup: publish.dup,
                        properties: None,
                        received: now,
                    })
                }
            }
            Event::Incoming(Packet::ConnAck(connack)) => {
                if !connack.session_present {
                    self.unreleased.clear();
                }
                WireEvent::Connected { session_present: connack.session_present }
            }
            Event::Incoming(Packet::SubAck(suback)) => WireEvent::SubAck {
                id: suback.pkid,
                granted: suback
                    .return_codes
                    .into_iter()
                    .map(|code| match code {
                        SubscribeReasonCode::Success(qos) => Some(from_wire(qos)),
                        SubscribeReasonCode::Failure => None,
                    })
                    .collect(),
            },
            Event::Incoming(Packet::UnsubAck(unsuback)) => WireEvent::UnsubAck { id: unsuback.pkid },
            Event::Incoming(Packet::PubAck(puback)) => WireEvent::PubAck { id: puback.pkid },
            Event::Incoming(Packet::PubComp(pubcomp)) => WireEvent::PubComp { id: pubcomp.pkid },
            Event::Incoming(_) => WireEvent::Heard,
            Event::Outgoing(Outgoing::Publish(id)) => WireEvent::SentPublish { id },
            Event::Outgoing(Outgoing::Subscribe(id)) => WireEvent::SentSubscribe { id },
            Event::Outgoing(Outgoing::Unsubscribe(id)) => WireEvent::SentUnsubscribe { id },
            Event::Outgoing(Outgoing::Disconnect) => WireEvent::SentDisconnect,
            Event::Outgoing(Outgoing::PubComp(id)) => {
                self.unreleased.remove(&id);
                return;
            }
            Event::Outgoing(_) => return,
        };
        batch.push(taken);
    }
}

impl WireSender {
    /// Hands over a publication that was checked before. Given back when there is no room.
    pub(super) fn publish(&self, publication: Publication) -> Result<(), Publication> {
        let Publication { topic, payload, qos, retain, properties } = publication;
        match self.client.try_publish(topic, to_wire(qos), retain, Vec::from(payload)) {
            Err(
                ClientError::TryRequest(Request::Publish(back))
                | ClientError::Request(Request::Publish(back)),
            ) => Err(Publication { topic: back.topic, payload: back.payload, qos, retain, properties }),
            _ => Ok(()),
        }
    }

    /// Hands over one SUBSCRIBE; false when there is no room.
    pub(super) fn subscribe(&self, filters: &[(TopicFilter, QoS)]) -> bool {
        let filters = filters
            .iter()
            .map(|(filter, qos)| SubscribeFilter::new(filter.as_str().to_owned(), to_wire(*qos)));
        self.client.try_subscribe_many(filters).is_ok()
    }

    /// Hands over one UNSUBSCRIBE; false when there is no room.
    pub(super) fn unsubscribe(&self, filter: &TopicFilter) -> bool {
        self.client.try_unsubscribe(filter.as_str()).is_ok()
    }

    /// Hands over DISCONNECT; false when there is no room.
    pub(super) fn disconnect(&self) -> bool {
        self.client.try_disconnect().is_ok()
    }
}

/// Size on the wire of a PUBLISH, fixed header included, in bytes.
pub(super) fn publish_size(topic: &str, payload: &Bytes) -> usize {
    // Fixed header of 5, length of the topic and packet id of 2 each.
    5 + 2 + topic.len() + 2 + payload.len()
}

fn options(target: &Target, address: SocketAddr, max_packet: usize) -> MqttOptions {
    // The library puts `host:port` together and resolves it: an IPv6 address needs its brackets and its zone.
    let host = match address {
        SocketAddr::V4(v4) => v4.ip().to_string(),
        SocketAddr::V6(v6) if v6.scope_id() != 0 => format!("[{}%{}]", v6.ip(), v6.scope_id()),
        SocketAddr::V6(v6) => format!("[{}]", v6.ip()),
    };
    let mut options = MqttOptions::new(target.client_id.as_str(), host, address.port());
    options.set_keep_alive(Duration::from_secs(u64::from(target.keep_alive)));
    options.set_max_packet_size(max_packet, MAX_PACKET);
    options.set_inflight(ID_RING);
    options.set_clean_session(target.clean_session || target.client_id.is_empty());
    if let Some(user) = &target.user {
        options.set_credentials(
            user.as_str(),
            target.password.as_ref().map(crate::model::Secret::expose).unwrap_or_default(),
        );
    }
    options
}

fn to_wire(qos: QoS) -> rumqttc::QoS {
    match qos {
        QoS::AtMostOnce => rumqttc::QoS::AtMostOnce,
        QoS::AtLeastOnce => rumqttc::QoS::AtLeastOnce,
        QoS::ExactlyOnce => rumqttc::QoS::ExactlyOnce,
    }
}

fn from_wire(qos: rumqttc::QoS) -> QoS {
    match qos {
        rumqttc::QoS::AtMostOnce => QoS::AtMostOnce,
        rumqttc::QoS::AtLeastOnce => QoS::AtLeastOnce,
        rumqttc::QoS::ExactlyOnce => QoS::ExactlyOnce,
    }
}

fn connecting_fault(error: &ConnectionError) -> Fault {
    match error {
        ConnectionError::NetworkTimeout | ConnectionError::FlushTimeout => Fault::NoConnack(None),
        ConnectionError::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => Fault::Refused,
        ConnectionError::Io(error) if error.kind() == io::ErrorKind::TimedOut => Fault::ConnectTimeout,
        ConnectionError::Io(error) => Fault::Unreachable(words(error)),
        ConnectionError::ConnectionRefused(code) => Fault::Connack(connack_code(*code)),
        ConnectionError::MqttState(StateError::Deserialization(CodecError::InvalidConnectReturnCode(
            code,
        ))) => Fault::Connack(*code),
        ConnectionError::MqttState(StateError::ConnectionAborted) => Fault::ClosedBeforeConnack,
        ConnectionError::MqttState(StateError::Deserialization(CodecError::Io(error))) if is_reset(error) => {
            Fault::ClosedBeforeConnack
        }
        // Read as MQTT, "HTTP" is a PUBACK of 84 bytes for packet id "TP".
        ConnectionError::NotConnAck(Packet::PubAck(ack)) if ack.pkid == u16::from_be_bytes(*b"TP") => {
            Fault::NotMqtt(Some("HTTP: this is a web server".into()))
        }
        ConnectionError::NotConnAck(packet) => Fault::NotMqtt(Some(format!("a {}", packet_name(packet)))),
        _ => Fault::NotMqtt(None),
    }
}

fn live_fault(error: &ConnectionError) -> Fault {
    match error {
        ConnectionError::MqttState(error) => match error {
            StateError::ConnectionAborted => Fault::Closed,
            StateError::Unsolicited(id) => Fault::Unsolicited(*id),
            StateError::AwaitPingResp | StateError::CollisionTimeout => Fault::Silent(Duration::ZERO),
            StateError::WrongPacket => Fault::Malformed(None, "a packet that only clients may send".into()),
            StateError::Io(error) => Fault::Broken(words(error)),
            StateError::Deserialization(error) => codec_fault(error),
            other => Fault::Malformed(None, other.to_string()),
        },
        ConnectionError::Io(error) => Fault::Broken(words(error)),
        ConnectionError::FlushTimeout | ConnectionError::NetworkTimeout => Fault::Stalled,
        other => Fault::Malformed(None, other.to_string()),
    }
}

fn codec_fault(error: &CodecError) -> Fault {
    match error {
        // The codec's word for a connection that ends inside a packet.
        CodecError::Io(error) if error.kind() == io::ErrorKind::Other => Fault::Closed,
        CodecError::Io(error) => Fault::Broken(words(error)),
        CodecError::TopicNotUtf8 => Fault::TopicNotUtf8,
        CodecError::PayloadSizeLimitExceeded(bytes) => Fault::TooLarge(*bytes),
        CodecError::InvalidQoS(_) | CodecError::PacketIdZero | CodecError::BoundaryCrossed(_) => {
            Fault::Malformed(Some("PUBLISH"), error.to_string())
        }
        CodecError::InvalidSubscribeReasonCode(code) => {
            Fault::Malformed(Some("SUBACK"), format!("return code {code:#04x} is not one of MQTT 3.1.1"))
        }
        CodecError::InvalidConnectReturnCode(_) => Fault::Malformed(Some("CONNACK"), error.to_string()),
        CodecError::InvalidPacketType(kind) => {
            Fault::Malformed(None, format!("packet type {kind} does not exist"))
        }
        other => Fault::Malformed(None, other.to_string()),
    }
}

fn is_reset(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe)
}

/// The system's words without the number behind them.
fn words(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or(&text).to_lowercase()
}

fn connack_code(code: ConnectReturnCode) -> u8 {
    match code {
        ConnectReturnCode::Success => 0,
        ConnectReturnCode::RefusedProtocolVersion => 1,
        ConnectReturnCode::BadClientId => 2,
        ConnectReturnCode::ServiceUnavailable => 3,
        ConnectReturnCode::BadUserNamePassword => 4,
        ConnectReturnCode::NotAuthorized => 5,
    }
}

fn packet_name(packet: &Packet) -> &'static str {
    match packet {
        Packet::Connect(_) => "CONNECT",
        Packet::ConnAck(_) => "CONNACK",
        Packet::Publish(_) => "PUBLISH",
        Packet::PubAck(_) => "PUBACK",
        Packet::PubRec(_) => "PUBREC",
        Packet::PubRel(_) => "PUBREL",
        Packet::PubComp(_) => "PUBCOMP",
        Packet::Subscribe(_) => "SUBSCRIBE",
        Packet::SubAck(_) => "SUBACK",
        Packet::Unsubscribe(_) => "UNSUBSCRIBE",
        Packet::UnsubAck(_) => "UNSUBACK",
        Packet::PingReq => "PINGREQ",
        Packet::PingResp => "PINGRESP",
        Packet::Disconnect => "DISCONNECT",
    }
}
