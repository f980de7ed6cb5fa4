//! Several connections at once: each keeps what is its own, and what comes in behind the one in front is told.

use mqtt_tui::app::{Effect, Pane, Screen};
use mqtt_tui::config::{Profile, Safety};
use mqtt_tui::model::{
    ConnectionId, LinkState, PublishId, PublishState, SessionEvent, SessionRequest, Target, Trouble,
};

use crate::language::Journey;

/// Connected to `here`, with `there` opened after it and in front.
fn two() -> Journey {
    let mut journey = Journey::knowing(&[("a/1", "one"), ("a/2", "two")]);
    journey.open(profile("there"));
    journey.effects();
    journey
}

fn profile(name: &str) -> Profile {
    Profile::new(name, Target::new(name, 1883, name))
}

fn row_of_tabs(journey: &Journey) -> String {
    journey.lines()[1].clone()
}

#[test]
fn there_is_a_line_of_tabs_when_there_are_two() {
    let mut journey = Journey::new();
    let before = row_of_tabs(&journey);
    assert!(before.starts_with('╭'), "{before}");
    journey.open(profile("there"));
    let tabs = row_of_tabs(&journey);
    assert!(tabs.contains("1 ● here") && tabs.contains("2 ◌ there"), "{tabs}");
    assert!(journey.lines()[0].contains("there"), "the newest is in front");
}

#[test]
fn each_connection_comes_back_as_it_was_left() {
    let mut journey = two();
    journey.keys("<lt>");
    journey.keys("jo<tab>2");
    let (selected, screen) = (journey.selected(), journey.app.screen());
    journey.keys(">").does_not_see("Broker says");
    assert_eq!(journey.app.screen(), Screen::Explorer);
    assert_eq!(journey.app.connection().focus, Pane::Topics);
    journey.message_of(1, "other", "x").keys("/oth");
    journey.keys("<alt-1>");
    assert_eq!((journey.selected(), journey.app.screen()), (selected, screen));
    assert_eq!(journey.app.connection().focus, Pane::Message);
    journey.keys("<alt-2>");
    assert_eq!(journey.app.connection().filter_input.as_ref().map(tui_input::Input::value), Some("oth"));
}

#[test]
fn what_comes_in_behind_is_counted_until_it_is_looked_at() {
    let mut journey = two();
    journey.message("a/3", "x").message("a/3", "y");
    assert!(row_of_tabs(&journey).contains("1 ● here +2"), "{}", row_of_tabs(&journey));
    journey.message_of(1, "mine", "z");
    assert!(!row_of_tabs(&journey).contains("there +"), "{}", row_of_tabs(&journey));
    journey.keys("<alt-1>");
    assert!(!row_of_tabs(&journey).contains('+'), "{}", row_of_tabs(&journey));
}

#[test]
fn trouble_behind_has_a_mark_and_its_notice_names_the_connection() {
    let mut journey = two();
    journey.lose_link(2, 5);
    assert!(row_of_tabs(&journey).contains("1 ○ here !"), "{}", row_of_tabs(&journey));
    assert_eq!(journey.notice(), "here: connection lost: Connection refused by here:1883");
    journey.does_not_see("Attempt 2 in");
}

#[test]
fn the_memory_is_shared_and_what_does_not_fit_goes() {
    let mut journey = Journey::with_history(4 << 20, 1);
    let payload = "x".repeat(4_000);
    for number in 0..700 {
        let topic = format!("t/{}", number % 7);
        let message = journey.plain(&topic, payload.as_bytes());
        journey.event_of(0, SessionEvent::Message(message));
    }
    journey.sees("/4 MB");
    let budget = |journey: &Journey, index: usize| {
        let store = &journey.app.connections()[index].store;
        (store.totals().history_budget + store.sys_totals().history_budget, store.memory().history)
    };
    let (whole, used) = budget(&journey, 0);
    assert!(whole == 4 << 20 && used > 2 << 20, "{whole} {used}");
    journey.open(profile("there"));
    for index in 0..2 {
        let (share, used) = budget(&journey, index);
        assert_eq!(share, 2 << 20);
        assert!(used <= share, "{used} of {share}");
    }
    journey.sees("/2 MB").keys("<ctrl-w>").sees("/4 MB");
}

#[test]
fn closing_a_tab_ends_its_session_and_asks_when_something_would_be_lost() {
    let mut journey = two();
    journey.keys("<ctrl-w>");
    assert_eq!(journey.effects(), [Effect::Close(ConnectionId(1))]);
    journey.sees("here").does_not_see("there");
    journey.lose_link(2, 5).keys("pa/1<tab>draft<ctrl-s><esc>");
    assert!(matches!(journey.effects()[..], [Effect::Request(_, SessionRequest::Publish(..))]));
    journey.keys("<ctrl-w>").sees("Close here?").sees("1 message has not been sent").keys("n");
    assert_eq!(journey.effects(), []);
    journey.publish_became(PublishId(1), PublishState::Sent).keys("<ctrl-w>");
    journey
        .sees("What was received here (2 messages) is forgotten.")
        .does_not_see("has not been sent")
        .keys("y");
    assert_eq!(journey.effects(), [Effect::Close(ConnectionId(0))]);
    assert_eq!(journey.app.screen(), Screen::Connections, "the last one closed leads to the list");
}

#[test]
fn a_click_on_a_tab_brings_it_in_front() {
    let mut journey = two();
    let (column, row) = journey.place_of("1 ● here");
    journey.click(column + 4, row);
    assert_eq!(journey.app.active(), 0);
}

#[test]
fn more_tabs_than_fit_scroll_with_the_one_in_front() {
    let mut journey = Journey::new();
    for number in 2..=12 {
        journey.open(profile(&format!("broker-number-{number}")));
    }
    journey.resize(80, 24);
    let tabs = row_of_tabs(&journey);
    assert!(tabs.starts_with('‹') && tabs.contains("12 ◌ broker-number-12"), "{tabs}");
    journey.keys("<alt-1>");
    let tabs = row_of_tabs(&journey);
    assert!(tabs.contains("1 ● here") && tabs.ends_with('›'), "{tabs}");
    journey.keys("<alt-9>");
    assert!(row_of_tabs(&journey).contains("9 ◌ broker-number-9"), "{}", row_of_tabs(&journey));
    journey.keys(">>>>");
    assert_eq!(journey.app.active(), 0, "round and round");
}

#[test]
fn the_same_profile_twice_has_a_number() {
    let mut journey = two();
    journey.open(profile("there")).sees("3 ◌ there (2)");
}

#[test]
fn a_background_tab_that_stops_stays_with_its_tree() {
    let mut journey = two();
    let trouble = Trouble { cause: "gone".into(), ..Trouble::default() };
    journey.event_of(0, SessionEvent::Link(LinkState::Stopped { trouble: Some(trouble) }));
    journey.keys("<alt-1>").sees("a").sees("Gone.");
    assert_eq!(journey.app.connection().store.totals().topics, 2);
}

/// The last line: keys and the notice of the moment.
fn footer(journey: &Journey) -> String {
    journey.lines().pop().unwrap_or_default()
}

#[test]
fn a_refused_key_is_told_in_short_and_only_where_it_was_pressed() {
    let mut journey = two();
    let careful = Profile { safety: Safety::ReadOnly, ..profile("plant") };
    journey.wait(10.0).open(careful).resize(80, 24).keys("p");
    assert!(footer(&journey).contains("! read-only: publish refused"), "{}", footer(&journey));
    journey.keys("<alt-1>p").sees("Publish");
    assert!(!footer(&journey).contains("refused"), "{}", footer(&journey));
    journey.keys("<esc><alt-3>");
    assert!(!footer(&journey).contains("refused"), "it is over, and can be read again among the notices");
    assert_eq!(journey.notice(), "read-only: publish refused");
    journey.keys("pC");
    assert!(!footer(&journey).contains("refused"), "{}", footer(&journey));
}

#[test]
fn trouble_that_is_over_leaves_the_status_line() {
    let mut journey = two();
    journey.wait(10.0).lose_link(2, 5);
    assert!(footer(&journey).contains("connection lost"), "{}", footer(&journey));
    journey.connect();
    let line = footer(&journey);
    assert!(!line.contains("connection lost") && line.contains("here: connected"), "{line}");
    journey.wait(10.0).lose_link(2, 5).keys("<alt-1><ctrl-w>y");
    assert!(!footer(&journey).contains("connection lost"), "{}", footer(&journey));
}

#[test]
fn names_are_cut_only_where_there_is_no_room_for_them() {
    let mut journey = Journey::new();
    for number in 1..=3 {
        journey.open(profile(&format!("test.mosquitto.org secure WebSocket {number}")));
    }
    journey.resize(220, 50);
    for number in 1..=3 {
        let name = format!("test.mosquitto.org secure WebSocket {number}");
        assert!(row_of_tabs(&journey).contains(&name), "{}", row_of_tabs(&journey));
    }
    journey.resize(120, 36);
    let tabs = row_of_tabs(&journey);
    assert!(tabs.contains("1 ● here") && tabs.contains("4 ◌ test.mosquitto"), "{tabs}");
}

#[test]
fn a_long_name_leaves_something_of_itself_in_the_header() {
    let mut journey = Journey::on(profile(&"long-name-".repeat(9)));
    for (columns, rows) in [(40, 12), (60, 20), (80, 24), (120, 36), (220, 50)] {
        journey.resize(columns, rows);
        assert!(journey.lines()[0].contains("long-name-"), "{}", journey.lines()[0]);
    }
}

#[test]
fn the_message_on_screen_is_that_of_the_tab_in_front() {
    let mut journey = Journey::new();
    journey.open(profile("there"));
    // The first message of the first topic, in both.
    journey.message_of(0, "door", "ajar").message_of(1, "door", "locked");
    journey.keys("G").sees("locked").keys("<lt>G").sees("ajar");
    assert_eq!(journey.payload(), "ajar");
    journey.does_not_see("locked").keys(">").sees("locked").does_not_see("ajar");
}
