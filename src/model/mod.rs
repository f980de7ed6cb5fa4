//! Plain data that every room speaks: topics and filters, messages, time, the link to a broker and its troubles.
//! No I/O, no channels, no dependency on any other room.

mod link;
mod message;
mod moment;
mod notice;
mod session;
mod topic;

pub use link::{LinkState, Protocol, Trouble};
pub use message::{Message, Properties, Publication, QoS};
pub use moment::{Clock, Moment};
pub use notice::{Notice, Severity};
pub use session::{
    ConnectionId, PublishId, PublishState, SessionEvent, SessionRequest, SubscriptionState, Target,
};
pub use topic::{FilterFault, MAX_TOPIC_BYTES, TopicFault, TopicFilter, check_topic};
