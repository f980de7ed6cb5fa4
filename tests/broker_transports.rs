//! The bundled broker over TLS, WebSocket, both, and Unix sockets: the same broker behind every door.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

mod common;

use std::net::SocketAddr;
use std::time::Duration;

use async_tungstenite::tungstenite::Message;
use common::PATIENCE;
use common::raw::{Raw, connect, publish, subscribe};
use common::transports::{TlsClient, web_socket};
use mqtt_tui::broker::{Broker, BrokerError, BrokerOptions, Certificates, Listener, ListenerKind, ServerTls};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use ws_stream_tungstenite::WsStream;

const KINDS: [ListenerKind; 3] = [ListenerKind::Tls, ListenerKind::WebSocket, ListenerKind::SecureWebSocket];

/// A broker with a listener of each kind, and what it shows.
async fn broker_with(adjust: impl FnOnce(&mut BrokerOptions)) -> (Broker, Certificates) {
    let certificates = Certificates::generate(&[]).unwrap();
    let mut options = BrokerOptions {
        port: 0,
        listeners: KINDS.map(Listener::local).to_vec(),
        tls: Some(ServerTls::new(certificates.server.clone())),
        sys_interval: Duration::ZERO,
        ..BrokerOptions::default()
    };
    adjust(&mut options);
    (Broker::start(options).await.unwrap(), certificates)
}

fn address(broker: &Broker, kind: ListenerKind) -> SocketAddr {
    broker.address_of(kind).expect("there is one of each")
}

/// Connects, subscribes and publishes; everything comes back whole. Returns the stream, still connected.
async fn round_trip<S: AsyncRead + AsyncWrite + Unpin>(stream: S, what: &str) -> Raw<S> {
    let mut raw = Raw { socket: stream };
    raw.send(&connect(5, what, true, 0, 0)).await;
    assert_eq!(raw.read().await.expect("CONNACK").body[1], 0, "{what}");
    raw.send(&subscribe(5, "t", 1)).await;
    assert_eq!(raw.read().await.expect("SUBACK").first, 0x90, "{what}");
    // From one that shares a write with others to one that takes several.
    for size in [0, 10, 70_000, 3_000_000] {
        let payload: Vec<u8> = (0..size).map(|index| index as u8).collect();
        raw.send(&publish(5, "t", &payload, 1, 0b0010)).await;
        let mut frames = [raw.read().await.expect("a packet"), raw.read().await.expect("a packet")];
        frames.sort_by_key(|frame| frame.first);
        assert_eq!(frames[1].first, 0x40, "{what}: PUBACK");
        assert!(frames[0].body.ends_with(&payload), "{what}: a PUBLISH of {size} bytes");
        let pkid = frames[0].pkid().to_be_bytes();
        raw.send(&[0x40, 2, pkid[0], pkid[1]]).await;
    }
    raw
}

#[tokio::test]
async fn every_transport_carries_messages_of_every_size() {
    let (broker, certificates) = broker_with(|_| {}).await;
    let tls = TlsClient::new(certificates.authority.pem());
    let urls: Vec<_> = broker.listeners().iter().map(Listener::url).collect();
    let port = |index: usize| broker.listeners()[index].address.port();
    assert_eq!(urls[1], format!("mqtts://127.0.0.1:{}", port(1)));
    assert_eq!(urls[3], format!("wss://127.0.0.1:{}/mqtt", port(3)));

    round_trip(TcpStream::connect(broker.address()).await.unwrap(), "tcp").await;
    round_trip(tls.connect(address(&broker, ListenerKind::Tls)).await.unwrap(), "tls").await;
    let plain = TcpStream::connect(address(&broker, ListenerKind::WebSocket)).await.unwrap();
    round_trip(WsStream::new(web_socket(plain, "/mqtt", "mqtt").await.unwrap()), "ws").await;
    let secure = tls.connect(address(&broker, ListenerKind::SecureWebSocket)).await.unwrap();
    let socket = web_socket(secure, "/mqtt", "mqttv3.1, mqtt").await.unwrap();
    let mut last = round_trip(WsStream::new(socket), "wss").await;
    assert_eq!(broker.stats().await.unwrap().publishes_received, 16, "one broker behind all of them");
    broker.stop().await;
    assert_eq!(last.rest().await.last().expect("a goodbye").body, [0x8B, 0], "told when the broker stops");
}

#[tokio::test]
async fn packets_may_share_frames_and_be_split_over_them() {
    let (broker, _) = broker_with(|_| {}).await;
    let plain = TcpStream::connect(address(&broker, ListenerKind::WebSocket)).await.unwrap();
    let mut raw = Raw { socket: WsStream::new(web_socket(plain, "/mqtt", "mqtt").await.unwrap()) };
    let bytes = [connect(4, "s", true, 0, 0), subscribe(4, "t", 0), publish(4, "t", b"hello", 0, 0)].concat();
    // Each `send` makes one frame.
    raw.send(&bytes).await;
    for first in [0x20, 0x90, 0x30] {
        assert_eq!(raw.read().await.unwrap().first, first);
    }
    for byte in publish(4, "t", b"again", 0, 0) {
        raw.send(&[byte]).await;
    }
    assert!(raw.read().await.unwrap().body.ends_with(b"again"));
}

#[tokio::test]
async fn c24_what_is_no_mqtt_over_websocket_is_told_so() {
    let (broker, certificates) = broker_with(|_| {}).await;
    let plain = address(&broker, ListenerKind::WebSocket);
    let asked = async |path: &str, subprotocols: &str| {
        web_socket(TcpStream::connect(plain).await.unwrap(), path, subprotocols).await.expect_err("a refusal")
    };
    assert_eq!(asked("/", "mqtt").await, (404, "There is nothing here: MQTT is on /mqtt.\n".to_owned()));
    let expected = (400, "The client must offer the WebSocket subprotocol \"mqtt\".\n".to_owned());
    assert_eq!(asked("/mqtt", "").await, expected);
    assert_eq!(asked("/mqtt", "chat, mqttv3.1").await, expected);
    let tls = TlsClient::new(certificates.authority.pem());
    let secure = tls.connect(address(&broker, ListenerKind::SecureWebSocket)).await.unwrap();
    assert_eq!(web_socket(secure, "/other", "mqtt").await.expect_err("a refusal").0, 404);

    for request in [&b"GET /mqtt HTTP/1.1\r\nHost: localhost\r\n\r\n"[..], &connect(4, "x", true, 0, 0)] {
        let mut stream = TcpStream::connect(plain).await.unwrap();
        stream.write_all(request).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{answer}");
        assert!(answer.ends_with("This is MQTT over WebSocket on /mqtt: ask for an upgrade.\n"), "{answer}");
    }

    let stream = TcpStream::connect(plain).await.unwrap();
    let mut talker = web_socket(stream, "/mqtt", "mqtt").await.unwrap();
    talker.send(Message::text("hello")).await.unwrap();
    let mut rest = WsStream::new(talker);
    let mut nothing = Vec::new();
    // Whether the end is an error depends on who closes first.
    let _ = tokio::time::timeout(PATIENCE, rest.read_to_end(&mut nothing)).await.expect("text ends it");
    assert!(nothing.is_empty(), "{nothing:?}");
}

#[tokio::test]
async fn a_client_that_is_slow_to_shake_hands_holds_nobody_up() {
    let (broker, certificates) = broker_with(|_| {}).await;
    let mut silent = Vec::new();
    for kind in KINDS {
        silent.push(TcpStream::connect(address(&broker, kind)).await.unwrap());
    }
    let tls = TlsClient::new(certificates.authority.pem());
    round_trip(tls.connect(address(&broker, ListenerKind::Tls)).await.unwrap(), "tls").await;
    let plain = TcpStream::connect(address(&broker, ListenerKind::WebSocket)).await.unwrap();
    round_trip(WsStream::new(web_socket(plain, "/mqtt", "mqtt").await.unwrap()), "ws").await;
    // They do not hold up the end either.
    broker.stop().await;
    for mut stream in silent {
        assert_eq!(stream.read(&mut [0]).await.unwrap_or(0), 0, "closed");
    }
}

#[tokio::test(start_paused = true)]
async fn d08_a_handshake_that_does_not_come_is_waited_for_ten_seconds() {
    let (broker, _) = broker_with(|_| {}).await;
    for kind in KINDS {
        let before = tokio::time::Instant::now();
        let mut silent = TcpStream::connect(address(&broker, kind)).await.unwrap();
        assert_eq!(silent.read(&mut [0]).await.unwrap_or(0), 0, "closed");
        assert!(before.elapsed() >= Duration::from_secs(10), "{kind:?}: {:?}", before.elapsed());
    }
}

#[tokio::test]
async fn listeners_over_tls_need_a_certificate() {
    let options = BrokerOptions {
        port: 0,
        listeners: vec![Listener::local(ListenerKind::Tls)],
        ..BrokerOptions::default()
    };
    let fault = Broker::start(options).await.unwrap_err();
    assert!(matches!(fault, BrokerError::Tls(_)), "{fault:?}");
    assert!(fault.to_string().contains("no certificate for the listeners over TLS"), "{fault}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_unix_socket_comes_and_goes_with_its_broker() {
    use tokio::net::{UnixListener, UnixStream};

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mqtt.sock");
    let options = |path: &std::path::Path| BrokerOptions {
        port: 0,
        unix: Some(path.to_path_buf()),
        sys_interval: Duration::ZERO,
        ..BrokerOptions::default()
    };
    // Left behind by one that died.
    drop(UnixListener::bind(&path).unwrap());
    let broker = Broker::start(options(&path)).await.unwrap();
    round_trip(UnixStream::connect(&path).await.unwrap(), "unix").await;
    let fault = Broker::start(options(&path)).await.unwrap_err().to_string();
    assert!(fault.contains("mqtt.sock") && fault.contains("choose another path"), "{fault}");
    round_trip(UnixStream::connect(&path).await.unwrap(), "unix").await;
    broker.stop().await;
    assert!(!path.exists(), "the file goes with the broker");

    std::fs::write(&path, "notes").unwrap();
    assert!(Broker::start(options(&path)).await.is_err(), "a file is no socket");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "notes");
}
