//! The pins: topics and branches that stay above the tree, by their whole path, and a rule below them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::cells;
use crate::app::Connection;
use crate::app::layout::TreeColumns;
use crate::app::pins::parts;
use crate::config::Role;
use crate::ui::Cache;
use crate::ui::chart::legend::field_name;
use crate::ui::ink::{Ink, row_of};

pub(super) fn draw(
    connection: &Connection,
    ink: &Ink<'_>,
    widths: TreeColumns,
    focused: bool,
    area: Rect,
    cache: &mut Cache,
    buffer: &mut Buffer,
) {
    if area.height == 0 {
        return;
    }
    let pins = connection.tree.pins();
    for (index, pin) in pins.shown().enumerate().take(usize::from(area.height)) {
        let row = row_of(area, index);
        let node = pins.node_of(pin);
        let (path, field) = connection.profile.pins.get(pin).map_or(("", None), |pin| parts(pin));
        let role = if node.is_none_or(|node| connection.is_quiet(node)) { Role::Faint } else { Role::Text };
        if path.is_empty() {
            ink.put(
                buffer,
                row.x + 1,
                row.y,
                widths.name,
                ink.glyphs().empty_level,
                ink.style(Role::Placeholder),
            );
        } else {
            // The end of a topic tells it from others.
            let name = field.as_ref().map(|field| format!("{path} {}", field_name(field)));
            let name = ink.tail(name.as_deref().unwrap_or(path), usize::from(widths.name.saturating_sub(1)));
            ink.put(buffer, row.x + 1, row.y, widths.name, &name, ink.style(role));
        }
        cells(connection, ink, widths, (node, field.as_ref()), row, cache, buffer);
        if pins.selected() == Some(pin) {
            ink.select(buffer, row, focused);
        }
    }
    rule(connection, ink, row_of(area, usize::from(area.height)), buffer);
}

/// The line between pins and tree, with how many pins there are when not all are on screen.
fn rule(connection: &Connection, ink: &Ink<'_>, area: Rect, buffer: &mut Buffer) {
    let faint = ink.style(Role::Faint);
    let line = ink.glyphs().rule.repeat(usize::from(area.width.saturating_sub(2)));
    ink.put(buffer, area.x + 1, area.y, area.width.saturating_sub(2), &line, faint);
    let pins = connection.tree.pins();
    let shown = pins.shown();
    if shown.len() < pins.count() {
        let text = format!(" pins {}-{} of {} ", shown.start + 1, shown.end, pins.count());
        ink.put_right(
            buffer,
            area.x + 1,
            area.y,
            area.width.saturating_sub(3),
            &text,
            ink.style(Role::Muted),
        );
    }
}
