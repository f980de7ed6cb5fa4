//! The doctor's visits to the bundled broker, behaving and not, and to what is no broker at all.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod common;

use std::fs;

use bytes::Bytes;
use common::client::Client;
use mqtt_tui::broker::{
    Announced, Broker, BrokerOptions, Certificates, Listener, ListenerKind, Misbehaviour, ServerTls,
};
use mqtt_tui::model::{DoctorLine, QoS, Target, TopicFilter, Transport, Verdict};
use mqtt_tui::mqtt::doctor::{self, Diagnosis, DoctorOptions};
use tokio::sync::mpsc;
use tokio::time::timeout;

const PUBLISH: DoctorOptions = DoctorOptions { publish: true, own_id: false };
const LOOK: DoctorOptions = DoctorOptions { publish: false, own_id: false };

const GOOD: Verdict = Verdict::Good;
const BAD: Verdict = Verdict::Bad;
const SKIPPED: Verdict = Verdict::Skipped;

async fn broker(misbehaviour: Misbehaviour) -> (Broker, Target) {
    let options = BrokerOptions { port: 0, misbehaviour, ..BrokerOptions::default() };
    let broker = Broker::start(options).await.unwrap();
    let target = Target::new("127.0.0.1", broker.address().port(), "the-device");
    (broker, target)
}

async fn visit(target: Target, options: DoctorOptions) -> (Diagnosis, Vec<DoctorLine>) {
    let (lines, mut told) = mpsc::channel(1);
    let visit = tokio::spawn(doctor::run(target, options, lines));
    let mut seen = Vec::new();
    while let Some(line) = timeout(common::PATIENCE, told.recv()).await.expect("the doctor goes on") {
        seen.push(line);
    }
    (visit.await.unwrap(), seen)
}

fn verdicts(lines: &[DoctorLine]) -> Vec<(&str, Verdict)> {
    lines.iter().map(|line| (line.step, line.verdict)).collect()
}

fn line<'a>(lines: &'a [DoctorLine], step: &str) -> &'a DoctorLine {
    lines.iter().find(|line| line.step == step).unwrap_or_else(|| panic!("no line {step} in {lines:#?}"))
}

#[tokio::test]
async fn a_good_broker_gets_a_good_line_for_each_step() {
    let (broker, target) = broker(Misbehaviour::default()).await;
    let mut writer = Client::start(target.clone());
    writer.publish(1, "kept", Bytes::from_static(b"x"), QoS::AtLeastOnce, true).unwrap();
    writer.publish_and_wait(2, "later", "x", QoS::AtLeastOnce).await;
    let (diagnosis, lines) = visit(target, PUBLISH).await;
    assert_eq!(diagnosis, Diagnosis::Sound);
    let steps: Vec<&str> = lines.iter().map(|line| line.step).collect();
    let all = ["DNS", "TCP", "CONNACK", "SUBACK #", "SUBACK $SYS/#", "retained", "round trip"];
    assert_eq!(steps, all);
    assert!(lines.iter().all(|line| line.verdict == Verdict::Good), "{lines:#?}");
    assert!(line(&lines, "CONNACK").found.starts_with("MQTT 5"), "{lines:#?}");
    assert!(line(&lines, "retained").found.starts_with("1 retained message and "), "{lines:#?}");
    assert!(line(&lines, "round trip").found.contains("5 messages came back"), "{lines:#?}");
    assert!(line(&lines, "TCP").took.is_some() && line(&lines, "CONNACK").took.is_some());

    // The client of that name was not disturbed.
    writer.publish_and_wait(3, "still/here", "x", QoS::AtLeastOnce).await;
    broker.stop().await;
}

#[tokio::test]
async fn nothing_is_published_unless_it_is_allowed() {
    let (broker, target) = broker(Misbehaviour::default()).await;
    let mut witness = Client::start(Target {
        filters: vec![mqtt_tui::model::Subscription::new(TopicFilter::parse("#").unwrap(), QoS::AtMostOnce)],
        client_id: "witness".into(),
        ..target.clone()
    });
    witness.subscribed().await;
    let (diagnosis, lines) = visit(target, LOOK).await;
    assert_eq!(diagnosis, Diagnosis::Sound, "what is not allowed is not needed");
    let last = line(&lines, "round trip");
    assert_eq!(last.verdict, Verdict::Skipped);
    assert!(last.advice.as_ref().unwrap().contains("--publish"), "{last:?}");
    witness.publish(1, "the/end", Bytes::new(), QoS::AtMostOnce, false).unwrap();
    witness
        .until(|event| match event {
            mqtt_tui::model::SessionEvent::Message(message) if message.topic == "the/end" => Some(()),
            mqtt_tui::model::SessionEvent::Message(message) => {
                assert!(message.topic.starts_with('$'), "published: {}", message.topic);
                None
            }
            _ => None,
        })
        .await;
    broker.stop().await;
}

#[tokio::test]
async fn d01_tls_shows_its_chain_and_a_mistake_ends_the_visit_with_advice() {
    let certificates = Certificates::generate(&[]).unwrap();
    let options = BrokerOptions {
        port: 0,
        listeners: vec![Listener::local(ListenerKind::SecureWebSocket)],
        tls: Some(ServerTls::new(certificates.server.clone())),
        ..BrokerOptions::default()
    };
    let broker = Broker::start(options).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    certificates.write(folder.path()).unwrap();
    let port = broker.address_of(ListenerKind::SecureWebSocket).unwrap().port();
    let mut target = Target::new("localhost", port, "x");
    target.transport = Transport::SecureWebSocket;
    target.tls.ca_file = Some(folder.path().join("ca.pem"));
    let (diagnosis, lines) = visit(target.clone(), LOOK).await;
    assert_eq!(diagnosis, Diagnosis::Sound);
    let tls = line(&lines, "TLS");
    for words in ["TLS 1.3", "certificate for localhost", "issued by CN=mqtt-tui test authority", "in 7"] {
        assert!(tls.found.contains(words), "no '{words}': {tls:?}");
    }
    assert!(line(&lines, "WebSocket").found.contains("/mqtt"), "{lines:#?}");
    assert!(line(&lines, "DNS").found.contains("127.0.0.1"), "{lines:#?}");

    fs::write(folder.path().join("other.pem"), Certificates::generate(&[]).unwrap().authority.pem()).unwrap();
    target.tls.ca_file = Some(folder.path().join("other.pem"));
    let (diagnosis, lines) = visit(target, LOOK).await;
    assert_eq!(diagnosis, Diagnosis::Unsound);
    let wanted = [("DNS", GOOD), ("TCP", GOOD), ("TLS", BAD), ("WebSocket", SKIPPED), ("CONNACK", SKIPPED)];
    assert_eq!(verdicts(&lines)[..5], wanted);
    assert!(
        line(&lines, "TLS").found.contains("another CA mqtt-tui test authority than the one in"),
        "{lines:#?}"
    );
    assert!(line(&lines, "TLS").advice.as_ref().unwrap().contains("--cafile FILE"), "{lines:#?}");
    broker.stop().await;
}

#[tokio::test]
async fn d07_a_certificate_that_is_wanted_or_refused_after_the_handshake_is_a_failed_step() {
    let certificates = Certificates::generate(&[]).unwrap();
    let mut tls = ServerTls::new(certificates.server.clone());
    tls.client_authority = Some(certificates.authority.pem().to_owned());
    let kinds = [ListenerKind::Tls, ListenerKind::SecureWebSocket];
    let listeners = kinds.map(Listener::local).to_vec();
    let options = BrokerOptions { port: 0, listeners, tls: Some(tls), ..BrokerOptions::default() };
    let broker = Broker::start(options).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    certificates.write(folder.path()).unwrap();
    let other = Certificates::generate(&[]).unwrap();
    fs::create_dir(folder.path().join("other")).unwrap();
    other.write(&folder.path().join("other")).unwrap();
    for (kind, transport, step) in [
        (ListenerKind::Tls, Transport::Tls, "CONNACK"),
        (ListenerKind::SecureWebSocket, Transport::SecureWebSocket, "WebSocket"),
    ] {
        let port = broker.address_of(kind).unwrap().port();
        let mut target = Target::new("localhost", port, "x");
        target.transport = transport;
        target.tls.ca_file = Some(folder.path().join("ca.pem"));
        for words in ["wants a client certificate", "does not accept the client certificate"] {
            let (diagnosis, lines) = visit(target.clone(), LOOK).await;
            assert_eq!(diagnosis, Diagnosis::Unsound);
            let failed: Vec<_> = lines.iter().filter(|line| line.verdict == BAD).collect();
            assert!(failed.len() == 1 && failed[0].step == step, "{lines:#?}");
            assert!(failed[0].found.contains(words), "{lines:#?}");
            target.tls.cert_file = Some(folder.path().join("other/client.pem"));
            target.tls.key_file = Some(folder.path().join("other/client.key"));
        }
    }
    broker.stop().await;
}

#[tokio::test]
async fn e08_filters_are_tried_with_the_qos_they_ask_for() {
    for (max_qos, verdict, words) in [
        (None, GOOD, "a/# granted with QoS 2"),
        (Some(QoS::AtLeastOnce), Verdict::Doubtful, "a/# granted with QoS 1, although QoS 2 was asked for"),
    ] {
        let (broker, mut target) = broker(Misbehaviour { max_qos, ..Misbehaviour::default() }).await;
        let mut writer = Client::start(target.clone());
        for (id, topic) in [(1, "a/1"), (2, "a/2"), (3, "a/3")] {
            writer.publish(id, topic, Bytes::from_static(b"x"), QoS::AtLeastOnce, true).unwrap();
        }
        writer.publish_and_wait(4, "later", "x", QoS::AtLeastOnce).await;
        let all = TopicFilter::parse("a/#").unwrap();
        target.filters = vec![mqtt_tui::model::Subscription::new(all, QoS::ExactlyOnce)];
        let (diagnosis, lines) = visit(target, PUBLISH).await;
        assert_eq!(diagnosis, Diagnosis::Sound, "{lines:#?}");
        let granted = line(&lines, "SUBACK");
        assert_eq!((granted.verdict, granted.found.as_str()), (verdict, words));
        assert!(line(&lines, "retained").found.starts_with("3 retained messages"), "{lines:#?}");
        assert!(line(&lines, "round trip").found.contains("minimum "), "{lines:#?}");
        broker.stop().await;
    }
}

#[tokio::test]
async fn c12_a_refused_login_gives_its_code() {
    let users = Some(vec![("bob".to_owned(), "right".into())]);
    let options = BrokerOptions { port: 0, users, ..BrokerOptions::default() };
    let broker = Broker::start(options).await.unwrap();
    let mut target = Target::new("127.0.0.1", broker.address().port(), "x");
    target.user = Some("bob".into());
    target.password = Some("hunter2".into());
    let (diagnosis, lines) = visit(target, PUBLISH).await;
    assert!(matches!(diagnosis, Diagnosis::Refused(0x86 | 0x87)), "{diagnosis:?}");
    assert_eq!(line(&lines, "CONNACK").verdict, Verdict::Bad);
    assert_eq!(line(&lines, "round trip").verdict, Verdict::Skipped);
    assert!(!format!("{lines:?}").contains("hunter2"));
    broker.stop().await;
}

#[tokio::test]
async fn c13_a_broker_of_the_old_version_is_reached_and_its_steps_told_once() {
    let misbehaviour = Misbehaviour {
        connack: mqtt_tui::broker::ConnackFault::Refuse(0x84),
        connack_for: Some(mqtt_tui::model::Protocol::V5),
        ..Misbehaviour::default()
    };
    let (broker, target) = broker(misbehaviour).await;
    let (diagnosis, lines) = visit(target, LOOK).await;
    assert_eq!(diagnosis, Diagnosis::Sound, "{lines:#?}");
    let connack = line(&lines, "CONNACK");
    assert!(connack.found.starts_with("MQTT 3.1.1, since the broker does not accept MQTT 5"), "{connack:?}");
    assert_eq!(lines.iter().filter(|line| line.step == "TCP").count(), 1);
    broker.stop().await;
}

#[tokio::test]
async fn c15_c16_refused_filters_are_doubtful_and_the_visit_goes_on() {
    let misbehaviour = Misbehaviour {
        denied: vec!["#".into()],
        disconnect_on: vec!["$SYS/#".into()],
        ..Misbehaviour::default()
    };
    let (broker, target) = broker(misbehaviour).await;
    let (diagnosis, lines) = visit(target, PUBLISH).await;
    assert_eq!(diagnosis, Diagnosis::Sound, "{lines:#?}");
    let all = line(&lines, "SUBACK #");
    assert_eq!(all.verdict, Verdict::Doubtful);
    assert!(all.found.contains("# refused: Not authorized"), "{all:?}");
    let sys = line(&lines, "SUBACK $SYS/#");
    assert_eq!(sys.verdict, Verdict::Doubtful);
    assert!(sys.found.contains("hung up"), "{sys:?}");
    assert_eq!(verdicts(&lines)[5..], [("retained", SKIPPED), ("round trip", GOOD)], "in this order");
    broker.stop().await;
}

#[tokio::test]
async fn limits_are_listed_and_a_forbidden_publish_is_quoted() {
    let misbehaviour = Misbehaviour {
        max_qos: Some(QoS::AtLeastOnce),
        announced: Announced { retain_available: Some(false), ..Announced::default() },
        denied_publishes: vec![TopicFilter::parse("mqtt-tui/#").unwrap()],
        ..Misbehaviour::default()
    };
    let (broker, target) = broker(misbehaviour).await;
    let (diagnosis, lines) = visit(target, PUBLISH).await;
    assert_eq!(diagnosis, Diagnosis::Unsound, "the round trip was asked for");
    let connack = line(&lines, "CONNACK");
    assert!(connack.found.contains("QoS up to 1, no retained messages"), "{connack:?}");
    let trip = line(&lines, "round trip");
    assert!(trip.found.contains("PUBLISH refused: Not authorized"), "{trip:?}");
    broker.stop().await;
}

#[tokio::test]
async fn c01_nobody_there_ends_at_tcp_and_says_so_of_the_rest() {
    let port = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let (diagnosis, lines) = visit(Target::new("127.0.0.1", port, "x"), PUBLISH).await;
    assert_eq!(diagnosis, Diagnosis::Unsound);
    assert_eq!(line(&lines, "TCP").verdict, Verdict::Bad);
    assert!(lines[2..].iter().all(|line| line.verdict == Verdict::Skipped), "{lines:#?}");
}

#[tokio::test]
async fn a_visit_ends_when_nobody_listens() {
    let (broker, target) = broker(Misbehaviour::default()).await;
    let (lines, told) = mpsc::channel(1);
    drop(told);
    timeout(common::PATIENCE, doctor::run(target, LOOK, lines)).await.expect("it ends");
    broker.stop().await;
}
