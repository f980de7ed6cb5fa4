//! MQTT 5 as it is spoken while connected: reasons in words, properties, subscription options and ids.

use super::*;
use crate::model::{Properties, RetainHandling, TroubleKind, Will};

async fn connected() -> (Client, Peer, Fake) {
    let broker = Fake::bind().await;
    let client = Client::start(target_v5(broker.port));
    let peer = broker.welcome_v5(&[]).await;
    (client, peer, broker)
}

/// A reason string as a property block, its length included.
fn reason_string(text: &str) -> Vec<u8> {
    [&[text.len() as u8 + 3, 31, 0, text.len() as u8][..], text.as_bytes()].concat()
}

#[tokio::test]
async fn e09_a_publish_the_broker_refuses_fails_with_its_reason() {
    let (mut client, mut peer, _broker) = connected().await;
    for (id, qos, kind, code, words) in [
        (1, QoS::AtLeastOnce, 0x40, 0x87, "Not authorized (0x87): no"),
        (2, QoS::ExactlyOnce, 0x50, 0x97, "Quota exceeded (0x97): no"),
        (3, QoS::AtLeastOnce, 0x40, 0xC1, "unknown reason (0xc1): no"),
    ] {
        client.publish(id, qos);
        let body = peer.expect(0x30).await;
        let rest = reason_string("no");
        peer.send(&[&[kind, 3 + rest.len() as u8, body[3], body[4], code], &rest[..]].concat()).await;
        assert_eq!(client.published(id).await, PublishState::Queued);
        assert_eq!(client.published(id).await, PublishState::Sent);
        let state = client.published(id).await;
        assert!(matches!(&state, PublishState::Failed(reason) if reason.contains(words)), "{state:?}");
    }
    assert!(
        timeout(Duration::from_millis(200), peer.packet()).await.is_err(),
        "PUBREL for a refused publish"
    );
}

#[tokio::test]
async fn e09_that_nobody_is_subscribed_is_said_and_is_no_failure() {
    let (mut client, mut peer, _broker) = connected().await;
    client.publish(1, QoS::AtLeastOnce);
    let body = peer.expect(0x30).await;
    peer.send(&[0x40, 3, body[3], body[4], 0x10]).await;
    client
        .until(|e| matches!(e, SessionEvent::Publish(_, PublishState::Acknowledged(_))).then_some(()))
        .await;
    client.notice("nobody is subscribed").await;
}

#[tokio::test]
async fn c16_each_refused_filter_has_the_reason_of_suback() {
    let (mut client, mut peer, _broker) = connected().await;
    for (text, code, words) in [
        ("a", 0x87, "Not authorized (0x87): no"),
        ("b", 0x8F, "Topic filter invalid (0x8f): no"),
        ("c", 0x80, "Unspecified error (0x80): no"),
        ("d", 0xC1, "unknown reason (0xc1): no"),
    ] {
        client.ask(SessionRequest::Subscribe(Subscription::new(filter(text), QoS::AtMostOnce)));
        let body = peer.expect(0x80).await;
        let rest = reason_string("no");
        peer.send(&[&[0x90, 3 + rest.len() as u8, body[0], body[1]], &rest[..], &[code]].concat()).await;
        client
            .subscription(
                text,
                |state| matches!(state, SubscriptionState::Refused(reason) if reason.contains(words)),
            )
            .await;
    }
}

#[tokio::test]
async fn an_unsubscribe_the_broker_refuses_is_said() {
    let (mut client, mut peer, _broker) = connected().await;
    for (text, code, told) in [("a", 0x11, false), ("b", 0x87, true)] {
        client.ask(SessionRequest::Subscribe(Subscription::new(filter(text), QoS::AtMostOnce)));
        let body = peer.expect(0x80).await;
        peer.send(&[0x90, 4, body[0], body[1], 0, 0]).await;
        client.subscription(text, |state| matches!(state, SubscriptionState::Granted(_))).await;
        client.ask(SessionRequest::Unsubscribe(filter(text)));
        let body = peer.expect(0xA0).await;
        peer.send(&[0xB0, 4, body[0], body[1], 0, code]).await;
        client.subscription(text, |state| *state == SubscriptionState::Removed).await;
        let said =
            |e: &SessionEvent| matches!(e, SessionEvent::Notice(_, text) if text.contains("Not authorized"));
        assert_eq!(client.seen.iter().any(said), told);
    }
}

#[tokio::test]
async fn c11_a_takeover_told_by_its_reason_stops_at_the_second() {
    let (mut client, mut peer, broker) = connected().await;
    // Something under way would excuse a hang-up, but not this reason.
    client.publish(1, QoS::AtLeastOnce);
    peer.expect(0x30).await;
    peer.send(&[0xE0, 1, 0x8E]).await;
    let trouble = client.waiting().await;
    assert!(trouble.cause.contains("Session taken over (0x8e)"), "{trouble:?}");
    broker.welcome_v5(&[]).await.send(&[0xE0, 2, 0x8E, 0]).await;
    let trouble = client.stopped().await.expect("a reason");
    assert_eq!(trouble.kind, TroubleKind::TakenOver);
    assert!(trouble.cause.contains("another client uses id 'tester'"), "{trouble:?}");
}

#[tokio::test]
async fn c15_a_broker_that_says_goodbye_over_a_filter_is_used_without_it() {
    let broker = Fake::bind().await;
    let mut client = Client::start(Target { sys: true, ..target_v5(broker.port) });
    let mut peer = broker.welcome_v5(&[]).await;
    peer.expect(0x80).await;
    peer.send(&[0xE0, 1, 0x87]).await;
    client.subscription("$SYS/#", |state| matches!(state, SubscriptionState::Refused(_))).await;
    let mut peer = broker.welcome_v5(&[]).await;
    client.connected().await;
    client.publish(1, QoS::AtMostOnce);
    peer.expect(0x30).await;
}

#[tokio::test]
async fn c14_the_brokers_farewell_is_told_and_one_that_moved_is_left_alone() {
    for (bytes, words, again) in [
        (vec![0xE0, 0], "Success (0x00)", true),
        (vec![0xE0, 1, 0x8B], "Server shutting down (0x8b)", true),
        ([&[0xE0, 7, 0x98][..], &reason_string("go")].concat(), "Administrative action (0x98): go", true),
        (vec![0xE0, 6, 0x9D, 4, 28, 0, 1, b'n'], "Server moved (0x9d)", false),
    ] {
        let (mut client, mut peer, _broker) = connected().await;
        peer.send(&bytes).await;
        let trouble = if again { client.waiting().await } else { client.stopped().await.expect("a reason") };
        assert!(trouble.cause.contains(words), "{trouble:?}");
        assert!(again || trouble.remedy == "connect to n instead", "{trouble:?}");
    }
}

#[tokio::test]
async fn c20_malformed_packets_of_mqtt_5_are_explained() {
    for (bytes, words) in [
        (&[0xF0, 2, 0x18, 0][..], "AUTH: no extended authentication was asked for"),
        (&[0x30, 3, 0, 1, b'a'], "PUBLISH: its properties cannot be read"),
        (&[0x30, 7, 0, 1, b'a', 3, 35, 0, 1], "PUBLISH: it uses a topic alias"),
        (&[0x30, 5, 0, 1, b'a', 9, 1], "PUBLISH: its properties cannot be read"),
        (&[0x90, 4, 0, 1, 9, 0], "SUBACK: its properties cannot be read"),
        (&[0xE0, 3, 0, 1, 99], "DISCONNECT: its properties cannot be read"),
        (&[0x20, 3, 0, 0, 0], "CONNACK: a second one"),
        (&[0x40, 3, 0, 9, 0x10], "acknowledged packet 9"),
    ] {
        let (mut client, mut peer, _broker) = connected().await;
        peer.send(bytes).await;
        let trouble = client.waiting().await;
        assert!(trouble.cause.contains(words), "{trouble:?}");
    }
}

fn all_properties() -> Properties {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Properties {
        payload_format: Some(1),
        message_expiry: Some(90),
        content_type: Some("text/plain".into()),
        response_topic: Some("answers".into()),
        correlation_data: Some(Bytes::from_static(&[0, 255])),
        subscription_ids: Vec::new(),
        user_properties: vec![pair("b", "1"), pair("a", "2"), pair("b", "3")],
    }
}

#[tokio::test]
async fn properties_go_out_whole_and_come_back_whole_with_many_subscription_ids() {
    let (mut client, mut peer, _broker) = connected().await;
    let publication = Publication {
        topic: "t".into(),
        payload: Bytes::from_static(b"payload"),
        qos: QoS::AtMostOnce,
        retain: true,
        properties: Some(Box::new(all_properties())),
    };
    client.ask(SessionRequest::Publish(PublishId(1), publication));
    let body = peer.expect(0x30).await;
    // Back as it came, with four subscription ids put in front of the other properties.
    let ids = [11, 1, 11, 2, 11, 3, 11, 0x80, 1];
    let properties = usize::from(body[3]);
    let mut back = vec![0x31, (body.len() + ids.len()) as u8];
    back.extend_from_slice(&body[..3]);
    back.push((properties + ids.len()) as u8);
    back.extend_from_slice(&ids);
    back.extend_from_slice(&body[4..]);
    peer.send(&back).await;
    let message = client.message().await;
    assert_eq!((message.topic.as_str(), &message.payload[..], message.retain), ("t", &b"payload"[..], true));
    let expected = Properties { subscription_ids: vec![1, 2, 3, 128], ..all_properties() };
    assert_eq!(message.properties.as_deref(), Some(&expected));
}

#[tokio::test]
async fn with_3_1_1_a_publish_with_properties_fails_and_says_why() {
    let broker = Fake::bind().await;
    let mut client = Client::start(target(broker.port));
    let _peer = broker.welcome().await;
    let publication = Publication {
        topic: "t".into(),
        payload: Bytes::new(),
        qos: QoS::AtMostOnce,
        retain: false,
        properties: Some(Box::default()),
    };
    client.ask(SessionRequest::Publish(PublishId(1), publication));
    assert_eq!(client.published(1).await, PublishState::Queued);
    let state = client.published(1).await;
    assert!(
        matches!(&state, PublishState::Failed(reason) if reason.contains("MQTT 3.1.1 cannot")),
        "{state:?}"
    );
}

#[tokio::test]
async fn a_message_whose_properties_are_not_utf8_is_skipped_and_said() {
    let (mut client, mut peer, _broker) = connected().await;
    peer.send(&[0x30, 8, 0, 1, b'a', 4, 3, 0, 1, 0xFF]).await;
    client.notice("one of its properties is not UTF-8").await;
}

#[tokio::test]
async fn subscription_options_and_ids_go_out_one_id_a_request() {
    let broker = Fake::bind().await;
    let mut target = target_v5(broker.port);
    let with = |text, id| Subscription { id, ..Subscription::new(filter(text), QoS::AtLeastOnce) };
    target.filters = vec![with("a", Some(5)), with("b", None), with("c", Some(5)), with("d", None)];
    target.filters[1].no_local = true;
    target.filters[1].retain_as_published = true;
    target.filters[3].retain_handling = RetainHandling::Never;
    let client = Client::start(target);
    let mut peer = broker.welcome_v5(&[]).await;
    assert_eq!(peer.expect(0x80).await[2..], [2, 11, 5, 0, 1, b'a', 1, 0, 1, b'c', 1]);
    let body = peer.expect(0x80).await;
    assert_eq!(body[2..], [0, 0, 1, b'b', 0b1101, 0, 1, b'd', 0b10_0001]);
    peer.send(&[0x90, 5, body[0], body[1], 0, 1, 1]).await;
    // New options for a filter that is granted: it is asked for again.
    let changed = Subscription { retain_handling: RetainHandling::IfNew, ..with("b", Some(300)) };
    client.ask(SessionRequest::Subscribe(changed));
    assert_eq!(peer.expect(0x80).await[2..], [3, 11, 0xAC, 2, 0, 1, b'b', 0b1_0001]);
}

#[tokio::test]
async fn c28_a_last_will_goes_out_whole_and_only_when_asked_for() {
    let broker = Fake::bind().await;
    let will = Will {
        publication: Publication {
            topic: "w".into(),
            payload: Bytes::from_static(b"gone"),
            qos: QoS::AtLeastOnce,
            retain: true,
            properties: Some(Box::new(Properties {
                content_type: Some("c".into()),
                ..Properties::default()
            })),
        },
        delay: 9,
    };
    let _v5 = Client::start(Target { will: Some(will.clone()), ..target_v5(broker.port) });
    let connect = broker.accept().await.expect(0x10).await;
    assert_eq!(connect[7], 0b10_1110, "clean start, will with QoS 1, retained");
    let will_part = [&[9, 24, 0, 0, 0, 9, 3, 0, 1, b'c', 0, 1, b'w', 0, 4][..], b"gone"].concat();
    assert!(connect.ends_with(&will_part), "{connect:?}");

    let mut v4 = Client::start(Target { will: Some(will), ..target(broker.port) });
    let connect = broker.accept().await.connack(0, 0).await;
    assert!(connect.ends_with(&[&[0, 1, b'w', 0, 4][..], b"gone"].concat()), "{connect:?}");
    v4.notice("it goes without them").await;

    let _none = Client::start(target_v5(broker.port));
    assert_eq!(broker.accept().await.expect(0x10).await[7], 0b10);
}

#[tokio::test]
async fn e09_a_kept_session_with_mqtt_5_sends_again_with_dup() {
    let broker = Fake::bind().await;
    let mut client = Client::start(Target { clean_session: false, ..target_v5(broker.port) });
    let mut peer = broker.welcome_v5(&[]).await;
    client.publish(1, QoS::AtLeastOnce);
    let (id, first, _) = peer.publish().await;
    assert_eq!(first, 0x32);
    drop(peer);
    client.waiting().await;
    let mut peer = broker.accept().await;
    peer.connack_v5(1, 0, &[]).await;
    let (again, first, _) = peer.publish().await;
    assert_eq!((again, first), (id, 0x3A));
    peer.ack(0x40, id).await;
    client
        .until(|e| matches!(e, SessionEvent::Publish(_, PublishState::Acknowledged(_))).then_some(()))
        .await;
    // What an earlier life of this session left behind does not end the connection.
    peer.ack(0x50, 77).await;
    assert_eq!(peer.expect(0x60).await, [0, 77]);
    peer.ack(0x70, 77).await;
    client.publish(2, QoS::AtMostOnce);
    assert_eq!(peer.publish().await.0, 0);
}
