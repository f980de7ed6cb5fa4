//! What calls for attention does so when there is a reason: the demo's fleet over ten minutes, every topic of it.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use mqtt_tui::broker::fleet::Fleet;
use mqtt_tui::model::{Message, Moment};
use mqtt_tui::payload::shape::Shape;
use mqtt_tui::store::{Limits, Store};

/// Messages before the program takes anything for odd.
const FIRST: u32 = 5;

/// What is odd about the fleet's messages in `minutes`, as `topic: oddity`, and the store then.
fn watched(seed: u64, minutes: u64) -> (Vec<String>, Store) {
    let start = jiff::Timestamp::from_second(1_800_000_000).expect("a time");
    let mut fleet = Fleet::new(seed, start);
    let mut store = Store::new(Limits::default());
    let mut shapes: BTreeMap<String, Shape> = BTreeMap::new();
    let mut odd = Vec::new();
    let births = fleet.births().into_iter().map(|event| (Duration::ZERO, event)).collect::<Vec<_>>();
    let rest =
        fleet.advance(Duration::from_secs(minutes * 60)).into_iter().map(|dated| (dated.at, dated.event));
    for (at, event) in births.into_iter().chain(rest) {
        let Some(publication) = event.into_publication() else { continue };
        let mono_us = 1_000_000 + at.as_micros() as u64;
        let topic = publication.topic.clone();
        if let Ok(text) = std::str::from_utf8(&publication.payload) {
            let shape = shapes.entry(topic.clone()).or_default();
            let oddities = if shape.messages() < FIRST { Vec::new() } else { shape.judge(text) };
            odd.extend(oddities.iter().map(|oddity| format!("{topic}: {oddity}")));
            shape.learn(text);
        }
        store.ingest(&Message {
            topic,
            payload: Bytes::copy_from_slice(&publication.payload),
            qos: publication.qos,
            // As subscribers that were there before see it.
            retain: at.is_zero() && publication.retain,
            dup: false,
            properties: None,
            received: Moment { mono_us, wall_ms: 1_800_000_000_000 },
        });
    }
    (odd, store)
}

#[test]
fn what_is_odd_on_the_demo_is_a_failure_or_a_turn_and_few_of_them() {
    for seed in 1..4 {
        let (odd, _) = watched(seed, 10);
        let told = || format!("seed {seed}:\n{}", odd.join("\n"));
        assert!(odd.len() <= 15, "{}", told());
        assert!(odd.iter().any(|line| line.starts_with("plant/line1/press/status")), "{}", told());
        assert!(!odd.iter().any(|line| line.contains("Time") || line.contains("timestamp")), "{}", told());
    }
}

#[test]
fn on_the_demo_nothing_is_overdue_until_it_stops() {
    let (_, store) = watched(7, 10);
    let silent_for_three = |now_us: u64| {
        let late = store.topics().filter(|topic| {
            let silence = store.silence(*topic, now_us);
            silence
                .is_some_and(|(silent, usual)| silent > usual * 3 && silent > usual + Duration::from_secs(5))
        });
        late.map(|topic| store.path(topic)).collect::<Vec<_>>()
    };
    assert_eq!(silent_for_three(601_000_000), [""; 0]);
    let later = silent_for_three(660_000_000);
    assert!(later.contains(&"plant/line1/press/status"), "{later:?}");
    assert!(!later.iter().any(|path| path.contains("availability") || path.ends_with("LWT")), "{later:?}");
}
