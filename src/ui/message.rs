//! The message pane: what came with the message, and its payload in the chosen view. Only visible lines are laid out.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::ink::{Ink, row_of};
use super::{Cache, properties};
use crate::app::{App, Connection, Pane, PayloadView};
use crate::config::Role;
use crate::model::ConnectionId;
use crate::payload::{
    self, Content, Document, Kind, Position, Row, advance, format, hex, row_count, rows, slice, width,
};
use crate::store::{MessageRef, Seq, TopicId};

const TAB: usize = 4;

/// The payload on screen, ready to be drawn again.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    of: Option<(ConnectionId, TopicId, Seq, PayloadView)>,
    shown: Option<payload::Prepared>,
    properties: properties::Shown,
    /// Rows of the whole document at a width, counted once.
    wrapped: Option<(usize, usize)>,
    /// Where the top row of the last frame stood, so that the next one is found from there.
    top: (usize, Position),
}

pub(super) fn draw(app: &App, ink: &Ink<'_>, area: Rect, cache: &mut Cache, buffer: &mut Buffer) {
    let connection = app.connection();
    let focused = connection.focus == Pane::Message && !connection.publish.open;
    let topic = connection.tree.selected().map(|id| connection.store.path(id));
    let title = topic.map_or("Message".into(), |topic| ink.clean(topic).into_owned());
    let title = if title.is_empty() { ink.glyphs().empty_level.to_owned() } else { title };
    let view = view_title(connection, ink);
    let room = usize::from(area.width).saturating_sub(view.width() + 6);
    let title = ink.tail(&title, room);
    let block = ink.frame(&title, focused).title(view);
    let inside = block.inner(area);
    block.render(area, buffer);
    let inside = Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside };
    cache.measured.message = (0, usize::from(inside.height));
    cache.measured.message_cut = false;
    match (connection.tree.selected(), connection.shown_message()) {
        (_, Some(message)) => draw_message(connection, ink, &message, inside, cache, buffer),
        (Some(node), None) => draw_node(connection, ink, node, inside, buffer),
        (None, None) => {
            let text = "Select a topic to read its messages.";
            ink.put(buffer, inside.x, inside.y, inside.width, text, ink.style(Role::Muted));
        }
    }
}

fn view_title(connection: &Connection, ink: &Ink<'_>) -> Line<'static> {
    let wrap = if connection.wraps() { ", wrapped" } else { "" };
    let view = format!(" {}{wrap} ", connection.message.view.label());
    let view = Span::styled(view, ink.style(Role::Muted));
    let (Some(seq), Some(topic)) = (connection.message.at, connection.tree.selected()) else {
        return Line::from(view).right_aligned();
    };
    let newer = connection.store.index_of(topic, seq) as u64;
    let older = format!(" older message, {} newer: Esc for the latest ", format::grouped(newer));
    Line::from(vec![Span::styled(older, ink.style(Role::Warning)), view]).right_aligned()
}

fn draw_message(
    connection: &Connection,
    ink: &Ink<'_>,
    message: &MessageRef<'_>,
    area: Rect,
    cache: &mut Cache,
    buffer: &mut Buffer,
) {
    let view = &connection.message;
    let key = (connection.id, message.topic, message.seq, view.view);
    if cache.message.of != Some(key) {
        cache.message = Prepared {
            of: Some(key),
            shown: Some(prepare(message.payload, view.view)),
            properties: properties::Shown::of(message.properties().as_ref(), ink),
            ..Prepared::default()
        };
    }
    let Some(prepared) = cache.message.shown.take() else { return };
    facts(ink, message, prepared.kind, row_of(area, 0), buffer);
    let mut top = 1;
    if let Some(note) = &prepared.note
        && area.height > 2
    {
        ink.put(buffer, area.x, area.y + top, area.width, note, ink.style(Role::Warning));
        top += 1;
    }
    let body = Rect { y: area.y + top, height: area.height.saturating_sub(top), ..area };
    draw_body(connection, ink, message, &prepared, body, cache, buffer);
    cache.message.shown = Some(prepared);
}

/// Properties and payload, which scroll as one.
fn draw_body(
    connection: &Connection,
    ink: &Ink<'_>,
    message: &MessageRef<'_>,
    prepared: &payload::Prepared,
    area: Rect,
    cache: &mut Cache,
    buffer: &mut Buffer,
) {
    let view = &connection.message;
    let is_hex = matches!(prepared.content, Content::Hex) || view.view == PayloadView::Hex;
    let before = cache.message.properties.arrange(usize::from(area.width));
    let payload_lines = match &prepared.content {
        Content::Empty => 1,
        _ if is_hex => hex::row_count(message.payload.len(), hex::per_row(usize::from(area.width))),
        Content::Pretty(document) | Content::Text(document) => {
            document_lines(connection, ink, document, area.width, cache)
        }
        Content::Hex => 0,
    };
    let (lines, height) = (before + payload_lines, usize::from(area.height));
    cache.measured.message = (lines, height);
    let scroll = view.scroll.min(lines.saturating_sub(height));
    let properties = std::mem::take(&mut cache.message.properties);
    let used = properties.draw(scroll, message.received, ink, area, cache, buffer);
    cache.message.properties = properties;
    let body = Rect { y: area.y + used, height: area.height - used, ..area };
    let scroll_payload = scroll.saturating_sub(before);
    match &prepared.content {
        Content::Empty => {
            let text = "empty payload (published with retain, it deletes the retained message)";
            if body.height > 0 {
                ink.put(buffer, body.x, body.y, body.width, text, ink.style(Role::Muted));
            }
        }
        _ if is_hex => draw_hex(ink, message.payload, scroll_payload, body, buffer),
        Content::Pretty(document) | Content::Text(document) => {
            draw_document(connection, ink, document, scroll_payload, body, cache, buffer);
        }
        Content::Hex => {}
    }
    if lines > height {
        let (last, lines) = ((scroll + height) as u64, lines as u64);
        let text = format!(" {} of {} lines ", format::grouped(last), format::grouped(lines));
        ink.put_right(buffer, area.x, area.bottom(), area.width, &text, ink.style(Role::Muted));
    }
}

fn prepare(bytes: &[u8], view: PayloadView) -> payload::Prepared {
    match view {
        PayloadView::Pretty => payload::Prepared::of(bytes),
        PayloadView::Text => payload::Prepared::as_sent(bytes),
        PayloadView::Hex => {
            let content = if bytes.is_empty() { Content::Empty } else { Content::Hex };
            payload::Prepared { kind: payload::preview_kind(bytes), content, note: None }
        }
    }
}

/// `14:03:20.114   QoS 1   retained   DUP   132 B   JSON`.
fn facts(ink: &Ink<'_>, message: &MessageRef<'_>, kind: Kind, area: Rect, buffer: &mut Buffer) {
    let (text, muted) = (ink.style(Role::Text), ink.style(Role::Muted));
    let mut facts: Vec<(String, Style)> =
        vec![(ink.time(message.received), text), (format!("QoS {}", message.qos), muted)];
    if message.retain {
        facts.push(("retained".into(), ink.style(Role::Retain)));
    }
    if message.dup {
        facts.push(("DUP".into(), ink.style(Role::Warning)));
    }
    facts.push((format::bytes(message.payload.len() as u64), muted));
    facts.push((kind.name().into(), muted));
    let mut x = area.x;
    for (fact, style) in facts {
        let room = area.right().saturating_sub(x);
        if width(&fact) > usize::from(room) {
            break;
        }
        x += ink.put(buffer, x, area.y, room, &fact, style) + 3;
    }
}

/// Lines of a document: rows of the pane where it is wrapped, counted once for each width.
fn document_lines(
    connection: &Connection,
    ink: &Ink<'_>,
    document: &Document,
    columns: u16,
    cache: &mut Cache,
) -> usize {
    let columns = usize::from(columns);
    if !connection.wraps() || columns == 0 {
        return document.lines();
    }
    let style = payload::Style { tab: TAB, ..ink.payload_style() };
    let total = match cache.message.wrapped {
        Some((at, total)) if at == columns => total,
        _ => (0..document.lines()).map(|line| row_count(document, line, columns, style)).sum(),
    };
    if cache.message.wrapped != Some((columns, total)) {
        cache.message.wrapped = Some((columns, total));
        cache.message.top = Default::default();
    }
    total
}

fn draw_document(
    connection: &Connection,
    ink: &Ink<'_>,
    document: &Document,
    scroll: usize,
    area: Rect,
    cache: &mut Cache,
    buffer: &mut Buffer,
) {
    let style = payload::Style { tab: TAB, ..ink.payload_style() };
    let (columns, height) = (usize::from(area.width), usize::from(area.height));
    let drawn = if connection.wraps() && columns > 0 {
        let (before, position) = cache.message.top;
        let position = advance(document, position, scroll as isize - before as isize, columns, style);
        cache.message.top = (scroll, position);
        rows(document, position, columns, height, style)
    } else {
        slice(document, scroll, connection.message.column, columns, height, style)
    };
    cache.measured.message_cut = drawn.iter().any(|row| row.cut);
    for (index, row) in drawn.iter().enumerate() {
        draw_row(ink, row, row_of(area, index), buffer);
    }
}

fn draw_row(ink: &Ink<'_>, row: &Row<'_>, area: Rect, buffer: &mut Buffer) {
    let mut x = area.x;
    for span in &row.spans {
        let style = ink.style(if span.placeholder { Role::Placeholder } else { role_of(span.role) });
        let room = usize::from(area.right().saturating_sub(x));
        x = buffer.set_stringn(x, area.y, &span.text, room, style).0;
    }
    if row.cut && area.width > 0 {
        ink.put(buffer, area.right() - 1, area.y, 1, ink.glyphs().more_right, ink.style(Role::Warning));
    }
}

fn role_of(role: payload::Role) -> Role {
    match role {
        payload::Role::Key => Role::ValueKey,
        payload::Role::String => Role::ValueString,
        payload::Role::Number => Role::ValueNumber,
        payload::Role::Boolean => Role::ValueBoolean,
        payload::Role::Null => Role::ValueNull,
        payload::Role::Punctuation => Role::ValuePunctuation,
        payload::Role::Plain => Role::Text,
    }
}

fn draw_hex(ink: &Ink<'_>, bytes: &[u8], scroll: usize, area: Rect, buffer: &mut Buffer) {
    let per_row = hex::per_row(usize::from(area.width));
    for index in 0..usize::from(area.height) {
        let Some(row) = hex::row(bytes, scroll + index, per_row) else { break };
        let line = row_of(area, index);
        let room = |x: u16| line.right().saturating_sub(x);
        let mut x = line.x;
        x += ink.put(buffer, x, line.y, room(x), &row.address(), ink.style(Role::Faint)) + 2;
        x += ink.put(buffer, x, line.y, room(x), &row.cells(), ink.style(Role::ValueNumber)) + 2;
        ink.put(buffer, x, line.y, room(x), &row.ascii(), ink.style(Role::ValueString));
    }
}

/// What is known of a branch, or of a topic whose message is not there.
fn draw_node(connection: &Connection, ink: &Ink<'_>, node: TopicId, area: Rect, buffer: &mut Buffer) {
    let store = &connection.store;
    let stats = store.stats(node);
    let mut lines: Vec<(String, String)> = Vec::new();
    if store.is_topic(node) {
        let text = if connection.message.at.is_some() {
            "this message was evicted: newer ones took its place in the history"
        } else {
            "no message of this topic is in the history: it was evicted, or too large to keep"
        };
        ink.put(buffer, area.x, area.y, area.width, text, ink.style(Role::Warning));
    } else {
        ink.put(
            buffer,
            area.x,
            area.y,
            area.width,
            "No message on this level itself; below it:",
            ink.style(Role::Muted),
        );
    }
    lines.push(("topics".into(), format::grouped(u64::from(stats.topics_below))));
    lines.push(("messages".into(), format::grouped(stats.messages_below)));
    lines.push(("payload bytes".into(), format::bytes(stats.bytes_below)));
    lines.push(("rate".into(), ink.rate(f64::from(store.rate(node, ink.shown.mono_us)))));
    lines.push(("retained topics".into(), format::grouped(u64::from(stats.retained_below))));
    for (index, (label, value)) in lines.iter().enumerate() {
        if index + 2 >= usize::from(area.height) {
            break;
        }
        let row = row_of(area, index + 2);
        ink.put(buffer, row.x, row.y, row.width, label, ink.style(Role::Muted));
        ink.put_right(buffer, row.x, row.y, row.width.min(32), value, ink.style(Role::Text));
    }
}
