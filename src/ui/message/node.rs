//! What the message pane says where there is no message: of a branch, and of a topic whose message is gone.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::super::ink::{Ink, row_of};
use crate::app::Connection;
use crate::config::Role;
use crate::payload::format;
use crate::store::TopicId;

/// What is known of a branch, or of a topic whose message is not there.
pub(super) fn draw(connection: &Connection, ink: &Ink<'_>, node: TopicId, area: Rect, buffer: &mut Buffer) {
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
    lines.push(("rate".into(), ink.rate_of(store, node)));
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
