//! MQTT 5 and 3.1.1 against the bundled broker and mosquitto: fallback, properties, limits, options, reasons, kept sessions.

use mqtt_tui::broker::{Announced, ConnackFault, Farewell};
use mqtt_tui::model::{
    Properties, Protocol, ProtocolChoice, Publication, PublishId, RetainHandling, TroubleKind, Will,
};

use super::*;

async fn bundled(misbehaviour: Misbehaviour) -> Broker {
    Broker::start(BrokerOptions { port: 0, misbehaviour, ..BrokerOptions::default() }).await.unwrap()
}

fn filter(text: &str) -> TopicFilter {
    TopicFilter::parse(text).unwrap()
}

fn properties() -> Properties {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Properties {
        payload_format: Some(1),
        message_expiry: Some(3_600),
        content_type: Some("application/json".into()),
        response_topic: Some("answers/here".into()),
        correlation_data: Some(Bytes::from_static(b"\x00\xffid")),
        subscription_ids: Vec::new(),
        user_properties: vec![pair("z", "1"), pair("a", "2"), pair("z", "3"), pair("", "")],
    }
}

#[tokio::test]
async fn c13_a_broker_that_speaks_3_1_1_only_is_reached_by_falling_back_once() {
    for fault in [
        ConnackFault::Refuse(0x84),
        ConnackFault::RefuseAs(Protocol::V4, 1),
        ConnackFault::Close,
        ConnackFault::Never,
    ] {
        let broker = bundled(Misbehaviour {
            connack: fault.clone(),
            connack_for: Some(Protocol::V5),
            ..Misbehaviour::default()
        })
        .await;
        let mut client = Client::start(target(broker.address().port()));
        let (protocol, welcome) = client.connected().await;
        assert_eq!(protocol, Protocol::V4, "{fault:?}");
        assert!(welcome.fell_back.is_some(), "{fault:?}");
        client.publish(1, "a", Bytes::from_static(b"x"), QoS::ExactlyOnce, false).unwrap();
        client.message_on("a").await;
        broker.stop().await;
    }
}

#[tokio::test]
async fn c07_a_broker_that_takes_three_seconds_still_speaks_mqtt_5() {
    let delay = ConnackFault::Delay(Duration::from_secs(3));
    let broker = bundled(Misbehaviour { connack: delay, ..Misbehaviour::default() }).await;
    let mut client = Client::start(target(broker.address().port()));
    let (protocol, welcome) = client.connected().await;
    assert_eq!((protocol, welcome.fell_back), (Protocol::V5, None));
    broker.stop().await;
}

/// Publishes with all properties and receives them whole.
async fn properties_pass(port: u16) {
    let mut client = Client::start(target(port));
    client.subscribed().await;
    let publication = Publication {
        topic: "with/properties".into(),
        payload: Bytes::from_static(b"{}"),
        qos: QoS::AtLeastOnce,
        retain: false,
        properties: Some(Box::new(properties())),
    };
    client.session.request(SessionRequest::Publish(PublishId(1), publication)).unwrap();
    let received = *client.message_on("with/properties").await.properties.expect("properties");
    assert!(received.message_expiry.is_some_and(|left| left <= 3_600));
    assert_eq!(Properties { message_expiry: Some(3_600), ..received }, properties());
    client.session.close().await;
}

#[tokio::test]
async fn a_message_with_all_properties_passes_whole_through_mosquitto() {
    let Some(mosquitto) = Mosquitto::start() else { return };
    properties_pass(mosquitto.port).await;
}

#[tokio::test]
async fn a_message_with_all_properties_passes_whole_through_the_bundled_broker() {
    let broker = bundled(Misbehaviour::default()).await;
    properties_pass(broker.address().port()).await;
    broker.stop().await;
}

#[tokio::test]
async fn both_versions_can_be_pinned_with_mosquitto() {
    let Some(mosquitto) = Mosquitto::start() else { return };
    for protocol in [Protocol::V4, Protocol::V5] {
        let mut client =
            Client::start(Target { protocol: ProtocolChoice::Only(protocol), ..target(mosquitto.port) });
        let (spoken, welcome) = client.connected().await;
        assert_eq!((spoken, welcome.fell_back), (protocol, None));
        assert_eq!(welcome.limits.receive_maximum.is_some(), protocol == Protocol::V5);
        client.subscribed().await;
        let topic = format!("pinned/{protocol}");
        client.publish(1, &topic, Bytes::from_static(b"x"), QoS::ExactlyOnce, true).unwrap();
        assert!(matches!(client.fate(1, QoS::ExactlyOnce).await, PublishState::Acknowledged(_)));
        client.session.close().await;
    }
}

#[tokio::test]
async fn c14_e08_e13_announced_limits_are_kept_so_the_broker_never_hangs_up() {
    let announced = Announced {
        retain_available: Some(false),
        maximum_packet_size: Some(200),
        subscription_ids_available: Some(false),
        shared_available: Some(false),
        assigned_client_id: Some("given".into()),
        server_keep_alive: Some(20),
        reason_string: Some("welcome".into()),
        ..Announced::default()
    };
    let max_qos = Some(QoS::AtLeastOnce);
    let broker = bundled(Misbehaviour { announced, max_qos, ..Misbehaviour::default() }).await;
    let mut wishes = target(broker.address().port());
    wishes.filters[0].id = Some(7);
    wishes.filters.push(Subscription::new(filter("$share/g/a"), QoS::AtMostOnce));
    let mut client = Client::start(wishes);
    let limits = client.connected().await.1.limits;
    assert_eq!((limits.maximum_qos, limits.retain_available), (max_qos, Some(false)));
    assert_eq!((limits.keep_alive, limits.reason.as_deref()), (Some(20), Some("welcome")));
    assert_eq!(limits.assigned_client_id.as_deref(), Some("given"));
    client
        .until(|event| match event {
            SessionEvent::Subscription(filter, SubscriptionState::Refused(reason)) => {
                assert_eq!((filter.as_str(), reason.contains("shared")), ("$share/g/a", true));
                Some(())
            }
            _ => None,
        })
        .await;
    client.subscribed().await;
    let payload = |bytes: usize| Bytes::from(vec![b'x'; bytes]);
    client.publish(1, "a", payload(1), QoS::AtMostOnce, true).unwrap();
    client.publish(2, "a", payload(300), QoS::AtMostOnce, false).unwrap();
    client.publish(3, "a", payload(1), QoS::ExactlyOnce, false).unwrap();
    assert!(matches!(client.fate(1, QoS::AtMostOnce).await, PublishState::Failed(_)));
    assert!(matches!(client.fate(2, QoS::AtMostOnce).await, PublishState::Failed(_)));
    assert!(matches!(client.fate(3, QoS::ExactlyOnce).await, PublishState::Acknowledged(_)));
    assert_eq!(client.message_on("a").await.qos, QoS::AtLeastOnce);
    broker.stop().await;
}

#[tokio::test]
async fn e09_c16_what_the_broker_denies_has_its_reason() {
    let broker = bundled(Misbehaviour {
        denied: vec!["#".into()],
        denied_publishes: vec![filter("secret/#")],
        ..Misbehaviour::default()
    })
    .await;
    let mut client = Client::start(target(broker.address().port()));
    client
        .until(|event| match event {
            SessionEvent::Subscription(_, SubscriptionState::Refused(reason)) => {
                assert!(reason.contains("Not authorized (0x87)"), "{reason}");
                Some(())
            }
            _ => None,
        })
        .await;
    for (id, qos) in [(1, QoS::AtLeastOnce), (2, QoS::ExactlyOnce)] {
        client.publish(id, "secret/a", Bytes::new(), qos, false).unwrap();
        let fate = client.fate(id, qos).await;
        assert!(
            matches!(&fate, PublishState::Failed(reason) if reason.contains("Not authorized")),
            "{fate:?}"
        );
    }
    broker.stop().await;
}

#[tokio::test]
async fn c14_a_farewell_is_told_and_a_broker_that_moved_says_where_to() {
    let broker = bundled(Misbehaviour::default()).await;
    let mut client = Client::start(target(broker.address().port()));
    client.subscribed().await;
    let farewell =
        Farewell { code: 0x8B, reason_string: Some("back at noon".into()), server_reference: None };
    broker.dismiss(farewell).await.unwrap();
    let trouble = client
        .until(|event| match event {
            SessionEvent::Link(LinkState::Waiting { trouble, .. }) => Some(trouble),
            _ => None,
        })
        .await;
    assert!(trouble.cause.contains("Server shutting down (0x8b): back at noon"), "{trouble:?}");
    client.subscribed().await;
    let farewell = Farewell { code: 0x9D, reason_string: None, server_reference: Some("new.lan".into()) };
    broker.dismiss(farewell).await.unwrap();
    assert_eq!(client.stopped().await.remedy, "connect to new.lan instead");
    broker.stop().await;
}

#[tokio::test]
async fn c12_each_refused_login_asks_for_another() {
    for (connack, protocol) in [
        (ConnackFault::Refuse(0x86), Protocol::V5),
        (ConnackFault::Refuse(0x87), Protocol::V5),
        (ConnackFault::Refuse(5), Protocol::V4),
    ] {
        let broker = bundled(Misbehaviour { connack, ..Misbehaviour::default() }).await;
        let target = Target { protocol: ProtocolChoice::Only(protocol), ..target(broker.address().port()) };
        let trouble = Client::start(target).stopped().await;
        assert_eq!(trouble.kind, TroubleKind::Login, "{trouble:?}");
        broker.stop().await;
    }
}

#[tokio::test]
async fn c11_a_takeover_by_its_reason_on_the_bundled_broker() {
    let broker = bundled(Misbehaviour::default()).await;
    let twin = Target { client_id: "twin".into(), ..target(broker.address().port()) };
    let mut first = Client::start(twin.clone());
    first.subscribed().await;
    let mut second = Client::start(twin);
    let trouble = tokio::select! {
        trouble = first.stopped() => trouble,
        trouble = second.stopped() => trouble,
    };
    assert_eq!(trouble.kind, TroubleKind::TakenOver);
    broker.stop().await;
}

/// Options and ids of subscriptions, on a broker that is not told to misbehave.
async fn options_work(port: u16, changes_no_local: bool) {
    let mut writer = Client::start(target(port));
    writer.subscribed().await;
    writer.publish(1, "kept/a", Bytes::from_static(b"old"), QoS::AtLeastOnce, true).unwrap();
    writer.fate(1, QoS::AtLeastOnce).await;

    let mut reader_target = target(port);
    reader_target.sys = false;
    reader_target.filters = vec![Subscription {
        no_local: true,
        retain_as_published: true,
        retain_handling: RetainHandling::Never,
        id: Some(300),
        ..Subscription::new(filter("kept/#"), QoS::AtLeastOnce)
    }];
    let mut reader = Client::start(reader_target);
    let granted = |event: SessionEvent| {
        matches!(event, SessionEvent::Subscription(_, SubscriptionState::Granted(_))).then_some(())
    };
    reader.until(granted).await;
    // Its own is not sent back, and what is retained is not sent at all.
    reader.publish(1, "kept/own", Bytes::from_static(b"own"), QoS::AtLeastOnce, false).unwrap();
    reader.fate(1, QoS::AtLeastOnce).await;
    writer.publish(2, "kept/a", Bytes::from_static(b"new"), QoS::AtLeastOnce, true).unwrap();
    let first = reader.until(|event| match event {
        SessionEvent::Message(message) => Some(message),
        _ => None,
    });
    let first = first.await;
    assert_eq!((first.topic.as_str(), &first.payload[..], first.retain), ("kept/a", &b"new"[..], true));
    assert_eq!(first.properties.expect("its subscription id").subscription_ids, [300]);
    // Other options from now on, while connected.
    let plain = Subscription::new(filter("kept/#"), QoS::AtMostOnce);
    reader.session.request(SessionRequest::Subscribe(plain)).unwrap();
    let again = reader.message_on("kept/a").await;
    assert_eq!((again.qos, again.retain), (QoS::AtMostOnce, true), "retained, sent at SUBSCRIBE");
    if changes_no_local {
        reader.publish(2, "kept/own", Bytes::from_static(b"own"), QoS::AtMostOnce, false).unwrap();
        reader.message_on("kept/own").await;
    }
}

#[tokio::test]
async fn subscription_options_work_with_mosquitto() {
    let Some(mosquitto) = Mosquitto::start() else { return };
    // mosquitto 2.0 keeps `no local` as it was when the filter is subscribed to once more.
    options_work(mosquitto.port, false).await;
}

#[tokio::test]
async fn subscription_options_work_with_the_bundled_broker() {
    let broker = bundled(Misbehaviour::default()).await;
    options_work(broker.address().port(), true).await;
    broker.stop().await;
}

#[tokio::test]
async fn a_kept_session_is_found_again_with_both_versions() {
    let Some(mosquitto) = Mosquitto::start() else { return };
    let mut writer = Client::start(target(mosquitto.port));
    writer.subscribed().await;
    for (id, protocol) in [(1, Protocol::V4), (2, Protocol::V5)] {
        let mut kept = target(mosquitto.port);
        kept.protocol = ProtocolChoice::Only(protocol);
        kept.clean_session = false;
        let mut client = Client::start(kept.clone());
        client.subscribed().await;
        client.session.close().await;
        let topic = format!("while/away/{id}");
        writer.publish(id, &topic, Bytes::from_static(b"x"), QoS::ExactlyOnce, false).unwrap();
        writer.fate(id, QoS::ExactlyOnce).await;
        let mut client = Client::start(kept);
        assert_eq!(client.message_on(&topic).await.qos, QoS::ExactlyOnce);
    }
}

#[tokio::test]
async fn c28_the_will_is_published_when_the_link_breaks_and_not_when_the_session_is_closed() {
    let broker = bundled(Misbehaviour::default()).await;
    let port = broker.address().port();
    let will = |topic: &str| {
        Some(Will {
            publication: Publication {
                topic: topic.into(),
                payload: Bytes::from_static(b"gone"),
                qos: QoS::AtLeastOnce,
                retain: false,
                properties: Some(Box::new(properties())),
            },
            delay: 0,
        })
    };
    let mut watcher = Client::start(target(port));
    watcher.subscribed().await;
    let mut orderly = Client::start(Target { will: will("will/orderly"), ..target(port) });
    orderly.subscribed().await;
    orderly.session.close().await;
    let lost = Target { will: will("will/lost"), client_id: "lost".into(), ..target(port) };
    let mut first = Client::start(lost.clone());
    first.subscribed().await;
    // The second takes over from the first, which breaks its link.
    let _second = Client::start(lost);
    let message = watcher
        .until(|event| match event {
            SessionEvent::Message(message) if message.topic.starts_with("will/") => Some(message),
            _ => None,
        })
        .await;
    assert_eq!((message.topic.as_str(), &message.payload[..]), ("will/lost", &b"gone"[..]));
    assert_eq!(message.properties.expect("properties").user_properties, properties().user_properties);
    broker.stop().await;
}

#[tokio::test]
async fn b07_messages_over_the_limit_never_end_the_connection() {
    let Some(mosquitto) = Mosquitto::start() else { return };
    let mut writer = Client::start(target(mosquitto.port));
    writer.subscribed().await;
    for id in 1..=3 {
        let payload = Bytes::from(vec![b'x'; 10_000]);
        writer.publish(id, &format!("large/{id}"), payload, QoS::AtLeastOnce, true).unwrap();
        writer.fate(id, QoS::AtLeastOnce).await;
    }
    for (protocol, told) in [(Protocol::V4, true), (Protocol::V5, false)] {
        let mut reader = Client::start(Target {
            protocol: ProtocolChoice::Only(protocol),
            max_packet: Some(1_000),
            ..target(mosquitto.port)
        });
        let mut skipped = 0;
        let mut granted = 0;
        writer
            .publish(9, &format!("small/{protocol}"), Bytes::from_static(b"x"), QoS::AtMostOnce, true)
            .unwrap();
        reader
            .until(|event| match event {
                SessionEvent::Notice(_, text)
                    if text.contains("message of 10") && text.contains("skipped") =>
                {
                    skipped += 1;
                    None
                }
                SessionEvent::Link(LinkState::Waiting { trouble, .. }) => panic!("{trouble:?}"),
                SessionEvent::Subscription(_, SubscriptionState::Granted(_)) => {
                    granted += 1;
                    None
                }
                SessionEvent::Message(message) if message.topic.starts_with("small/") => Some(()),
                _ => None,
            })
            .await;
        // With MQTT 5 the broker knows the limit and does not send them.
        assert_eq!(skipped > 0, told, "{protocol}");
    }
}
