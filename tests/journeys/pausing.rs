//! Pausing the view: what is read stands still, receiving goes on.

use crate::language::Journey;

#[test]
fn values_counts_tree_and_history_stand_still_and_the_backlog_counts() {
    let mut journey = Journey::knowing(&[("a", "one"), ("b", "1")]);
    journey.wait(1.0).keys(" ").sees("PAUSED +0");
    let history = |journey: &Journey| journey.app.connection().store.history_len(journey.node("a"));
    assert_eq!(history(&journey), 1);
    journey.message("a", "two").message("a", "three").message("zebra", "1").wait(5.0);
    journey.sees("PAUSED +3");
    assert_eq!(journey.payload(), "one");
    assert_eq!(journey.tree(), ["  a", "  b"]);
    assert_eq!(history(&journey), 1);
    assert_eq!(journey.app.connection().store.stats(journey.node("a")).messages_below, 1);
    journey.sees("2 topics").sees("1 kept").does_not_see("zebra").does_not_see("three");
    journey.keys(" ").does_not_see("PAUSED");
    assert_eq!(journey.payload(), "three");
    assert_eq!(journey.tree(), ["  a", "  b", "  zebra"]);
    assert_eq!(history(&journey), 3);
}

#[test]
fn ages_stand_still_too() {
    let mut journey = Journey::knowing(&[("a", "one")]);
    journey.wait(4.0).keys(" ");
    let row = |journey: &Journey| journey.lines()[usize::from(journey.place_of("one").1)].clone();
    let before = row(&journey);
    assert!(before.contains("4s"), "{before}");
    journey.wait(60.0);
    assert_eq!(row(&journey), before);
    journey.keys(" ");
    assert!(row(&journey).contains("1m"), "{}", row(&journey));
}

#[test]
fn one_can_move_filter_and_read_while_paused() {
    let mut journey = Journey::knowing(&[("a", "one"), ("b", "two")]);
    journey.message("a", "one more").keys(" ").message("bb", "late").message("a", "late");
    journey.keys("/b<enter>").sees("1 match");
    journey.keys("<esc>g[");
    assert_eq!(journey.payload(), "one");
    journey.keys("]");
    assert_eq!(journey.payload(), "one more");
    journey.keys(" /b<enter>").sees("2 matches");
}

#[test]
fn a_filter_typed_while_paused_takes_in_what_came_meanwhile() {
    let mut journey = Journey::knowing(&[("speed/1", "1")]);
    journey.keys(" /speed<enter>").message("speed/2", "2").sees("1 match");
    journey.keys(" ").sees("2 matches");
}

#[test]
fn a_clean_pause_of_an_empty_tree() {
    let mut journey = Journey::new();
    journey.keys(" ").message("a", "1");
    assert_eq!(journey.tree(), Vec::<String>::new());
    journey.keys("jkGgo<enter>[]").keys(" ");
    assert_eq!(journey.tree(), ["  a"]);
}
