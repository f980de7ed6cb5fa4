//! The ways to a mosquitto, whose TLS is OpenSSL and whose WebSockets are libwebsockets: each connects, and each deliberate
//! mistake gives its sentence, although its alerts and hang-ups are not those of the bundled broker.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod common;

use std::fs;

use common::brokers::free_port;
use common::client::Client;
use common::mosquitto::Mosquitto;
use mqtt_tui::broker::{Authority, CertificateOptions, Certificates};
use mqtt_tui::model::{LinkState, QoS, SessionEvent, Subscription, Target, TopicFilter, Transport, Trouble};
use mqtt_tui::mqtt::random_client_id;

/// A mosquitto with a listener for each way, and the files for it.
struct Stage {
    _mosquitto: Mosquitto,
    folder: tempfile::TempDir,
    plain: u16,
    tls: u16,
    demanding: u16,
    websocket: u16,
    secure_websocket: u16,
}

impl Stage {
    fn new() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let certificates = Certificates::generate(&[]).unwrap();
        certificates.write(folder.path()).unwrap();
        let ports: [u16; 5] = std::array::from_fn(|_| free_port());
        let [plain, tls, demanding, websocket, secure_websocket] = ports;
        let place = folder.path().display();
        let files = format!("cafile {place}/ca.pem\ncertfile {place}/server.pem\nkeyfile {place}/server.key");
        // Started by root, mosquitto becomes another user, who could not read the key.
        let user = "user root";
        let lines = format!(
            "{user}\nallow_anonymous true\n\
             listener {plain} 127.0.0.1\n\
             listener {tls} 127.0.0.1\n{files}\n\
             listener {demanding} 127.0.0.1\n{files}\nrequire_certificate true\n\
             listener {websocket} 127.0.0.1\nprotocol websockets\n\
             listener {secure_websocket} 127.0.0.1\nprotocol websockets\n{files}"
        );
        let mosquitto = Mosquitto::start_with(plain, &lines)?;
        Some(Self { _mosquitto: mosquitto, folder, plain, tls, demanding, websocket, secure_websocket })
    }

    fn target(&self, transport: Transport, port: u16) -> Target {
        let mut target = Target::new("localhost", port, random_client_id());
        target.transport = transport;
        target.tls.ca_file = transport.is_tls().then(|| self.folder.path().join("ca.pem"));
        target.filters = vec![Subscription::new(TopicFilter::parse("#").unwrap(), QoS::AtLeastOnce)];
        target
    }

    /// With a certificate that the broker's authority issued.
    fn known(&self, port: u16) -> Target {
        let mut target = self.target(Transport::Tls, port);
        target.tls.cert_file = Some(self.folder.path().join("client.pem"));
        target.tls.key_file = Some(self.folder.path().join("client.key"));
        target
    }
}

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
async fn every_way_to_mosquitto_connects() {
    let Some(stage) = Stage::new() else { return };
    for target in [
        stage.target(Transport::Tls, stage.tls),
        stage.known(stage.demanding),
        stage.target(Transport::WebSocket, stage.websocket),
        stage.target(Transport::SecureWebSocket, stage.secure_websocket),
    ] {
        let mut client = Client::start(target);
        client.subscribed().await;
        client.publish_and_wait(1, "ways", "x", QoS::ExactlyOnce).await;
        client.session.close().await;
    }
}

#[tokio::test]
async fn d01_d04_d07_each_mistake_with_mosquitto_has_its_sentence() {
    let Some(stage) = Stage::new() else { return };
    let other = Authority::new("Other CA").unwrap();
    let stranger = other.issue(&CertificateOptions::client("stranger")).unwrap();
    let path = |name: &str| stage.folder.path().join(name);
    fs::write(path("other.pem"), other.pem()).unwrap();
    fs::write(path("stranger.pem"), &stranger.certificate).unwrap();
    fs::write(path("stranger.key"), &stranger.key).unwrap();

    let mut distrusting = stage.target(Transport::Tls, stage.tls);
    distrusting.tls.ca_file = Some(path("other.pem"));
    let mut unknown = stage.target(Transport::Tls, stage.demanding);
    unknown.tls.cert_file = Some(path("stranger.pem"));
    unknown.tls.key_file = Some(path("stranger.key"));
    for (target, words) in [
        (distrusting, "certificate issued by unknown CA mqtt-tui test authority"),
        (stage.target(Transport::Tls, stage.demanding), "wants a client certificate"),
        (unknown, "does not accept the client certificate"),
        (stage.target(Transport::Tls, stage.plain), "that port does not speak TLS"),
        (stage.target(Transport::Tcp, stage.tls), "that port speaks TLS"),
        (stage.target(Transport::WebSocket, stage.plain), "is no WebSocket server"),
        (stage.target(Transport::WebSocket, stage.secure_websocket), "is no WebSocket server"),
        (stage.target(Transport::SecureWebSocket, stage.websocket), "does not speak TLS"),
        (stage.target(Transport::Tcp, stage.websocket), "not an MQTT broker"),
    ] {
        let trouble = trouble(target.clone()).await;
        assert!(trouble.cause.contains(words), "{target:?}: wanted '{words}', said {trouble:?}");
    }
}
