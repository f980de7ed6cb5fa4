//! Charts: what they say in figures and scales is true, at any moment and in any room.

use mqtt_tui::app::chart::MOST_SERIES;

use crate::language::Journey;

/// A journey on whose only topic these came, a second apart, with the chart open.
fn charted(payloads: &[&str]) -> Journey {
    let mut journey = Journey::new();
    for payload in payloads {
        journey.message("t", payload).wait(1.0);
    }
    journey.keys("c");
    journey
}

/// The figures of the first line, as its row of the legend shows them.
fn figures(journey: &Journey) -> Vec<String> {
    let (column, row) = journey.place_of("min");
    let line: Vec<char> = journey.lines()[usize::from(row) + 1].chars().collect();
    let column = usize::from(column);
    let from = line[..column].iter().rposition(|letter| *letter == '│').expect("a pane begins");
    let until = line[column..].iter().position(|letter| *letter == '│').expect("a pane ends") + column;
    let words: String = line[from + 1..until].iter().collect();
    let is_figure = |word: &&str| word.starts_with(|letter: char| letter.is_ascii_digit() || letter == '-');
    words.split_whitespace().filter(is_figure).map(str::to_owned).collect()
}

#[test]
fn large_numbers_keep_their_digits_or_say_that_they_are_short() {
    let mut journey = charted(&["123456789", "123456790"]);
    journey.sees("123.457M").does_not_see("100000000").keys("z").sees("123456790");
    let mut journey = charted(&["1795200461644", "1795200461645"]);
    journey.sees("1.7952T").keys("zw").sees("1795200461644").sees("1795200461645");
    charted(&["-107321009248", "-107321009249"]).sees("-107.32G").does_not_see("-1000000");
}

#[test]
fn between_two_figures_there_is_a_blank_at_every_width() {
    let mut journey = charted(&["123456789012.25", "-123456789012.75"]);
    for columns in [80, 100, 120, 140, 200] {
        journey.resize(columns, 40);
        let figures = figures(&journey);
        assert!(figures.len() >= 3, "{figures:?}: last, min and max at least, in {columns} columns");
        let is_whole = |figure: &String| match figure.trim_start_matches('-').strip_prefix("123456789012") {
            Some(rest) => rest.is_empty() || rest.starts_with('.'),
            None => figure.ends_with('G') || figure == "-0.25",
        };
        assert!(figures.iter().all(is_whole), "{figures:?}");
    }
}

#[test]
fn travelling_to_a_message_hides_those_that_came_with_it_in_one_moment() {
    let mut journey = Journey::new();
    journey.message("alarm", "0").message("pressure", "180").wait(1.0);
    // In one piece from the wire: the cause, then the alarm.
    journey.messages([("pressure", &b"150"[..]), ("alarm", &b"1"[..])]).wait(1.0);
    journey.keys("+g").sees("alarm").keys("c").keys("<esc>");
    journey.keys(" ,");
    assert_eq!(journey.payload(), "1", "the newest message of all");
    journey.keys(",c").sees("PAUSED");
    let chart = &journey.app.connection().chart;
    assert_eq!(chart.series()[0].points.oldest_first().count(), 2, "both are known");
    assert_eq!(figures(&journey), ["0", "0", "0", "0"], "last, min, mean and max of that moment");
    journey.keys(".");
    assert_eq!(figures(&journey), ["1", "0", "0.5", "1"], "the alarm has come");
}

#[test]
fn the_cursor_begins_where_the_chart_was_moved_to() {
    let numbers: Vec<String> = (1..=200).map(|number| number.to_string()).collect();
    let mut journey = charted(&numbers.iter().map(String::as_str).collect::<Vec<_>>());
    journey.keys("+++[[");
    let window = journey.app.connection().chart.window;
    let grid = journey.app.connection().chart.plot.grid.expect("it is drawn");
    journey.keys("<left><left>");
    let chart = &journey.app.connection().chart;
    assert_eq!(chart.window, window, "it stays where it was moved to");
    assert!(chart.cursor.and_then(|at| grid.column(at)).is_some(), "{:?} is off the screen", chart.cursor);
    journey.keys("[[[<left>");
    assert_ne!(journey.app.connection().chart.window, window, "it was moved on");
    let chart = &journey.app.connection().chart;
    let grid = chart.plot.grid.expect("it is drawn");
    assert!(chart.cursor.and_then(|at| grid.column(at)).is_some(), "a cursor left behind begins anew");
}

#[test]
fn one_scale_or_one_each_as_one_likes() {
    let mut journey = Journey::knowing(&[("a", "1"), ("b", "1000")]);
    journey.wait(1.0).message("a", "2").message("b", "1100");
    journey.keys("gc<esc>").keys("jc").sees("each line has a scale of its own");
    journey.keys("A").sees("one scale for all lines");
    journey.keys("A").sees("each line has a scale of its own");
    journey.message("b", "3").keys("A");
    journey.does_not_see("one scale for all lines");
}

#[test]
fn lines_without_a_name_in_the_legend_are_counted() {
    let mut journey = Journey::knowing(&[("a", "1"), ("b", "2"), ("c", "3")]);
    journey.keys("gc<esc>jc<esc>jc").does_not_see("more line");
    journey.resize(80, 24).sees("Chart, 2 more lines");
}

#[test]
fn one_line_too_many_is_refused_with_the_chart_on_screen() {
    let topics: Vec<String> = (0..=MOST_SERIES).map(|number| format!("t{number}")).collect();
    let known: Vec<(&str, &str)> = topics.iter().map(|topic| (topic.as_str(), "1")).collect();
    let mut journey = Journey::knowing(&known);
    journey.keys("g").keys(&"c<esc>j".repeat(MOST_SERIES)).does_not_see("Chart");
    journey.keys("c").sees("Chart").sees("not added");
    journey.keys("d");
    assert_eq!(journey.app.connection().chart.series().len(), MOST_SERIES - 1);
}

#[test]
fn a_switch_that_was_never_on_lies_at_the_bottom_of_its_small_picture() {
    let mut journey = charted(&["OFF", "OFF", "OFF"]);
    journey.sees("▁▁▁").keys("<esc>").message("t", "ON").wait(1.0).sees("█");
}

#[test]
fn drawn_in_ascii_nothing_but_the_frame_is_not() {
    let mut journey = charted(&["1", "5", "3"]);
    journey.keys("vv<left>");
    let area = journey.app.connection().chart.plot.area;
    let letters =
        area.positions().filter_map(|place| journey.buffer().cell(place)).map(ratatui::buffer::Cell::symbol);
    let letters: String = letters.collect();
    assert!(letters.contains('*') && letters.is_ascii(), "{}", journey.screen());
}
