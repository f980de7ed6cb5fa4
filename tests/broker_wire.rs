//! The bundled broker byte by byte: broken packets, what no polite client does, and the misbehaviour tests ask for.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

mod common;

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use common::eventually;
use common::raw::{Frame, Raw, connect, packet, publish, subscribe, text};
use mqtt_tui::broker::{Broker, BrokerError, BrokerOptions, LocalOptions};
use mqtt_tui::model::{Publication, QoS, TopicFilter};

async fn broker() -> (Broker, SocketAddr) {
    broker_with(|_| {}).await
}

async fn broker_with(adjust: impl FnOnce(&mut BrokerOptions)) -> (Broker, SocketAddr) {
    let mut options = BrokerOptions { port: 0, sys_interval: Duration::ZERO, ..BrokerOptions::default() };
    adjust(&mut options);
    let broker = Broker::start(options).await.unwrap();
    let address = broker.address();
    (broker, address)
}

fn frame(first: u8, body: &[u8]) -> Frame {
    Frame { first, body: body.to_vec() }
}

fn publication(topic: &str, payload: Vec<u8>, retain: bool) -> Publication {
    Publication {
        topic: topic.to_owned(),
        payload: payload.into(),
        qos: QoS::AtMostOnce,
        retain,
        properties: None,
    }
}

#[tokio::test]
async fn c20_broken_packets_end_the_connection_and_nothing_else() {
    let (broker, address) = broker().await;
    let (mut bystander, _) = Raw::connect(address, 4, "bystander", true, 0).await;
    let cases: [(&[u8], u8); 12] = [
        (&[0x30, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], 0x81),
        (&[0x36, 3, 0, 1, b'a'], 0x81),
        (&[0x30, 4, 0, 9, b'a', 0], 0x81),
        (&[0x30, 3, 0, 1, b'a'], 0x81),
        (&[0x30, 4, 0, 1, 0xFF, 0], 0x81),
        (&[0x30, 4, 0, 1, b'+', 0], 0x90),
        (&[0x30, 7, 0, 1, b'a', 3, 35, 0, 1], 0x94),
        (&[0x80, 7, 0, 1, 0, 0, 1, b'a', 0], 0x81),
        (&[0x82, 7, 0, 0, 0, 0, 1, b'a', 0], 0x82),
        (&[0x82, 16, 0, 1, 0, 0, 10, b'$', b's', b'h', b'a', b'r', b'e', b'/', b'g', b'/', b'a', 4], 0x82),
        (&[0x10, 0], 0x81),
        (&[0xF0, 2, 0, 0], 0x81),
    ];
    for (bytes, reason) in cases {
        let (mut raw, _) = Raw::connect(address, 5, "broken", true, 0).await;
        raw.send(bytes).await;
        assert_eq!(raw.rest().await, [frame(0xE0, &[reason, 0])], "{bytes:x?}");
        let (mut raw, _) = Raw::connect(address, 4, "broken", true, 0).await;
        raw.send(&[0x36, 3, 0, 1, b'a']).await;
        assert_eq!(raw.rest().await, [], "3.1.1 is told nothing");
    }
    assert_eq!(bystander.until_pong().await, []);
    broker.stop().await;
}

#[tokio::test]
async fn first_packets_that_are_no_connect_are_closed() {
    let (_broker, address) = broker().await;
    for bytes in
        [&b"GET / HTTP/1.1\r\n\r\n"[..], &[0xC0, 0], &[0x10, 0xFF, 0xFF, 0xFF, 0xFF, 1], &[0x16, 3, 1]]
    {
        let mut raw = Raw::open(address).await;
        raw.send(bytes).await;
        assert_eq!(raw.rest().await, [], "{bytes:x?}");
    }
    let mut old = Raw::open(address).await;
    old.send(&packet(0x10, &[&text("MQIsdp")[..], &[3, 2, 0, 60], &text("old")].concat())).await;
    assert_eq!(old.rest().await, [frame(0x20, &[0, 1])], "3.1 is refused by its version");
    let mut nameless = Raw::open(address).await;
    nameless.send(&connect(4, "", false, 0, 0)).await;
    assert_eq!(nameless.rest().await, [frame(0x20, &[0, 2])]);
    let (_, connack) = Raw::connect(address, 5, "", true, 0).await;
    assert_eq!(connack.body[..4], [0, 0, 9, 18], "an id is assigned: {connack:?}");
}

#[tokio::test]
async fn e03_invalid_filters_fail_in_suback_and_valid_ones_beside_them_work() {
    let (_broker, address) = broker().await;
    for (level, failure, head) in [(4, 0x80, 2), (5, 0x8F, 3)] {
        let (mut raw, _) = Raw::connect(address, level, "filters", true, 0).await;
        for filter in ["a/#/b", "a#", "", "$share//x", "$share/g/"] {
            raw.send(&subscribe(level, filter, 0)).await;
            assert_eq!(raw.read().await.unwrap().body[head..], [failure], "{filter}");
        }
        raw.send(&subscribe(level, "a/+", 2)).await;
        assert_eq!(raw.read().await.unwrap().body[head..], [2]);
    }
}

#[tokio::test]
async fn c11_a_client_that_is_taken_over_is_told_in_mqtt_5() {
    let (broker, address) = broker().await;
    let (mut first, _) = Raw::connect(address, 5, "same", true, 0).await;
    let (mut second, _) = Raw::connect(address, 4, "same", true, 0).await;
    assert_eq!(first.rest().await, [frame(0xE0, &[0x8E, 0])]);
    let (mut third, _) = Raw::connect(address, 5, "same", true, 0).await;
    assert_eq!(second.rest().await, []);
    assert_eq!(third.until_pong().await, []);
    assert_eq!(broker.stats().await.unwrap().clients_total, 1);
}

#[tokio::test]
async fn stopping_tells_mqtt_5_clients_and_closes_everything() {
    let (broker, address) = broker().await;
    let (mut v5, _) = Raw::connect(address, 5, "five", true, 0).await;
    let (mut v4, _) = Raw::connect(address, 4, "four", true, 0).await;
    let mut silent = Raw::open(address).await;
    let mut local = broker.attach(LocalOptions::default()).await.unwrap();
    broker.stop().await;
    assert_eq!(v5.rest().await, [frame(0xE0, &[0x8B, 0])]);
    assert_eq!(v4.rest().await, []);
    assert_eq!(silent.rest().await, []);
    assert_eq!(local.receive().await, None);
    let late = local.publish(publication("t", Vec::new(), false)).await;
    assert!(matches!(late, Err(BrokerError::Stopped)));
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn a_client_that_falls_silent_is_dropped_after_its_keep_alive() {
    let (_broker, address) = broker().await;
    let mut raw = Raw::open(address).await;
    raw.send(&connect(5, "silent", true, 1, 0)).await;
    assert_eq!(raw.read().await.unwrap().first, 0x20);
    assert_eq!(raw.rest().await, [frame(0xE0, &[0x8D, 0])]);
}

#[tokio::test]
async fn e09_what_was_not_acknowledged_comes_again_with_dup() {
    let (broker, address) = broker().await;
    for level in [4, 5] {
        let (mut raw, connack) = Raw::connect(address, level, "flaky", true, 100).await;
        assert_eq!(connack.body[0], 0);
        drop(raw);
        eventually("it is gone", || async { broker.stats().await.unwrap().clients_connected == 0 }).await;
        (raw, _) = Raw::connect(address, level, "flaky", false, 100).await;
        raw.send(&subscribe(level, "f/#", 2)).await;
        assert_eq!(raw.read().await.unwrap().first, 0x90);
        raw.send(&publish(level, "f/1", b"one", 1, 0b0010)).await;
        raw.send(&publish(level, "f/2", b"two", 2, 0b0100)).await;
        raw.send(&publish(level, "f/3", b"three", 3, 0b0100)).await;
        let mut frames = raw.until_pong().await;
        frames.retain(|frame| frame.first >> 4 == 3);
        assert_eq!(frames.iter().map(|frame| frame.first).collect::<Vec<_>>(), [0x32, 0x34, 0x34]);
        let ids: Vec<u16> = frames.iter().map(Frame::pkid).collect();
        raw.send(&packet(0x50, &ids[1].to_be_bytes())).await;
        assert_eq!(raw.until_pong().await, [frame(0x62, &ids[1].to_be_bytes())], "PUBREL");
        drop(raw);
        eventually("it is gone", || async { broker.stats().await.unwrap().clients_connected == 0 }).await;
        let (mut raw, connack) = Raw::connect(address, level, "flaky", false, 100).await;
        assert_eq!(connack.body[0], 1, "session present");
        let again = raw.until_pong().await;
        assert_eq!(again.iter().map(|frame| frame.first).collect::<Vec<_>>(), [0x3A, 0x62, 0x3C]);
        assert_eq!((again[0].pkid(), again[2].pkid()), (ids[0], ids[2]));
        raw.send(&[&packet(0x40, &ids[0].to_be_bytes())[..], &packet(0x70, &ids[1].to_be_bytes())].concat())
            .await;
        drop(raw);
        eventually("it is gone", || async { broker.stats().await.unwrap().clients_connected == 0 }).await;
        let (mut raw, _) = Raw::connect(address, level, "flaky", false, 100).await;
        assert_eq!(raw.until_pong().await.len(), 1, "only the last is left");
        let (_, connack) = Raw::connect(address, level, "flaky", true, 0).await;
        assert_eq!(connack.body[0], 0, "a clean start forgets");
    }
}

#[tokio::test]
async fn e09_a_qos_2_publish_sent_twice_is_delivered_once() {
    let (broker, address) = broker().await;
    let mut local = broker
        .attach(LocalOptions { filters: vec![TopicFilter::parse("#").unwrap()], ..LocalOptions::default() })
        .await
        .unwrap();
    let (mut raw, _) = Raw::connect(address, 4, "twice", true, 0).await;
    for flags in [0b0100, 0b1100] {
        raw.send(&publish(4, "once", b"1", 7, flags)).await;
        assert_eq!(raw.read().await.unwrap(), frame(0x50, &[0, 7]));
    }
    for _ in 0..2 {
        raw.send(&packet(0x62, &[0, 7])).await;
        assert_eq!(raw.read().await.unwrap(), frame(0x70, &[0, 7]));
    }
    raw.send(&publish(4, "once", b"2", 7, 0b0100)).await;
    assert_eq!(
        (local.receive().await.unwrap().payload, local.receive().await.unwrap().payload),
        (Bytes::from("1"), Bytes::from("2"))
    );
}

#[tokio::test]
async fn subscription_options_of_mqtt_5_are_honoured() {
    const NO_LOCAL: u8 = 0b100;
    const RETAIN_WHEN_NEW: u8 = 0b1_0000;
    const RETAIN_NEVER: u8 = 0b10_0000;
    let (_broker, address) = broker().await;
    let (mut raw, _) = Raw::connect(address, 5, "options", true, 0).await;
    raw.send(&publish(5, "o/kept", b"x", 0, 1)).await;
    let mut retained_for = async |filter: &str, options: u8| {
        raw.send(&subscribe(5, filter, options)).await;
        raw.until_pong().await.iter().filter(|frame| frame.first == 0x31).count()
    };
    assert_eq!(retained_for("o/#", RETAIN_NEVER).await, 0);
    assert_eq!(retained_for("o/#", RETAIN_WHEN_NEW).await, 0, "it is not new");
    assert_eq!(retained_for("o/#", 0).await, 1);
    assert_eq!(retained_for("o/+", RETAIN_WHEN_NEW).await, 1);
    assert_eq!(retained_for("$share/g/o/#", 0).await, 0);
    assert_eq!(retained_for("own", NO_LOCAL).await, 0);
    raw.send(&publish(5, "own", b"x", 0, 0)).await;
    assert_eq!(raw.until_pong().await, [], "no local");
    let (mut other, _) = Raw::connect(address, 5, "other", true, 0).await;
    other.send(&publish(5, "own", b"x", 0, 0)).await;
    assert_eq!(raw.read().await.unwrap().topic(), "own");
}

#[tokio::test]
async fn unsubscribing_ends_deliveries_and_says_what_was_there() {
    let (_broker, address) = broker().await;
    let (mut raw, _) = Raw::connect(address, 5, "leaving", true, 0).await;
    raw.send(&subscribe(5, "a", 0)).await;
    raw.send(&packet(0xA2, &[&[0, 9, 0][..], &text("a"), &text("b"), &text("#a")].concat())).await;
    raw.send(&publish(5, "a", b"x", 1, 0b0010)).await;
    let frames = raw.until_pong().await;
    assert_eq!(frames[1..], [frame(0xB0, &[0, 9, 0, 0, 0x11, 0x8F]), frame(0x40, &[0, 1, 0x10])]);
}

#[tokio::test]
async fn a_disconnect_of_any_length_keeps_or_sends_the_will() {
    let (broker, address) = broker().await;
    let filters = vec![TopicFilter::parse("will").unwrap()];
    let mut watcher = broker.attach(LocalOptions { filters, ..LocalOptions::default() }).await.unwrap();
    let mut connect = text("MQTT");
    connect.extend([5, 0b0000_0110, 0, 0, 0]);
    for (bytes, payload) in [(&[0xE0, 0][..], "none"), (&[0xE0, 1, 4], "first"), (&[0xE0, 2, 4, 0], "second")]
    {
        let mut raw = Raw::open(address).await;
        let will = [&connect[..], &text("willing"), &[0], &text("will"), &text(payload)].concat();
        raw.send(&packet(0x10, &will)).await;
        assert_eq!(raw.read().await.unwrap().body[1], 0);
        raw.send(bytes).await;
        assert_eq!(raw.rest().await, []);
    }
    assert_eq!(watcher.receive().await.unwrap().payload, "first");
    assert_eq!(watcher.receive().await.unwrap().payload, "second");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_subscriber_gets_every_retained_message_whatever_the_queue_bound() {
    let (broker, address) = broker_with(|options| options.queue_bytes = 1_000).await;
    let feeder = broker.attach(LocalOptions::default()).await.unwrap();
    for number in 0..20_000 {
        feeder.publish(publication(&format!("slow/{number}"), vec![b'x'; 300], true)).await.unwrap();
    }
    let (mut raw, _) = Raw::connect(address, 4, "slow", true, 0).await;
    raw.send(&subscribe(4, "slow/#", 0)).await;
    assert_eq!(raw.read().await.unwrap().first, 0x90);
    let mut topics = std::collections::HashSet::new();
    while topics.len() < 20_000 {
        if topics.len() % 4_000 == 0 {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let frame = raw.read().await.expect("a retained message");
        assert_eq!(frame.first, 0x31);
        assert!(topics.insert(frame.topic().to_owned()), "twice: {}", frame.topic());
    }
    assert_eq!(broker.stats().await.unwrap().publishes_dropped, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_topic_falls_back_to_an_older_value_while_retained_messages_are_sent() {
    let (broker, address) = broker().await;
    let feeder = broker.attach(LocalOptions::default()).await.unwrap();
    let publish_all = async |value: u8| {
        for number in 0..5_000 {
            feeder.publish(publication(&format!("v/{number}"), vec![value; 100], true)).await.unwrap();
        }
    };
    publish_all(0).await;
    // Last in the order of topics: when it comes retained, all retained messages have been sent.
    feeder.publish(publication("v/end", vec![0], true)).await.unwrap();
    let (mut raw, _) = Raw::connect(address, 4, "reader", true, 0).await;
    raw.send(&subscribe(4, "v/#", 0)).await;
    assert_eq!(raw.read().await.unwrap().first, 0x90);
    let mut last = std::collections::HashMap::new();
    let mut read = async || {
        let frame = raw.read().await.unwrap();
        let value = *frame.body.last().unwrap();
        if frame.topic() == "v/end" {
            return Some(frame.first);
        }
        let before = last.insert(frame.topic().to_owned(), value).unwrap_or(0);
        assert!(before <= value, "{}: {before}, then {value}", frame.topic());
        None
    };
    let mut ends = Vec::new();
    for value in 1..4 {
        publish_all(value).await;
        for _ in 0..2_000 {
            ends.extend(read().await);
        }
    }
    feeder.publish(publication("v/end", vec![1], false)).await.unwrap();
    while !(ends.contains(&0x31) && ends.contains(&0x30)) {
        ends.extend(read().await);
    }
    assert!(last.len() == 5_000 && last.values().all(|value| *value == 3), "the last value of every topic");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscriber_that_does_not_read_loses_messages_that_are_counted_and_hurts_nobody() {
    let (broker, address) = broker_with(|options| options.queue_bytes = 100_000).await;
    let (mut stuck, _) = Raw::connect(address, 4, "stuck", true, 0).await;
    stuck.send(&subscribe(4, "#", 0)).await;
    assert_eq!(stuck.read().await.unwrap().first, 0x90);
    let filters = vec![TopicFilter::parse("#").unwrap()];
    let mut healthy = broker.attach(LocalOptions { filters, ..LocalOptions::default() }).await.unwrap();
    let feeder = broker.attach(LocalOptions::default()).await.unwrap();
    let mut number = 0;
    while broker.stats().await.unwrap().publishes_dropped == 0 {
        feeder.publish(publication("t", vec![0; 50_000], false)).await.unwrap();
        assert!(healthy.receive().await.is_some());
        number += 1;
        assert!(number < 10_000, "500 MB do not fit into two socket buffers");
    }
    let stats = broker.stats().await.unwrap();
    assert_eq!(stats.publishes_received, number);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_publisher_that_reads_no_answers_is_slowed_and_served_in_the_end() {
    const COUNT: u32 = 200_000;
    let (broker, address) = broker().await;
    let (raw, _) = Raw::connect(address, 4, "deaf", true, 0).await;
    let (mut read, mut write) = raw.socket.into_split();
    let writer = tokio::spawn(async move {
        use tokio::io::AsyncWriteExt;
        for number in 0..COUNT {
            let pkid = (number % 65_535 + 1) as u16;
            write.write_all(&publish(4, "t", b"x", pkid, 0b0010)).await.unwrap();
        }
        write
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut answers = vec![0; COUNT as usize * 4];
    let all = tokio::io::AsyncReadExt::read_exact(&mut read, &mut answers);
    tokio::time::timeout(common::PATIENCE, all).await.expect("every PUBACK").unwrap();
    assert!(answers.chunks(4).all(|answer| answer[..2] == [0x40, 2]));
    writer.await.unwrap();
    assert_eq!(broker.stats().await.unwrap().publishes_received, u64::from(COUNT));
}

#[tokio::test]
async fn b10_the_deepest_topic_is_retained_and_delivered() {
    let (broker, address) = broker().await;
    let deep = "/".repeat(32_766);
    let (mut raw, _) = Raw::connect(address, 4, "deep", true, 0).await;
    raw.send(&publish(4, &deep, b"x", 0, 1)).await;
    for filter in ["#", &deep, &format!("+{deep}"), "/#"] {
        raw.send(&subscribe(4, filter, 0)).await;
    }
    let frames = raw.until_pong().await;
    assert_eq!(frames.iter().filter(|frame| frame.first == 0x31 && frame.topic() == deep).count(), 4);
    broker.stop().await;
}

#[tokio::test]
async fn a_packet_larger_than_the_client_takes_is_left_out_and_counted() {
    let (broker, address) = broker().await;
    let mut raw = Raw::open(address).await;
    let mut body = text("MQTT");
    body.extend([5, 2, 0, 0, 5, 39, 0, 0, 0, 20]);
    body.extend(text("small"));
    raw.send(&packet(0x10, &body)).await;
    assert_eq!(raw.read().await.unwrap().body[1], 0);
    raw.send(&subscribe(5, "t", 0)).await;
    assert_eq!(raw.read().await.unwrap().first, 0x90);
    let local = broker.attach(LocalOptions::default()).await.unwrap();
    // 2 bytes header, 3 topic, 1 properties: 14 are left for the payload.
    for size in [15, 14] {
        local.publish(publication("t", vec![b'x'; size], false)).await.unwrap();
    }
    assert_eq!(raw.read().await.unwrap().body.len(), 18);
    assert_eq!(broker.stats().await.unwrap().publishes_dropped, 1);
}
