//! The session against brokers that are not scripted: mosquitto where it is installed, and the bundled broker, also
//! misbehaving; `versions` is about MQTT 5 and the way back to 3.1.1. What raw bytes can show is tested inside the crate, in
//! `src/mqtt/tests`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

#[path = "../common/mod.rs"]
mod common;
mod versions;

use std::time::Duration;

use bytes::Bytes;
use common::client::Client;
use common::mosquitto::Mosquitto;
use mqtt_tui::broker::{Broker, BrokerOptions, Misbehaviour};
use mqtt_tui::model::{
    Clock, ConnectionId, LinkState, PublishState, QoS, SessionEvent, SessionId, SessionRequest, Subscription,
    SubscriptionState, Target, TopicFilter,
};
use mqtt_tui::mqtt::{RequestRefused, Session, random_client_id};
use tokio::sync::mpsc;
use tokio::time::timeout;

fn target(port: u16) -> Target {
    Target {
        filters: vec![Subscription::new(TopicFilter::parse("#").unwrap(), QoS::ExactlyOnce)],
        ..Target::new("localhost", port, random_client_id())
    }
}

#[tokio::test]
async fn c08_a_killed_broker_is_noticed_and_everything_is_subscribed_again() {
    let Some(mut mosquitto) = Mosquitto::start() else { return };
    let mut client = Client::start(target(mosquitto.port));
    client.subscribed().await;
    client.publish(1, "before", Bytes::from_static(b"x"), QoS::AtLeastOnce, false).unwrap();
    client.message_on("before").await;
    mosquitto.kill();
    client.until(|event| matches!(event, SessionEvent::Link(LinkState::Waiting { .. })).then_some(())).await;
    client.publish(2, "while/offline", Bytes::from_static(b"y"), QoS::AtLeastOnce, false).unwrap();
    mosquitto.restart();
    client.message_on("while/offline").await;
    client.session.close().await;
}

/// 600 publishes of each QoS, as fast as the session takes them, all received once and in order.
async fn publish_many(port: u16) {
    const EACH: u64 = 600;
    for qos in [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce] {
        let mut client = Client::start(target(port));
        client.subscribed().await;
        let topic = format!("many/{qos}");
        let (mut next, mut done, mut received) = (0, 0, 0);
        while done < EACH || received < EACH {
            while next < EACH && next - done < 200 {
                let payload = Bytes::from(next.to_string());
                if client.publish(next, &topic, payload, qos, false).is_err() {
                    break;
                }
                next += 1;
            }
            client
                .until(|event| match event {
                    SessionEvent::Publish(_, state) if state.is_final(qos) => {
                        assert!(
                            matches!(state, PublishState::Sent | PublishState::Acknowledged(_)),
                            "{state:?}"
                        );
                        done += 1;
                        Some(())
                    }
                    SessionEvent::Message(message) if message.topic == topic => {
                        assert_eq!(message.payload, received.to_string());
                        received += 1;
                        Some(())
                    }
                    _ => None,
                })
                .await;
        }
        assert_eq!((done, received), (EACH, EACH));
        client.session.close().await;
    }
}

#[tokio::test]
async fn e09_every_qos_completes_in_order_through_mosquitto() {
    let Some(mosquitto) = Mosquitto::start() else { return };
    publish_many(mosquitto.port).await;
}

#[tokio::test]
async fn e09_every_qos_completes_in_order_through_the_bundled_broker() {
    let broker = Broker::start(BrokerOptions { port: 0, ..BrokerOptions::default() }).await.unwrap();
    publish_many(broker.address().port()).await;
    broker.stop().await;
}

#[tokio::test]
async fn b06_a_retained_message_of_20_mb_arrives_whole() {
    let Some(mosquitto) = Mosquitto::start() else { return };
    let payload: Bytes = (0..20_000_000u32).map(|n| (n / 7) as u8).collect::<Vec<u8>>().into();
    let mut writer = Client::start(target(mosquitto.port));
    writer.publish(1, "large", payload.clone(), QoS::AtLeastOnce, true).unwrap();
    writer
        .until(|event| matches!(event, SessionEvent::Publish(_, PublishState::Acknowledged(_))).then_some(()))
        .await;
    let mut reader = Client::start(target(mosquitto.port));
    let message = reader.message_on("large").await;
    assert!(message.retain && message.payload == payload);
}

#[tokio::test]
async fn c11_of_two_sessions_with_one_id_one_gives_up_and_says_why() {
    let Some(mosquitto) = Mosquitto::start() else { return };
    let mut same = target(mosquitto.port);
    same.client_id = "twin".into();
    let mut first = Client::start(same.clone());
    first.subscribed().await;
    let mut second = Client::start(same);
    let trouble = tokio::select! {
        trouble = first.stopped() => trouble,
        trouble = second.stopped() => trouble,
    };
    assert!(trouble.cause.contains("another client uses id 'twin'"), "{trouble:?}");
}

#[tokio::test]
async fn c12_a_wrong_password_stops_and_a_right_one_connects() {
    let users = Some(vec![("bob".to_owned(), "right".into())]);
    let broker = Broker::start(BrokerOptions { port: 0, users, ..BrokerOptions::default() }).await.unwrap();
    let mut with = target(broker.address().port());
    with.user = Some("bob".into());
    with.password = Some("wrong".into());
    let mut client = Client::start(with.clone());
    assert!(client.stopped().await.cause.contains("bad user/password or not allowed"));
    with.password = Some("right".into());
    Client::start(with).subscribed().await;
    broker.stop().await;
}

#[tokio::test]
async fn c15_c16_refusals_of_the_bundled_broker_are_told() {
    for (misbehaviour, refused) in [
        (Misbehaviour { disconnect_on: vec!["$SYS/#".into()], ..Misbehaviour::default() }, "$SYS/#"),
        (Misbehaviour { denied: vec!["#".into()], ..Misbehaviour::default() }, "#"),
    ] {
        let broker =
            Broker::start(BrokerOptions { port: 0, misbehaviour, ..BrokerOptions::default() }).await.unwrap();
        let mut client = Client::start(target(broker.address().port()));
        client
            .until(|event| match event {
                SessionEvent::Subscription(filter, SubscriptionState::Refused(_)) => {
                    assert_eq!(filter.as_str(), refused);
                    Some(())
                }
                _ => None,
            })
            .await;
        // The other filter is granted all the same.
        client
            .until(|event| {
                matches!(event, SessionEvent::Subscription(_, SubscriptionState::Granted(_))).then_some(())
            })
            .await;
        broker.stop().await;
    }
}

#[tokio::test]
async fn c27_close_returns_even_when_the_broker_hangs() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client::start(target(listener.local_addr().unwrap().port()));
    let (_silent, _) = listener.accept().await.unwrap();
    timeout(Duration::from_secs(10), client.session.close()).await.expect("close hangs");
}

#[tokio::test]
async fn requests_to_an_ended_session_are_refused() {
    let (tx, rx) = mpsc::channel(16);
    let id = SessionId { connection: ConnectionId(1), start: 1 };
    let session = Session::start(id, target(1), Clock::start(), tx);
    drop(rx);
    let refused = || session.request(SessionRequest::Reconnect) == Err(RequestRefused::Gone);
    common::eventually("the session ends with its listener", || std::future::ready(refused())).await;
}
