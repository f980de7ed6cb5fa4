//! A connection that is up: how it ends, what survives, and what a broken broker can do to it.

use futures_util::FutureExt;
use tokio::time::Instant;

use super::*;
use crate::model::ServerLimits;
use crate::mqtt::link::Link;
use crate::mqtt::wire::Wire;

/// Messages sent to a program that stands still.
const FLOOD: usize = 20_000;

#[tokio::test]
async fn c08_c27_a_lost_link_waits_at_once_and_disconnect_stays_offline() {
    let broker = Fake::bind().await;
    let mut client = Client::start(target(broker.port));
    drop(broker.welcome().await);
    client.waiting().await;
    let mut peer = broker.welcome().await;
    client.connected().await;
    client.ask(SessionRequest::Disconnect);
    assert_eq!(peer.packet().await.map(|(first, _)| first), Some(0xe0), "DISCONNECT");
    assert!(peer.packet().await.is_none());
    assert_eq!(client.stopped().await, None);
    assert!(timeout(Duration::from_millis(300), broker.listener.accept()).await.is_err(), "reconnected");
    client.ask(SessionRequest::Reconnect);
    let mut peer = broker.welcome().await;
    client.connected().await;
    timeout(Duration::from_secs(5), client.session.close()).await.expect("close hangs");
    assert_eq!(peer.packet().await.map(|(first, _)| first), Some(0xe0), "DISCONNECT");
}

#[tokio::test]
async fn c09_a_peer_that_went_silent_is_given_up() {
    let broker = Fake::bind().await;
    let mut target = target(broker.port);
    target.keep_alive = 1;
    let mut client = Client::start(target);
    let peer = broker.welcome().await;
    let trouble = client.waiting().await;
    assert!(trouble.cause.contains("although the keep alive is 1 s"), "{trouble:?}");
    drop(peer);
}

#[tokio::test(start_paused = true)]
async fn c09_a_peer_that_takes_a_large_publish_slowly_and_without_a_word_is_not_given_up() {
    const ROOM: usize = 4_096;
    let (ours, mut theirs) = tokio::io::duplex(ROOM);
    let mut wire = Wire::new(Box::new(ours), Protocol::V4, None);
    let payload = Bytes::from(vec![0; 20 * ROOM]);
    let publication =
        Publication { topic: "t".into(), payload, qos: QoS::AtMostOnce, retain: false, properties: None };
    wire.publish(&publication, 0, false).unwrap();
    let mut link = Link::new(wire, ServerLimits::default(), false, 2);
    let silent_at = |link: &Link| link.silent_at(Duration::ZERO).expect("there is a keep alive");
    while link.wire.left() < link.wire.queued() {
        link.wire.turn(true).await.unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert!(silent_at(&link) > Instant::now(), "given up with {} bytes taken", link.wire.left());
        theirs.read_exact(&mut [0; ROOM]).now_or_never();
    }
    // Small packets fit into the room that is there: they prove nothing.
    let given_up = silent_at(&link);
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        link.wire.ping();
        link.wire.turn(true).await.unwrap();
        assert_eq!(silent_at(&link), given_up);
    }
}

#[tokio::test]
async fn c11_two_takeovers_stop_the_fight_and_name_the_id() {
    let broker = Fake::bind().await;
    let mut client = Client::start(target(broker.port));
    drop(broker.welcome().await);
    drop(broker.welcome().await);
    let trouble = client.stopped().await.expect("a reason");
    assert!(trouble.cause.contains("another client uses id 'tester'"), "{trouble:?}");
    assert!(timeout(Duration::from_millis(300), broker.listener.accept()).await.is_err(), "fights on");
}

#[tokio::test]
async fn c11_two_hang_ups_on_a_random_id_are_no_takeover() {
    let broker = Fake::bind().await;
    let client_id = crate::mqtt::random_client_id();
    let mut client = Client::start(Target { client_id, ..target(broker.port) });
    drop(broker.welcome().await);
    drop(broker.welcome().await);
    for _ in 0..2 {
        assert!(client.waiting().await.cause.contains("closed the connection"));
    }
    let _open = broker.welcome().await;
    client.connected().await;
}

#[tokio::test]
async fn c11_two_takeovers_of_a_random_id_count_when_the_broker_says_so() {
    let broker = Fake::bind().await;
    let client_id = crate::mqtt::random_client_id();
    let mut client = Client::start(Target { client_id, ..target_v5(broker.port) });
    for _ in 0..2 {
        broker.welcome_v5(&[]).await.send(&[0xe0, 2, 0x8e, 0]).await;
    }
    let trouble = client.stopped().await.expect("a reason");
    assert_eq!(trouble.kind, crate::model::TroubleKind::TakenOver, "{trouble:?}");
}

#[tokio::test]
async fn c11_a_broker_that_restarts_is_no_takeover() {
    let broker = Fake::bind().await;
    let port = broker.port;
    let mut client = Client::start(target(port));
    drop(broker.welcome().await);
    drop(broker);
    client.waiting().await;
    assert!(client.waiting().await.cause.contains("refused"));
    let broker = Fake { listener: TcpListener::bind(("127.0.0.1", port)).await.unwrap(), port };
    drop(broker.welcome().await);
    client.connected().await;
    let _again = broker.welcome().await;
    client.connected().await;
}

#[tokio::test]
async fn c19_a_program_that_stands_still_stays_connected_and_loses_nothing() {
    let broker = Fake::bind().await;
    let mut target = target(broker.port);
    target.keep_alive = 1;
    let mut client = Client::start_with(target, quick(), 4);
    let peer = broker.welcome().await;
    client.connected().await;
    let (mut read, mut write) = peer.stream.into_split();
    let flood = tokio::spawn(async move {
        for n in 0..FLOOD {
            write.write_all(&publish_packet(b"t", n.to_string().as_bytes())).await.unwrap();
        }
        write
    });
    // Nobody takes events for three keep alives; PINGREQ must come all the same.
    let mut pings = 0;
    let mut packet = [0; 2];
    while pings < 3 {
        timeout(PATIENCE, read.read_exact(&mut packet)).await.expect("no PINGREQ").expect("closed");
        assert_eq!(packet, [0xc0, 0]);
        pings += 1;
    }
    for n in 0..FLOOD {
        assert_eq!(client.message().await.payload, n.to_string());
    }
    assert!(!client.seen.iter().any(|e| matches!(e, SessionEvent::Link(LinkState::Waiting { .. }))));
    flood.await.unwrap();
}

#[tokio::test]
async fn c20_each_malformed_packet_is_explained_and_what_came_before_it_arrives() {
    let good = publish_packet(b"good", b"1");
    for (bytes, words) in [
        (vec![0x36, 5, 0, 1, b'a', 0, 1], "PUBLISH: QoS 3 does not exist"),
        (vec![0x30, 0xff, 0xff, 0xff, 0xff, 0x01], "remaining length"),
        (vec![0x30, 4, 0, 9, b'a', b'b'], "PUBLISH: its topic is longer than the packet"),
        (vec![0xf0, 2, 0, 0], "packet type 15 does not exist"),
        (vec![0x40, 2, 0, 7], "acknowledged packet 7, which waits for nothing (PUBACK)"),
        (vec![0x82, 6, 0, 1, 0, 1, b'a', 0], "SUBSCRIBE: only clients may send it"),
    ] {
        let broker = Fake::bind().await;
        let mut client = Client::start(target(broker.port));
        let mut peer = broker.welcome().await;
        client.connected().await;
        peer.send(&[good.clone(), bytes].concat()).await;
        assert_eq!(client.message().await.topic, "good");
        client.notice(words).await;
        let trouble = client.waiting().await;
        assert!(trouble.cause.contains(words), "{trouble:?}");
    }
}

#[tokio::test]
async fn c20_a_repeated_fault_is_counted() {
    let broker = Fake::bind().await;
    let mut client = Client::start(target(broker.port));
    for times in 1..=3 {
        let mut peer = broker.welcome().await;
        peer.send(&[0x36, 5, 0, 1, b'a', 0, 1]).await;
        let cause = client.waiting().await.cause;
        assert_eq!(cause.contains(&format!("({times} times in a row)")), times > 1, "{cause}");
    }
}

#[tokio::test]
async fn c20_topics_the_standard_forbids_are_passed_on_unaltered() {
    let broker = Fake::bind().await;
    let mut client = Client::start(target(broker.port));
    let mut peer = broker.welcome().await;
    for topic in ["", "a/+/#", "nul\0", "\u{1b}]52;c;x\u{7}"] {
        peer.send(&publish_packet(topic.as_bytes(), b"\x1b[2J\xff")).await;
        let message = client.message().await;
        assert_eq!((message.topic.as_str(), &message.payload[..]), (topic, &b"\x1b[2J\xff"[..]));
    }
}

#[tokio::test]
async fn b07_a_large_message_arrives_whole_and_one_over_the_limit_stops_the_second_time() {
    let broker = Fake::bind().await;
    let mut client = Client::start(target(broker.port));
    let mut peer = broker.welcome().await;
    let payload: Vec<u8> = (0..3_000_000u32).map(|n| n as u8).collect();
    peer.send(&publish_packet(b"large", &payload)).await;
    assert_eq!(client.message().await.payload, payload);
}

#[tokio::test]
async fn b07_c20_what_cannot_be_taken_in_is_skipped_acknowledged_and_said() {
    let large: Vec<u8> = (0..200_000u32).map(|n| n as u8).collect();
    for (bytes, words) in [
        (publish_packet(b"large", &large), "message of 200011 bytes on 'large' skipped: it is larger"),
        (publish_packet(b"\xff\xfe", b""), "skipped: its topic is not UTF-8"),
    ] {
        let broker = Fake::bind().await;
        let mut client = Client::start(Target { max_packet: Some(1_000), ..target(broker.port) });
        let mut peer = broker.welcome().await;
        peer.send(&[bytes, publish_packet(b"good", b"1")].concat()).await;
        client.notice(words).await;
        assert_eq!(client.message().await.topic, "good");
        assert!(!client.seen.iter().any(|e| matches!(e, SessionEvent::Link(LinkState::Waiting { .. }))));
    }
}

#[tokio::test]
async fn b07_a_skipped_message_is_acknowledged_so_that_it_does_not_come_again() {
    let broker = Fake::bind().await;
    let mut client = Client::start(Target { max_packet: Some(20), ..target(broker.port) });
    let mut peer = broker.welcome().await;
    for (first, id, answer) in [(0x32, 7, 0x40), (0x34, 8, 0x50)] {
        peer.send(&[&[first, 105, 0, 1, b'a', 0, id][..], &[b'x'; 100]].concat()).await;
        assert_eq!(peer.expect(answer).await, [0, id]);
    }
    peer.send(&[0x62, 2, 0, 8]).await;
    assert_eq!(peer.expect(0x70).await, [0, 8]);
    for _ in 0..20 {
        peer.send(&publish_packet(b"a", &[b'x'; 100])).await;
    }
    client.notice("(10 skipped so far)").await;
    peer.send(&publish_packet(b"a", b"1")).await;
    client.message().await;
    let told = client
        .seen
        .iter()
        .filter(|event| matches!(event, SessionEvent::Notice(_, text) if text.contains("skipped")));
    assert_eq!(told.count(), 2, "the first and the tenth");
}

#[tokio::test]
async fn c18_dup_is_passed_on_and_qos_2_is_delivered_once() {
    let broker = Fake::bind().await;
    let mut client = Client::start(target(broker.port));
    let mut peer = broker.welcome().await;
    // QoS 1 with DUP: it may be the only copy.
    peer.send(&[0x3a, 6, 0, 1, b'a', 0, 1, b'1']).await;
    let message = client.message().await;
    assert!(message.dup && message.qos == QoS::AtLeastOnce);
    assert_eq!(peer.expect(0x40).await, [0, 1]);
    // QoS 2 twice before PUBREL, then a new message under the same id.
    peer.send(&[0x34, 6, 0, 1, b'a', 0, 2, b'2']).await;
    assert_eq!(peer.expect(0x50).await, [0, 2]);
    peer.send(&[0x3c, 6, 0, 1, b'a', 0, 2, b'2']).await;
    assert_eq!(peer.expect(0x50).await, [0, 2]);
    peer.send(&[0x62, 2, 0, 2]).await;
    assert_eq!(peer.expect(0x70).await, [0, 2]);
    peer.send(&[0x34, 6, 0, 1, b'a', 0, 2, b'3']).await;
    assert_eq!(client.message().await.payload, "2");
    assert_eq!(client.message().await.payload, "3");
}
