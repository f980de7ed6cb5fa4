//! Charts: from a number to its line, and what one does with it.

use mqtt_tui::app::{Context, Pane, Right};
use mqtt_tui::payload::field::Field;

use crate::language::Journey;

/// A plain number every second, the newest is `count`.
fn counting(count: u32) -> Journey {
    let mut journey = Journey::new();
    for number in 1..=count {
        journey.message("home/counter", &number.to_string()).wait(1.0);
    }
    journey.keys("o");
    select(&mut journey, "home/counter");
    journey
}

fn select(journey: &mut Journey, topic: &str) {
    let node = journey.node(topic);
    let connection = journey.app.connection_mut();
    connection.tree.select(node, &connection.store);
    connection.focus = Pane::Topics;
    journey.wait(0.1);
}

/// The values of the series at a place, oldest first.
fn values(journey: &Journey, place: usize) -> Vec<f64> {
    journey.app.connection().chart.series()[place].points.oldest_first().map(|point| point.value).collect()
}

fn fields(journey: &Journey) -> Vec<String> {
    let chart = &journey.app.connection().chart;
    chart.series().iter().map(|series| series.field.to_string()).collect()
}

#[test]
fn a_plain_number_is_charted_at_once_from_its_history_and_goes_on_live() {
    let mut journey = counting(20);
    journey.keys("c").sees("Chart").sees("home/counter").sees("live");
    assert_eq!(journey.app.context(), Context::Chart);
    assert_eq!(values(&journey, 0), (1..=20).map(f64::from).collect::<Vec<_>>());
    journey.message("home/counter", "21").sees("21");
    assert_eq!(values(&journey, 0).last(), Some(&21.0));
}

#[test]
fn esc_goes_back_to_where_the_keys_were_and_c_returns_to_the_chart() {
    let mut journey = counting(5);
    journey.keys("c<esc>").does_not_see("Chart");
    assert_eq!(journey.app.context(), Context::Topics);
    journey.keys("c").sees("Chart");
    assert_eq!(journey.app.connection().chart.series().len(), 1, "it is the same line");
}

#[test]
fn tree_and_history_stay_and_moving_there_leaves_the_chart_as_it_is() {
    let mut journey = counting(5);
    journey.message("other", "text").keys("c<tab><tab>gG");
    assert_eq!(journey.app.context(), Context::Topics);
    journey.sees("Chart").sees("History").sees("home/counter");
    assert_eq!(journey.selected(), "other");
}

#[test]
fn json_with_one_number_is_charted_at_once_with_several_a_menu_asks() {
    let mut journey = Journey::knowing(&[
        ("one", r#"{"name":"x","value":{"now":20.5}}"#),
        ("two", r#"{"temperature":20.5,"humidity":"48","state":"ON","name":"x"}"#),
    ]);
    select(&mut journey, "one");
    journey.keys("c");
    assert_eq!(fields(&journey), ["/value/now"]);
    journey.keys("<esc>");
    select(&mut journey, "two");
    journey
        .keys("c")
        .sees("/temperature")
        .sees("20.5")
        .sees("/humidity")
        .sees("/state")
        .does_not_see("/name");
    journey.sees("size in bytes").sees("gap between messages");
    journey.keys("j<enter>").sees("Chart");
    assert_eq!(fields(&journey), ["/value/now", "/humidity"]);
    journey.keys("<esc>c").sees("in the chart").keys("<enter><esc>c<enter>");
    assert_eq!(fields(&journey), ["/value/now", "/humidity", "/temperature"], "nothing is there twice");
}

#[test]
fn xml_lists_and_words_have_numbers_too() {
    let mut journey = Journey::knowing(&[
        ("list", "20.5;48;97"),
        ("switch", "ON"),
        ("xml", "<meter><reading unit=\"kWh\">20.5</reading></meter>"),
    ]);
    for topic in ["switch", "xml"] {
        select(&mut journey, topic);
        journey.keys("c<esc>");
    }
    select(&mut journey, "list");
    journey.keys("c").sees("[2]").keys("j<enter>");
    assert_eq!(fields(&journey), ["value", "xpath:/meter/reading/text()", "[1]"]);
    let shown: Vec<Vec<f64>> = (0..3).map(|place| values(&journey, place)).collect();
    assert_eq!(shown, [[1.0], [20.5], [48.0]]);
}

#[test]
fn what_is_inside_of_a_compressed_payload_is_charted() {
    use std::io::Write as _;
    let mut journey = Journey::new();
    for number in 1..=3 {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        write!(packed, "{{\"temperature\":{number}}}").expect("memory is there");
        journey.bytes("packed", &packed.finish().expect("memory is there")).wait(1.0);
    }
    journey.keys("c");
    assert_eq!(fields(&journey), ["/temperature"]);
    assert_eq!(values(&journey, 0), [1.0, 2.0, 3.0]);
}

#[test]
fn where_there_is_no_number_it_is_said_and_size_and_gap_are_offered() {
    let mut journey = Journey::new();
    for text in ["one", "three", "eleven"] {
        journey.message("words", text).wait(2.0);
    }
    journey.keys("c").sees("No number in this payload (text)").keys("<enter>");
    assert_eq!(values(&journey, 0), [3.0, 5.0, 6.0]);
    journey.sees("size, B").keys("agap<enter>").sees("gap, s");
    assert_eq!(values(&journey, 1), [2.0, 2.0]);
    journey.keys("<esc>").message("branch/below", "1");
    select(&mut journey, "branch");
    journey.keys("c");
    assert_eq!(journey.notice(), "this level has no messages of its own: select a topic to chart it");
}

#[test]
fn a_field_can_be_typed_and_one_without_a_number_is_refused() {
    let mut journey = Journey::knowing(&[("a", r#"{"lights":[{"level":7}],"name":"x"}"#), ("b", "1")]);
    select(&mut journey, "b");
    journey.keys("c");
    select(&mut journey, "a");
    journey.keys("<tab>a").sees("of a:").keys(".lights[0].lvl<enter>");
    journey.sees("no number at '/lights/0/lvl' in the newest 1 messages of this topic");
    journey.keys("<ctrl-u>/lights/~2<enter>").sees("column");
    journey.keys("<ctrl-u>.lights[0].level<enter>");
    assert_eq!(fields(&journey), ["value", "/lights/0/level"]);
}

#[test]
fn six_lines_are_what_can_be_told_apart() {
    let mut journey = Journey::new();
    for number in 0..7 {
        journey.message(&format!("n/{number}"), "1");
    }
    journey.keys("o");
    for number in 0..7 {
        select(&mut journey, &format!("n/{number}"));
        journey.keys("c");
    }
    assert!(journey.notice().starts_with("not added: 6 lines"), "{}", journey.notice());
    assert_eq!(journey.app.connection().chart.series().len(), 6);
    select(&mut journey, "n/0");
    journey.keys("c");
    let chart = &journey.app.connection().chart;
    assert_eq!(chart.selected(), 0, "one that is there already is gone to");
    let colours = |journey: &Journey| -> Vec<usize> {
        journey.app.connection().chart.series().iter().map(|series| series.colour).collect()
    };
    journey.keys("d");
    select(&mut journey, "n/6");
    journey.keys("c");
    assert_eq!(colours(&journey), [1, 2, 3, 4, 5, 0], "the others keep their colours");
}

#[test]
fn up_and_down_choose_the_line_and_d_takes_it_out_until_none_is_left() {
    let mut journey = Journey::knowing(&[("a", "1"), ("b", "2")]);
    select(&mut journey, "a");
    journey.keys("c");
    select(&mut journey, "b");
    journey.keys("ck");
    assert_eq!(journey.app.connection().chart.selected(), 0);
    journey.keys("jd");
    assert_eq!(fields(&journey).len(), 1);
    journey.keys("d").does_not_see("Chart");
    assert_eq!(journey.app.connection().right, Right::Message);
    assert_eq!(journey.app.context(), Context::Topics);
}

#[test]
fn the_cursor_reads_values_and_goes_before_the_chart_does() {
    let mut journey = counting(30);
    journey.keys("c<left><left><left>").sees("at cursor").sees("at 14:00:37.000");
    let read = journey.lines().into_iter().find(|line| line.contains("● home/counter")).unwrap_or_default();
    assert!(read.contains(" 28 "), "{read}");
    journey.keys("l").sees("at 14:00:38.000").keys("<esc>").does_not_see("at cursor").sees("Chart");
    journey.keys("<left><right>").does_not_see("at cursor");
}

#[test]
fn zooming_panning_and_back_to_all_of_it() {
    let mut journey = counting(100);
    let span = |journey: &Journey| journey.app.connection().chart.window.span_us;
    journey.keys("c+").sees("live");
    assert!(span(&journey).is_some_and(|span| span.abs_diff(50_000_000) < 1_000_000));
    journey.keys("[").does_not_see("live").sees("14:00:4");
    journey.keys("]]").sees("live").keys("-").sees("1m 40s, live");
    assert_eq!(span(&journey), None);
    journey.keys("++[<left>0").sees("1m 40s, live").does_not_see("at cursor");
}

#[test]
fn a_live_part_follows_and_one_that_is_read_stands_still() {
    let mut journey = counting(60);
    journey.keys("c+");
    let from = |journey: &Journey| journey.app.connection().chart.plot.grid.map(|grid| grid.from_us);
    let before = from(&journey);
    journey.wait(20.0);
    assert!(from(&journey) > before, "it follows");
    journey.keys("<left>");
    let before = from(&journey);
    journey.message("home/counter", "61").wait(20.0);
    assert_eq!(from(&journey), before, "it stands still");
}

#[test]
fn while_paused_nothing_newer_is_drawn_and_afterwards_it_is() {
    let mut journey = counting(5);
    journey.keys("c ").sees("paused").message("home/counter", "4711").wait(3.0).does_not_see("4711");
    journey.keys(" ").sees("live").sees("4711");
}

#[test]
fn a_line_breaks_where_the_link_was_down() {
    let mut journey = counting(10);
    journey.keys("c").does_not_see("not connected");
    journey.lose_link(1, 1).wait(20.0).connect().wait(1.0);
    for number in 11..20 {
        journey.message("home/counter", &number.to_string()).wait(1.0);
    }
    journey.sees("not connected where a line breaks");
    let grid = journey.app.connection().chart.plot;
    let dots: Vec<bool> = (grid.area.left()..grid.area.right())
        .map(|x| {
            (grid.area.top()..grid.area.bottom()).any(|y| {
                journey.buffer()[(x, y)]
                    .symbol()
                    .chars()
                    .all(|letter| ('\u{2801}'..='\u{28ff}').contains(&letter))
            })
        })
        .collect();
    let first = dots.iter().position(|dot| *dot).expect("a line");
    let last = dots.iter().rposition(|dot| *dot).expect("a line");
    let gap = dots[first..last].iter().filter(|dot| !**dot).count();
    assert!(gap > dots.len() / 4, "{gap} of {} columns are free", dots.len());
}

#[test]
fn evicted_messages_stay_in_the_chart() {
    let mut journey = Journey::with_history(512 << 10, 2);
    journey.message("t", "1").keys("c");
    let big = vec![b'x'; 4_000];
    for number in 2..=40 {
        journey.message("t", &number.to_string());
        for _ in 0..10 {
            journey.messages([("flood", &big[..])]);
        }
    }
    assert!(journey.app.connection().store.history_len(journey.node("t")) < 40);
    assert_eq!(values(&journey, 0).len(), 40);
}

#[test]
fn the_table_shows_times_and_values_where_there_is_room() {
    let mut journey = counting(30);
    journey.keys("cw").sees("no room for the table: z zooms").keys("z");
    journey.sees("14:00:39.000").sees("time").does_not_see("no room");
    journey.keys("<left><left>").sees("14:00:38.000");
    journey.keys("w").does_not_see("14:00:39.000");
    journey.keys("v").keys("v").sees("*");
}

#[test]
fn on_a_narrow_terminal_the_chart_stands_below_the_tree_and_z_zooms_it() {
    let mut journey = counting(30);
    journey.resize(80, 24).keys("c").sees("Chart").sees("Topics").keys("z").does_not_see("Topics");
    journey.keys("<esc>").sees("Topics").does_not_see("Chart");
    for size in [(40, 10), (60, 14), (300, 90), (41, 11)] {
        journey.resize(size.0, size.1).keys("c<left>zz<esc><esc>");
    }
}

#[test]
fn the_mouse_zooms_around_a_time_and_reads_at_one() {
    let mut journey = counting(100);
    journey.keys("c");
    let area = journey.app.connection().chart.plot.area;
    let (x, y) = (area.x + area.width / 4, area.y + 2);
    journey.click(x, y).sees("at cursor");
    let cursor = journey.app.connection().chart.cursor.expect("a cursor");
    journey.wheel_up(x, y);
    let plot = journey.app.connection().chart.plot;
    let column =
        plot.grid.and_then(|grid| grid.column(cursor)).expect("still on screen") / usize::from(plot.dots);
    assert!((i32::from(x - area.x) - column as i32).abs() <= 2, "{column} is not near {}", x - area.x);
    journey.wheel_down(x, y).wheel_down(x, y);
    assert_eq!(journey.app.connection().chart.window.span_us, None);
}

#[test]
fn a05_hostile_topics_and_fields_are_inert_in_the_legend_and_the_menu() {
    let payload = "{\"\\u001b]0;x\\u0007\":1,\"\u{202e}b\":2}";
    let mut journey = Journey::knowing(&[("bad\u{1b}[2J\u{9b}31m", payload)]);
    journey.keys("c<enter>").sees("Chart");
    journey.keys("<esc>c");
    let inert = |letter: char| !letter.is_control() && letter != '\u{202e}';
    assert!(journey.lines().iter().all(|line| line.chars().all(inert)), "{}", journey.screen());
}

#[test]
fn the_largest_and_smallest_numbers_there_are_can_be_drawn() {
    let mut journey = Journey::new();
    for text in ["1.7976931348623157e308", "-1.7976931348623157e308", "5e-324", "0", "-0.0"] {
        journey.message("t", text).wait(1.0);
    }
    journey.keys("c").sees("1.798e308");
    assert_eq!(values(&journey, 0).len(), 5);
    journey.message("t", "1e400").sees("1 message without this number");
    assert_eq!(journey.app.connection().chart.series()[0].field, Field::Whole);
}

#[test]
fn in_the_tree_view_of_the_payload_the_selected_field_is_charted() {
    let payload = r#"{"lights":[{"on":true,"level":7}],"name":"x","temperature":20.5}"#;
    let mut journey = Journey::knowing(&[("a", payload)]);
    journey.keys("<tab>v").sees("lights").keys("Gc");
    assert_eq!(fields(&journey), ["/temperature"]);
    journey.keys("<esc>kc");
    assert_eq!(journey.notice(), "there is no number at '/name'");
    journey.keys("kc");
    assert_eq!(fields(&journey), ["/temperature", "/lights/0/level"]);
    journey.keys("<esc>kkc").sees("/lights/0/on").sees("size in bytes");
}

#[test]
fn payloads_that_are_taken_for_something_else_are_read_anew() {
    let mut journey = Journey::new();
    for number in [1_u8, 2, 3] {
        journey.bytes("raw", &[0, number, 0, 10 * number]).wait(1.0);
    }
    journey.keys("c<enter><esc>");
    assert_eq!(fields(&journey), ["size"]);
    let array = mqtt_tui::model::Decoding::parse("array:i16be").expect("a decoding");
    let filter = mqtt_tui::model::TopicFilter::parse("raw").expect("a filter");
    journey.app.connection_mut().profile.decoders =
        vec![mqtt_tui::model::DecoderRule { filter, decoding: array }];
    journey.wait(1.0).keys("c").sees("/0").sees("/1").keys("j<enter>");
    assert_eq!(values(&journey, 1), [10.0, 20.0, 30.0]);
    let bytes = mqtt_tui::model::Decoding::parse("array:u8").expect("a decoding");
    journey.app.connection_mut().profile.decoders[0].decoding = bytes;
    journey.bytes("raw", &[0, 4, 0, 40]);
    assert_eq!(values(&journey, 1), [1.0, 2.0, 3.0, 4.0], "the same place in other bytes");
}

/// `{"t":1}` and so many blanks after it, compressed.
fn packed(blanks: usize) -> Vec<u8> {
    use std::io::Write as _;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    write!(packed, "{{\"t\":1}}{}", " ".repeat(blanks)).expect("memory is there");
    packed.finish().expect("memory is there")
}

#[test]
fn b09_what_unfolds_to_much_is_read_message_by_message() {
    let mut journey = Journey::new();
    let payload = packed(900 << 10);
    for _ in 0..30 {
        journey.bytes("a", &payload);
    }
    journey.keys("<down>").slowly().keys("c").works(1);
    assert_eq!(fields(&journey), ["/t"]);
    let read = values(&journey, 0).len();
    assert!((1..=2).contains(&read), "{read} messages, of a megabyte each, in one piece");
    journey.works(100);
    assert_eq!(values(&journey, 0).len(), 30);
}

#[test]
fn b06_a_typed_field_is_looked_for_in_no_more_than_a_moment_allows() {
    let mut journey = Journey::with_history(64 << 20, 1);
    let large = format!("[{}0]", "0,".repeat(1 << 20));
    for _ in 0..10 {
        journey.bytes("a", large.as_bytes());
    }
    journey.message("b", "1");
    select(&mut journey, "b");
    journey.keys("c");
    select(&mut journey, "a");
    journey.keys("<tab>a.missing<enter>").sees("in the newest 1 messages of this topic");
}

#[test]
fn b06_a_chart_of_large_messages_is_exported_in_small_pieces() {
    use mqtt_tui::app::out::{ExportNews, ExportStep};
    use mqtt_tui::app::{Done, Effect};
    let mut journey = Journey::with_history(64 << 20, 1);
    let large = format!("{{\"t\":1,\"rest\":\"{}\"}}", "x".repeat(200 << 10));
    for _ in 0..20 {
        journey.bytes("a", large.as_bytes());
    }
    journey.keys("c<esc><ctrl-e>");
    let mqtt_tui::app::Overlay::Menu(menu) = &journey.app.overlay else { panic!("no menu") };
    let at = menu.items.iter().position(|item| item.text == "chart").expect("it is offered");
    journey.keys("g").keys(&"<down>".repeat(at)).keys("<enter><enter>");
    let Some(Effect::Export(id, ExportStep::Open { .. })) = journey.effects().pop() else {
        panic!("no export")
    };
    let mut rows = Vec::new();
    loop {
        journey.done(Done::Export(id, ExportNews::Ready));
        match journey.effects().pop() {
            Some(Effect::Export(_, ExportStep::WriteText(text))) => rows.push(text.lines().count()),
            Some(Effect::Export(_, ExportStep::End)) => break,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(rows.iter().sum::<usize>(), 21, "the title and twenty values");
    assert!(rows.iter().all(|rows| *rows <= 2), "{rows:?}");
}

#[test]
fn a_key_that_can_move_nothing_says_why() {
    let mut journey = counting(10);
    journey.keys("c[");
    assert_eq!(journey.notice(), "all there is is on screen: + zooms in");
    journey.keys("+[").keys("<esc><esc>/nothing like this<enter>n");
    assert_eq!(journey.notice(), "no topic on screen matches the filter");
}
