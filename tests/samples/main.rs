//! Payloads as devices send them, written for this project: each is read, and what is shown of it is a snapshot. The list with topic, hints
//! and expected chain is `tests/samples/index.toml`.

#![allow(clippy::expect_used, clippy::cast_possible_truncation, reason = "a test that cannot go on says why")]

#[allow(dead_code, reason = "journeys say more than is said here")]
#[path = "../journeys/language.rs"]
mod language;
mod make;
#[path = "../common/picture.rs"]
mod picture;
mod pictures;
mod views;

use std::fs;
use std::path::{Path, PathBuf};

use mqtt_tui::model::Decoding;
use mqtt_tui::payload::{
    Hints, Kind, Reading, Schemas, SparkplugAliases, Style, glance, hex, is_clean, pretty, read, sanitise,
    width,
};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sample {
    name: String,
    topic: String,
    file: String,
    content_type: Option<String>,
    /// What the user says it is.
    rule: Option<String>,
    /// Files of births that came before, by topic.
    #[serde(default)]
    births: Vec<(String, String)>,
    /// What it is found to be.
    chain: String,
}

#[derive(Deserialize)]
struct Index {
    sample: Vec<Sample>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples")
}

fn payload(file: &str) -> Vec<u8> {
    fs::read(folder().join("payloads").join(file)).expect(file)
}

fn index() -> Vec<Sample> {
    let text = fs::read_to_string(folder().join("index.toml")).expect("index.toml");
    toml::from_str::<Index>(&text).expect("index.toml").sample
}

impl Sample {
    /// What the user says it is.
    fn decoding(&self) -> Option<Decoding> {
        self.rule.as_deref().map(|rule| Decoding::parse(rule).expect(rule))
    }

    /// Reads the sample, and calls `look` with its bytes, what was read, and the hints it was read with.
    fn read(&self, look: impl FnOnce(&[u8], &Reading, &Hints<'_>)) {
        let rule = self.decoding();
        let schema = rule.iter().filter_map(Decoding::schema);
        let (schemas, faults) = Schemas::load(schema, &folder().join("payloads"));
        assert_eq!(faults, [], "{}", self.name);
        let mut aliases = SparkplugAliases::default();
        for (topic, file) in &self.births {
            aliases.learn(topic, &payload(file));
        }
        let hints = Hints {
            topic: &self.topic,
            content_type: self.content_type.as_deref(),
            rule: rule.as_ref(),
            schemas: Some(&schemas),
            aliases: Some(&aliases),
        };
        let bytes = payload(&self.file);
        look(&bytes, &read(&bytes, &hints), &hints);
    }
}

/// What is shown of a payload: laid out, as text, or the first rows of hexadecimal.
fn shown(bytes: &[u8], reading: &Reading) -> String {
    let inner = reading.bytes(bytes);
    if matches!(reading.kind, Kind::Binary | Kind::Image(..)) {
        let rows = (0..6).filter_map(|index| hex::row(inner, index, 16));
        let rows: Vec<_> = rows
            .map(|row| format!("{}  {}  {}", row.address(), row.cells(hex::Gaps::Wide), row.ascii()))
            .collect();
        return rows.join("\n");
    }
    let lossy = String::from_utf8_lossy(inner);
    let text = reading.text(bytes).unwrap_or(&lossy);
    let document = reading.is_json().then(|| pretty(text).expect("JSON"));
    let text = document.as_ref().map_or(text, |document| document.as_str());
    text.split('\n').map(|line| sanitise(line).into_owned()).collect::<Vec<_>>().join("\n")
}

#[test]
fn each_sample_is_what_it_is_and_looks_as_it_did() {
    for sample in index() {
        sample.read(|bytes, reading, hints| {
            assert_eq!(reading.chain(), sample.chain, "{}: {:?}", sample.name, reading.note);
            let note = reading.note.as_deref().unwrap_or("none");
            let line = glance(bytes, hints, 60, Style::LINE);
            assert!(is_clean(&line) && width(&line) <= 60, "{}: {line:?}", sample.name);
            let picture = format!(
                "topic: {}\nchain: {}\nnote:  {}\nrow:   {line}\n\n{}",
                sample.topic,
                reading.chain(),
                sanitise(note),
                shown(bytes, reading)
            );
            insta::assert_snapshot!(sample.name.replace(' ', "_"), picture);
        });
    }
}

#[test]
fn every_payload_is_in_the_index_and_the_binary_ones_can_be_made_again() {
    let payloads = folder().join("payloads");
    if std::env::var_os("WRITE_SAMPLES").is_some() {
        for (file, bytes) in make::all() {
            fs::write(payloads.join(file), bytes).expect(file);
        }
    }
    for (file, _) in make::all() {
        assert!(
            payloads.join(file).exists(),
            "{file} is not there: WRITE_SAMPLES=1 cargo test --test samples"
        );
    }
    let samples = index();
    for entry in fs::read_dir(&payloads).expect("payloads") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy();
        let listed = samples
            .iter()
            .any(|sample| sample.file == name || sample.births.iter().any(|(_, file)| *file == name));
        assert!(
            listed || path.extension().is_some_and(|extension| extension == "proto"),
            "{name} is not in index.toml"
        );
    }
}

#[test]
fn b09_samples_cut_or_damaged_anywhere_are_no_panic() {
    for sample in index() {
        sample.read(|bytes, _, hints| {
            for at in 0..bytes.len().min(600) {
                for bytes in [bytes[..at].to_vec(), {
                    let mut damaged = bytes.to_vec();
                    damaged[at] ^= 1 << (at % 8);
                    damaged
                }] {
                    let reading = read(&bytes, hints);
                    assert!(
                        reading.text.as_deref().is_none_or(|text| pretty(text).is_ok()),
                        "{} at {at}",
                        sample.name
                    );
                    assert!(is_clean(&glance(&bytes, hints, 60, Style::LINE)));
                }
            }
        });
    }
}
