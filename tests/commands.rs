//! Copied commands really run: against the bundled broker and mosquitto, by our own program and mosquitto's, whatever topic and payload
//! hold. What arrives is what was copied.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod common;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use bytes::Bytes;
use common::client::Client;
use common::mosquitto::Mosquitto;
use common::{PATIENCE, mosquitto_tool};
use mqtt_tui::app::out::commands::{PASSWORD_VARIABLE, Place, mosquitto_pub, mosquitto_sub, own_pub};
use mqtt_tui::broker::{Broker, BrokerOptions, Certificates, Listener, ListenerKind, ServerTls};
use mqtt_tui::model::{
    Message, Properties, Protocol, Publication, QoS, Subscription, Target, TopicFilter, Transport,
};
use mqtt_tui::mqtt::random_client_id;
use tokio::time::timeout;

/// Runs a copied line by the shell, with our own program and mosquitto's at hand.
async fn pasted(line: &str, variables: &[(&str, &str)]) -> Output {
    let own = Path::new(env!("CARGO_BIN_EXE_mqtt-tui")).parent().unwrap().to_owned();
    let theirs = mosquitto_tool("mosquitto_pub").and_then(|tool| tool.parent().map(Path::to_owned));
    let folders = [Some(own), theirs].into_iter().flatten();
    let path = std::env::join_paths(folders.chain(["/usr/bin".into(), "/bin".into()])).unwrap();
    let mut shell = Command::new("sh");
    shell.env_clear().env("PATH", path);
    shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for (name, value) in variables {
        shell.env(name, value);
    }
    // As if it were pasted: a line may be longer than an argument.
    let line = format!("{line}\n");
    let running = tokio::task::spawn_blocking(move || {
        let mut shell = shell.spawn().unwrap();
        shell.stdin.take().unwrap().write_all(line.as_bytes()).unwrap();
        shell.wait_with_output().unwrap()
    });
    timeout(PATIENCE, running).await.expect("the command ends").unwrap()
}

/// Messages that a careless copy would break.
fn messages() -> Vec<Publication> {
    let large: Vec<u8> = (0..=255).cycle().take(150_000).collect();
    let text =
        "21.5 °C, \"quoted\" and 'more'\n\t$(id) `id` ${HOME} \\n %s %% !! \u{1b}[2J \u{202e}".as_bytes();
    let payloads: [&[u8]; 7] = [b"21.5", b"", text, b"\0\xff\r\n", b"-n", b"--\\055%", &large];
    let topics = [
        "plain",
        "it's/\"all\"/here",
        "-t",
        "a b/$(id)/`id`",
        "line\nfeed",
        "tab\there/\u{9b}",
        "\u{fc}ber/\u{202e}",
    ];
    let kinds = [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce];
    let of = |(number, (payload, topic)): (usize, (&[u8], &str))| Publication {
        topic: format!("copied/{topic}"),
        payload: Bytes::copy_from_slice(payload),
        qos: kinds[number % 3],
        retain: number % 2 == 0,
        properties: None,
    };
    payloads.into_iter().zip(topics).enumerate().map(of).collect()
}

fn place(target: &Target, protocol: Protocol) -> Place<'_> {
    Place { target, with_password: target.password.is_some(), protocol: Some(protocol), profile: None }
}

/// A client that sees everything published on `target`.
async fn witness(target: &Target) -> Client {
    let filters = vec![Subscription::new(TopicFilter::parse("#").unwrap(), QoS::ExactlyOnce)];
    let target = Target { filters, sys: true, client_id: random_client_id(), ..target.clone() };
    let mut client = Client::start(target);
    client.subscribed().await;
    client
}

/// Pastes the line and waits for the message.
async fn arrives(line: &str, variables: &[(&str, &str)], witness: &mut Client, topic: &str) -> Message {
    let output = pasted(line, variables).await;
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{line}\n{errors}");
    witness.message_on(topic).await
}

/// Whether mosquitto takes the topic: it refuses control characters, as MQTT allows (MQTT 5.0, 1.5.4).
fn is_plain(publication: &Publication) -> bool {
    !publication.topic.contains(char::is_control)
}

async fn all_arrive(
    target: &Target,
    messages: Vec<Publication>,
    write: fn(&Place<'_>, &Publication) -> Result<String, String>,
) {
    let mut witness = witness(target).await;
    for protocol in [Protocol::V5, Protocol::V4] {
        for publication in &messages {
            let line = write(&place(target, protocol), publication).unwrap();
            let message = arrives(&line, &[], &mut witness, &publication.topic).await;
            assert_eq!(message.payload, publication.payload, "{line}");
            assert_eq!(message.qos, publication.qos, "{line}");
        }
    }
    witness.session.close().await;
}

async fn bundled() -> (Broker, Target) {
    let broker = Broker::start(BrokerOptions { port: 0, ..BrokerOptions::default() }).await.unwrap();
    let target = Target::new("127.0.0.1", broker.address().port(), "explorer");
    (broker, target)
}

/// Writes the command that publishes a message.
type Writer = fn(&Place<'_>, &Publication) -> Result<String, String>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn our_own_command_publishes_the_same_bytes_on_the_bundled_broker() {
    let (broker, target) = bundled().await;
    all_arrive(&target, messages(), own_pub).await;
    broker.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mosquittos_command_publishes_the_same_bytes_on_the_bundled_broker() {
    if mosquitto_tool("mosquitto_pub").is_none() {
        return;
    }
    let (broker, target) = bundled().await;
    let plain = messages().into_iter().filter(is_plain).collect();
    all_arrive(&target, plain, mosquitto_pub).await;
    broker.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_commands_publish_the_same_bytes_on_mosquitto() {
    let Some(mosquitto) = Mosquitto::start() else { return };
    let target = Target::new("127.0.0.1", mosquitto.port, "explorer");
    let mut witness = witness(&target).await;
    for write in [own_pub, mosquitto_pub] {
        for publication in messages().into_iter().filter(is_plain) {
            let line = write(&place(&target, Protocol::V5), &publication).unwrap();
            let message = arrives(&line, &[], &mut witness, &publication.topic).await;
            assert_eq!(message.payload, publication.payload, "{line}");
        }
    }
    witness.session.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn properties_go_with_both_commands() {
    let (broker, target) = bundled().await;
    let mut witness = witness(&target).await;
    let properties = Properties {
        payload_format: Some(1),
        message_expiry: Some(3_600),
        content_type: Some("text/plain; charset='utf-8'".into()),
        response_topic: Some("answers/$(id)".into()),
        correlation_data: Some(Bytes::from_static(b"\xff -7")),
        user_properties: vec![
            ("b".into(), "1=2".into()),
            ("a".into(), "-x".into()),
            ("b".into(), String::new()),
        ],
        ..Properties::default()
    };
    let publication = Publication { properties: Some(Box::new(properties.clone())), ..messages().remove(0) };
    let mut writers: Vec<Writer> = vec![own_pub];
    if mosquitto_tool("mosquitto_pub").is_some() {
        writers.push(mosquitto_pub);
    }
    for write in writers {
        let line = write(&place(&target, Protocol::V5), &publication).unwrap();
        let message = arrives(&line, &[], &mut witness, &publication.topic).await;
        let mut received = *message.properties.expect("properties");
        assert!(received.message_expiry.is_some_and(|left| left > 3_500), "{line}");
        (received.message_expiry, received.subscription_ids) = (Some(3_600), Vec::new());
        assert_eq!(received, properties, "{line}");
    }
    witness.session.close().await;
    broker.stop().await;
}

/// The password comes from the variable that the notice names, and TLS from the files that the command names.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d10_a_guarded_broker_over_tls_is_reached_with_the_password_from_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let certificates = Certificates::generate(&["localhost".to_owned()]).unwrap();
    let ca = folder.path().join("my ca.pem");
    std::fs::write(&ca, certificates.authority.pem()).unwrap();
    let options = BrokerOptions {
        port: 0,
        listeners: vec![Listener::local(ListenerKind::Tls)],
        tls: Some(ServerTls::new(certificates.server.clone())),
        users: Some(vec![("bob".to_owned(), "hunter2".into())]),
        ..BrokerOptions::default()
    };
    let broker = Broker::start(options).await.unwrap();
    let port = broker.address_of(ListenerKind::Tls).unwrap().port();
    let mut target = Target::new("localhost", port, "explorer");
    target.transport = Transport::Tls;
    target.tls.ca_file = Some(ca);
    (target.user, target.password) = (Some("bob".into()), Some("hunter2".into()));
    let mut witness = witness(&target).await;
    let publication = messages().remove(0);
    let ours = own_pub(&place(&target, Protocol::V5), &publication).unwrap();
    let variables = [("MQTT_TUI_PASSWORD", "hunter2"), (PASSWORD_VARIABLE, "hunter2")];
    assert!(!ours.contains("hunter2"));
    assert_eq!(arrives(&ours, &variables, &mut witness, &publication.topic).await.payload, "21.5");
    if mosquitto_tool("mosquitto_pub").is_some() {
        let theirs = mosquitto_pub(&place(&target, Protocol::V5), &publication).unwrap();
        assert!(!theirs.contains("hunter2"));
        assert_eq!(arrives(&theirs, &variables, &mut witness, &publication.topic).await.payload, "21.5");
    }
    let without = pasted(&ours, &[]).await;
    assert_eq!(without.status.code(), Some(0x86), "{}", String::from_utf8_lossy(&without.stderr));
    witness.session.close().await;
    broker.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copied_subscription_prints_what_is_retained() {
    if mosquitto_tool("mosquitto_sub").is_none() {
        return;
    }
    let (broker, target) = bundled().await;
    let mut client = witness(&target).await;
    let topic = "kept/it's $(here)";
    client.publish(1, topic, Bytes::from_static(b"21.5"), QoS::AtLeastOnce, true).unwrap();
    client.message_on(topic).await;
    let line = mosquitto_sub(&place(&target, Protocol::V5), topic).unwrap();
    let output = pasted(&format!("{line} -C 1"), &[]).await;
    assert_eq!(String::from_utf8_lossy(&output.stdout), format!("{topic} 21.5\n"));
    client.session.close().await;
    broker.stop().await;
}
