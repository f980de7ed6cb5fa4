//! `$SYS/broker/…` with mosquitto's names, formats and averages, and the counters behind it. The hub asks at every
//! interval which values changed and publishes those.

use hashbrown::HashMap;
use tokio::time::Instant;

use super::packet::Outgoing;
use crate::model::Publication;

/// Totals since the broker started.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Counters {
    pub(super) packets_received: u64,
    pub(super) packets_sent: u64,
    pub(super) subscribes_received: u64,
    pub(super) publishes_received: u64,
    pub(super) publishes_sent: u64,
    pub(super) publishes_dropped: u64,
    pub(super) payload_bytes_received: u64,
    pub(super) payload_bytes_sent: u64,
    pub(super) bytes_received: u64,
    pub(super) bytes_sent: u64,
    /// Sockets accepted.
    pub(super) sockets: u64,
    /// CONNECTs accepted.
    pub(super) connections: u64,
    pub(super) clients_maximum: usize,
    pub(super) clients_expired: u64,
}

impl Counters {
    pub(super) fn count_received(&mut self, publication: &Publication) {
        self.publishes_received += 1;
        self.payload_bytes_received += publication.payload.len() as u64;
    }

    /// Counts what a publish of an in-process client would have been on a socket: the fleet of the demo is traffic like any other.
    pub(super) fn count_local(&mut self, publication: &Publication) {
        const FIXED_HEADER_AND_LENGTHS: usize = 5;
        let bytes = FIXED_HEADER_AND_LENGTHS + publication.topic.len() + publication.payload.len();
        self.packets_received += 1;
        self.bytes_received += bytes as u64;
    }

    pub(super) fn count_sent(&mut self, batch: &[Outgoing]) {
        self.packets_sent += batch.len() as u64;
        for packet in batch {
            if let Outgoing::Publish(delivery) = packet {
                self.publishes_sent += 1;
                self.payload_bytes_sent += delivery.message.publication.payload.len() as u64;
            }
        }
    }
}

/// Everything `$SYS` tells, at one moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Snapshot {
    pub(super) clients_total: usize,
    pub(super) clients_connected: usize,
    /// Messages retained, queued and in flight; one that waits for two clients counts twice.
    pub(super) held: usize,
    /// Topic and payload bytes of those.
    pub(super) held_bytes: usize,
    pub(super) subscriptions: usize,
    pub(super) shared_subscriptions: usize,
    /// `$SYS` included, as with mosquitto.
    pub(super) retained: usize,
    pub(super) counters: Counters,
}

/// A per-minute rate averaged over 1, 5 and 15 minutes.
#[derive(Debug, Default)]
struct Load {
    last: u64,
    averages: [f64; 3],
}

const LOAD_MINUTES: [u32; 3] = [1, 5, 15];

impl Load {
    /// Takes in the total reached `seconds` after the last one.
    fn update(&mut self, total: u64, seconds: f64) {
        if seconds > 0.0 {
            let rate = (total - self.last) as f64 * 60.0 / seconds;
            for (average, minutes) in self.averages.iter_mut().zip(LOAD_MINUTES) {
                let weight = (-seconds / f64::from(60 * minutes)).exp();
                *average = rate + weight * (*average - rate);
            }
        }
        self.last = total;
    }
}

/// What was published last, to find what changed.
#[derive(Debug)]
pub(super) struct SysTree {
    started: Instant,
    updated: Instant,
    published: HashMap<String, String>,
    loads: [Load; 9],
}

impl SysTree {
    pub(super) fn new(now: Instant) -> Self {
        Self { started: now, updated: now, published: HashMap::new(), loads: Default::default() }
    }

    /// Topics and values that differ from what was published last, all of them the first time.
    pub(super) fn changes(&mut self, snapshot: &Snapshot, now: Instant) -> Vec<(String, String)> {
        let mut values = totals(snapshot);
        values.push(("version", format!("mqtt-tui broker {}", env!("CARGO_PKG_VERSION"))));
        values.push(("uptime", format!("{} seconds", now.duration_since(self.started).as_secs())));
        let mut values: Vec<_> = values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        values.extend(self.averages(&snapshot.counters, now));
        values
            .into_iter()
            .map(|(name, value)| (format!("$SYS/broker/{name}"), value))
            .filter(|(topic, value)| self.published.get(topic) != Some(value))
            .collect::<Vec<_>>()
            .into_iter()
            .inspect(|(topic, value)| {
                self.published.insert(topic.clone(), value.clone());
            })
            .collect()
    }

    fn averages(&mut self, counters: &Counters, now: Instant) -> Vec<(String, String)> {
        let seconds = now.duration_since(self.updated).as_secs_f64();
        self.updated = now;
        let totals = [
            ("messages/received", counters.packets_received),
            ("messages/sent", counters.packets_sent),
            ("publish/dropped", counters.publishes_dropped),
            ("publish/received", counters.publishes_received),
            ("publish/sent", counters.publishes_sent),
            ("bytes/received", counters.bytes_received),
            ("bytes/sent", counters.bytes_sent),
            ("sockets", counters.sockets),
            ("connections", counters.connections),
        ];
        let mut values = Vec::with_capacity(totals.len() * LOAD_MINUTES.len());
        for (load, (name, total)) in self.loads.iter_mut().zip(totals) {
            load.update(total, seconds);
            for (average, minutes) in load.averages.iter().zip(LOAD_MINUTES) {
                values.push((format!("load/{name}/{minutes}min"), format!("{average:.2}")));
            }
        }
        values
    }
}

fn totals(snapshot: &Snapshot) -> Vec<(&'static str, String)> {
    let counters = &snapshot.counters;
    let disconnected = snapshot.clients_total - snapshot.clients_connected;
    vec![
        ("clients/total", snapshot.clients_total.to_string()),
        ("clients/maximum", counters.clients_maximum.to_string()),
        ("clients/active", snapshot.clients_connected.to_string()),
        ("clients/connected", snapshot.clients_connected.to_string()),
        ("clients/inactive", disconnected.to_string()),
        ("clients/disconnected", disconnected.to_string()),
        ("clients/expired", counters.clients_expired.to_string()),
        ("messages/stored", snapshot.held.to_string()),
        ("messages/received", counters.packets_received.to_string()),
        ("messages/sent", counters.packets_sent.to_string()),
        ("store/messages/count", snapshot.held.to_string()),
        ("store/messages/bytes", snapshot.held_bytes.to_string()),
        ("subscriptions/count", snapshot.subscriptions.to_string()),
        ("shared_subscriptions/count", snapshot.shared_subscriptions.to_string()),
        ("retained messages/count", snapshot.retained.to_string()),
        ("bytes/received", counters.bytes_received.to_string()),
        ("bytes/sent", counters.bytes_sent.to_string()),
        ("publish/bytes/received", counters.payload_bytes_received.to_string()),
        ("publish/bytes/sent", counters.payload_bytes_sent.to_string()),
        ("publish/messages/dropped", counters.publishes_dropped.to_string()),
        ("publish/messages/received", counters.publishes_received.to_string()),
        ("publish/messages/sent", counters.publishes_sent.to_string()),
    ]
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn snapshot(packets_received: u64) -> Snapshot {
        Snapshot {
            clients_total: 3,
            clients_connected: 1,
            held: 0,
            held_bytes: 0,
            subscriptions: 0,
            shared_subscriptions: 0,
            retained: 0,
            counters: Counters { packets_received, ..Counters::default() },
        }
    }

    #[test]
    fn only_changed_values_are_published_again() {
        let start = Instant::now();
        let mut tree = SysTree::new(start);
        let first: HashMap<_, _> = tree.changes(&snapshot(0), start).into_iter().collect();
        assert_eq!(first["$SYS/broker/uptime"], "0 seconds");
        assert_eq!(first["$SYS/broker/clients/disconnected"], "2");
        assert_eq!(first["$SYS/broker/load/sockets/15min"], "0.00");
        assert!(first["$SYS/broker/version"].starts_with("mqtt-tui broker "));
        assert_eq!(first.len(), 22 + 2 + 27);
        let again = tree.changes(&snapshot(0), start + Duration::from_secs(10));
        assert_eq!(again, [("$SYS/broker/uptime".to_owned(), "10 seconds".to_owned())]);
    }

    #[test]
    fn loads_are_averaged_as_mosquitto_does() {
        // mosquitto 2.0.11: 2 packets in 2 s show as 1.97, 0.40 and 0.13.
        let start = Instant::now();
        let mut tree = SysTree::new(start);
        tree.changes(&snapshot(0), start);
        let changed: HashMap<_, _> =
            tree.changes(&snapshot(2), start + Duration::from_secs(2)).into_iter().collect();
        for (minutes, expected) in [(1, "1.97"), (5, "0.40"), (15, "0.13")] {
            assert_eq!(changed[&format!("$SYS/broker/load/messages/received/{minutes}min")], expected);
        }
    }
}
