//! Topics that are silent for longer than usual, in the place of the tree: topic, how long it usually is silent, for how long it is now,
//! and its last value.

use std::time::Duration;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Widget;

use super::Cache;
use super::ink::{Ink, row_of};
use crate::app::{App, Connection, Lateness, OverdueTopic, Pane, lateness};
use crate::config::Role;
use crate::payload::{format, preview, preview_kind};

/// Columns of the usual gap, of the silence and of how many times it is.
const USUAL: u16 = 9;
const SILENT: u16 = 9;
const TIMES: u16 = 7;

pub(super) fn draw(app: &App, ink: &Ink<'_>, area: Rect, cache: &mut Cache, frame: &mut Frame<'_>) {
    let connection = app.connection();
    let focused = connection.focus == Pane::Topics && !connection.publish.open;
    let overdue = &connection.overdue;
    let grouped = |count: usize| format::grouped(count as u64);
    let count = match (overdue.count(), overdue.muted()) {
        (0, 0) => String::new(),
        (count, 0) => format!(" {} ", grouped(count)),
        (count, muted) => {
            format!(" {} {} {} muted, not listed ", grouped(count), ink.glyphs().dot, grouped(muted))
        }
    };
    let count = Line::styled(count, ink.style(Role::Warning)).right_aligned();
    let block = ink.frame("Overdue", focused).title(count);
    let inside = block.inner(area);
    let buffer = frame.buffer_mut();
    block.render(area, buffer);
    if ink.is_live() {
        cache.wake_for_age(ink.now, Duration::from_secs(1));
    }
    let topic = inside.width.saturating_sub(1 + USUAL + SILENT + TIMES + 1);
    let name = if topic > 44 { topic * 6 / 10 } else { topic };
    titles(ink, name, topic, row_of(inside, 0), buffer);
    let rows = Rect { y: inside.y + 1, height: inside.height.saturating_sub(1), ..inside };
    let list = match overdue.list() {
        Some(list) if !list.is_empty() => list,
        list => {
            let text = empty(connection, list.is_some());
            for (index, line) in ink.wrapped(text, rows.width.saturating_sub(2), 6).iter().enumerate() {
                let row = row_of(rows, index);
                ink.put(buffer, row.x + 1, row.y, row.width.saturating_sub(2), line, ink.style(Role::Muted));
            }
            return;
        }
    };
    for (index, late) in list.iter().skip(overdue.view.top).take(usize::from(rows.height)).enumerate() {
        let row = row_of(rows, index);
        draw_row(connection, ink, late, (name, topic), row, buffer);
        if connection.tree.selected() == Some(late.topic) {
            ink.select(buffer, row, focused);
        }
    }
}

/// Why nothing is listed.
fn empty(connection: &Connection, swept: bool) -> &'static str {
    if !connection.link.is_connected() {
        "Not connected: while nobody listens, nothing is overdue."
    } else if swept {
        "Nothing is overdue. A topic that speaks steadily is, when it is silent for more than three times as long as usual; how long is \
         usual is learnt from seven messages and half a minute on."
    } else {
        "Looking through the topics…"
    }
}

/// `0.8s`, `42s`, `4m 10s`.
fn usual_words(usual: Duration) -> String {
    if usual < Duration::from_millis(500) {
        // Not told apart: see how gaps are learnt.
        "<0.5s".to_owned()
    } else if usual < Duration::from_secs(10) {
        format!("{:.1}s", usual.as_secs_f32())
    } else {
        format::lasting(usual)
    }
}

fn titles(ink: &Ink<'_>, name: u16, topic: u16, area: Rect, buffer: &mut Buffer) {
    let style = ink.style(Role::Faint);
    ink.put(buffer, area.x + 1, area.y, name, "topic", style);
    if topic > name {
        ink.put(buffer, area.x + 1 + name, area.y, topic - name, "last value", style);
    }
    let mut x = area.x + 1 + topic;
    for (title, columns) in [("usually", USUAL), ("silent", SILENT), ("times", TIMES)] {
        ink.put_right(buffer, x, area.y, columns, title, style);
        x += columns;
    }
}

fn draw_row(
    connection: &Connection,
    ink: &Ink<'_>,
    late: &OverdueTopic,
    (name, topic): (u16, u16),
    area: Rect,
    buffer: &mut Buffer,
) {
    let path = ink.clean(connection.store.path(late.topic)).into_owned();
    let shown = ink.tail(&path, usize::from(name.saturating_sub(2)));
    ink.put(buffer, area.x + 1, area.y, name, &shown, ink.style(Role::Text));
    if topic > name
        && let Some(message) = connection.store.latest(late.topic)
    {
        let columns = usize::from(topic - name - 1);
        let text = preview(message.payload, preview_kind(message.payload), columns, ink.payload_style());
        ink.put(buffer, area.x + 1 + name, area.y, topic - name - 1, &text, ink.style(Role::Muted));
    }
    let role = match lateness(connection, late.topic, ink.shown) {
        Some(Lateness::Gone) => Role::Error,
        Some(Lateness::Late) | None => Role::Warning,
    };
    let mut x = area.x + 1 + topic;
    for (text, columns, role) in [
        (usual_words(late.usual), USUAL, Role::Muted),
        (format::lasting(late.silent), SILENT, role),
        (format!("{:.0}x", late.times()), TIMES, Role::Muted),
    ] {
        ink.put_right(buffer, x, area.y, columns, &text, ink.style(role));
        x += columns;
    }
}
