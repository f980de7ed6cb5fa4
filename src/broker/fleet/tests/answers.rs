//! What somebody who publishes to the fleet would notice: it obeys, says so, and explains what it cannot do.

use super::*;

#[test]
fn a_light_obeys_set_and_says_so() {
    let (mut fleet, births) = born();
    let lamp = "zigbee2mqtt/living_room_lamp";
    assert_eq!(json(last(&births, lamp))["state"], "ON");
    let mut set = |payload: &str| {
        let answers =
            published(fleet.receive(secs(1), "zigbee2mqtt/living_room_lamp/set", payload.as_bytes()));
        assert_eq!(answers.len(), 1, "{payload}");
        let answer = json(&answers[0]);
        (answers[0].topic.clone(), answer["state"].clone(), answer["brightness"].clone())
    };
    let told = |state: &str, brightness: u8| (lamp.to_owned(), Value::from(state), Value::from(brightness));
    assert_eq!(set(r#"{"state":"OFF"}"#), told("OFF", 180));
    assert_eq!(set("toggle"), told("ON", 180));
    assert_eq!(set(r#"{"brightness": 40}"#), told("ON", 40));
    assert_eq!(set("OFF"), told("OFF", 40));
    assert_eq!(set("ON"), told("ON", 40));
    assert_eq!(set(r#"{"state":"TOGGLE"}"#), told("OFF", 40));
    let later = live(&mut fleet, secs(30));
    assert_eq!(json(last(&later, lamp))["state"], "OFF", "it stays as it was set");
}

#[test]
fn a_light_explains_what_it_cannot_do() {
    let (mut fleet, _) = born();
    for (topic, payload, expected) in [
        ("zigbee2mqtt/living_room_lamp/set", &br#"{"brightness":999}"#[..], "0 to 254"),
        ("zigbee2mqtt/living_room_lamp/set", b"purple", "ON, OFF or TOGGLE"),
        ("zigbee2mqtt/living_room_lamp/set", b"\xff", "UTF-8"),
        ("zigbee2mqtt/dishwasher_plug/set", br#"{"brightness":1}"#, "brightness"),
        ("zigbee2mqtt/nobody/set", b"ON", "is unknown"),
        ("zigbee2mqtt/hallway_motion/set", b"ON", "cannot be set"),
    ] {
        let answers = published(fleet.receive(secs(1), topic, payload));
        assert_eq!(answers.len(), 1);
        assert_eq!(answers[0].topic, "zigbee2mqtt/bridge/logging");
        assert!(text(&answers[0]).contains(expected), "{}", text(&answers[0]));
    }
}

#[test]
fn a_plug_obeys_cmnd_power() {
    let (mut fleet, _) = born();
    let answers = published(fleet.receive(secs(1), "cmnd/desk_plug/POWER", b"OFF"));
    assert_eq!(text(last(&answers, "stat/desk_plug/RESULT")), r#"{"POWER":"OFF"}"#);
    let power = last(&answers, "stat/desk_plug/POWER");
    assert_eq!((text(power), power.retain), ("OFF", true));
    let later = live(&mut fleet, secs(30));
    assert_eq!(json(last(&later, "tele/desk_plug/SENSOR"))["ENERGY"]["Power"], 0, "off draws nothing");
    let answers = published(fleet.receive(secs(30), "cmnd/desk_plug/POWER", b"TOGGLE"));
    assert_eq!(text(last(&answers, "stat/desk_plug/POWER")), "ON");
    let answers = published(fleet.receive(secs(30), "cmnd/desk_plug/DANCE", b""));
    assert_eq!(text(&answers[0]), r#"{"Command":"Unknown"}"#);
}

#[test]
fn the_threshold_drives_the_led() {
    let (mut fleet, births) = born();
    let (led, threshold) = ("piandmore/rpi-sub/led", "piandmore/rpi-sub/threshold");
    assert_eq!(text(last(&births, threshold)), "24");
    let mut messages = births;
    messages.extend(live(&mut fleet, secs(300)));
    let switched: BTreeSet<&str> = messages.iter().filter(|m| m.topic == led).map(text).collect();
    assert_eq!(switched, BTreeSet::from(["OFF", "ON"]), "the temperature passes the threshold by itself");

    let answers =
        [fleet.receive(secs(300), threshold, b"90"), fleet.receive(secs(300), threshold, b"-20")].concat();
    let led_now = published(answers);
    assert_eq!(text(last(&led_now, led)), "ON", "far below every reading");
    let echo = live(&mut fleet, secs(301));
    let confirmed = last(&echo, threshold);
    assert_eq!((text(confirmed), confirmed.retain), ("-20", true));
    assert_eq!(fleet.receive(secs(301), threshold, b"-20"), [], "hearing itself changes nothing");
    assert_eq!(live(&mut fleet, secs(303)).iter().filter(|m| m.topic == threshold).count(), 0);

    let complaint = published(fleet.receive(secs(303), threshold, b"warm"));
    assert!(text(last(&complaint, "piandmore/rpi-sub/error")).contains("number"));
    let corrected = live(&mut fleet, secs(304));
    assert_eq!(text(last(&corrected, threshold)), "-20", "the retained value says what is in force");
}

#[test]
fn the_flood_gives_exactly_what_was_asked_until_zero() {
    let (mut fleet, _) = born();
    fleet.advance(secs(5));
    let count =
        |messages: &[Publication]| messages.iter().filter(|m| m.topic.starts_with("demo/flood/")).count();
    let status = published(fleet.receive(secs(5), "demo/control/flood", b" 1003\n"));
    assert!(text(last(&status, "demo/control/status")).contains("1003"));
    let mut topics = BTreeSet::new();
    for second in 6..16 {
        let messages = live(&mut fleet, secs(second));
        assert_eq!(count(&messages), 1_003);
        let flood = messages.into_iter().filter(|m| m.topic.starts_with("demo/flood/"));
        topics.extend(
            flood.inspect(|m| assert!((80..=130).contains(&m.payload.len()), "{}", text(m))).map(|m| m.topic),
        );
    }
    assert_eq!(topics.len(), 100);
    let status = published(fleet.receive(secs(15), "demo/control/flood", b"0"));
    assert!(text(&status[0]).contains("10030"), "{}", text(&status[0]));
    assert_eq!(count(&live(&mut fleet, secs(60))), 0);
}

#[test]
fn the_flood_has_a_limit_and_explains_what_it_does_not_take() {
    let (mut fleet, _) = born();
    for (payload, expected) in
        [(&b"fast"[..], "'fast' is no rate"), (b"-5", "no rate"), (b"1.5", "no rate"), (b"\xff", "UTF-8")]
    {
        let status = published(fleet.receive(secs(0), "demo/control/flood", payload));
        assert!(text(&status[0]).contains(expected), "{}", text(&status[0]));
        assert!(live(&mut fleet, secs(1)).iter().all(|m| !m.topic.starts_with("demo/flood/")));
    }
    let status = published(fleet.receive(secs(1), "demo/control/flood", b"9000000000"));
    assert!(text(&status[0]).contains("flood of 200000") && text(&status[0]).contains("the most"));
    let sent = live(&mut fleet, secs(1) + Duration::from_millis(10));
    assert_eq!(sent.iter().filter(|m| m.topic.starts_with("demo/flood/")).count(), 2_000);
    let unknown = published(fleet.receive(secs(2), "demo/control/fire", b"1"));
    assert!(text(&unknown[0]).contains("demo/control/flood"));
    assert_eq!(
        fleet.receive(secs(2), "demo/control/status", b"whatever"),
        [],
        "its own answers do not make it answer"
    );
}
