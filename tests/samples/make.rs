//! Makes the samples that are binary, so that each can be told from its source. `WRITE_SAMPLES=1 cargo test --test samples` writes them.

use std::io::{Read, Write};

use base64::Engine;
use ciborium::Value as Cbor;
use rmpv::Value as MessagePack;

use crate::pictures;

/// What most encodings are shown with.
const READING: &str = r#"{"device":"probe-3","seq":1284,"temperature":21.4,"humidity":48.5,"ok":true,"tags":["lab","näive ☕"],"history":[21.2,21.2,21.3,21.3,21.3,21.4,21.4,21.4]}"#;

/// Name of the file and its content.
pub(crate) fn all() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("json.gz", gzip(READING.as_bytes())),
        ("json.zz", zlib(READING.as_bytes())),
        ("json.zst", zstd(READING.as_bytes())),
        ("json.lz4", lz4(READING.as_bytes())),
        ("json.sz", snappy(READING.as_bytes())),
        ("json.snappy", snap::raw::Encoder::new().compress_vec(READING.as_bytes()).expect("memory")),
        ("json.b64", base64(READING.as_bytes()).into_bytes()),
        ("json.gz.b64", base64(&gzip(READING.as_bytes())).into_bytes()),
        ("cut.gz", gzip(READING.as_bytes())[..60].to_vec()),
        ("reading.cbor", cbor(&reading_cbor())),
        ("rare.cbor", cbor(&rare_cbor())),
        ("reading.msgpack", messagepack()),
        ("meter.pb", meter()),
        ("nameless.pb", nameless()),
        ("nbirth.spb", nbirth()),
        ("ndata.spb", ndata()),
        ("dbirth.spb", dbirth()),
        ("ddata.spb", ddata()),
        ("state.json", br#"{"online":true,"timestamp":1763643800000}"#.to_vec()),
        ("vibration.i16", vibration()),
        ("doorbell.jpg", pictures::jpeg(3, 2)),
        ("camera.png", pictures::png(16, 9)),
        ("camera.url", format!("data:image/png;base64,{}", base64(&pictures::png(16, 9))).into_bytes()),
        ("frame.bin", vec![0xa5, 0x5a, 1, 1, 0, 0, 5, 4, 0x08, 0x5c, 0x6e]),
    ]
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::GzBuilder::new().mtime(0).write(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

fn lz4(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = lz4_flex::frame::FrameEncoder::new(Vec::new());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn snappy(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    snap::read::FrameEncoder::new(bytes).read_to_end(&mut out).expect("memory");
    out
}

fn base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn cbor(value: &Cbor) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).expect("memory");
    bytes
}

fn text(text: &str) -> Cbor {
    Cbor::Text(text.to_owned())
}

fn reading_cbor() -> Cbor {
    Cbor::Map(vec![
        (text("device"), text("probe-3")),
        (text("seq"), Cbor::from(1284)),
        (text("temperature"), Cbor::Float(21.4)),
        (text("ok"), Cbor::Bool(true)),
        (text("tags"), Cbor::Array(vec![text("lab"), text("näive ☕")])),
        (text("raw"), Cbor::Bytes(vec![0xa5, 0x5a, 0x01])),
    ])
}

/// What JSON has no words for.
fn rare_cbor() -> Cbor {
    Cbor::Map(vec![
        (Cbor::from(1), text("a key that is a number")),
        (Cbor::Array(vec![Cbor::from(1), Cbor::from(2)]), text("a key that is an array")),
        (text("taken"), Cbor::Tag(0, Box::new(text("2026-11-20T14:03:20Z")))),
        (text("large"), Cbor::Tag(2, Box::new(Cbor::Bytes(vec![1, 0, 0, 0, 0, 0, 0, 0, 0])))),
        (text("least"), Cbor::from(i64::MIN)),
        (text("nothing"), Cbor::Float(f64::NAN)),
        (text("twice"), Cbor::from(1)),
        (text("twice"), Cbor::from(2)),
    ])
}

fn messagepack() -> Vec<u8> {
    let map = MessagePack::Map(vec![
        ("device".into(), "probe-3".into()),
        ("seq".into(), 1284.into()),
        ("temperature".into(), 21.4.into()),
        ("ok".into(), true.into()),
        ("tags".into(), MessagePack::Array(vec!["lab".into(), "näive ☕".into()])),
        ("raw".into(), MessagePack::Binary(vec![0xa5, 0x5a, 0x01])),
        ("taken".into(), MessagePack::Ext(-1, 1_763_643_800_u32.to_be_bytes().to_vec())),
    ]);
    let mut bytes = Vec::new();
    rmpv::encode::write_value(&mut bytes, &map).expect("memory");
    bytes
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while value > 0x7f {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
    out
}

/// A Protobuf field of wire type 0.
fn number(field: u64, value: u64) -> Vec<u8> {
    [varint(field << 3), varint(value)].concat()
}

/// A Protobuf field of wire type 1.
fn fixed64(field: u64, value: [u8; 8]) -> Vec<u8> {
    [varint(field << 3 | 1), value.to_vec()].concat()
}

/// A Protobuf field of wire type 2.
fn bytes(field: u64, content: impl AsRef<[u8]>) -> Vec<u8> {
    let content = content.as_ref();
    [varint(field << 3 | 2), varint(content.len() as u64), content.to_vec()].concat()
}

/// A Protobuf field of wire type 5.
fn fixed32(field: u64, value: [u8; 4]) -> Vec<u8> {
    [varint(field << 3 | 5), value.to_vec()].concat()
}

/// `meters.v1.Reading` of `meter.proto`, with a field that the schema does not have yet.
fn meter() -> Vec<u8> {
    let register = |obis: &str, value: f64| {
        let unit = bytes(1, "kWh");
        bytes(3, [bytes(1, obis), fixed64(2, value.to_le_bytes()), bytes(3, unit)].concat())
    };
    [
        bytes(1, "1EXM0012345678"),
        fixed64(2, 1_763_643_800_000_u64.to_le_bytes()),
        register("1-0:1.8.0", 18_432.71),
        register("1-0:2.8.0", 402.05),
        number(4, 2 * 1250 - 1),
        number(5, 3),
        bytes(6, [bytes(1, "restarts"), number(2, 4)].concat()),
        bytes(6, [bytes(1, "faults"), number(2, 0)].concat()),
        bytes(7, [0x30, 0x45, 0x02, 0xff]),
        number(15, 7),
    ]
    .concat()
}

fn nameless() -> Vec<u8> {
    let position = [fixed32(1, 52.379_f32.to_le_bytes()), fixed32(2, 4.9_f32.to_le_bytes())].concat();
    [
        bytes(1, "truck-12"),
        number(2, 1_763_643_800),
        bytes(3, position),
        number(4, 1),
        number(4, 3),
        bytes(5, [0xff, 0]),
    ]
    .concat()
}

fn metric(parts: &[Vec<u8>]) -> Vec<u8> {
    bytes(2, parts.concat())
}

const AT: u64 = 1_763_643_800_000;

fn nbirth() -> Vec<u8> {
    let properties = [bytes(1, "engUnit"), bytes(2, [number(1, 12), bytes(8, "°C")].concat())].concat();
    [
        number(1, AT),
        metric(&[bytes(1, "bdSeq"), number(3, AT), number(4, 4), number(11, 0)]),
        metric(&[bytes(1, "Node Control/Rebirth"), number(3, AT), number(4, 11), number(14, 0)]),
        metric(&[
            bytes(1, "Oven/Temperature"),
            number(2, 1),
            number(3, AT),
            number(4, 10),
            bytes(9, properties),
            fixed64(13, 182.5_f64.to_le_bytes()),
        ]),
        metric(&[
            bytes(1, "Oven/Offset"),
            number(2, 2),
            number(3, AT),
            number(4, 2),
            number(10, 0xffff_fff9),
        ]),
        metric(&[
            bytes(1, "Oven/Recipe"),
            number(2, 3),
            number(3, AT),
            number(4, 12),
            bytes(15, "sourdough"),
        ]),
        number(3, 0),
    ]
    .concat()
}

fn ndata() -> Vec<u8> {
    [
        number(1, AT + 1000),
        metric(&[number(2, 2), number(3, AT + 990), number(10, 0xffff_fff8)]),
        metric(&[number(2, 1), number(3, AT + 995), fixed64(13, 183.25_f64.to_le_bytes())]),
        metric(&[number(2, 9), number(3, AT + 995), number(10, 5)]),
        number(3, 1),
    ]
    .concat()
}

fn dbirth() -> Vec<u8> {
    let row =
        |name: &str, count: u64| bytes(4, [bytes(1, bytes(6, name)), bytes(1, number(1, count))].concat());
    let table = [
        number(1, 2),
        bytes(2, "fault"),
        bytes(2, "count"),
        number(3, 12),
        number(3, 7),
        row("jam", 2),
        row("overheat", 0),
    ]
    .concat();
    [
        number(1, AT),
        metric(&[
            bytes(1, "Speed"),
            number(2, 10),
            number(3, AT),
            number(4, 9),
            fixed32(12, 1.25_f32.to_le_bytes()),
        ]),
        metric(&[bytes(1, "Faults"), number(2, 11), number(3, AT), number(4, 16), bytes(17, table)]),
        metric(&[bytes(1, "Running"), number(2, 12), number(3, AT), number(4, 11), number(14, 1)]),
        number(3, 2),
    ]
    .concat()
}

fn ddata() -> Vec<u8> {
    [
        number(1, AT + 2000),
        metric(&[number(2, 10), number(3, AT + 2000), fixed32(12, 1.3_f32.to_le_bytes())]),
        metric(&[number(2, 12), number(3, AT + 2000), number(7, 1)]),
        number(3, 3),
    ]
    .concat()
}

/// A sine of a period of 16 samples, little endian.
fn vibration() -> Vec<u8> {
    let sample = |n: u8| (f64::from(n) / 16.0 * std::f64::consts::TAU).sin() * 12_000.0;
    (0..32).flat_map(|n| (sample(n).round() as i16).to_le_bytes()).collect()
}
