//! Packets to bytes. Written by hand: the codec would want the topic copied for every receiver, and spells some packets in a
//! way the standard does not. Connections call it, many packets to one buffer.

use bytes::{BufMut, Bytes, BytesMut};
use tokio::time::Instant;

use super::misbehaviour::{Announced, Farewell};
use super::packet::{Delivery, Outgoing};
use crate::model::{Properties, Protocol, QoS};

/// Payloads of this many bytes are written from where they are, not copied to the buffer.
const LARGE_PAYLOAD: usize = 64 << 10;

/// Appends `packet` to `out`. A large payload is not appended but returned: it has to be written after `out`.
pub(super) fn encode(
    out: &mut BytesMut,
    protocol: Protocol,
    packet: &Outgoing,
    now: Instant,
) -> Option<Bytes> {
    match packet {
        Outgoing::Publish(delivery) => return publish(out, protocol, delivery, now),
        Outgoing::ConnAck { session_present, max_qos, announced } => match protocol {
            Protocol::V4 => out.put_slice(&[0x20, 2, u8::from(*session_present), 0]),
            Protocol::V5 => connack_v5(out, [u8::from(*session_present), 0], *max_qos, announced),
        },
        Outgoing::PubAck { pkid, reason } => acknowledge(out, protocol, 0x40, *pkid, *reason),
        Outgoing::PubRec { pkid, reason } => acknowledge(out, protocol, 0x50, *pkid, *reason),
        Outgoing::PubRel { pkid, reason } => acknowledge(out, protocol, 0x62, *pkid, *reason),
        Outgoing::PubComp { pkid, reason } => acknowledge(out, protocol, 0x70, *pkid, *reason),
        Outgoing::SubAck { pkid, codes } => {
            let failure = |code: &u8| if protocol == Protocol::V4 && *code >= 0x80 { 0x80 } else { *code };
            header(out, 0x90, 2 + usize::from(protocol == Protocol::V5) + codes.len());
            out.put_u16(*pkid);
            no_properties(out, protocol);
            out.extend(codes.iter().map(failure));
        }
        Outgoing::UnsubAck { pkid, codes } => {
            let codes = if protocol == Protocol::V5 { &codes[..] } else { &[] };
            header(out, 0xB0, 2 + usize::from(protocol == Protocol::V5) + codes.len());
            out.put_u16(*pkid);
            no_properties(out, protocol);
            out.put_slice(codes);
        }
        Outgoing::Pong => out.put_slice(&[0xD0, 0]),
        Outgoing::Disconnect(farewell) => {
            if protocol == Protocol::V5 {
                disconnect_v5(out, farewell);
            }
        }
        Outgoing::Raw(bytes) => out.put_slice(bytes),
    }
    None
}

/// Appends a CONNACK that refuses with `code`, whatever it is; with the texts of `announced` in MQTT 5.
pub(super) fn refusal(out: &mut BytesMut, protocol: Protocol, code: u8, announced: &Announced) {
    match protocol {
        Protocol::V4 => out.put_slice(&[0x20, 2, 0, code]),
        Protocol::V5 => {
            let texts = Announced {
                reason_string: announced.reason_string.clone(),
                server_reference: announced.server_reference.clone(),
                user_properties: announced.user_properties.clone(),
                ..Announced::default()
            };
            connack_v5(out, [0, code], None, &texts);
        }
    }
}

/// Identifiers of the properties of CONNACK and DISCONNECT (MQTT 5.0, 2.2.2.2).
mod property {
    pub(super) const SESSION_EXPIRY: u8 = 17;
    pub(super) const ASSIGNED_CLIENT_ID: u8 = 18;
    pub(super) const SERVER_KEEP_ALIVE: u8 = 19;
    pub(super) const SERVER_REFERENCE: u8 = 28;
    pub(super) const REASON_STRING: u8 = 31;
    pub(super) const RECEIVE_MAXIMUM: u8 = 33;
    pub(super) const MAXIMUM_QOS: u8 = 36;
    pub(super) const RETAIN_AVAILABLE: u8 = 37;
    pub(super) const USER: u8 = 38;
    pub(super) const MAXIMUM_PACKET_SIZE: u8 = 39;
    pub(super) const WILDCARDS_AVAILABLE: u8 = 40;
    pub(super) const SUBSCRIPTION_IDS_AVAILABLE: u8 = 41;
    pub(super) const SHARED_AVAILABLE: u8 = 42;
}

fn connack_v5(out: &mut BytesMut, flags_and_code: [u8; 2], max_qos: Option<QoS>, announced: &Announced) {
    let mut properties = BytesMut::new();
    let numbers = [
        (property::SESSION_EXPIRY, announced.session_expiry),
        (property::MAXIMUM_PACKET_SIZE, announced.maximum_packet_size),
    ];
    for (id, number) in numbers.into_iter().filter_map(|(id, number)| Some((id, number?))) {
        properties.put_u8(id);
        properties.put_u32(number);
    }
    let shorts = [
        (property::RECEIVE_MAXIMUM, announced.receive_maximum),
        (property::SERVER_KEEP_ALIVE, announced.server_keep_alive),
    ];
    for (id, number) in shorts.into_iter().filter_map(|(id, number)| Some((id, number?))) {
        properties.put_u8(id);
        properties.put_u16(number);
    }
    let bytes = [
        // "2" is said by leaving it out (MQTT 5.0, 3.2.2.3.4).
        (property::MAXIMUM_QOS, max_qos.filter(|qos| *qos < QoS::ExactlyOnce).map(QoS::level)),
        (property::RETAIN_AVAILABLE, announced.retain_available.map(u8::from)),
        (property::WILDCARDS_AVAILABLE, announced.wildcards_available.map(u8::from)),
        (property::SUBSCRIPTION_IDS_AVAILABLE, announced.subscription_ids_available.map(u8::from)),
        (property::SHARED_AVAILABLE, announced.shared_available.map(u8::from)),
    ];
    for (id, byte) in bytes.into_iter().filter_map(|(id, byte)| Some((id, byte?))) {
        properties.put_slice(&[id, byte]);
    }
    put_optional_text(&mut properties, property::ASSIGNED_CLIENT_ID, announced.assigned_client_id.as_deref());
    put_optional_text(&mut properties, property::REASON_STRING, announced.reason_string.as_deref());
    put_optional_text(&mut properties, property::SERVER_REFERENCE, announced.server_reference.as_deref());
    put_user_properties(&mut properties, &announced.user_properties);
    header(out, 0x20, 2 + length_length(properties.len()) + properties.len());
    out.put_slice(&flags_and_code);
    put_length(out, properties.len());
    out.put_slice(&properties);
}

fn disconnect_v5(out: &mut BytesMut, farewell: &Farewell) {
    let mut properties = BytesMut::new();
    put_optional_text(&mut properties, property::REASON_STRING, farewell.reason_string.as_deref());
    put_optional_text(&mut properties, property::SERVER_REFERENCE, farewell.server_reference.as_deref());
    header(out, 0xE0, 1 + length_length(properties.len()) + properties.len());
    out.put_u8(farewell.code);
    put_length(out, properties.len());
    out.put_slice(&properties);
}

fn acknowledge(out: &mut BytesMut, protocol: Protocol, first: u8, pkid: u16, reason: u8) {
    let with_reason = protocol == Protocol::V5 && reason != 0;
    header(out, first, if with_reason { 3 } else { 2 });
    out.put_u16(pkid);
    if with_reason {
        out.put_u8(reason);
    }
}

fn publish(out: &mut BytesMut, protocol: Protocol, delivery: &Delivery, now: Instant) -> Option<Bytes> {
    let message = &delivery.message.publication;
    let with_pkid = delivery.qos > QoS::AtMostOnce;
    let mut properties = BytesMut::new();
    if protocol == Protocol::V5 {
        if let Some(message) = &message.properties {
            put_properties(&mut properties, message, delivery.expiry_left(now));
        }
        for id in &delivery.subscription_ids {
            properties.put_u8(11);
            put_length(&mut properties, *id as usize);
        }
    }
    let properties_length = if protocol == Protocol::V5 { length_length(properties.len()) } else { 0 };
    let rest = 2 * usize::from(with_pkid) + properties_length + properties.len() + message.payload.len();
    let first = 0x30 | u8::from(delivery.dup) << 3 | delivery.qos.level() << 1 | u8::from(delivery.retain);
    header(out, first, 2 + message.topic.len() + rest);
    put_text(out, &message.topic);
    if with_pkid {
        out.put_u16(delivery.pkid);
    }
    if protocol == Protocol::V5 {
        put_length(out, properties.len());
        out.put_slice(&properties);
    }
    if message.payload.len() >= LARGE_PAYLOAD {
        return Some(message.payload.clone());
    }
    out.put_slice(&message.payload);
    None
}

/// Everything but subscription identifiers, which differ by receiver.
fn put_properties(out: &mut BytesMut, properties: &Properties, expiry: Option<u32>) {
    if let Some(format) = properties.payload_format {
        out.put_slice(&[1, format]);
    }
    if let Some(seconds) = expiry {
        out.put_u8(2);
        out.put_u32(seconds);
    }
    if let Some(kind) = &properties.content_type {
        out.put_u8(3);
        put_text(out, kind);
    }
    if let Some(topic) = &properties.response_topic {
        out.put_u8(8);
        put_text(out, topic);
    }
    if let Some(data) = &properties.correlation_data {
        out.put_u8(9);
        out.put_u16(data.len() as u16);
        out.put_slice(data);
    }
    put_user_properties(out, &properties.user_properties);
}

fn put_user_properties(out: &mut BytesMut, pairs: &[(String, String)]) {
    for (key, value) in pairs {
        out.put_u8(property::USER);
        put_text(out, key);
        put_text(out, value);
    }
}

fn put_optional_text(out: &mut BytesMut, id: u8, text: Option<&str>) {
    if let Some(text) = text {
        out.put_u8(id);
        put_text(out, text);
    }
}

fn header(out: &mut BytesMut, first: u8, remaining: usize) {
    out.put_u8(first);
    put_length(out, remaining);
}

fn no_properties(out: &mut BytesMut, protocol: Protocol) {
    if protocol == Protocol::V5 {
        out.put_u8(0);
    }
}

fn put_text(out: &mut BytesMut, text: &str) {
    out.put_u16(text.len() as u16);
    out.put_slice(text.as_bytes());
}

/// A variable byte integer (MQTT 5.0, 1.5.5).
fn put_length(out: &mut BytesMut, mut length: usize) {
    while length >= 128 {
        out.put_u8(length as u8 & 0x7F | 0x80);
        length >>= 7;
    }
    out.put_u8(length as u8);
}

fn length_length(length: usize) -> usize {
    match length {
        0..128 => 1,
        128..16_384 => 2,
        16_384..2_097_152 => 3,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use rumqttc::mqttbytes::v4;
    use rumqttc::v5::mqttbytes::v5;

    use super::super::packet::Stored;
    use super::*;
    use crate::model::Publication;

    fn bytes_of(protocol: Protocol, packet: &Outgoing) -> Vec<u8> {
        let mut out = BytesMut::new();
        if let Some(payload) = encode(&mut out, protocol, packet, Instant::now()) {
            out.put_slice(&payload);
        }
        out.to_vec()
    }

    #[test]
    fn answers_are_spelt_for_each_version() {
        for (packet, v4, v5) in [
            (Outgoing::PubAck { pkid: 7, reason: 0 }, &[0x40, 2, 0, 7][..], &[0x40, 2, 0, 7][..]),
            (Outgoing::PubAck { pkid: 7, reason: 0x87 }, &[0x40, 2, 0, 7], &[0x40, 3, 0, 7, 0x87]),
            (Outgoing::PubRel { pkid: 7, reason: 0 }, &[0x62, 2, 0, 7], &[0x62, 2, 0, 7]),
            (
                Outgoing::SubAck { pkid: 1, codes: vec![2, 0x8F] },
                &[0x90, 4, 0, 1, 2, 0x80],
                &[0x90, 5, 0, 1, 0, 2, 0x8F],
            ),
            (Outgoing::UnsubAck { pkid: 1, codes: vec![0x11] }, &[0xB0, 2, 0, 1], &[0xB0, 4, 0, 1, 0, 0x11]),
            (Outgoing::Disconnect(Box::new(0x8B.into())), &[], &[0xE0, 2, 0x8B, 0]),
        ] {
            assert_eq!(bytes_of(Protocol::V4, &packet), v4, "{packet:?}");
            assert_eq!(bytes_of(Protocol::V5, &packet), v5, "{packet:?}");
        }
    }

    #[test]
    fn the_codec_of_a_client_reads_every_publish_back() {
        let properties = Properties {
            payload_format: Some(1),
            message_expiry: Some(90),
            content_type: Some("text/plain".to_owned()),
            response_topic: Some("answer".to_owned()),
            correlation_data: Some(Bytes::from_static(b"\0\x01")),
            subscription_ids: Vec::new(),
            user_properties: vec![("a".to_owned(), "1".to_owned()), ("a".to_owned(), "2".to_owned())],
        };
        for size in [0, 1, 100, 16_000, 70_000, 3_000_000] {
            let publication = Publication {
                topic: "a/b".to_owned(),
                payload: vec![b'x'; size].into(),
                qos: QoS::AtLeastOnce,
                retain: false,
                properties: Some(Box::new(properties.clone())),
            };
            let delivery = Delivery {
                message: Arc::new(Stored::new(publication, Instant::now())),
                qos: QoS::AtLeastOnce,
                retain: true,
                dup: true,
                pkid: 9,
                subscription_ids: vec![300],
                replayed: false,
            };
            let bound = delivery.wire_bound();
            let packet = Outgoing::Publish(delivery);
            let bytes = bytes_of(Protocol::V5, &packet);
            assert!(bytes.len() <= bound, "{} bytes, bound {bound}", bytes.len());
            let Ok(v5::Packet::Publish(read)) = v5::Packet::read(&mut BytesMut::from(&bytes[..]), None)
            else {
                panic!("a v5 client cannot read the publish of {size} bytes");
            };
            assert_eq!((read.pkid, read.dup, read.retain, read.payload.len()), (9, true, true, size));
            let read = read.properties.unwrap();
            assert_eq!(read.user_properties, properties.user_properties);
            assert_eq!((read.subscription_identifiers, read.message_expiry_interval), (vec![300], Some(90)));
            assert_eq!(
                (read.content_type, read.response_topic),
                (properties.content_type.clone(), properties.response_topic.clone())
            );
            let bytes = bytes_of(Protocol::V4, &packet);
            let read = v4::Packet::read(&mut BytesMut::from(&bytes[..]), usize::MAX);
            assert!(
                matches!(read, Ok(v4::Packet::Publish(p)) if p.topic == "a/b" && p.payload.len() == size)
            );
        }
    }
}
