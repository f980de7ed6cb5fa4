//! What becomes of publishes (E09), in both kinds of session.

use super::*;

#[tokio::test]
async fn e09_each_qos_goes_through_its_states() {
    let broker = Fake::bind().await;
    let mut client = Client::start(target(broker.port));
    let mut peer = broker.welcome().await;
    client.publish(0, QoS::AtMostOnce);
    assert_eq!(client.published(0).await, PublishState::Queued);
    assert_eq!(client.published(0).await, PublishState::Sent);
    assert_eq!(peer.publish().await, (0, 0x30, b"0".to_vec()));

    client.publish(1, QoS::AtLeastOnce);
    let (id, first, _) = peer.publish().await;
    assert_eq!(first, 0x32);
    assert_eq!(client.published(1).await, PublishState::Queued);
    assert_eq!(client.published(1).await, PublishState::Sent);
    peer.ack(0x40, id).await;
    assert!(matches!(client.published(1).await, PublishState::Acknowledged(_)));

    client.publish(2, QoS::ExactlyOnce);
    let (id, first, _) = peer.publish().await;
    assert_eq!(first, 0x34);
    peer.ack(0x50, id).await;
    assert_eq!(peer.expect(0x60).await, id.to_be_bytes());
    peer.ack(0x70, id).await;
    assert_eq!(client.published(2).await, PublishState::Queued);
    assert_eq!(client.published(2).await, PublishState::Sent);
    assert!(matches!(client.published(2).await, PublishState::Acknowledged(_)));
}

#[tokio::test]
async fn e01_an_illegal_topic_fails_and_nothing_is_sent() {
    let broker = Fake::bind().await;
    let mut client = Client::start(target(broker.port));
    let mut peer = broker.welcome().await;
    client.connected().await;
    let bad = Publication {
        topic: "a/#".into(),
        payload: Bytes::new(),
        qos: QoS::AtMostOnce,
        retain: true,
        properties: None,
    };
    client.ask(SessionRequest::Publish(PublishId(1), bad));
    assert!(matches!(client.published(1).await, PublishState::Failed(reason) if reason.contains("wildcard")));
    client.publish(2, QoS::AtMostOnce);
    assert_eq!(peer.publish().await.2, b"2");
}

#[tokio::test]
async fn e09_what_was_in_flight_is_lost_and_what_waited_is_sent_once() {
    let broker = Fake::bind().await;
    let mut client = Client::start(target(broker.port));
    let mut peer = broker.welcome().await;
    client.connected().await;
    for id in 0..30 {
        client.publish(id, QoS::AtLeastOnce);
    }
    let mut sent = Vec::new();
    for _ in 0..20 {
        sent.push(peer.publish().await.0);
    }
    peer.ack(0x40, sent[0]).await;
    sent.push(peer.publish().await.0);
    assert!(timeout(Duration::from_millis(200), peer.packet()).await.is_err(), "more than 20 in flight");
    drop(peer);
    assert!(matches!(client.published(20).await, PublishState::Queued));
    client
        .until(|e| match e {
            SessionEvent::Publish(PublishId(20), PublishState::Lost(reason)) => {
                assert!(reason.contains("before the acknowledgement"), "{reason}");
                Some(())
            }
            _ => None,
        })
        .await;
    let mut peer = broker.welcome().await;
    for id in 21..30 {
        let (packet, first, payload) = peer.publish().await;
        assert_eq!(payload, id.to_string().into_bytes(), "lost ones are not sent again");
        assert_eq!(first & 0x08, 0, "never sent before: no DUP");
        peer.ack(0x40, packet).await;
    }
    client
        .until(|e| {
            matches!(e, SessionEvent::Publish(PublishId(29), PublishState::Acknowledged(_))).then_some(())
        })
        .await;
    for id in 0..30 {
        let ends = client
            .seen
            .iter()
            .filter(|e| {
                matches!(e, SessionEvent::Publish(PublishId(which), state)
                if *which == id && state.is_final(QoS::AtLeastOnce))
            })
            .count();
        assert_eq!(ends, 1, "publish {id} has one end");
    }
}

#[tokio::test]
async fn e09_publishes_made_offline_are_sent_on_connecting() {
    let broker = Fake::bind().await;
    let mut client = Client::start(target(broker.port));
    drop(broker.welcome().await);
    client.waiting().await;
    client.publish(1, QoS::AtLeastOnce);
    assert_eq!(client.published(1).await, PublishState::Queued);
    let mut peer = broker.welcome().await;
    let (id, _, _) = peer.publish().await;
    peer.ack(0x40, id).await;
    assert_eq!(client.published(1).await, PublishState::Sent);
    assert!(matches!(client.published(1).await, PublishState::Acknowledged(_)));
}

#[tokio::test]
async fn e09_a_kept_session_sends_again_what_was_in_flight_and_only_that() {
    let broker = Fake::bind().await;
    let mut target = target(broker.port);
    target.clean_session = false;
    let mut client = Client::start(target);
    let mut peer = broker.welcome().await;
    client.publish(1, QoS::AtLeastOnce);
    client.publish(2, QoS::ExactlyOnce);
    let (one, _, _) = peer.publish().await;
    let (two, _, _) = peer.publish().await;
    peer.ack(0x50, two).await;
    peer.expect(0x60).await;
    drop(peer);
    client.waiting().await;
    client.publish(3, QoS::AtLeastOnce);
    let mut peer = broker.accept().await;
    peer.connack(1, 0).await;
    let (again, first, payload) = peer.publish().await;
    assert_eq!((again, first, payload.as_slice()), (one, 0x3a, &b"1"[..]), "with DUP, under the same id");
    assert_eq!(peer.expect(0x60).await, two.to_be_bytes(), "PUBREL again");
    let (three, _, _) = peer.publish().await;
    assert!(three != one && three != two);
    peer.ack(0x40, one).await;
    peer.ack(0x70, two).await;
    peer.ack(0x40, three).await;
    let mut acknowledged = Vec::new();
    while acknowledged.len() < 3 {
        acknowledged.push(
            client
                .until(|e| match e {
                    SessionEvent::Publish(PublishId(id), PublishState::Acknowledged(_)) => Some(*id),
                    _ => None,
                })
                .await,
        );
    }
    assert_eq!(acknowledged, [1, 2, 3]);
}

#[tokio::test]
async fn e09_a_session_the_broker_forgot_loses_what_was_in_flight() {
    let broker = Fake::bind().await;
    let mut target = target(broker.port);
    target.clean_session = false;
    let mut client = Client::start(target);
    let mut peer = broker.welcome().await;
    client.publish(1, QoS::AtLeastOnce);
    peer.publish().await;
    drop(peer);
    let mut peer = broker.welcome().await;
    assert_eq!(client.published(1).await, PublishState::Queued);
    assert_eq!(client.published(1).await, PublishState::Sent);
    assert!(matches!(client.published(1).await, PublishState::Lost(_)));
    client.publish(2, QoS::AtLeastOnce);
    assert_eq!(peer.publish().await.2, b"2");
}
