//! `mqtt-tui pub` from the shell: what it sends, byte for byte, and what its exit code says.

use std::ffi::OsStr;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::process::{Output, Stdio};

use mqtt_tui::broker::{Broker, BrokerOptions, ConnackFault, Misbehaviour};
use mqtt_tui::model::{Message, Protocol, QoS, TopicFilter};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::stage::{Stage, unused_port};
use crate::usage::{program, run, text};

/// Publishes to the stage with exit code 0 and nothing said; what arrives.
fn arrives(stage: &mut Stage, topic: &str, arguments: &[&str]) -> Message {
    let target = stage.target();
    let output = run(&[&["pub", &target, "-t", topic], arguments].concat());
    assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(0), ""), "{arguments:?}");
    assert_eq!(text(&output.stdout), "");
    stage.receive(topic)
}

#[test]
fn e11_a_payload_arrives_byte_for_byte_from_wherever_it_comes() {
    let mut stage = Stage::start();
    assert_eq!(arrives(&mut stage, "a", &["-m", "21.5"]).payload, "21.5");
    assert_eq!(arrives(&mut stage, "a", &["-m", "-x"]).payload, "-x");
    assert_eq!(arrives(&mut stage, "-b/ü", &["-m", ""]).payload, "");
    assert_eq!(arrives(&mut stage, "a", &["-n"]).payload, "");
    let folder = TempDir::new().unwrap();
    for (name, bytes) in [("empty", &b""[..]), ("binary", b"\0\xff\r\n"), ("line", b"21.5\n")] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(arrives(&mut stage, "a", &["-f", path.to_str().unwrap()]).payload, bytes);
    }
    let target = stage.target();
    let mut command = program(&["pub", &target, "-t", "a", "-s"]);
    let mut piped = command.stdin(Stdio::piped()).spawn().unwrap();
    piped.stdin.take().unwrap().write_all(b"one\n\0two\n").unwrap();
    assert_eq!(piped.wait().unwrap().code(), Some(0));
    assert_eq!(stage.receive("a").payload, &b"one\n\0two\n"[..]);
}

#[test]
fn h06_a_payload_may_be_no_utf8() {
    let mut stage = Stage::start();
    let target = stage.target();
    let mut command = program(&["pub", &target, "-t", "a", "-m"]);
    assert_eq!(command.arg(OsStr::from_bytes(b"\xff")).status().unwrap().code(), Some(0));
    assert_eq!(stage.receive("a").payload, &b"\xff"[..]);
}

#[test]
fn qos_retain_and_properties_go_with_the_message() {
    let mut stage = Stage::start();
    for qos in ["0", "1", "2"] {
        arrives(&mut stage, "a", &["-q", qos, "-m", "x"]);
        arrives(&mut stage, "a", &["-V", "mqttv311", "-q", qos, "-m", "x"]);
    }
    let message = arrives(
        &mut stage,
        "a",
        &[
            "-r",
            "-m",
            "x",
            "--payload-format-indicator",
            "1",
            "--message-expiry-interval",
            "60",
            "--content-type",
            "text/plain",
            "--response-topic",
            "answers",
            "--correlation-data",
            "-7",
            "--user-property",
            "b",
            "1=2",
            "--user-property",
            "a",
            "-",
        ],
    );
    let properties = message.properties.expect("properties");
    assert_eq!(properties.payload_format, Some(1));
    assert!(properties.message_expiry.is_some_and(|left| (50..=60).contains(&left)));
    assert_eq!(properties.content_type.as_deref(), Some("text/plain"));
    assert_eq!(properties.response_topic.as_deref(), Some("answers"));
    assert_eq!(properties.correlation_data.as_deref(), Some(&b"-7"[..]));
    let pairs = [("b".to_owned(), "1=2".to_owned()), ("a".to_owned(), "-".to_owned())];
    assert_eq!(properties.user_properties, pairs);
    // Kept: the next one to subscribe gets it.
    stage.kill();
}

#[test]
fn a_large_payload_has_left_when_the_program_ends() {
    let mut stage = Stage::start();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("large");
    let bytes: Vec<u8> = (0..=255).cycle().take(20 << 20).collect();
    std::fs::write(&path, &bytes).unwrap();
    let message = arrives(&mut stage, "large", &["-f", path.to_str().unwrap()]);
    assert!(message.payload == bytes, "not the same bytes");
}

/// The bundled broker with this fault.
fn faulty(misbehaviour: Misbehaviour) -> (Runtime, Broker, String) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let options = BrokerOptions { port: 0, misbehaviour, ..BrokerOptions::default() };
    let broker = runtime.block_on(Broker::start(options)).unwrap();
    let target = format!("127.0.0.1:{}", broker.address().port());
    (runtime, broker, target)
}

fn says(output: &Output, code: i32, words: &[&str]) {
    let errors = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{errors}");
    for word in words {
        assert!(errors.contains(word), "no '{word}' in {errors}");
    }
}

#[test]
fn h03_a_refused_connect_is_the_exit_code() {
    let refusing = |code| Misbehaviour { connack: ConnackFault::Refuse(code), ..Misbehaviour::default() };
    let (_runtime, _broker, target) = faulty(refusing(0x87));
    says(&run(&["pub", &target, "-t", "a", "-m", "x"]), 0x87, &["not published"]);
    let (_runtime, _broker, target) = faulty(refusing(5));
    says(&run(&["pub", &target, "-V", "311", "-t", "a", "-m", "x"]), 5, &["not published"]);
    let target = format!("127.0.0.1:{}", unused_port());
    says(&run(&["pub", &target, "-t", "a", "-m", "x"]), 1, &["refused", &target]);
}

#[test]
fn h04_a_message_that_the_broker_refuses_is_no_success() {
    let denied = vec![TopicFilter::parse("secret/#").unwrap()];
    let (_runtime, broker, target) =
        faulty(Misbehaviour { denied_publishes: denied, ..Misbehaviour::default() });
    for qos in ["1", "2"] {
        says(
            &run(&["pub", &target, "-q", qos, "-t", "secret/a", "-m", "x"]),
            1,
            &["not published", "authorized"],
        );
    }
    // With QoS 0 the broker has no way to say so.
    says(&run(&["pub", &target, "-t", "secret/a", "-m", "x"]), 0, &[]);
    says(&run(&["pub", &target, "-q", "1", "-t", "open", "-m", "x"]), 0, &[]);
    drop(broker);
}

#[test]
fn h04_a_link_that_breaks_before_the_acknowledgement_is_no_success() {
    // CONNACK is not counted, PUBACK would be the next.
    let (_runtime, _broker, target) = faulty(Misbehaviour { drop_after: Some(1), ..Misbehaviour::default() });
    says(&run(&["pub", &target, "-q", "2", "-t", "a", "-m", "x"]), 1, &["not published"]);
}

#[test]
fn h01_what_cannot_be_published_is_said_with_exit_code_2_before_anything_is_sent() {
    for (arguments, word) in [
        (&["-m", "x"][..], "-t"),
        (&["-t", "", "-m", "x"], "--topic"),
        (&["-t", "a/#", "-m", "x"], "--topic"),
        (&["-t", "a"], "-m TEXT"),
        (&["-t", "a", "-m", "x", "-n"], "--null-message"),
        (&["-t", "a", "-m", "x", "-q", "3"], "--qos"),
        (&["-t", "a", "-f", "/no/such/file"], "/no/such/file"),
        (&["-t", "a", "-f", "/"], "-f"),
        (&["-t", "a", "-m", "x", "--response-topic", "a/+"], "--response-topic"),
        (&["-t", "a", "-m", "x", "--message-expiry-interval", "soon"], "--message-expiry-interval"),
        (&["-t", "a", "-m", "x", "--user-property", "only"], "--user-property"),
        (&["-t", "a", "-m", "x", "-p", "0"], "port"),
    ] {
        let output = run(&[&["pub"], arguments].concat());
        says(&output, 2, &[word]);
    }
    says(&run(&["pub", "-L", "mqtt://127.0.0.1/", "-m", "x"]), 2, &["topic"]);
}

#[test]
fn a_url_with_a_topic_is_enough() {
    let mut stage = Stage::start();
    let url = format!("mqtt://{}/home/lamp", stage.target());
    assert_eq!(run(&["pub", "-L", &url, "-m", "on"]).status.code(), Some(0));
    assert_eq!(stage.receive("home/lamp").payload, "on");
}

#[test]
fn e07_profiles_that_guard_their_broker_are_heeded() {
    let mut stage = Stage::start();
    let folder = TempDir::new().unwrap();
    let profiles: String = [("free", "normal"), ("careful", "confirm"), ("locked", "read-only")]
        .map(|(name, safety)| {
            let url = stage.target();
            format!("[[profile]]\nname = \"{name}\"\nurl = \"mqtt://{url}\"\nsafety = \"{safety}\"\n")
        })
        .concat();
    std::fs::write(folder.path().join("profiles.toml"), profiles).unwrap();
    let publish = |arguments: &[&str], variable: (&str, &str)| {
        let mut command = program(&[&["pub"], arguments, &["-t", "a", "-m", "x"]].concat());
        command.env("MQTT_TUI_CONFIG_DIR", folder.path()).env(variable.0, variable.1).output().unwrap()
    };
    let none = ("UNUSED", "");
    says(&publish(&["locked", "--yes"], none), 2, &["locked", "read-only"]);
    says(&publish(&["careful"], none), 2, &["careful", "--yes"]);
    says(&publish(&["free"], ("MQTT_TUI_READ_ONLY", "yes")), 2, &["read-only"]);
    says(&publish(&["careful", "--yes"], none), 0, &[]);
    says(&publish(&["free"], none), 0, &[]);
    let (first, second) = (stage.receive("a"), stage.receive("a"));
    assert_eq!((first.qos, second.qos), (QoS::AtMostOnce, QoS::AtMostOnce));
}

#[test]
fn d10_a_password_is_in_no_complaint_of_pub() {
    let (_runtime, _broker, target) = faulty(Misbehaviour {
        connack: ConnackFault::Refuse(0x86),
        connack_for: Some(Protocol::V5),
        ..Misbehaviour::default()
    });
    let output = run(&["pub", &target, "-u", "bob", "-P", "hunter2", "-t", "a", "-m", "x"]);
    says(&output, 0x86, &["not published"]);
    assert!(!text(&output.stderr).contains("hunter2"), "{}", text(&output.stderr));
}
