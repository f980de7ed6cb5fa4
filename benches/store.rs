//! Update rates of the store, and what searching and reading cost. `cargo bench --bench store`.
//! Memory figures come from `cargo test --release --test store_memory -- --ignored --nocapture`.

#![allow(missing_docs, reason = "criterion_group! makes a public function")]
#![allow(clippy::unwrap_used, reason = "a bench that cannot run should stop")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mqtt_tui::app::{Action, App, Command, Mode, Settings, update, work};
use mqtt_tui::config::Profile;
use mqtt_tui::model::{Message, Moment, QoS, Target};
use mqtt_tui::store::{Limits, Store};

const BATCH: u64 = 100_000;

fn message(topic: String, payload: &[u8]) -> Message {
    Message {
        topic,
        payload: Bytes::copy_from_slice(payload),
        qos: QoS::AtMostOnce,
        retain: false,
        dup: false,
        properties: None,
        received: Moment { mono_us: 0, wall_ms: 1_800_000_000_000 },
    }
}

/// `site-3/line-1/machine-42/temperature`: four levels, each machine with ten values.
fn realistic(count: usize) -> Vec<Message> {
    let topic = |index: usize| {
        let (machine, value) = (index / 10, index % 10);
        format!("site-{}/line-{}/machine-{machine:05}/value-{value}", machine / 1_000, machine / 100 % 10)
    };
    (0..count).map(|index| message(topic(index), &[b'x'; 60])).collect()
}

/// A million devices in ten thousand branches, each name random, some 40 bytes a topic.
fn random(count: usize) -> Vec<Message> {
    let mut random = fastrand::Rng::with_seed(7);
    let mut topic = || {
        let (region, line, device) = (random.u16(..100), random.u16(..100), random.u64(..));
        format!("fleet/region-{region:03}/{line:02}/{device:016x}.state")
    };
    (0..count).map(|_| message(topic(), &[b'x'; 60])).collect()
}

/// Ingests messages of `pool` in random order, after every one of them has come once and the history is full. Each batch is
/// copied out of the pool beforehand: messages come from the client's read buffer, not from all over the memory.
fn ingest(criterion: &mut Criterion, name: &str, pool: &[Message]) {
    let mut store = Store::new(Limits::default());
    let mut now = Moment { mono_us: 0, wall_ms: 1_800_000_000_000 };
    let mut random = fastrand::Rng::with_seed(1);
    let mut batch = || -> Vec<_> {
        let mut next = || {
            now = now.plus(Duration::from_micros(1));
            Message { received: now, ..pool[random.usize(..pool.len())].clone() }
        };
        (0..BATCH).map(|_| next()).collect()
    };
    for message in pool {
        store.ingest(message);
    }
    while store.totals().evicted < pool.len() as u64 {
        for message in &batch() {
            store.ingest(message);
        }
    }
    let mut group = criterion.benchmark_group("ingest");
    group.sample_size(20).throughput(Throughput::Elements(BATCH));
    group.bench_function(name, |bencher| {
        bencher.iter_custom(|rounds| {
            let mut spent = Duration::ZERO;
            for _ in 0..rounds {
                let messages = batch();
                let start = Instant::now();
                for message in &messages {
                    store.ingest(message);
                }
                spent += start.elapsed();
            }
            spent
        });
    });
    group.finish();
}

fn updates(criterion: &mut Criterion) {
    ingest(criterion, "10k realistic topics", &realistic(10_000));
    ingest(criterion, "100k realistic topics", &realistic(100_000));
    ingest(criterion, "1M random topics", &random(1_000_000));
}

fn first_messages(criterion: &mut Criterion) {
    let pool = random(1_000_000);
    let mut group = criterion.benchmark_group("first message of");
    group.sample_size(10).throughput(Throughput::Elements(pool.len() as u64));
    group.bench_function("1M random topics", |bencher| {
        bencher.iter(|| {
            let mut store = Store::new(Limits::default());
            for message in &pool {
                store.ingest(message);
            }
            store
        });
    });
    group.finish();
}

fn search(criterion: &mut Criterion) {
    let mut store = Store::new(Limits::default());
    for message in &random(1_000_000) {
        store.ingest(message);
    }
    let mut group = criterion.benchmark_group("search 1M topics");
    group.sample_size(20);
    for (name, needle, ignore_case) in [
        ("rare", "7f3e9a", false),
        ("rare, ignoring case", "7F3E9A", true),
        ("in every topic", "state", false),
        ("in every topic, ignoring case", "STATE", true),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| black_box(&store).search_topics(needle, ignore_case));
        });
    }
    group.finish();
}

/// A program that has received a gigabyte, in small JSON payloads on 10,000 topics, with the search open.
fn after_a_gigabyte(now: Moment) -> App {
    let limits = Limits { bytes: (1 << 30) / 15 * 16 + (8 << 20), ..Limits::default() };
    let mut app = App::new(Settings { read_only: false, themes: Vec::new(), limits });
    drop(app.open(Profile::new("bench", Target::new("localhost", 1883, "bench"))));
    let pool = realistic(10_000);
    let store = &mut app.connection_mut().store;
    let mut number = 0u64;
    while store.totals().history_bytes < 1 << 30 {
        let payload = format!(
            r#"{{"temperature":{}.{},"humidity":{},"battery":97,"linkquality":{},"state":"ON"}}"#,
            number % 40,
            number % 10,
            number % 100,
            number % 255,
        );
        let Message { topic, .. } = pool[(number % 10_000) as usize].clone();
        store.ingest(&Message { received: now, ..message(topic, payload.as_bytes()) });
        number += 1;
    }
    update(&mut app, Action::Run(Command::OpenSearch), now);
    app
}

/// From the last key of a text to the end of the search, in slices as the loop does them.
fn search_everything(criterion: &mut Criterion) {
    let now = Moment { mono_us: 1_000_000, wall_ms: 1_800_000_000_000 };
    let mut app = after_a_gigabyte(now);
    let mut group = criterion.benchmark_group("search 1 GB");
    group.sample_size(10).throughput(Throughput::Bytes(1 << 30));
    for (name, regex, text) in [
        ("text that is nowhere, case smart", false, "fault"),
        ("text that is nowhere, exact", false, "Fault"),
        ("text in every message", false, "humidity"),
        ("expression", true, r#"temperature":-\d"#),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let search = &mut app.connection_mut().search;
                search.input = text.into();
                search.mode = if regex { Mode::Text } else { Mode::Jq };
                update(&mut app, Action::Run(Command::NextSearchMode), now);
                while app.has_work() {
                    work(&mut app);
                }
                app.connection().search.report().unwrap().found
            });
        });
    }
    group.finish();
}

/// A pane of 50 rows in the middle of a topic with a million messages.
fn history_pane(criterion: &mut Criterion) {
    let mut store = Store::new(Limits::default());
    let message = message("busy".to_owned(), &[b'x'; 100]);
    for _ in 0..1_000_000 {
        store.ingest(&message);
    }
    let topic = store.find("busy").unwrap();
    assert_eq!(store.history_len(topic), 1_000_000);
    let seq = store.nth_newest(topic, 500_050).unwrap().seq;
    criterion.bench_function("50 rows amid 1M messages", |bencher| {
        bencher.iter(|| {
            let index = store.index_of(topic, black_box(seq));
            store.history_from(topic, index).take(50).map(|row| row.payload.len()).sum::<usize>()
        });
    });
}

criterion_group!(benches, updates, first_messages, search, search_everything, history_pane);
criterion_main!(benches);
