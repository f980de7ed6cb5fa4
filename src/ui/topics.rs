//! The topic tree: level, value preview, messages at and below, rate, age; above it the filter and the pins. Draws the rows that
//! `arrange` laid out, and nothing else; what an empty one says is in `empty`.

mod filter_line;
mod pins;

use std::ops::Range;
use std::time::Duration;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::Widget;

use super::ink::{Ink, row_of};
use super::{Cache, empty, glance};
use crate::app::layout::{
    self, TREE_AGE as AGE, TREE_FLAG as MARK, TREE_MESSAGES as MESSAGES, TreeColumns, tree_columns,
};
use crate::app::{App, Connection, Lateness, Pane, Place, TreeRow, lateness, scrubber};
use crate::config::Role;
use crate::payload::field::Field;
use crate::payload::{format, width};
use crate::store::{MessageRef, Stats, TopicId};

pub(super) fn draw(app: &App, ink: &Ink<'_>, area: Rect, cache: &mut Cache, frame: &mut Frame<'_>) {
    let connection = app.connection();
    let focused = connection.focus == Pane::Topics && !connection.publish.open;
    let tree = &connection.tree;
    let sort =
        Line::styled(format!(" sort: {} ", tree.sort().label()), ink.style(Role::Muted)).right_aligned();
    let place = tree.place().map_or_else(String::new, |place| position(place, tree.rows().len()));
    let inside_width = area.width.saturating_sub(2);
    let widths = tree_columns(inside_width);
    let whole = whole_name(
        connection,
        ink,
        widths.name,
        usize::from(inside_width) - place.len().min(usize::from(inside_width)),
    );
    let place = Line::styled(place, ink.style(Role::Muted)).right_aligned();
    let block = ink.frame("Topics", focused).title(sort).title_bottom(place);
    let block = match whole {
        Some(whole) => block.title_bottom(Line::styled(whole, ink.style(Role::Text))),
        None => block,
    };
    let inside = block.inner(area);
    block.render(area, frame.buffer_mut());
    if app.filter_shown() {
        let lines = Rect { height: layout::filter_rows(app, area).min(inside.height), ..inside };
        filter_line::draw(app, ink, lines, frame);
    }
    let buffer = frame.buffer_mut();
    let pins = Rect { y: layout::pins_top(app, area), height: layout::pin_rows(app, area), ..inside };
    titles(ink, widths, Rect { y: pins.y.saturating_sub(1), height: 1, ..inside }, buffer);
    pins::draw(connection, ink, widths, focused, pins, cache, buffer);
    let scrubber = scrubber(app, area);
    if let Some(areas) = &scrubber {
        super::scrubber::draw(app, ink, areas, buffer);
    }
    let top = layout::tree_top(app, area);
    let taken = scrubber.map_or(0, |areas| areas.all.height);
    let rows = Rect { y: top, height: inside.bottom().saturating_sub(top + taken), ..inside };
    if tree.rows().is_empty() {
        empty::draw(app, ink, rows, cache, buffer);
        return;
    }
    for (index, row) in tree.rows().iter().enumerate().take(usize::from(rows.height)) {
        let selected = tree.cursor() == Some(row.node);
        draw_row(connection, ink, widths, *row, (selected, focused), row_of(rows, index), cache, buffer);
    }
    let below = tree.rows().len() as u16;
    if connection.store.totals().messages == 0 && below < rows.height {
        // Only $SYS is there: what is missing is told below it.
        let rest = Rect { y: rows.y + below, height: rows.height - below, ..rows };
        empty::draw(app, ink, rest, cache, buffer);
    }
}

/// The selected level in full, for the border of the pane, when its cell cannot show all of it.
fn whole_name(connection: &Connection, ink: &Ink<'_>, columns: u16, room: usize) -> Option<String> {
    let tree = &connection.tree;
    let cursor = tree.cursor()?;
    let row = tree.rows().iter().find(|row| row.node == cursor)?;
    let used = usize::from(1 + layout::tree_indent(columns, row.depth).mark + 2);
    let level = ink.clean(connection.store.level(cursor));
    let cut = width(&level) + used > usize::from(columns);
    // Two blanks around it, and something of the border beside it.
    (cut && room > 8).then(|| format!(" {} ", ink.tail(&level, room - 4)))
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
    name(connection, ink, row, widths.name, area, buffer);
    if connection.browse.contains(connection.store.path(row.node)) {
        ink.put(buffer, area.x, area.y, 1, ink.glyphs().browsed, ink.style(Role::Accent));
    }
    cells(connection, ink, widths, (Some(row.node), None), area, cache, buffer);
    if row.stale {
        let faint = ink.style(Role::Faint);
        buffer.set_style(Rect { x: area.x + 1, width: area.width.saturating_sub(1), ..area }, faint);
    }
    if selected {
        ink.select(buffer, area, focused);
    }
}

/// Everything of a row but its name: retained mark, value, messages, rate, age. Without a node nothing is known yet. Of a watched field its
/// value stands for that of the message.
fn cells(
    connection: &Connection,
    ink: &Ink<'_>,
    widths: TreeColumns,
    (node, watched): (Option<TopicId>, Option<&Field>),
    area: Rect,
    cache: &mut Cache,
    buffer: &mut Buffer,
) {
    let mut x = area.x + 1 + widths.name;
    let Some(node) = node else {
        ink.put(buffer, x + MARK, area.y, widths.value, "no message yet", ink.style(Role::Faint));
        return;
    };
    let store = &connection.store;
    let stats = store.stats(node);
    let age = stats.last_received_us.map(|at| Duration::from_micros(ink.shown.mono_us.saturating_sub(at)));
    let (value_style, value) = value(connection, ink, node, &stats, cache);
    if stats.retained {
        ink.put(buffer, x, area.y, 1, "R", ink.style(Role::Retain));
    }
    x += MARK;
    if widths.value > 0 {
        let cell = Rect { x, width: widths.value - 1, ..area };
        let columns = super::chart::spark::draw(connection, ink, node, cell, buffer);
        let text = match (value, watched) {
            (Value::Words(words), _) => words,
            (Value::Message(_), Some(field)) => {
                connection.watched(node, field).unwrap_or_else(|| ink.glyphs().dash.to_owned())
            }
            (Value::Message(message), None) => glance::of(connection, &message, columns, ink, cache),
        };
        ink.put(buffer, x, area.y, columns, &text, value_style);
    }
    let muted = ink.style(Role::Muted);
    let mut right = area.right() - 1 - AGE;
    let age_text = age.map_or_else(String::new, format::age);
    if let Some(age) = age.filter(|_| ink.is_live()) {
        cache.wake_for_age(ink.now, format::next_change(age));
    }
    ink.put_right(buffer, right, area.y, AGE, &age_text, age_style(connection, ink, node));
    if widths.rate > 0 {
        right -= widths.rate;
        let rate = store.rate(node, ink.shown.mono_us);
        if rate > 0.0 && ink.is_live() {
            cache.wake_for_age(ink.now, Duration::from_secs(1));
        }
        ink.put_right(buffer, right, area.y, widths.rate, &ink.rate_of(store, node), muted);
    }
    right -= MESSAGES;
    ink.put_right(buffer, right, area.y, MESSAGES, &format::count(stats.messages_below), muted);
}

/// Style of the time since the last message: of a topic that is overdue, by how much.
fn age_style(connection: &Connection, ink: &Ink<'_>, node: TopicId) -> Style {
    // The time beside a branch is that of all below it.
    let own = connection.store.child_count(node) == 0;
    let role = match lateness(connection, node, ink.shown).filter(|_| own) {
        _ if connection.is_quiet(node) => Role::Faint,
        None => Role::Muted,
        Some(Lateness::Late) => Role::Warning,
        Some(Lateness::Gone) => Role::Error,
    };
    ink.style(role)
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
    let style = match (clean == level, connection.is_quiet(row.node)) {
        (false, _) => ink.style(Role::Placeholder),
        (true, true) => ink.style(Role::Faint),
        (true, false) => ink.style(Role::Text),
    };
    ink.put(buffer, x, area.y, room, &clean, style);
    // Where marks stand in place of characters, places in the level are not places on screen.
    if row.matched && clean == level {
        for lit in connection.tree.lit(connection.store.path(row.node), level) {
            light(level, &lit, ink.style(Role::Match), (x, area.y), room, buffer);
        }
    }
}

/// Lights up a part of a level.
fn light(level: &str, part: &Range<usize>, style: Style, (x, y): (u16, u16), room: u16, buffer: &mut Buffer) {
    if let (Some(before), Some(found)) = (level.get(..part.start), level.get(part.clone())) {
        let start = width(before) as u16;
        if start < room {
            buffer.set_style(Rect::new(x + start, y, (width(found) as u16).min(room - start), 1), style);
        }
    }
}

enum Value<'a> {
    Words(String),
    Message(MessageRef<'a>),
}

fn value<'a>(
    connection: &'a Connection,
    ink: &Ink<'_>,
    node: TopicId,
    stats: &Stats,
    cache: &mut Cache,
) -> (Style, Value<'a>) {
    let store = &connection.store;
    if !store.is_topic(node) {
        let topics = match stats.topics_below {
            1 => "1 topic".to_owned(),
            n => format!("{} topics", format::grouped(u64::from(n))),
        };
        return (ink.style(Role::Faint), Value::Words(topics));
    }
    let age = Duration::from_micros(ink.shown.mono_us.saturating_sub(stats.own_last_us.unwrap_or(0)));
    // What is muted is no news.
    let style = if connection.is_quiet(node) { ink.style(Role::Faint) } else { ink.fresh(age, cache) };
    match store.latest(node) {
        Some(message) if message.payload.is_empty() => {
            (ink.style(Role::Faint), Value::Words("(empty)".into()))
        }
        Some(message) => (style, Value::Message(message)),
        None if store.too_large(node).1 => (ink.style(Role::Faint), Value::Words("too large to keep".into())),
        None => (ink.style(Role::Faint), Value::Words("evicted".into())),
    }
}
