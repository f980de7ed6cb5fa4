//! Every way to a mosquitto that is set up as brokers in the field are: TLS, client certificates, WebSocket, passwords, ACLs. Each way
//! connects, and each deliberate mistake gives its sentence.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod common;

use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use bytes::Bytes;
use common::brokers::free_port;
use common::client::Client;
use common::mosquitto::Mosquitto;
use common::{PATIENCE, mosquitto_tool};
use mqtt_tui::broker::{Authority, CertificateOptions, Certificates};
use mqtt_tui::config::Profile;
use mqtt_tui::model::{
    LinkState, Protocol, ProtocolChoice, PublishState, QoS, SessionEvent, SubscriptionState, Target,
    Transport, Trouble, TroubleKind,
};
use mqtt_tui::mqtt::random_client_id;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// One mosquitto with a listener of every kind.
struct Ways {
    plain: u16,
    tls: u16,
    mutual: u16,
    expired: u16,
    websocket: u16,
    secure_websocket: u16,
    login: u16,
    folder: tempfile::TempDir,
    _mosquitto: Mosquitto,
}

impl Ways {
    fn start() -> Option<Self> {
        let passwords = mosquitto_tool("mosquitto_passwd")?;
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        let certificates = Certificates::generate(&[]).unwrap();
        certificates.write(folder.path()).unwrap();
        let expired = CertificateOptions { days: -20..=-10, ..CertificateOptions::server() };
        let expired = certificates.authority.issue(&expired).unwrap();
        fs::write(file("expired.pem"), expired.certificate).unwrap();
        fs::write(file("expired.key"), expired.key).unwrap();
        fs::write(file("other-ca.pem"), Authority::new("some other authority").unwrap().pem()).unwrap();
        let made =
            Command::new(passwords).args(["-c", "-b"]).arg(file("passwords")).args(["bob", "right"]).status();
        assert!(made.unwrap().success());
        fs::write(file("acl"), "user bob\ntopic readwrite house/#\n").unwrap();

        let ports: [u16; 7] = std::array::from_fn(|_| free_port());
        let [plain, tls, mutual, expired, websocket, secure_websocket, login] = ports;
        let at = |name: &str| file(name).display().to_string();
        let (ca, cert, key) = (at("ca.pem"), at("server.pem"), at("server.key"));
        let server = format!("cafile {ca}\ncertfile {cert}\nkeyfile {key}");
        let lines = format!(
            "per_listener_settings true\n\
             listener {plain} 127.0.0.1\nallow_anonymous true\n\
             listener {tls} 127.0.0.1\nallow_anonymous true\n{server}\n\
             listener {mutual} 127.0.0.1\nallow_anonymous true\n{server}\nrequire_certificate true\n\
             listener {expired} 127.0.0.1\nallow_anonymous true\ncertfile {}\nkeyfile {}\n\
             listener {websocket} 127.0.0.1\nallow_anonymous true\nprotocol websockets\n\
             listener {secure_websocket} 127.0.0.1\nallow_anonymous true\nprotocol websockets\n{server}\n\
             listener {login} 127.0.0.1\nallow_anonymous false\npassword_file {}\nacl_file {}",
            at("expired.pem"),
            at("expired.key"),
            at("passwords"),
            at("acl"),
        );
        open_to_all(folder.path());
        let mosquitto = Mosquitto::start_with(plain, &lines)?;
        // It opens its listeners one after the other.
        for port in ports {
            let deadline = Instant::now() + PATIENCE;
            while TcpStream::connect(("127.0.0.1", port)).is_err() {
                assert!(Instant::now() < deadline, "mosquitto does not listen on port {port}");
                std::thread::sleep(Duration::from_millis(10));
            }
        }
        Some(Self {
            plain,
            tls,
            mutual,
            expired,
            websocket,
            secure_websocket,
            login,
            folder,
            _mosquitto: mosquitto,
        })
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn target(&self, transport: Transport, port: u16) -> Target {
        let mut target = Target {
            transport,
            filters: Profile::everything(),
            sys: false,
            ..Target::new("localhost", port, random_client_id())
        };
        target.tls.ca_file = Some(self.file("ca.pem"));
        target
    }
}

/// mosquitto started by root reads its files as another user.
fn open_to_all(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let open = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    open(folder, 0o755);
    for entry in fs::read_dir(folder).unwrap() {
        open(&entry.unwrap().path(), 0o644);
    }
}

async fn connects(target: Target, what: &str) {
    let mut client = Client::start(target);
    client
        .until(|event| match event {
            SessionEvent::Subscription(_, SubscriptionState::Granted(_)) => Some(()),
            SessionEvent::Link(
                LinkState::Stopped { trouble: Some(trouble) } | LinkState::Waiting { trouble, .. },
            ) => {
                panic!("{what}: {trouble:?}")
            }
            _ => None,
        })
        .await;
    client.session.close().await;
}

/// The first trouble on the way to `target`.
async fn trouble(target: Target) -> Trouble {
    let mut client = Client::start(target);
    let trouble = client
        .until(|event| match event {
            SessionEvent::Link(
                LinkState::Stopped { trouble: Some(trouble) } | LinkState::Waiting { trouble, .. },
            ) => Some(trouble),
            _ => None,
        })
        .await;
    client.session.close().await;
    trouble
}

fn says(trouble: &Trouble, words: &[&str]) {
    let text = format!("{} / {}", trouble.cause, trouble.remedy);
    for word in words {
        assert!(text.contains(word), "'{word}' is not in: {text}");
    }
}

#[tokio::test]
async fn each_way_connects_with_each_version() {
    let Some(ways) = Ways::start() else { return };
    for protocol in [Protocol::V4, Protocol::V5] {
        for (transport, port) in [
            (Transport::Tcp, ways.plain),
            (Transport::Tls, ways.tls),
            (Transport::WebSocket, ways.websocket),
            (Transport::SecureWebSocket, ways.secure_websocket),
        ] {
            let mut target = ways.target(transport, port);
            target.protocol = ProtocolChoice::Only(protocol);
            connects(target, &format!("{transport:?} with {protocol}")).await;
        }
        let mut target = ways.target(Transport::Tls, ways.mutual);
        target.tls.cert_file = Some(ways.file("client.pem"));
        target.tls.key_file = Some(ways.file("client.key"));
        target.protocol = ProtocolChoice::Only(protocol);
        connects(target, "with a client certificate").await;
        let mut target = ways.target(Transport::Tcp, ways.login);
        target.user = Some("bob".into());
        target.password = Some("right".into());
        target.protocol = ProtocolChoice::Only(protocol);
        connects(target, "with a password").await;
    }
    let mut unchecked = ways.target(Transport::Tls, ways.expired);
    unchecked.tls.ca_file = None;
    unchecked.tls.insecure = true;
    connects(unchecked, "an expired certificate of an unknown authority, insecurely").await;
}

#[tokio::test]
async fn d01_a_wrong_authority_is_named() {
    let Some(ways) = Ways::start() else { return };
    let mut target = ways.target(Transport::Tls, ways.tls);
    target.tls.ca_file = Some(ways.file("other-ca.pem"));
    says(&trouble(target).await, &["mqtt-tui test authority", "--cafile", "--insecure"]);
    let mut target = ways.target(Transport::SecureWebSocket, ways.secure_websocket);
    target.tls.ca_file = None;
    says(&trouble(target).await, &["mqtt-tui test authority", "--cafile"]);
}

#[tokio::test]
async fn d02_an_expired_certificate_is_said_with_its_date() {
    let Some(ways) = Ways::start() else { return };
    says(&trouble(ways.target(Transport::Tls, ways.expired)).await, &["expired", "20", "clock"]);
}

#[tokio::test]
async fn d03_another_name_is_said_with_both_names() {
    let Some(ways) = Ways::start() else { return };
    let mut target = ways.target(Transport::Tls, ways.tls);
    target.tls.server_name = Some("broker.lan".into());
    says(&trouble(target).await, &["localhost", "broker.lan"]);
}

#[tokio::test]
async fn d04_tls_to_a_plain_port_and_the_reverse_are_recognised() {
    let Some(ways) = Ways::start() else { return };
    says(&trouble(ways.target(Transport::Tls, ways.plain)).await, &["TLS", "mqtt://"]);
    says(&trouble(ways.target(Transport::Tcp, ways.tls)).await, &["TLS", "mqtts://"]);
}

#[tokio::test]
async fn d07_a_missing_client_certificate_is_explained() {
    let Some(ways) = Ways::start() else { return };
    says(&trouble(ways.target(Transport::Tls, ways.mutual)).await, &["certificate", "--cert"]);
}

#[tokio::test]
async fn c12_a_wrong_password_is_asked_for_not_tried_again() {
    let Some(ways) = Ways::start() else { return };
    for protocol in [ProtocolChoice::Auto, ProtocolChoice::Only(Protocol::V4)] {
        let mut target = ways.target(Transport::Tcp, ways.login);
        target.user = Some("bob".into());
        target.password = Some("wrong".into());
        target.protocol = protocol;
        let mut client = Client::start(target);
        assert_eq!(client.stopped().await.kind, TroubleKind::Login);
    }
}

/// mosquitto grants filters that its ACL denies, and sends nothing: what it refuses is the publish, and only MQTT 5 can say so.
#[tokio::test]
async fn e02_a_publish_that_the_acl_denies_is_told() {
    let Some(ways) = Ways::start() else { return };
    let mut target = ways.target(Transport::Tcp, ways.login);
    target.user = Some("bob".into());
    target.password = Some("right".into());
    let mut client = Client::start(target);
    client.publish(1, "office/lamp", Bytes::from_static(b"on"), QoS::AtLeastOnce, false).unwrap();
    let state = client
        .until(|event| match event {
            SessionEvent::Publish(_, state) if state.is_final(QoS::AtLeastOnce) => Some(state),
            _ => None,
        })
        .await;
    let PublishState::Failed(reason) = state else { panic!("{state:?}") };
    assert!(reason.to_lowercase().contains("not authorized"), "{reason}");
}

/// What a web server says to anything that is no request.
async fn web_server() -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut buffer = [0; 1024];
                let _ = stream.read(&mut buffer).await;
                let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n").await;
            });
        }
    });
    port
}

#[tokio::test]
async fn c06_a_web_server_on_the_port_is_recognised() {
    let port = web_server().await;
    let target = Target::new("127.0.0.1", port, random_client_id());
    says(&trouble(target).await, &["not an MQTT broker", "HTTP/1.1 400"]);
    let target =
        Target { transport: Transport::WebSocket, ..Target::new("127.0.0.1", port, random_client_id()) };
    says(&trouble(target).await, &["400"]);
}

#[tokio::test]
async fn d04_d07_c24_the_wrong_listener_and_a_stranger_have_their_sentences() {
    let Some(ways) = Ways::start() else { return };
    let other = Authority::new("some other authority").unwrap();
    let stranger = other.issue(&CertificateOptions::client("stranger")).unwrap();
    fs::write(ways.file("stranger.pem"), &stranger.certificate).unwrap();
    fs::write(ways.file("stranger.key"), &stranger.key).unwrap();
    let mut unknown = ways.target(Transport::Tls, ways.mutual);
    unknown.tls.cert_file = Some(ways.file("stranger.pem"));
    unknown.tls.key_file = Some(ways.file("stranger.key"));
    for (target, words) in [
        (unknown, "does not accept the client certificate"),
        (ways.target(Transport::WebSocket, ways.plain), "is no WebSocket server"),
        (ways.target(Transport::WebSocket, ways.secure_websocket), "is no WebSocket server"),
        (ways.target(Transport::SecureWebSocket, ways.websocket), "does not speak TLS"),
        (ways.target(Transport::Tcp, ways.websocket), "not an MQTT broker"),
    ] {
        says(&trouble(target).await, &[words]);
    }
}
