//! What a broker tells of itself under `$SYS`, as one model whatever the broker: the Broker screen shows it. `app` hands in
//! every `$SYS` message as it arrives. Brokers re-send only what changed, so a value is never stale for being old; a counter
//! that was not re-sent in an interval stood still.

mod counter;
mod mosquitto;
mod reading;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::model::Moment;
use crate::payload::{Style, preview, preview_kind};

pub use counter::{Counter, HISTORY};
pub use reading::Reading;
use reading::put;

/// Topics without a place in the model that are kept.
pub const MAX_OTHERS: usize = 1000;
/// Longer topics are not kept among the others.
const MAX_OTHER_TOPIC: usize = 512;
/// Columns kept of an other topic's value.
const OTHER_COLUMNS: usize = 120;

/// Whose `$SYS` it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Family {
    /// Nothing tells yet.
    #[default]
    Unknown,
    /// Eclipse Mosquitto.
    Mosquitto,
    /// The test broker in this program, which uses Mosquitto's names.
    Bundled,
    /// Some other broker: what has Mosquitto's names is in the model, the rest among the others.
    Generic,
}

impl Family {
    /// Its name on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Mosquitto => "mosquitto",
            Self::Bundled => "mqtt-tui broker",
            Self::Generic => "other",
        }
    }
}

/// How many clients.
#[derive(Debug, Clone, Default)]
pub struct Clients {
    /// Connected now.
    pub connected: Option<Reading<u64>>,
    /// Connected, and disconnected with a session kept.
    pub total: Option<Reading<u64>>,
    /// Most connected at once since the broker started.
    pub maximum: Option<Reading<u64>>,
    /// Disconnected with a session kept.
    pub disconnected: Option<Reading<u64>>,
    /// Sessions removed because they expired.
    pub expired: Option<Reading<u64>>,
}

/// Both directions as the broker sees them, and what it dropped.
#[derive(Debug, Clone, Default)]
pub struct Traffic {
    /// From clients.
    pub received: Counter,
    /// To clients.
    pub sent: Counter,
    /// Not delivered because of queue or in-flight limits. Counted for PUBLISH packets only.
    pub dropped: Counter,
}

/// An amount now and at most.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    /// Bytes in use.
    pub current: Option<Reading<u64>>,
    /// Most bytes in use since the broker started.
    pub maximum: Option<Reading<u64>>,
}

/// Messages the broker keeps: retained, and queued for clients.
#[derive(Debug, Clone, Default)]
pub struct Stored {
    /// How many.
    pub count: Option<Reading<u64>>,
    /// Bytes of their payloads.
    pub bytes: Option<Reading<u64>>,
}

/// Moving averages over 1, 5 and 15 minutes of events per minute.
pub type Averages = [Option<Reading<f64>>; 3];

/// Moving averages by what is counted.
#[derive(Debug, Clone, Default)]
pub struct Load {
    /// MQTT packets received.
    pub messages_received: Averages,
    /// MQTT packets sent.
    pub messages_sent: Averages,
    /// PUBLISH packets received.
    pub publish_received: Averages,
    /// PUBLISH packets sent.
    pub publish_sent: Averages,
    /// PUBLISH packets dropped.
    pub publish_dropped: Averages,
    /// Bytes received.
    pub bytes_received: Averages,
    /// Bytes sent.
    pub bytes_sent: Averages,
    /// Sockets opened.
    pub sockets: Averages,
    /// CONNECT packets.
    pub connections: Averages,
}

/// The last value of a topic without a place in the model.
#[derive(Debug, Clone, PartialEq)]
pub struct Other {
    /// One line, sanitised, ending with an ellipsis when the payload is longer.
    pub text: String,
    /// When it arrived.
    pub at: Moment,
}

/// Everything known of a broker from its `$SYS`. Each value names the topic it came from.
#[derive(Debug, Clone, Default)]
pub struct SysModel {
    /// Whose `$SYS` it is.
    pub family: Family,
    /// As the broker writes it. Never shown without the sanitiser.
    pub version: Option<Reading<String>>,
    /// Time since the broker started, as of the reading; see [`SysModel::uptime_at`].
    pub uptime: Option<Reading<Duration>>,
    /// Clients.
    pub clients: Clients,
    /// Subscriptions of all clients.
    pub subscriptions: Option<Reading<u64>>,
    /// Shared subscriptions of all clients.
    pub shared_subscriptions: Option<Reading<u64>>,
    /// Retained messages, `$SYS` included.
    pub retained: Option<Reading<u64>>,
    /// Messages kept.
    pub stored: Stored,
    /// MQTT packets of every type.
    pub messages: Traffic,
    /// Bytes on the wire.
    pub bytes: Traffic,
    /// PUBLISH packets.
    pub publish: Traffic,
    /// Payload bytes of PUBLISH packets.
    pub publish_bytes: Traffic,
    /// Moving averages.
    pub load: Load,
    /// Heap memory.
    pub heap: Memory,
    /// Values that could not be read and were ignored.
    pub rejected: u64,
    /// Messages on topics that are not kept for want of room.
    pub unlisted: u64,
    others: BTreeMap<String, Other>,
    /// Length of the interval the newest counters belong to; `None` before the second.
    interval: Option<Duration>,
    ticks: u64,
    seen: bool,
}

impl SysModel {
    /// Takes in one message. Topics outside `$SYS/` and empty payloads (a retained value deleted) change nothing.
    pub fn update(&mut self, topic: &str, payload: &[u8], at: Moment) {
        if payload.is_empty() || !topic.starts_with("$SYS/") {
            return;
        }
        self.seen = true;
        let Some(slot) = mosquitto::slot(self, topic) else {
            self.keep_other(topic, payload, at);
            return;
        };
        if !slot.fill(topic, payload, at) {
            self.rejected += 1;
        }
    }

    /// Time since the broker started, as of `now`.
    pub fn uptime_at(&self, now: Moment) -> Option<Duration> {
        let uptime = self.uptime.as_ref()?;
        Some(uptime.value.saturating_add(now.since(uptime.at)))
    }

    /// Seconds between the broker's last two publications of `$SYS`.
    pub fn interval(&self) -> Option<Duration> {
        self.interval
    }

    /// Topics without a place in the model, by name, with the last value of each. At most [`MAX_OTHERS`]. The topics are
    /// never to be shown without the sanitiser.
    pub fn others(&self) -> impl ExactSizeIterator<Item = (&str, &Other)> {
        self.others.iter().map(|(topic, other)| (topic.as_str(), other))
    }

    /// Whether the broker has published anything.
    pub fn is_empty(&self) -> bool {
        !self.seen
    }

    fn keep_other(&mut self, topic: &str, payload: &[u8], at: Moment) {
        if self.family == Family::Unknown && !topic.starts_with(mosquitto::ROOT) {
            self.family = Family::Generic;
        }
        let text = preview(payload, preview_kind(payload), OTHER_COLUMNS, Style::LINE);
        if let Some(other) = self.others.get_mut(topic) {
            *other = Other { text, at };
        } else if self.others.len() < MAX_OTHERS && topic.len() <= MAX_OTHER_TOPIC {
            self.others.insert(topic.to_owned(), Other { text, at });
        } else {
            self.unlisted += 1;
        }
    }

    fn set_version(&mut self, version: String, topic: &str, at: Moment) {
        self.family = match &version {
            text if text.starts_with("mosquitto version") => Family::Mosquitto,
            text if text.starts_with("mqtt-tui broker") => Family::Bundled,
            _ => Family::Generic,
        };
        put(&mut self.version, version, topic, at);
    }

    /// The uptime is the one value that changes in every interval: the tick by which rates are measured.
    fn set_uptime(&mut self, uptime: Duration, topic: &str, at: Moment) {
        let before = self.uptime.as_ref().map(|reading| (reading.value, reading.at));
        match before {
            // The retained value once more, after a reconnect.
            Some((value, _)) if value == uptime => return,
            Some((value, _)) if value > uptime => {
                self.ticks = 0;
                self.interval = None;
            }
            Some((value, seen)) => {
                self.ticks += 1;
                self.interval = Some(interval(uptime.saturating_sub(value), at.since(seen), self.ticks == 1));
            }
            None => {}
        }
        put(&mut self.uptime, uptime, topic, at);
        let interval = self.interval;
        self.counters().into_iter().for_each(|counter| counter.begin_interval(interval, at));
    }

    fn counters(&mut self) -> [&mut Counter; 9] {
        let Self { messages, bytes, publish, publish_bytes, .. } = self;
        [
            &mut messages.received,
            &mut messages.sent,
            &mut bytes.received,
            &mut bytes.sent,
            &mut publish.received,
            &mut publish.sent,
            &mut publish.dropped,
            &mut publish_bytes.received,
            &mut publish_bytes.sent,
        ]
    }
}

/// Length of an interval. Arrival times are exact, the broker's uptime is in whole seconds; but the first value is a
/// retained one, from some time before it arrived, and after a reconnect there is a gap: there the uptime is right.
fn interval(by_uptime: Duration, by_arrival: Duration, first: bool) -> Duration {
    if first || by_uptime.abs_diff(by_arrival) > Duration::from_millis(1500) { by_uptime } else { by_arrival }
}

#[cfg(test)]
mod tests;
