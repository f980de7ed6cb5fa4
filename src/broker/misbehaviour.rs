//! What the broker can be told to do wrong, or to allow less of, so that tests can meet the brokers of this world. Off by
//! default. Connections and the hub look here; tests change it through `Broker::misbehave`.

use std::time::Duration;

use bytes::Bytes;

use super::packet::{Wanted, reason};
use crate::model::{Protocol, Publication, QoS, TopicFilter};

/// Faults to commit. The default commits none.
#[derive(Debug, Clone, Default)]
pub struct Misbehaviour {
    /// What a client gets for its CONNECT.
    pub connack: ConnackFault,
    /// Limits `connack` to clients of one protocol version; `None` hits all.
    pub connack_for: Option<Protocol>,
    /// Bytes sent right after a successful CONNACK; none when empty.
    pub after_connack: Bytes,
    /// What CONNACK tells MQTT 5 clients.
    pub announced: Announced,
    /// Filters, compared as text, whose SUBACK says failure.
    pub denied: Vec<String>,
    /// Messages to topics that one of these matches go nowhere. MQTT 5 clients are told with QoS 1 and 2, others cannot be.
    pub denied_publishes: Vec<TopicFilter>,
    /// Reason code of what is denied; `None` is 0x87 not authorized. A 3.1.1 client gets 0x80 for any.
    pub denial: Option<u8>,
    /// Filters for which no SUBACK is sent and nothing is delivered.
    pub ignored: Vec<String>,
    /// Filters that make the broker close the connection instead of answering.
    pub disconnect_on: Vec<String>,
    /// The highest QoS granted; MQTT 5 clients are told in CONNACK and disconnected (0x9B) when they publish above.
    pub max_qos: Option<QoS>,
    /// Drops a link, without a word, when it has sent this many packets after CONNECT; 0 drops links that are up, now.
    pub drop_after: Option<u64>,
}

impl Misbehaviour {
    /// Reason code to disconnect an MQTT 5 client with that publishes what CONNACK told it not to.
    pub(super) fn breach(&self, publication: &Publication) -> Option<u8> {
        if self.max_qos.is_some_and(|max| publication.qos > max) {
            Some(reason::QOS_NOT_SUPPORTED)
        } else if publication.retain && self.announced.retain_available == Some(false) {
            Some(reason::RETAIN_NOT_SUPPORTED)
        } else {
            None
        }
    }

    /// Reason code to refuse a message to `topic` with, if it is to be refused.
    pub(super) fn denies_publish(&self, topic: &str) -> Option<u8> {
        let is_denied = self.denied_publishes.iter().any(|filter| filter.matches(topic));
        is_denied.then(|| self.denial.unwrap_or(reason::NOT_AUTHORIZED))
    }

    /// Reason code to refuse a subscription with, if it is to be refused.
    pub(super) fn denies_subscribe(&self, wanted: &Wanted) -> Option<u8> {
        let is_denied = self.denied.contains(&wanted.filter);
        is_denied.then(|| self.denial.unwrap_or(reason::NOT_AUTHORIZED))
    }
}

/// What happens instead of a good CONNACK.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ConnackFault {
    /// Nothing: a good CONNACK.
    #[default]
    None,
    /// A CONNACK with this return or reason code, as it is, and the connection is closed. MQTT 5 clients get the texts of
    /// [`Announced`] with it.
    Refuse(u8),
    /// The same in the form of another version: a broker that knows only 3.1.1 answers MQTT 5 with its own return code 1.
    RefuseAs(Protocol, u8),
    /// A good CONNACK, this much later.
    Delay(Duration),
    /// No answer; the connection stays open.
    Never,
    /// The connection is closed without an answer.
    Close,
    /// These bytes instead of a CONNACK; the connection stays open.
    Bytes(Bytes),
}

/// What CONNACK tells MQTT 5 clients (MQTT 5.0, 3.2.2.3). The broker keeps them to it; `None` is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Announced {
    /// Seconds a session outlives its connection, whatever the client asked for.
    pub session_expiry: Option<u32>,
    /// QoS 1 and 2 messages taken before they are acknowledged. The broker acknowledges at once and never reaches it.
    pub receive_maximum: Option<u16>,
    /// Whether retained messages are taken; a client that sends one is disconnected (0x9A).
    pub retain_available: Option<bool>,
    /// Bytes in the largest packet taken; a client that sends a larger one is disconnected (0x95).
    pub maximum_packet_size: Option<u32>,
    /// The client id in force, also for a client that brought its own.
    pub assigned_client_id: Option<String>,
    /// Said to people.
    pub reason_string: Option<String>,
    /// Pairs of name and value, in order.
    pub user_properties: Vec<(String, String)>,
    /// Whether filters may have wildcards; others are refused (0xA2).
    pub wildcards_available: Option<bool>,
    /// Whether subscriptions may have identifiers; others are refused (0xA1).
    pub subscription_ids_available: Option<bool>,
    /// Whether subscriptions may be shared; others are refused (0x9E).
    pub shared_available: Option<bool>,
    /// Keep alive in seconds, instead of the one the client asked for.
    pub server_keep_alive: Option<u16>,
    /// Another broker to use, with the reason codes 0x9C and 0x9D.
    pub server_reference: Option<String>,
}

impl Announced {
    /// Reason code to refuse a subscription with that CONNACK said there would not be.
    pub(super) fn excludes(&self, wanted: &Wanted, id: Option<u32>) -> Option<u8> {
        let is_missing = |available: Option<bool>| available == Some(false);
        if is_missing(self.shared_available) && wanted.filter.starts_with("$share/") {
            Some(reason::SHARED_NOT_SUPPORTED)
        } else if is_missing(self.wildcards_available) && wanted.filter.contains(['+', '#']) {
            Some(reason::WILDCARDS_NOT_SUPPORTED)
        } else if is_missing(self.subscription_ids_available) && id.is_some() {
            Some(reason::SUBSCRIPTION_IDS_NOT_SUPPORTED)
        } else {
            None
        }
    }
}

/// A DISCONNECT from the broker (MQTT 5.0, 3.14). A client of 3.1.1 finds its connection closed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Farewell {
    /// Reason code.
    pub code: u8,
    /// Said to people.
    pub reason_string: Option<String>,
    /// Another broker to use, with the reason codes 0x9C and 0x9D.
    pub server_reference: Option<String>,
}

impl From<u8> for Farewell {
    fn from(code: u8) -> Self {
        Self { code, ..Self::default() }
    }
}
