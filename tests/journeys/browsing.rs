//! The browse set: messages of all marked topics in one list by time.

use mqtt_tui::app::{Context, Effect, Left};
use mqtt_tui::config::Profile;
use mqtt_tui::model::{Target, TopicFilter};

use crate::language::Journey;

fn plant() -> Journey {
    let mut journey = Journey::new();
    for round in 0..3 {
        for topic in ["plant/line-1/temp", "plant/line-1/speed", "plant/line-2/temp", "office/light"] {
            journey.message(topic, &format!("{topic} {round}")).wait(0.5);
        }
    }
    journey
}

fn select<'a>(journey: &'a mut Journey, topic: &str) -> &'a mut Journey {
    let connection = journey.app.connection_mut();
    let node = connection.store.find(topic).expect("a topic");
    connection.tree.select(node, &connection.store);
    journey
}

/// Payloads of the list, newest first.
fn listed(journey: &Journey) -> Vec<String> {
    let connection = journey.app.connection();
    let payload = |(seq, topic)| {
        let message = connection.store.message(topic, seq);
        message.map_or("evicted".to_owned(), |message| String::from_utf8_lossy(message.payload).into_owned())
    };
    connection.browse.rows_from(0).map(payload).collect()
}

#[test]
fn messages_of_marked_topics_and_branches_are_merged_newest_first() {
    let mut journey = plant();
    select(&mut journey, "plant/line-1").keys("b");
    select(&mut journey, "office/light").keys("b");
    assert!(journey.notice().contains("office/light"), "{}", journey.notice());
    journey.keys("B").sees("Browse set").sees("3 topics");
    assert_eq!(
        listed(&journey),
        [
            "office/light 2",
            "plant/line-1/speed 2",
            "plant/line-1/temp 2",
            "office/light 1",
            "plant/line-1/speed 1",
            "plant/line-1/temp 1",
            "office/light 0",
            "plant/line-1/speed 0",
            "plant/line-1/temp 0",
        ]
    );
    journey
        .message("plant/line-1/new", "a newcomer below the branch")
        .message("plant/line-2/temp", "not in it");
    assert_eq!(listed(&journey)[0], "a newcomer below the branch");
    journey.sees("4 topics");
}

#[test]
fn the_selection_shows_its_message_and_stays_on_it() {
    let mut journey = plant();
    select(&mut journey, "plant/line-1").keys("b").keys("B<down><down>");
    assert_eq!(journey.payload(), "plant/line-1/temp 2");
    journey.message("plant/line-1/speed", "61").message("plant/line-1/temp", "20");
    assert_eq!(journey.payload(), "plant/line-1/temp 2");
    journey.keys("g");
    assert_eq!(journey.payload(), "20");
    journey.keys("G");
    assert_eq!(journey.payload(), "plant/line-1/temp 0");
    journey.keys("<enter>");
    assert_eq!((journey.app.connection().left, journey.app.context()), (Left::Tree, Context::Message));
    assert_eq!(journey.payload(), "plant/line-1/temp 0");
}

#[test]
fn a_topic_below_a_marked_branch_is_taken_out_with_the_branch() {
    let mut journey = plant();
    select(&mut journey, "plant/line-1").keys("b");
    select(&mut journey, "plant/line-1/speed").keys("b");
    assert!(journey.notice().contains("plant/line-1/#"), "{}", journey.notice());
    select(&mut journey, "plant/line-1").keys("b").keys("B").sees("The browse set is empty");
    assert_eq!(listed(&journey), Vec::<String>::new());
}

#[test]
fn a_branch_takes_the_place_of_what_was_marked_below_it() {
    let mut journey = plant();
    select(&mut journey, "plant/line-1/speed").keys("b");
    select(&mut journey, "plant/line-1").keys("b");
    let marks = journey.app.connection().browse.marks().to_vec();
    assert_eq!(marks, [TopicFilter::parse("plant/line-1/#").expect("a filter")]);
}

#[test]
fn a_paused_view_stands_still_and_goes_on_with_what_came() {
    let mut journey = plant();
    select(&mut journey, "office/light").keys("b").keys("B<down><space>");
    journey.message("office/light", "while paused");
    assert_eq!(listed(&journey).len(), 3);
    journey.keys("<space>");
    assert_eq!(listed(&journey)[0], "while paused");
    assert_eq!(journey.payload(), "office/light 2", "the selection stays");
    journey.message("office/light", "live again");
    assert_eq!(listed(&journey)[..2], ["live again", "while paused"]);
}

#[test]
fn what_came_while_the_tree_was_shown_is_there() {
    let mut journey = plant();
    select(&mut journey, "office/light")
        .keys("b")
        .keys("B<esc>")
        .message("office/light", "meanwhile")
        .keys("B");
    assert_eq!(listed(&journey)[0], "meanwhile");
    assert_eq!(listed(&journey).len(), 4);
}

#[test]
fn esc_goes_back_to_where_one_was() {
    let mut journey = plant();
    select(&mut journey, "office/light").keys("b");
    select(&mut journey, "plant/line-1/speed").keys("B<down><esc>");
    assert_eq!(
        (journey.selected().as_str(), journey.payload().as_str()),
        ("plant/line-1/speed", "plant/line-1/speed 2")
    );
}

#[test]
fn delete_empties_the_set() {
    let mut journey = plant();
    select(&mut journey, "office/light").keys("b").keys("B<delete>").sees("The browse set is empty");
    assert!(journey.notice().contains("1 mark"), "{}", journey.notice());
}

#[test]
fn both_ends_of_a_long_list_are_a_key_away() {
    let mut journey = Journey::new();
    let payloads: Vec<String> = (0..9_000).map(|number| number.to_string()).collect();
    for piece in payloads.chunks(1_000) {
        journey.messages(piece.iter().map(|payload| ("busy/one", payload.as_bytes())));
    }
    journey.message("busy/quiet", "last");
    select(&mut journey, "busy").keys("b").keys("B<down>");
    assert_eq!(journey.payload(), "last");
    journey.keys("G");
    assert_eq!(journey.payload(), "0");
    journey.keys("<up>");
    assert_eq!(journey.payload(), "1");
    for page in 0..150 {
        journey.keys("<pageup>");
        assert!(journey.app.connection().browse.view.selected.is_some(), "page {page}");
    }
    let middle: usize = journey.payload().parse().expect("a number");
    assert!((3_000..8_000).contains(&middle), "{middle}");
    journey.keys("g");
    assert_eq!(journey.payload(), "last");
}

#[test]
fn the_set_of_a_saved_profile_is_kept_in_it_and_known_when_it_opens() {
    let profile = Profile::new("plant", Target::new("here", 1883, "journey"));
    let mut journey = Journey::on(profile.clone());
    journey.know_profiles(vec![profile]).message("a/b", "1").message("a/c", "2").keys("g");
    journey.effects();
    select(&mut journey, "a/b").keys("b");
    let effects = journey.effects();
    let [Effect::SaveProfile(saved, Some(name), _)] = &effects[..] else { panic!("not saved: {effects:?}") };
    assert_eq!(name, "plant");
    assert_eq!(saved.browsed, [TopicFilter::parse("a/b").expect("a filter")]);
    let mut again = Journey::on((**saved).clone());
    again.message("a/b", "known").message("a/c", "not").keys("B");
    assert_eq!(listed(&again), ["known"]);
}

#[test]
fn the_mouse_selects_rows_and_turns_the_list() {
    let mut journey = plant();
    select(&mut journey, "plant/line-1").keys("b").keys("B").click(5, 3);
    assert_eq!(journey.payload(), "plant/line-1/temp 2");
    journey.wheel_down(5, 5);
    assert_eq!(journey.payload(), "plant/line-1/speed 0");
}

#[test]
fn at_an_earlier_moment_what_had_come_until_then_is_listed() {
    let mut journey = plant();
    select(&mut journey, "plant").keys("b").keys("B<down>").keys(",,,,,");
    assert_eq!(listed(&journey)[0], "plant/line-2/temp 1");
    assert_eq!(listed(&journey).len(), 6);
    journey.keys("<space>");
    assert_eq!(listed(&journey).len(), 9);
}

#[test]
fn how_much_is_listed_is_said() {
    let mut journey = plant();
    select(&mut journey, "plant/line-1").keys("bB").sees("6 messages of 2 topics");
    journey.message("plant/line-1/temp", "one more").sees("7 messages of 2 topics");
}

#[test]
fn a_marked_topic_that_became_a_branch_is_taken_out_all_the_same() {
    let mut journey = Journey::knowing(&[("door", "open")]);
    select(&mut journey, "door").keys("b");
    journey.message("door/battery", "97");
    select(&mut journey, "door").keys("b");
    assert_eq!(journey.notice(), "'door' is no longer in the browse set");
    assert_eq!(journey.app.connection().browse.marks(), &[]);
}

#[test]
fn one_change_of_the_profile_does_not_take_another_back_that_is_still_being_written() {
    let profile = Profile::new("here", Target::new("here", 1883, "journey"));
    let mut journey = Journey::on(profile.clone());
    journey.know_profiles(vec![profile]).message("door", "open").effects();
    // The folder of the profiles is slow: nothing of the first has come back when the second is pressed.
    journey.keys("b*");
    let saved: Vec<_> = journey
        .effects()
        .into_iter()
        .map(|effect| match effect {
            Effect::SaveProfile(profile, ..) => (profile.browsed.len(), profile.pins.len()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(saved, [(1, 0), (1, 1)]);
}

#[test]
fn subscriptions_and_decodings_are_kept_beside_a_change_that_is_still_being_written() {
    let profile = Profile::new("here", Target::new("here", 1883, "journey"));
    let mut journey = Journey::on(profile.clone());
    journey.know_profiles(vec![profile]).bytes("raw", b"{}").effects();
    journey.keys("b").keys("sx<enter><ctrl-s><esc><esc>").keys("ij<enter>jj<enter>").keys("*");
    let effects = journey.effects();
    let saved: Vec<_> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::SaveProfile(profile, ..) => Some(profile),
            _ => None,
        })
        .map(|it| (it.browsed.len(), it.excluded.len(), it.decoders.len(), it.pins.len()))
        .collect();
    assert_eq!(saved, [(1, 0, 0, 0), (1, 1, 0, 0), (1, 1, 1, 0), (1, 1, 1, 1)]);
}
