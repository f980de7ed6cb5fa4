//! What the explorer is for, told once from end to end on the demo's fleet: something on the line raised an alarm at night, nobody knows
//! which topic, and the one who was called finds it, sees what changed, what led to it, and tries the message again.

use mqtt_tui::app::{Context, Effect};
use mqtt_tui::model::{QoS, TopicFilter};

use crate::language::Journey;

const ALARM: &str = "plant/line1/press/alarm";
const STATUS: &str = "plant/line1/press/status";

/// The newest payload of a topic, as the tree shows it.
fn stands(journey: &Journey, topic: &str) -> String {
    let store = &journey.app.connection().store;
    let message = store.find(topic).and_then(|topic| store.latest(topic));
    message.map_or_else(|| "none".into(), |message| String::from_utf8_lossy(message.payload).into_owned())
}

#[test]
fn the_alarm_is_found_explained_charted_revisited_copied_and_published_again() {
    let mut journey = Journey::on_the_demo();

    // Found: the word alone leads to five messages, topic and code to the one in which it was raised.
    journey.keys("Falarm").sees("5 found").sees("line1/press/alarm");
    journey.keys("<ctrl-u>topic:alarm HYD-017<enter>").sees("1 found");
    assert_eq!(journey.app.context(), Context::Search);
    journey.sees("Hydraulic pressure low, press stopped").keys("<enter>");
    assert_eq!((journey.app.context(), journey.selected()), (Context::Message, ALARM.to_owned()));
    let alarm = journey.payload();
    assert!(alarm.contains(r#""active":true"#), "{alarm}");

    // Explained: which fields changed when it was raised.
    journey.keys("D").sees("active").sees("false → true").sees(r#"null → "HYD-017""#);

    // The moment before it: the whole tree stands as it did then, the press still ran, and its pressure had sunk.
    journey.keys("',").sees("PAUSED at");
    assert!(stands(&journey, ALARM).contains(r#""active":false"#), "{}", stands(&journey, ALARM));
    let status = stands(&journey, STATUS);
    assert!(status.contains(r#""state":"running""#) && status.contains(r#""pressure_bar":15"#), "{status}");

    // Charted, with what led to it as a second series.
    journey.keys("<backtab>/press/status<enter>n");
    assert_eq!(journey.selected(), STATUS);
    journey.keys("c").sees("/hydraulics/pressure_bar");
    journey.choose("/hydraulics/pressure_bar");
    assert_eq!(journey.app.context(), Context::Chart);
    journey.keys("a").paste("/hydraulics/filter_dp_bar").keys("<enter>");
    let chart = &journey.app.connection().chart;
    let newest =
        |place: usize| chart.series()[place].points.oldest_first().last().map_or(0.0, |point| point.value);
    assert!(newest(0) < 160.0 && newest(1) > 1.0, "pressure {}, filter {}", newest(0), newest(1));
    journey.sees("pressure_bar").sees("filter_dp_bar");

    // Back to now, to the message itself, and out: as a command, and published again as it came.
    journey.keys("<esc> ").does_not_see("PAUSED");
    journey.keys("F<enter>");
    assert_eq!((journey.selected(), journey.payload()), (ALARM.to_owned(), alarm.clone()));
    journey.effects();
    journey.keys("<ctrl-y>");
    journey.choose("mosquitto_pub");
    let copied = match &journey.effects()[..] {
        [Effect::Copy { bytes, .. }] => String::from_utf8_lossy(bytes).into_owned(),
        other => panic!("not one copy but {other:?}"),
    };
    assert!(
        copied.starts_with("mosquitto_pub -h 127.0.0.1 -p 1883") && copied.contains(&format!("-t {ALARM}")),
        "{copied}"
    );
    assert!(copied.contains(&format!("-m '{alarm}'")), "{copied}");
    journey.keys("P<ctrl-s>");
    let (_, publication) = journey.published();
    assert_eq!((publication.topic.as_str(), publication.payload.as_ref()), (ALARM, alarm.as_bytes()));
    assert_eq!(publication.qos, QoS::AtMostOnce);
    assert!(TopicFilter::parse(&publication.topic).is_ok());
}
