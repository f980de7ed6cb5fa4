//! Our packets to bytes, through rumqttc's codec. Used by the wire alone.

use bytes::{BufMut, Bytes, BytesMut};
use rumqttc::mqttbytes::{QoS as QoS4, v4};
use rumqttc::v5::mqttbytes::{QoS as QoS5, v5};

use super::{MAX_PACKET, properties};
use crate::model::{Protocol, Publication, QoS, RetainHandling, Secret, Subscription, Target};

/// A packet that must not be sent: it has this many bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::mqtt) struct TooLarge(pub usize);

/// The codec refuses nothing but lengths beyond the protocol's, which are looked at before, and packet id 0.
fn written<E>(
    out: &mut BytesMut,
    write: impl FnOnce(&mut BytesMut) -> Result<usize, E>,
) -> Result<(), TooLarge> {
    let before = out.len();
    write(out).map(|_| ()).map_err(|_| {
        out.truncate(before);
        TooLarge(MAX_PACKET + 1)
    })
}

fn fits(size: usize, limit: usize) -> Result<(), TooLarge> {
    if size > limit { Err(TooLarge(size)) } else { Ok(()) }
}

/// CONNECT (MQTT 5.0, 3.1).
pub(super) fn connect(out: &mut BytesMut, protocol: Protocol, target: &Target) -> Result<(), TooLarge> {
    match protocol {
        Protocol::V4 => written(out, |out| connect_v4(target).write(out)),
        Protocol::V5 => {
            let (user, password) = login(target);
            let login = login_given(target).then(|| v5::Login::new(user, password));
            let will = target.will.as_ref().map(|will| {
                let publication = &will.publication;
                v5::LastWill {
                    topic: Bytes::copy_from_slice(publication.topic.as_bytes()),
                    message: publication.payload.clone(),
                    qos: qos_v5(publication.qos),
                    retain: publication.retain,
                    properties: properties::of_will(will),
                }
            });
            written(out, |out| connect_v5(target).write(&will, &login, out))
        }
    }
}

fn login(target: &Target) -> (&str, &str) {
    let password = target.password.as_ref().map(Secret::expose).unwrap_or_default();
    (target.user.as_deref().unwrap_or_default(), password)
}

fn login_given(target: &Target) -> bool {
    let (user, password) = login(target);
    !user.is_empty() || !password.is_empty()
}

fn connect_v4(target: &Target) -> v4::Connect {
    let (user, password) = login(target);
    v4::Connect {
        protocol: rumqttc::mqttbytes::Protocol::V4,
        keep_alive: target.keep_alive,
        client_id: target.client_id.clone(),
        clean_session: target.clean_session || target.client_id.is_empty(),
        last_will: target.will.as_ref().map(|will| v4::LastWill {
            topic: will.publication.topic.clone(),
            message: will.publication.payload.clone(),
            qos: qos_v4(will.publication.qos),
            retain: will.publication.retain,
        }),
        login: login_given(target).then(|| v4::Login::new(user, password)),
    }
}

fn connect_v5(target: &Target) -> v5::Connect {
    let expiry = target.effective_expiry();
    let limit = target.max_packet.filter(|limit| (*limit as usize) < MAX_PACKET);
    let wishes = v5::ConnectProperties {
        session_expiry_interval: expiry,
        max_packet_size: limit,
        ..v5::ConnectProperties::default()
    };
    v5::Connect {
        keep_alive: target.keep_alive,
        client_id: target.client_id.clone(),
        clean_start: target.clean_session,
        properties: (expiry.is_some() || limit.is_some()).then_some(wishes),
    }
}

/// PUBLISH under packet id `id` (0 with QoS 0), unless it has more than `limit` bytes.
pub(super) fn publish(
    out: &mut BytesMut,
    protocol: Protocol,
    publication: &Publication,
    id: u16,
    dup: bool,
    limit: usize,
) -> Result<(), TooLarge> {
    let Publication { topic, payload, qos, retain, properties } = publication;
    match protocol {
        Protocol::V4 => {
            let (topic, payload, qos) = (topic.clone(), payload.clone(), qos_v4(*qos));
            let packet = v4::Publish { dup, qos, retain: *retain, topic, pkid: id, payload };
            fits(packet.size(), limit)?;
            written(out, |out| packet.write(out))
        }
        Protocol::V5 => {
            let packet = v5::Publish {
                dup,
                qos: qos_v5(*qos),
                retain: *retain,
                topic: Bytes::copy_from_slice(topic.as_bytes()),
                pkid: id,
                payload: payload.clone(),
                properties: properties.as_deref().map(properties::to_wire),
            };
            fits(packet.size(), limit)?;
            written(out, |out| packet.write(out))
        }
    }
}

/// SUBSCRIBE, unless it has more than `limit` bytes. All of `wanted` have the same subscription id, which is sent if `with_id`.
pub(super) fn subscribe(
    out: &mut BytesMut,
    protocol: Protocol,
    id: u16,
    wanted: &[Subscription],
    with_id: bool,
    limit: usize,
) -> Result<(), TooLarge> {
    match protocol {
        Protocol::V4 => {
            let filters = wanted
                .iter()
                .map(|one| v4::SubscribeFilter::new(one.filter.as_str().to_owned(), qos_v4(one.qos)));
            let mut packet = v4::Subscribe::new_many(filters);
            packet.pkid = id;
            fits(packet.size(), limit)?;
            written(out, |out| packet.write(out))
        }
        Protocol::V5 => {
            let subscription_id = wanted.first().and_then(|one| one.id).filter(|_| with_id);
            let properties = subscription_id
                .map(|id| v5::SubscribeProperties { id: Some(id as usize), user_properties: Vec::new() });
            let packet =
                v5::Subscribe { pkid: id, filters: wanted.iter().map(filter_v5).collect(), properties };
            fits(packet.size(), limit)?;
            written(out, |out| packet.write(out))
        }
    }
}

fn filter_v5(wanted: &Subscription) -> v5::Filter {
    v5::Filter {
        path: wanted.filter.as_str().to_owned(),
        qos: qos_v5(wanted.qos),
        nolocal: wanted.no_local,
        preserve_retain: wanted.retain_as_published,
        retain_forward_rule: match wanted.retain_handling {
            RetainHandling::Always => v5::RetainForwardRule::OnEverySubscribe,
            RetainHandling::IfNew => v5::RetainForwardRule::OnNewSubscribe,
            RetainHandling::Never => v5::RetainForwardRule::Never,
        },
    }
}

/// UNSUBSCRIBE.
pub(super) fn unsubscribe(
    out: &mut BytesMut,
    protocol: Protocol,
    id: u16,
    filter: &str,
) -> Result<(), TooLarge> {
    match protocol {
        Protocol::V4 => {
            let packet = v4::Unsubscribe { pkid: id, topics: vec![filter.to_owned()] };
            written(out, |out| packet.write(out))
        }
        Protocol::V5 => {
            let packet = v5::Unsubscribe { pkid: id, filters: vec![filter.to_owned()], properties: None };
            written(out, |out| packet.write(out))
        }
    }
}

/// Which acknowledgement to send, by its name in the protocol.
#[allow(clippy::enum_variant_names, reason = "the protocol's own names")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::mqtt) enum Answer {
    PubAck,
    PubRec,
    PubRel,
    PubComp,
}

/// An acknowledgement that says success: the same four bytes in both versions.
pub(super) fn acknowledge(out: &mut BytesMut, answer: Answer, id: u16) {
    out.put_u8(match answer {
        Answer::PubAck => 0x40,
        Answer::PubRec => 0x50,
        Answer::PubRel => 0x62,
        Answer::PubComp => 0x70,
    });
    out.put_u8(2);
    out.put_u16(id);
}

/// PINGREQ.
pub(super) fn ping(out: &mut BytesMut) {
    out.put_slice(&[0xC0, 0]);
}

/// DISCONNECT, in the form both versions know (MQTT 5.0, 3.14.2.1).
pub(super) fn disconnect(out: &mut BytesMut) {
    out.put_slice(&[0xE0, 0]);
}

fn qos_v4(qos: QoS) -> QoS4 {
    match qos {
        QoS::AtMostOnce => QoS4::AtMostOnce,
        QoS::AtLeastOnce => QoS4::AtLeastOnce,
        QoS::ExactlyOnce => QoS4::ExactlyOnce,
    }
}

fn qos_v5(qos: QoS) -> QoS5 {
    match qos {
        QoS::AtMostOnce => QoS5::AtMostOnce,
        QoS::AtLeastOnce => QoS5::AtLeastOnce,
        QoS::ExactlyOnce => QoS5::ExactlyOnce,
    }
}
