//! Retained messages in order of their topics, read page by page so that a new subscriber gets all of them at the pace of
//! its socket. The hub owns it.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use tokio::time::Instant;

use super::packet::Stored;
use crate::model::TopicFilter;

/// The last retained message of each topic.
#[derive(Debug, Default)]
pub(super) struct Retained {
    messages: BTreeMap<String, Arc<Stored>>,
    /// Topic and payload bytes of all of them.
    bytes: usize,
    /// Whether any was ever kept that expires.
    some_expire: bool,
}

/// Where reading goes on: after this topic.
pub(super) type Cursor = String;

impl Retained {
    pub(super) fn count(&self) -> usize {
        self.messages.len()
    }

    /// Topic and payload bytes of all of them.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Keeps the message for its topic; an empty payload deletes what was kept (MQTT 3.1.1, 3.3.1.3).
    pub(super) fn keep(&mut self, message: &Arc<Stored>) {
        let topic = &message.publication.topic;
        let before = if message.publication.payload.is_empty() {
            self.messages.remove(topic)
        } else {
            self.bytes += message.bytes();
            self.some_expire |= message.expires.is_some();
            if let Some(place) = self.messages.get_mut(topic) {
                Some(std::mem::replace(place, Arc::clone(message)))
            } else {
                self.messages.insert(topic.clone(), Arc::clone(message))
            }
        };
        self.bytes -= before.map_or(0, |message| message.bytes());
    }

    /// Forgets messages whose time is over.
    pub(super) fn expire(&mut self, now: Instant) {
        if self.some_expire {
            let bytes = &mut self.bytes;
            self.messages.retain(|_, message| {
                let expired = message.is_expired(now);
                *bytes -= if expired { message.bytes() } else { 0 };
                !expired
            });
            self.some_expire = self.messages.values().any(|message| message.expires.is_some());
        }
    }

    /// At most `limit` messages that match `filter`, after `cursor`; with where to go on, unless that was all.
    pub(super) fn page(
        &self,
        filter: &TopicFilter,
        cursor: Option<&Cursor>,
        limit: usize,
        now: Instant,
    ) -> (Vec<Arc<Stored>>, Option<Cursor>) {
        let pattern = filter.pattern();
        let Some(wildcard) = pattern.find(['+', '#']) else {
            let found = self.messages.get(pattern).filter(|message| !message.is_expired(now));
            return (found.into_iter().cloned().collect(), None);
        };
        // Without its last slash, because "a/#" also matches "a".
        let prefix = pattern[..wildcard].strip_suffix('/').unwrap_or("");
        let start = match cursor {
            Some(topic) => Bound::Excluded(topic.as_str()),
            None => Bound::Included(prefix),
        };
        let mut page = Vec::new();
        for (topic, message) in self.messages.range::<str, _>((start, Bound::Unbounded)) {
            if !topic.starts_with(prefix) {
                break;
            }
            if !message.is_expired(now) && filter.matches(topic) {
                page.push(Arc::clone(message));
                if page.len() == limit {
                    return (page, Some(topic.clone()));
                }
            }
        }
        (page, None)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::{Properties, Publication, QoS};

    fn message(topic: &str, payload: &str, expiry: Option<u32>) -> Arc<Stored> {
        let publication = Publication {
            topic: topic.to_owned(),
            payload: payload.to_owned().into(),
            qos: QoS::AtMostOnce,
            retain: true,
            properties: expiry.map(|seconds| {
                Box::new(Properties { message_expiry: Some(seconds), ..Properties::default() })
            }),
        };
        Arc::new(Stored::new(publication, Instant::now()))
    }

    fn all(retained: &Retained, filter: &str, limit: usize) -> Vec<String> {
        let filter = TopicFilter::parse(filter).unwrap();
        let (mut topics, mut cursor) = (Vec::new(), None);
        loop {
            let (page, next) = retained.page(&filter, cursor.as_ref(), limit, Instant::now());
            assert!(page.len() <= limit);
            topics.extend(page.iter().map(|message| message.publication.topic.clone()));
            if next.is_none() {
                return topics;
            }
            cursor = next;
        }
    }

    #[test]
    fn pages_hold_exactly_what_the_filter_matches() {
        let topics = ["a", "a!", "a/", "a/b", "a/b/c", "a/c", "ab", "b", "/", "$SYS/x", "a//c"];
        let mut retained = Retained::default();
        for topic in topics {
            retained.keep(&message(topic, "x", None));
        }
        for filter in
            ["#", "a/#", "a/+", "+/b", "+", "/#", "$SYS/#", "a/b", "a/+/c", "a/b/#", "x/#", "$share/g/a/#"]
        {
            let mut expected: Vec<_> =
                topics.iter().filter(|topic| TopicFilter::parse(filter).unwrap().matches(topic)).collect();
            expected.sort_unstable();
            for limit in [1, 3, 100] {
                assert_eq!(
                    all(&retained, filter, limit),
                    expected.iter().map(ToString::to_string).collect::<Vec<_>>()
                );
            }
        }
    }

    #[test]
    fn bytes_follow_replacement_deletion_and_expiry() {
        let mut retained = Retained::default();
        retained.keep(&message("a", "12345", None));
        retained.keep(&message("a", "1", None));
        retained.keep(&message("b", "22", Some(5)));
        assert_eq!((retained.count(), retained.bytes()), (2, 5));
        retained.expire(Instant::now() + Duration::from_secs(6));
        assert_eq!((retained.count(), retained.bytes()), (1, 2));
        retained.keep(&message("a", "", None));
        retained.keep(&message("never there", "", None));
        assert_eq!((retained.count(), retained.bytes()), (0, 0));
    }
}
