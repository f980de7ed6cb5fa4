//! What reading a payload layer by layer costs: in a row, and whole. Run with `cargo bench --bench reading`.
#![allow(missing_docs, reason = "the macros of criterion make public functions")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mqtt_tui::model::Decoding;
use mqtt_tui::payload::{Hints, Schemas, Style, glance, preview, preview_kind, read};

const CLIMATE: &str =
    r#"{"temperature":20.4,"humidity":48,"battery":97,"linkquality":112,"state":"ON","last":"2026-11-20"}"#;

/// An array of readings, at least `bytes` long.
fn readings(bytes: usize) -> String {
    let items = vec![CLIMATE; bytes / (CLIMATE.len() + 1) + 1];
    format!("[{}]", items.join(","))
}

/// The samples of the tests: what a row and what a whole reading of each cost.
fn reading(c: &mut Criterion) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples/payloads");
    let sample = |file: &str| std::fs::read(folder.join(file)).unwrap_or_default();
    let rule = Decoding::parse("protobuf:meter.proto:meters.v1.Reading").unwrap_or_default();
    let (schemas, _) = Schemas::load(rule.schema(), &folder);
    let by_rule = Hints { rule: Some(&rule), schemas: Some(&schemas), ..Hints::default() };
    let sparkplug = Hints { topic: "spBv1.0/Bakery/NBIRTH/Line1", ..Hints::default() };
    let samples = [
        ("number", b"20.4".to_vec(), Hints::default()),
        ("text", b"2026-11-20T14:03:20Z".to_vec(), Hints::default()),
        ("json 100 B", CLIMATE.as_bytes().to_vec(), Hints::default()),
        ("gzip", sample("json.gz"), Hints::default()),
        ("zlib", sample("json.zz"), Hints::default()),
        ("zstd", sample("json.zst"), Hints::default()),
        ("lz4", sample("json.lz4"), Hints::default()),
        ("snappy", sample("json.sz"), Hints::default()),
        ("base64 gzip", sample("json.gz.b64"), Hints::default()),
        ("cbor", sample("reading.cbor"), Hints::default()),
        ("messagepack", sample("reading.msgpack"), Hints::default()),
        ("protobuf by schema", sample("meter.pb"), by_rule),
        ("protobuf without", sample("nameless.pb"), Hints::default()),
        ("sparkplug", sample("nbirth.spb"), sparkplug),
        ("packed frame", sample("frame.bin"), Hints::default()),
    ];
    let mut group = c.benchmark_group("glance");
    for (name, payload, hints) in &samples {
        group.bench_function(*name, |b| b.iter(|| glance(black_box(payload), hints, 40, Style::LINE)));
    }
    group.bench_function("json 100 B, by preview alone", |b| {
        b.iter(|| preview(black_box(CLIMATE.as_bytes()), preview_kind(CLIMATE.as_bytes()), 40, Style::LINE));
    });
    group.finish();
    let mut group = c.benchmark_group("read");
    for (name, payload, hints) in &samples {
        group.bench_function(*name, |b| b.iter(|| read(black_box(payload), hints)));
    }
    let (json, cbor) = (readings(1_000_000), cbor_of(1_000_000));
    for (name, payload) in [("json 1 MB", json.as_bytes()), ("cbor 1 MB", &cbor)] {
        group.throughput(Throughput::Bytes(payload.len() as u64));
        group.bench_function(name, |b| b.iter(|| read(black_box(payload), &Hints::default())));
    }
}

/// An array of maps in CBOR, about `bytes` long.
fn cbor_of(bytes: usize) -> Vec<u8> {
    let map =
        b"\xa3\x68humidity\xfb\x40\x49\xaf\x5c\x28\xf5\xc2\x8f\x65state\x62ON\x64last\x1a\x69\x1f\x11\x98";
    let count = bytes / map.len();
    let mut out = vec![0x9a];
    out.extend((count as u32).to_be_bytes());
    out.extend(map.repeat(count));
    out
}

criterion_group!(benches, reading);
criterion_main!(benches);
