//! MQTT 5 at the bundled broker: properties pass whole, limits are announced and kept, refusals and farewells have reasons.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

mod common;

use std::net::SocketAddr;
use std::time::Duration;

use common::raw::{Frame, Raw, connect, packet, publish, subscribe, text};
use mqtt_tui::broker::{
    Announced, Broker, BrokerOptions, ConnackFault, Farewell, LocalOptions, Misbehaviour,
};
use mqtt_tui::model::{Protocol, TopicFilter};

async fn broker(misbehaviour: Misbehaviour) -> (Broker, SocketAddr) {
    let options =
        BrokerOptions { port: 0, sys_interval: Duration::ZERO, misbehaviour, ..BrokerOptions::default() };
    let broker = Broker::start(options).await.unwrap();
    let address = broker.address();
    (broker, address)
}

fn frame(first: u8, body: &[u8]) -> Frame {
    Frame { first, body: body.to_vec() }
}

/// A property that is a text.
fn texts(id: u8, values: &[&str]) -> Vec<u8> {
    let mut bytes = vec![id];
    bytes.extend(values.iter().flat_map(|value| text(value)));
    bytes
}

/// A PUBLISH to "t" with QoS 0, these properties and the payload "p".
fn publish_with(properties: &[u8], flags: u8) -> Vec<u8> {
    let length = u8::try_from(properties.len()).expect("less than 128 bytes");
    packet(0x30 | flags, &[&text("t")[..], &[length], properties, b"p"].concat())
}

/// A SUBSCRIBE with a subscription identifier.
fn subscribe_with_id(filter: &str, id: &[u8]) -> Vec<u8> {
    let length = id.len() as u8 + 1;
    packet(0x82, &[&[0, 1, length, 11], id, &text(filter)[..], &[0]].concat())
}

#[tokio::test]
async fn every_property_of_a_publish_arrives_as_it_was_sent() {
    const LIFE: u32 = 3_600;
    let (_broker, address) = broker(Misbehaviour::default()).await;
    let properties = [
        vec![1, 1],
        [&[2][..], &LIFE.to_be_bytes()].concat(),
        texts(3, &["text/plain"]),
        texts(8, &["answer/here"]),
        vec![9, 0, 4, 0, 0xFF, 0x1B, 10],
        texts(38, &["b", "first"]),
        texts(38, &["a", "\u{e9}"]),
        texts(38, &["b", ""]),
        texts(38, &["b", "first"]),
    ]
    .concat();
    let (mut reader, _) = Raw::connect(address, 5, "reader", true, 0).await;
    let (mut writer, _) = Raw::connect(address, 5, "writer", true, 0).await;
    reader.send(&subscribe(5, "t", 0)).await;
    reader.read().await.expect("SUBACK");
    for flags in [0, 1] {
        writer.send(&publish_with(&properties, flags)).await;
        let expected = [&text("t")[..], &[properties.len() as u8], &properties, b"p"].concat();
        let mut received = reader.read().await.unwrap();
        let left: [u8; 4] =
            received.body.splice(7..11, LIFE.to_be_bytes()).collect::<Vec<_>>().try_into().unwrap();
        assert_eq!(received, frame(0x30, &expected));
        assert!((LIFE - 60..=LIFE).contains(&u32::from_be_bytes(left)), "{left:?}");
    }
    writer.send(&publish_with(&[], 0)).await;
    assert_eq!(reader.read().await.unwrap().body, [&text("t")[..], b"\0p"].concat(), "none of it sticks");
    let (mut old, _) = Raw::connect(address, 4, "old", true, 0).await;
    old.send(&subscribe(4, "t", 0)).await;
    old.read().await.expect("SUBACK");
    assert_eq!(old.read().await.unwrap(), frame(0x31, &[&text("t")[..], b"p"].concat()));
}

#[tokio::test]
async fn subscriptions_that_overlap_bring_one_publish_with_all_their_identifiers() {
    let (_broker, address) = broker(Misbehaviour::default()).await;
    let (mut raw, _) = Raw::connect(address, 5, "ids", true, 0).await;
    for (filter, id) in [("#", &[1][..]), ("t", &[2]), ("+", &[0xAC, 2]), ("t/#", &[0xFF, 0xFF, 0xFF, 0x7F])]
    {
        raw.send(&subscribe_with_id(filter, id)).await;
    }
    raw.send(&publish_with(&texts(3, &["x"]), 0)).await;
    let frames = raw.until_pong().await;
    let publishes: Vec<_> = frames.iter().filter(|frame| frame.first == 0x30).collect();
    assert_eq!(publishes.len(), 1, "{frames:?}");
    let body = &publishes[0].body[3..];
    let (properties, payload) = body[1..].split_at(usize::from(body[0]));
    assert_eq!((&properties[..4], payload), (&texts(3, &["x"])[..], &b"p"[..]));
    let mut ids: Vec<&[u8]> = properties[4..].split(|byte| *byte == 11).filter(|id| !id.is_empty()).collect();
    ids.sort_unstable();
    assert_eq!(ids, [&[1][..], &[2], &[0xAC, 2], &[0xFF, 0xFF, 0xFF, 0x7F]]);
}

#[tokio::test]
async fn retain_as_published_keeps_the_flag_for_those_who_ask() {
    const RETAIN_AS_PUBLISHED: u8 = 0b1000;
    let (_broker, address) = broker(Misbehaviour::default()).await;
    let (mut raw, _) = Raw::connect(address, 5, "flags", true, 0).await;
    for (options, live) in [(0, 0x30), (RETAIN_AS_PUBLISHED, 0x31)] {
        raw.send(&subscribe(5, "t", options)).await;
        raw.until_pong().await;
        raw.send(&publish(5, "t", b"p", 0, 1)).await;
        assert_eq!(raw.until_pong().await[0].first, live);
    }
}

#[tokio::test]
async fn c14_connack_says_what_it_was_told_to() {
    let announced = Announced {
        session_expiry: Some(7),
        receive_maximum: Some(20),
        retain_available: Some(false),
        maximum_packet_size: Some(1_000),
        assigned_client_id: Some("you-are-this".to_owned()),
        reason_string: Some("welcome".to_owned()),
        user_properties: vec![("a".to_owned(), "1".to_owned()), ("a".to_owned(), "2".to_owned())],
        wildcards_available: Some(false),
        subscription_ids_available: Some(false),
        shared_available: Some(true),
        server_keep_alive: Some(30),
        server_reference: Some("other.example".to_owned()),
    };
    let expected = [
        vec![17, 0, 0, 0, 7, 39, 0, 0, 3, 0xE8, 33, 0, 20, 19, 0, 30, 37, 0, 40, 0, 41, 0, 42, 1],
        texts(18, &["you-are-this"]),
        texts(31, &["welcome"]),
        texts(28, &["other.example"]),
        texts(38, &["a", "1"]),
        texts(38, &["a", "2"]),
    ]
    .concat();
    let (broker, address) = broker(Misbehaviour { announced, ..Misbehaviour::default() }).await;
    let (_raw, connack) = Raw::connect(address, 5, "me", true, 0).await;
    assert_eq!(connack.body, [&[0, 0, expected.len() as u8][..], &expected].concat());
    let (_old, connack) = Raw::connect(address, 4, "old", true, 0).await;
    assert_eq!(connack.body, [0, 0]);
    assert_eq!(broker.stats().await.unwrap().clients_connected, 2);
}

#[tokio::test]
async fn c14_clients_are_kept_to_what_connack_said() {
    let announced = Announced {
        retain_available: Some(false),
        maximum_packet_size: Some(100),
        wildcards_available: Some(false),
        subscription_ids_available: Some(false),
        shared_available: Some(false),
        ..Announced::default()
    };
    let (_broker, address) = broker(Misbehaviour { announced, ..Misbehaviour::default() }).await;
    let (mut raw, _) = Raw::connect(address, 5, "kept", true, 0).await;
    for (bytes, code) in [
        (subscribe(5, "a/#", 0), 0xA2),
        (subscribe(5, "$share/g/a", 0), 0x9E),
        (subscribe_with_id("a", &[1]), 0xA1),
        (subscribe(5, "a", 1), 1),
    ] {
        raw.send(&bytes).await;
        assert_eq!(raw.read().await.unwrap().body, [0, 1, 0, code]);
    }
    raw.send(&publish(5, "a", &[b'x'; 94], 0, 0)).await;
    assert_eq!(raw.read().await.unwrap().body.len(), 98, "100 bytes with the header are allowed");
    raw.send(&publish(5, "a", &[b'x'; 95], 0, 0)).await;
    assert_eq!(raw.rest().await, [frame(0xE0, &[0x95, 0])]);
    let (mut raw, _) = Raw::connect(address, 5, "kept", true, 0).await;
    raw.send(&publish(5, "a", b"x", 0, 1)).await;
    assert_eq!(raw.rest().await, [frame(0xE0, &[0x9A, 0])]);
    let (mut old, _) = Raw::connect(address, 4, "old", true, 0).await;
    old.send(&subscribe(4, "a/#", 0)).await;
    assert_eq!(old.read().await.unwrap().body.last(), Some(&0), "nobody told a client of 3.1.1");
}

#[tokio::test(start_paused = true)]
async fn c14_the_keep_alive_of_the_broker_counts() {
    let announced = Announced { server_keep_alive: Some(4), ..Announced::default() };
    let (_broker, address) = broker(Misbehaviour { announced, ..Misbehaviour::default() }).await;
    let before = tokio::time::Instant::now();
    let (mut raw, _) = Raw::connect(address, 5, "quiet", true, 0).await;
    assert_eq!(raw.rest().await, [frame(0xE0, &[0x8D, 0])]);
    assert!(before.elapsed() >= Duration::from_secs(6), "{:?}", before.elapsed());
}

#[tokio::test]
async fn c13_a_broker_of_3_1_1_refuses_mqtt_5_in_each_way() {
    let (broker, address) = broker(Misbehaviour::default()).await;
    let refuse = |connack| Misbehaviour {
        connack,
        connack_for: Some(Protocol::V5),
        announced: Announced {
            reason_string: Some("no".to_owned()),
            receive_maximum: Some(1),
            ..Announced::default()
        },
        ..Misbehaviour::default()
    };
    for (fault, answer) in [
        (ConnackFault::RefuseAs(Protocol::V4, 1), vec![frame(0x20, &[0, 1])]),
        (ConnackFault::Refuse(0x84), vec![frame(0x20, &[0, 0x84, 5, 31, 0, 2, b'n', b'o'])]),
        (ConnackFault::Close, vec![]),
    ] {
        broker.misbehave(refuse(fault.clone()));
        let mut raw = Raw::open(address).await;
        raw.send(&connect(5, "new", true, 0, 0)).await;
        assert_eq!(raw.rest().await, answer, "{fault:?}");
        let (_, connack) = Raw::connect(address, 4, "old", true, 0).await;
        assert_eq!(connack.body, [0, 0], "3.1.1 is welcome");
    }
}

#[tokio::test]
async fn denied_publishes_go_nowhere_and_mqtt_5_says_why() {
    let denied_publishes = vec![TopicFilter::parse("secret/#").unwrap()];
    let faults = Misbehaviour { denied_publishes, denied: vec!["#".to_owned()], ..Misbehaviour::default() };
    let (broker, address) = broker(faults.clone()).await;
    let filters = vec![TopicFilter::parse("#").unwrap()];
    let mut local = broker.attach(LocalOptions { filters, ..LocalOptions::default() }).await.unwrap();
    let (mut old, _) = Raw::connect(address, 4, "old", true, 0).await;
    let (mut new, _) = Raw::connect(address, 5, "new", true, 0).await;
    for (denial, code) in [(None, 0x87), (Some(0x97), 0x97)] {
        broker.misbehave(Misbehaviour { denial, ..faults.clone() });
        for (qos, first) in [(0b010, 0x40), (0b100, 0x50)] {
            new.send(&publish(5, "secret/a", b"x", 1, qos)).await;
            assert_eq!(new.read().await.unwrap(), frame(first, &[0, 1, code]));
            old.send(&publish(4, "secret/a", b"x", 1, qos)).await;
            assert_eq!(old.read().await.unwrap(), frame(first, &[0, 1]), "3.1.1 cannot say it");
            // Ends the exchange of QoS 2, which 3.1.1 goes on with.
            old.send(&[0x62, 2, 0, 1]).await;
            old.read().await.expect("PUBCOMP");
        }
        new.send(&subscribe(5, "#", 0)).await;
        assert_eq!(new.read().await.unwrap().body.last(), Some(&code));
        old.send(&subscribe(4, "#", 0)).await;
        assert_eq!(old.read().await.unwrap().body.last(), Some(&0x80));
    }
    new.send(&publish(5, "secret/a", b"x", 0, 0)).await;
    new.send(&publish(5, "open", b"x", 0, 0)).await;
    assert_eq!(local.receive().await.unwrap().topic, "open", "nothing of the rest arrived");
}

#[tokio::test]
async fn a_farewell_has_its_reason_and_ends_every_connection_of_the_network() {
    let (broker, address) = broker(Misbehaviour::default()).await;
    let filters = vec![TopicFilter::parse("#").unwrap()];
    let mut local = broker.attach(LocalOptions { filters, ..LocalOptions::default() }).await.unwrap();
    let (mut new, _) = Raw::connect(address, 5, "new", true, 0).await;
    let (mut old, _) = Raw::connect(address, 4, "old", true, 0).await;
    let farewell = Farewell {
        code: 0x9D,
        reason_string: Some("moved".to_owned()),
        server_reference: Some("b.example".to_owned()),
    };
    broker.dismiss(farewell).await.unwrap();
    let properties = [texts(31, &["moved"]), texts(28, &["b.example"])].concat();
    let expected = [&[0x9D, properties.len() as u8][..], &properties].concat();
    assert_eq!(new.rest().await, [frame(0xE0, &expected)]);
    assert_eq!(old.rest().await, []);
    assert_eq!(broker.stats().await.unwrap().clients_connected, 1, "the one inside stays");
    let (mut again, _) = Raw::connect(address, 4, "again", true, 0).await;
    again.send(&publish(4, "still/here", b"x", 0, 0)).await;
    assert_eq!(local.receive().await.unwrap().topic, "still/here");
}
