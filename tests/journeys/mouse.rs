//! The mouse: what is under the pointer gets the click and the wheel.

use mqtt_tui::app::{Context, Effect, Overlay};
use mqtt_tui::model::{QoS, SessionRequest};

use crate::language::Journey;

fn many() -> Journey {
    let mut journey = Journey::new();
    for branch in 0..30 {
        for leaf in 0..5 {
            journey.message(&format!("b{branch:02}/leaf{leaf}"), &format!("payload {branch} {leaf}"));
            // Once touched, nothing opens by itself.
            journey.keys("g");
        }
    }
    journey.keys("O");
    assert_eq!(journey.tree()[0], "+ b00");
    journey
}

#[test]
fn a_click_selects_what_is_under_it() {
    let mut journey = many();
    journey.click_on("b07");
    assert_eq!(journey.selected(), "b07");
    journey.click_on("b11");
    assert_eq!(journey.selected(), "b11");
}

#[test]
fn a_click_on_the_mark_opens_and_closes() {
    let mut journey = many();
    let (column, row) = journey.place_of("▸ b07");
    journey.click(column, row);
    assert_eq!(journey.tree()[7..9], ["- b07", "    leaf0"]);
    journey.click(column, row);
    assert_eq!(journey.tree()[7..9], ["+ b07", "+ b08"]);
}

#[test]
fn a_click_on_the_mark_of_a_deep_branch_opens_and_closes_it() {
    let mut journey = Journey::knowing(&[("a/b/c/d/e/f/g/h/i/j/k/l/m/n", "1"), ("zoo", "1")]);
    let (column, row) = journey.place_of("▾ m");
    journey.click_on("zoo").click(column, row);
    assert_eq!(journey.selected(), "a/b/c/d/e/f/g/h/i/j/k/l/m");
    assert_eq!(journey.tree()[12].trim(), "+ m");
    journey.click_on("zoo").click(column, row);
    assert_eq!(journey.tree()[12].trim(), "- m");
    journey.click_on("zoo").click(column - 4, row);
    assert_eq!(journey.tree()[12].trim(), "- m", "beside the mark a click only selects");
}

#[test]
fn a_second_click_on_a_branch_opens_it() {
    let mut journey = many();
    let (column, row) = journey.place_of("b07");
    journey.click(column + 1, row).click(column + 1, row);
    assert_eq!(journey.tree()[7], "- b07");
}

#[test]
fn a_click_below_the_last_row_changes_nothing() {
    let mut journey = Journey::knowing(&[("a", "1"), ("b", "2")]);
    journey.keys("j").click(10, 40);
    assert_eq!(journey.selected(), "b");
}

#[test]
fn the_wheel_turns_the_tree_and_leaves_the_selection_on_its_topic() {
    let mut journey = many();
    for branch in 0..9 {
        journey.message(&format!("b{branch:02}/leaf0/deeper"), "1").keys("ojjjjjjj");
    }
    journey.keys("g");
    journey.click_on("b03");
    let top = journey.tree()[0].clone();
    for _ in 0..5 {
        journey.wheel_down(20, 20);
    }
    assert_ne!(journey.tree()[0], top);
    assert_eq!(journey.selected(), "b03");
    for _ in 0..50 {
        journey.wheel_up(20, 20);
    }
    assert_eq!(journey.tree()[0], top);
}

#[test]
fn the_wheel_stops_where_the_last_row_is_at_the_bottom() {
    let mut journey = Journey::new();
    for number in 0..100 {
        journey.message(&format!("t{number:03}"), "x");
    }
    for _ in 0..200 {
        journey.wheel_down(20, 20);
    }
    let tree = journey.tree();
    assert_eq!(tree.last().map(String::as_str), Some("  t099"));
    assert_eq!(tree.len(), 40, "the last screen is full");
    journey.keys("j");
    assert!(journey.selected_row().is_some(), "moving brings the selection back on the screen");
}

#[test]
fn the_wheel_over_the_message_scrolls_the_message() {
    let text = (1..=200).map(|line| format!("line {line}.")).collect::<Vec<_>>().join("\n");
    let mut journey = Journey::knowing(&[("long", &text)]);
    let at = journey.place_of("│ line 2.");
    journey.wheel_down(at.0 + 3, at.1).does_not_see("│ line 3.").sees("│ line 4.");
    assert_eq!(journey.selected(), "long");
    journey.wheel_up(at.0 + 3, at.1).sees("│ line 1.");
}

#[test]
fn the_wheel_over_the_history_goes_to_older_messages() {
    let mut journey = Journey::new();
    for number in 1..=50 {
        journey.message("counter", &format!("number {number}"));
    }
    let (column, row) = journey.place_of("50 kept");
    journey.wheel_down(column, row + 2);
    assert_eq!(journey.payload(), "number 47");
}

#[test]
fn a_click_in_the_history_shows_that_message() {
    let mut journey = Journey::new();
    for number in 1..=9 {
        journey.message("counter", &format!("number {number}"));
    }
    let (column, row) = journey.place_of("number 3 → number 4");
    journey.click(column, row);
    assert_eq!(journey.payload(), "number 4");
    assert_eq!(journey.app.context(), Context::History);
}

#[test]
fn a_click_gives_the_keys_to_the_pane_under_it_even_while_filtering() {
    let mut journey = Journey::knowing(&[("speed", "61"), ("other", "2")]);
    journey.keys("/speed");
    let (column, row) = journey.place_of("61 ".trim());
    assert!(row > 0);
    let _ = column;
    let history = journey.place_of("1 kept");
    journey.click(history.0, history.1 + 1);
    assert_eq!(journey.app.context(), Context::History, "the pane that looks focused has the keys");
    journey.sees("1 match");
}

#[test]
fn a_click_beside_an_overlay_closes_it() {
    let mut journey = many();
    for open in ["?", ":", "!"] {
        journey.keys(open).click(0, 44);
        assert!(matches!(journey.app.overlay, Overlay::None), "{open}");
    }
    assert_eq!(journey.effects(), []);
}

#[test]
fn the_wheel_over_an_overlay_turns_the_overlay() {
    let mut journey = many();
    journey.keys(":").wheel_down(70, 20);
    let Overlay::Palette(palette) = &journey.app.overlay else { panic!("the palette is open") };
    assert_eq!(palette.selected, 3);
    assert_eq!(journey.selected(), "b00");
}

#[test]
fn clicks_anywhere_in_any_state_are_harmless() {
    for place in ["", "/b", "p", "2", "2p", "?", ":", "!", "<tab>", "<tab><tab>"] {
        for (columns, rows) in [(140, 45), (80, 24), (40, 10), (5, 3)] {
            let mut journey = Journey::knowing(&[("b/c", "1")]);
            journey.keys(place).resize(columns, rows);
            for row in (0..rows + 3).step_by(2) {
                for column in (0..columns + 3).step_by(7) {
                    journey.click(column, row).wheel_down(column, row);
                }
            }
            // What the send button is for, and nothing else.
            let sends = |effect: &Effect| matches!(effect, Effect::Request(_, SessionRequest::Publish(..)));
            let others: Vec<_> = journey.effects().into_iter().filter(|effect| !sends(effect)).collect();
            if place != ":" {
                assert_eq!(others, [], "{place:?}");
            }
        }
    }
}

#[test]
fn the_publish_pane_is_filled_and_sent_by_clicks() {
    let mut journey = Journey::knowing(&[("lamp/set", "ON")]);
    journey.keys("Gp").paste("OFF");
    let (column, row) = journey.place_of("[0] 1  2");
    journey.click(column + 7, row).click_on("retain [ ]");
    let publish = &journey.app.connection().publish;
    assert!(publish.retain);
    assert_eq!(publish.qos, QoS::ExactlyOnce);
    journey.click_on("Send  Ctrl-S");
    let sent = journey.effects();
    assert!(
        matches!(&sent[..], [Effect::Request(_, SessionRequest::Publish(_, publication))]
            if publication.topic == "lamp/set" && publication.retain && &publication.payload[..] == b"OFF"),
        "{sent:?}"
    );
    journey.click_on("topic    lamp").paste("/x");
    assert_eq!(journey.app.connection().publish.topic.value(), "lamp/set/x");
}

#[test]
fn a_click_in_the_palette_runs_that_command() {
    let mut journey = Journey::knowing(&[("a", "1")]);
    journey.keys(":screen").click_on("Broker: what it says of itself");
    assert_eq!(journey.app.context(), Context::Broker);
    assert!(matches!(journey.app.overlay, Overlay::None));
}
