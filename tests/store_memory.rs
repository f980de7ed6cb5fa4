//! Memory figures of the store, printed; run with
//! `cargo test --release --test store_memory -- --ignored --nocapture --test-threads 1`.
//! They take a while and need an optimised build, hence `ignored`; each fails when a promise is broken.

use std::time::Duration;

use bytes::Bytes;
use mqtt_tui::model::{Message, Moment, QoS};
use mqtt_tui::store::{Limits, Store};

fn message(topic: String, payload: usize) -> Message {
    Message {
        topic,
        payload: Bytes::from(vec![b'x'; payload]),
        qos: QoS::AtMostOnce,
        retain: false,
        dup: false,
        properties: None,
        received: Moment { mono_us: 1, wall_ms: 1_800_000_000_000 },
    }
}

/// Resident memory of this process in bytes; 0 where `/proc` does not tell.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<usize>().ok()).unwrap_or_default()
        * 1_024
}

#[test]
#[ignore = "prints figures; wants a release build"]
fn bytes_per_topic() {
    let mut random = fastrand::Rng::with_seed(7);
    for count in [100_000, 250_000, 600_000, 1_000_000, 1_500_000] {
        for random_tree in [false, true] {
            let before = resident();
            let mut store = Store::new(Limits { bytes: 1 << 20, ..Limits::default() });
            let mut text = 0;
            for index in 0..count {
                let topic = if random_tree {
                    let (a, b, c) = (random.u16(..100), random.u16(..100), random.u64(..));
                    format!("fleet/region-{a:03}/{b:02}/{c:016x}.state")
                } else {
                    let (machine, value) = (index / 10, index % 10);
                    let (site, line) = (machine / 1_000, machine / 100 % 10);
                    format!("site-{site:03}/line-{line}/machine-{machine:06}/value-{value}")
                };
                text += topic.len();
                store.ingest(&message(topic, 0));
            }
            let index = store.memory().index;
            println!(
                "{count} {} topics of {} B: index {} B a topic (resident: {} B with 1 MiB of history)",
                if random_tree { "random" } else { "realistic" },
                text / count,
                index / count,
                resident().saturating_sub(before) / count,
            );
            assert!(index / count <= 200, "{} B a topic", index / count);
        }
    }
}

#[test]
#[ignore = "prints figures; wants a release build"]
fn overhead_per_message() {
    for payload in [10, 100, 1_000, 10_000] {
        for topics in [1, 1_000] {
            let mut store = Store::new(Limits::default());
            let pool: Vec<_> = (0..topics).map(|index| message(format!("t/{index}"), payload)).collect();
            while store.totals().evicted == 0 {
                for message in &pool {
                    store.ingest(message);
                }
            }
            let totals = store.totals();
            let overhead = totals.history_bytes as f64 / totals.stored as f64 - payload as f64;
            println!(
                "{payload} B payloads on {topics} topics: {} stored, {overhead:.1} B overhead each",
                totals.stored
            );
        }
    }
}

#[test]
#[ignore = "prints figures; wants a release build"]
fn b01_b02_ten_million_messages_stay_in_the_budget() {
    let mut random = fastrand::Rng::with_seed(3);
    let limits = Limits::default();
    let mut store = Store::new(limits);
    let mut pool: Vec<_> =
        (0..10_000).map(|index| message(format!("plant/line-{}/m/{index}", index % 7), 0)).collect();
    let payload = Bytes::from(vec![b'x'; 4_096]);
    let mut now = Moment { mono_us: 0, wall_ms: 1_800_000_000_000 };
    let start = std::time::Instant::now();
    for round in 1..=10_000_000_u64 {
        let index = (random.f32().powi(4) * pool.len() as f32) as usize;
        let message = &mut pool[index];
        now = now.plus(Duration::from_micros(20));
        message.received = now;
        message.payload = payload.slice(..random.usize(..300));
        store.ingest(message);
        if round % 1_000 == 0 {
            assert!(store.memory().history <= limits.bytes);
        }
        if round % 1_000_000 == 0 {
            println!(
                "{round} messages, {} stored: history {} B of {}, index {} B, resident {} MB",
                store.totals().stored,
                store.memory().history,
                limits.bytes,
                store.memory().index,
                resident() / 1_000_000,
            );
        }
    }
    println!("{:.0} messages/s, random payloads and clock included", 1e7 / start.elapsed().as_secs_f64());
    for topic in store.topics() {
        assert_eq!(
            store.history_len(topic) as u64,
            store.stats(topic).own_messages.min(store.history_len(topic) as u64)
        );
        assert!(
            store.history_len(topic) as u64 >= store.stats(topic).own_messages.min(limits.keep_min as u64)
        );
    }
}
