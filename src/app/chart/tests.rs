//! Points against plain lists, reading in slices against reading live, and where the cursor goes.

use bytes::Bytes;
use proptest::prelude::*;

use super::{Chart, Csv, Grid, Point, Points, Window};
use crate::app::Connection;
use crate::config::Profile;
use crate::model::{ConnectionId, Message, Moment, QoS, Target};
use crate::payload::field::Field;
use crate::store::{Limits, Store};

fn point(at_us: u64, value: f64) -> Point {
    Point { at: Moment { mono_us: at_us, wall_ms: 1_795_183_200_000 + (at_us / 1_000) as i64 }, value }
}

/// Points with growing times, some of them at the same one.
fn any_points(most: usize) -> impl Strategy<Value = Vec<Point>> {
    let value =
        prop_oneof![-1e6..1e6, Just(0.0), Just(1.0), any::<f64>().prop_filter("finite", |v| v.is_finite())];
    prop::collection::vec((0_u64..5_000, value), 1..most).prop_map(|steps| {
        let mut at = 1_000_000;
        let along = |(step, value)| {
            at += step;
            point(at, value)
        };
        steps.into_iter().map(along).collect()
    })
}

fn filled(mut points: Points, all: &[Point]) -> Points {
    for point in all {
        points.push(*point);
    }
    points
}

fn extremes(all: impl Iterator<Item = f64> + Clone) -> (f64, f64) {
    (all.clone().fold(f64::INFINITY, f64::min), all.fold(f64::NEG_INFINITY, f64::max))
}

proptest! {
    #[test]
    fn each_column_shows_its_lowest_and_highest(all in any_points(400), column_us in 1_u64..40_000, shift in 0_i64..60_000) {
        let points = filled(Points::default(), &all);
        let grid = Grid { from_us: 1_000_000 - 30_000 + shift, column_us, columns: 40 };
        let until = all[all.len() / 2].at.mono_us;
        for (column, extent) in points.extents(grid, until).into_iter().enumerate() {
            let inside = |point: &&Point| point.at.mono_us <= until && grid.column(point.at.mono_us) == Some(column);
            let values = all.iter().filter(inside).map(|point| point.value);
            let (low, high) = extremes(values);
            prop_assert_eq!(extent.map(|extent| (extent.low.value, extent.high.value)), (low <= high).then_some((low, high)));
            let drawn: Vec<Point> = extent.into_iter().flat_map(super::Extent::points).collect();
            prop_assert!(drawn.len() <= 2 && drawn.is_sorted_by_key(|point| point.at.mono_us));
        }
    }

    #[test]
    fn figures_are_those_of_a_plain_list(all in any_points(400), from in 0_u64..1_000_000, length in 0_u64..1_500_000) {
        let all: Vec<Point> = all.into_iter().map(|p| Point { value: p.value.clamp(-1e9, 1e9), ..p }).collect();
        let points = filled(Points::default(), &all);
        let (from, until) = (1_000_000 + from, 1_000_000 + from + length);
        let inside: Vec<f64> =
            all.iter().filter(|p| (from..=until).contains(&p.at.mono_us)).map(|p| p.value).collect();
        let figures = points.figures(from, until);
        prop_assert_eq!(figures.map(|f| f.count), (!inside.is_empty()).then_some(inside.len() as u64));
        if let Some(figures) = figures {
            let (low, high) = extremes(inside.iter().copied());
            prop_assert_eq!((figures.min, figures.max, figures.last.value), (low, high, inside[inside.len() - 1]));
            let mean = inside.iter().sum::<f64>() / inside.len() as f64;
            let largest = low.abs().max(high.abs()).max(1.0);
            prop_assert!((figures.mean - mean).abs() <= largest * 1e-9, "{} is not {mean}", figures.mean);
        }
    }

    #[test]
    fn a_thinned_stretch_keeps_the_lowest_and_highest_of_every_block(all in any_points(1_500), most in 64_usize..300) {
        let points = filled(Points::with_limits(most, 1_000), &all);
        let kept: Vec<Point> = points.oldest_first().collect();
        prop_assert!(points.kept() <= most + all.len() / 16);
        for block in all.chunks(32) {
            let (low, high) = extremes(block.iter().map(|point| point.value));
            for extreme in [low, high] {
                prop_assert!(kept.iter().any(|point| point.value.total_cmp(&extreme).is_eq() && block.contains(point)), "{extreme} is gone");
            }
        }
        prop_assert!(kept.is_sorted_by_key(|point| point.at.mono_us));
        prop_assert_eq!(points.thinned_before().is_some(), all.len() > most);
    }

    #[test]
    fn however_often_it_is_thinned_extremes_count_and_mean_of_the_whole_stay(all in any_points(3_000), most in 32_usize..100, blocks in 2_usize..9) {
        let all: Vec<Point> = all.into_iter().map(|p| Point { value: p.value.clamp(-1e9, 1e9), ..p }).collect();
        let points = filled(Points::with_limits(most, blocks), &all);
        prop_assert!(points.kept() <= most + 2 * (blocks + 1), "{} points are kept", points.kept());
        let figures = points.figures(0, u64::MAX - 1);
        let (low, high) = extremes(all.iter().map(|point| point.value));
        prop_assert_eq!(figures.map(|f| (f.min, f.max, f.count)), Some((low, high, all.len() as u64)));
        let mean = all.iter().map(|point| point.value).sum::<f64>() / all.len() as f64;
        prop_assert!(figures.is_some_and(|f| (f.mean - mean).abs() <= low.abs().max(high.abs()).max(1.0) * 1e-9));
    }

    #[test]
    fn the_point_at_a_time_and_the_one_after_are_neighbours(all in any_points(200), at in 0_u64..1_000_000) {
        let points = filled(Points::default(), &all);
        let at = 900_000 + at;
        let before = all.iter().rfind(|point| point.at.mono_us <= at).copied();
        let after = all.iter().find(|point| point.at.mono_us > at).copied();
        prop_assert_eq!((points.at(at), points.after(at)), (before, after));
        let newest: Vec<Point> = points.newest_first(at).collect();
        let naive: Vec<Point> = all.iter().rev().filter(|point| point.at.mono_us <= at).copied().collect();
        prop_assert_eq!(newest, naive);
    }

    #[test]
    fn a_window_holds_all_it_is_to_show_on_a_grid_of_its_own(first in 0_u64..1 << 40, span in 0_u64..1 << 45, columns in 2_usize..500) {
        let shown = first + span;
        let grid = Window::default().grid(first, shown, columns);
        prop_assert!(grid.column(first).is_some() && grid.column(shown) == Some(columns - 1));
        prop_assert_eq!(grid.from_us.rem_euclid(grid.column_us as i64), 0);
    }
}

fn message(topic: &str, payload: String, at_us: u64) -> Message {
    Message {
        topic: topic.to_owned(),
        payload: Bytes::from(payload),
        qos: QoS::AtMostOnce,
        retain: false,
        dup: false,
        properties: None,
        received: point(at_us, 0.0).at,
    }
}

/// A connection that has received `count` messages on two topics, charted from the beginning.
fn connection(count: u64) -> Connection {
    let mut connection = Connection::new(
        ConnectionId(0),
        Profile::new("here", Target::new("here", 1883, "chart")),
        Limits::default(),
    );
    for number in 0..count {
        let payload = match number % 5 {
            0 => format!("{{\"other\":{number}}}"),
            _ => format!("{{\"temperature\":{}.50,\"note\":\"a, \\\"b\\\"\"}}", number % 37),
        };
        receive(&mut connection, &message("a/b", payload, 1_000_000 + number * 700));
        receive(&mut connection, &message("c", number.to_string(), 1_000_001 + number * 700));
        if number == 0 {
            chart(&mut connection, "a/b", Field::Pointer("/temperature".to_owned()));
            chart(&mut connection, "a/b", Field::Gap);
            work(&mut connection);
        }
    }
    connection
}

fn receive(connection: &mut Connection, message: &Message) {
    let ingested = connection.store.ingest(message);
    if let (Some(topic), Some(seq)) = (ingested.topic, ingested.seq) {
        connection.feed_chart(topic, seq, message);
    }
}

fn chart(connection: &mut Connection, topic: &str, field: Field) {
    let topic = connection.store.find(topic);
    assert!(topic.is_some_and(|topic| connection.chart.add(topic, field).is_ok()));
}

/// All the work there is; how many pieces it took.
fn work(connection: &mut Connection) -> usize {
    let mut pieces = 0;
    while connection.chart.has_work(&connection.store) && pieces < 10_000 {
        connection.work_chart();
        pieces += 1;
    }
    pieces
}

fn points_of(chart: &Chart) -> Vec<Vec<Point>> {
    chart.series().iter().map(|series| series.points.oldest_first().collect()).collect()
}

#[test]
fn what_is_read_from_the_history_in_slices_is_what_was_fed_live() {
    let mut connection = connection(9_000);
    let live = points_of(&connection.chart);
    assert_eq!(live[0].len(), 7_200);
    assert_eq!(live[1].len(), 8_999);
    connection.chart = Chart::default();
    chart(&mut connection, "a/b", Field::Pointer("/temperature".to_owned()));
    chart(&mut connection, "a/b", Field::Gap);
    assert!(work(&mut connection) > 4, "more than one piece");
    assert_eq!(points_of(&connection.chart), live);
    assert_eq!(connection.chart.series()[0].without, 1_800);
}

#[test]
fn messages_that_come_between_two_slices_are_there_once() {
    let mut connection = connection(5_000);
    chart(&mut connection, "c", Field::Whole);
    connection.work_chart();
    receive(&mut connection, &message("c", "5000".to_owned(), 9_000_000));
    assert!(
        connection.chart.series()[2]
            .progress(&connection.store)
            .is_some_and(|share| share > 0.3 && share < 0.5)
    );
    work(&mut connection);
    receive(&mut connection, &message("c", "5001".to_owned(), 9_000_100));
    let values: Vec<f64> = points_of(&connection.chart)[2].iter().map(|point| point.value).collect();
    assert_eq!(values, (0..5_002).map(f64::from).collect::<Vec<_>>());
}

#[test]
fn a_series_added_while_paused_takes_in_the_rest_afterwards() {
    let mut connection = connection(10);
    connection.store.hold(point(2_000_000, 0.0).at);
    chart(&mut connection, "c", Field::Whole);
    receive(&mut connection, &message("c", "10".to_owned(), 2_000_100));
    work(&mut connection);
    assert_eq!(points_of(&connection.chart)[2].len(), 10);
    connection.store.release();
    receive(&mut connection, &message("c", "11".to_owned(), 2_000_200));
    work(&mut connection);
    assert_eq!(points_of(&connection.chart)[2].len(), 12);
}

#[test]
fn a_message_that_waited_in_the_channel_does_not_come_into_a_paused_view() {
    let mut connection = connection(10);
    connection.store.hold(point(2_000_000, 0.0).at);
    receive(&mut connection, &message("a/b", "{\"temperature\":99}".to_owned(), 1_999_000));
    let series = &connection.chart.series()[0];
    assert_eq!(series.points.figures(0, 2_000_000).map(|figures| figures.max), Some(9.5));
    assert_eq!(series.points.figures(0, 3_000_000).map(|figures| figures.max), Some(99.0));
}

#[test]
fn the_cursor_stops_at_every_spike() {
    let mut store = Store::new(Limits::default());
    let topic = store.ingest(&message("t", "0".to_owned(), 1)).topic;
    let mut chart = Chart::default();
    assert!(topic.is_some_and(|topic| chart.add(topic, Field::Whole).is_ok()));
    for number in 0..20_000_u64 {
        let value = if number == 7_777 { 1_000.0 } else { (number % 3) as f64 };
        chart.series[0].points.push(point(1_000_000 + number * 1_000, value));
    }
    let shown = point(1_000_000 + 20_000_000, 0.0).at;
    let mut seen = Vec::new();
    for _ in 0..400 {
        chart.step(-1, shown);
        let at = chart.cursor.and_then(|at| chart.series[0].points.at(at));
        seen.push(at.map_or(0.0, |point| point.value));
    }
    assert!(seen.contains(&1_000.0), "the spike was stepped over");
    let first = chart.series[0].points.first().map(|point| point.at.mono_us);
    assert_eq!(chart.cursor, first, "two steps a column are enough to get to the first");
    (0..400).for_each(|_| chart.step(1, shown));
    assert_eq!(chart.cursor, None, "beyond the newest it follows again");
}

#[test]
fn zooming_keeps_the_cursor_in_its_place_and_all_comes_back() {
    let whole = (1_000_000, 101_000_000);
    let grid = |window: Window| window.grid(whole.0, whole.1, 100);
    let zoomed = Window::default().zoomed(true, Some(26_000_000), whole);
    assert_eq!(zoomed, Window { span_us: Some(50_000_000), end_us: Some(63_500_000) });
    let column = |window: Window| grid(window).column(26_000_000).map(|column| column / 4);
    assert_eq!(column(zoomed), column(Window::default()));
    assert_eq!(zoomed.zoomed(false, Some(26_000_000), whole), Window::default());
    let live = Window::default().zoomed(true, None, whole);
    assert!(live.is_live());
    let earlier = live.panned(false, whole);
    assert_eq!(earlier.end_us, Some(88_500_000));
    assert!(earlier.panned(true, whole).is_live(), "back at the end it follows");
    let far = (0..50).fold(live, |window, _| window.panned(false, whole));
    assert_eq!(far.end_us, Some(51_000_000), "no further than the first point");
    let close = (0..60).fold(live, |window, _| window.zoomed(true, None, whole));
    assert_eq!(close.span_us, Some(10_000));
}

#[test]
fn csv_holds_every_value_as_it_was_sent() {
    let mut connection = connection(3_000);
    connection.chart.remove();
    chart(&mut connection, "c", Field::Whole);
    work(&mut connection);
    let mut csv = Csv::default();
    let mut text = String::new();
    while let Some(piece) = csv.piece(&connection) {
        text.push_str(&piece);
    }
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert_eq!(
        lines[..3],
        [
            "received,topic,field,value,qos,retain,dup",
            "2026-11-20T14:00:01.000Z,a/b,/temperature,1.50,0,false,false",
            "2026-11-20T14:00:01.001Z,a/b,/temperature,2.50,0,false,false",
        ]
    );
    assert_eq!(lines.len(), 1 + 2_400 + 3_000 + 1);
    assert_eq!(lines[2_401], "2026-11-20T14:00:01.000Z,c,value,0,0,false,false");
    assert_eq!(lines[5_401], "", "the last line ends, too");
}

#[test]
fn csv_goes_on_with_numbers_where_messages_have_left_the_history() {
    let limits = Limits { bytes: 512 << 10, keep_min: 2, ..Limits::default() };
    let mut connection =
        Connection::new(ConnectionId(0), Profile::new("here", Target::new("here", 1883, "chart")), limits);
    receive(&mut connection, &message("a,\"b\"", "0.50".to_owned(), 0));
    chart(&mut connection, "a,\"b\"", Field::Whole);
    work(&mut connection);
    for number in 1..40_000_u64 {
        receive(&mut connection, &message("a,\"b\"", format!("{number}.50"), number * 1_000));
    }
    let stored = connection.store.history_len(connection.chart.series()[0].topic);
    assert!(stored < 30_000, "{stored} are in the history");
    let mut csv = Csv::default();
    let text: String = std::iter::from_fn(|| csv.piece(&connection)).collect();
    let values: Vec<&str> = text.lines().skip(1).filter_map(|line| line.rsplit(',').nth(3)).collect();
    assert_eq!(values.len(), 40_000);
    assert_eq!((values[0], values[39_999]), ("0.5", "39999.50"));
    assert!(text.lines().nth(1).is_some_and(|line| line.contains(",\"a,\"\"b\"\"\",value,")));
}

#[test]
fn the_small_picture_shows_the_value_at_the_end_of_each_column() {
    let mut connection = connection(1);
    chart(&mut connection, "c", Field::Whole);
    for number in 1..=8_u64 {
        receive(&mut connection, &message("c", number.to_string(), 1_000_000 + number * 1_000_000));
    }
    work(&mut connection);
    let topic = connection.chart.series()[2].topic;
    let picture = connection.chart.sparkline(topic, point(9_000_000, 0.0).at, 8);
    let picture: Vec<u8> = picture.into_iter().flatten().flatten().collect();
    assert!(picture.len() >= 7 && picture.is_sorted(), "{picture:?}");
    assert_eq!(picture.last(), Some(&7));
    let uncharted = connection.store.find("a");
    assert!(
        uncharted
            .is_some_and(|topic| connection.chart.sparkline(topic, point(9_000_000, 0.0).at, 8).is_none())
    );
}
