use proptest::prelude::*;

use super::*;

/// Recorded with `sys_interval 1` (which mosquitto keeps to two seconds): seconds, topic and payload, by tabs.
const FIXTURE: &str = include_str!("../../tests/fixtures/sys/mosquitto-2.0.11.txt");

fn seconds(s: f64) -> Moment {
    Moment::default().plus(Duration::from_secs_f64(s))
}

/// Feeds each line of the recording at the time it was recorded.
fn recorded() -> SysModel {
    let mut model = SysModel::default();
    let mut start = None;
    for line in FIXTURE.lines() {
        let mut fields = line.splitn(3, '\t');
        let (time, topic, payload) = (fields.next(), fields.next(), fields.next());
        let time: f64 = time.expect("a time").parse().expect("seconds");
        let at = seconds(time - *start.get_or_insert(time));
        model.update(topic.expect("a topic"), payload.unwrap_or_default().as_bytes(), at);
    }
    model
}

#[allow(clippy::ref_option, reason = "mapped over references to the model's fields")]
fn value<T: Copy>(reading: &Option<Reading<T>>) -> Option<T> {
    reading.as_ref().map(|reading| reading.value)
}

fn totals(traffic: &Traffic) -> [Option<u64>; 3] {
    [&traffic.received, &traffic.sent, &traffic.dropped].map(|c| c.reading().map(|reading| reading.value))
}

/// The last value the recording has for a topic.
fn last(topic: &str) -> u64 {
    let start = format!("\t$SYS/broker/{topic}\t");
    let line = FIXTURE.lines().rev().find_map(|line| line.split_once(&start)).expect(topic);
    line.1.parse().expect("a number")
}

#[test]
fn a_recording_of_mosquitto_fills_the_whole_model() {
    let model = recorded();
    assert_eq!(model.family, Family::Mosquitto);
    assert_eq!(
        model.version.as_ref().map(|version| version.value.as_str()),
        Some("mosquitto version 2.0.11")
    );
    assert_eq!(value(&model.uptime), Some(Duration::from_secs(14)));
    let clients = &model.clients;
    let counts =
        [&clients.connected, &clients.total, &clients.maximum, &clients.disconnected, &clients.expired];
    assert_eq!(counts.map(value), [Some(1), Some(1), Some(3), Some(0), Some(0)]);
    assert_eq!(value(&model.retained), Some(54));
    assert_eq!(
        model.retained.as_ref().map(|r| r.topic.as_str()),
        Some("$SYS/broker/retained messages/count")
    );
    assert_eq!(value(&model.subscriptions), Some(last("subscriptions/count")));
    assert_eq!(value(&model.shared_subscriptions), Some(0));
    assert_eq!(value(&model.stored.count), Some(last("store/messages/count")));
    assert_eq!(value(&model.stored.bytes), Some(last("store/messages/bytes")));
    assert_eq!(totals(&model.messages), [Some(70), Some(last("messages/sent")), None]);
    assert_eq!(totals(&model.publish), [Some(60), Some(last("publish/messages/sent")), Some(0)]);
    assert_eq!(totals(&model.bytes), [Some(last("bytes/received")), Some(last("bytes/sent")), None]);
    let heap = [&model.heap.current, &model.heap.maximum].map(value);
    assert_eq!(heap, [Some(last("heap/current")), Some(last("heap/maximum"))]);
    for averages in [&model.load.messages_received, &model.load.bytes_sent, &model.load.connections] {
        assert!(averages.iter().all(Option::is_some));
    }
    assert_eq!((model.rejected, model.unlisted, model.others().len()), (0, 0, 0), "everything has its place");
}

#[test]
fn rates_follow_the_intervals_of_the_recording() {
    let model = recorded();
    let rates: Vec<f64> = model.publish.received.rates().collect();
    // 60 messages in four intervals of about two seconds, after three quiet ones.
    let expected = [0.0, 0.0, 0.0, 15.0 / 2.027, 19.0 / 1.933, 20.0 / 2.038, 6.0 / 1.992];
    assert_eq!(rates.len(), expected.len());
    for (rate, expected) in rates.iter().zip(expected) {
        assert!((rate - expected).abs() < 0.01, "{rates:?}");
    }
    assert_eq!(model.publish.received.rate(), rates.last().copied());
    assert_eq!(
        model.publish.dropped.rate(),
        Some(0.0),
        "sent once and never again: it stands still, it is not stale"
    );
    assert_eq!(model.publish.dropped.rates().len(), 7);
}

/// One interval: the uptime, and the total if it changed, in the order of mosquitto or the other way round.
fn publish_in_order(model: &mut SysModel, uptime_first: bool, at: f64, uptime: u64, total: Option<u64>) {
    let uptime = ("$SYS/broker/uptime", Some(format!("{uptime} seconds")));
    let total = ("$SYS/broker/messages/received", total.map(|total| total.to_string()));
    for (topic, payload) in if uptime_first { [uptime, total] } else { [total, uptime] } {
        if let Some(payload) = payload {
            model.update(topic, payload.as_bytes(), seconds(at));
        }
    }
}

fn publish(model: &mut SysModel, at: f64, uptime: u64, total: Option<u64>) {
    publish_in_order(model, true, at, uptime, total);
}

#[test]
fn the_first_rate_is_not_inflated_by_subscribing_late() {
    for order in [true, false] {
        let mut model = SysModel::default();
        // Retained values from the interval before, read one second ahead of the next publication.
        publish_in_order(&mut model, order, 100.0, 1000, Some(5_000));
        assert_eq!(model.messages.received.rate(), None);
        publish_in_order(&mut model, order, 101.0, 1010, Some(5_100));
        assert_eq!(model.messages.received.rate(), Some(10.0));
        assert_eq!(model.interval(), Some(Duration::from_secs(10)));
    }
}

#[test]
fn a_counter_that_is_not_sent_again_stands_still() {
    for order in [true, false] {
        let mut model = SysModel::default();
        for (n, total) in [Some(0), Some(50), None, None, Some(80)].into_iter().enumerate() {
            publish_in_order(&mut model, order, n as f64 * 10.0, 100 + n as u64 * 10, total);
        }
        assert_eq!(model.messages.received.rates().collect::<Vec<_>>(), [5.0, 0.0, 0.0, 3.0]);
        assert_eq!(model.messages.received.reading().map(|reading| reading.value), Some(80));
    }
}

#[test]
fn a_broker_restart_gives_no_negative_rate() {
    for order in [true, false] {
        let mut model = SysModel::default();
        let mut publish = |at, uptime, total| {
            publish_in_order(&mut model, order, at, uptime, Some(total));
            model.messages.received.rate()
        };
        assert_eq!(publish(0.0, 1000, 5_000), None);
        assert_eq!(publish(10.0, 1010, 5_100), Some(10.0));
        assert_eq!(publish(20.0, 3, 7), None, "cannot be told");
        assert_eq!(publish(30.0, 13, 27), Some(2.0));
        assert_eq!(publish(40.0, 23, 1), None, "it starts again although the uptime goes on");
        assert_eq!(publish(50.0, 33, 11), Some(1.0));
        assert_eq!(model.messages.received.rates().collect::<Vec<_>>(), [10.0, 2.0, 1.0]);
    }
}

#[test]
fn a_reconnect_neither_counts_twice_nor_makes_a_peak() {
    for order in [true, false] {
        let mut model = SysModel::default();
        publish_in_order(&mut model, order, 0.0, 1000, Some(100));
        publish_in_order(&mut model, order, 10.0, 1010, Some(200));
        publish_in_order(&mut model, order, 12.0, 1010, Some(200));
        assert_eq!(model.messages.received.rates().len(), 1, "the retained values once more");
        // Offline from then on; back at 95 s, reading what was published at 90 s.
        publish_in_order(&mut model, order, 95.0, 1090, Some(1_000));
        assert_eq!(model.messages.received.rates().collect::<Vec<_>>(), [10.0, 10.0]);
    }
}

#[test]
fn b11_history_is_bounded() {
    let mut model = SysModel::default();
    for n in 0..1_000 {
        publish(&mut model, n as f64 * 10.0, n * 10, Some(n * n));
    }
    assert_eq!(model.messages.received.rates().len(), HISTORY);
    assert_eq!(model.messages.received.rate(), Some(199.7));
}

#[test]
fn uptime_goes_on_between_publications() {
    let mut model = SysModel::default();
    assert_eq!(model.uptime_at(seconds(5.0)), None);
    publish(&mut model, 10.0, 100, None);
    assert_eq!(model.uptime_at(seconds(17.0)), Some(Duration::from_secs(107)));
}

#[test]
fn values_that_make_no_sense_are_counted_and_change_nothing() {
    let mut model = recorded();
    let before = format!("{:?}", (&model.clients, &model.load, &model.uptime, &model.messages));
    for (topic, payload) in [
        ("clients/connected", "-1"),
        ("clients/connected", "many"),
        ("clients/connected", "99999999999999999999999"),
        ("messages/received", "1.5"),
        ("load/messages/received/1min", "NaN"),
        ("load/messages/received/1min", "-3.0"),
        ("uptime", "a while"),
        ("uptime", " seconds"),
    ] {
        model.update(&format!("$SYS/broker/{topic}"), payload.as_bytes(), seconds(99.0));
    }
    model.update("$SYS/broker/version", &[0xff; 10], seconds(99.0));
    model.update("$SYS/broker/version", &[b'x'; 1000], seconds(99.0));
    assert_eq!(model.rejected, 10);
    assert_eq!(format!("{:?}", (&model.clients, &model.load, &model.uptime, &model.messages)), before);
    assert_eq!(model.family, Family::Mosquitto);
}

#[test]
fn what_has_no_place_is_listed_and_bounded() {
    let mut model = SysModel::default();
    assert!(model.is_empty());
    model.update("home/light", b"1", seconds(0.0));
    model.update("$SYS/broker/uptime", b"", seconds(0.0));
    assert!(model.is_empty());
    model.update("$SYS/broker/connection/bridge/state", b"1", seconds(0.0));
    assert!(!model.is_empty());
    assert_eq!(model.family, Family::Unknown, "mosquitto's bridges are named so too");
    model.update("$SYS/brokers/node/sysdescr", "\x1b[2JEMQX".as_bytes(), seconds(1.0));
    model.update("$SYS/brokers/node/sysdescr", "EMQX\x1b".as_bytes(), seconds(2.0));
    assert_eq!(model.family, Family::Generic);
    let listed: Vec<_> = model.others().map(|(topic, other)| (topic, other.text.as_str())).collect();
    assert_eq!(
        listed,
        [("$SYS/broker/connection/bridge/state", "1"), ("$SYS/brokers/node/sysdescr", "EMQX␛")]
    );
    for n in 0..2_000 {
        model.update(&format!("$SYS/x/{n}"), b"1", seconds(3.0));
    }
    model.update(&format!("$SYS/{}", "x".repeat(60_000)), b"1", seconds(3.0));
    assert_eq!((model.others().len(), model.unlisted), (MAX_OTHERS, 2_003 - MAX_OTHERS as u64));
}

#[test]
fn brokers_are_told_apart_by_version() {
    for (version, family) in [
        ("mosquitto version 2.0.11", Family::Mosquitto),
        ("mqtt-tui broker 0.1.0", Family::Bundled),
        ("2.6.5", Family::Generic),
    ] {
        let mut model = SysModel::default();
        model.update("$SYS/broker/version", version.as_bytes(), seconds(0.0));
        assert_eq!(model.family, family);
    }
}

proptest! {
    #[test]
    fn anything_may_arrive(
        messages in proptest::collection::vec(
            (
                proptest::sample::select(vec!["uptime", "version", "messages/received", "clients/total", "load/sockets/5min", "x"]),
                prop_oneof!["[0-9]{1,4}( seconds)?", "[ -~]{0,6}", any::<u64>().prop_map(|n| n.to_string())],
                0_u64..100_000,
            ),
            0..60,
        ),
    ) {
        let mut model = SysModel::default();
        for (topic, payload, ms) in messages {
            let at = Moment::default().plus(Duration::from_millis(ms));
            model.update(&format!("$SYS/broker/{topic}"), payload.as_bytes(), at);
            let rates: Vec<f64> = model.messages.received.rates().collect();
            prop_assert!(rates.iter().all(|rate| rate.is_finite() && *rate >= 0.0), "{rates:?}");
            prop_assert!(rates.len() <= HISTORY);
        }
    }
}
