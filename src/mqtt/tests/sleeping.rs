//! A machine or a program that slept (C10). Holding up the thread of the test holds up everything in it, as a stopped process
//! is held up.

use super::*;

/// A sleep is anything over 300 ms; the silence limit, 1.6 s, is over by then.
fn drowsy() -> Timing {
    Timing {
        jump: Duration::from_millis(300),
        heartbeat: Duration::from_millis(50),
        probe: Duration::from_secs(2),
        ..quick()
    }
}

fn sleep_through_the_keep_alive() {
    std::thread::sleep(Duration::from_secs(2));
}

#[tokio::test]
async fn c10_a_connection_that_survived_the_sleep_is_kept() {
    let broker = Fake::bind().await;
    let mut client = Client::start_with(Target { keep_alive: 1, ..target(broker.port) }, drowsy(), 64);
    let mut peer = broker.welcome().await;
    client.connected().await;
    sleep_through_the_keep_alive();
    let (first, _) = peer.packet().await.expect("the connection was given up");
    assert_eq!(first, 0xC0, "PINGREQ comes first");
    peer.send(&[0xD0, 0]).await;
    client.publish(1, QoS::AtMostOnce);
    peer.expect(0x30).await;
    assert!(!client.seen.iter().any(|e| matches!(e, SessionEvent::Link(LinkState::Waiting { .. }))));
}

#[tokio::test]
async fn c10_a_connection_that_did_not_is_replaced_at_once() {
    let broker = Fake::bind().await;
    let timing =
        Timing { probe: Duration::from_millis(200), retry_first: PATIENCE, retry_most: PATIENCE, ..drowsy() };
    let mut client = Client::start_with(Target { keep_alive: 30, ..target(broker.port) }, timing, 64);
    let _silent = broker.welcome().await;
    client.connected().await;
    sleep_through_the_keep_alive();
    // With this back-off, waiting for it would fail the test.
    let _again = broker.welcome().await;
    client.connected().await;
    assert!(!client.seen.iter().any(|e| matches!(e, SessionEvent::Link(LinkState::Waiting { .. }))));
}

#[tokio::test]
async fn c10_a_sleep_with_something_unsent_is_no_stall() {
    let broker = Fake::bind().await;
    let timing = Timing {
        stall: Duration::from_secs(1),
        probe: Duration::from_millis(200),
        retry_first: PATIENCE,
        retry_most: PATIENCE,
        ..drowsy()
    };
    let mut client = Client::start_with(Target { keep_alive: 30, ..target(broker.port) }, timing, 64);
    let mut peer = broker.welcome().await;
    client.connected().await;
    let publication = Publication {
        topic: "t".into(),
        payload: Bytes::from(vec![0; 24 << 20]),
        qos: QoS::AtLeastOnce,
        retain: false,
        properties: None,
    };
    client.ask(SessionRequest::Publish(PublishId(1), publication));
    assert_eq!(peer.stream.read_u8().await.unwrap() & 0xf0, 0x30, "PUBLISH");
    sleep_through_the_keep_alive();
    // With this back-off, waiting for it would fail the test.
    let _again = broker.welcome().await;
    client.connected().await;
    assert!(!client.seen.iter().any(|e| matches!(e, SessionEvent::Link(LinkState::Waiting { .. }))));
}

#[tokio::test]
async fn c10_what_came_during_the_sleep_is_read_before_the_connection_is_judged() {
    let broker = Fake::bind().await;
    let mut client = Client::start_with(Target { keep_alive: 1, ..target(broker.port) }, drowsy(), 64);
    let mut peer = broker.welcome().await;
    client.connected().await;
    peer.send(&publish_packet(b"meanwhile", b"1")).await;
    sleep_through_the_keep_alive();
    assert_eq!(client.message().await.topic, "meanwhile");
    assert!(!client.seen.iter().any(|e| matches!(e, SessionEvent::Link(LinkState::Waiting { .. }))));
}

#[tokio::test]
async fn c10_a_sleep_cuts_the_back_off_short() {
    let broker = Fake::bind().await;
    let timing = Timing { retry_first: PATIENCE, retry_most: PATIENCE, ..drowsy() };
    let mut client = Client::start_with(target(broker.port), timing, 64);
    drop(broker.welcome().await);
    client.waiting().await;
    sleep_through_the_keep_alive();
    broker.welcome().await;
    client.connected().await;
}
