//! Filtering the tree as one types: the language, what follows messages and time, saved filters.

use mqtt_tui::app::Effect;
use mqtt_tui::config::{Profile, SavedFilter};
use mqtt_tui::model::{Protocol, ProtocolChoice, Target};
use ratatui::style::Color;

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
    journey.keys("zzz").sees("0 matches").sees("No topic matches this filter.");
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
fn a_filter_that_was_kept_leaves_what_is_read_where_it_is() {
    let mut journey = Journey::knowing(&[("a/lamp", "1"), ("b/fan", "2")]);
    journey.keys("+g").keys("/fan<enter>");
    assert_eq!(journey.selected(), "b/fan");
    journey.keys("<tab>v<esc><esc>").sees("lamp");
    assert_eq!(journey.selected(), "b/fan", "it was being read");
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

#[test]
fn while_one_types_the_language_stands_below_the_line() {
    let mut journey = fleet();
    journey.keys("/").sees("words  \"two words\"  a/+/b  /regex/").keys("speed").sees("/regex/");
    journey.keys("<enter>").does_not_see("/regex/").sees("3 matches");
}

#[test]
fn patterns_words_expressions_and_negations_go_together() {
    let mut journey = fleet();
    journey.keys("/trucks/+/speed").sees("2 matches");
    journey.keys(" !8").sees("1 match");
    assert_eq!(journey.tree(), ["- trucks", "  - 7", "      speed"]);
    journey.keys("<esc>/\"speed-of\"").sees("1 match");
    journey.keys("<esc>//kitchen|door/ /house/").sees("2 matches");
    journey.keys("<esc>/payload:open").sees("1 match");
    assert_eq!(journey.tree(), ["- house", "    door"]);
}

#[test]
fn e15_a_faulty_filter_says_where_and_the_last_good_one_stays_at_work() {
    let mut journey = fleet();
    journey.keys("/speed /(a+)+").sees("column 7: a regular expression ends with a slash");
    assert_eq!(journey.tree().len(), 8, "speed is still filtered by: {:?}", journey.tree());
    journey.keys("/").sees("1 match").does_not_see("column");
    journey
        .keys("<esc>/speed /(a+/")
        .sees("column 8: no regular expression: unclosed group")
        .sees("3 matches");
    journey.keys("<enter>").sees("column 8");
    journey.keys("<backspace><backspace><backspace><backspace><backspace><enter>").does_not_see("column");
    assert!(journey.selected_row().is_some());
    journey
        .keys("/age:10s")
        .sees("age:<10s")
        .keys("<esc>")
        .does_not_see("column")
        .keys("/")
        .does_not_see("column");
}

#[test]
fn e15_an_expression_that_hangs_other_engines_does_not_hang_the_tree() {
    let mut journey = Journey::new();
    for number in 0..50 {
        journey.message(&format!("{}{number}", "a".repeat(5_000)), &"a".repeat(50_000));
    }
    journey.keys("//^(a+)+$/").works(10_000).sees("0 matches");
    journey.keys("<esc>/payload:/^(a|aa)+$/").works(10_000).sees("50 matches");
}

#[test]
fn found_parts_are_lit_also_those_of_an_expression_and_over_levels() {
    let mut journey = fleet();
    let lit = |journey: &Journey, row: &str| {
        let (column, line) = journey.place_of(row);
        let colour = |x: u16| journey.buffer().cell((x, line)).map_or(Color::Reset, |cell| cell.fg);
        let plain = colour(journey.place_of("value").0);
        let lit: String = (column..column + row.len() as u16)
            .zip(row.chars())
            .filter(|(x, _)| colour(*x) != plain && colour(*x) != colour(column + row.len() as u16 - 1))
            .map(|(_, letter)| letter)
            .collect();
        lit
    };
    journey.keys("//d.o/<enter>k");
    assert_eq!(lit(&journey, "door"), "doo");
    journey.keys("/<esc>/use/doo<enter>k");
    assert_eq!(lit(&journey, "door"), "doo");
}

#[test]
fn what_messages_change_is_followed() {
    let mut journey = fleet();
    journey.keys("/payload:open<enter>").sees("1 match");
    journey.message("trucks/9/door", "open").sees("2 matches").keys("G");
    journey.message("house/door", "closed").sees("1 match");
    assert_eq!(journey.tree(), ["- trucks", "  - 9", "      door"]);
    journey.keys("/<esc>/count:>2<enter>").sees("0 matches");
    journey.message("house/door", "open").sees("1 match").keys("/<esc>/retained:<enter>").sees("0 matches");
    journey.retained("trucks/7/fuel", "80").sees("1 match").connect().sees("0 matches");
}

#[test]
fn what_time_changes_is_followed_and_the_row_under_the_cursor_stays() {
    let mut journey = fleet();
    journey.wait(10.0).keys("/age:<lt>5s<enter>").sees("0 matches");
    journey.message("house/door", "open").message("trucks/7/speed", "1").keys("G");
    assert_eq!(journey.selected(), "trucks/7/speed");
    let row = journey.selected_row();
    journey.wait(3.0).message("trucks/8/speed", "2").sees("3 matches");
    assert_eq!(journey.selected_row(), row);
    journey.wait(3.0).sees("1 match + the selected");
    assert_eq!(journey.tree(), ["- trucks", "  - 7", "      speed", "  - 8", "      speed"]);
    assert_eq!(journey.selected(), "trucks/7/speed", "it does not match any more, but it is being read");
    journey.keys("j");
    assert_eq!(journey.tree(), ["- trucks", "  - 8", "      speed"]);
    journey.message("trucks/7/speed", "3").sees("2 matches");
}

#[test]
fn a_paused_view_is_filtered_as_of_the_pause() {
    let mut journey = fleet();
    journey.keys("/payload:open<enter><space>").sees("1 match");
    journey.message("house/door", "closed").message("new/door", "open").wait(2.0).sees("1 match");
    assert_eq!(journey.tree(), ["- house", "    door"]);
    journey.keys("<space>").works(10_000).sees("1 match");
    assert!(journey.tree().contains(&"- new".to_owned()), "{:?}", journey.tree());
}

#[test]
fn b03_what_takes_long_is_searched_in_pieces_and_says_how_far_it_is() {
    let mut journey = Journey::with_history(64 << 20, 10);
    let payload = vec![b'x'; 50_000];
    let topics: Vec<String> = (0..500).map(|number| format!("t{number:03}")).collect();
    journey.messages(topics.iter().map(|topic| (topic.as_str(), &payload[..])));
    journey.slowly().keys("/payload:x").sees("searching… ");
    assert!(!journey.shows("500 matches"), "{}", journey.screen());
    journey.works(10_000).sees("500 matches").does_not_see("searching");
}

#[test]
fn b08_a_payload_of_which_only_a_part_was_looked_at_is_told() {
    let mut journey = fleet();
    journey.keys("/payload:needle").does_not_see("in part");
    journey.message("hay", &format!("{}needle", "x".repeat(70_000))).sees("0 matches · long texts in part");
}

fn saved() -> Journey {
    let target =
        Target { protocol: ProtocolChoice::Only(Protocol::V5), ..Target::new("here", 1883, "journey") };
    let mut profile = Profile::new("house", target);
    profile.saved_filters = vec![SavedFilter { name: "doors".into(), text: "door !trucks".into() }];
    let mut journey = Journey::on(profile.clone());
    journey.know_profiles(vec![profile]);
    for (topic, payload) in [("house/door", "open"), ("house/fan", "3"), ("trucks/door", "shut")] {
        journey.message(topic, payload);
    }
    journey
}

fn kept(journey: &mut Journey) -> Profile {
    match &journey.effects()[..] {
        [Effect::SaveProfile(profile, Some(name), _)] if name == "house" => (**profile).clone(),
        other => panic!("not one profile but {other:?}"),
    }
}

#[test]
fn a_filter_is_saved_under_a_name_used_again_and_deleted() {
    let mut journey = saved();
    journey.keys("/house !fan<ctrl-s>").sees("Save the filter as").keys("<enter>").sees("needs a name");
    journey.keys("no fans<enter>").sees("house !fan");
    let expected = [("doors", "door !trucks"), ("no fans", "house !fan")];
    let names = |profile: &Profile| -> Vec<(String, String)> {
        profile.saved_filters.iter().map(|saved| (saved.name.clone(), saved.text.clone())).collect()
    };
    let written: Vec<_> = expected.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
    assert_eq!(names(&kept(&mut journey)), written);
    journey.keys("<esc>f").sees("doors").sees("no fans").sees("changing now").sees("rate:>0.05");
    journey.keys("<enter>").sees("/ door !trucks").sees("1 match");
    journey.keys("f").click_on("delete one");
    journey.sees("Delete which filter?").keys("<enter>");
    assert_eq!(names(&kept(&mut journey)), written[1..]);
    journey.keys("f").does_not_see("doors");
}

#[test]
fn without_a_profile_a_saved_filter_lasts_for_the_run_and_that_is_said() {
    let mut journey = fleet();
    journey.keys("/door<ctrl-s>doors<enter>");
    assert!(journey.notice().contains("not saved"), "{}", journey.notice());
    assert_eq!(journey.effects(), []);
    journey.keys("<esc>f<enter>").sees("/ door").sees("1 match");
    journey.keys("/x /(<ctrl-s>");
    assert!(journey.notice().contains("something wrong"), "{}", journey.notice());
}

#[test]
fn a_saved_filter_with_a_fault_is_laid_open_to_be_mended() {
    let mut journey = Journey::new();
    journey.message("a", "x");
    journey.app.connection_mut().profile.saved_filters =
        vec![SavedFilter { name: "bad".into(), text: "age:soon".into() }];
    journey.keys("f<enter>").sees("/ age:soon").sees("column 5");
    assert_eq!(journey.tree(), ["  a"]);
}

#[test]
fn a_key_that_there_is_not_is_told_and_its_word_is_searched() {
    let mut journey = fleet();
    journey.keys("/playload:on").sees("no key is called playload, it is searched as text").sees("0 matches");
    journey.keys("<ctrl-u>").keys("payload:on").does_not_see("no key is called");
    // An address is no key.
    journey.keys("<ctrl-u>").keys("a4:cf:12").does_not_see("no key is called");
}
