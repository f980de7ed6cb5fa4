//! The topic tree: level, value preview, messages at and below, rate, age. Draws the rows that `arrange` laid out, and nothing else;
//! what an empty one says is in `empty`.

use std::time::Duration;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::Widget;

use super::ink::{Ink, row_of};
use super::{Cache, empty};
use crate::app::layout::{
    self, TREE_AGE as AGE, TREE_FLAG as MARK, TREE_MESSAGES as MESSAGES, TreeColumns, tree_columns,
};
use crate::app::{App, Connection, Pane, Place, TreeRow, scrubber};
use crate::config::Role;
use crate::payload::{format, preview, preview_kind};
use crate::store::Stats;

pub(super) fn draw(app: &App, ink: &Ink<'_>, area: Rect, cache: &mut Cache, frame: &mut Frame<'_>) {
    let connection = app.connection();
    let focused = connection.focus == Pane::Topics && !connection.publish.open;
    let tree = &connection.tree;
    let sort =
        Line::styled(format!(" sort: {} ", tree.sort().label()), ink.style(Role::Muted)).right_aligned();
    let place = tree.place().map_or_else(String::new, |place| position(place, tree.rows().len()));
    let place = Line::styled(place, ink.style(Role::Muted)).right_aligned();
    let block = ink.frame("Topics", focused).title(sort).title_bottom(place);
    let inside = block.inner(area);
    block.render(area, frame.buffer_mut());
    let mut top = 0;
    if app.filter_shown() {
        filter_line(app, ink, row_of(inside, 0), frame);
        top = 1;
    }
    let widths = tree_columns(inside.width);
    let buffer = frame.buffer_mut();
    titles(ink, widths, row_of(inside, top), buffer);
    let scrubber = scrubber(app, area);
    if let Some(areas) = &scrubber {
        super::scrubber::draw(app, ink, areas, buffer);
    }
    let taken = top as u16 + 1 + scrubber.map_or(0, |areas| areas.all.height);
    let rows = Rect { y: inside.y + top as u16 + 1, height: inside.height.saturating_sub(taken), ..inside };
    if tree.rows().is_empty() {
        empty::draw(app, ink, rows, cache, buffer);
        return;
    }
    for (index, row) in tree.rows().iter().enumerate().take(usize::from(rows.height)) {
        let selected = tree.selected() == Some(row.node);
        draw_row(connection, ink, widths, *row, (selected, focused), row_of(rows, index), cache, buffer);
    }
    let below = tree.rows().len() as u16;
    if connection.store.totals().messages == 0 && below < rows.height {
        // Only $SYS is there: what is missing is told below it.
        let rest = Rect { y: rows.y + below, height: rows.height - below, ..rows };
        empty::draw(app, ink, rest, cache, buffer);
    }
}

/// ` 12-34 of 118 rows `.
fn position(place: Place, rows: usize) -> String {
    let all = match place.all {
        Ok(all) => format::grouped(all as u64),
        Err(counted) => format!("more than {}", format::grouped(counted as u64)),
    };
    match place.above {
        Some(above) => {
            let (first, last) = (above as u64 + 1, (above + rows) as u64);
            format!(" {}-{} of {all} rows ", format::grouped(first), format::grouped(last))
        }
        None => format!(" of {all} rows "),
    }
}

fn filter_line(app: &App, ink: &Ink<'_>, area: Rect, frame: &mut Frame<'_>) {
    let tree = &app.connection().tree;
    let matches = tree.filter_matches().map_or_else(String::new, |count| match count {
        1 => "1 match".to_owned(),
        count => format!("{} matches", format::grouped(count as u64)),
    });
    let style =
        if tree.filter_matches() == Some(0) { ink.style(Role::Warning) } else { ink.style(Role::Muted) };
    ink.put_right(frame.buffer_mut(), area.x, area.y, area.width.saturating_sub(1), &matches, style);
    ink.put(frame.buffer_mut(), area.x + 1, area.y, 2, "/", ink.style(Role::Key));
    let field = Rect { x: area.x + 3, width: area.width.saturating_sub(matches.len() as u16 + 5), ..area };
    if let Some(input) = &app.connection().filter_input {
        super::publish::one_line_field(input, ink, field, true, frame);
    } else {
        let text = ink.clean(tree.filter_text()).into_owned();
        ink.put(frame.buffer_mut(), field.x, field.y, field.width, &text, ink.style(Role::Match));
    }
}

fn titles(ink: &Ink<'_>, widths: TreeColumns, area: Rect, buffer: &mut Buffer) {
    let style = ink.style(Role::Faint);
    ink.put(buffer, area.x + 1, area.y, widths.name, "topic", style);
    if widths.value > 0 {
        ink.put(buffer, area.x + 1 + widths.name + MARK, area.y, widths.value, "value", style);
    }
    let mut right = area.right().saturating_sub(1);
    right -= AGE;
    ink.put_right(buffer, right, area.y, AGE, "age", style);
    if widths.rate > 0 {
        right -= widths.rate;
        ink.put_right(buffer, right, area.y, widths.rate, "rate", style);
    }
    right -= MESSAGES;
    ink.put_right(buffer, right, area.y, MESSAGES, "msgs", style);
}

#[expect(
    clippy::too_many_arguments,
    reason = "a row is drawn from just these, and a struct would only rename them"
)]
fn draw_row(
    connection: &Connection,
    ink: &Ink<'_>,
    widths: TreeColumns,
    row: TreeRow,
    (selected, focused): (bool, bool),
    area: Rect,
    cache: &mut Cache,
    buffer: &mut Buffer,
) {
    let store = &connection.store;
    let stats = store.stats(row.node);
    let age = stats.last_received_us.map(|at| Duration::from_micros(ink.shown.mono_us.saturating_sub(at)));
    let (value_style, value) = value(connection, ink, row, &stats, cache);
    name(connection, ink, row, widths.name, area, buffer);
    let mut x = area.x + 1 + widths.name;
    if stats.retained {
        ink.put(buffer, x, area.y, 1, "R", ink.style(Role::Retain));
    }
    x += MARK;
    if widths.value > 0 {
        let columns = usize::from(widths.value - 1);
        let text = match value {
            Value::Words(words) => words,
            Value::Payload(payload) => preview(payload, preview_kind(payload), columns, ink.payload_style()),
        };
        ink.put(buffer, x, area.y, widths.value - 1, &text, value_style);
    }
    let muted = ink.style(Role::Muted);
    let mut right = area.right() - 1 - AGE;
    let age_text = age.map_or_else(String::new, format::age);
    if let Some(age) = age.filter(|_| ink.is_live()) {
        cache.wake_for_age(ink.now, format::next_change(age));
    }
    ink.put_right(buffer, right, area.y, AGE, &age_text, muted);
    if widths.rate > 0 {
        right -= widths.rate;
        let rate = store.rate(row.node, ink.shown.mono_us);
        if rate > 0.0 && ink.is_live() {
            cache.wake_for_age(ink.now, Duration::from_secs(1));
        }
        ink.put_right(buffer, right, area.y, widths.rate, &ink.rate(f64::from(rate)), muted);
    }
    right -= MESSAGES;
    ink.put_right(buffer, right, area.y, MESSAGES, &format::count(stats.messages_below), muted);
    if selected {
        ink.select(buffer, area, focused);
    }
}

/// Indentation, mark and level.
fn name(connection: &Connection, ink: &Ink<'_>, row: TreeRow, columns: u16, area: Rect, buffer: &mut Buffer) {
    let glyphs = ink.glyphs();
    let indent = layout::tree_indent(columns, row.depth);
    let end = area.x + columns;
    let mut x = area.x + 1 + indent.columns;
    if let Some(depth) = indent.depth {
        let text = format!("{}{depth}", glyphs.ellipsis);
        ink.put(buffer, x, area.y, end.saturating_sub(x), &text, ink.style(Role::Faint));
        x = area.x + 1 + indent.mark;
    }
    let mark = match (row.branch, row.open) {
        (false, _) => " ",
        (true, true) => glyphs.open,
        (true, false) => glyphs.closed,
    };
    ink.put(buffer, x, area.y, 1, mark, ink.style(Role::Muted));
    x += 2;
    let level = connection.store.level(row.node);
    let room = end.saturating_sub(x);
    if level.is_empty() {
        ink.put(buffer, x, area.y, room, glyphs.empty_level, ink.style(Role::Placeholder));
        return;
    }
    let clean = ink.clean(level);
    let style = if clean == level { ink.style(Role::Text) } else { ink.style(Role::Placeholder) };
    ink.put(buffer, x, area.y, room, &clean, style);
    if row.matched {
        highlight(connection.tree.filter_text(), &clean, ink.style(Role::Match), x, area.y, room, buffer);
    }
}

/// Lights up where the filter stands in a level, case ignored; a match across levels lights nothing here.
fn highlight(needle: &str, level: &str, style: Style, x: u16, y: u16, room: u16, buffer: &mut Buffer) {
    let (needle, lower) = (needle.to_lowercase(), level.to_lowercase());
    if needle.is_empty() || lower.len() != level.len() {
        return;
    }
    let Some(at) = lower.find(&needle) else { return };
    let (before, found) = (level.get(..at), level.get(at..at + needle.len()));
    if let (Some(before), Some(found)) = (before, found) {
        let start = crate::payload::width(before) as u16;
        let length = crate::payload::width(found) as u16;
        if start < room {
            buffer.set_style(Rect::new(x + start, y, length.min(room - start), 1), style);
        }
    }
}

enum Value<'a> {
    Words(String),
    Payload(&'a [u8]),
}

fn value<'a>(
    connection: &'a Connection,
    ink: &Ink<'_>,
    row: TreeRow,
    stats: &Stats,
    cache: &mut Cache,
) -> (Style, Value<'a>) {
    let store = &connection.store;
    if !store.is_topic(row.node) {
        let topics = match stats.topics_below {
            1 => "1 topic".to_owned(),
            n => format!("{} topics", format::grouped(u64::from(n))),
        };
        return (ink.style(Role::Faint), Value::Words(topics));
    }
    let age = Duration::from_micros(ink.shown.mono_us.saturating_sub(stats.own_last_us.unwrap_or(0)));
    let style = ink.fresh(age, cache);
    match store.latest(row.node) {
        Some(message) if message.payload.is_empty() => {
            (ink.style(Role::Faint), Value::Words("(empty)".into()))
        }
        Some(message) => (style, Value::Payload(message.payload)),
        None if store.too_large(row.node).1 => {
            (ink.style(Role::Faint), Value::Words("too large to keep".into()))
        }
        None => (ink.style(Role::Faint), Value::Words("evicted".into())),
    }
}
