//! Pins above the tree, and topics that are muted in it.

use mqtt_tui::app::Effect;
use mqtt_tui::config::Profile;
use mqtt_tui::model::{Protocol, ProtocolChoice, Target};
use ratatui::style::Color;

use crate::language::Journey;

fn house() -> Journey {
    Journey::knowing(&[
        ("home/kitchen/door", "shut"),
        ("home/kitchen/lamp", "on"),
        ("home/office/lamp", "off"),
        ("trucks/7/speed", "61"),
    ])
}

fn open_house() -> Journey {
    let mut journey = house();
    journey.keys("+g");
    journey
}

/// Screen line of the tree's pane on which a text begins in the first column.
fn line_of(journey: &Journey, text: &str) -> Option<usize> {
    journey.lines().iter().position(|line| line.chars().skip(2).collect::<String>().starts_with(text))
}

fn on(profile: Profile) -> Journey {
    let mut journey = Journey::on(profile.clone());
    journey.know_profiles(vec![profile]);
    journey.effects();
    journey
}

fn profile() -> Profile {
    let target =
        Target { protocol: ProtocolChoice::Only(Protocol::V5), ..Target::new("here", 1883, "journey") };
    Profile::new("house", target)
}

fn kept(journey: &mut Journey) -> Profile {
    match &journey.effects()[..] {
        [Effect::SaveProfile(profile, Some(name), _)] if name == "house" => (**profile).clone(),
        other => panic!("not one profile but {other:?}"),
    }
}

#[test]
fn a_pin_stands_above_the_tree_with_its_whole_path_and_its_value() {
    let mut journey = open_house();
    journey.keys("jj");
    assert_eq!(journey.selected(), "home/kitchen/door");
    journey.keys("*");
    let line = line_of(&journey, "home/kitchen/door").expect("the pin");
    assert!(journey.lines()[line].contains("shut"));
    assert!(line < line_of(&journey, "▾ home").expect("the tree"));
    journey.message("home/kitchen/door", "open");
    assert!(journey.lines()[line].contains("open"), "{}", journey.screen());
    assert_eq!(journey.selected(), "home/kitchen/door");
    journey.keys("*");
    assert_eq!(line_of(&journey, "home/kitchen/door"), None);
}

#[test]
fn from_the_first_row_one_moves_up_into_the_pins_and_back() {
    let mut journey = open_house();
    journey.keys("jj*Gkkk*").keys("g");
    assert_eq!(journey.selected(), "home");
    journey.keys("k");
    assert_eq!(journey.selected(), "home/office/lamp", "the pin next to the tree");
    journey.sees("off").keys("k");
    assert_eq!((journey.selected(), journey.payload()), ("home/kitchen/door".into(), "shut".into()));
    assert_eq!(journey.selected_row(), Some(2), "the tree stays as it is");
    journey.keys("k");
    assert_eq!(journey.selected(), "home/kitchen/door", "there is nothing above");
    journey.keys("jj");
    assert_eq!(journey.selected(), "home");
    journey.keys("gg");
    assert_eq!(journey.selected(), "home/kitchen/door", "the top of all");
    journey.keys("<pagedown>");
    assert!(journey.app.connection().tree.pins().selected().is_none());
    journey.keys("ggG");
    assert_eq!(journey.selected(), "trucks/7/speed");
}

#[test]
fn enter_on_a_pin_goes_to_its_topic_in_the_tree() {
    let mut journey = house();
    journey.keys("+/office/lamp<enter>n*<esc>-g");
    assert_eq!(journey.tree(), ["+ home", "+ trucks"]);
    journey.keys("k<enter>");
    assert_eq!(journey.selected(), "home/office/lamp");
    assert_eq!(journey.tree()[..4], ["- home", "  + kitchen", "  - office", "      lamp"]);
    // A branch is opened.
    journey.keys("-g*k<enter>");
    assert_eq!((journey.selected(), journey.tree()[0].as_str()), ("home".into(), "- home"));
}

#[test]
fn a_filter_hides_no_pin_and_says_when_it_hides_its_topic() {
    let mut journey = open_house();
    journey.keys("jj*/trucks<enter>");
    assert!(line_of(&journey, "home/kitchen/door").is_some(), "{}", journey.screen());
    journey.keys("gk");
    assert_eq!(journey.selected(), "home/kitchen/door");
    journey.keys("<enter>");
    assert!(journey.notice().contains("the filter hides"), "{}", journey.notice());
    assert_eq!(journey.selected(), "home/kitchen/door");
    journey.keys("n");
    assert_eq!(journey.selected(), "trucks/7/speed");
}

#[test]
fn pins_and_muted_topics_are_kept_in_the_profile() {
    let mut journey = on(profile());
    journey.message("a/b", "1").message("c", "2").keys("+gj*");
    assert_eq!(kept(&mut journey).pins, ["a/b"]);
    journey.keys("M");
    assert_eq!(kept(&mut journey).quiet, ["a/b"]);
    journey.keys("M");
    assert_eq!(kept(&mut journey).quiet, [""; 0]);
    journey.keys("*");
    assert_eq!(kept(&mut journey).pins, [""; 0]);

    let mut unsaved = house();
    unsaved.keys("*");
    assert!(unsaved.notice().contains("not saved"), "{}", unsaved.notice());
    assert_eq!(unsaved.effects(), []);
}

#[test]
fn pins_of_a_profile_stand_there_before_their_topics_do() {
    let mut saved = profile();
    saved.pins = vec!["not/yet".into(), "home".into()];
    let mut journey = on(saved);
    journey.sees("not/yet").sees("no message yet").keys("kk<enter>*");
    assert_eq!(journey.selected(), "nothing");
    assert_eq!(kept(&mut journey).pins, ["home"]);
    journey.message("home/door", "open").keys("k");
    assert_eq!(journey.selected(), "home");
    journey.does_not_see("no message yet").does_not_see("not/yet");
}

#[test]
fn pins_take_a_third_of_the_pane_and_scroll() {
    let mut saved = profile();
    saved.pins = (0..40).map(|number| format!("t/{number:02}")).collect();
    let mut journey = on(saved);
    for number in 0..40 {
        journey.message(&format!("t/{number:02}"), "x");
    }
    journey.keys("g").resize(80, 24).sees("pins 1-3 of 40").keys("k").sees("pins 38-40 of 40");
    assert_eq!(journey.selected(), "t/39");
    journey.keys("kkk").sees("pins 37-39 of 40");
    assert_eq!(journey.selected(), "t/36");
    let (column, line) = journey.place_of("t/37");
    journey.wheel_up(column, line).sees("pins 34-36 of 40");
    journey.resize(60, 10).does_not_see("pins");
    assert!(!journey.tree().is_empty(), "the tree has what room there is");
    journey.resize(140, 45).sees("of 40");
}

#[test]
fn the_mouse_selects_a_pin_and_goes_to_its_topic_with_the_second_click() {
    let mut journey = house();
    journey.keys("+/office/lamp<enter>n*<esc>-");
    let line = line_of(&journey, "home/office/lamp").expect("the pin") as u16;
    journey.click(5, line);
    assert_eq!((journey.selected(), journey.payload()), ("home/office/lamp".into(), "off".into()));
    assert_eq!(journey.tree(), ["+ home", "+ trucks"]);
    journey.click(5, line);
    assert!(journey.tree().contains(&"      lamp".to_owned()), "{:?}", journey.tree());
    journey.click_on("trucks");
    assert_eq!(journey.selected(), "trucks");
}

#[test]
fn a_click_in_the_tree_while_the_filter_is_typed_hits_the_row_under_the_mouse() {
    let mut journey = Journey::new();
    for number in 0..100 {
        journey.message(&format!("lamp/{number:03}"), "on");
    }
    journey.keys("/lamp<pagedown><pagedown>");
    let (_, line) = journey.place_of("  060");
    journey.click(10, line);
    assert_eq!(journey.selected(), "lamp/060");
    assert_eq!(journey.place_of("  060").1, line, "and it stays there");
}

#[test]
fn what_is_muted_is_grey_never_flashes_and_comes_last() {
    let mut journey = open_house();
    let colour = |journey: &Journey, text: &str| {
        let (column, line) = journey.place_of(text);
        journey.buffer().cell((column, line)).map_or(Color::Reset, |cell| cell.fg)
    };
    journey.keys("j").message("home/kitchen/lamp", "blue").message("home/office/lamp", "green");
    assert_eq!(colour(&journey, "blue"), colour(&journey, "green"), "both are news");
    journey.keys("M").message("home/kitchen/lamp", "blue").message("home/office/lamp", "green");
    assert_ne!(colour(&journey, "blue"), colour(&journey, "green"));
    assert_eq!(colour(&journey, "blue"), colour(&journey, "door"), "all below is grey");
    journey.keys("jM");
    assert!(journey.notice().contains("home/kitchen is muted"), "{}", journey.notice());
    // Sorted by what changes, it comes after the others.
    journey.wait(3.0).message("home/kitchen/lamp", "red").keys("SSS");
    let rows = journey.tree();
    let place = |level: &str| rows.iter().position(|row| row.ends_with(level));
    assert!(place("office") < place("kitchen"), "{rows:?}");
}

#[test]
fn a_level_that_is_cut_stands_whole_in_the_border_when_selected() {
    let mut journey = house();
    let long = format!("{}-the-end", "x".repeat(35));
    journey.message(&long, "1").keys("+G").resize(80, 24);
    assert_eq!(journey.selected(), long);
    journey.sees("-the-end ").keys("g").does_not_see("-the-end ");
}

#[test]
fn a_field_of_a_payload_is_watched_above_the_tree_and_kept_in_the_profile() {
    let mut journey = on(profile());
    journey.message("home/climate", r#"{"t":{"air":20.1},"state":"warm"}"#).keys("+gj");
    journey.keys("<tab>v").sees("state");
    journey.keys("G*");
    assert_eq!(kept(&mut journey).pins, ["home/climate#/state"]);
    let line = line_of(&journey, "home/climate state").expect("the watched field");
    assert!(journey.lines()[line].contains("warm"), "{}", journey.screen());
    journey.message("home/climate", r#"{"t":{"air":25.1},"state":"hot"}"#);
    assert!(journey.lines()[line].contains(" hot "), "{}", journey.screen());
    journey.message("home/climate", "off");
    assert!(journey.lines()[line].contains(" – "), "it says nothing of it: {}", journey.screen());
    // The pin leads to the topic, and is what * takes away again.
    journey.keys("<backtab>gk");
    assert_eq!(journey.selected(), "home/climate");
    journey.keys("*");
    assert!(kept(&mut journey).pins.is_empty());
}

#[test]
fn what_is_no_single_value_pins_the_topic() {
    let mut journey = open_house();
    journey.message("home/kitchen/lamp", r#"{"a":{"b":1}}"#).keys("jjj<tab>v").sees("{1 key}").keys("*");
    assert_eq!(journey.app.connection().profile.pins, ["home/kitchen/lamp"]);
}

#[test]
fn b06_a_payload_too_large_to_be_read_for_each_frame_is_said_to_be_so_where_it_is_watched() {
    let mut journey = Journey::knowing(&[("a", r#"{"state":"small"}"#)]);
    journey.keys("<tab>vG*").sees("a state");
    let large = format!(r#"{{"state":"large","rest":"{}"}}"#, "x".repeat(100_000));
    journey.message("a", &large).sees("(too large to");
    journey.message("a", r#"{"state":"small again"}"#).sees("small again");
}
