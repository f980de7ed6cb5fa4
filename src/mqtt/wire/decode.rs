//! Frames to packets, of both protocol versions. Used by `frame`.
//!
//! The fixed parts are read here and the property blocks by rumqttc's codec, except those of PUBLISH: the codec counts three
//! subscription ids wrongly and takes the rest from the payload. It also knows no reason code but those it expects, calls a
//! DISCONNECT without properties broken, and says "not enough bytes" inside a complete packet when it means "malformed".

use bytes::{Buf, Bytes};
use rumqttc::v5::mqttbytes::v5::{ConnAckProperties, DisconnectProperties, PubAckProperties};

use super::packet::{Ack, Answers, ConnAck, Delivery, Incoming, SkipReason, Skipped};
use super::properties::{self, Unreadable};
use crate::model::{Message, Moment, Protocol, QoS, ServerLimits};
use crate::mqtt::explain::{Fault, Stated};

/// What is wrong with a packet.
type Broken = &'static str;

const TOO_SHORT: Broken = "it is shorter than its content";
const PROPERTIES: Broken = "its properties cannot be read";

/// The name of a packet by its first byte (MQTT 5.0, 2.1.2).
pub(super) fn name(first: u8) -> Option<&'static str> {
    const NAMES: [&str; 15] = [
        "CONNECT",
        "CONNACK",
        "PUBLISH",
        "PUBACK",
        "PUBREC",
        "PUBREL",
        "PUBCOMP",
        "SUBSCRIBE",
        "SUBACK",
        "UNSUBSCRIBE",
        "UNSUBACK",
        "PINGREQ",
        "PINGRESP",
        "DISCONNECT",
        "AUTH",
    ];
    NAMES.get(usize::from(first >> 4).checked_sub(1)?).copied()
}

/// Reads the body of a packet of `size` bytes that begins with `first`.
pub(super) fn packet(
    protocol: Protocol,
    first: u8,
    body: Bytes,
    size: usize,
    now: Moment,
) -> Result<Incoming, Fault> {
    let (kind, flags) = (first >> 4, first & 0x0F);
    let malformed = |what: Broken| Fault::Malformed(name(first), what.into());
    let flags_fit = match kind {
        3 => true,
        6 => flags == 2,
        _ => flags == 0,
    };
    let known = !matches!((kind, protocol), (0, _) | (15, Protocol::V4));
    if !known {
        return Err(Fault::Malformed(None, format!("packet type {kind} does not exist")));
    }
    if matches!((kind, protocol), (1 | 8 | 10 | 12, _) | (14, Protocol::V4)) {
        return Err(malformed("only clients may send it"));
    }
    if !flags_fit {
        return Err(malformed("its flags are not those of its kind"));
    }
    let read = match kind {
        2 => connack(protocol, body).map(|connack| Incoming::ConnAck(Box::new(connack))),
        3 => publish(protocol, first, body, size, now),
        4 => ack(protocol, body).map(Incoming::PubAck),
        5 => ack(protocol, body).map(Incoming::PubRec),
        6 => ack(protocol, body).map(Incoming::PubRel),
        7 => ack(protocol, body).map(Incoming::PubComp),
        9 => suback(protocol, body).map(Incoming::SubAck),
        11 => answers(protocol, body).map(Incoming::UnsubAck),
        13 => Ok(Incoming::PingResp),
        14 => disconnect(body).map(Incoming::Disconnect),
        _ => Err("no extended authentication was asked for"),
    };
    read.map_err(malformed)
}

/// Reads the start of a PUBLISH that is too large; `None` when topic and packet id are not there yet.
pub(super) fn too_large(first: u8, start: &[u8], size: usize) -> Result<Option<Skipped>, Fault> {
    if first >> 4 != 3 {
        return Err(Fault::TooLarge(name(first), size));
    }
    let qos = qos(first).map_err(|what| Fault::Malformed(name(first), what.into()))?;
    let mut start = start;
    let Ok((topic, id)) = topic_and_id(&mut start, qos) else { return Ok(None) };
    let topic = String::from_utf8_lossy(topic).into_owned();
    Ok(Some(Skipped { why: SkipReason::TooLarge, topic, size, qos, id }))
}

fn qos(first: u8) -> Result<QoS, Broken> {
    QoS::from_level((first >> 1) & 3).ok_or("QoS 3 does not exist")
}

/// Takes topic and packet id from the front of a PUBLISH.
fn topic_and_id<'a>(body: &mut &'a [u8], qos: QoS) -> Result<(&'a [u8], u16), Broken> {
    let length = usize::from(body.try_get_u16().map_err(|_| TOO_SHORT)?);
    let Some((topic, rest)) = body.split_at_checked(length) else {
        return Err("its topic is longer than the packet");
    };
    *body = rest;
    let id = match qos {
        QoS::AtMostOnce => 0,
        _ => body.try_get_u16().map_err(|_| TOO_SHORT)?,
    };
    if qos != QoS::AtMostOnce && id == 0 {
        return Err("packet id 0 is not allowed");
    }
    Ok((topic, id))
}

fn publish(
    protocol: Protocol,
    first: u8,
    mut body: Bytes,
    size: usize,
    now: Moment,
) -> Result<Incoming, Broken> {
    let qos = qos(first)?;
    let mut rest = &body[..];
    let (topic, id) = topic_and_id(&mut rest, qos)?;
    let readable = match protocol {
        Protocol::V4 => Ok(None),
        Protocol::V5 => properties::of_publish(block(&mut rest)?),
    };
    let skipped = |why| {
        let topic = String::from_utf8_lossy(topic).into_owned();
        Ok(Incoming::Skipped(Skipped { why, topic, size, qos, id }))
    };
    let properties = match readable {
        Ok(properties) => properties,
        Err(Unreadable::Malformed(what)) => return Err(what),
        Err(Unreadable::NotUtf8) => return skipped(SkipReason::PropertyNotUtf8),
    };
    let Ok(topic) = std::str::from_utf8(topic) else { return skipped(SkipReason::TopicNotUtf8) };
    let topic = topic.to_owned();
    body.advance(body.len() - rest.len());
    let message = Message {
        topic,
        payload: body,
        qos,
        retain: first & 1 != 0,
        dup: first & 8 != 0,
        properties,
        received: now,
    };
    Ok(Incoming::Publish(Delivery { message, id }))
}

/// Takes a property block from the front, its length left out.
fn block<'a>(body: &mut &'a [u8]) -> Result<&'a [u8], Broken> {
    let length = properties::variable_length(body).ok_or(PROPERTIES)?;
    let Some((block, rest)) = body.split_at_checked(length) else { return Err(PROPERTIES) };
    *body = rest;
    Ok(block)
}

/// Takes a property block from the front as the codec wants it: with its length, and nothing behind it that the codec could
/// take for properties.
fn block_for_codec(body: &mut Bytes) -> Result<Bytes, Broken> {
    if body.is_empty() {
        return Ok(Bytes::from_static(&[0]));
    }
    let mut rest = &body[..];
    block(&mut rest)?;
    let length = body.len() - rest.len();
    Ok(body.split_to(length))
}

fn connack(protocol: Protocol, mut body: Bytes) -> Result<ConnAck, Broken> {
    let session_present = body.try_get_u8().map_err(|_| TOO_SHORT)? & 1 != 0;
    let code = body.try_get_u8().map_err(|_| TOO_SHORT)?;
    // A 3.1.1 broker answers a CONNECT of MQTT 5 in its own way.
    let bare = body.is_empty();
    let mut connack = ConnAck { session_present, code, limits: ServerLimits::default(), bare };
    if protocol == Protocol::V5 {
        let said = ConnAckProperties::read(&mut block_for_codec(&mut body)?).map_err(|_| PROPERTIES)?;
        connack.limits = said.map(limits).unwrap_or_default();
    }
    Ok(connack)
}

fn limits(said: ConnAckProperties) -> ServerLimits {
    let flag = |value: Option<u8>| value.map(|value| value != 0);
    ServerLimits {
        maximum_qos: said.max_qos.and_then(QoS::from_level),
        retain_available: flag(said.retain_available),
        maximum_packet: said.max_packet_size,
        receive_maximum: said.receive_max,
        topic_alias_maximum: said.topic_alias_max,
        keep_alive: said.server_keep_alive,
        session_expiry: said.session_expiry_interval,
        assigned_client_id: said.assigned_client_identifier,
        wildcards_available: flag(said.wildcard_subscription_available),
        subscription_ids_available: flag(said.subscription_identifiers_available),
        shared_available: flag(said.shared_subscription_available),
        response_information: said.response_information,
        server_reference: said.server_reference,
        reason: said.reason_string,
        user_properties: said.user_properties,
    }
}

fn packet_id(body: &mut Bytes) -> Result<u16, Broken> {
    match body.try_get_u16() {
        Ok(0) => Err("packet id 0 is not allowed"),
        Ok(id) => Ok(id),
        Err(_) => Err(TOO_SHORT),
    }
}

fn ack(protocol: Protocol, mut body: Bytes) -> Result<Ack, Broken> {
    let id = packet_id(&mut body)?;
    let mut reason = Stated::default();
    if protocol == Protocol::V5 && body.has_remaining() {
        reason.code = body.get_u8();
        reason.text = reason_string(&mut body)?;
    }
    Ok(Ack { id, reason })
}

/// The reason string of an acknowledgement. All of them have the same two properties.
fn reason_string(body: &mut Bytes) -> Result<Option<String>, Broken> {
    let properties = PubAckProperties::read(&mut block_for_codec(body)?).map_err(|_| PROPERTIES)?;
    Ok(properties.and_then(|properties| properties.reason_string))
}

fn answers(protocol: Protocol, mut body: Bytes) -> Result<Answers, Broken> {
    let id = packet_id(&mut body)?;
    let text = match protocol {
        Protocol::V4 => None,
        Protocol::V5 => reason_string(&mut body)?,
    };
    Ok(Answers { id, codes: body.to_vec(), text })
}

fn suback(protocol: Protocol, body: Bytes) -> Result<Answers, Broken> {
    let answers = answers(protocol, body)?;
    let defined = |code: &u8| matches!(code, 0..=2 | 0x80);
    if protocol == Protocol::V4 && !answers.codes.iter().all(defined) {
        return Err("it holds a return code that MQTT 3.1.1 does not define");
    }
    Ok(answers)
}

fn disconnect(mut body: Bytes) -> Result<Stated, Broken> {
    let code = body.try_get_u8().unwrap_or(0);
    let said = DisconnectProperties::extract(&mut block_for_codec(&mut body)?).map_err(|_| PROPERTIES)?;
    let (text, server) = said.map(|said| (said.reason_string, said.server_reference)).unwrap_or_default();
    Ok(Stated { code, text, server })
}
