//! A question over everything else: what would be done, to what, and the two buttons.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::ink::{Ink, row_of};
use super::overlay;
use crate::app::{Ask, layout};
use crate::config::Role;

/// Columns of the question.
const COLUMNS: u16 = 64;
/// Lines at most of one of the things that would happen.
const LINE_ROWS: usize = 3;

pub(super) fn draw(ask: &Ask, ink: &Ink<'_>, body: Rect, buffer: &mut Buffer) {
    let text_columns = COLUMNS.min(body.width).saturating_sub(6);
    let lines: Vec<String> =
        ask.lines.iter().flat_map(|line| ink.wrapped(line, text_columns, LINE_ROWS)).collect();
    let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(6);
    let frame = layout::overlay(body, COLUMNS, rows);
    let title = ink.clean(&ask.title).into_owned();
    let inside = overlay(ink, &title, frame, buffer);
    let text = Rect { x: inside.x + 2, width: inside.width.saturating_sub(4), ..inside };
    let room = usize::from(inside.height.saturating_sub(3));
    for (index, line) in lines.iter().take(room).enumerate() {
        let row = row_of(text, index + 1);
        ink.put(buffer, row.x, row.y, row.width, line, ink.style(Role::Text));
    }
    let buttons = row_of(text, usize::from(inside.height.saturating_sub(2)));
    let mut x = buttons.x;
    for (word, chosen) in [(" No  n ".to_owned(), !ask.chosen), (format!(" {}  y ", ask.yes), ask.chosen)] {
        let style = if chosen {
            ink.style(Role::Accent).add_modifier(Modifier::REVERSED)
        } else {
            ink.style(Role::Key)
        };
        x += ink.put(buffer, x, buttons.y, buttons.right().saturating_sub(x), &word, style) + 3;
    }
}
