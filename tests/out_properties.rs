//! Whatever a topic and a payload hold, what is copied and written gives back the same bytes: shell words through a real shell, JSON
//! lines and CSV through readers of their own.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::fmt::Write as _;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use mqtt_tui::app::out::commands::{Place, mosquitto_pub, own_pub};
use mqtt_tui::app::out::shell::{word, writer};
use mqtt_tui::model::{Message, Moment, Properties, Protocol, Publication, QoS, Target};
use mqtt_tui::payload::{is_clean, record};
use proptest::collection::vec;
use proptest::prelude::*;

/// Runs `script` by `sh`, read from standard input as if it were pasted.
fn sh(script: &str, path: Option<&std::path::Path>) -> Output {
    let mut shell = Command::new("sh");
    if let Some(path) = path {
        shell.env("PATH", format!("{}:{}", path.display(), std::env::var("PATH").unwrap()));
    }
    let mut shell =
        shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    shell.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    let output = shell.wait_with_output().unwrap();
    assert!(output.status.success(), "{script}\n{}", String::from_utf8_lossy(&output.stderr));
    output
}

/// Text as the worst of topics and payloads have it.
fn hostile() -> impl Strategy<Value = String> {
    let parts = prop_oneof![
        Just("'".to_owned()),
        Just("\"".to_owned()),
        Just("$(touch /tmp/never)".to_owned()),
        Just("`id`".to_owned()),
        Just("${HOME}".to_owned()),
        Just("\\".to_owned()),
        Just("\n".to_owned()),
        Just("\\n%s%%".to_owned()),
        Just("-n".to_owned()),
        Just("!!".to_owned()),
        Just("\u{1b}]52;c;AAAA\u{7}".to_owned()),
        Just("\u{202e}\u{9b}\u{200b}".to_owned()),
        Just("~/*?[a]{b,c};|&<>#".to_owned()),
        any::<char>().prop_map(String::from),
        "[ -~]{0,8}",
    ];
    vec(parts, 0..8).prop_map(|parts| parts.concat())
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![vec(any::<u8>(), 0..200), hostile().prop_map(String::into_bytes)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_shell_word_is_these_bytes_and_can_be_pasted(values in vec(bytes(), 1..12)) {
        let values: Vec<Vec<u8>> =
            values.into_iter().map(|value| value.into_iter().filter(|byte| *byte != 0).collect()).collect();
        let words: Vec<String> = values.iter().map(|value| word(value).expect("no NUL")).collect();
        for line in words.iter().flat_map(|word| word.split('\n')) {
            prop_assert!(is_clean(line), "{line:?}");
        }
        let output = sh(&format!("printf '%s\\0' {}\n", words.join(" ")), None);
        let expected: Vec<u8> = values.iter().flat_map(|value| [&value[..], b"\0"].concat()).collect();
        prop_assert_eq!(output.stdout, expected);
    }

    #[test]
    fn a_shell_writes_these_bytes(value in bytes()) {
        let command = writer(&value);
        prop_assert!(is_clean(&command), "{command:?}");
        prop_assert_eq!(sh(&format!("{command}\n"), None).stdout, value);
    }

    #[test]
    fn a_copied_command_has_this_topic_and_this_payload(
        topic in hostile().prop_filter("a topic", |topic| !topic.contains('\0')),
        payload in bytes(),
        v5 in any::<bool>(),
        pair in (hostile(), hostile()),
        correlation in bytes(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        // Stands in for both programs: prints its arguments, and what comes in when the last one asks for it.
        let script = "#!/bin/sh\nprintf '%s\\0' \"$@\"\nfor last do :; done\n[ \"$last\" = -s ] && exec cat\nexit 0\n";
        for name in ["mosquitto_pub", "mqtt-tui"] {
            let path = folder.path().join(name);
            std::fs::write(&path, script).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        let clean = |text: &String| text.replace('\0', "");
        let data: Vec<u8> = correlation.into_iter().filter(|byte| *byte != 0).collect();
        let properties = Properties {
            correlation_data: Some(Bytes::from(data.clone())),
            user_properties: vec![(clean(&pair.0), clean(&pair.1))],
            ..Properties::default()
        };
        let publication = Publication {
            topic: topic.clone(),
            payload: Bytes::from(payload.clone()),
            qos: QoS::ExactlyOnce,
            retain: true,
            properties: Some(Box::new(properties)),
        };
        let target = Target::new("broker.lan", 1883, "");
        let protocol = if v5 { Protocol::V5 } else { Protocol::V4 };
        let place = Place { target: &target, with_password: false, protocol: Some(protocol), profile: None };
        let ours = own_pub(&place, &publication);
        prop_assert!(ours.is_ok());
        for line in [mosquitto_pub(&place, &publication), ours] {
            // What mosquitto's programs do not take is refused with the reason.
            let Ok(line) = line else {
                prop_assert!(line.unwrap_err().contains("control characters"));
                continue;
            };
            let said = sh(&format!("{line}\n"), Some(folder.path())).stdout;
            let arguments: Vec<&[u8]> = said.split(|byte| *byte == 0).collect();
            let after = |flag: &[u8]| {
                let at = arguments.iter().position(|argument| *argument == flag).expect("the flag");
                arguments[at + 1]
            };
            prop_assert_eq!(after(b"-t"), topic.as_bytes());
            prop_assert_eq!(after(b"-q"), b"2");
            prop_assert!(arguments.contains(&&b"-r"[..]));
            if payload.is_empty() {
                prop_assert!(arguments.contains(&&b"-n"[..]));
            } else if line.ends_with(" -s") {
                let sent = said.windows(4).position(|part| part == b"\0-s\0").expect("the flag") + 4;
                prop_assert_eq!(&said[sent..], &payload[..]);
            } else {
                prop_assert_eq!(after(b"-m"), &payload[..]);
            }
            if v5 {
                let flag = arguments.iter().find(|argument| argument.ends_with(b"correlation-data")).unwrap();
                prop_assert_eq!(after(flag), &data[..]);
            }
        }
    }

    #[test]
    fn a_json_line_gives_back_the_message(message in message()) {
        let line = record::json_line(&message);
        prop_assert_eq!(line.matches('\n').count(), 1, "one line");
        let value: serde_json::Value = serde_json::from_str(&line).expect("valid JSON");
        prop_assert_eq!(value["topic"].as_str(), Some(message.topic.as_str()));
        prop_assert_eq!(decoded(&value["payload"], &value["payload_encoding"]), message.payload.to_vec());
        prop_assert_eq!(value["qos"].as_u64(), Some(u64::from(message.qos.level())));
        prop_assert_eq!(value["retain"].as_bool(), Some(message.retain));
        prop_assert_eq!(value["dup"].as_bool(), Some(message.dup));
        let stamp: jiff::Timestamp = value["received"].as_str().unwrap().parse().unwrap();
        prop_assert_eq!(stamp.as_millisecond(), message.received.wall_ms);
        if let Some(properties) = &message.properties {
            let shown = &value["properties"];
            prop_assert_eq!(shown["content_type"].as_str(), properties.content_type.as_deref());
            let data = properties.correlation_data.as_ref().unwrap();
            prop_assert_eq!(
                decoded(&shown["correlation_data"], &shown["correlation_data_encoding"]),
                data.to_vec()
            );
            let pairs: Vec<(String, String)> =
                serde_json::from_value(shown["user_properties"].clone()).unwrap_or_default();
            prop_assert_eq!(&pairs, &properties.user_properties);
        }
    }

    #[test]
    fn a_table_gives_back_the_messages(messages in vec(message(), 0..6)) {
        let mut table = record::CSV_HEADER.to_owned();
        for message in &messages {
            let _ = write!(table, "{}", record::csv_row(message));
        }
        let rows = read_csv(&table);
        prop_assert_eq!(rows.len(), messages.len() + 1);
        for (row, message) in rows[1..].iter().zip(&messages) {
            prop_assert_eq!(row.len(), rows[0].len());
            prop_assert_eq!(&row[1], &message.topic);
            let payload = if row[5] == "base64" { STANDARD.decode(&row[6]).unwrap() } else { row[6].clone().into() };
            prop_assert_eq!(payload, message.payload.to_vec());
        }
    }
}

fn decoded(text: &serde_json::Value, encoding: &serde_json::Value) -> Vec<u8> {
    let text = text.as_str().expect("text");
    match encoding.as_str() {
        Some("base64") => STANDARD.decode(text).expect("base64"),
        Some("utf-8") => text.as_bytes().to_vec(),
        other => panic!("encoding {other:?}"),
    }
}

fn message() -> impl Strategy<Value = Message> {
    let properties =
        (hostile(), bytes(), vec((hostile(), hostile()), 0..3)).prop_map(|(kind, data, user)| {
            Box::new(Properties {
                content_type: Some(kind),
                correlation_data: Some(Bytes::from(data)),
                user_properties: user,
                ..Properties::default()
            })
        });
    let flags = (0..3u8, any::<bool>(), any::<bool>(), 0..4_000_000_000_000i64);
    (hostile(), bytes(), flags, proptest::option::of(properties)).prop_map(
        |(topic, payload, (qos, retain, dup, wall_ms), properties)| Message {
            topic,
            payload: Bytes::from(payload),
            qos: QoS::from_level(qos).unwrap(),
            retain,
            dup,
            properties,
            received: Moment { mono_us: 0, wall_ms },
        },
    )
}

/// A reader of RFC 4180 as others write it.
fn read_csv(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut letters = text.chars().peekable();
    let mut quoted = false;
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => cell.extend(letters.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            letter => cell.push(letter),
        }
    }
    assert!(row.is_empty() && cell.is_empty() && !quoted, "the table ends in the middle");
    rows
}
