//! Update rates of the store, and what searching and reading cost. `cargo bench --bench store`.
//! Memory figures come from `cargo test --release --test store_memory -- --ignored --nocapture`.

use std::hint::black_box;
use std::time::{Duration, Instant};

use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mqtt_tui::model::{Message, Moment, QoS};
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

/// Topics without any pattern to them, some 40 bytes each.
fn random(count: usize) -> Vec<Message> {
    let mut random = fastrand::Rng::with_seed(7);
    let mut topic = || {
        let (a, b, c) = (random.u16(..1_000), random.u16(..1_000), random.u64(..));
        format!("fleet/region-{a:03}/{b:03}/{c:016x}/state")
    };
    (0..count).map(|_| message(topic(), &[b'x'; 60])).collect()
}

/// Ingests messages of `pool` in random order, after every one of them has come once and the history is full.
fn ingest(criterion: &mut Criterion, name: &str, pool: &[Message]) {
    let mut store = Store::new(Limits::default());
    let mut now = Moment { mono_us: 0, wall_ms: 1_800_000_000_000 };
    let mut random = fastrand::Rng::with_seed(1);
    let mut next = |store: &mut Store, message: &mut Message| {
        now = now.plus(Duration::from_micros(1));
        message.received = now;
        store.ingest(message);
    };
    let mut pool = pool.to_vec();
    for message in &mut pool {
        next(&mut store, message);
    }
    while store.totals().evicted == 0 {
        let index = random.usize(..pool.len());
        next(&mut store, &mut pool[index]);
    }
    let mut group = criterion.benchmark_group("ingest");
    group.sample_size(20).throughput(Throughput::Elements(BATCH));
    group.bench_function(name, |bencher| {
        bencher.iter_custom(|rounds| {
            let mut spent = Duration::ZERO;
            for _ in 0..rounds {
                let order: Vec<_> = (0..BATCH).map(|_| random.usize(..pool.len())).collect();
                let start = Instant::now();
                for index in order {
                    next(&mut store, &mut pool[index]);
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

criterion_group!(benches, updates, first_messages, search, history_pane);
criterion_main!(benches);
