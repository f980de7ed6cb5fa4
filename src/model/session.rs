//! What passes between a session task (`mqtt`) and the program (`app` through `runtime`), as plain data.

use std::time::Duration;

use super::{LinkState, Message, Publication, QoS, Severity, Subscription, TopicFilter};

/// Which connection an event or request belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionId(pub u32);

/// Which session of a connection: each time the connection is begun it gets another one. What an earlier one still says is not about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId {
    /// The connection.
    pub connection: ConnectionId,
    /// How often the connection was begun, this time included.
    pub start: u32,
}

/// Names one publish from request to final state. Unique within the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PublishId(pub u64);

/// What the program asks of a session.
#[derive(Debug, Clone, PartialEq)]
pub enum SessionRequest {
    /// Send a message; its fate comes back as [`SessionEvent::Publish`] with the same id.
    Publish(PublishId, Publication),
    /// Subscribe now and on every later connection; a filter that is subscribed to already gets the new options.
    Subscribe(Subscription),
    /// Unsubscribe now and do not subscribe again.
    Unsubscribe(TopicFilter),
    /// Send DISCONNECT and stay offline.
    Disconnect,
    /// Connect now, whatever the back-off says.
    Reconnect,
    /// Withdraw a publish that still waits to be sent; its fate is [`PublishState::Failed`].
    Withdraw(PublishId),
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
