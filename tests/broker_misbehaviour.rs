//! The bundled broker does wrong what a test asks it to do wrong, and nothing else.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

mod common;

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use common::raw::{Frame, Raw, connect, publish, subscribe};
use mqtt_tui::broker::{Broker, BrokerOptions, ConnackFault, Misbehaviour};
use mqtt_tui::model::{Protocol, QoS};

async fn broker() -> (Broker, SocketAddr) {
    let options = BrokerOptions { port: 0, sys_interval: Duration::ZERO, ..BrokerOptions::default() };
    let broker = Broker::start(options).await.unwrap();
    let address = broker.address();
    (broker, address)
}

fn frame(first: u8, body: &[u8]) -> Frame {
    Frame { first, body: body.to_vec() }
}

#[tokio::test]
async fn misbehaviour_at_connect_is_what_was_asked_for() {
    let (broker, address) = broker().await;
    let refuse = |connack, connack_for| Misbehaviour { connack, connack_for, ..Misbehaviour::default() };
    broker.misbehave(refuse(ConnackFault::Refuse(0x88), Some(Protocol::V5)));
    let (mut v5, connack) = Raw::connect(address, 5, "a", true, 0).await;
    assert_eq!((connack, v5.rest().await), (frame(0x20, &[0, 0x88, 0]), vec![]));
    let (_, connack) = Raw::connect(address, 4, "a", true, 0).await;
    assert_eq!(connack, frame(0x20, &[0, 0]), "3.1.1 is spared");
    broker.misbehave(refuse(ConnackFault::Close, None));
    let mut closed = Raw::open(address).await;
    closed.send(&connect(4, "a", true, 0, 0)).await;
    assert_eq!(closed.rest().await, []);
    broker.misbehave(refuse(ConnackFault::Bytes(Bytes::from_static(&[0x20, 2, 0, 99])), None));
    let (_, connack) = Raw::connect(address, 4, "a", true, 0).await;
    assert_eq!(connack.body, [0, 99]);
    broker.misbehave(refuse(ConnackFault::Never, None));
    let mut waiting = Raw::open(address).await;
    waiting.send(&connect(4, "a", true, 0, 0)).await;
    let silence = tokio::time::timeout(Duration::from_millis(300), waiting.read()).await;
    assert!(silence.is_err(), "no answer and no end: {silence:?}");
    broker.misbehave(refuse(ConnackFault::Delay(Duration::from_millis(200)), None));
    let before = tokio::time::Instant::now();
    let (_, connack) = Raw::connect(address, 5, "a", true, 0).await;
    assert_eq!(connack.body[1], 0);
    assert!(before.elapsed() >= Duration::from_millis(200));
    broker
        .misbehave(Misbehaviour { after_connack: Bytes::from_static(&[0xD0, 0]), ..Misbehaviour::default() });
    let (mut odd, _) = Raw::connect(address, 5, "a", true, 0).await;
    assert_eq!(odd.read().await.unwrap(), frame(0xD0, &[]));
    broker.misbehave(Misbehaviour::default());
    let (mut fine, _) = Raw::connect(address, 5, "a", true, 0).await;
    assert_eq!(fine.until_pong().await, []);
}

#[tokio::test]
async fn misbehaviour_after_connect_is_what_was_asked_for() {
    let (broker, address) = broker().await;
    let list = |filter: &str| vec![filter.to_owned()];
    broker.misbehave(Misbehaviour {
        denied: list("#"),
        ignored: list("ignored"),
        disconnect_on: list("$SYS/#"),
        max_qos: Some(QoS::AtLeastOnce),
        ..Misbehaviour::default()
    });
    for (level, denied) in [(4, 0x80), (5, 0x87)] {
        let (mut raw, connack) = Raw::connect(address, level, "m", true, 0).await;
        if level == 5 {
            assert_eq!(connack.body, [0, 0, 2, 36, 1], "Maximum QoS 1");
        }
        raw.send(&subscribe(level, "#", 0)).await;
        assert_eq!(raw.read().await.unwrap().body.last(), Some(&denied));
        raw.send(&subscribe(level, "ignored", 0)).await;
        raw.send(&publish(level, "ignored", b"x", 0, 0)).await;
        assert_eq!(raw.until_pong().await, []);
        raw.send(&subscribe(level, "t", 2)).await;
        assert_eq!(raw.read().await.unwrap().body.last(), Some(&1), "granted");
        raw.send(&subscribe(level, "$SYS/#", 0)).await;
        assert_eq!(raw.rest().await, []);
    }
    let (mut raw, _) = Raw::connect(address, 5, "m", true, 0).await;
    raw.send(&publish(5, "t", b"x", 1, 0b0100)).await;
    assert_eq!(raw.rest().await, [frame(0xE0, &[0x9B, 0])]);
    broker.misbehave(Misbehaviour { drop_after: Some(2), ..Misbehaviour::default() });
    let (mut raw, _) = Raw::connect(address, 5, "m", true, 0).await;
    raw.send(&[0xC0, 0]).await;
    assert_eq!(raw.read().await.unwrap().first, 0xD0);
    raw.send(&[0xC0, 0, 0xC0, 0]).await;
    assert!(raw.rest().await.len() <= 1, "the third packet goes nowhere");
    broker.misbehave(Misbehaviour::default());
    let (mut raw, _) = Raw::connect(address, 5, "m", true, 0).await;
    assert_eq!(raw.until_pong().await, []);
    broker.misbehave(Misbehaviour { drop_after: Some(0), ..Misbehaviour::default() });
    assert_eq!(raw.rest().await, [], "dropped now");
}
