//! The chart: what `c` takes for the number at hand, and moving in time.

use std::borrow::Cow;

use ratatui::layout::Position;

use super::{menu, moves, prompt, set_focus};
use crate::app::chart::Window;
use crate::app::{App, Command, Connection, Effect, MenuItem, Overlay, Pane, Pick, Purpose, Right};
use crate::model::{Moment, Severity};
use crate::payload::field::{Field, Probe, number_in, numbers_in};
use crate::payload::structure::Structure;
use crate::payload::{Kind, Reading, format};
use crate::store::{MessageRef, TopicId};

/// Drawn points of a page.
const PAGE: isize = 10;
/// Numbers of a list in plain text that are offered.
const MOST_ITEMS: usize = 50;
/// Bytes of a text beyond which its numbers are not listed.
const LARGEST: usize = 1 << 20;
/// Bytes of a payload that is read here when the screen has not read it.
const AT_ONCE: usize = 64 << 10;
/// Messages in which a typed field is looked for, and bytes of them after which no more are.
const LOOKED_AT: usize = 100;
const LOOKED_AT_BYTES: usize = 2 << 20;
/// Digits of a number in the menu.
const DIGITS: usize = 15;

pub(super) fn run(app: &mut App, command: Command, now: Moment) -> Vec<Effect> {
    match command {
        Command::ChartNumber => {
            if let Err(reason) = chart_number(app, now) {
                app.notices.push_here(now, Severity::Warning, reason);
            }
        }
        Command::ChartField => ask_field(app),
        Command::CloseChart => close(app),
        Command::ChartEarlier | Command::ChartLater | Command::ZoomOut
            if app.connection().chart.window.span_us.is_none() =>
        {
            app.notices.push_here(now, Severity::Info, "all there is is on screen: + zooms in");
        }
        _ => {
            let shown = shown(app.connection(), now);
            in_chart(app.connection_mut(), command, shown);
        }
    }
    Vec::new()
}

/// The moment up to which the selected line is known.
fn shown(connection: &Connection, now: Moment) -> Moment {
    let shown = connection.shown_moment(now);
    let selected = connection.chart.selected_series();
    selected.map_or(shown, |series| connection.charted_until(series.topic, shown))
}

fn in_chart(connection: &mut Connection, command: Command, shown: Moment) {
    let chart = &mut connection.chart;
    let whole = chart.whole(shown);
    match command {
        Command::RemoveSeries => {
            chart.remove();
            if chart.series().is_empty() {
                leave(connection);
            }
        }
        Command::ChartLeft => chart.step(-1, shown),
        Command::ChartRight => chart.step(1, shown),
        Command::ChartEarlier | Command::ChartLater => {
            chart.window = chart.window.panned(command == Command::ChartLater, whole);
            if chart.window.is_live() {
                chart.cursor = None;
            }
        }
        Command::ZoomIn | Command::ZoomOut => {
            chart.window = chart.window.zoomed(command == Command::ZoomIn, chart.cursor, whole);
        }
        Command::ChartLive => {
            chart.window = Window::default();
            chart.cursor = None;
        }
        Command::NextDrawing => chart.drawing = chart.drawing.next(),
        Command::NextHeights => chart.heights = chart.heights.next(),
        Command::ToggleTable => chart.table = !chart.table,
        _ => {}
    }
}

/// Up and down choose the series, pages move the cursor.
pub(super) fn movement(app: &mut App, command: Command, now: Moment) {
    let shown = shown(app.connection(), now);
    let chart = &mut app.connection_mut().chart;
    match command {
        Command::PageUp => chart.step(-PAGE, shown),
        Command::PageDown => chart.step(PAGE, shown),
        _ => chart.select(chart.selected().saturating_add_signed(moves::rows(command, PAGE))),
    }
}

/// The wheel zooms around the time under it.
pub(super) fn wheel(app: &mut App, at: Position, into: bool, now: Moment) {
    let connection = app.connection_mut();
    let shown = connection.shown_moment(now);
    let chart = &mut connection.chart;
    let centre = chart.time_at(at).filter(|time| *time < shown.mono_us);
    chart.window = chart.window.zoomed(into, centre, chart.whole(shown));
}

/// A click puts the cursor on the point that is nearest in time.
pub(super) fn click(app: &mut App, at: Position, now: Moment) {
    let connection = app.connection_mut();
    let shown = connection.shown_moment(now);
    if connection.right == Right::Chart
        && let Some(time) = connection.chart.time_at(at)
    {
        connection.chart.point_at(time, shown);
    }
}

/// One step back: first the cursor goes, then the chart gives its place back.
fn close(app: &mut App) {
    let connection = app.connection_mut();
    if connection.chart.cursor.take().is_none() {
        leave(connection);
    }
}

fn leave(connection: &mut Connection) {
    connection.right = Right::Message;
    (connection.focus, connection.zoomed) = connection.chart.came_from;
}

/// Adds a field to the chart, or selects it there, and shows the chart.
pub(super) fn add(app: &mut App, topic: TopicId, field: Field, now: Moment) {
    let connection = app.connection_mut();
    let refused = connection.chart.add(topic, field).err();
    // With the chart on screen one can take out what is too much.
    show(app);
    if let Some(reason) = refused {
        app.notices.push_here(now, Severity::Warning, reason);
    }
}

fn show(app: &mut App) {
    let connection = app.connection_mut();
    if connection.right != Right::Chart || connection.focus != Pane::Message {
        connection.chart.came_from = (connection.focus, connection.zoomed);
    }
    connection.right = Right::Chart;
    set_focus(app, Pane::Message);
}

const BEING_READ: &str = "the payload is still being read: once more in a moment";

/// Whether only the beginning of what is inside was read.
fn is_cut(reading: &Reading) -> bool {
    reading.layers.iter().any(|layer| layer.size >= AT_ONCE)
}

/// The message in hand and what is in it: as it was read for the screen, else read here when that is a matter of a moment.
fn in_hand(connection: &Connection) -> Result<(MessageRef<'_>, Cow<'_, Reading>), String> {
    let topic = connection.tree.selected().ok_or("no topic is selected")?;
    if !connection.store.is_topic(topic) {
        return Err("this level has no messages of its own: select a topic to chart it".to_owned());
    }
    let message =
        connection.shown_message().ok_or("no message of this topic is in the history: nothing to chart")?;
    let shown = connection.shown().filter(|shown| (shown.of.topic, shown.of.seq) == (topic, message.seq));
    if let Some(shown) = shown {
        return Ok((message, Cow::Borrowed(&shown.reading)));
    }
    if message.payload.len() > AT_ONCE {
        return Err(BEING_READ.to_owned());
    }
    let reading = connection.read_small(&message);
    if is_cut(&reading) {
        return Err(BEING_READ.to_owned());
    }
    Ok((message, Cow::Owned(reading)))
}

/// The field selected in the tree view of the payload, when the keys are there and it has a value.
fn selected_field(connection: &Connection) -> Result<Option<Field>, String> {
    if connection.focus != Pane::Message || connection.right != Right::Message {
        return Ok(None);
    }
    let Some((structure, node)) = connection.selected_node() else { return Ok(None) };
    if structure.kind(node).is_container() {
        return Ok(None);
    }
    if connection.shown().is_some_and(|shown| shown.of.program.is_some()) {
        return Err(
            "the tree shows what jq made of the payload, and the payload is what is charted".to_owned()
        );
    }
    let field = connection.selected_field();
    let Some(named) = &field else { return Ok(None) };
    match number_in(structure.text(), named) {
        Some(_) => Ok(field),
        None => Err(format!("there is no number at '{named}'")),
    }
}

fn chart_number(app: &mut App, now: Moment) -> Result<(), String> {
    let connection = app.connection();
    let (message, reading) = in_hand(connection)?;
    let topic = message.topic;
    if let Some(field) = selected_field(connection)? {
        add(app, topic, field, now);
        return Ok(());
    }
    let text = reading.text(message.payload);
    if text.is_some_and(|text| number_in(text, &Field::Whole).is_some()) {
        add(app, topic, Field::Whole, now);
        return Ok(());
    }
    let numbers = text.map(|text| numbers(text, &reading)).transpose()?.unwrap_or_default();
    if let [(field, _)] = &numbers[..] {
        let field = field.clone();
        add(app, topic, field, now);
        return Ok(());
    }
    let title = if numbers.is_empty() {
        format!("No number in this payload ({}); of the messages themselves", reading.kind)
    } else {
        "Chart".to_owned()
    };
    let mut items: Vec<MenuItem> = numbers
        .into_iter()
        .map(|(field, value)| item(connection, topic, field, format::number(value, DIGITS)))
        .collect();
    let size = format::bytes(message.payload.len() as u64);
    let gap = connection.store.older(topic, message.seq);
    let gap = gap.map_or_else(String::new, |older| format::gap(message.received.since(older.received)));
    items.push(item(connection, topic, Field::Size, size));
    items.push(item(connection, topic, Field::Gap, gap));
    menu::open(app, title, items);
    Ok(())
}

fn item(connection: &Connection, topic: TopicId, field: Field, value: String) -> MenuItem {
    let text = match field {
        Field::Size => "size in bytes".to_owned(),
        Field::Gap => "gap between messages, in seconds".to_owned(),
        _ => field.to_string(),
    };
    let charted = connection.chart.place_of(topic, &field).is_some();
    let detail = if charted { format!("{value}   in the chart") } else { value };
    MenuItem { text, detail, pick: Ok(Pick::ChartField(topic, field)) }
}

/// The numbers in a text that is not one itself.
fn numbers(text: &str, reading: &Reading) -> Result<Vec<(Field, f64)>, String> {
    if text.len() > LARGEST {
        return Err(format!(
            "{} are too much to list the numbers in: name the field, with a in the chart",
            format::bytes(text.len() as u64)
        ));
    }
    if reading.is_json() {
        return Ok(Structure::of_json(text).map(|structure| numbers_in(&structure)).unwrap_or_default());
    }
    if reading.kind == Kind::Xml {
        return Ok(Structure::of_xml(text).map(|structure| numbers_in(&structure)).unwrap_or_default());
    }
    // A list such as `20.1;48;97`: prose with a number in it is none.
    let listed = (0..MOST_ITEMS).map_while(|place| {
        let field = Field::Item(place);
        number_in(text, &field).map(|value| (field, value))
    });
    Ok(listed.collect())
}

fn ask_field(app: &mut App) {
    prompt::open(app, Purpose::ChartField, "");
    let connection = app.connection();
    let of = connection.tree.selected().map(|topic| format!("of {}", connection.store.path(topic)));
    let remark = of.map(|of| Ok(format!("{of}:  {}", Purpose::ChartField.hint())));
    if let Overlay::Prompt(prompt) = &mut app.overlay {
        prompt.remark = remark;
    }
}

/// Adds the field that was typed, of the selected topic.
pub(super) fn typed(app: &mut App, text: &str) -> Result<(), String> {
    let field = Field::parse(text).map_err(|fault| fault.to_string())?;
    let connection = app.connection();
    let topic = connection.tree.selected().filter(|topic| connection.store.is_topic(*topic));
    let topic = topic.ok_or("select a topic in the tree first: the field is of that one")?;
    if !matches!(field, Field::Size | Field::Gap) {
        let probe = Probe::new(&field).map_err(|fault| fault.to_string())?;
        let (mut looked_at, mut bytes, mut found) = (0, 0, false);
        for message in connection.store.history(topic).take(LOOKED_AT) {
            let reading = connection.read_small(&message);
            // What was not read may have it.
            found = is_cut(&reading)
                || reading.text(message.payload).is_some_and(|text| probe.number(text).is_some());
            looked_at += 1;
            bytes += message.payload.len();
            if found || bytes > LOOKED_AT_BYTES {
                break;
            }
        }
        if !found {
            return Err(format!("no number at '{field}' in the newest {looked_at} messages of this topic"));
        }
    }
    app.connection_mut().chart.add(topic, field)?;
    show(app);
    Ok(())
}
