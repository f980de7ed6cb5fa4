//! What showing a payload costs: finding its kind, laying it out, one preview, one screen of a long line.
//! Run with `cargo bench --bench payload`.
#![allow(missing_docs, reason = "the macros of criterion make public functions")]
#![allow(clippy::expect_used, reason = "a bench that cannot go on says why")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mqtt_tui::payload::diff::{Diff, Side, summary};
use mqtt_tui::payload::field::{Field, Probe, numbers_in};
use mqtt_tui::payload::find::{Finder, Searched};
use mqtt_tui::payload::jq::{Limits, Program};
use mqtt_tui::payload::shape::Shape;
use mqtt_tui::payload::structure::{Open, Structure};
use mqtt_tui::payload::{
    Document, Hints, Kind, Position, Prepared, Style, detect, fit, pretty, preview, read, rows, sanitise,
    slice, xml,
};

const CLIMATE: &str =
    r#"{"temperature":20.4,"humidity":48,"battery":97,"linkquality":112,"state":"ON","last":"2026-11-20"}"#;

/// An array of readings, at least `bytes` long.
fn readings(bytes: usize) -> String {
    let items = vec![CLIMATE; bytes / (CLIMATE.len() + 1) + 1];
    format!("[{}]", items.join(","))
}

fn kinds(c: &mut Criterion) {
    let mut group = c.benchmark_group("detect");
    let megabyte = readings(1_000_000);
    let prose = "the quick brown fox ".repeat(50_000);
    for (name, payload) in [
        ("number", "20.4"),
        ("json 100 B", CLIMATE),
        ("text 20 B", "2026-11-20T14:03:20Z"),
        ("json 1 MB", megabyte.as_str()),
        ("text 1 MB", prose.as_str()),
    ] {
        group.throughput(Throughput::Bytes(payload.len() as u64));
        group.bench_function(name, |b| b.iter(|| detect(black_box(payload.as_bytes()))));
    }
}

fn printing(c: &mut Criterion) {
    let mut group = c.benchmark_group("pretty");
    let megabyte = readings(1_000_000);
    let string = format!("{{\"a\":\"{}\"}}", "x".repeat(1_000_000));
    for (name, payload) in [("100 B", CLIMATE), ("1 MB", &megabyte), ("1 MB string", &string)] {
        group.throughput(Throughput::Bytes(payload.len() as u64));
        group.bench_function(name, |b| b.iter(|| pretty(black_box(payload))));
    }
    group.throughput(Throughput::Bytes(megabyte.len() as u64));
    group.bench_function("prepared 1 MB", |b| {
        b.iter(|| {
            let bytes = black_box(megabyte.as_bytes());
            Prepared::of(&read(bytes, &Hints::default()), bytes)
        });
    });
    let xml = readings_in_xml(1_000_000);
    group.throughput(Throughput::Bytes(xml.len() as u64));
    group.bench_function("XML 1 MB", |b| b.iter(|| xml::pretty(black_box(&xml)).is_ok()));
}

/// Readings of a meter, at least `bytes` long.
fn readings_in_xml(bytes: usize) -> String {
    const READING: &str = "<reading unit=\"kWh\" obis=\"1-0:1.8.0\"><value>18432.71</value></reading>";
    format!("<m>{}</m>", READING.repeat(bytes / READING.len() + 1))
}

fn showing(c: &mut Criterion) {
    let mut group = c.benchmark_group("show");
    let megabyte = readings(1_000_000);
    let line = |cell: &str| Document::text(cell.repeat(5_000_000 / cell.len()));
    let (ascii, accents, thai) = (line("x"), line("é"), line("กำ"));
    group.bench_function("sanitise clean topic", |b| {
        b.iter(|| sanitise(black_box("home/kitchen/climate/temperature")).len());
    });
    group.bench_function("sanitise hostile topic", |b| {
        b.iter(|| sanitise(black_box("home/\u{202e}kitchen\x1b]0;x\x07/grün/👩‍👩‍👧/x")).len());
    });
    group.bench_function("fit", |b| b.iter(|| fit(black_box("home/kitchen/climate"), 12, Style::LINE).1));
    for (name, payload) in [("preview 100 B", CLIMATE), ("preview 1 MB", &megabyte)] {
        group.bench_function(name, |b| {
            b.iter(|| preview(black_box(payload.as_bytes()), Kind::Json, 40, Style::LINE));
        });
    }
    let document = pretty(&megabyte).unwrap_or_else(|_| Document::text(String::new()));
    group.bench_function("50 rows of JSON", |b| {
        b.iter(|| rows(&document, Position { line: 10_000, row: 0 }, 80, 50, Style::VIEW, &[]).len());
    });
    for (name, document) in [("ascii", &ascii), ("accents", &accents), ("thai", &thai)] {
        group.bench_function(format!("end of a 5 MB line, {name}"), |b| {
            b.iter(|| slice(document, 0, 1_500_000, 80, 1, Style::VIEW, &[]).len());
        });
    }
}

/// The tree inside a payload: making it, walking its rows, the number at a field.
fn structures(c: &mut Criterion) {
    let mut group = c.benchmark_group("structure");
    let megabyte = readings(1_000_000);
    let xml = format!("<all>{}</all>", "<r unit=\"C\"><t>20.4</t><h>48</h></r>".repeat(30_000));
    group.throughput(Throughput::Bytes(megabyte.len() as u64));
    group
        .bench_function("JSON 1 MB", |b| b.iter(|| Structure::of_json(black_box(megabyte.as_str())).is_ok()));
    group.throughput(Throughput::Bytes(xml.len() as u64));
    group.bench_function("XML 1 MB", |b| b.iter(|| Structure::of_xml(black_box(xml.as_str())).is_ok()));
    group.finish();
    let mut group = c.benchmark_group("inside");
    let structure = Structure::of_json(megabyte.as_str()).expect("JSON");
    let open = Open::to_depth(&structure, 9);
    group.bench_function("50 rows at the end of 1 MB", |b| {
        b.iter(|| structure.rows(black_box(&open), structure.len() - 50, 50).len());
    });
    for key in ["temperature", "linkquality"] {
        let probe = Probe::new(&Field::parse(key).expect("a field")).expect("a path");
        group.bench_function(format!("number at {key}, 100 B"), |b| {
            b.iter(|| probe.number(black_box(CLIMATE)));
        });
    }
    let small = Structure::of_json(CLIMATE).expect("JSON");
    group.bench_function("numbers in 100 B", |b| b.iter(|| numbers_in(black_box(&small)).len()));
    let finder = Finder::text("not in there").expect("a text");
    group.bench_function("find in 1 MB", |b| b.iter(|| finder.is_in(black_box(megabyte.as_bytes()))));
    let mut shape = Shape::new();
    (0..30).for_each(|_| shape.learn(CLIMATE));
    let searched = Searched::Nodes(std::sync::Arc::new(Structure::of_json(megabyte.as_str()).expect("JSON")));
    group.bench_function("find in the branches of 1 MB", |b| {
        b.iter(|| finder.find(black_box(&searched), 10_000));
    });
    group.bench_function("judge a shape, 6 fields", |b| b.iter(|| shape.judge(black_box(CLIMATE)).len()));
    group.bench_function("learn a shape, 6 fields", |b| b.iter(|| shape.learn(black_box(CLIMATE))));
}

/// What changed, for a history row and for the diff view.
fn differences(c: &mut Criterion) {
    let mut group = c.benchmark_group("diff");
    for (name, bytes) in [("100 B", 0), ("4 KiB", 4000), ("1 MB", 1_000_000)] {
        let old = if bytes == 0 { CLIMATE.to_owned() } else { readings(bytes) };
        let one = old.replacen("20.4", "20.5", 1);
        let all = old.replace("20.4", "20.5").replace("48", "47");
        let side = |text: &'_ str| -> Vec<u8> { text.as_bytes().to_vec() };
        let (old, one, all) = (side(&old), side(&one), side(&all));
        group.bench_function(format!("{name}, one field"), |b| {
            b.iter(|| summary(Side::of(black_box(&old)), Side::of(black_box(&one)), 40).len());
        });
        group.bench_function(format!("{name}, a third of all fields"), |b| {
            b.iter(|| Diff::between(Side::of(black_box(&old)), Side::of(black_box(&all))).rows.len());
        });
    }
    let text = "a line of a log that a device sends\n".repeat(100);
    let other = text.replacen("log", "book", 3);
    group.bench_function("4 KiB of text", |b| {
        b.iter(|| {
            summary(Side::of(black_box(text.as_bytes())), Side::of(black_box(other.as_bytes())), 40).len()
        });
    });
}

/// jq programs in this process.
fn programs(c: &mut Criterion) {
    let mut group = c.benchmark_group("jq");
    let limits = Limits { time: std::time::Duration::from_secs(1), outputs: 100, output_bytes: 1_000_000 };
    group.bench_function("compile", |b| b.iter(|| Program::compile(black_box(".temperature > 20")).is_ok()));
    let program = Program::compile(".temperature > 20 and .state == \"ON\"").expect("a program");
    group.bench_function("run on 100 B", |b| {
        b.iter(|| program.run(black_box(CLIMATE), &limits).outputs.len());
    });
    let many = vec![CLIMATE; 1000];
    group.throughput(Throughput::Elements(1000));
    group.bench_function("1,000 conditions", |b| {
        b.iter(|| program.conditions(black_box(&many), &limits).len());
    });
}

criterion_group!(benches, kinds, printing, showing, structures, differences, programs);
criterion_main!(benches);
