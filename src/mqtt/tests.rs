//! Helpers for the tests of this room, and the session against scripted brokers.

use crate::model::{Protocol, Target, TopicFilter};

/// A target on loopback that subscribes to nothing.
pub(super) fn target(port: u16) -> Target {
    Target {
        host: "127.0.0.1".into(),
        port,
        user: None,
        password: None,
        client_id: "tester".into(),
        keep_alive: 30,
        clean_session: true,
        protocol: Protocol::V4,
        filters: Vec::new(),
        sys: false,
    }
}

/// A filter known to be valid.
pub(super) fn filter(text: &str) -> TopicFilter {
    TopicFilter::parse(text).unwrap()
}
