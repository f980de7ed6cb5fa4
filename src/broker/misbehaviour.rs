//! What the broker can be told to do wrong, so that tests can meet the brokers of this world. Off by default.
//! Connections and the hub look here; tests change it through `Broker::misbehave`.

use std::time::Duration;

use bytes::Bytes;

use crate::model::{Protocol, QoS};

/// Faults to commit. The default commits none.
#[derive(Debug, Clone, Default)]
pub struct Misbehaviour {
    /// What a client gets for its CONNECT.
    pub connack: ConnackFault,
    /// Limits `connack` to clients of one protocol version; `None` hits all.
    pub connack_for: Option<Protocol>,
    /// Bytes sent right after a successful CONNACK; none when empty.
    pub after_connack: Bytes,
    /// Filters, compared as text, whose SUBACK says failure (0x80, with MQTT 5: 0x87 not authorized).
    pub denied: Vec<String>,
    /// Filters for which no SUBACK is sent and nothing is delivered.
    pub ignored: Vec<String>,
    /// Filters that make the broker close the connection instead of answering.
    pub disconnect_on: Vec<String>,
    /// The highest QoS granted; MQTT 5 clients are told in CONNACK and disconnected (0x9B) when they publish above.
    pub max_qos: Option<QoS>,
    /// Drops a link, without a word, when it has sent this many packets after CONNECT; 0 drops links that are up, now.
    pub drop_after: Option<u64>,
}

/// What happens instead of a good CONNACK.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ConnackFault {
    /// Nothing: a good CONNACK.
    #[default]
    None,
    /// A CONNACK with this return or reason code, as it is, and the connection is closed.
    Refuse(u8),
    /// A good CONNACK, this much later.
    Delay(Duration),
    /// No answer; the connection stays open.
    Never,
    /// The connection is closed without an answer.
    Close,
    /// These bytes instead of a CONNACK; the connection stays open.
    Bytes(Bytes),
}
