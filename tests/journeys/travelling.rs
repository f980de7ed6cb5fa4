//! Travelling in time: every pane shows a past moment, and one key leads back to now.

use crossterm::event::{MouseButton, MouseEventKind};
use mqtt_tui::app;
use mqtt_tui::model::{LinkState, Severity};

use crate::language::Journey;

/// Three topics, a second between two messages; the last is the alarm.
fn house() -> Journey {
    let mut journey = Journey::new();
    for (topic, payload) in [
        ("home/door", "shut"),
        ("home/lamp", "off"),
        ("home/door", "open"),
        ("home/lamp", "on"),
        ("alarm", "FIRE"),
    ] {
        journey.wait(1.0).message(topic, payload);
    }
    journey.wait(1.0).keys("+");
    journey
}

fn on(journey: &Journey, topic: &str) -> String {
    let store = &journey.app.connection().store;
    let message = store.find(topic).and_then(|node| store.latest(node));
    message.map_or_else(|| "none".into(), |message| String::from_utf8_lossy(message.payload).into_owned())
}

fn notice(journey: &Journey) -> String {
    journey.app.notices.current(journey.now).map_or_else(String::new, |notice| notice.text.clone())
}

#[test]
fn stepping_back_to_the_moment_before_the_alarm_shows_the_tree_of_that_moment() {
    let mut journey = house();
    journey.keys("G").sees("FIRE");
    journey.keys(",").sees("PAUSED at 14:00:15.000").sees("FIRE").sees("message 5 · alarm");
    journey.keys(",").sees("PAUSED at 14:00:14.000, 2s ago, +1 since").does_not_see("FIRE");
    assert_eq!(journey.tree(), ["- home", "    door", "    lamp"]);
    assert_eq!((on(&journey, "home/lamp"), on(&journey, "home/door")), ("on".into(), "open".into()));
    journey.sees("2 topics").sees("message 4 · home/lamp");
    journey.keys(",,");
    assert_eq!((on(&journey, "home/lamp"), on(&journey, "home/door")), ("off".into(), "shut".into()));
    journey.keys(",");
    assert_eq!(journey.tree(), ["- home", "    door"]);
    journey.keys(",");
    assert!(notice(&journey).contains("the oldest moment"), "{}", notice(&journey));
    assert_eq!(journey.tree(), ["- home", "    door"], "and nothing changed");
    journey.keys("....").sees("FIRE");
    assert_eq!(journey.tree(), ["  alarm", "- home", "    door", "    lamp"]);
}

#[test]
fn every_pane_shows_the_moment_and_one_key_leads_back_with_the_count() {
    let mut journey = house();
    journey.keys("G");
    assert_eq!(journey.selected(), "home/lamp");
    journey.keys(",,,");
    assert_eq!(journey.payload(), "off");
    let stats = |journey: &Journey| journey.app.connection().store.stats(journey.node("home"));
    assert_eq!((stats(&journey).messages_below, stats(&journey).topics_below), (3, 2));
    journey.sees("1 kept");
    journey.message("home/lamp", "later").message("new", "1").sees("+4 since").does_not_see("later");
    assert_eq!(journey.payload(), "off");
    journey.keys(" ");
    assert_eq!(notice(&journey), "back to now: 4 messages came since");
    journey.sees("later").does_not_see("PAUSED");
    assert_eq!(journey.payload(), "later");
}

#[test]
fn a_plain_pause_says_what_came_since_too() {
    let mut journey = house();
    journey.keys(" ").message("alarm", "out").keys(" ");
    assert_eq!(notice(&journey), "back to now: 1 message came since");
    journey.keys("  ");
    assert_eq!(notice(&journey), "back to now: nothing came since");
}

#[test]
fn ages_and_rates_are_those_of_the_moment() {
    let mut journey = Journey::knowing(&[("a", "1"), ("b", "1")]);
    for second in 0..20 {
        journey.wait(0.5).message("a", "tick").wait(0.5).message("a", &second.to_string());
    }
    journey.wait(30.0).keys(",");
    let age = |journey: &Journey, topic: &str| {
        let shown = journey.app.connection().shown_moment(journey.now).mono_us;
        shown - journey.app.connection().store.stats(journey.node(topic)).own_last_us.unwrap_or(0)
    };
    assert_eq!((age(&journey, "a"), age(&journey, "b")), (0, 20_000_000));
    let rate = |journey: &Journey| {
        let connection = journey.app.connection();
        connection.store.rate(journey.node("a"), connection.shown_moment(journey.now).mono_us)
    };
    journey.keys(",");
    assert!((rate(&journey) - 2.0).abs() < 0.2, "{} a second", rate(&journey));
    journey.wait(60.0);
    assert_eq!((age(&journey, "a"), age(&journey, "b")), (0, 19_500_000), "they stand still");
}

#[test]
fn a_topic_that_had_not_come_yet_is_selected_again_when_it_comes() {
    let mut journey = Journey::knowing(&[("x", "0")]);
    journey.wait(1.0).message("home/door", "shut").wait(1.0).message("home/lamp", "off").wait(1.0);
    journey.keys("+gjj").sees("off");
    assert_eq!(journey.selected(), "home/lamp");
    journey.keys(",,");
    assert_eq!(journey.selected(), "home", "the branch above stands in for it");
    journey.keys(".");
    assert_eq!(journey.selected(), "home/lamp");
    journey.keys(",,,");
    assert_eq!(journey.tree(), ["  x"]);
    journey.keys(" ");
    assert_eq!(journey.selected(), "home/lamp");
}

#[test]
fn what_the_user_selects_on_the_way_stays_selected() {
    let mut journey = Journey::knowing(&[("x", "0")]);
    journey.wait(1.0).message("home/door", "shut").wait(1.0).message("home/lamp", "off").wait(1.0);
    journey.keys("+gjj,,");
    assert_eq!(journey.selected(), "home");
    journey.keys("j");
    assert_eq!(journey.selected(), "home/door");
    journey.keys(". ");
    assert_eq!(journey.selected(), "home/door");
}

#[test]
fn steps_of_time_suit_the_past_and_can_be_chosen() {
    let mut journey = Journey::new();
    for minute in 0..60 {
        journey.message("clock", &minute.to_string());
        journey.now = journey.now.plus(std::time::Duration::from_secs(60));
    }
    journey.keys(" ").sees("step 1 min").keys("{");
    // Paused at 15:00:00; a minute before, the last message came.
    assert_eq!(journey.payload(), "59");
    journey.keys("{");
    assert_eq!(journey.payload(), "58");
    journey.keys("){").sees("step 10 min");
    assert_eq!(journey.payload(), "48");
    journey.keys("}");
    assert_eq!(journey.payload(), "58");
    journey.keys("((").sees("step 10 s").keys("{");
    assert_eq!(journey.payload(), "57", "where nothing came for longer, the next message");
    journey.keys("}}");
    assert_eq!(journey.payload(), "59");
    journey.keys("}").sees("where the view was paused");
    journey.keys("}");
    assert!(notice(&journey).contains("Space goes on with the present"), "{}", notice(&journey));
}

#[test]
fn a_typed_time_leads_there() {
    let mut journey = house();
    journey.keys("@14:00:13.5<enter>").sees("PAUSED at 14:00:13.000").does_not_see("FIRE");
    assert_eq!(on(&journey, "home/door"), "open");
    journey.keys("@-1s<enter>").sees("PAUSED at 14:00:12.000");
    journey.keys("@soon<enter>").sees("'soon' is no time").keys("<esc>");
    journey.keys("@13:00<enter>").sees("PAUSED at 14:00:11.000");
    assert!(notice(&journey).starts_with("before the oldest message"), "{}", notice(&journey));
    journey.keys("@+1h<enter>").sees("where the view was paused").sees("FIRE");
    assert!(notice(&journey).starts_with("after the view was paused"), "{}", notice(&journey));
}

#[test]
fn to_the_moment_of_the_message_on_screen() {
    let mut journey = house();
    journey.keys("G[");
    assert_eq!(journey.payload(), "off");
    journey.sees("FIRE").keys("'").sees("PAUSED at 14:00:12.000").does_not_see("FIRE");
    assert_eq!((journey.payload(), on(&journey, "home/door")), ("off".into(), "shut".into()));
    journey.keys("..");
    assert_eq!(journey.payload(), "on", "from there on the newest is followed");
}

#[test]
fn a_message_pinned_in_the_future_is_let_go() {
    let mut journey = house();
    journey.message("home/lamp", "dim").keys("G [");
    assert_eq!(journey.payload(), "on");
    journey.keys("@14:00:12<enter>");
    assert_eq!(journey.payload(), "off");
    journey.sees("home/lamp").does_not_see("  evicted");
}

#[test]
fn the_scrubber_is_clicked_and_dragged() {
    let mut journey = house();
    journey.keys(" ");
    let (left, row) = journey.place_of("14:00:11 ");
    journey.click(left + 9, row).sees("PAUSED at 14:00:11.000");
    assert_eq!(journey.tree(), ["- home", "    door"]);
    let drag = MouseEventKind::Drag(MouseButton::Left);
    let (right, _) = journey.place_of(" 14:00:16");
    journey.mouse(drag, right - 9, row).sees("FIRE").sees("PAUSED at 14:00:15.000");
    journey.mouse(drag, left, 3).sees("PAUSED at 14:00:11.000");
    journey.mouse(MouseEventKind::Up(MouseButton::Left), left, 3);
    journey.mouse(drag, right - 9, row).sees("PAUSED at 14:00:11.000");
    journey.click(right - 1, row).sees("where the view was paused").sees("FIRE");
}

#[test]
fn the_scrubber_shows_when_the_link_was_down_and_when_nothing_came() {
    let mut journey = house();
    journey.lose_link(1, 5).wait(4.0).connect().wait(4.0).message("alarm", "out").keys(" ");
    let (_, row) = journey.place_of("14:00:11 ");
    let line = journey.lines()[usize::from(row)].clone();
    assert!(line.contains("××××") && line.contains("····") && line.contains('█'), "{line}");
    journey.keys(" ").does_not_see("××××");
}

#[test]
fn nothing_received_is_no_past() {
    let mut journey = Journey::new();
    journey.keys(",").sees("no past to go to");
    journey.keys(".{}()'").keys("@14:00<enter>").sees("nothing has come yet").keys("<esc> ");
    journey.does_not_see("PAUSED").message("a", "1").sees("1 topic");
}

#[test]
fn steps_pass_over_sys_unless_it_is_selected() {
    let mut journey = Journey::new();
    for (topic, payload) in
        [("a", "1"), ("$SYS/uptime", "1"), ("a", "2"), ("$SYS/uptime", "2"), ("$SYS/uptime", "3")]
    {
        journey.wait(1.0).message(topic, payload);
    }
    journey.keys("+g,");
    assert_eq!((on(&journey, "a"), on(&journey, "$SYS/uptime")), ("2".into(), "1".into()));
    journey.keys(",");
    assert_eq!((on(&journey, "a"), on(&journey, "$SYS/uptime")), ("1".into(), "none".into()));
    journey.keys(" G,,");
    assert_eq!((on(&journey, "a"), on(&journey, "$SYS/uptime")), ("2".into(), "2".into()));
}

#[test]
fn b08_a_moment_that_gives_way_moves_to_the_oldest_one_and_says_so() {
    let mut journey = Journey::with_history(128 << 10, 1);
    let payload = [b'x'; 500];
    let flood = |journey: &mut Journey, count: usize| {
        journey.wait(1.0).messages(std::iter::repeat_n(("flood", &payload[..]), count));
    };
    journey.message("first", "1");
    flood(&mut journey, 50);
    journey.keys("@14:00:10<enter>");
    assert_eq!(journey.tree(), ["  first"]);
    flood(&mut journey, 150);
    let standing = |journey: &Journey| journey.app.connection().store.standing();
    while app::work(&mut journey.app).len() + usize::from(journey.app.has_work()) > 0 {}
    if standing(&journey).is_some_and(|standing| standing.pushed) {
        journey.sees("oldest kept");
        assert!(notice(&journey).contains("gave way"), "{}", notice(&journey));
    }
    flood(&mut journey, 2_000);
    assert_eq!(standing(&journey), None);
    assert!(notice(&journey).contains("the whole past gave way"), "{}", notice(&journey));
    journey.wait(10.0).keys(" ");
    assert!(notice(&journey).starts_with("back to now: 2,150 messages"), "{}", notice(&journey));
}

#[test]
fn a_far_jump_is_done_in_pieces_and_never_shows_wrong_numbers() {
    let mut journey = Journey::new();
    let topics: Vec<String> = (0..40_000).map(|number| format!("many/{}", number % 100)).collect();
    for chunk in topics.chunks(1_000) {
        journey.wait(0.1).messages(chunk.iter().map(|topic| (topic.as_str(), &b"x"[..])));
    }
    journey.slowly().keys("@-10h<enter>");
    let mut shown = Vec::new();
    let mut pieces = 0;
    while journey.app.has_work() {
        let effects = app::work(&mut journey.app);
        assert!(effects.is_empty());
        pieces += 1;
        let store = &journey.app.connection().store;
        let standing = store.standing().expect("travelling");
        assert_eq!(store.totals().messages, standing.seq.number(), "exact on the way");
        shown.push(standing.seq.number());
    }
    assert!(pieces > 2 && shown.is_sorted_by(|later, earlier| later >= earlier), "{shown:?}");
    assert_eq!(shown.last(), Some(&1));
    journey.wait(1.0).sees("1 topic");
}

#[test]
fn it_works_on_a_small_terminal() {
    for (columns, rows) in [(80, 24), (60, 20), (40, 10)] {
        let mut journey = house();
        journey.resize(columns, rows).keys(",,").does_not_see("alarm").sees("PAUSED 14:00:14 +1");
        journey.keys(" g").sees("alarm").does_not_see("PAUSED");
    }
}

#[test]
fn a_connection_lost_and_found_keeps_its_past() {
    let mut journey = Journey::new();
    journey.retained("a", "kept").wait(1.0).message("b", "1").wait(1.0);
    let marked = |journey: &Journey| journey.app.connection().store.stats(journey.node("a")).retained;
    assert!(marked(&journey));
    journey.lose_link(1, 1).wait(1.0).connect().wait(1.0).message("b", "2").wait(1.0);
    assert!(!marked(&journey), "the broker has not sent it again");
    journey.keys(",,");
    assert!(marked(&journey), "at that moment it was retained");
    journey.keys(".");
    assert!(!marked(&journey));
    assert!(matches!(journey.app.connection().link, LinkState::Connected { .. }));
    assert_ne!(journey.app.notices.current(journey.now).map(|notice| notice.severity), Some(Severity::Error));
}

#[test]
fn a_rate_of_which_the_seconds_before_are_lost_is_not_told_as_nought() {
    let mut journey = Journey::with_history(128 << 10, 1);
    let payload = [b'x'; 500];
    for _ in 0..40 {
        journey.wait(0.5).messages(std::iter::repeat_n(("flood", &payload[..]), 25));
    }
    journey.resize(160, 40).keys("@-1h<enter>").works(100);
    journey.sees("? msg/s").does_not_see(" 0 msg/s");
    assert!(!journey.app.connection().store.knows_rate(journey.node("flood")));
    journey.keys("<space>").does_not_see("? msg/s");
    // Where nothing is lost, a history that begins is known: nothing came before.
    let mut journey = Journey::new();
    journey.messages(std::iter::repeat_n(("flood", &payload[..]), 5)).wait(1.0).message("flood", "x");
    journey.keys(",").does_not_see("? msg/s");
}
