//! Moving, opening and sorting in the topic tree, while messages arrive.

use crate::language::Journey;

/// A house and a plant, the cursor on the first row.
fn house() -> Journey {
    let mut journey = untouched_house();
    journey.keys("g");
    journey
}

fn untouched_house() -> Journey {
    Journey::knowing(&[
        ("home/kitchen/temperature", "20.4"),
        ("home/kitchen/humidity", "48"),
        ("home/office/temperature", "19.8"),
        ("plant/line-1/state", "running"),
    ])
}

#[test]
fn a_small_tree_opens_by_itself_and_shows_a_message_at_once() {
    let journey = untouched_house();
    assert_eq!(
        journey.tree(),
        [
            "- home",
            "  - kitchen",
            "      humidity",
            "      temperature",
            "  - office",
            "      temperature",
            "- plant",
            "  - line-1",
            "      state",
        ]
    );
    assert_eq!(journey.selected(), "home/kitchen/humidity");
    assert_eq!(journey.payload(), "48");
}

#[test]
fn moving_goes_row_by_row_and_stops_at_both_ends() {
    let mut journey = house();
    journey.keys("jj");
    assert_eq!(journey.selected(), "home/kitchen/humidity");
    journey.keys("<up>k<up>");
    assert_eq!(journey.selected(), "home");
    journey.keys("G");
    assert_eq!(journey.selected(), "plant/line-1/state");
    journey.keys("<down>");
    assert_eq!(journey.selected(), "plant/line-1/state");
    journey.keys("g");
    assert_eq!(journey.selected(), "home");
    journey.keys("<pagedown>");
    assert_eq!(journey.selected(), "plant/line-1/state");
    journey.keys("<pageup>");
    assert_eq!(journey.selected(), "home");
}

#[test]
fn the_selection_stays_on_its_topic_and_on_its_row_while_rows_come_above() {
    let mut journey = Journey::new();
    for index in 0..100 {
        journey.message(&format!("m/{index:03}"), "x");
    }
    journey.keys("gOl").keys(&"j".repeat(60));
    let (selected, row) = (journey.selected(), journey.selected_row());
    assert_eq!(selected, "m/059");
    for index in 0..300 {
        journey.message(&format!("m/0{index:03}/new"), "x").message(&format!("a{index}"), "x");
    }
    assert_eq!(journey.selected(), selected);
    assert_eq!(journey.selected_row(), row, "the selection must not jump on the screen");
}

#[test]
fn nothing_opens_by_itself_once_the_user_has_moved() {
    let mut journey = house();
    journey.keys("j").message("zoo/lion/mood", "sleepy");
    assert_eq!(journey.tree().last().map(String::as_str), Some("+ zoo"));
}

#[test]
fn a_tree_nobody_touched_settles_and_then_stands_still() {
    let mut journey = untouched_house();
    journey.message("aaa/first", "1");
    assert_eq!(journey.selected(), "aaa/first");
    journey.wait(5.0).message("a/new", "1");
    assert_eq!(journey.selected(), "aaa/first", "nothing moves any more under a reader's eyes");
    assert_eq!(journey.tree()[0], "+ a");
}

#[test]
fn enter_closes_and_opens_a_branch_and_goes_to_the_message_of_a_topic() {
    let mut journey = house();
    journey.keys("<enter>");
    assert_eq!(journey.tree()[..2], ["+ home", "- plant"]);
    journey.keys("<enter>jj<enter>");
    journey.keys("w");
    journey.sees("wrapped");
    assert_eq!(journey.selected(), "home/kitchen/humidity");
    // The keys are in the message pane now.
    journey.keys("j");
    assert_eq!(journey.selected(), "home/kitchen/humidity");
    journey.keys("<esc>j");
    assert_eq!(journey.selected(), "home/kitchen/temperature");
}

#[test]
fn all_below_opens_and_closes_at_once() {
    let mut journey = house();
    journey.keys("O");
    assert_eq!(journey.tree(), ["+ home", "- plant", "  - line-1", "      state"]);
    journey.keys("l");
    assert_eq!(journey.tree()[..3], ["- home", "  + kitchen", "  + office"], "all below were closed");
    journey.keys("o");
    assert_eq!(journey.tree()[1..4], ["  - kitchen", "      humidity", "      temperature"]);
}

#[test]
fn left_and_right_walk_the_levels() {
    let mut journey = house();
    journey.keys("ll");
    assert_eq!(journey.selected(), "home/kitchen/humidity");
    journey.keys("h");
    assert_eq!(journey.selected(), "home/kitchen");
    journey.keys("h");
    assert_eq!(journey.tree()[1], "  + kitchen");
    journey.keys("<left>");
    assert_eq!(journey.selected(), "home");
    journey.keys("h");
    assert_eq!(journey.tree()[0], "+ home");
    journey.keys("h");
    assert_eq!(journey.selected(), "home", "above a first level there is nothing to go to");
}

#[test]
fn closing_a_branch_from_outside_takes_the_selection_up_to_it() {
    let mut journey = house();
    journey.keys("jjj");
    assert_eq!(journey.selected(), "home/kitchen/temperature");
    journey.click_on("▾ home");
    assert_eq!(journey.selected(), "home");
}

#[test]
fn sorting_goes_by_name_messages_rate_and_last_received() {
    let mut journey = Journey::new();
    for _ in 0..5 {
        journey.message("b", "x");
    }
    journey.wait(60.0).message("c", "x").message("c", "x").wait(1.0).message("a", "x");
    let order = |journey: &Journey| -> Vec<String> {
        journey.tree().iter().map(|row| row.trim().to_owned()).collect()
    };
    assert_eq!(order(&journey), ["a", "b", "c"]);
    journey.sees("sort: name");
    journey.keys("S").sees("sort: messages");
    assert_eq!(order(&journey), ["b", "c", "a"]);
    journey.keys("S").sees("sort: rate");
    assert_eq!(order(&journey), ["c", "a", "b"]);
    journey.keys("S").sees("sort: last received");
    assert_eq!(order(&journey), ["a", "c", "b"]);
    journey.keys("S").sees("sort: name");
    assert_eq!(order(&journey), ["a", "b", "c"]);
}

#[test]
fn an_order_that_changes_does_not_shuffle_rows_between_two_looks() {
    let mut journey = Journey::new();
    journey.message("a", "x").message("a", "x").message("b", "x").keys("S");
    assert_eq!(journey.tree(), ["  a", "  b"]);
    journey.message("b", "x").message("b", "x").message("b", "x");
    assert_eq!(journey.tree(), ["  a", "  b"], "not at once");
    journey.wait(3.0);
    assert_eq!(journey.tree(), ["  b", "  a"], "but soon");
}

#[test]
fn the_selection_survives_a_change_of_order() {
    let mut journey = Journey::new();
    for index in 0..200_u32 {
        for _ in 0..=(index % 7) {
            journey.message(&format!("t{index:03}"), "x");
        }
    }
    journey.keys("g").keys(&"j".repeat(77));
    assert_eq!(journey.selected(), "t077");
    for first in ["  t006", "  t006", "  t000", "  t000"] {
        journey.keys("S");
        assert_eq!(journey.selected(), "t077");
        assert_eq!(journey.tree()[0], first, "the top of the new order is what was asked for");
    }
    journey.keys("jk");
    assert_eq!(journey.selected(), "t077");
    assert!(journey.selected_row().is_some(), "the first move brings it back");
}

#[test]
fn e04_levels_without_text_are_rows_of_their_own() {
    let mut journey = Journey::knowing(&[("/a//b", "1"), ("a", "2"), ("/a", "3"), ("a/", "4")]);
    assert_eq!(journey.tree(), ["- ", "  - a", "    - ", "        b", "- a", "    "]);
    journey.sees("∅").keys("gjjj");
    assert_eq!(journey.selected(), "/a//b");
    journey.keys("pagain<ctrl-s>");
    assert_eq!(journey.published().1.topic, "/a//b", "byte for byte the topic of the row");
    journey.keys("<esc>G");
    assert_eq!(journey.selected(), "a/");
    assert_eq!(journey.payload(), "4");
}

#[test]
fn dollar_sys_stands_last_closed_and_counts_for_itself() {
    let mut journey = Journey::knowing(&[("$SYS/broker/uptime", "7 seconds"), ("zoo", "1")]);
    assert_eq!(journey.tree(), ["  zoo", "+ $SYS"]);
    let before = journey.app.connection().store.totals();
    for second in 0..50 {
        journey.message("$SYS/broker/uptime", &format!("{second} seconds"));
        journey.message(&format!("$SYS/broker/load/{second}"), "1");
    }
    let after = journey.app.connection().store.totals();
    assert_eq!((before.topics, before.messages, before.bytes), (1, 1, 1));
    assert_eq!((after.topics, after.messages, after.bytes), (1, 1, 1));
    journey.sees("1 topic  ");
}
