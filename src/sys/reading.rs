//! One value of a broker, with where and when it came from. Used by every part of the model.

use crate::model::Moment;

/// A value, the topic it was published on and when it arrived.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading<T> {
    /// The value, read from the payload.
    pub value: T,
    /// The topic.
    pub topic: String,
    /// When it last arrived. Not a sign of age: brokers re-send only what changed.
    pub at: Moment,
}

/// Puts a new value in place of the old one.
pub(super) fn put<T>(slot: &mut Option<Reading<T>>, value: T, topic: &str, at: Moment) {
    match slot {
        Some(reading) if reading.topic == topic => {
            reading.value = value;
            reading.at = at;
        }
        _ => *slot = Some(Reading { value, topic: topic.to_owned(), at }),
    }
}
