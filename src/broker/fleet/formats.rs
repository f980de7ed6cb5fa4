//! One reading in many encodings on `formats/…`, so that payload views can be compared: JSON, XML, CBOR, MessagePack, gzip, base64, packed
//! binary; besides a large message and JSON that is broken, exact or ambiguous on purpose.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fastrand::Rng;

use super::Device;
use super::noise::{Walk, noise, round};
use super::outbox::{Outbox, Timer, content_type, earliest, publication};
use super::world::World;
use crate::model::QoS;

/// Size of the large message, in bytes.
pub(super) const LARGE_BYTES: usize = 200 * 1024;

const BROKEN: &str = r#"{"device":"probe-3","temperature":21.4,"humidity":,"ok":tru"#;
const NUMBERS: &str = r#"{"id":9007199254740993,"account":123456789012345678901234567890,"pi":3.14159265358979323846264338327950288419716939937510,"tiny":1e-400,"exponent":1E+5,"negative_zero":-0.0,"trailing":20.40}"#;
const DUPLICATE_KEYS: &str = r#"{"state":"on","value":1,"state":"off","value":2,"":"an empty key","":null}"#;

/// What is encoded.
struct Reading {
    seq: u64,
    temperature: f64,
    ok: bool,
}

/// Everything under `formats/`.
pub(super) struct Formats {
    rng: Rng,
    seq: u64,
    temperature: Walk,
    reading: Timer,
    large: Timer,
}

impl Formats {
    pub(super) fn new(mut rng: Rng) -> Self {
        let temperature = Walk::new(&mut rng, 21.4, 0.1, 0.4);
        Self {
            rng,
            seq: 0,
            temperature,
            reading: Timer::every(15_000, 600),
            large: Timer::every(120_000, 60_000),
        }
    }

    fn publish_reading(&mut self, out: &mut Outbox) {
        self.seq += 1;
        let reading = Reading {
            seq: self.seq,
            temperature: round(self.temperature.step(), 2),
            ok: !self.seq.is_multiple_of(7),
        };
        let json = reading.json();
        send(out, "formats/xml", "application/xml", Ok(reading.xml().into_bytes()));
        send(out, "formats/cbor", "application/cbor", reading.cbor());
        send(out, "formats/msgpack", "application/msgpack", reading.msgpack());
        send(out, "formats/json.gz", "application/gzip", gzip(json.as_bytes()));
        send(out, "formats/base64", "text/plain", Ok(STANDARD.encode(&json).into_bytes()));
        send(out, "formats/binary", "application/octet-stream", Ok(reading.packed()));
        send(out, "formats/json", "application/json", Ok(json.into_bytes()));
    }

    /// A recording of a sensor as one big JSON document of exactly [`LARGE_BYTES`].
    fn publish_large(&mut self, world: &World, out: &mut Outbox) {
        let mut json = format!(r#"{{"recorded":"{}","unit":"mm/s","samples":["#, world.stamp(out.at));
        let mut index = 0_u32;
        while json.len() < LARGE_BYTES - 64 {
            let value = (f64::from(index) / 40.0).sin() * 3.0 + noise(&mut self.rng, 0.4);
            let comma = if index == 0 { "" } else { "," };
            let _ = write!(json, "{comma}{value:.3}");
            index += 1;
        }
        json.push_str(r#"],"note":""#);
        let room = LARGE_BYTES.saturating_sub(json.len() + 2);
        json.extend(std::iter::repeat_n('.', room));
        json.push_str("\"}");
        send(out, "formats/large", "application/json", Ok(json.into_bytes()));
    }
}

impl Reading {
    fn json(&self) -> String {
        let Self { seq, temperature, ok } = self;
        format!(
            r#"{{"device":"probe-3","seq":{seq},"temperature":{temperature},"ok":{ok},"tags":["lab","näive ☕"]}}"#
        )
    }

    fn xml(&self) -> String {
        let Self { seq, temperature, ok } = self;
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<reading device=\"probe-3\" seq=\"{seq}\">\n  <!-- in °C -->\n  \
             <temperature>{temperature}</temperature>\n  <ok>{ok}</ok>\n  <tags><tag>lab</tag><tag>n&#228;ive ☕</tag></tags>\n</reading>\n"
        )
    }

    fn cbor(&self) -> io::Result<Vec<u8>> {
        use ciborium::Value;
        let text = |text: &str| Value::Text(text.to_owned());
        let map = Value::Map(vec![
            (text("device"), text("probe-3")),
            (text("seq"), Value::from(self.seq)),
            (text("temperature"), Value::Float(self.temperature)),
            (text("ok"), Value::Bool(self.ok)),
            (text("tags"), Value::Array(vec![text("lab"), text("näive ☕")])),
            // What JSON cannot say: bytes, and a map with number keys.
            (text("raw"), Value::Bytes(self.packed())),
            (Value::from(1), text("number key")),
        ]);
        let mut bytes = Vec::new();
        ciborium::into_writer(&map, &mut bytes).map_err(io::Error::other)?;
        Ok(bytes)
    }

    fn msgpack(&self) -> io::Result<Vec<u8>> {
        use rmpv::Value;
        let map = Value::Map(vec![
            (Value::from("device"), Value::from("probe-3")),
            (Value::from("seq"), Value::from(self.seq)),
            (Value::from("temperature"), Value::from(self.temperature)),
            (Value::from("ok"), Value::from(self.ok)),
            (Value::from("tags"), Value::Array(vec![Value::from("lab"), Value::from("näive ☕")])),
            (Value::from("raw"), Value::Binary(self.packed())),
        ]);
        let mut bytes = Vec::new();
        rmpv::encode::write_value(&mut bytes, &map).map_err(io::Error::other)?;
        Ok(bytes)
    }

    /// As firmware would pack it: magic, version, flags, sequence (u32), temperature in 1/100 °C (i16), all big endian, a byte sum.
    fn packed(&self) -> Vec<u8> {
        let mut bytes = vec![0xA5, 0x5A, 0x01, u8::from(self.ok)];
        bytes.extend((self.seq as u32).to_be_bytes());
        bytes.extend(((self.temperature * 100.0) as i16).to_be_bytes());
        bytes.push(bytes.iter().fold(0, |sum: u8, byte| sum.wrapping_add(*byte)));
        bytes
    }
}

/// Gzip without a time stamp, so that the same input gives the same bytes.
fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = flate2::GzBuilder::new().mtime(0).write(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// Publishes retained, with the content type as MQTT 5 property; an encoder's error in place of what it could not encode.
fn send(out: &mut Outbox, topic: &str, mime: &str, encoded: io::Result<Vec<u8>>) {
    let payload = encoded.unwrap_or_else(|error| format!("could not encode: {error}").into_bytes());
    let mut message = publication(topic, payload, QoS::AtLeastOnce, true);
    message.properties = Some(Box::new(content_type(mime)));
    out.publish(message);
}

impl Device for Formats {
    fn births(&mut self, world: &World, out: &mut Outbox) {
        self.publish_reading(out);
        self.publish_large(world, out);
        send(out, "formats/broken.json", "application/json", Ok(BROKEN.into()));
        send(out, "formats/numbers.json", "application/json", Ok(NUMBERS.into()));
        send(out, "formats/duplicate_keys.json", "application/json", Ok(DUPLICATE_KEYS.into()));
        let deep = format!("{}\"bottom\"{}", "[".repeat(100), "]".repeat(100));
        send(out, "formats/deep.json", "application/json", Ok(deep.into_bytes()));
    }

    fn due(&self) -> Duration {
        earliest([&self.reading, &self.large])
    }

    fn act(&mut self, world: &World, out: &mut Outbox) {
        if self.reading.rings(out.at) {
            self.publish_reading(out);
        }
        if self.large.rings(out.at) {
            self.publish_large(world, out);
        }
    }
}
