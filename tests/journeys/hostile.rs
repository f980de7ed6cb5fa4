//! Whatever arrives, no cell of the screen holds anything that could act on the terminal or mislead the reader.

use bytes::Bytes;
use mqtt_tui::model::{LinkState, PublishState, SessionEvent, Severity, SubscriptionState, Trouble};
use proptest::prelude::*;

use crate::language::Journey;

/// Characters that must not reach a cell: controls, bidirectional controls, and those that take no room.
fn is_forbidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200c}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// The zero-width joiner is legal inside of an emoji, where it makes one picture of two; nowhere else.
fn has_stray_joiner(symbol: &str) -> bool {
    let letters: Vec<char> = symbol.chars().collect();
    let emoji = |letter: Option<&char>| letter.is_some_and(|letter| *letter as u32 >= 0x2000);
    letters.iter().enumerate().any(|(at, letter)| {
        *letter == '\u{200d}' && !(at > 0 && emoji(letters.get(at - 1)) && emoji(letters.get(at + 1)))
    })
}

#[track_caller]
fn assert_inert(journey: &Journey) {
    let buffer = journey.buffer();
    for (index, cell) in buffer.content.iter().enumerate() {
        let symbol = cell.symbol();
        assert!(
            !symbol.chars().any(is_forbidden) && !has_stray_joiner(symbol),
            "cell {:?} holds {symbol:?} in\n{}",
            buffer.pos_of(index),
            journey.screen()
        );
        assert!(symbol.chars().count() <= 40, "a cell of {} characters", symbol.chars().count());
    }
}

/// Looks at everything that may quote the wire.
fn look_around(journey: &mut Journey) {
    for keys in [
        "g",
        "o",
        "j",
        "<tab>",
        "v",
        "+",
        "G",
        "l",
        "v",
        "w",
        "G",
        "v",
        "v",
        "v",
        "D",
        "D",
        "w",
        "/a",
        "<enter>",
        "n",
        "i",
        "<enter>",
        "<esc>",
        "m",
        "[",
        "D",
        "D",
        "J.<enter>",
        "J<ctrl-u><enter>",
        "<esc>",
        "<tab>",
        "jj",
        "<esc><esc>",
        "p",
        "<esc>",
        "2",
        "GG",
        "1",
        "!",
        "<esc>",
        ":",
        "<esc>",
        "?",
        "<esc>",
        "G",
        "k",
        "S",
        " ",
        " ",
        "/a",
        "<enter>",
        "<esc>",
    ] {
        journey.keys(keys);
        assert_inert(journey);
    }
    for size in [(40, 10), (60, 20), (101, 30)] {
        journey.resize(size.0, size.1);
        assert_inert(journey);
        journey.keys("p");
        assert_inert(journey);
        journey.keys("<esc>");
    }
    journey.resize(140, 45);
}

/// Text with more than its share of trouble.
fn nasty() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => proptest::char::any().prop_map(String::from),
        2 => Just("/".to_owned()),
        2 => "[a-z]{1,5}",
        1 => proptest::sample::select(vec![
            "\x1b]52;c;QUJD\x07", "\x1b[2J", "\u{9b}6n", "\u{90}q", "\x1bc", "\x1b]0;t\x1b\\", "\u{202e}exe", "\u{2066}",
            "\u{200b}", "\u{feff}", "\u{200d}", "a\u{200d}b", "👩\u{200d}👩\u{200d}👧", "🇩🇪", "e\u{301}\u{301}\u{301}", "\u{fe0f}",
            "☺\u{fe0f}", "\r", "\n", "\t", "\x7f", "\u{ad}", "𝕏", "名", "ﷺ", "\u{e0041}", "\u{61c}", "\u{200f}", "\u{2028}",
        ]).prop_map(str::to_owned),
    ];
    proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn topic() -> impl Strategy<Value = String> {
    nasty()
        .prop_map(|text| text.replace('\0', "0"))
        .prop_filter("a topic is not empty", |topic| !topic.is_empty())
}

fn payload() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        nasty().prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 0..60),
        (nasty(), nasty()).prop_map(|(key, value)| serde_json::json!({ key: value, "n": [1, null, true] })
            .to_string()
            .into_bytes()),
        // Not escaped: what a careless device sends as JSON.
        nasty().prop_map(|text| format!("{{\"k\": \"{text}\"}}").into_bytes()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a05_a06_a07_topics_and_payloads_are_inert_in_every_pane(
        messages in proptest::collection::vec((topic(), payload()), 1..8)
    ) {
        let mut journey = Journey::new();
        for (topic, payload) in &messages {
            journey.bytes(topic, payload);
        }
        look_around(&mut journey);
    }

    #[test]
    fn a05_words_of_the_broker_are_inert(text in nasty(), other in nasty()) {
        let mut journey = Journey::new();
        for name in ["version", "uptime", "clients/connected", "messages/received", "load/messages/received/1min"] {
            journey.message(&format!("$SYS/broker/{name}"), &text);
        }
        journey.message(&format!("$SYS/{}", other.replace('\0', "0")), &text);
        journey.subscription("#", SubscriptionState::Refused(text.clone()));
        assert_inert(&journey);
        journey.event(SessionEvent::Notice(Severity::Warning, text.clone()));
        assert_inert(&journey);
        journey.keys("2");
        assert_inert(&journey);
        journey.keys("1p<backtab>").paste(&other);
        assert_inert(&journey);
        journey.keys("<tab>").paste(&text);
        assert_inert(&journey);
        journey.keys("<backtab>x<ctrl-s><ctrl-s>");
        let id = mqtt_tui::model::PublishId(1);
        journey.publish_became(id, PublishState::Failed(text.clone()));
        assert_inert(&journey);
        journey.keys("<esc>").link(LinkState::Connecting { attempt: 3, step: text.clone() });
        assert_inert(&journey);
        let trouble = Trouble { cause: text.clone(), remedy: other.clone(), ..Trouble::default() };
        journey.link(LinkState::Waiting { attempt: 2, until: journey.now, trouble: trouble.clone() });
        assert_inert(&journey);
        journey.link(LinkState::Stopped { trouble: Some(trouble) });
        assert_inert(&journey);
        look_around(&mut journey);
    }
}

#[test]
fn a06_a_topic_cannot_pass_for_another() {
    let mut journey = Journey::knowing(&[("safe/\u{202e}exe", "1"), ("a\u{200b}b", "2"), ("ab", "3")]);
    journey.sees("202E").sees("ab");
    let rows: Vec<String> =
        journey.lines().into_iter().filter(|line| line.contains("msgs") || line.contains('b')).collect();
    assert!(rows.iter().any(|row| row.contains("ZWSP") || row.contains("200B")), "{rows:?}");
    assert_inert(&journey);
    journey.keys("G");
    assert_inert(&journey);
}

#[test]
fn a11_a_thousand_hostile_topics_draw_and_borders_stay_in_place() {
    let mut journey = Journey::new();
    let pieces = [
        "\x1b[2J",
        "名前",
        "👩\u{200d}👩\u{200d}👧\u{200d}👦",
        "\u{202e}",
        "e\u{301}",
        "",
        "x",
        "\u{200b}",
        "ﷺ",
        "☺\u{fe0f}",
        "🇩🇪",
    ];
    let topics: Vec<String> = (0..1_000_usize)
        .map(|number| {
            let levels =
                (0..=number % 5).map(|level| pieces[(number / (level + 1) + level * 3) % pieces.len()]);
            format!("{number}{}", levels.collect::<Vec<_>>().join("/"))
        })
        .collect();
    journey.messages(topics.iter().map(|topic| (topic.as_str(), topic.as_bytes())));
    journey.keys("g");
    for _ in 0..60 {
        journey.keys("o<pagedown>");
        assert_inert(&journey);
        let buffer = journey.buffer();
        let right = (0..buffer.area.width)
            .find(|x| buffer.cell((*x, 1)).is_some_and(|cell| cell.symbol() == "╮"))
            .expect("the corner of the tree pane");
        for y in 2..buffer.area.height - 2 {
            assert_eq!(
                buffer.cell((right, y)).map(ratatui::buffer::Cell::symbol),
                Some("│"),
                "row {y} in\n{}",
                journey.screen()
            );
        }
    }
}

#[test]
fn a11_ten_thousand_combining_marks_are_one_row_like_any_other() {
    let zalgo = format!("z{}", "\u{301}".repeat(10_000));
    let mut journey = Journey::knowing(&[(&zalgo, &zalgo), ("b", "2")]);
    assert_inert(&journey);
    journey.keys("<tab>v");
    assert_inert(&journey);
}

#[test]
fn a05_properties_of_version_5_are_inert() {
    let mut journey = Journey::new();
    let properties = mqtt_tui::model::Properties {
        content_type: Some("\x1b]0;x\x07".into()),
        response_topic: Some("\u{202e}answer".into()),
        correlation_data: Some(Bytes::from_static(b"\x1b[6n")),
        user_properties: vec![("\x1b[2J".into(), "\u{200b}".into())],
        ..Default::default()
    };
    let message =
        mqtt_tui::model::Message { properties: Some(Box::new(properties)), ..journey.plain("v5", b"x") };
    journey.event(SessionEvent::Message(message));
    look_around(&mut journey);
}

#[test]
fn a07_invisible_characters_in_the_editor_are_told_and_sent_as_they_are() {
    let mut journey = Journey::knowing(&[("a", "1")]);
    journey.keys("p").paste("on\toff").does_not_see("cannot be seen");
    journey.paste("\u{200b}\u{202e}x").sees("cannot be seen");
    assert_inert(&journey);
    journey.keys("<ctrl-s>");
    assert_eq!(journey.published().1.payload, "on\toff\u{200b}\u{202e}x");
}
