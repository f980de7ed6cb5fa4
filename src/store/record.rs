//! How a message lies in a history chunk: 34 bytes of header, the encoded MQTT 5 properties if there are any, the payload.
//! Written once by `log`, read in place; a few flags are set later.

use bytes::Bytes;

use super::{Seq, TopicId};
use crate::model::{Message, Moment, Properties, QoS};

/// Bytes before properties and payload.
pub(super) const HEADER: usize = 34;
const PREVIOUS: usize = 18;
/// Next to `PREVIOUS`: a walk along a chain reads these two and nothing else.
const FLAGS: usize = 25;

const QOS: u8 = 0b0000_0011;
const RETAIN: u8 = 0b0000_0100;
const DUP: u8 = 0b0000_1000;
const PROPERTIES: u8 = 0b0001_0000;
/// The retained mark of its topic came or went with it.
const FLIPS: u8 = 0b0010_0000;
/// Carried forward by eviction at least once.
pub(super) const CARRIED: u8 = 0b0100_0000;
/// No longer part of the history; its bytes go when its chunk goes.
pub(super) const DEAD: u8 = 0b1000_0000;

/// Where a record lies: the number of its chunk, never reused, and the offset in it. 56 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Address(u64);

impl Address {
    /// No record.
    pub(super) const NONE: Self = Self((1 << 56) - 1);
    /// Chunks that hold more than one record are at most this large.
    pub(super) const CHUNK: usize = 1 << 18;

    pub(super) fn new(chunk: u64, offset: usize) -> Self {
        Self(chunk * Self::CHUNK as u64 + offset as u64)
    }

    pub(super) fn chunk(self) -> u64 {
        self.0 / Self::CHUNK as u64
    }

    pub(super) fn offset(self) -> usize {
        (self.0 % Self::CHUNK as u64) as usize
    }
}

/// A message in the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageRef<'a> {
    /// Its place in the order of arrival.
    pub seq: Seq,
    /// The topic it came on.
    pub topic: TopicId,
    /// Payload bytes, whole.
    pub payload: &'a [u8],
    /// QoS of the delivery.
    pub qos: QoS,
    /// The RETAIN flag of the delivery.
    pub retain: bool,
    /// The DUP flag.
    pub dup: bool,
    /// When it was received.
    pub received: Moment,
    properties: Option<&'a [u8]>,
}

impl MessageRef<'_> {
    /// MQTT 5 properties, decoded now.
    pub fn properties(&self) -> Option<Properties> {
        decode_properties(self.properties?)
    }
}

/// What the store adds to a message when it lays it down.
#[derive(Debug, Clone, Copy)]
pub(super) struct Label {
    pub(super) seq: Seq,
    pub(super) topic: u32,
    pub(super) previous: Address,
    /// The retained mark of the topic comes or goes with it.
    pub(super) flips: bool,
}

/// Bytes `message` takes as a record, given its encoded properties; `None` when a length does not fit 32 bits.
pub(super) fn size(message: &Message, properties: &[u8]) -> Option<usize> {
    u32::try_from(message.payload.len()).ok()?;
    u32::try_from(properties.len()).ok()?;
    let properties = if properties.is_empty() { 0 } else { 4 + properties.len() };
    Some(HEADER + properties + message.payload.len())
}

/// Appends `message` to a chunk.
pub(super) fn write(chunk: &mut Vec<u8>, label: Label, message: &Message, properties: &[u8]) {
    let mut header = [0; HEADER];
    put(&mut header[0..6], label.seq.0);
    put(&mut header[6..12], message.received.mono_us.min((1 << 48) - 1));
    put(&mut header[12..18], message.received.wall_ms.clamp(-(1 << 47), (1 << 47) - 1) as u64);
    put(&mut header[PREVIOUS..FLAGS], label.previous.0);
    put(&mut header[26..30], u64::from(label.topic));
    put(&mut header[30..34], message.payload.len() as u64);
    header[FLAGS] = message.qos.level()
        | if message.retain { RETAIN } else { 0 }
        | if message.dup { DUP } else { 0 }
        | if label.flips { FLIPS } else { 0 }
        | if properties.is_empty() { 0 } else { PROPERTIES };
    chunk.extend_from_slice(&header);
    if !properties.is_empty() {
        chunk.extend_from_slice(&(properties.len() as u32).to_le_bytes());
        chunk.extend_from_slice(properties);
    }
    chunk.extend_from_slice(&message.payload);
}

fn put(field: &mut [u8], value: u64) {
    field.copy_from_slice(&value.to_le_bytes()[..field.len()]);
}

fn get(field: &[u8]) -> u64 {
    let mut bytes = [0; 8];
    bytes[..field.len()].copy_from_slice(field);
    u64::from_le_bytes(bytes)
}

/// A record seen in its chunk, nothing decoded.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record<'a> {
    header: &'a [u8; HEADER],
    rest: &'a [u8],
}

impl<'a> Record<'a> {
    /// The record that begins at `offset`; `None` past the end of the chunk.
    pub(super) fn at(chunk: &'a [u8], offset: usize) -> Option<Self> {
        let (header, rest) = chunk.get(offset..)?.split_first_chunk()?;
        Some(Self { header, rest })
    }

    pub(super) fn seq(self) -> Seq {
        Seq(get(&self.header[0..6]))
    }

    pub(super) fn previous(self) -> Address {
        Address(get(&self.header[PREVIOUS..FLAGS]))
    }

    pub(super) fn topic(self) -> u32 {
        get(&self.header[26..30]) as u32
    }

    pub(super) fn has(self, flag: u8) -> bool {
        self.header[FLAGS] & flag != 0
    }

    /// Whether the retained mark of its topic came or went with it.
    pub(super) fn flips(self) -> bool {
        self.has(FLIPS)
    }

    pub(super) fn received(self) -> Moment {
        let wall = get(&self.header[12..18]) << 16;
        // The shift back spreads the sign over the upper bits again.
        Moment { mono_us: get(&self.header[6..12]), wall_ms: wall as i64 >> 16 }
    }

    pub(super) fn payload_length(self) -> usize {
        get(&self.header[30..34]) as usize
    }

    /// Encoded properties, without their length.
    fn properties(self) -> Option<&'a [u8]> {
        if !self.has(PROPERTIES) {
            return None;
        }
        let (length, rest) = self.rest.split_first_chunk()?;
        rest.get(..u32::from_le_bytes(*length) as usize)
    }

    /// Bytes from the start of this record to the next.
    pub(super) fn size(self) -> usize {
        HEADER + self.properties().map_or(0, |encoded| 4 + encoded.len()) + self.payload_length()
    }

    pub(super) fn message(self) -> MessageRef<'a> {
        let properties = self.properties();
        let start = properties.map_or(0, |encoded| 4 + encoded.len());
        MessageRef {
            seq: self.seq(),
            topic: TopicId(self.topic()),
            payload: self.rest.get(start..start + self.payload_length()).unwrap_or_default(),
            qos: QoS::from_level(self.header[FLAGS] & QOS).unwrap_or_default(),
            retain: self.has(RETAIN),
            dup: self.has(DUP),
            received: self.received(),
            properties,
        }
    }
}

/// Sets `flag` on the record at `offset` and tells whether it was set before.
pub(super) fn mark(chunk: &mut [u8], offset: usize, flag: u8) -> bool {
    let Some(flags) = chunk.get_mut(offset + FLAGS) else { return false };
    let before = *flags & flag != 0;
    *flags |= flag;
    before
}

/// Points the record at `offset` to another predecessor.
pub(super) fn relink(chunk: &mut [u8], offset: usize, previous: Address) {
    if let Some(field) = chunk.get_mut(offset + PREVIOUS..offset + FLAGS) {
        put(field, previous.0);
    }
}

/// Encodes `properties` after what is in `out`: a byte that says which are there, then each, texts with their length.
pub(super) fn encode_properties(properties: &Properties, out: &mut Vec<u8>) {
    let present = [
        properties.payload_format.is_some(),
        properties.message_expiry.is_some(),
        properties.content_type.is_some(),
        properties.response_topic.is_some(),
        properties.correlation_data.is_some(),
    ];
    out.push(present.iter().rev().fold(0, |bits, &there| bits << 1 | u8::from(there)));
    out.extend(properties.payload_format);
    out.extend(properties.message_expiry.iter().flat_map(|seconds| seconds.to_le_bytes()));
    for text in [&properties.content_type, &properties.response_topic].into_iter().flatten() {
        encode_bytes(text.as_bytes(), out);
    }
    if let Some(data) = &properties.correlation_data {
        encode_bytes(data, out);
    }
    out.extend((properties.subscription_ids.len() as u32).to_le_bytes());
    out.extend(properties.subscription_ids.iter().flat_map(|id| id.to_le_bytes()));
    for (name, value) in &properties.user_properties {
        encode_bytes(name.as_bytes(), out);
        encode_bytes(value.as_bytes(), out);
    }
}

fn encode_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    out.extend((bytes.len() as u32).to_le_bytes());
    out.extend_from_slice(bytes);
}

fn decode_properties(encoded: &[u8]) -> Option<Properties> {
    let (&present, mut rest) = encoded.split_first()?;
    let there = |bit: u8| present & (1 << bit) != 0;
    let mut properties = Properties::default();
    if there(0) {
        let (&format, after) = rest.split_first()?;
        (properties.payload_format, rest) = (Some(format), after);
    }
    if there(1) {
        properties.message_expiry = Some(decode_number(&mut rest)?);
    }
    if there(2) {
        properties.content_type = Some(decode_text(&mut rest)?);
    }
    if there(3) {
        properties.response_topic = Some(decode_text(&mut rest)?);
    }
    if there(4) {
        properties.correlation_data = Some(Bytes::copy_from_slice(decode_bytes(&mut rest)?));
    }
    for _ in 0..decode_number(&mut rest)? {
        properties.subscription_ids.push(decode_number(&mut rest)?);
    }
    while !rest.is_empty() {
        properties.user_properties.push((decode_text(&mut rest)?, decode_text(&mut rest)?));
    }
    Some(properties)
}

fn decode_number(rest: &mut &[u8]) -> Option<u32> {
    let (number, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(u32::from_le_bytes(*number))
}

fn decode_bytes<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = decode_number(rest)? as usize;
    let (bytes, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(bytes)
}

fn decode_text(rest: &mut &[u8]) -> Option<String> {
    decode_bytes(rest).map(|bytes| String::from_utf8_lossy(bytes).into_owned())
}
