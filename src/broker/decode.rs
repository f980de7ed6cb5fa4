//! Bytes to packets: finds whole frames, then has rumqttc's codec read them. Connections call it.
//!
//! The codec is written for clients. Seen from a server it needs help: it rejects MQTT 5 DISCONNECTs without properties,
//! says "not enough bytes" inside a complete frame when it means "malformed", and checks neither flags nor packet ids.

use bytes::{Buf, Bytes, BytesMut};
use rumqttc::mqttbytes::{QoS as QoS4, v4};
use rumqttc::v5::mqttbytes::{QoS as QoS5, v5};

use super::packet::{Inbound, MAX_REMAINING_LENGTH, RetainHandling, Wanted, reason};
use crate::model::{Properties, Protocol, Publication, QoS, check_topic};

/// A packet breaks the rules; holds the MQTT 5 reason code to close with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fault(pub(super) u8);

pub(super) const MALFORMED: Fault = Fault(reason::MALFORMED_PACKET);
pub(super) const PROTOCOL_ERROR: Fault = Fault(reason::PROTOCOL_ERROR);

/// How many bytes the first frame in `buffer` has; `None` until its fixed header is there.
pub(super) fn frame_length(buffer: &[u8]) -> Result<Option<usize>, Fault> {
    let mut length = 0;
    for (index, byte) in buffer.iter().skip(1).take(4).enumerate() {
        length |= usize::from(byte & 0x7F) << (7 * index);
        if byte & 0x80 == 0 {
            return Ok(Some(2 + index + length));
        }
    }
    if buffer.len() > 4 { Err(MALFORMED) } else { Ok(None) }
}

/// Reads any later packet, a complete frame.
pub(super) fn packet(protocol: Protocol, frame: BytesMut) -> Result<Inbound, Fault> {
    let first = frame.first().copied().unwrap_or(0);
    let flags = first & 0x0F;
    // MQTT 3.1.1, 2.2.2; a PUBLISH has its own, where DUP without QoS is an error (3.3.1.1).
    let flags_fit = match first >> 4 {
        3 => flags & 0b1110 != 0b1000,
        6 | 8 | 10 => flags == 0b0010,
        _ => flags == 0,
    };
    if !flags_fit {
        return Err(MALFORMED);
    }
    let packet = match (first >> 4, protocol) {
        (14, Protocol::V5) => disconnect_v5(frame.freeze()),
        (_, Protocol::V4) => packet_v4(frame),
        (_, Protocol::V5) => packet_v5(frame),
    }?;
    match &packet {
        Inbound::Subscribe { pkid: 0, .. } | Inbound::Unsubscribe { pkid: 0, .. } => Err(PROTOCOL_ERROR),
        Inbound::Unsubscribe { filters, .. } if filters.is_empty() => Err(PROTOCOL_ERROR),
        Inbound::Publish { publication, .. } if check_topic(&publication.topic).is_err() => {
            Err(Fault(reason::TOPIC_NAME_INVALID))
        }
        _ => Ok(packet),
    }
}

fn packet_v4(mut frame: BytesMut) -> Result<Inbound, Fault> {
    Ok(match v4::Packet::read(&mut frame, MAX_REMAINING_LENGTH).map_err(|_| MALFORMED)? {
        v4::Packet::Publish(packet) => Inbound::Publish {
            publication: Publication {
                topic: packet.topic,
                payload: unpinned(&packet.payload),
                qos: qos_v4(packet.qos),
                retain: packet.retain,
                properties: None,
            },
            pkid: packet.pkid,
        },
        v4::Packet::PubAck(packet) => Inbound::PubAck { pkid: packet.pkid },
        v4::Packet::PubRec(packet) => Inbound::PubRec { pkid: packet.pkid, refused: false },
        v4::Packet::PubRel(packet) => Inbound::PubRel { pkid: packet.pkid },
        v4::Packet::PubComp(packet) => Inbound::PubComp { pkid: packet.pkid },
        v4::Packet::Subscribe(packet) => Inbound::Subscribe {
            pkid: packet.pkid,
            id: None,
            filters: packet
                .filters
                .into_iter()
                .map(|filter| Wanted {
                    filter: filter.path,
                    qos: qos_v4(filter.qos),
                    no_local: false,
                    retain_as_published: false,
                    retain_handling: RetainHandling::Always,
                })
                .collect(),
        },
        v4::Packet::Unsubscribe(packet) => Inbound::Unsubscribe { pkid: packet.pkid, filters: packet.topics },
        v4::Packet::PingReq => Inbound::Ping,
        v4::Packet::Disconnect => Inbound::Disconnect { reason: reason::SUCCESS, session_expiry: None },
        v4::Packet::Connect(_)
        | v4::Packet::ConnAck(_)
        | v4::Packet::SubAck(_)
        | v4::Packet::UnsubAck(_)
        | v4::Packet::PingResp => return Err(PROTOCOL_ERROR),
    })
}

fn packet_v5(mut frame: BytesMut) -> Result<Inbound, Fault> {
    Ok(match v5::Packet::read(&mut frame, None).map_err(|_| MALFORMED)? {
        v5::Packet::Publish(packet) => publish_v5(packet)?,
        v5::Packet::PubAck(packet) => Inbound::PubAck { pkid: packet.pkid },
        v5::Packet::PubRec(packet) => {
            use v5::PubRecReason::{NoMatchingSubscribers, Success};
            let refused = !matches!(packet.reason, Success | NoMatchingSubscribers);
            Inbound::PubRec { pkid: packet.pkid, refused }
        }
        v5::Packet::PubRel(packet) => Inbound::PubRel { pkid: packet.pkid },
        v5::Packet::PubComp(packet) => Inbound::PubComp { pkid: packet.pkid },
        v5::Packet::Subscribe(packet) => {
            let id = packet.properties.and_then(|properties| properties.id);
            if id == Some(0) {
                return Err(PROTOCOL_ERROR);
            }
            let filters = packet.filters.into_iter().map(wanted_v5).collect();
            Inbound::Subscribe { pkid: packet.pkid, id: id.map(|id| id as u32), filters }
        }
        v5::Packet::Unsubscribe(packet) => {
            Inbound::Unsubscribe { pkid: packet.pkid, filters: packet.filters }
        }
        v5::Packet::PingReq(_) => Inbound::Ping,
        _ => return Err(PROTOCOL_ERROR),
    })
}

fn publish_v5(packet: v5::Publish) -> Result<Inbound, Fault> {
    let properties = match packet.properties {
        Some(properties) if properties.topic_alias.is_some() => {
            // CONNACK announced none (its absence says 0).
            return Err(Fault(reason::TOPIC_ALIAS_INVALID));
        }
        Some(properties) if !properties.subscription_identifiers.is_empty() => return Err(PROTOCOL_ERROR),
        Some(properties) => Some(Box::new(Properties {
            payload_format: properties.payload_format_indicator,
            message_expiry: properties.message_expiry_interval,
            content_type: properties.content_type,
            response_topic: properties.response_topic,
            correlation_data: properties.correlation_data.map(|data| Bytes::copy_from_slice(&data)),
            subscription_ids: Vec::new(),
            user_properties: properties.user_properties,
        })),
        None => None,
    };
    let publication = Publication {
        topic: text(&packet.topic)?,
        payload: unpinned(&packet.payload),
        qos: qos_v5(packet.qos),
        retain: packet.retain,
        properties,
    };
    Ok(Inbound::Publish { publication, pkid: packet.pkid })
}

fn wanted_v5(filter: v5::Filter) -> Wanted {
    Wanted {
        filter: filter.path,
        qos: qos_v5(filter.qos),
        no_local: filter.nolocal,
        retain_as_published: filter.preserve_retain,
        retain_handling: match filter.retain_forward_rule {
            v5::RetainForwardRule::OnEverySubscribe => RetainHandling::Always,
            v5::RetainForwardRule::OnNewSubscribe => RetainHandling::WhenNew,
            v5::RetainForwardRule::Never => RetainHandling::Never,
        },
    }
}

/// The codec wants both reason and properties; the standard lets a client leave out either (MQTT 5.0, 3.14.2).
fn disconnect_v5(mut frame: Bytes) -> Result<Inbound, Fault> {
    let header = 2 + frame.iter().skip(1).take_while(|byte| **byte & 0x80 != 0).count();
    frame.advance(header);
    let reason = if frame.has_remaining() { frame.get_u8() } else { reason::SUCCESS };
    let properties = if frame.has_remaining() {
        v5::DisconnectProperties::extract(&mut frame).map_err(|_| MALFORMED)?
    } else {
        None
    };
    Ok(Inbound::Disconnect {
        reason,
        session_expiry: properties.and_then(|properties| properties.session_expiry_interval),
    })
}

pub(super) fn text(bytes: &[u8]) -> Result<String, Fault> {
    std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| MALFORMED)
}

/// A kept slice would keep the whole read buffer alive; a large payload fills most of its buffer anyway.
fn unpinned(payload: &Bytes) -> Bytes {
    if payload.len() < 32 << 10 { Bytes::copy_from_slice(payload) } else { payload.clone() }
}

pub(super) fn qos_v4(qos: QoS4) -> QoS {
    match qos {
        QoS4::AtMostOnce => QoS::AtMostOnce,
        QoS4::AtLeastOnce => QoS::AtLeastOnce,
        QoS4::ExactlyOnce => QoS::ExactlyOnce,
    }
}

pub(super) fn qos_v5(qos: QoS5) -> QoS {
    match qos {
        QoS5::AtMostOnce => QoS::AtMostOnce,
        QoS5::AtLeastOnce => QoS::AtLeastOnce,
        QoS5::ExactlyOnce => QoS::ExactlyOnce,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(protocol: Protocol, bytes: &[u8]) -> Result<Inbound, Fault> {
        packet(protocol, BytesMut::from(bytes))
    }

    #[test]
    fn a_frame_is_measured_from_its_first_bytes() {
        assert_eq!(frame_length(&[]), Ok(None));
        assert_eq!(frame_length(&[0x30]), Ok(None));
        assert_eq!(frame_length(&[0x30, 0x80]), Ok(None));
        assert_eq!(frame_length(&[0xC0, 0]), Ok(Some(2)));
        assert_eq!(frame_length(&[0x30, 0x80, 0x01]), Ok(Some(131)));
        assert_eq!(frame_length(&[0x30, 0xFF, 0xFF, 0xFF, 0x7F]), Ok(Some(MAX_REMAINING_LENGTH + 5)));
        assert_eq!(frame_length(&[0x30, 0xFF, 0xFF, 0xFF, 0xFF]), Err(MALFORMED));
    }

    #[test]
    fn disconnects_of_every_length_are_understood() {
        for (bytes, expected) in [
            (&[0xE0, 0][..], (0, None)),
            (&[0xE0, 1, 4], (4, None)),
            (&[0xE0, 2, 4, 0], (4, None)),
            (&[0xE0, 7, 0, 5, 17, 0, 0, 0, 9], (0, Some(9))),
        ] {
            let Ok(Inbound::Disconnect { reason, session_expiry }) = read(Protocol::V5, bytes) else {
                panic!("{bytes:?}")
            };
            assert_eq!((reason, session_expiry), expected);
        }
    }

    proptest::proptest! {
        #[test]
        fn c20_no_bytes_make_the_codec_panic(first: u8, body in proptest::collection::vec(0..=255_u8, 0..100)) {
            let mut frame = vec![first, body.len() as u8];
            frame.extend_from_slice(&body);
            // Whether it is a packet or a fault does not matter here.
            let _ = packet(Protocol::V4, BytesMut::from(&frame[..]));
            let _ = packet(Protocol::V5, BytesMut::from(&frame[..]));
            let mut connect = vec![0x10, body.len() as u8 + 7, 0, 4, b'M', b'Q', b'T', b'T', 4 + first % 2];
            connect.extend_from_slice(&body);
            let _ = super::super::greeting::read(connect.into());
        }
    }

    #[test]
    fn c20_broken_packets_are_faults_and_never_wait_for_more() {
        let publish_without_properties = [0x30, 3, 0, 1, b'a'];
        assert_eq!(read(Protocol::V5, &publish_without_properties).unwrap_err(), MALFORMED);
        assert!(read(Protocol::V4, &publish_without_properties).is_ok());
        for (bytes, fault) in [
            (&[0x36, 5, 0, 1, b'a', 0, 1][..], MALFORMED),
            (&[0x38, 3, 0, 1, b'a'], MALFORMED),
            (&[0x32, 5, 0, 1, b'a', 0, 0], MALFORMED),
            (&[0x30, 3, 0, 9, b'a'], MALFORMED),
            (&[0x30, 3, 0, 1, 0xFF], MALFORMED),
            (&[0x30, 2, 0, 0], Fault(reason::TOPIC_NAME_INVALID)),
            (&[0x30, 3, 0, 1, b'#'], Fault(reason::TOPIC_NAME_INVALID)),
            (&[0x80, 6, 0, 1, 0, 1, b'a', 0], MALFORMED),
            (&[0x82, 6, 0, 0, 0, 1, b'a', 0], PROTOCOL_ERROR),
            (&[0x82, 6, 0, 1, 0, 1, b'a', 3], MALFORMED),
            (&[0x82, 2, 0, 1], MALFORMED),
            (&[0xA2, 2, 0, 1], PROTOCOL_ERROR),
            (&[0x20, 2, 0, 0], PROTOCOL_ERROR),
            (&[0xF0, 0], MALFORMED),
            (&[0x00, 0], MALFORMED),
        ] {
            assert_eq!(read(Protocol::V4, bytes).unwrap_err(), fault, "{bytes:x?}");
        }
    }
}
