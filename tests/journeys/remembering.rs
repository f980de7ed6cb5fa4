//! The history pane: what changed in each row, only changes, a filter, a time, a stretch, and what is odd.

use std::io::Write;

use mqtt_tui::app::PayloadView;
use mqtt_tui::store::Seq;
use proptest::prelude::*;

use crate::language::Journey;

const CLIMATE: &str = "home/climate";

/// The history pane has the keys; a second between two messages of one topic.
fn remembering(payloads: &[&str]) -> Journey {
    let mut journey = Journey::new();
    for payload in payloads {
        journey.wait(1.0).message(CLIMATE, payload);
    }
    journey.keys("+G<tab><tab>");
    assert_eq!(journey.selected(), CLIMATE);
    journey
}

/// The messages listed, newest first, by their number of arrival.
fn listed(journey: &Journey) -> Vec<u64> {
    journey.app.connection().history.rows().iter().map(|row| row.seq.number()).collect()
}

fn shown(journey: &Journey) -> u64 {
    journey.app.connection().shown_message().map_or(0, |message| message.seq.number())
}

/// The row of the history in which `time` stands.
#[track_caller]
fn row(journey: &Journey, time: &str) -> String {
    let lines = journey.lines();
    let in_history = lines.iter().skip_while(|line| !line.contains("History"));
    let row = in_history.map(String::as_str).find(|line| line.contains(time));
    row.unwrap_or_else(|| panic!("no row of {time} in\n{}", journey.screen())).to_owned()
}

#[test]
fn each_row_says_what_changed_since_the_message_before() {
    let mut journey = remembering(&[
        r#"{"temperature":20.1,"humidity":47}"#,
        r#"{"temperature":20.4,"humidity":47}"#,
        r#"{"temperature":20.4,"humidity":47}"#,
        r#"{"humidity": 47, "temperature": 20.4}"#,
        r#"{"temperature":20.4,"humidity":48,"error":"E1"}"#,
    ]);
    for (time, change) in [
        ("14:00:11", r#"{"temperature":20.1"#),
        ("14:00:12", "temperature 20.1 → 20.4"),
        ("14:00:13", "same"),
        ("14:00:14", "same content"),
        ("14:00:15", "+ error, +1"),
    ] {
        assert!(row(&journey, time).contains(change), "{}", row(&journey, time));
    }
    journey.resize(80, 24);
    assert!(row(&journey, "14:00:12").contains("temperature 20.1 → 20.4"));
}

#[test]
fn plain_numbers_and_bytes_say_so_too() {
    let mut journey = remembering(&["20.1", "20.4"]);
    assert!(row(&journey, "14:00:12").contains("20.1 → 20.4"));
    journey.wait(1.0).bytes(CLIMATE, &[0xff; 100]).wait(1.0).bytes(CLIMATE, &[0xfe; 130]);
    assert!(row(&journey, "14:00:14").contains("100 → 130 B"), "{}", row(&journey, "14:00:14"));
    // Larger ones are not looked into: their sizes are told.
    let (large, larger) = ("x".repeat(90_000), "y".repeat(120_000));
    journey.wait(1.0).message(CLIMATE, &large).wait(1.0).message(CLIMATE, &larger);
    assert!(row(&journey, "14:00:16").contains("changed, 90 kB → 120 kB"), "{}", row(&journey, "14:00:16"));
}

#[test]
fn rows_that_take_long_are_worded_piece_by_piece_after_the_frame() {
    let mut journey = Journey::new();
    journey.message(CLIMATE, "0").keys("+G<tab><tab>").slowly();
    let payload = |n: usize| format!(r#"{{"n":{n},"pad":"{}"}}"#, "x".repeat(60_000));
    let payloads: Vec<String> = (0..10).map(payload).collect();
    journey.messages(payloads.iter().map(|payload| (CLIMATE, payload.as_bytes())));
    let words = |journey: &Journey| journey.screen().matches("→").count();
    let before = words(&journey);
    assert!(before < 10, "all at once in\n{}", journey.screen());
    journey.works(20);
    assert_eq!(words(&journey), 10, "in\n{}", journey.screen());
}

#[test]
fn only_changes_leaves_out_what_changed_nothing_and_says_how_many_are_left() {
    let mut journey =
        remembering(&["on", "on", "on", "off", "off", r#"{"a":1}"#, r#"{ "a": 1 }"#, r#"{"a":2}"#]);
    assert_eq!(listed(&journey), [8, 7, 6, 5, 4, 3, 2, 1]);
    journey.keys("=").sees("4 of 8 changed");
    assert_eq!(listed(&journey), [8, 6, 4, 1]);
    journey.keys("j");
    assert_eq!(shown(&journey), 6);
    journey.keys("jj");
    assert_eq!(shown(&journey), 1);
    journey.keys("kk").message(CLIMATE, r#"{"a":2}"#).message(CLIMATE, "off").sees("5 of 10 changed");
    assert_eq!((listed(&journey), shown(&journey)), (vec![10, 8, 6, 4, 1], 6));
    journey.keys("=").sees("kept");
    assert_eq!((listed(&journey).len(), shown(&journey)), (10, 6), "and what is read stays");
}

fn lamp(second: u32, power: &str) -> String {
    format!(r#"{{"Time":"2026-11-20T18:44:{second:02}","Uptime":"0T01:00:{second:02}","POWER":"{power}"}}"#)
}

#[test]
fn what_happened_is_seen_beside_a_clock_and_a_clock_alone_is_no_change() {
    let payloads: Vec<String> =
        (0..12).map(|n| lamp(n, if (4..8).contains(&n) { "OFF" } else { "ON" })).collect();
    let payloads: Vec<&str> = payloads.iter().map(String::as_str).collect();
    let mut journey = remembering(&payloads);
    assert!(row(&journey, "14:00:15").contains("POWER ON → OFF, +2"), "{}", row(&journey, "14:00:15"));
    assert!(row(&journey, "14:00:14").contains("same but Time, Uptime"), "{}", row(&journey, "14:00:14"));
    journey.keys("=").sees("3 of 12 changed, clocks aside");
    assert_eq!(listed(&journey), [9, 5, 1]);
    assert!(row(&journey, "14:00:19").contains("+4.0 s"), "to the row below: {}", row(&journey, "14:00:19"));
    assert!(!row(&journey, "14:00:11").contains("+1.0 s"), "{}", row(&journey, "14:00:11"));
    journey.keys("/OFF<enter>").sees("1 of 12 changed and fit, clocks aside");
    journey.keys("<esc>=").sees("12 kept");
    let mut journey = remembering(&["on", "on", "off"]);
    journey.keys("=").sees("2 of 3 changed ").does_not_see("clocks aside");
}

#[test]
fn a_payload_in_a_row_reads_as_it_does_everywhere() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(br#"{"temperature":20.4}"#).expect("gzip");
    let packed = packed.finish().expect("gzip");
    let mut journey = Journey::new();
    journey.bytes(CLIMATE, &packed).keys("+G<tab><tab>");
    let row = row(&journey, "14:00:10");
    assert!(row.contains(r#"gzip {"temperature":20."#), "{row}");
}

#[test]
fn a_long_history_is_looked_through_piece_by_piece_and_the_count_grows() {
    let mut journey = Journey::new();
    let values: Vec<String> = (0..5_000).map(|n| (n / 2).to_string()).collect();
    journey.messages(values.iter().map(|value| (CLIMATE, value.as_bytes())));
    journey.keys("+G<tab><tab>").slowly().keys("=").sees("500 of 5,000 changed, 1,000 looked at");
    journey.works(1).sees("1,500 of 5,000 changed, 3,000 looked at");
    journey.works(10).sees("2,500 of 5,000 changed ").does_not_see("looked at");
}

#[test]
fn the_filter_follows_each_key_is_lit_and_goes_with_escape() {
    let mut journey = remembering(&["all is well", "ALARM", "the alarm is over", "all is well"]);
    journey.keys("/alarm").sees("2 of 4 fit");
    assert_eq!(listed(&journey), [3, 2]);
    let (column, line) = journey.place_of("the alarm is over");
    let style = |column| journey.buffer().cell((column, line)).map(|cell| (cell.fg, cell.bg));
    assert_ne!(style(column + 4), style(column), "what fits is lit");
    journey.keys("<enter>");
    assert_eq!(listed(&journey), [3, 2], "it stays at work");
    journey.keys("<esc>").sees("4 kept");
    assert_eq!(listed(&journey).len(), 4);
    journey.keys("/Alarm");
    assert_eq!(listed(&journey), [] as [u64; 0], "a capital letter counts");
    journey.sees("No message of this topic fits the filter");
    journey.keys("<esc>").sees("4 kept").keys("/!/w.ll$/").sees("2 of 4 fit");
    journey.keys("<esc>/(a").does_not_see("unclosed").keys("<esc>/").paste("/(a/").sees("unclosed group");
    journey.keys("<enter>").sees("unclosed group");
}

#[test]
fn the_filter_knows_flags_and_goes_together_with_only_changes() {
    let mut journey = remembering(&["1", "1", "2"]);
    journey.retained(CLIMATE, "2").retained(CLIMATE, "3");
    journey.keys("/retain<enter>").sees("2 of 5 fit");
    journey.keys("=").sees("1 of 5 changed and fit");
    assert_eq!(listed(&journey), [5]);
    journey.keys("/").keys("<ctrl-u>").paste("qos:1").sees("0 of 5 changed and fit");
    journey.keys("<ctrl-u>").paste("qos:0 !retain").sees("2 of 5 changed and fit");
    assert_eq!(listed(&journey), [3, 1]);
}

#[test]
fn a_typed_time_leads_to_the_message_then_or_just_before() {
    let mut journey = remembering(&["a", "b", "c", "d", "e"]);
    journey.keys("@14:00:13.5<enter>");
    assert_eq!(journey.payload(), "c");
    journey.keys("@-1s<enter>");
    assert_eq!(journey.payload(), "b", "before the message shown");
    journey.keys("@13:00<enter>").sees("before the oldest message of this topic");
    assert_eq!(journey.payload(), "a");
    journey.keys("@14:00:15<enter>");
    assert_eq!(journey.payload(), "e");
    journey.message(CLIMATE, "f");
    assert_eq!(journey.payload(), "f", "at the newest the list follows");
    journey.keys("@soon<enter>").sees("is no time");
}

#[test]
fn a_typed_time_leads_to_a_message_that_is_listed() {
    let mut journey = remembering(&["a", "a", "a", "b", "b"]);
    journey.keys("=@14:00:13<enter>");
    assert_eq!(shown(&journey), 1);
}

#[test]
fn the_title_says_since_when_messages_are_kept() {
    let mut journey = Journey::with_history(64 << 10, 3);
    let payload = "x".repeat(1_000);
    for _ in 0..200 {
        journey.wait(1.0).message(CLIMATE, &payload);
    }
    journey.keys("+G");
    let store = &journey.app.connection().store;
    let topic = journey.node(CLIMATE);
    let (kept, oldest) =
        (store.history_len(topic), store.history(topic).last().map(|oldest| oldest.received));
    assert!(kept < 200);
    let second = (oldest.expect("some are kept").mono_us / 1_000_000) - 10;
    let time = format!("14:{:02}:{:02}", second / 60, second % 60);
    let wanted = format!("{kept} kept · {} evicted, oldest {time}", 200 - kept);
    journey.sees(&wanted);
}

#[test]
fn a_stretch_is_begun_moved_and_ended() {
    let mut journey = remembering(&["a", "b", "c", "d", "e"]);
    let stretch = |journey: &Journey| {
        let message = journey.app.connection().shown_message().expect("a message");
        let selected = journey.app.connection().history.selection(message.topic, message.seq);
        selected.map(|(first, last): (Seq, Seq)| (first.number(), last.number()))
    };
    journey.keys("j");
    assert_eq!(stretch(&journey), None);
    journey.keys("V").sees("V again ends the selection");
    assert_eq!(stretch(&journey), Some((4, 4)));
    journey.keys("jj");
    assert_eq!(stretch(&journey), Some((2, 4)));
    journey.keys("Vj");
    assert_eq!(stretch(&journey), Some((2, 4)), "it has ended");
    assert_eq!(journey.screen().matches('┃').count(), 3, "in\n{}", journey.screen());
    journey.keys("<ctrl-e>").sees("selected messages").sees("3 messages of the history pane").keys("<esc>");
    journey.keys("<esc>");
    assert_eq!((stretch(&journey), shown(&journey)), (None, 1), "and what is read stays");
}

#[test]
fn a_marked_message_is_marked_in_its_row_and_compared_with_others() {
    let mut journey = remembering(&["1", "2", "3"]);
    journey.keys("jjmkk");
    assert!(row(&journey, "14:00:11").contains("marked Q0"), "{}", row(&journey, "14:00:11"));
    journey.keys("D");
    assert_eq!(journey.app.connection().message.view, PayloadView::Diff);
    journey.sees("diff with the marked message").keys("<enter>");
    assert_eq!(format!("{:?}", journey.app.connection().focus), "Message");
}

#[test]
fn a_message_with_a_new_key_another_type_or_a_number_far_off_is_marked() {
    let usual: Vec<String> =
        (0..40).map(|n| format!(r#"{{"state":"ok","temperature":{}}}"#, 18 + n % 7)).collect();
    let usual: Vec<&str> = usual.iter().map(String::as_str).collect();
    let mut journey = remembering(&usual);
    journey.does_not_see("! ");
    journey.wait(1.0).message(CLIMATE, r#"{"state":"ok","temperature":85}"#);
    journey.sees("! /temperature is 85, outside of 18 … 24");
    journey.wait(1.0).message(CLIMATE, r#"{"state":"ok","temperature":20,"error":"E1"}"#);
    journey.sees("! new key /error");
    journey.wait(1.0).message(CLIMATE, r#"{"state":3,"temperature":20}"#);
    journey.sees("! /state is a number instead of a string");
    journey.resize(80, 24);
    assert!(row(&journey, "14:00:52").contains("! + error, temp"), "{}", row(&journey, "14:00:52"));
    assert!(row(&journey, "14:00:51").contains("! temperature 22 → 85"), "{}", row(&journey, "14:00:51"));
}

#[test]
fn another_reading_of_the_payloads_is_nothing_odd() {
    let payloads: Vec<String> = (0..30).map(|n| format!(r#"{{"temperature":{}}}"#, 18 + n % 7)).collect();
    let payloads: Vec<&str> = payloads.iter().map(String::as_str).collect();
    let mut journey = remembering(&payloads);
    journey.keys("<tab>i").keys("<pagedown><pagedown><enter>").keys("u8 for home/climate<enter>");
    journey.sees("array of u8 (your choice)").does_not_see("! ");
    journey.wait(1.0).message(CLIMATE, payloads[0]).does_not_see("! ");
    journey.keys("i<enter>").sees("this topic").keys("<esc>");
    let mut journey = remembering(&payloads);
    journey.keys("<tab>i").keys("<pagedown><pagedown><enter>").keys("u8<enter>");
    journey.keys("<enter>").sees("array of u8 (your choice)").does_not_see("! ");
    journey.wait(1.0).message(CLIMATE, payloads[0]).does_not_see("! ");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn what_is_listed_is_what_a_plain_look_at_all_messages_finds(
        values in prop::collection::vec(0..4_u8, 1..60),
        more in prop::collection::vec(0..4_u8, 0..30),
        filtered in any::<bool>(),
        only_changes in any::<bool>(),
    ) {
        let text = |value: &u8| ["one", "two", r#"{"a":[1,2]}"#, r#"{ "a": [1, 2] }"#][usize::from(*value)];
        let mut journey = Journey::new();
        journey.messages(values.iter().map(|value| (CLIMATE, text(value).as_bytes())));
        journey.keys("+G<tab><tab>").resize(140, 300);
        if filtered {
            journey.keys("/!one<enter>");
        }
        if only_changes {
            journey.keys("=");
        }
        journey.messages(more.iter().map(|value| (CLIMATE, text(value).as_bytes())));
        journey.wait(1.0);
        let all: Vec<u8> = values.iter().chain(&more).copied().collect();
        // The last two are one content in two writings.
        let content = |value: u8| value.min(2);
        let admits = |at: &usize| {
            let changes = *at == 0 || content(all[*at]) != content(all[at - 1]);
            (!filtered || all[*at] != 0) && (!only_changes || changes)
        };
        let wanted: Vec<u64> = (0..all.len()).filter(admits).map(|at| at as u64 + 1).rev().collect();
        prop_assert_eq!(listed(&journey), wanted);
    }
}
