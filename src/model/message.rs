//! A message as it came from the broker, and a publication as the user wants it sent.

use std::fmt;

use bytes::Bytes;

use super::Moment;

/// Quality of service (MQTT 3.1.1, 4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum QoS {
    /// At most once.
    #[default]
    AtMostOnce = 0,
    /// At least once.
    AtLeastOnce = 1,
    /// Exactly once.
    ExactlyOnce = 2,
}

impl QoS {
    /// 0, 1 or 2; anything else is no QoS.
    pub fn from_level(level: u8) -> Option<Self> {
        match level {
            0 => Some(Self::AtMostOnce),
            1 => Some(Self::AtLeastOnce),
            2 => Some(Self::ExactlyOnce),
            _ => None,
        }
    }

    /// 0, 1 or 2.
    pub fn level(self) -> u8 {
        self as u8
    }
}

impl fmt::Display for QoS {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.level())
    }
}

/// A PUBLISH as received. Nothing in it is altered or checked: topic and payload may hold anything the wire can carry.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Topic name. Never shown without the sanitiser.
    pub topic: String,
    /// Payload bytes as sent. May share the client's read buffer: copy it out to keep it.
    pub payload: Bytes,
    /// QoS of this delivery (not of the original publish).
    pub qos: QoS,
    /// The RETAIN flag of this delivery: with 3.1.1 it says "this is a retained message, sent because you subscribed".
    pub retain: bool,
    /// The DUP flag: the broker sent this before and saw no acknowledgement.
    pub dup: bool,
    /// MQTT 5 properties, when there are any.
    pub properties: Option<Box<Properties>>,
    /// When it was read from the socket.
    pub received: Moment,
}

/// MQTT 5 properties of a PUBLISH (MQTT 5.0, 3.3.2.3). Empty with 3.1.1.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Properties {
    /// 1 = the payload is UTF-8 text.
    pub payload_format: Option<u8>,
    /// Seconds left when it was received.
    pub message_expiry: Option<u32>,
    /// MIME type, by convention.
    pub content_type: Option<String>,
    /// Where an answer is wanted.
    pub response_topic: Option<String>,
    /// Ties an answer to its request.
    pub correlation_data: Option<Bytes>,
    /// Ids of the subscriptions that matched.
    pub subscription_ids: Vec<u32>,
    /// Name and value pairs, in the order sent.
    pub user_properties: Vec<(String, String)>,
}

/// A PUBLISH to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Publication {
    /// Topic name, to be checked with [`super::check_topic`] before it is sent.
    pub topic: String,
    /// Payload bytes, sent as they are.
    pub payload: Bytes,
    /// QoS to send with.
    pub qos: QoS,
    /// Ask the broker to keep it; with an empty payload, ask it to delete what it kept.
    pub retain: bool,
    /// MQTT 5 properties.
    pub properties: Option<Box<Properties>>,
}
