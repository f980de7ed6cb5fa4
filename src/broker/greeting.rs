//! The first packet of a connection: CONNECT of either version, or what to answer instead. Connections call it.

use bytes::{Buf, Bytes};
use rumqttc::mqttbytes::v4;
use rumqttc::v5::mqttbytes::v5;

use super::decode::{Fault, MALFORMED, PROTOCOL_ERROR, qos_v4, qos_v5, text};
use super::packet::{Connect, MAX_PACKET, MAX_REMAINING_LENGTH, Will, reason};
use crate::model::{Properties, Protocol, Publication, check_topic};

/// The first byte of a CONNECT.
pub(super) const CONNECT: u8 = 0x10;

/// What the first packet was.
#[derive(Debug)]
pub(super) enum Greeting {
    Connect(Box<Connect>),
    /// A CONNECT to be answered with this code.
    Refuse(Protocol, u8),
}

/// Reads the first packet of a connection, a complete frame. Anything but a CONNECT is a fault.
pub(super) fn read(frame: Bytes) -> Result<Greeting, Fault> {
    if frame.first() != Some(&CONNECT) {
        return Err(PROTOCOL_ERROR);
    }
    let mut body = frame.clone();
    body.advance(1 + body.iter().skip(1).take_while(|byte| **byte & 0x80 != 0).count() + 1);
    let name = read_bytes(&mut body)?;
    let (Some(level), Some(flags)) = (body.first(), body.get(1)) else { return Err(MALFORMED) };
    match (&name[..], level) {
        (b"MQTT", 4 | 5) if flags & 1 != 0 => Err(MALFORMED),
        (b"MQTT", 4) => greeting_v4(frame),
        (b"MQTT", 5) => greeting_v5(frame),
        // Old or unknown: the answer every client can read (MQTT 3.1.1, 3.1.2.2).
        (b"MQTT" | b"MQIsdp", _) => Ok(Greeting::Refuse(Protocol::V4, 1)),
        _ => Err(PROTOCOL_ERROR),
    }
}

fn greeting_v4(frame: Bytes) -> Result<Greeting, Fault> {
    let Ok(v4::Packet::Connect(packet)) = v4::Packet::read(&mut frame.into(), MAX_REMAINING_LENGTH) else {
        return Err(MALFORMED);
    };
    if packet.client_id.is_empty() && !packet.clean_session {
        return Ok(Greeting::Refuse(Protocol::V4, 2));
    }
    let will = packet.last_will.map(|will| Will {
        publication: Publication {
            topic: will.topic,
            payload: Bytes::copy_from_slice(&will.message),
            qos: qos_v4(will.qos),
            retain: will.retain,
            properties: None,
        },
        delay: 0,
    });
    let (user, password) = packet.login.map(|login| (login.username, login.password.into())).unzip();
    checked(Connect {
        client_id: packet.client_id,
        clean: packet.clean_session,
        keep_alive: packet.keep_alive,
        session_expiry: if packet.clean_session { 0 } else { u32::MAX },
        will,
        user,
        password,
        ..Connect::clean(Protocol::V4)
    })
}

fn greeting_v5(frame: Bytes) -> Result<Greeting, Fault> {
    let Ok(v5::Packet::Connect(packet, will, login)) = v5::Packet::read(&mut frame.into(), None) else {
        return Err(MALFORMED);
    };
    let wishes = packet.properties.unwrap_or_default();
    if wishes.authentication_method.is_some() {
        return Ok(Greeting::Refuse(Protocol::V5, reason::BAD_AUTHENTICATION_METHOD));
    }
    if wishes.receive_maximum == Some(0) || wishes.max_packet_size == Some(0) {
        return Err(PROTOCOL_ERROR);
    }
    let (user, password) = login.map(|login| (login.username, login.password.into())).unzip();
    checked(Connect {
        client_id: packet.client_id,
        clean: packet.clean_start,
        keep_alive: packet.keep_alive,
        session_expiry: wishes.session_expiry_interval.unwrap_or(0),
        receive_maximum: wishes.receive_maximum.unwrap_or(u16::MAX),
        max_packet: wishes.max_packet_size.map_or(MAX_PACKET, |bytes| MAX_PACKET.min(bytes as usize)),
        will: will.map(will_v5).transpose()?,
        user,
        password,
        ..Connect::clean(Protocol::V5)
    })
}

fn will_v5(will: v5::LastWill) -> Result<Will, Fault> {
    let delay = will.properties.as_ref().and_then(|properties| properties.delay_interval).unwrap_or(0);
    let properties = will.properties.map(|properties| {
        Box::new(Properties {
            payload_format: properties.payload_format_indicator,
            message_expiry: properties.message_expiry_interval,
            content_type: properties.content_type,
            response_topic: properties.response_topic,
            correlation_data: properties.correlation_data.map(|data| Bytes::copy_from_slice(&data)),
            subscription_ids: Vec::new(),
            user_properties: properties.user_properties,
        })
    });
    let publication = Publication {
        topic: text(&will.topic)?,
        payload: Bytes::copy_from_slice(&will.message),
        qos: qos_v5(will.qos),
        retain: will.retain,
        properties,
    };
    Ok(Will { publication, delay })
}

fn checked(connect: Connect) -> Result<Greeting, Fault> {
    let will_topic = connect.will.as_ref().map(|will| will.publication.topic.as_str());
    if will_topic.is_some_and(|topic| check_topic(topic).is_err()) {
        return Err(Fault(reason::TOPIC_NAME_INVALID));
    }
    if connect.client_id.contains('\0') {
        return Err(MALFORMED);
    }
    if will_topic.is_some_and(|topic| topic.starts_with("$SYS/")) {
        // The broker's own.
        let code = if connect.protocol == Protocol::V4 { 5 } else { reason::NOT_AUTHORIZED };
        return Ok(Greeting::Refuse(connect.protocol, code));
    }
    Ok(Greeting::Connect(Box::new(connect)))
}

fn read_bytes(body: &mut Bytes) -> Result<Bytes, Fault> {
    let length = usize::from(body.try_get_u16().map_err(|_| MALFORMED)?);
    if length > body.len() { Err(MALFORMED) } else { Ok(body.split_to(length)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_connect_gets_its_own_treatment() {
        let connect = |name: &[u8], level: u8, flags: u8, rest: &[u8]| {
            let mut frame = vec![0x10, (6 + name.len() + rest.len()) as u8, 0, name.len() as u8];
            frame.extend_from_slice(name);
            frame.extend_from_slice(&[level, flags, 0, 60]);
            frame.extend_from_slice(rest);
            read(frame.into())
        };
        assert!(
            matches!(connect(b"MQTT", 4, 2, &[0, 1, b'x']), Ok(Greeting::Connect(c)) if c.client_id == "x")
        );
        assert!(matches!(connect(b"MQTT", 5, 2, &[0, 0, 0]), Ok(Greeting::Connect(c)) if c.keep_alive == 60));
        assert!(matches!(connect(b"MQTT", 4, 0, &[0, 0]), Ok(Greeting::Refuse(Protocol::V4, 2))));
        assert!(matches!(connect(b"MQIsdp", 3, 2, &[0, 1, b'x']), Ok(Greeting::Refuse(Protocol::V4, 1))));
        assert!(matches!(connect(b"MQTT", 6, 2, &[0, 0, 0]), Ok(Greeting::Refuse(Protocol::V4, 1))));
        assert_eq!(connect(b"MQTT", 4, 3, &[0, 1, b'x']).unwrap_err(), MALFORMED);
        assert_eq!(connect(b"HTTP", 4, 2, &[0, 1, b'x']).unwrap_err(), PROTOCOL_ERROR);
        let will_on_wildcard = connect(b"MQTT", 4, 6, &[0, 1, b'x', 0, 1, b'#', 0, 0]);
        assert_eq!(will_on_wildcard.unwrap_err(), Fault(reason::TOPIC_NAME_INVALID));
        let will_on_sys = [&[0, 1, b'x', 0, 6][..], b"$SYS/a", &[0, 0]].concat();
        assert!(matches!(connect(b"MQTT", 4, 6, &will_on_sys), Ok(Greeting::Refuse(Protocol::V4, 5))));
        assert_eq!(read(Bytes::from_static(b"GET / HTTP/1.1\r\n")).unwrap_err(), PROTOCOL_ERROR);
    }
}
