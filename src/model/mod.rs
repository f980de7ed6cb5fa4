//! Plain data that every room speaks: topics and filters, messages, time, the link to a broker and its troubles.
//! No I/O, no channels, no dependency on any other room.

mod address;
mod decoding;
mod doctor;
mod link;
mod message;
mod moment;
mod notice;
mod session;
mod target;
mod topic;
mod welcome;

pub use address::Address;
pub use decoding::{DecoderRule, Decoding, Element, Form, Scalar, SchemaName, Wrapping, rule_for};
pub use doctor::{DoctorLine, Verdict};
pub use link::{LinkState, Protocol, Trouble, TroubleKind};
pub use message::{Message, Properties, Publication, QoS};
pub use moment::{Clock, Moment};
pub use notice::{Notice, Severity};
pub use session::{
    ConnectionId, PublishId, PublishState, SessionEvent, SessionId, SessionRequest, SubscriptionState,
};
pub use target::{
    ProtocolChoice, Proxy, RetainHandling, Secret, Subscription, Target, TlsOptions, Transport,
    WebSocketOptions, Will, packet_size,
};
pub use topic::{FilterFault, MAX_TOPIC_BYTES, TopicFault, TopicFilter, check_topic};
pub use welcome::{CertificateFacts, ServerLimits, TlsFacts, Welcome};
