//! What passes between a session task (`mqtt`) and the program (`app` through `runtime`), as plain data.

use std::time::Duration;

use super::{LinkState, Message, Protocol, Publication, QoS, Severity, TopicFilter};

/// Which connection an event or request belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionId(pub u32);

/// Names one publish from request to final state. Unique within the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PublishId(pub u64);

/// Where to connect and as whom.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    /// Host name or address; IPv6 without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// User name, if any.
    pub user: Option<String>,
    /// Password, if any. Never in `Debug`.
    pub password: Option<String>,
    /// Client id sent in CONNECT.
    pub client_id: String,
    /// Keep alive in seconds; 0 is off.
    pub keep_alive: u16,
    /// Clean session (3.1.1) or clean start (5).
    pub clean_session: bool,
    /// Protocol version to speak.
    pub protocol: Protocol,
    /// Filters to subscribe to on every connection, each with the QoS asked for.
    pub filters: Vec<(TopicFilter, QoS)>,
    /// Also subscribe to `$SYS/#`, in a SUBSCRIBE of its own.
    pub sys: bool,
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Target")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("user", &self.user)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

impl Target {
    /// Keep alive in seconds unless told otherwise.
    pub const KEEP_ALIVE: u16 = 30;

    /// A target as it is when only the place is named: nobody logs in, no filter but `$SYS/#` is asked for, MQTT 3.1.1, nothing is
    /// kept at the broker.
    pub fn new(host: impl Into<String>, port: u16, client_id: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            port,
            user: None,
            password: None,
            client_id: client_id.into(),
            keep_alive: Self::KEEP_ALIVE,
            clean_session: true,
            protocol: Protocol::V4,
            filters: Vec::new(),
            sys: true,
        }
    }

    /// `host:port`, with brackets around an IPv6 address. Holds no secrets.
    pub fn address(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

/// What the program asks of a session.
#[derive(Debug, Clone, PartialEq)]
pub enum SessionRequest {
    /// Send a message; its fate comes back as [`SessionEvent::Publish`] with the same id.
    Publish(PublishId, Publication),
    /// Subscribe now and on every later connection.
    Subscribe(TopicFilter, QoS),
    /// Unsubscribe now and do not subscribe again.
    Unsubscribe(TopicFilter),
    /// Send DISCONNECT and stay offline.
    Disconnect,
    /// Connect now, whatever the back-off says.
    Reconnect,
}

/// What a session tells the program.
#[derive(Debug, Clone, PartialEq)]
pub enum SessionEvent {
    /// The link changed state.
    Link(LinkState),
    /// A message arrived.
    Message(Message),
    /// A subscription changed state.
    Subscription(TopicFilter, SubscriptionState),
    /// A publish changed state.
    Publish(PublishId, PublishState),
    /// Something worth a line.
    Notice(Severity, String),
}

/// What became of a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubscriptionState {
    /// SUBSCRIBE sent (or waiting for a connection).
    Requested(QoS),
    /// SUBACK with success and the QoS the broker grants.
    Granted(QoS),
    /// SUBACK with a failure, or the broker dropped the link over it. The reason, in words.
    Refused(String),
    /// No SUBACK within 5 s.
    Unanswered,
    /// UNSUBACK received, or removed while offline.
    Removed,
}

/// What became of a publish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublishState {
    /// Waiting for the link or for room in the in-flight window.
    Queued,
    /// Written to the socket. The last state of a QoS 0 publish.
    Sent,
    /// PUBACK (QoS 1) or PUBCOMP (QoS 2) received this long after it was sent.
    Acknowledged(Duration),
    /// Refused before or by the broker, with the reason.
    Failed(String),
    /// The link broke before the acknowledgement: nobody can tell whether it arrived.
    Lost(String),
}

impl PublishState {
    /// Nothing more will come, for a publish with `qos`.
    pub fn is_final(&self, qos: QoS) -> bool {
        match self {
            Self::Queued => false,
            Self::Sent => qos == QoS::AtMostOnce,
            _ => true,
        }
    }
}
