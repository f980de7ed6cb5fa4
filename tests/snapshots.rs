//! How the screens look: the demo's scene at a fixed moment, in UTC, at the sizes that matter. Text for all, styles for a few.
//!
//! After a wanted change of looks: `INSTA_UPDATE=always cargo test --test snapshots`, then read the diff before committing it.

#![allow(clippy::expect_used, reason = "a test that cannot go on says why")]

#[path = "common/picture.rs"]
mod picture;

use mqtt_tui::app::out::PipeEnd;
use mqtt_tui::app::{Action, App, Command, Done, Settings, TestEnd, TestNews, parse_key, update};
use mqtt_tui::cli::scene::Scene;
use mqtt_tui::config::{Colours, Look};
use mqtt_tui::model::{
    ConnectionId, DoctorLine, LinkState, PublishId, PublishState, QoS, SessionEvent, Severity,
    SubscriptionState, Target, TopicFilter, Trouble, Verdict,
};
use picture::{styles, text};

const SMALL: (u16, u16) = (60, 20);
const COMMON: (u16, u16) = (80, 24);
const LARGE: (u16, u16) = (140, 45);

/// The topic most pictures look at: JSON that changes.
const TOPIC: &str = "zigbee2mqtt/living_room_lamp";

fn scene((columns, rows): (u16, u16)) -> Scene {
    let mut scene = Scene::new(columns, rows, Look { colours: Colours::True, ascii: false });
    // Drawn once, so that moving and scrolling know what fits.
    scene.draw();
    scene
}

fn reading(size: (u16, u16)) -> Scene {
    let mut scene = scene(size);
    assert!(scene.app.connection().store.find(TOPIC).is_some(), "{TOPIC} is not in the demo any more");
    scene.select(TOPIC);
    scene
}

fn keys(scene: &mut Scene, keys: &str) {
    assert!(keys.split_whitespace().all(|key| parse_key(key).is_some()), "{keys}: not all of these are keys");
    scene.keys(keys);
}

fn paste(scene: &mut Scene, text: &str) {
    scene.paste(text);
}

fn event(scene: &mut Scene, event: SessionEvent) {
    update(&mut scene.app, Action::Session(ConnectionId(0), event), scene.now);
}

/// A scene's program before anything came.
fn nothing_received(scene: &mut Scene) {
    let settings: Settings = scene.app.settings.clone();
    let size = scene.app.size;
    let target = Target {
        protocol: mqtt_tui::model::ProtocolChoice::Only(mqtt_tui::model::Protocol::V5),
        ..Target::new("127.0.0.1", 1883, "mqtt-tui-0badcafe")
    };
    scene.app = App::new(settings);
    drop(scene.app.open(mqtt_tui::config::Profile::new("factory", target)));
    scene.app.size = size;
}

#[test]
fn explorer() {
    insta::assert_snapshot!("explorer__60x20", text(&reading(SMALL).draw()));
    insta::assert_snapshot!("explorer__80x24", text(&reading(COMMON).draw()));
    insta::assert_snapshot!("explorer__100x30", text(&reading((100, 30)).draw()));
    insta::assert_snapshot!("explorer__140x45", text(&reading(LARGE).draw()));
    insta::assert_snapshot!("explorer__styles", styles(&reading(COMMON).draw()));
}

#[test]
fn first_sight() {
    // What is there before any key is pressed.
    insta::assert_snapshot!("explorer__untouched_80x24", text(&scene(COMMON).draw()));
}

#[test]
fn explorer_without_colours_and_in_ascii() {
    let mut scene = Scene::new(COMMON.0, COMMON.1, Look { colours: Colours::None, ascii: true });
    scene.select(TOPIC);
    let buffer = scene.draw();
    insta::assert_snapshot!("explorer__ascii", text(&buffer));
    insta::assert_snapshot!("explorer__no_colour_styles", styles(&buffer));
}

#[test]
fn history() {
    let mut scene = reading(COMMON);
    keys(&mut scene, "tab tab j j");
    insta::assert_snapshot!("history__80x24", text(&scene.draw()));
    for (name, size) in [("history__160x48", (160, 48)), ("history__only_changes_80x24", COMMON)] {
        let mut scene = reading(size);
        keys(&mut scene, "tab tab V j j m V j =");
        paste_filter(&mut scene, "brightness");
        insta::assert_snapshot!(name, text(&scene.draw()));
    }
    let mut scene = reading((200, 60));
    keys(&mut scene, "tab tab z");
    insta::assert_snapshot!("history__zoomed_200x60", text(&scene.draw()));
}

/// Types a filter of the history and keeps it.
fn paste_filter(scene: &mut Scene, filter: &str) {
    scene.draw();
    keys(scene, "/");
    paste(scene, filter);
    keys(scene, "enter");
    scene.app.notices = mqtt_tui::app::Notices::default();
    scene.draw();
}

#[test]
fn overdue() {
    for (name, size) in [("overdue__80x24", COMMON), ("overdue__160x48", (160, 48))] {
        let mut scene = scene(size);
        // Later, nothing having come since: all that is steady is overdue.
        scene.now = scene.now.plus(std::time::Duration::from_secs(40));
        keys(&mut scene, "~");
        scene.draw();
        insta::assert_snapshot!(name, text(&scene.draw()));
    }
}

#[test]
fn hex_view() {
    let mut scene = reading(LARGE);
    keys(&mut scene, "v v");
    insta::assert_snapshot!("message__hex_140x45", text(&scene.draw()));
}

#[test]
fn filter() {
    for (name, size) in [("topics__filter_80x24", COMMON), ("topics__filter_140x45", LARGE)] {
        let mut scene = reading(size);
        keys(&mut scene, "/ t e m p");
        insta::assert_snapshot!(name, text(&scene.draw()));
    }
    let mut scene = reading(COMMON);
    keys(&mut scene, "/ z z z z");
    insta::assert_snapshot!("topics__filter_without_match", text(&scene.draw()));
}

#[test]
fn pins_and_the_language_of_filters() {
    for (name, size) in [("topics__pins_80x24", COMMON), ("topics__pins_160x48", (160, 48))] {
        let mut scene = reading(size);
        scene.app.connection_mut().profile.pins = [TOPIC, "home", "not/yet"].map(str::to_owned).into();
        scene.app.connection_mut().profile.quiet = vec!["home/kitchen".to_owned()];
        keys(&mut scene, "/");
        paste(&mut scene, "/k.tchen|lamp/ !payload:off age:<1m");
        insta::assert_snapshot!(name, text(&scene.draw()));
    }
    let mut scene = reading(COMMON);
    keys(&mut scene, "/");
    paste(&mut scene, "lamp age:10s");
    insta::assert_snapshot!("topics__filter_fault_80x24", text(&scene.draw()));
}

#[test]
fn publish() {
    for (name, size) in [("publish__60x20", SMALL), ("publish__80x24", COMMON), ("publish__140x45", LARGE)] {
        let mut scene = reading(size);
        keys(&mut scene, "p");
        paste(&mut scene, "{\n  \"state\": \"ON\"\n}");
        for (id, state) in [
            (1, PublishState::Acknowledged(std::time::Duration::from_millis(3))),
            (2, PublishState::Failed("not authorized".to_owned())),
        ] {
            keys(&mut scene, if id == 1 { "ctrl-q ctrl-s" } else { "ctrl-s" });
            event(&mut scene, SessionEvent::Publish(PublishId(id), state));
        }
        keys(&mut scene, "ctrl-s backtab # ctrl-s");
        scene.app.notices = mqtt_tui::app::Notices::default();
        insta::assert_snapshot!(name, text(&scene.draw()));
    }
}

#[test]
fn broker() {
    for (name, size) in [("broker__60x20", SMALL), ("broker__80x24", COMMON), ("broker__140x45", LARGE)] {
        let mut scene = scene(size);
        scene.run(Command::ShowBroker);
        insta::assert_snapshot!(name, text(&scene.draw()));
    }
}

#[test]
fn help_palette_and_notices() {
    let mut scene = reading(COMMON);
    keys(&mut scene, "?");
    insta::assert_snapshot!("help__80x24", text(&scene.draw()));
    keys(&mut scene, "esc :");
    insta::assert_snapshot!("palette__80x24", text(&scene.draw()));
    keys(&mut scene, "m a t c h");
    insta::assert_snapshot!("palette__found", text(&scene.draw()));
    keys(&mut scene, "esc");
    let now = scene.now;
    scene.app.notices.push(now, Severity::Warning, "the broker refused the filter '$SYS/#': not authorized");
    scene.app.notices.push(now, Severity::Error, "publish to home/lamp/set failed: quota exceeded");
    scene.app.notices.push(now, Severity::Success, "payload copied, 132 B");
    keys(&mut scene, "!");
    insta::assert_snapshot!("notices__80x24", text(&scene.draw()));
}

#[test]
fn link_in_trouble() {
    let trouble = Trouble {
        cause: "Connection refused by 127.0.0.1:1883".to_owned(),
        remedy: "Is a broker listening there?".to_owned(),
        ..Trouble::default()
    };
    for (name, size) in [("banner__80x24", COMMON), ("banner__140x45", LARGE)] {
        let mut scene = reading(size);
        let until = scene.now.plus(std::time::Duration::from_secs(4));
        event(
            &mut scene,
            SessionEvent::Link(LinkState::Waiting { attempt: 3, until, trouble: trouble.clone() }),
        );
        insta::assert_snapshot!(name, text(&scene.draw()));
    }
}

/// A minute of the demo, some steps of time back.
#[test]
fn travelling() {
    for (size, name) in [(SMALL, "60x20"), (COMMON, "80x24"), ((160, 48), "160x48")] {
        let mut scene = reading(size);
        keys(&mut scene, "space { { ,");
        insta::assert_snapshot!(format!("scrubber__{name}"), text(&scene.draw()));
    }
    let mut scene = Scene::new(80, 24, Look { colours: Colours::None, ascii: true });
    scene.draw();
    keys(&mut scene, "space { { ,");
    insta::assert_snapshot!("scrubber__ascii", text(&scene.draw()));
}

/// In the demo, one message before the alarm the press still runs, its pressure low already: the whole tree says so.
#[test]
fn the_moment_before_the_alarm() {
    const ALARM: &str = "plant/line1/press/alarm";
    let mut scene = scene((160, 48));
    scene.select(ALARM);
    let store = &scene.app.connection().store;
    let topic = store.find(ALARM).expect("the demo has an alarm");
    let raised = store
        .history(topic)
        .position(|message| message.payload.starts_with(br#"{"active":true"#))
        .expect("in two minutes there is one");
    (0..raised).for_each(|_| keys(&mut scene, "["));
    let latest = |scene: &Scene, topic: &str| {
        let store = &scene.app.connection().store;
        let message = store.find(topic).and_then(|topic| store.latest(topic)).expect("has come");
        String::from_utf8_lossy(message.payload).into_owned()
    };
    keys(&mut scene, "'");
    assert!(latest(&scene, ALARM).contains("HYD-017"), "{}", latest(&scene, ALARM));
    keys(&mut scene, ",");
    assert!(latest(&scene, ALARM).contains(r#""active":false"#), "{}", latest(&scene, ALARM));
    let status = latest(&scene, "plant/line1/press/status");
    assert!(status.contains(r#""state":"running""#) && status.contains(r#""pressure_bar":15"#), "{status}");
    keys(&mut scene, "space");
    assert_eq!(scene.app.connection().store.standing(), None);
}

#[test]
fn paused() {
    let mut scene = reading(COMMON);
    keys(&mut scene, "space");
    insta::assert_snapshot!("header__paused", text(&scene.draw()));
}

#[test]
fn empty() {
    let mut scene = scene(COMMON);
    nothing_received(&mut scene);
    event(
        &mut scene,
        SessionEvent::Link(LinkState::Connecting { attempt: 1, step: "waiting for CONNACK".to_owned() }),
    );
    insta::assert_snapshot!("topics__connecting", text(&scene.draw()));
    let since = scene.now;
    let protocol = mqtt_tui::model::Protocol::V5;
    event(
        &mut scene,
        SessionEvent::Link(LinkState::Connected {
            since,
            session_present: false,
            protocol,
            welcome: Box::default(),
        }),
    );
    let filter = |text: &str| TopicFilter::parse(text).expect("a filter");
    let refused = SubscriptionState::Refused("not authorized".to_owned());
    event(&mut scene, SessionEvent::Subscription(filter("#"), refused));
    event(
        &mut scene,
        SessionEvent::Subscription(filter("$SYS/#"), SubscriptionState::Granted(QoS::AtMostOnce)),
    );
    insta::assert_snapshot!("topics__empty", text(&scene.draw()));
}

/// The demo with other connections beside it, one in trouble, and more messages in the demo since it was looked at last.
fn several(size: (u16, u16)) -> Scene {
    let mut scene = scene(size);
    scene.several();
    keys(&mut scene, "alt-3");
    for number in 0..1_234 {
        let message = mqtt_tui::model::Message {
            topic: format!("a/{}", number % 5),
            payload: "x".into(),
            qos: QoS::AtMostOnce,
            retain: false,
            dup: false,
            properties: None,
            received: scene.now,
        };
        event(&mut scene, SessionEvent::Message(message));
    }
    scene
}

#[test]
fn tabs() {
    for (name, size) in [("60x20", SMALL), ("80x24", COMMON), ("160x48", (160, 48))] {
        let mut scene = several(size);
        insta::assert_snapshot!(format!("tabs__{name}"), text(&scene.draw()));
    }
    let mut scene = several(COMMON);
    keys(&mut scene, "alt-2");
    insta::assert_snapshot!("tabs__styles", styles(&scene.draw()));
}

#[test]
fn connections() {
    for (name, size) in [("60x20", SMALL), ("80x24", COMMON), ("160x48", (160, 48))] {
        let mut scene = several(size);
        keys(&mut scene, "C k");
        insta::assert_snapshot!(format!("connections__{name}"), text(&scene.draw()));
    }
    let mut scene = several(COMMON);
    keys(&mut scene, "C / h o");
    insta::assert_snapshot!("connections__found", text(&scene.draw()));
}

#[test]
fn test_of_a_connection() {
    let line = |step, verdict, found: &str, advice: Option<&str>, took| {
        TestNews::Line(DoctorLine {
            step,
            verdict,
            found: found.to_owned(),
            advice: advice.map(str::to_owned),
            took: Some(std::time::Duration::from_millis(took)),
        })
    };
    for (name, size) in [("80x24", COMMON), ("160x48", (160, 48))] {
        let mut scene = several(size);
        keys(&mut scene, "C g T");
        let id = scene.app.list.test.as_ref().map(|test| test.id).expect("a test");
        for news in [
            line("DNS", Verdict::Good, "10.0.0.2, and fe80::1 over eth0", None, 4),
            line("TCP", Verdict::Good, "10.0.0.2:8883", None, 1),
            line(
                "TLS",
                Verdict::Doubtful,
                "TLS 1.3, certificate for broker.lan, valid for 5 more days",
                Some("renew it soon"),
                31,
            ),
            line("CONNACK", Verdict::Bad, "bad user name or password", Some("check user and password"), 9),
            line("SUBACK #", Verdict::Skipped, "not tried", None, 0),
            TestNews::End(TestEnd::Unsound),
        ] {
            update(&mut scene.app, Action::Done(Done::Test(id, news)), scene.now);
        }
        insta::assert_snapshot!(format!("connections__test_{name}"), text(&scene.draw()));
    }
}

#[test]
fn first_run() {
    for (name, size) in [("80x24", COMMON), ("160x48", (160, 48))] {
        let mut scene = scene(size);
        scene.app = App::new(scene.app.settings.clone());
        scene.app.size = size;
        scene.app.ready = mqtt_tui::config::starters();
        insta::assert_snapshot!(format!("connections__first_run_{name}"), text(&scene.draw()));
    }
}

#[test]
fn form() {
    for (name, size) in [("60x20", SMALL), ("80x24", COMMON), ("160x48", (160, 48))] {
        let mut scene = several(size);
        keys(&mut scene, "C g e");
        insta::assert_snapshot!(format!("form__{name}"), text(&scene.draw()));
    }
    let mut scene = several(COMMON);
    keys(&mut scene, "C n ctrl-s");
    while scene.app.form.as_ref().is_some_and(|form| form.focus != mqtt_tui::app::FormField::Filters) {
        keys(&mut scene, "tab");
    }
    keys(&mut scene, "end backspace");
    paste(&mut scene, "home/#\nhome/kitch#n/+ qos=1");
    insta::assert_snapshot!("form__faults_80x24", text(&scene.draw()));
}

#[test]
fn too_small() {
    insta::assert_snapshot!("too_small", text(&scene((34, 8)).draw()));
}

fn granted(scene: &mut Scene, filter: &str, qos: QoS) {
    let filter = TopicFilter::parse(filter).expect("a filter");
    event(scene, SessionEvent::Subscription(filter, SubscriptionState::Granted(qos)));
}

#[test]
fn subscriptions() {
    for (name, size) in [("60x20", SMALL), ("80x24", COMMON), ("160x48", (160, 48))] {
        let mut scene = reading(size);
        keys(&mut scene, "s a 1");
        paste(&mut scene, "");
        keys(&mut scene, "esc x");
        keys(&mut scene, "ctrl-u");
        paste(&mut scene, "+/debug/#");
        keys(&mut scene, "enter a ctrl-u");
        paste(&mut scene, "zigbee2mqtt/#");
        keys(&mut scene, "tab 2 enter");
        granted(&mut scene, "zigbee2mqtt/#", QoS::AtLeastOnce);
        let refused = SubscriptionState::Refused("not authorised".to_owned());
        event(
            &mut scene,
            SessionEvent::Subscription(TopicFilter::parse("+/+/set").expect("a filter"), refused),
        );
        keys(&mut scene, "m");
        scene.app.notices = mqtt_tui::app::Notices::default();
        insta::assert_snapshot!(format!("subscriptions__{name}"), text(&scene.draw()));
        keys(&mut scene, "a ctrl-u");
        paste(&mut scene, "home/#/state");
        insta::assert_snapshot!(format!("subscriptions__entry_{name}"), text(&scene.draw()));
    }
}

#[test]
fn login_and_question() {
    for (name, size) in [("60x20", SMALL), ("80x24", COMMON), ("160x48", (160, 48))] {
        let mut scene = reading(size);
        keys(&mut scene, "L");
        paste(&mut scene, "bob");
        keys(&mut scene, "tab");
        paste(&mut scene, "secret");
        insta::assert_snapshot!(format!("login__{name}"), text(&scene.draw()));
        keys(&mut scene, "esc");
        scene.app.connection_mut().profile.safety = mqtt_tui::config::Safety::Confirm;
        keys(&mut scene, "p");
        paste(&mut scene, "OFF");
        keys(&mut scene, "ctrl-s");
        insta::assert_snapshot!(format!("ask__{name}"), text(&scene.draw()));
    }
}

#[test]
fn properties() {
    let properties = mqtt_tui::model::Properties {
        payload_format: Some(1),
        message_expiry: Some(60),
        content_type: Some("application/json".to_owned()),
        response_topic: Some("factory/answers/7".to_owned()),
        correlation_data: Some(bytes::Bytes::from_static(&[0, 17, 255])),
        subscription_ids: vec![1],
        user_properties: vec![
            ("unit".to_owned(), "C".to_owned()),
            ("origin".to_owned(), "line 3".to_owned()),
        ],
    };
    for (name, size) in [("80x24", COMMON), ("140x45", LARGE)] {
        let mut scene = reading(size);
        let message = mqtt_tui::model::Message {
            topic: TOPIC.to_owned(),
            payload: "{\"state\": \"ON\"}".into(),
            qos: QoS::AtLeastOnce,
            retain: false,
            dup: false,
            properties: Some(Box::new(properties.clone())),
            received: scene.now,
        };
        event(&mut scene, SessionEvent::Message(message));
        insta::assert_snapshot!(format!("message__properties_{name}"), text(&scene.draw()));
        keys(&mut scene, "a");
        paste(&mut scene, "{\"done\": true}");
        keys(&mut scene, "ctrl-p");
        paste(&mut scene, "application/json");
        insta::assert_snapshot!(format!("publish__properties_{name}"), text(&scene.draw()));
    }
}

/// A topic of the demo's formats, two messages in, in the view reached by `keys`.
fn format_view(size: (u16, u16), topic: &str, pressed: &str) -> String {
    let mut scene = scene(size);
    scene.select(topic);
    scene.draw();
    for key in pressed.split_whitespace() {
        keys(&mut scene, key);
        scene.draw();
    }
    text(&scene.draw())
}

#[test]
fn views_of_a_payload() {
    for (size, name) in [(COMMON, "80x24"), (LARGE, "140x45")] {
        for (view, topic, pressed) in [
            ("pretty", "formats/json.gz", "tab"),
            ("tree", "formats/msgpack", "tab v j j j"),
            ("tree_xml", "formats/xml", "tab v"),
            ("raw", "formats/json", "tab v v"),
            ("hex_inside", "formats/json.gz", "tab v v v v"),
            ("diff", "formats/msgpack", "tab D"),
            ("find", "formats/json", "tab / e enter n"),
            ("decode", "formats/binary", "tab i"),
        ] {
            insta::assert_snapshot!(format!("message__{view}_{name}"), format_view(size, topic, pressed));
        }
    }
}

#[test]
fn views_of_a_payload_in_ascii() {
    let mut scene = Scene::new(COMMON.0, COMMON.1, Look { colours: Colours::None, ascii: true });
    scene.select("formats/msgpack");
    scene.draw();
    keys(&mut scene, "tab D");
    insta::assert_snapshot!("message__diff_ascii", text(&scene.draw()));
    keys(&mut scene, "D v");
    scene.draw();
    insta::assert_snapshot!("message__tree_ascii", text(&scene.draw()));
}

#[test]
fn searching() {
    let mut scene = reading(COMMON);
    keys(&mut scene, "F");
    insta::assert_snapshot!("search__empty_80x24", text(&scene.draw()));
    keys(&mut scene, "a l a r m");
    insta::assert_snapshot!("search__typed_80x24", text(&scene.draw()));
    keys(&mut scene, "enter down");
    insta::assert_snapshot!("search__80x24", text(&scene.draw()));
    insta::assert_snapshot!("search__styles", styles(&scene.draw()));
    let mut scene = reading((160, 48));
    keys(&mut scene, "F ctrl-t t e m p e r a t u r e . { 5 } 2 1 enter down");
    insta::assert_snapshot!("search__regex_160x48", text(&scene.draw()));
    let mut scene = reading(SMALL);
    keys(&mut scene, "F ctrl-t l a m p (");
    insta::assert_snapshot!("search__fault_60x20", text(&scene.draw()));
}

#[test]
fn browsing() {
    let mut scene = reading(COMMON);
    keys(&mut scene, "B");
    insta::assert_snapshot!("browse__empty_80x24", text(&scene.draw()));
    scene.select("zigbee2mqtt");
    keys(&mut scene, "b esc");
    for size in [COMMON, (160, 48)] {
        scene.app.size = size;
        keys(&mut scene, "B");
        scene.draw();
        keys(&mut scene, "down down");
        insta::assert_snapshot!(format!("browse__{}x{}", size.0, size.1), text(&scene.draw()));
    }
}

/// Charts the number of each topic, each with the keys that its menu needs.
fn charting(scene: &mut Scene, topics: &[(&str, &str)]) {
    for (topic, choice) in topics {
        scene.app.connection_mut().focus = mqtt_tui::app::Pane::Topics;
        scene.select(topic);
        keys(scene, "c");
        keys(scene, choice);
        while scene.app.has_work() {
            drop(mqtt_tui::app::work(&mut scene.app));
        }
        scene.draw();
    }
}

#[test]
fn chart() {
    const TEMPERATURES: &[(&str, &str)] = &[
        ("home/kitchen/temperature", ""),
        ("home/living_room/temperature", ""),
        ("zigbee2mqtt/bathroom_climate", "down down down down enter"),
    ];
    for (name, size) in [("80x24", COMMON), ("140x45", LARGE), ("160x48", (160, 48))] {
        let mut scene = scene(size);
        charting(&mut scene, TEMPERATURES);
        insta::assert_snapshot!(format!("chart__{name}"), text(&scene.draw()));
    }
    let mut zoomed = scene(COMMON);
    charting(&mut zoomed, TEMPERATURES);
    keys(&mut zoomed, "z up left left left left");
    insta::assert_snapshot!("chart__zoomed_80x24", text(&zoomed.draw()));
    insta::assert_snapshot!("chart__zoomed_styles", styles(&zoomed.draw()));
    let mut wide = scene((160, 48));
    charting(&mut wide, &[("home/energy/power", ""), ("stat/boiler/POWER", "")]);
    keys(&mut wide, "z w v up left left left");
    insta::assert_snapshot!("chart__table_160x48", text(&wide.draw()));
    let mut menu = scene(COMMON);
    menu.select("zigbee2mqtt/dishwasher_plug");
    keys(&mut menu, "c");
    insta::assert_snapshot!("chart__menu_80x24", text(&menu.draw()));
    let look = Look { colours: Colours::None, ascii: true };
    let mut ascii = Scene::new(COMMON.0, COMMON.1, look);
    ascii.draw();
    charting(&mut ascii, &TEMPERATURES[..2]);
    keys(&mut ascii, "z left left");
    insta::assert_snapshot!("chart__ascii", text(&ascii.draw()));
    insta::assert_snapshot!("chart__no_colour_styles", styles(&ascii.draw()));
    let mut mono = Scene::new(COMMON.0, COMMON.1, Look { colours: Colours::None, ascii: false });
    mono.draw();
    charting(&mut mono, &TEMPERATURES[..2]);
    keys(&mut mono, "z");
    insta::assert_snapshot!("chart__no_colour", text(&mono.draw()));
}

#[test]
fn out() {
    for (name, size) in [("60x20", SMALL), ("80x24", COMMON), ("140x45", LARGE)] {
        let mut scene = reading(size);
        keys(&mut scene, "ctrl-y");
        insta::assert_snapshot!(format!("copy__menu_{name}"), text(&scene.draw()));
        keys(&mut scene, "esc ctrl-e");
        insta::assert_snapshot!(format!("export__menu_{name}"), text(&scene.draw()));
        keys(&mut scene, "esc |");
        paste(&mut scene, "jq -r '.color_mode, .brightness'; echo done >&2");
        insta::assert_snapshot!(format!("pipe__entry_{name}"), text(&scene.draw()));
        keys(&mut scene, "enter");
        insta::assert_snapshot!(format!("pipe__running_{name}"), text(&scene.draw()));
        let end = PipeEnd {
            output: ((1..=40).map(|line| format!("line {line}")).collect::<Vec<_>>().join("\n") + "\n")
                .into(),
            errors: "done\n".into(),
            how: "exit code 0".to_owned(),
            good: true,
        };
        update(&mut scene.app, Action::Done(Done::Piped(1, end)), scene.now);
        insta::assert_snapshot!(format!("pipe__output_{name}"), text(&scene.draw()));
    }
}

#[test]
fn publish_again() {
    let mut scene = scene(COMMON);
    let message = mqtt_tui::model::Message {
        topic: "factory/raw".to_owned(),
        payload: bytes::Bytes::from_static(&[0, 255, 16]),
        qos: QoS::AtLeastOnce,
        retain: true,
        dup: false,
        properties: None,
        received: scene.now,
    };
    event(&mut scene, SessionEvent::Message(message));
    scene.select("factory/raw");
    keys(&mut scene, "P");
    insta::assert_snapshot!("publish__again_80x24", text(&scene.draw()));
}
