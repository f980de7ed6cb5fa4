//! Every way to a broker as a user goes it: a session over TLS, WebSocket, a Unix socket and a proxy to the bundled broker,
//! and what it says of the usual mistakes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod common;

use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;

use common::client::Client;
use mqtt_tui::broker::{
    Authority, Broker, BrokerOptions, CertificateOptions, Identity, KeyForm, Listener, ListenerKind,
    ServerTls,
};
use mqtt_tui::model::{
    LinkState, Protocol, ProtocolChoice, Proxy, QoS, SessionEvent, Subscription, Target, TopicFilter,
    Transport, Trouble, Welcome,
};
use mqtt_tui::mqtt::random_client_id;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

/// A broker behind every listener, an authority, and a folder with the files a user would name.
struct Stage {
    broker: Broker,
    authority: Authority,
    folder: tempfile::TempDir,
}

impl Stage {
    async fn new() -> Self {
        Self::with(|_, _| ()).await
    }

    /// `change` gets what the broker does with TLS, and the authority.
    async fn with(change: impl FnOnce(&mut ServerTls, &Authority)) -> Self {
        let authority = Authority::new("Stage CA").unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("ca.pem"), authority.pem()).unwrap();
        let mut tls = ServerTls::new(authority.issue(&CertificateOptions::server()).unwrap());
        change(&mut tls, &authority);
        let kinds = [ListenerKind::Tls, ListenerKind::WebSocket, ListenerKind::SecureWebSocket];
        let options = BrokerOptions {
            port: 0,
            listeners: kinds.map(Listener::local).to_vec(),
            unix: cfg!(unix).then(|| folder.path().join("broker.sock")),
            tls: Some(tls),
            ..BrokerOptions::default()
        };
        Self { broker: Broker::start(options).await.unwrap(), authority, folder }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn address(&self, transport: Transport) -> SocketAddr {
        let kind = match transport {
            Transport::Tls => ListenerKind::Tls,
            Transport::WebSocket => ListenerKind::WebSocket,
            Transport::SecureWebSocket => ListenerKind::SecureWebSocket,
            Transport::Tcp | Transport::Unix => return self.broker.address(),
        };
        self.broker.address_of(kind).unwrap()
    }

    fn target(&self, transport: Transport) -> Target {
        let mut target = if transport == Transport::Unix {
            Target::new(self.file("broker.sock").to_str().unwrap(), 0, random_client_id())
        } else {
            Target::new("localhost", self.address(transport).port(), random_client_id())
        };
        target.transport = transport;
        target.tls.ca_file = transport.is_tls().then(|| self.file("ca.pem"));
        target.filters = vec![Subscription::new(TopicFilter::parse("#").unwrap(), QoS::ExactlyOnce)];
        target
    }

    /// Writes a client's certificate and key and names them in `target`.
    fn give(&self, target: &mut Target, identity: &Identity) {
        fs::write(self.file("me.pem"), &identity.certificate).unwrap();
        fs::write(self.file("me.key"), &identity.key).unwrap();
        target.tls.cert_file = Some(self.file("me.pem"));
        target.tls.key_file = Some(self.file("me.key"));
    }
}

async fn welcome(client: &mut Client) -> (Protocol, Welcome) {
    client
        .until(|event| match event {
            SessionEvent::Link(LinkState::Connected { protocol, welcome, .. }) => Some((protocol, *welcome)),
            SessionEvent::Link(LinkState::Stopped { trouble }) => panic!("stopped: {trouble:?}"),
            _ => None,
        })
        .await
}

/// What is said when the connection does not come about.
async fn trouble(target: Target) -> Trouble {
    Client::start(target)
        .until(|event| match event {
            SessionEvent::Link(LinkState::Waiting { trouble, .. }) => Some(trouble),
            SessionEvent::Link(LinkState::Stopped { trouble }) => trouble,
            SessionEvent::Link(LinkState::Connected { .. }) => panic!("it connected"),
            _ => None,
        })
        .await
}

#[tokio::test]
async fn every_way_carries_messages_of_every_size_with_both_versions() {
    let stage = Stage::new().await;
    let ways = Transport::ALL.into_iter().filter(|way| cfg!(unix) || *way != Transport::Unix);
    for transport in ways {
        for protocol in [Protocol::V5, Protocol::V4] {
            let mut target = stage.target(transport);
            target.protocol = ProtocolChoice::Only(protocol);
            let mut client = Client::start(target);
            let (spoken, welcome) = welcome(&mut client).await;
            assert_eq!((spoken, welcome.tls.is_some()), (protocol, transport.is_tls()));
            client.subscribed().await;
            for (id, size) in [(1, 0), (2, 1), (3, 70_000), (4, 3_000_000)] {
                let payload: bytes::Bytes = (0..size).map(|n: u32| (n / 7) as u8).collect::<Vec<u8>>().into();
                let topic = format!("{}/{size}", transport.scheme());
                client.publish(id, &topic, payload.clone(), QoS::ExactlyOnce, false).unwrap();
                assert!(client.message_on(&topic).await.payload == payload, "{topic} arrives as it was sent");
            }
            client.session.close().await;
        }
    }
}

#[tokio::test]
async fn what_tls_agreed_on_is_known_once_connected() {
    let stage = Stage::with(|tls, _| tls.alpn = vec!["mqtt".into()]).await;
    let mut target = stage.target(Transport::Tls);
    target.tls.alpn = vec!["mqtt".into()];
    let (_, welcome) = welcome(&mut Client::start(target)).await;
    let tls = welcome.tls.unwrap();
    assert_eq!((tls.version.as_str(), tls.alpn.as_deref(), tls.verified), ("TLS 1.3", Some("mqtt"), true));
    assert!(tls.chain[0].names.contains(&"localhost".to_owned()), "{tls:?}");
    assert_eq!(tls.chain[0].issuer, "CN=Stage CA");
}

#[tokio::test]
async fn d06_keys_of_every_form_are_taken() {
    let stage = Stage::with(|tls, authority| tls.client_authority = Some(authority.pem().to_owned())).await;
    let rsa = include_str!("fixtures/keys/rsa-2048.pem").to_owned();
    for (key, key_form, label) in [
        (None, KeyForm::Pkcs8, "BEGIN PRIVATE KEY"),
        (None, KeyForm::Own, "BEGIN EC PRIVATE KEY"),
        (Some(rsa.clone()), KeyForm::Pkcs8, "BEGIN PRIVATE KEY"),
        (Some(rsa), KeyForm::Own, "BEGIN RSA PRIVATE KEY"),
    ] {
        let options = CertificateOptions { key, key_form, ..CertificateOptions::client("me") };
        let identity = stage.authority.issue(&options).unwrap();
        assert!(identity.key.contains(label), "{}", identity.key);
        let mut target = stage.target(Transport::Tls);
        stage.give(&mut target, &identity);
        let mut client = Client::start(target);
        welcome(&mut client).await;
        client.session.close().await;
    }
}

#[tokio::test]
async fn d07_a_broker_that_wants_a_certificate_says_so_and_is_not_asked_again() {
    for only_tls_1_2 in [true, false] {
        let stage = Stage::with(|tls, authority| {
            tls.client_authority = Some(authority.pem().to_owned());
            tls.only_tls_1_2 = only_tls_1_2;
        })
        .await;
        for transport in [Transport::Tls, Transport::SecureWebSocket] {
            let trouble = Client::start(stage.target(transport)).stopped().await;
            assert!(trouble.cause.contains("wants a client certificate"), "{trouble:?}");

            let mut target = stage.target(transport);
            let other = Authority::new("Other CA").unwrap();
            stage.give(&mut target, &other.issue(&CertificateOptions::client("me")).unwrap());
            let trouble = Client::start(target).stopped().await;
            assert!(trouble.cause.contains("does not accept the client certificate"), "{trouble:?}");
        }
    }
}

#[tokio::test]
async fn d01_d02_d03_a_certificate_that_is_not_good_stops_the_session() {
    for (names, days, words) in [
        (&["localhost"][..], -20..=-10, "expired on"),
        (&["localhost"], 10..=20, "is not valid before"),
        (&["elsewhere.lan"], -1..=10, "certificate is for elsewhere.lan, you connected to localhost"),
    ] {
        let authority = Authority::new("Stage CA").unwrap();
        let names = names.iter().map(ToString::to_string).collect();
        let options = CertificateOptions { names, days, ..CertificateOptions::server() };
        let identity = authority.issue(&options).unwrap();
        let stage = Stage::with(|tls, _| tls.identity = identity).await;
        fs::write(stage.file("ca.pem"), authority.pem()).unwrap();
        let trouble = Client::start(stage.target(Transport::Tls)).stopped().await;
        assert!(trouble.cause.contains(words), "{trouble:?}");
    }
    let stage = Stage::new().await;
    let mut target = stage.target(Transport::SecureWebSocket);
    fs::write(stage.file("other.pem"), Authority::new("Other CA").unwrap().pem()).unwrap();
    target.tls.ca_file = Some(stage.file("other.pem"));
    let trouble = Client::start(target.clone()).stopped().await;
    assert!(trouble.cause.contains("certificate issued by unknown CA Stage CA"), "{trouble:?}");

    target.tls.insecure = true;
    let (_, welcome) = welcome(&mut Client::start(target)).await;
    assert!(!welcome.tls.unwrap().verified, "d05: --insecure leaves its mark");
}

#[tokio::test]
async fn d04_tls_to_a_plain_port_and_the_reverse_are_told() {
    let stage = Stage::new().await;
    let swapped = |transport: Transport, other: Transport| {
        let port = stage.address(other).port();
        Target { port, ..stage.target(transport) }
    };
    for (target, words, remedy) in [
        (swapped(Transport::Tls, Transport::Tcp), "that port does not speak TLS", "mqtt://"),
        (swapped(Transport::Tcp, Transport::Tls), "that port speaks TLS", "mqtts://"),
        (swapped(Transport::SecureWebSocket, Transport::WebSocket), "that port does not speak TLS", "ws://"),
        (swapped(Transport::WebSocket, Transport::SecureWebSocket), "is no WebSocket server", "wss://"),
        (swapped(Transport::WebSocket, Transport::Tcp), "is no WebSocket server", "mqtt://"),
        (swapped(Transport::Tcp, Transport::WebSocket), "not an MQTT broker", ""),
    ] {
        let trouble = trouble(target.clone()).await;
        assert!(trouble.cause.contains(words) && trouble.remedy.contains(remedy), "{target:?}: {trouble:?}");
    }
}

#[tokio::test]
async fn c24_a_wrong_path_shows_the_answer_of_the_server() {
    let stage = Stage::new().await;
    let mut target = stage.target(Transport::WebSocket);
    target.websocket.path = "/wrong".into();
    let trouble = Client::start(target).stopped().await;
    assert!(trouble.cause.contains("the server answered 404 Not Found to /wrong"), "{trouble:?}");
}

/// An HTTP proxy that connects to wherever it is asked to; its port.
async fn proxy() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            let head = String::from_utf8(head).unwrap();
            let place = head.strip_prefix("CONNECT ").unwrap().split(' ').next().unwrap();
            let mut onward = TcpStream::connect(place).await.unwrap();
            stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.unwrap();
            tokio::spawn(async move { copy_bidirectional(&mut stream, &mut onward).await });
        }
    });
    port
}

#[tokio::test]
async fn every_way_but_a_socket_goes_through_a_proxy() {
    let stage = Stage::new().await;
    let port = proxy().await;
    for transport in [Transport::Tcp, Transport::Tls, Transport::WebSocket, Transport::SecureWebSocket] {
        let mut target = stage.target(transport);
        // The listeners are on 127.0.0.1 alone, and the proxy takes the first address.
        target.host = "127.0.0.1".into();
        target.proxy = Some(Proxy { host: "localhost".into(), port, user: None, password: None });
        let mut client = Client::start(target);
        client.subscribed().await;
        client.publish_and_wait(1, "through/the/proxy", "x", QoS::AtLeastOnce).await;
        client.session.close().await;
    }
}
