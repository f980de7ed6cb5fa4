//! Terminals of every size.

use crate::language::Journey;

fn busy() -> Journey {
    Journey::knowing(&[
        ("home/kitchen/temperature", "{\"t\":20.4}"),
        ("home/door", "open"),
        ("$SYS/broker/version", "x"),
    ])
}

const PLACES: &[&str] = &[
    "",
    "/ho",
    "/ho<enter>",
    "p",
    "p<ctrl-q>on<ctrl-s>",
    "?",
    ":",
    "!",
    "2",
    "2p",
    "<tab>vv",
    "<tab><tab>w",
    " ",
];

#[test]
fn f08_no_size_makes_it_stumble_in_any_state() {
    for place in PLACES {
        let mut journey = busy();
        journey.lose_link(2, 3).keys(place);
        for size in
            [(1, 1), (0, 0), (5, 3), (20, 5), (39, 10), (40, 9), (40, 10), (41, 11), (60, 20), (80, 24)]
        {
            journey.resize(size.0, size.1).message("home/new", "1").wait(1.0);
        }
        journey.resize(500, 200).keys("<esc>jkGg");
    }
}

#[test]
fn f08_a_storm_of_resizes_ends_in_the_picture_of_the_last() {
    let mut stormy = busy();
    for step in 0..1_000_u32 {
        stormy.resize((step * 7 % 150) as u16, (step * 13 % 50) as u16);
    }
    stormy.resize(100, 30);
    let mut calm = busy();
    calm.resize(100, 30);
    assert_eq!(stormy.screen(), calm.screen());
}

#[test]
fn f08_too_small_says_so_and_still_quits() {
    let mut journey = busy();
    journey.resize(30, 8).sees("too small").sees("40 x 10 will do").keys("q");
    assert_eq!(journey.effects(), [mqtt_tui::app::Effect::Quit]);
    journey.resize(40, 10).does_not_see("too small").sees("home");
}

#[test]
fn at_80_columns_the_lower_pane_is_the_one_gone_to() {
    let mut journey = busy();
    journey.resize(80, 24).keys("jj<tab>").sees("pretty").does_not_see("kept");
    journey.keys("<tab>").sees("kept").does_not_see("pretty");
    journey.keys("<backtab>").sees("pretty");
}

#[test]
fn the_selection_stays_on_the_screen_when_it_shrinks() {
    let mut journey = Journey::new();
    for number in 0..100 {
        journey.message(&format!("t{number:03}"), "x");
    }
    journey.keys("G").resize(60, 12);
    assert_eq!(journey.selected(), "t099");
    assert!(journey.selected_row().is_some());
    journey.resize(140, 45);
    assert!(journey.selected_row().is_some());
    assert_eq!(journey.tree().len(), 40, "the screen is full again");
}

#[test]
fn every_state_can_be_drawn_in_ascii_and_in_every_theme() {
    for place in PLACES {
        let mut journey = busy();
        journey.keys(place);
        for _ in 0..journey.app.settings.themes.len() {
            journey.keys("<esc><esc><esc>t").keys(place);
        }
    }
}

#[test]
fn on_a_small_terminal_a_key_that_changes_the_payload_shows_the_payload() {
    let payload = r#"{"temperature":20.4}"#;
    for (key, told) in [("v", "tree"), ("D", "diff"), ("w", "pretty, wrapped"), ("i", "Take the payload for")]
    {
        let mut journey = Journey::knowing(&[("a", r#"{"temperature":20.1}"#), ("a", payload)]);
        journey.resize(80, 24).keys("<tab><tab>").sees("History").does_not_see("JSON");
        journey.keys(key).sees(told).keys("<esc>").sees("JSON");
    }
    let mut journey = Journey::knowing(&[("a", payload)]);
    journey.resize(80, 24).keys("z").does_not_see("JSON").keys("v").sees("JSON");
}

#[test]
fn on_a_small_terminal_a_list_has_its_message_below() {
    for key in ["Flamp<enter>", "b~", "bB"] {
        let mut journey = Journey::knowing(&[("lamp", r#"{"on":true}"#)]);
        journey.resize(80, 24).keys("<tab><tab>").sees("History").keys("<tab>").sees("History");
        journey.keys(key).does_not_see("History").sees("pretty");
    }
}
