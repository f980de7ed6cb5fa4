//! Control packets as the broker needs them, the same for both protocol versions. `decode` makes the inbound ones,
//! `encode` writes the outgoing ones, hub and sessions know nothing else of the wire.

use std::sync::Arc;

use bytes::Bytes;
use tokio::time::Instant;

use super::misbehaviour::{Announced, Farewell};
use crate::model::{Properties, Protocol, Publication, QoS, Secret};

/// Largest remaining length the wire can say (MQTT 3.1.1, 2.2.3).
pub(super) const MAX_REMAINING_LENGTH: usize = 268_435_455;

/// Bytes in the largest packet, its fixed header included.
pub(super) const MAX_PACKET: usize = MAX_REMAINING_LENGTH + 5;

/// Reason codes of MQTT 5.0, 2.4, as far as this broker sends them.
pub(super) mod reason {
    pub(in crate::broker) const SUCCESS: u8 = 0x00;
    pub(in crate::broker) const DISCONNECT_WITH_WILL: u8 = 0x04;
    pub(in crate::broker) const NO_MATCHING_SUBSCRIBERS: u8 = 0x10;
    pub(in crate::broker) const NO_SUBSCRIPTION_EXISTED: u8 = 0x11;
    pub(in crate::broker) const MALFORMED_PACKET: u8 = 0x81;
    pub(in crate::broker) const PROTOCOL_ERROR: u8 = 0x82;
    pub(in crate::broker) const BAD_USER_OR_PASSWORD: u8 = 0x86;
    pub(in crate::broker) const NOT_AUTHORIZED: u8 = 0x87;
    pub(in crate::broker) const SERVER_SHUTTING_DOWN: u8 = 0x8B;
    pub(in crate::broker) const BAD_AUTHENTICATION_METHOD: u8 = 0x8C;
    pub(in crate::broker) const KEEP_ALIVE_TIMEOUT: u8 = 0x8D;
    pub(in crate::broker) const SESSION_TAKEN_OVER: u8 = 0x8E;
    pub(in crate::broker) const TOPIC_FILTER_INVALID: u8 = 0x8F;
    pub(in crate::broker) const TOPIC_NAME_INVALID: u8 = 0x90;
    pub(in crate::broker) const PACKET_ID_NOT_FOUND: u8 = 0x92;
    pub(in crate::broker) const TOPIC_ALIAS_INVALID: u8 = 0x94;
    pub(in crate::broker) const PACKET_TOO_LARGE: u8 = 0x95;
    pub(in crate::broker) const RETAIN_NOT_SUPPORTED: u8 = 0x9A;
    pub(in crate::broker) const QOS_NOT_SUPPORTED: u8 = 0x9B;
    pub(in crate::broker) const SHARED_NOT_SUPPORTED: u8 = 0x9E;
    pub(in crate::broker) const SUBSCRIPTION_IDS_NOT_SUPPORTED: u8 = 0xA1;
    pub(in crate::broker) const WILDCARDS_NOT_SUPPORTED: u8 = 0xA2;
}

/// A CONNECT that was understood.
#[derive(Debug)]
pub(super) struct Connect {
    pub(super) protocol: Protocol,
    pub(super) client_id: String,
    /// Clean session (3.1.1) or clean start (5).
    pub(super) clean: bool,
    /// Seconds; 0 is off.
    pub(super) keep_alive: u16,
    /// Seconds a session outlives its connection; `u32::MAX` is for ever.
    pub(super) session_expiry: u32,
    /// QoS 1 and 2 messages the client takes before it acknowledges.
    pub(super) receive_maximum: u16,
    /// Bytes in the largest packet the client takes.
    pub(super) max_packet: usize,
    pub(super) will: Option<Will>,
    pub(super) user: Option<String>,
    pub(super) password: Option<Secret>,
}

impl Connect {
    /// A nameless client with a clean session and no wishes.
    pub(super) fn clean(protocol: Protocol) -> Self {
        Self {
            protocol,
            client_id: String::new(),
            clean: true,
            keep_alive: 0,
            session_expiry: 0,
            receive_maximum: u16::MAX,
            max_packet: MAX_PACKET,
            will: None,
            user: None,
            password: None,
        }
    }
}

/// A last will.
#[derive(Debug)]
pub(super) struct Will {
    pub(super) publication: Publication,
    /// Seconds between the end of the connection and the will.
    pub(super) delay: u32,
}

/// A packet from a connected client.
#[derive(Debug)]
pub(super) enum Inbound {
    Publish { publication: Publication, pkid: u16 },
    PubAck { pkid: u16 },
    PubRec { pkid: u16, refused: bool },
    PubRel { pkid: u16 },
    PubComp { pkid: u16 },
    Subscribe { pkid: u16, id: Option<u32>, filters: Vec<Wanted> },
    Unsubscribe { pkid: u16, filters: Vec<String> },
    Ping,
    Disconnect { reason: u8, session_expiry: Option<u32> },
}

impl Inbound {
    /// Whether the hub answers it with exactly one packet.
    pub(super) fn is_answered(&self) -> bool {
        match self {
            Self::Publish { publication, .. } => publication.qos > QoS::AtMostOnce,
            Self::PubRec { refused, .. } => !refused,
            Self::PubRel { .. } | Self::Subscribe { .. } | Self::Unsubscribe { .. } | Self::Ping => true,
            Self::PubAck { .. } | Self::PubComp { .. } | Self::Disconnect { .. } => false,
        }
    }
}

/// One filter of a SUBSCRIBE, not checked yet, with its options (MQTT 5.0, 3.8.3.1).
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) filter: String,
    pub(super) qos: QoS,
    pub(super) no_local: bool,
    pub(super) retain_as_published: bool,
    pub(super) retain_handling: RetainHandling,
}

/// When a subscription is sent the retained messages that match it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RetainHandling {
    Always,
    WhenNew,
    Never,
}

/// A packet to a client.
#[derive(Debug)]
pub(super) enum Outgoing {
    ConnAck {
        session_present: bool,
        max_qos: Option<QoS>,
        announced: Box<Announced>,
    },
    Publish(Delivery),
    PubAck {
        pkid: u16,
        reason: u8,
    },
    PubRec {
        pkid: u16,
        reason: u8,
    },
    PubRel {
        pkid: u16,
        reason: u8,
    },
    PubComp {
        pkid: u16,
        reason: u8,
    },
    SubAck {
        pkid: u16,
        codes: Vec<u8>,
    },
    UnsubAck {
        pkid: u16,
        codes: Vec<u8>,
    },
    Pong,
    /// Nothing with 3.1.1, which has no DISCONNECT from the server.
    Disconnect(Box<Farewell>),
    /// Bytes as they are. Stands for an answer that misbehaviour swallowed, when empty.
    Raw(Bytes),
}

impl Outgoing {
    /// Whether it answers something the client sent.
    pub(super) fn is_answer(&self) -> bool {
        !matches!(self, Self::ConnAck { .. } | Self::Publish(_) | Self::Disconnect(_))
    }
}

/// A message the broker holds. Shared by everyone it is for.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) publication: Publication,
    /// When it is not worth delivering any more (MQTT 5.0, 3.3.2.3.3).
    pub(super) expires: Option<Instant>,
}

impl Stored {
    pub(super) fn new(publication: Publication, now: Instant) -> Self {
        let seconds = publication.properties.as_ref().and_then(|properties| properties.message_expiry);
        let expires = seconds.map(|seconds| now + std::time::Duration::from_secs(seconds.into()));
        Self { publication, expires }
    }

    pub(super) fn is_expired(&self, now: Instant) -> bool {
        self.expires.is_some_and(|at| at <= now)
    }

    /// Topic and payload bytes.
    pub(super) fn bytes(&self) -> usize {
        self.publication.topic.len() + self.publication.payload.len()
    }
}

/// A message on its way to one client.
#[derive(Debug, Clone)]
pub(super) struct Delivery {
    pub(super) message: Arc<Stored>,
    pub(super) qos: QoS,
    pub(super) retain: bool,
    pub(super) dup: bool,
    /// 0 with QoS 0 and before it is sent.
    pub(super) pkid: u16,
    /// Identifiers of the subscriptions it matched (MQTT 5.0, 3.3.2.3.8).
    pub(super) subscription_ids: Vec<u32>,
    /// Sent because of a new subscription: exempt from the queue bound.
    pub(super) replayed: bool,
}

impl Delivery {
    /// Seconds the message is still worth something.
    pub(super) fn expiry_left(&self, now: Instant) -> Option<u32> {
        let left = self.message.expires?.saturating_duration_since(now);
        // Rounded up: a message that is delivered has not expired.
        Some(u32::try_from(left.as_millis().div_ceil(1000)).unwrap_or(u32::MAX))
    }

    /// The message's properties as this client is to see them.
    pub(super) fn properties(&self, now: Instant) -> Option<Box<Properties>> {
        let mut properties = self.message.publication.properties.clone();
        if !self.subscription_ids.is_empty() {
            properties.get_or_insert_default().subscription_ids.clone_from(&self.subscription_ids);
        }
        if let Some(properties) = &mut properties {
            properties.message_expiry = self.expiry_left(now);
        }
        properties
    }

    /// Bytes its PUBLISH cannot exceed on the wire.
    pub(super) fn wire_bound(&self) -> usize {
        let properties = self.message.publication.properties.as_ref().map_or(0, |properties| {
            let text = |text: &Option<String>| text.as_ref().map_or(0, |text| 3 + text.len());
            let data = properties.correlation_data.as_ref().map_or(0, |data| 3 + data.len());
            let pairs: usize =
                properties.user_properties.iter().map(|(key, value)| 5 + key.len() + value.len()).sum();
            7 + text(&properties.content_type) + text(&properties.response_topic) + data + pairs
        });
        // Fixed header 5, topic length 2, packet id 2, property length 4.
        13 + self.message.bytes() + properties + 5 * self.subscription_ids.len()
    }
}
