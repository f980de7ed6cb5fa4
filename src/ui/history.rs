//! The history pane: the stored messages of the topic, newest first: time, gap since the one before, QoS, retain, size, preview.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Widget;

use super::Cache;
use super::ink::{Ink, row_of};
use crate::app::{App, Connection, Pane};
use crate::config::Role;
use crate::payload::{format, preview, preview_kind};
use crate::store::{MessageRef, TopicId};

const TIME: u16 = 13;
const GAP: u16 = 10;
const FLAGS: u16 = 7;
const SIZE: u16 = 9;

pub(super) fn draw(app: &App, ink: &Ink<'_>, area: Rect, cache: &mut Cache, buffer: &mut Buffer) {
    let connection = app.connection();
    let focused = connection.focus == Pane::History && !connection.publish.open;
    let Some(topic) = connection.tree.selected().filter(|id| connection.store.is_topic(*id)) else {
        let block = ink.frame("History", focused);
        let inside = block.inner(area);
        block.render(area, buffer);
        let text = "Select a topic with messages to see its history.";
        ink.put(buffer, inside.x + 1, inside.y, inside.width.saturating_sub(1), text, ink.style(Role::Muted));
        return;
    };
    let summary = summary(connection, ink, topic);
    let block = ink.frame("History", focused).title(summary.right_aligned());
    let inside = block.inner(area);
    block.render(area, buffer);
    let view = &connection.history;
    let rows = usize::from(inside.height);
    let mut messages = connection.store.history_from(topic, view.top).take(rows + 1).peekable();
    let (mut row, mut any_away) = (0, false);
    while let Some(message) = messages.next() {
        if row == rows {
            break;
        }
        let gap = messages.peek().map(|older| message.received.since(older.received));
        let away = messages.peek().map(|older| connection.away(older.received, message.received));
        let away = away.filter(|away| !away.is_zero());
        any_away |= away.is_some();
        let line = row_of(inside, row);
        draw_row(ink, &message, (gap, away), line, cache, buffer);
        if row == view.selected_row {
            ink.select(buffer, line, focused);
        }
        row += 1;
    }
    if any_away {
        let text = " away: not connected, messages may be missing ";
        let width = area.width.saturating_sub(2);
        ink.put_right(buffer, area.x + 1, area.bottom() - 1, width, text, ink.style(Role::Warning));
    }
}

/// `1,204 kept · 12 evicted`.
fn summary(connection: &Connection, ink: &Ink<'_>, topic: TopicId) -> Line<'static> {
    let kept = connection.store.history_len(topic) as u64;
    let gone = connection.store.stats(topic).own_messages.saturating_sub(kept);
    let style = ink.style(if gone > 0 { Role::Warning } else { Role::Muted });
    let place = connection.message.at.map_or_else(String::new, |seq| {
        let row = connection.store.index_of(topic, seq) as u64 + 1;
        format!("{} of ", format::grouped(row))
    });
    let text = format!(
        " {place}{} kept {} {} evicted ",
        format::grouped(kept),
        ink.glyphs().dot,
        format::grouped(gone)
    );
    Line::styled(text, style)
}

fn draw_row(
    ink: &Ink<'_>,
    message: &MessageRef<'_>,
    (gap, away): (Option<Duration>, Option<Duration>),
    area: Rect,
    cache: &mut Cache,
    buffer: &mut Buffer,
) {
    let muted = ink.style(Role::Muted);
    let mut x = area.x + 1;
    ink.put(buffer, x, area.y, TIME, &ink.time(message.received), muted);
    x += TIME;
    ink.put_right(
        buffer,
        x,
        area.y,
        GAP - 2,
        &away.map_or_else(
            || gap.map_or_else(String::new, format::gap),
            |away| format!("away {}", format::age(away)),
        ),
        ink.style(if away.is_some() { Role::Warning } else { Role::Faint }),
    );
    x += GAP;
    let mut flags = x;
    flags += ink.put(buffer, flags, area.y, 2, &format!("Q{}", message.qos), muted) + 1;
    if message.retain {
        flags += ink.put(buffer, flags, area.y, 1, "R", ink.style(Role::Retain)) + 1;
    }
    if message.dup {
        ink.put(buffer, flags, area.y, 1, "D", ink.style(Role::Warning));
    }
    x += FLAGS;
    ink.put_right(buffer, x, area.y, SIZE - 2, &format::bytes(message.payload.len() as u64), muted);
    x += SIZE;
    let room = area.right().saturating_sub(x + 1);
    if room > 3 {
        let style = ink.fresh(ink.shown.since(message.received), cache);
        let kind = preview_kind(message.payload);
        let text = preview(message.payload, kind, usize::from(room), ink.payload_style());
        let style = if message.payload.is_empty() { ink.style(Role::Faint) } else { style };
        ink.put(buffer, x, area.y, room, &text, style);
    }
}
