//! Filtering the tree as one types.

use crate::language::Journey;

fn fleet() -> Journey {
    Journey::knowing(&[
        ("trucks/7/speed", "61"),
        ("trucks/7/fuel", "80"),
        ("trucks/8/speed", "0"),
        ("house/Kitchen/speed-of-fan", "3"),
        ("house/door", "open"),
    ])
}

#[test]
fn the_tree_narrows_with_each_letter_and_says_how_many_fit() {
    let mut journey = fleet();
    journey.keys("/spe").sees("3 matches");
    assert_eq!(
        journey.tree(),
        [
            "- house",
            "  - Kitchen",
            "      speed-of-fan",
            "- trucks",
            "  - 7",
            "      speed",
            "  - 8",
            "      speed"
        ]
    );
    journey.keys("ed-").sees("1 match").does_not_see("1 matches");
    journey.keys("zzz").sees("0 matches").sees("No topic contains this text.");
    assert_eq!(journey.tree(), Vec::<String>::new());
}

#[test]
fn case_does_not_matter_and_a_text_may_reach_over_levels() {
    let mut journey = fleet();
    journey.keys("/KITCHEN").sees("1 match");
    journey.keys("<esc>/7/sp").sees("1 match");
    assert_eq!(journey.tree(), ["- trucks", "  - 7", "      speed"]);
}

#[test]
fn letters_that_are_commands_elsewhere_are_text_here() {
    let mut journey = fleet();
    journey.keys("/qpx?:t1 ").sees("qpx?:t1");
    assert_eq!(journey.effects(), []);
}

#[test]
fn newcomers_join_when_they_fit() {
    let mut journey = fleet();
    journey.keys("/speed<enter>").message("trucks/9/speed", "12").message("trucks/9/fuel", "50");
    journey.sees("4 matches");
    assert!(journey.tree().contains(&"  - 9".to_owned()));
    assert_eq!(journey.tree().iter().filter(|row| row.contains("fuel")).count(), 0);
}

#[test]
fn a_topic_is_found_alike_whether_it_was_there_before_the_filter_or_came_after() {
    // U+212A KELVIN SIGN is 'k' in Unicode lower case, but no letter that one types.
    let topics = ["ÄPFEL/Rot", "äpfel/grün", "\u{212a}elvin", "kelvin", "İstanbul", "ISTANBUL", "plain"];
    for needle in ["äpfel", "k", "kelvin", "i", "ISTANBUL", "GRÜN", "Rot"] {
        let mut before = Journey::new();
        for topic in topics {
            before.message(topic, "x");
        }
        before.keys(&format!("/{needle}<enter>"));
        let mut after = Journey::new();
        after.keys(&format!("/{needle}<enter>"));
        for topic in topics {
            after.message(topic, "x");
        }
        assert_eq!(before.tree(), after.tree(), "filter {needle}");
    }
}

#[test]
fn enter_keeps_the_filter_and_gives_the_keys_back_to_the_tree() {
    let mut journey = fleet();
    journey.keys("/speed<enter>").sees("3 matches").keys("gn");
    assert_eq!(journey.selected(), "house/Kitchen/speed-of-fan");
    journey.keys("n");
    assert_eq!(journey.selected(), "trucks/7/speed");
    journey.keys("nn");
    assert_eq!(journey.selected(), "house/Kitchen/speed-of-fan", "round and round");
    journey.keys("N");
    assert_eq!(journey.selected(), "trucks/8/speed");
}

#[test]
fn esc_clears_the_filter_and_the_selection_stays() {
    let mut journey = fleet();
    journey.keys("/fuel<enter>n");
    assert_eq!(journey.selected(), "trucks/7/fuel");
    journey.keys("<esc>").does_not_see("match");
    assert_eq!(journey.selected(), "trucks/7/fuel");
    assert!(journey.selected_row().is_some());
    assert_eq!(journey.effects(), [], "Esc never quits");
}

#[test]
fn a_filter_that_was_only_tried_leaves_the_selection_where_it_was() {
    let mut journey = fleet();
    journey.keys("G");
    assert_eq!(journey.selected(), "trucks/8/speed");
    journey.keys("/door").keys("<esc>");
    assert_eq!(journey.selected(), "trucks/8/speed");
}

#[test]
fn the_selection_survives_while_it_fits() {
    let mut journey = fleet();
    journey.keys("G/s");
    assert_eq!(journey.selected(), "trucks/8/speed");
    journey.keys("peed");
    assert_eq!(journey.selected(), "trucks/8/speed");
}

#[test]
fn arrows_move_in_the_tree_while_typing() {
    let mut journey = fleet();
    journey.keys("g/speed<down><down>");
    assert_eq!(journey.selected(), "house/Kitchen/speed-of-fan");
    journey.sees("3 matches");
}

#[test]
fn without_a_filter_next_match_says_what_to_press() {
    let mut journey = fleet();
    journey.keys("n");
    assert!(journey.notice().contains("press /"), "{}", journey.notice());
}

#[test]
fn a_match_that_waits_in_a_closed_branch_is_shown_when_gone_to() {
    let mut journey = fleet();
    journey.keys("/speed<enter>gh");
    assert_eq!(journey.tree()[0], "+ house");
    journey.keys("n");
    assert!(journey.selected_row().is_some(), "{:?}", journey.tree());
    assert!(journey.selected().contains("speed"), "{}", journey.selected());
}

#[test]
fn a_pasted_filter_of_a_megabyte_does_not_hang() {
    let mut journey = fleet();
    journey.keys("/").paste(&"speed ".repeat(200_000));
    assert!(journey.notice().contains("not pasted"), "{}", journey.notice());
    journey.paste("speed").sees("3 matches");
}

#[test]
fn without_a_filter_there_is_nothing_to_keep_or_clear() {
    let mut journey = fleet();
    journey.keys(":clear the filter").sees("the tree is not filtered").keys("<enter>");
    assert!(journey.notice().contains("not filtered"), "{}", journey.notice());
    journey.keys("/").keys("<esc>").does_not_see("keep");
    journey.keys("/door<enter>:clear the filter<enter>").does_not_see("match");
    assert_eq!(journey.tree().len(), 10);
}

#[test]
fn a_filter_without_match_gives_the_selection_back_where_it_can_be_seen() {
    let mut journey = Journey::new();
    for number in 0..100 {
        journey.message(&format!("t{number:03}"), "x");
    }
    journey.keys("G/zzz").message("a", "1").keys("<esc>");
    assert_eq!(journey.selected(), "t099");
    assert!(journey.selected_row().is_some(), "{:?}", journey.tree());
}
