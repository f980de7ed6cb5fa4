//! What somebody who watches the fleet would notice: it is repeatable, alive and legal. That it answers is tested in `answers`.

mod answers;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::time::Duration;

use serde_json::Value;

use super::*;
use crate::model::{QoS, check_topic};

fn fleet() -> Fleet {
    Fleet::new(DEMO_SEED, SCENE_START)
}

fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// A fleet that has published its births, and those.
fn born() -> (Fleet, Vec<Publication>) {
    let mut fleet = fleet();
    let births = published(fleet.births());
    (fleet, births)
}

fn published(events: Vec<FleetEvent>) -> Vec<Publication> {
    events.into_iter().filter_map(FleetEvent::into_publication).collect()
}

fn live(fleet: &mut Fleet, to: Duration) -> Vec<Publication> {
    published(fleet.advance(to).into_iter().map(|dated| dated.event).collect())
}

fn text(publication: &Publication) -> &str {
    std::str::from_utf8(&publication.payload).expect("text")
}

fn json(publication: &Publication) -> Value {
    serde_json::from_slice(&publication.payload).unwrap_or_else(|e| panic!("{}: {e}", publication.topic))
}

/// The last message on `topic`.
fn last<'a>(messages: &'a [Publication], topic: &str) -> &'a Publication {
    messages.iter().rfind(|message| message.topic == topic).unwrap_or_else(|| panic!("nothing on {topic}"))
}

#[test]
fn same_seed_and_inputs_give_the_same_bytes() {
    let run = |seed| {
        let mut fleet = Fleet::new(seed, SCENE_START);
        let births = fleet.births();
        let before = fleet.advance(secs(100));
        let answers = fleet.receive(secs(100), "zigbee2mqtt/kitchen_spots/set", b"TOGGLE");
        (births, before, answers, fleet.advance(secs(300)))
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2), "the seed matters");
}

#[test]
fn the_size_of_the_steps_does_not_matter() {
    let mut at_once = fleet();
    let mut in_steps = fleet();
    assert_eq!(at_once.births(), in_steps.births());
    let start = at_once.receive(Duration::ZERO, "demo/control/flood", b"37");
    assert_eq!(start, in_steps.receive(Duration::ZERO, "demo/control/flood", b"37"));
    let expected = at_once.advance(secs(200));
    let mut pieces = Vec::new();
    let mut at = Duration::ZERO;
    let mut rng = Rng::with_seed(3);
    while at < secs(200) {
        at = (at + Duration::from_millis(rng.u64(0..700))).min(secs(200));
        pieces.extend(in_steps.advance(at));
    }
    assert_eq!(pieces, expected);
}

#[test]
fn events_come_in_order_of_time_and_none_early_or_late() {
    let (mut fleet, _) = born();
    let first = fleet.advance(secs(30));
    let second = fleet.advance(secs(60));
    assert!(first.iter().all(|dated| dated.at <= secs(30)));
    assert!(second.iter().all(|dated| dated.at > secs(30) && dated.at <= secs(60)));
    assert!(first.windows(2).all(|pair| pair[0].at <= pair[1].at));
    assert_eq!(fleet.advance(secs(60)), []);
}

#[test]
fn the_tree_is_alive_but_readable() {
    let (mut fleet, births) = born();
    let rest = live(&mut fleet, secs(600));
    let branch = |message: &Publication| message.topic.split('/').next().unwrap_or_default().to_owned();
    let at_once: BTreeSet<String> = births.iter().map(branch).collect();
    let ever: BTreeSet<String> = births.iter().chain(&rest).map(branch).collect();
    assert_eq!(at_once, ever, "every top-level branch is there from the start");
    let for_newcomers: BTreeSet<String> = births.iter().filter(|m| m.retain).map(branch).collect();
    assert_eq!(for_newcomers, ever, "and for whoever subscribes later");
    assert!(ever.contains("") && ever.len() >= 12, "{ever:?}");
    let rate = rest.len() as f64 / 600.0;
    assert!((5.0..=15.0).contains(&rate), "{rate} messages a second");
    let topics: BTreeSet<&str> = births.iter().chain(&rest).map(|m| m.topic.as_str()).collect();
    assert!((60..=120).contains(&topics.len()), "{} topics", topics.len());
    for qos in [QoS::AtMostOnce, QoS::AtLeastOnce, QoS::ExactlyOnce] {
        assert!(rest.iter().any(|m| m.qos == qos && m.retain), "QoS {qos} retained");
    }
    assert!(rest.iter().any(|m| !m.retain));
}

#[test]
fn e01_every_topic_may_be_published_to() {
    let (mut fleet, mut messages) = born();
    messages.extend(live(&mut fleet, secs(600)));
    for message in &messages {
        assert_eq!(check_topic(&message.topic), Ok(()), "{:?}", message.topic);
    }
    for testator in fleet.wills() {
        assert_eq!(check_topic(&testator.will.topic), Ok(()));
        assert!(testator.will.retain);
    }
}

#[test]
fn everything_that_looks_like_json_is_json_but_the_broken_one() {
    let (mut fleet, mut messages) = born();
    messages.extend(live(&mut fleet, secs(600)));
    messages.extend(published(fleet.receive(secs(600), "cmnd/boiler/POWER", b"")));
    let mut parsed = 0;
    for message in &messages {
        let claims = message.payload.starts_with(b"{") || message.payload.starts_with(b"[");
        let result = serde_json::from_slice::<Value>(&message.payload);
        if message.topic == "formats/broken.json" {
            assert!(result.is_err(), "the broken one is broken");
        } else if claims {
            assert!(result.is_ok(), "{}: {result:?}", message.topic);
            parsed += 1;
        }
    }
    assert!(parsed > 1_000, "{parsed}");
    let numbers = last(&messages, "formats/numbers.json");
    assert!(text(numbers).contains("123456789012345678901234567890"), "more digits than a float holds");
}

#[test]
fn every_encoding_decodes_to_the_same_reading() {
    let (_, births) = born();
    let plain = json(last(&births, "formats/json"));

    let mut unzipped = String::new();
    let zipped = &last(&births, "formats/json.gz").payload;
    flate2::read::GzDecoder::new(&zipped[..]).read_to_string(&mut unzipped).expect("gzip");
    assert_eq!(serde_json::from_str::<Value>(&unzipped).expect("JSON"), plain);
    assert_eq!(zipped[4..8], [0; 4], "no time stamp");

    let cbor: ciborium::Value =
        ciborium::from_reader(&last(&births, "formats/cbor").payload[..]).expect("CBOR");
    let entries = cbor.as_map().expect("map");
    let field =
        |name: &str| entries.iter().find(|(key, _)| key.as_text() == Some(name)).map(|(_, value)| value);
    assert_eq!(field("temperature").and_then(ciborium::Value::as_float), plain["temperature"].as_f64());
    let packed = &last(&births, "formats/binary").payload;
    assert_eq!(field("raw").and_then(ciborium::Value::as_bytes).map(Vec::as_slice), Some(&packed[..]));

    let msgpack =
        rmpv::decode::read_value(&mut &last(&births, "formats/msgpack").payload[..]).expect("MessagePack");
    assert_eq!(msgpack["temperature"].as_f64(), plain["temperature"].as_f64());
    assert_eq!(msgpack["seq"].as_u64(), plain["seq"].as_u64());
    assert_eq!(msgpack["tags"][1].as_str(), plain["tags"][1].as_str());

    let hundredths = f64::from(i16::from_be_bytes([packed[8], packed[9]]));
    assert!((hundredths / 100.0 - plain["temperature"].as_f64().expect("number")).abs() < 0.011);
    assert_eq!(last(&births, "formats/large").payload.len(), formats::LARGE_BYTES);
}

#[test]
fn a05_the_odd_ones_are_all_there() {
    let (mut fleet, births) = born();
    let has = |topic: &str| births.iter().any(|message| message.topic == topic);
    for topic in ["/", "edge//double", "edge/trailing/", "edge", "edge/cafe\u{301}", "edge/café"] {
        assert!(has(topic), "{topic:?}");
    }
    assert!(
        !births.iter().any(|m| m.topic.contains(|c: char| c.is_control())),
        "other clients may subscribe to #"
    );
    let asked = published(fleet.receive(secs(1), hostile::CONTROL, b"1"));
    assert_eq!(asked.len(), 1);
    assert!(asked[0].topic.contains("\u{1b}]52;") && !asked[0].retain);
    assert_eq!(check_topic(&asked[0].topic), Ok(()));
    assert!(std::str::from_utf8(&last(&births, "edge/invalid_utf8").payload).is_err());
    assert!(last(&births, "hostile/osc52_clipboard").payload.starts_with(b"\x1b]52;"));
    assert!(text(last(&births, "hostile/bidi")).contains('\u{202e}'));
    let meter = last(&births, "/home/kitchen/current");
    assert!(text(meter).contains("<temp>"), "{}", text(meter));
}

#[test]
fn the_alarm_comes_goes_and_shows_its_cause_first() {
    let (mut fleet, births) = born();
    assert_eq!(json(last(&births, "plant/line1/press/alarm"))["active"], false);
    let events = fleet.advance(secs(20 * 60));
    let mut filter_bar = Vec::new();
    let (mut alarms, mut cleared) = (0, 0);
    for dated in events {
        let FleetEvent::Publish(message) = dated.event else { continue };
        match message.topic.as_str() {
            "plant/line1/press/status" => {
                let value = json(&message)["hydraulics"]["filter_dp_bar"].as_f64().expect("number");
                filter_bar.push((dated.at, value));
            }
            "plant/line1/press/alarm" if json(&message)["active"] == true => {
                alarms += 1;
                let just_before = filter_bar.iter().filter(|(at, _)| *at + secs(5) > dated.at);
                let calm = filter_bar
                    .iter()
                    .filter(|(at, _)| *at + secs(50) < dated.at && *at + secs(60) > dated.at);
                assert!(just_before.clone().count() > 2 && calm.clone().count() > 2);
                assert!(just_before.clone().all(|(_, bar)| *bar > 1.2), "the filter was clogged before");
                assert!(calm.clone().all(|(_, bar)| *bar < 0.6), "and clean a minute before");
            }
            "plant/line1/press/alarm" => cleared += 1,
            _ => {}
        }
    }
    assert!((2..=12).contains(&alarms), "{alarms} alarms in 20 minutes");
    assert!(cleared + 1 >= alarms && cleared > 0, "{cleared} cleared");
}

#[test]
fn the_garage_plug_leaves_offline_and_returns_online() {
    let (mut fleet, births) = born();
    let lwt = "tele/garage_plug/LWT";
    assert_eq!(text(last(&births, lwt)), "Online");
    let known: BTreeMap<&str, Publication> = fleet.wills().into_iter().map(|t| (t.client, t.will)).collect();
    let mut alive = true;
    let (mut deaths, mut returns) = (0, 0);
    for dated in fleet.advance(secs(10 * 60)) {
        match dated.event {
            FleetEvent::Dies { client, will } => {
                assert!(alive);
                assert_eq!(known[client], will);
                assert_eq!((will.topic.as_str(), text(&will), will.retain), (lwt, "Offline", true));
                (alive, deaths) = (false, deaths + 1);
            }
            FleetEvent::Returns { .. } => (alive, returns) = (true, returns + 1),
            FleetEvent::Publish(message) if message.topic.starts_with("tele/garage_plug/") => {
                assert!(alive, "the dead do not talk");
                if message.topic == lwt {
                    assert_eq!(text(&message), "Online");
                }
            }
            FleetEvent::Publish(_) => {}
        }
    }
    assert!((6..=12).contains(&deaths), "{deaths} deaths in ten minutes");
    assert!(returns == deaths || returns + 1 == deaths);
}

#[test]
fn discovery_names_topics_that_exist() {
    let (mut fleet, births) = born();
    let mut topics: BTreeSet<String> = births.iter().map(|m| m.topic.clone()).collect();
    topics.extend(live(&mut fleet, secs(60)).into_iter().map(|m| m.topic));
    let configs: Vec<_> = births.iter().filter(|m| m.topic.starts_with("homeassistant/")).collect();
    assert!(configs.len() >= 8);
    for config in configs {
        assert!(config.retain && config.topic.ends_with("/config"));
        let config = json(config);
        for key in ["state_topic", "availability_topic"] {
            if let Some(topic) = config[key].as_str() {
                assert!(topics.contains(topic), "{topic}");
            }
        }
        if let Some(command) = config["command_topic"].as_str() {
            assert!(Fleet::filters().iter().any(|filter| filter.matches(command)), "{command}");
        }
    }
}

#[test]
fn all_filters_are_legal_and_the_readme_tells_no_lies() {
    assert_eq!(Fleet::filters().len(), FILTERS.len());
    let (_, births) = born();
    let readme = text(last(&births, "demo/readme"));
    for line in readme.lines().filter(|line| line.starts_with("  ")) {
        let topic = line.split_whitespace().next().expect("a topic");
        assert!(Fleet::filters().iter().any(|filter| filter.matches(topic)), "{topic}");
    }
    assert!(readme.contains(&MAX_FLOOD_RATE.to_string()));
}

#[test]
fn stamps_count_from_the_given_start() {
    let (mut fleet, births) = born();
    assert_eq!(json(last(&births, "plant/line1/press/status"))["ts"], "2026-11-20T14:00:00.000Z");
    let later = live(&mut fleet, secs(60));
    assert_eq!(json(last(&later, "plant/line1/press/status"))["ts"], "2026-11-20T14:00:59.150Z");
    assert_eq!(json(last(&later, "tele/desk_plug/SENSOR"))["Time"], "2026-11-20T14:00:59");
}

#[test]
fn values_stay_plausible_for_ten_hours() {
    let (mut fleet, _) = born();
    let mut ranges: BTreeMap<String, (f64, f64)> = BTreeMap::new();
    let mut count = 0_usize;
    for minute in 1..=600 {
        for message in live(&mut fleet, secs(minute * 60)) {
            count += 1;
            if let Some(number) =
                std::str::from_utf8(&message.payload).ok().and_then(|text| text.parse().ok())
            {
                let range = ranges.entry(message.topic).or_insert((number, number));
                *range = (range.0.min(number), range.1.max(number));
            }
        }
    }
    assert!(count > 180_000, "{count}");
    for (topic, low, high) in [
        ("home/kitchen/temperature", 16.0, 26.0),
        ("home/outdoor/temperature", -5.0, 15.0),
        ("home/kitchen/humidity", 20.0, 80.0),
        ("home/office/co2", 400.0, 1_000.0),
        ("home/energy/power", 150.0, 2_600.0),
        ("home/outdoor/illuminance", 0.0, 25_000.0),
        ("piandmore/rpi-pub/temp", 21.0, 27.0),
    ] {
        let (lowest, highest) = ranges[topic];
        assert!(lowest >= low && highest <= high, "{topic}: {lowest} to {highest}");
        assert!(highest > lowest, "{topic} moves");
    }
}
