//! The same conversation with brokers of other makers: mosquitto, aedes, the NATS server. What a user relies on with any of them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod common;

use std::time::Duration;

use bytes::Bytes;
use common::brokers::{Aedes, Nats};
use common::client::Client;
use common::mosquitto::Mosquitto;
use mqtt_tui::model::{
    LinkState, Protocol, QoS, SessionEvent, Subscription, SubscriptionState, Target, TopicFilter, Transport,
};
use mqtt_tui::mqtt::random_client_id;
use tokio::time::timeout;

fn filter(text: &str) -> TopicFilter {
    TopicFilter::parse(text).unwrap()
}

fn target(port: u16) -> Target {
    Target {
        filters: vec![Subscription::new(filter("#"), QoS::AtLeastOnce)],
        ..Target::new("127.0.0.1", port, random_client_id())
    }
}

/// Waits for the grant of `#`; with `$SYS/#` every broker does as it likes.
async fn subscribed(client: &mut Client) {
    let everything = filter("#");
    client
        .until(|event| match event {
            SessionEvent::Subscription(filter, SubscriptionState::Granted(_)) if filter == everything => {
                Some(())
            }
            _ => None,
        })
        .await;
}

/// Publishes up to QoS `highest` come back, retained messages are there for the next client, and nothing is left hanging.
async fn conversation(target: &Target, highest: QoS) {
    let mut client = Client::start(target.clone());
    subscribed(&mut client).await;
    let levels = [(1, QoS::AtMostOnce), (2, QoS::AtLeastOnce), (3, QoS::ExactlyOnce)];
    for (id, qos) in levels.into_iter().filter(|(_, qos)| *qos <= highest) {
        let topic = format!("interop/{qos}");
        client.publish_and_wait(id, &topic, "21.5", qos).await;
    }
    client.publish(4, "interop/kept", Bytes::from_static(b"{\"on\":true}"), QoS::AtLeastOnce, true).unwrap();
    client.message_on("interop/kept").await;
    client.session.close().await;

    let mut target = target.clone();
    target.client_id = random_client_id();
    let mut late = Client::start(target);
    let message = late.message_on("interop/kept").await;
    assert!(message.retain, "sent because of the subscription");
    assert_eq!(message.payload, "{\"on\":true}");
    late.session.close().await;
}

/// A subscription to `$SYS/#` that is refused, or ignored, or over which the broker hangs up, does not cost the connection.
async fn stays_connected(target: &Target) {
    let mut client = Client::start(target.clone());
    subscribed(&mut client).await;
    let lost = client.until(|event| match event {
        SessionEvent::Link(LinkState::Waiting { trouble, .. }) => Some(trouble),
        _ => None,
    });
    let lost = timeout(Duration::from_secs(3), lost).await;
    assert!(lost.is_err(), "the link broke: {lost:?}");
    client.session.close().await;
}

/// The version spoken when 5 is tried first, and why it is not 5.
async fn spoken(target: &Target) -> (Protocol, Option<String>) {
    let mut client = Client::start(target.clone());
    let spoken = client
        .until(|event| match event {
            SessionEvent::Link(LinkState::Connected { protocol, welcome, .. }) => {
                Some((protocol, welcome.fell_back.clone()))
            }
            _ => None,
        })
        .await;
    client.session.close().await;
    spoken
}

async fn falls_back(target: &Target) {
    let (protocol, why) = spoken(target).await;
    assert_eq!(protocol, Protocol::V4);
    assert!(why.is_some(), "it is said why");
}

#[tokio::test]
async fn mosquitto_talks_and_stays() {
    let Some(mosquitto) = Mosquitto::start() else { return };
    assert_eq!(spoken(&target(mosquitto.port)).await, (Protocol::V5, None));
    conversation(&target(mosquitto.port), QoS::ExactlyOnce).await;
    stays_connected(&target(mosquitto.port)).await;
}

#[tokio::test]
async fn c13_aedes_is_reached_by_the_fallback_talks_and_stays() {
    let Some(aedes) = Aedes::start() else { return };
    falls_back(&target(aedes.port)).await;
    conversation(&target(aedes.port), QoS::ExactlyOnce).await;
    stays_connected(&target(aedes.port)).await;
    let websocket = Target { transport: Transport::WebSocket, ..target(aedes.websocket_port) };
    conversation(&websocket, QoS::ExactlyOnce).await;
}

#[tokio::test]
async fn c13_nats_is_reached_by_the_fallback_talks_and_stays() {
    let Some(nats) = Nats::start() else { return };
    falls_back(&target(nats.port)).await;
    // Before 2.10 it hangs up over a publish with QoS 2.
    conversation(&target(nats.port), QoS::AtLeastOnce).await;
    stays_connected(&target(nats.port)).await;
}
