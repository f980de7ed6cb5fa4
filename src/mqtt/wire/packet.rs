//! What a broker can send, the same for both protocol versions. `decode` makes these; `connect` and `live` take them.

use crate::model::{Message, QoS, ServerLimits};
use crate::mqtt::explain::Stated;

/// A packet from the broker.
#[derive(Debug)]
pub(in crate::mqtt) enum Incoming {
    ConnAck(Box<ConnAck>),
    Publish(Delivery),
    /// A PUBLISH that cannot be taken, left out of the stream.
    Skipped(Skipped),
    PubAck(Ack),
    PubRec(Ack),
    PubRel(Ack),
    PubComp(Ack),
    SubAck(Answers),
    UnsubAck(Answers),
    PingResp,
    /// MQTT 5 only.
    Disconnect(Stated),
}

/// CONNACK.
#[derive(Debug, Default)]
pub(in crate::mqtt) struct ConnAck {
    pub session_present: bool,
    /// Return code (3.1.1) or reason code (5); 0 is success.
    pub code: u8,
    /// What else it says.
    pub limits: ServerLimits,
    /// It has the form of MQTT 3.1.1, without properties.
    pub bare: bool,
}

impl ConnAck {
    /// The code, and what was said along with it.
    pub(in crate::mqtt) fn stated(&self) -> Stated {
        let limits = &self.limits;
        Stated { code: self.code, text: limits.reason.clone(), server: limits.server_reference.clone() }
    }
}

/// PUBLISH.
#[derive(Debug)]
pub(in crate::mqtt) struct Delivery {
    pub message: Message,
    /// Packet id; 0 with QoS 0.
    pub id: u16,
}

/// Why a PUBLISH was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::mqtt) enum SkipReason {
    /// Larger than the packets we accept.
    TooLarge,
    /// Its topic is not UTF-8.
    TopicNotUtf8,
    /// One of its properties is not UTF-8.
    PropertyNotUtf8,
}

/// What is known of a PUBLISH that was left out.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::mqtt) struct Skipped {
    pub why: SkipReason,
    /// The topic, with U+FFFD for what is not UTF-8.
    pub topic: String,
    /// Bytes of the whole packet.
    pub size: usize,
    pub qos: QoS,
    /// Packet id; 0 with QoS 0.
    pub id: u16,
}

/// PUBACK, PUBREC, PUBREL or PUBCOMP.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::mqtt) struct Ack {
    pub id: u16,
    /// Always 0 with MQTT 3.1.1.
    pub reason: Stated,
}

/// SUBACK or UNSUBACK.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::mqtt) struct Answers {
    pub id: u16,
    /// A code for each filter; none in an UNSUBACK of MQTT 3.1.1.
    pub codes: Vec<u8>,
    /// A sentence of the broker.
    pub text: Option<String>,
}
