//! What comes with a message beside its payload: MQTT 5 properties, whole and safe; and what an outage leaves in the history.

use bytes::Bytes;
use mqtt_tui::model::{LinkState, Message, Properties, Protocol, SessionEvent};

use crate::language::Journey;

fn receive(journey: &mut Journey, topic: &str, payload: &str, properties: Properties) {
    let message =
        Message { properties: Some(Box::new(properties)), ..journey.plain(topic, payload.as_bytes()) };
    journey.event(SessionEvent::Message(message));
}

fn all() -> Properties {
    Properties {
        payload_format: Some(1),
        message_expiry: Some(60),
        content_type: Some("application/json".into()),
        response_topic: Some("answers/7".into()),
        correlation_data: Some(Bytes::from_static(b"job-7")),
        subscription_ids: vec![3, 9],
        user_properties: vec![
            ("unit".into(), "C".into()),
            ("unit".into(), "K".into()),
            ("origin".into(), "roof".into()),
        ],
    }
}

#[test]
fn all_properties_are_shown_and_the_expiry_counts_down() {
    let mut journey = Journey::new();
    receive(&mut journey, "a", "{\"t\": 1}", all());
    journey.keys("j").sees("content type application/json").sees("payload format UTF-8");
    journey.sees("response topic answers/7").sees("correlation data job-7").sees("subscription id 3, 9");
    journey.sees("unit: C   unit: K   origin: roof").sees("\"t\": 1");
    journey.sees("expires in 1m 0s").wait(13.0).sees("expires in 47s of 1m 0s");
    journey.wait(50.0).sees("expired 3s ago");
}

#[test]
fn an_older_message_shows_its_own_properties() {
    let mut journey = Journey::new();
    receive(
        &mut journey,
        "a",
        "1",
        Properties { content_type: Some("text/old".into()), ..Properties::default() },
    );
    journey.wait(1.0).message("a", "2").keys("j").does_not_see("text/old");
    journey.keys("[").sees("content type text/old");
}

#[test]
fn correlation_data_that_is_no_text_is_hex() {
    for (data, shown) in
        [(&b"\x00\xff"[..], "00 ff (hex)"), (b"\x1b[2J", "1b 5b 32 4a (hex)"), (b"", "empty")]
    {
        let mut journey = Journey::new();
        let correlation_data = Some(Bytes::from_static(data));
        receive(&mut journey, "a", "1", Properties { correlation_data, ..Properties::default() });
        journey.keys("j").sees(&format!("correlation data {shown}"));
    }
}

#[test]
fn a05_properties_are_sanitised() {
    let hostile = "\u{1b}]0;x\u{7}\u{202e}".to_owned();
    let mut journey = Journey::new();
    let properties = Properties {
        content_type: Some(hostile.clone()),
        response_topic: Some(hostile.clone()),
        user_properties: vec![(hostile.clone(), hostile)],
        ..Properties::default()
    };
    receive(&mut journey, "a", "1", properties);
    journey.keys("j");
    let screen = journey.screen();
    assert!(!screen.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{screen}");
    assert!(screen.matches("␛]0;x␇").count() >= 4, "{screen}");
}

#[test]
fn long_properties_are_whole_and_scroll_with_the_payload() {
    let numbers: Vec<_> = (0..400).map(|n| format!("{n:03}")).collect();
    let value = numbers.join(" ");
    let mut journey = Journey::new();
    let user_properties = vec![("long".into(), value)];
    receive(&mut journey, "a", "the payload", Properties { user_properties, ..Properties::default() });
    journey.resize(80, 24).keys("j<tab>").sees("long: 000 001");
    // The tree above shows the payload too.
    let pane = |journey: &Journey| journey.lines().split_off(13).join("\n");
    let mut seen = pane(&journey);
    assert!(!seen.contains("the payload"), "{seen}");
    for _ in 0..40 {
        journey.keys("<down>");
        seen.push_str(&pane(&journey));
    }
    for number in ["123 ", "250 ", "399", "the payload"] {
        assert!(seen.contains(number), "{number} is never seen");
    }
    journey.keys("g").sees("long: 000 001");
}

#[test]
fn a_request_is_answered_on_its_response_topic_with_its_correlation_data() {
    let mut journey = Journey::new();
    journey.message("a", "1").keys("ja").does_not_see("╭ Publish");
    assert!(journey.notice().contains("names no response topic"), "{}", journey.notice());
    receive(&mut journey, "a", "how warm?", all());
    journey.keys("a").sees("answers/7").sees("with its correlation data job-7").keys("21<ctrl-s>");
    let (_, publication) = journey.published();
    assert_eq!((publication.topic.as_str(), &publication.payload[..]), ("answers/7", &b"21"[..]));
    let sent = publication.properties.expect("properties");
    assert_eq!(sent.correlation_data, all().correlation_data);
    assert_eq!(sent.user_properties, [], "nothing else goes back");
    // On another topic it answers nothing any more.
    journey.keys("<backtab><ctrl-u>b<ctrl-s>");
    assert_eq!(journey.published().1.properties, None);
}

#[test]
fn c10_an_outage_is_marked_between_the_messages_around_it() {
    let mut journey = Journey::knowing(&[("a", "before")]);
    journey.keys("j").wait(5.0).lose_link(2, 60).wait(100.0).connect().message("a", "after");
    journey.sees("away 1m").sees("messages may be missing");
    journey.wait(1.0).message("a", "later");
    assert_eq!(journey.screen().matches("away 1m").count(), 1, "{}", journey.screen());
}

#[test]
fn properties_are_written_in_the_publish_pane_and_sent() {
    let mut journey = Journey::new();
    journey
        .keys("pa<tab>21<ctrl-p>text/plain<tab>60<tab>answers/1<tab>job-1<tab>unit=C<enter>unit=K<ctrl-s>");
    let (_, publication) = journey.published();
    assert_eq!(&publication.payload[..], b"21");
    let expected = Properties {
        message_expiry: Some(60),
        content_type: Some("text/plain".into()),
        response_topic: Some("answers/1".into()),
        correlation_data: Some(Bytes::from_static(b"job-1")),
        user_properties: vec![("unit".into(), "C".into()), ("unit".into(), "K".into())],
        ..Properties::default()
    };
    assert_eq!(publication.properties.as_deref(), Some(&expected));
    // Hidden they are sent all the same, and that is said.
    journey.keys("<ctrl-p>").sees("with MQTT 5 properties; Ctrl-P shows them").keys("<ctrl-s>");
    assert_eq!(journey.published().1.properties.as_deref(), Some(&expected));
}

#[test]
fn properties_that_cannot_be_sent_are_refused_in_place() {
    for (typed, words) in [
        ("<tab>soon", "expiry: seconds"),
        ("<tab><tab>a/#", "response topic: '#' is a wildcard"),
        ("<tab><tab><tab><tab>unit", "'unit' has no '='"),
    ] {
        let mut journey = Journey::new();
        journey.keys("pa<ctrl-p>").keys(typed).sees(words).keys("<ctrl-s>").sees("not sent");
        assert_eq!(journey.effects(), [], "{typed}");
    }
}

#[test]
fn a_broker_that_speaks_3_1_1_gets_no_properties_and_that_is_said() {
    let mut journey = Journey::new();
    let since = journey.now;
    journey.link(LinkState::Connected {
        since,
        session_present: false,
        protocol: Protocol::V4,
        welcome: Box::default(),
    });
    journey.keys("pa<ctrl-p>text/plain").sees("MQTT 3.1.1 has no properties: they are not sent");
}

#[test]
fn the_mouse_finds_the_fields_of_the_properties() {
    let mut journey = Journey::new();
    journey.keys("pa<ctrl-p>").click_on("correl.").keys("x7").click_on("type ").keys("t/p<ctrl-s>");
    let sent = journey.published().1.properties.expect("properties");
    assert_eq!(sent.content_type.as_deref(), Some("t/p"));
    assert_eq!(sent.correlation_data.as_deref(), Some(&b"x7"[..]));
}
