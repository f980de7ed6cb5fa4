//! Reading messages: older and newer ones, the history, views, what was evicted.

use crate::language::Journey;

fn numbered(count: u32) -> Journey {
    let mut journey = Journey::new();
    for number in 1..=count {
        journey.message("counter", &number.to_string()).wait(1.0);
    }
    journey
}

#[test]
fn the_latest_message_is_followed() {
    let mut journey = numbered(3);
    assert_eq!(journey.payload(), "3");
    journey.message("counter", "4");
    assert_eq!(journey.payload(), "4");
}

#[test]
fn brackets_go_to_older_and_newer_messages_and_esc_back_to_the_latest() {
    let mut journey = numbered(5);
    journey.keys("[[");
    assert_eq!(journey.payload(), "3");
    journey.sees("older message");
    journey.keys("]");
    assert_eq!(journey.payload(), "4");
    journey.keys("[[[[[[[[[");
    assert_eq!(journey.payload(), "1", "before the first there is nothing");
    journey.keys("<esc>").does_not_see("older message");
    assert_eq!(journey.payload(), "5");
    journey.keys("[]").message("counter", "6");
    assert_eq!(journey.payload(), "6", "back at the newest, the latest is followed again");
}

#[test]
fn an_older_message_is_not_disturbed_by_new_ones() {
    let mut journey = numbered(20);
    journey.keys("<tab><tab>jjj");
    assert_eq!(journey.payload(), "17");
    let row = journey.app.connection().history.selected_row;
    for number in 21..60 {
        journey.message("counter", &number.to_string());
        assert_eq!(journey.payload(), "17");
    }
    assert_eq!(journey.app.connection().history.selected_row, row, "it keeps its row in the history");
    journey.keys("<esc>");
    assert_eq!(journey.payload(), "59");
}

#[test]
fn moving_in_the_history_shows_that_message() {
    let mut journey = numbered(30);
    journey.keys("<tab><tab>");
    journey.keys("j");
    assert_eq!(journey.payload(), "29");
    journey.keys("G");
    assert_eq!(journey.payload(), "1");
    journey.keys("k");
    assert_eq!(journey.payload(), "2");
    journey.keys("g");
    assert_eq!(journey.payload(), "30");
    journey.keys("<pagedown>").keys("<pageup>");
    assert_eq!(journey.payload(), "30");
}

#[test]
fn another_topic_begins_at_its_latest_message() {
    let mut journey = numbered(3);
    journey.message("other", "x").message("other", "y").keys("g[[");
    assert_eq!(journey.payload(), "1");
    journey.keys("j");
    assert_eq!(journey.payload(), "y");
    journey.keys("k");
    assert_eq!(journey.payload(), "3");
}

#[test]
fn views_go_round_and_stay_for_the_next_message() {
    let mut journey = Journey::new();
    journey.message("json", r#"{"temperature":20.4,"unit":"C"}"#);
    journey.sees("pretty").sees(r#""temperature": 20.4"#);
    journey.keys("v").sees("tree").sees("{2 keys}");
    journey.keys("v").sees("raw").sees(r#"{"temperature":20.4,"unit":"C"}"#);
    journey.keys("v").sees("7b 22 74").message("json", "{}").sees("7b 7d");
    journey.keys("v").sees("diff").sees("- temperature");
    journey.keys("v").sees("pretty");
}

#[test]
fn a08_bytes_that_are_no_text_are_shown_as_hex_with_the_reason() {
    let mut journey = Journey::new();
    journey.bytes("raw", &[0xff, 0x00, 0x41, 0x1b, 0x5b]);
    journey.sees("ff 00 41 1b 5b").sees("not UTF-8 text");
}

#[test]
fn b08_an_evicted_message_says_so_and_the_way_back_works() {
    let mut journey = Journey::with_history(512 << 10, 2);
    journey.message("counter", "the first").message("counter", "the second").message("counter", "the third");
    journey.keys("[[");
    assert_eq!(journey.payload(), "the first");
    let big = vec![b'x'; 4_000];
    for _ in 0..500 {
        journey.messages([("flood", &big[..])]);
    }
    journey.sees("this message was evicted").sees("evicted");
    assert_eq!(journey.payload(), "none");
    journey.keys("]");
    assert_eq!(journey.payload(), "the second", "the oldest that is still there: {}", journey.notice());
    journey.keys("<esc>");
    assert_eq!(journey.payload(), "the third");
}

#[test]
fn b08_a_quiet_topic_is_not_erased_by_a_busy_one() {
    let mut journey = Journey::with_history(512 << 10, 10);
    journey.message("quiet", "still here");
    let big = vec![b'x'; 2_000];
    for _ in 0..2_000 {
        journey.messages([("busy", &big[..])]);
    }
    journey.sees("evicted").keys("G");
    assert_eq!(journey.selected(), "quiet");
    assert_eq!(journey.payload(), "still here");
}

#[test]
fn b06_a_message_larger_than_the_budget_is_counted_and_said() {
    let mut journey = Journey::with_history(512 << 10, 2);
    let huge = vec![b'x'; 2 << 20];
    journey.messages([("huge", &huge[..])]).sees("too large to keep");
    assert_eq!(journey.app.connection().store.stats(journey.node("huge")).own_messages, 1);
}

#[test]
fn copying_takes_the_exact_bytes_and_topic() {
    let mut journey = Journey::new();
    journey.bytes("a/∅ b", b"\x00\xff line\r\n").keys("o").keys("jyY");
    let copied: Vec<Vec<u8>> = journey
        .effects()
        .into_iter()
        .map(|effect| match effect {
            mqtt_tui::app::Effect::Copy { bytes, .. } => bytes,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(copied, [b"\x00\xff line\r\n".to_vec(), "a/∅ b".as_bytes().to_vec()]);
}

#[test]
fn flags_of_a_message_are_shown() {
    let mut journey = Journey::new();
    journey.retained("kept", "value").sees("retained").keys("<tab>");
    let message = mqtt_tui::model::Message {
        dup: true,
        qos: mqtt_tui::model::QoS::AtLeastOnce,
        ..journey.plain("kept", b"again")
    };
    journey.event(mqtt_tui::model::SessionEvent::Message(message)).sees("DUP").sees("QoS 1");
}

#[test]
fn a_long_payload_scrolls_to_its_end_and_no_further() {
    let text = (1..=200).map(|line| format!("line {line}")).collect::<Vec<_>>().join("\n");
    let mut journey = Journey::knowing(&[("long", &text)]);
    journey.keys("<tab>G").sees("line 200").sees("200 of 200 lines");
    journey.keys("jjjj<pagedown>").sees("line 200");
    journey.keys("k").does_not_see("line 200").sees("line 199");
    journey.keys("g").sees("line 1");
}

#[test]
fn a_long_line_scrolls_to_the_side_no_further_than_its_end() {
    let line = format!("{}END", "abcdefgh".repeat(40));
    let mut journey = Journey::knowing(&[("long", &line)]);
    journey.keys("<tab>").keys(&"l".repeat(100)).sees("END");
}

#[test]
fn a_history_that_comes_on_the_screen_shows_the_newest_first_where_they_fit() {
    let mut journey = numbered(30);
    journey.resize(80, 24).keys("[[");
    assert_eq!(journey.payload(), "28");
    journey.keys("<tab><tab>").sees("14:00:39").sees("14:00:37");
    assert_eq!(journey.app.connection().history.selected_row, 2);
}

#[test]
fn e15_a_large_expression_looks_at_the_beginning_of_a_long_payload_and_says_so() {
    let mut journey = Journey::new();
    journey.message("a", "short alarm").message("a", &"x".repeat(200 << 10));
    journey.keys("<tab><tab>").keys("//[a-y]{400}[cd]|alarm/<enter>").works(10);
    journey.sees("1 of 2 fit").sees("long ones in part");
    journey.keys("/<ctrl-u>/alarm/<enter>").works(10).sees("1 of 2 fit").does_not_see("in part");
}
