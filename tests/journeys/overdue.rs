//! The list of the overdue: topics that are silent for longer than they usually are.

use mqtt_tui::app::Left;

use crate::language::Journey;

/// A topic that speaks each second, one each ten seconds, and one that spoke once; then the first falls silent for `seconds`.
fn silent_for(seconds: u32) -> Journey {
    let mut journey = Journey::new();
    journey.message("once", "here");
    for second in 0..60 {
        journey.wait(1.0).message("fast/sensor", "1");
        if second % 10 == 0 {
            journey.message("slow/sensor", "2");
        }
    }
    for second in 0..seconds {
        journey.wait(1.0);
        if second % 10 == 0 {
            journey.message("slow/sensor", "2");
        }
    }
    journey
}

fn listed(journey: &Journey) -> Vec<String> {
    let connection = journey.app.connection();
    let list = connection.overdue.list().unwrap_or_default();
    list.iter().map(|late| connection.store.path(late.topic).to_owned()).collect()
}

#[test]
fn a_steady_topic_that_falls_silent_is_overdue_until_it_speaks_again() {
    let mut journey = silent_for(20);
    journey.keys("~").sees("fast/sensor").sees("usually").sees("1.0s");
    assert_eq!(listed(&journey), ["fast/sensor"]);
    assert_eq!(journey.selected(), "fast/sensor", "what is selected in the list is selected everywhere");
    journey.message("fast/sensor", "back").wait(3.0);
    assert_eq!(listed(&journey), [] as [&str; 0]);
    journey.sees("Nothing is overdue.").keys("<esc>");
    assert_eq!(journey.app.connection().left, Left::Tree);
}

#[test]
fn the_one_that_is_overdue_most_comes_first_and_enter_goes_there() {
    let mut journey = silent_for(20);
    for _ in 0..60 {
        journey.wait(1.0);
    }
    journey.keys("~");
    assert_eq!(listed(&journey), ["fast/sensor", "slow/sensor"]);
    journey.keys("j");
    assert_eq!(journey.selected(), "slow/sensor");
    journey.keys("<enter>");
    assert_eq!((journey.app.connection().left, journey.selected()), (Left::Tree, "slow/sensor".to_owned()));
}

#[test]
fn rows_are_clicked_and_turned_with_the_wheel() {
    let mut journey = silent_for(20);
    journey.wait(60.0).keys("~");
    let (column, row) = journey.place_of("slow/sensor");
    journey.click(column, row);
    assert_eq!(journey.selected(), "slow/sensor");
    journey.wheel_up(column, row);
    assert_eq!(journey.selected(), "fast/sensor");
    journey.click(column, row + 5);
    assert!(
        ["fast/sensor", "slow/sensor"].contains(&journey.selected().as_str()),
        "a click below is harmless"
    );
}

#[test]
fn while_nobody_listens_nothing_is_overdue() {
    let mut journey = silent_for(20);
    journey.lose_link(1, 5).keys("~").sees("Not connected");
    assert_eq!(listed(&journey), [] as [&str; 0]);
    journey.connect().wait(3.0).sees("Nothing is overdue.");
    journey.wait(15.0);
    assert_eq!(listed(&journey), ["fast/sensor"], "and it counts anew from there");
}

#[test]
fn a_paused_view_shows_what_was_overdue_then() {
    let mut journey = silent_for(20);
    journey.keys(" ~").message("fast/sensor", "back").wait(60.0);
    assert_eq!(listed(&journey), ["fast/sensor"]);
    journey.sees("20s");
}

#[test]
fn only_what_speaks_steadily_is_listed() {
    let mut journey = Journey::new();
    let burst: Vec<(&str, &[u8])> = vec![("import", b"1"); 5_000];
    journey.messages(burst);
    for (second, gap) in [7.0, 31.0, 3.0, 90.0, 12.0, 2.0, 55.0, 5.0, 140.0, 20.0].iter().enumerate() {
        journey.wait(*gap).message("door", &second.to_string());
        // What the broker had kept comes at each subscription, not when the device speaks.
        journey.retained("availability", "online").wait(5.0).message("availability", "online");
    }
    journey.wait(2_000.0).keys("~").sees("Nothing is overdue.");
    assert_eq!(listed(&journey), [] as [&str; 0]);
}

#[test]
fn what_spoke_leaves_the_list_at_once() {
    let mut journey = silent_for(20);
    journey.wait(60.0).keys("~");
    assert_eq!(listed(&journey), ["fast/sensor", "slow/sensor"]);
    journey.message("fast/sensor", "back");
    assert_eq!(listed(&journey), ["slow/sensor"]);
    journey.does_not_see(" 0x");
}

#[test]
fn a_muted_topic_is_not_listed() {
    let mut journey = silent_for(20);
    journey.app.connection_mut().profile.quiet = vec!["fast".to_owned()];
    journey.wait(1.0).keys("~");
    assert_eq!(listed(&journey), [] as [&str; 0]);
    journey.sees("1 muted, not listed");
}

#[test]
fn the_row_under_the_selection_is_next_when_the_selected_topic_spoke_again() {
    let mut journey = Journey::new();
    for second in 0..60 {
        journey.wait(1.0);
        for number in 0..6 {
            journey.message(&format!("t/{number}"), &second.to_string());
        }
    }
    journey.wait(20.0).keys("~jj");
    assert_eq!(journey.selected(), "t/2");
    journey.message("t/2", "back").wait(3.0).keys("j");
    assert_eq!(journey.selected(), "t/3");
}

#[test]
fn the_age_in_the_tree_tells_who_is_overdue() {
    let mut journey = silent_for(0);
    journey.keys("+G");
    let colour = |journey: &Journey, level: &str| {
        let (_, row) = journey.place_of(level);
        let line = &journey.lines()[usize::from(row)];
        let edge = line.chars().position(|c| c == '│').map_or(0, |first| first + 1);
        let end = line.chars().skip(edge).position(|c| c == '│').map_or(0, |at| at + edge);
        journey.buffer().cell((end as u16 - 2, row)).map(|cell| cell.fg)
    };
    let sensor = "  sensor";
    let fresh = colour(&journey, sensor);
    journey.wait(8.0);
    let late = colour(&journey, sensor);
    assert_ne!(late, fresh, "in\n{}", journey.screen());
    journey.wait(30.0);
    assert_ne!(colour(&journey, sensor), late, "in\n{}", journey.screen());
}
