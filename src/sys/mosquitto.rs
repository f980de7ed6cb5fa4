//! Where each of mosquitto's `$SYS/broker/…` topics belongs in the model (mosquitto(8), "Broker Status"), and how its
//! values are written: whole numbers, averages with two decimals, `123 seconds`. The bundled broker writes the same.

use std::time::Duration;

use crate::model::Moment;

use super::reading::{Reading, put};
use super::{Averages, Counter, SysModel};

/// What every topic here starts with.
pub(super) const ROOT: &str = "$SYS/broker/";

/// A place in the model.
pub(super) enum Slot<'m> {
    /// `mosquitto version 2.0.11`.
    Version(&'m mut SysModel),
    /// `123 seconds`.
    Uptime(&'m mut SysModel),
    /// A number that goes up and down.
    Gauge(&'m mut Option<Reading<u64>>),
    /// A number that only grows.
    Counter(&'m mut Counter),
    /// A moving average.
    Average(&'m mut Option<Reading<f64>>),
    /// An older name for something that is also published under its own.
    Alias,
}

/// The place of `topic` in `model`, if it has one.
pub(super) fn slot<'m>(model: &'m mut SysModel, topic: &str) -> Option<Slot<'m>> {
    let name = topic.strip_prefix(ROOT)?;
    if let Some(load) = name.strip_prefix("load/") {
        return average(model, load).map(Slot::Average);
    }
    Some(match name {
        "version" => Slot::Version(model),
        "uptime" => Slot::Uptime(model),
        "clients/connected" => Slot::Gauge(&mut model.clients.connected),
        "clients/total" => Slot::Gauge(&mut model.clients.total),
        "clients/maximum" => Slot::Gauge(&mut model.clients.maximum),
        "clients/disconnected" => Slot::Gauge(&mut model.clients.disconnected),
        "clients/expired" => Slot::Gauge(&mut model.clients.expired),
        "subscriptions/count" => Slot::Gauge(&mut model.subscriptions),
        "shared_subscriptions/count" => Slot::Gauge(&mut model.shared_subscriptions),
        "retained messages/count" => Slot::Gauge(&mut model.retained),
        "store/messages/count" => Slot::Gauge(&mut model.stored.count),
        "store/messages/bytes" => Slot::Gauge(&mut model.stored.bytes),
        "heap/current" => Slot::Gauge(&mut model.heap.current),
        "heap/maximum" => Slot::Gauge(&mut model.heap.maximum),
        "messages/received" => Slot::Counter(&mut model.messages.received),
        "messages/sent" => Slot::Counter(&mut model.messages.sent),
        "bytes/received" => Slot::Counter(&mut model.bytes.received),
        "bytes/sent" => Slot::Counter(&mut model.bytes.sent),
        "publish/messages/received" => Slot::Counter(&mut model.publish.received),
        "publish/messages/sent" => Slot::Counter(&mut model.publish.sent),
        "publish/messages/dropped" => Slot::Counter(&mut model.publish.dropped),
        "publish/bytes/received" => Slot::Counter(&mut model.publish_bytes.received),
        "publish/bytes/sent" => Slot::Counter(&mut model.publish_bytes.sent),
        "clients/active" | "clients/inactive" | "messages/stored" => Slot::Alias,
        _ => return None,
    })
}

fn average<'m>(model: &'m mut SysModel, name: &str) -> Option<&'m mut Option<Reading<f64>>> {
    let (what, span) = name.rsplit_once('/')?;
    let load = &mut model.load;
    let averages: &mut Averages = match what {
        "messages/received" => &mut load.messages_received,
        "messages/sent" => &mut load.messages_sent,
        "publish/received" => &mut load.publish_received,
        "publish/sent" => &mut load.publish_sent,
        "publish/dropped" => &mut load.publish_dropped,
        "bytes/received" => &mut load.bytes_received,
        "bytes/sent" => &mut load.bytes_sent,
        "sockets" => &mut load.sockets,
        "connections" => &mut load.connections,
        _ => return None,
    };
    match span {
        "1min" => averages.get_mut(0),
        "5min" => averages.get_mut(1),
        "15min" => averages.get_mut(2),
        _ => None,
    }
}

impl Slot<'_> {
    /// Reads `payload` into the place; `false` if it is not what belongs there.
    pub(super) fn fill(self, topic: &str, payload: &[u8], at: Moment) -> bool {
        let Some(text) = short_text(payload) else { return false };
        match self {
            Self::Version(model) => {
                model.set_version(text.to_owned(), topic, at);
                true
            }
            Self::Uptime(model) => {
                let seconds = text.strip_suffix(" seconds").unwrap_or(text);
                seconds.parse().map(|s| model.set_uptime(Duration::from_secs(s), topic, at)).is_ok()
            }
            Self::Gauge(slot) => text.parse().map(|value| put(slot, value, topic, at)).is_ok(),
            Self::Counter(counter) => text.parse().map(|total| counter.set(total, topic, at)).is_ok(),
            Self::Average(slot) => match text.parse::<f64>() {
                Ok(value) if value.is_finite() && value >= 0.0 => {
                    put(slot, value, topic, at);
                    true
                }
                _ => false,
            },
            Self::Alias => true,
        }
    }
}

/// The payload as text, if it is short enough for a value.
fn short_text(payload: &[u8]) -> Option<&str> {
    if payload.len() > 256 {
        return None;
    }
    std::str::from_utf8(payload).ok().map(str::trim_ascii)
}
