//! Messages of the browse set, in the place of the tree: newest first.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Widget;

use super::found::{Content, Row};
use super::ink::{Ink, row_of};
use super::{Cache, found};
use crate::app::{App, Connection, Pane};
use crate::config::Role;
use crate::payload::format;

pub(super) fn draw(app: &App, ink: &Ink<'_>, area: Rect, cache: &mut Cache, frame: &mut Frame<'_>) {
    let connection = app.connection();
    let browse = &connection.browse;
    let focused = connection.focus == Pane::Topics && !connection.publish.open;
    let counted = |count: u64, what: &str| {
        let plural = if count == 1 { "" } else { "s" };
        format!("{} {what}{plural}", format::grouped(count))
    };
    let topics = counted(browse.members().len() as u64, "topic");
    let summary = match browse.count(&connection.store) {
        Some(messages) => format!(" {} of {topics} ", counted(messages, "message")),
        None => format!(" {topics} "),
    };
    let summary = Line::styled(summary, ink.style(Role::Muted)).right_aligned();
    let block = ink.frame("Browse set", focused).title(summary);
    let inside = block.inner(area);
    block.render(area, frame.buffer_mut());
    let buffer = frame.buffer_mut();
    if browse.rows_from(0).next().is_none() {
        nothing(connection, ink, inside, buffer);
        return;
    }
    for (index, (seq, topic)) in
        browse.rows_from(browse.view.top).take(usize::from(inside.height)).enumerate()
    {
        let line = row_of(inside, index);
        let store = &connection.store;
        if let Some(message) = store.message(topic, seq) {
            let content = Content::Message(connection, message);
            let row = Row {
                at: message.received,
                topic: store.path(topic),
                sought: None,
                message: Some(message),
                content,
            };
            found::draw(&row, ink, line, cache, buffer);
        } else {
            ink.put(buffer, line.x + 1, line.y, line.width, "evicted", ink.style(Role::Faint));
        }
        if browse.view.selected == Some(seq) {
            ink.select(buffer, line, focused);
        }
    }
}

/// An empty list says what would fill it.
fn nothing(connection: &Connection, ink: &Ink<'_>, area: Rect, buffer: &mut Buffer) {
    let text = if connection.browse.marks().is_empty() {
        "The browse set is empty. b in the tree adds a topic, or a branch with all below it; their messages are listed here together, by time."
    } else if connection.browse.is_bare() {
        "No message of the browse set is in the history. New ones appear here as they come."
    } else {
        "Looking for the messages of the browse set."
    };
    let lines = ink.wrapped(text, area.width.saturating_sub(2), usize::from(area.height));
    for (row, line) in lines.iter().enumerate() {
        let row = row_of(area, row);
        ink.put(buffer, row.x + 1, row.y, row.width.saturating_sub(2), line, ink.style(Role::Muted));
    }
}
