//! The command palette: what is typed, and the commands that fit it with their keys; those that cannot run now say why.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::ink::{Ink, row_of};
use super::overlay;
use super::publish::one_line_field;
use crate::app::{App, PaletteState, layout};
use crate::config::Role;
use crate::payload::width;

pub(super) fn draw(app: &App, palette: &PaletteState, ink: &Ink<'_>, body: Rect, frame: &mut Frame<'_>) {
    let found = palette.found();
    let (area, list) = layout::palette(body);
    let inside = overlay(ink, "Commands", area, frame.buffer_mut());
    ink.put(frame.buffer_mut(), inside.x + 1, inside.y, 2, ":", ink.style(Role::Key));
    let field = Rect { x: inside.x + 3, width: inside.width.saturating_sub(4), height: 1, ..inside };
    one_line_field(&palette.input, ink, field, true, frame);
    if found.is_empty() {
        ink.put(
            frame.buffer_mut(),
            list.x + 1,
            list.y,
            list.width,
            "No command fits.",
            ink.style(Role::Muted),
        );
    }
    let selected = palette.selected.min(found.len().saturating_sub(1));
    let rows = usize::from(list.height);
    let top = palette.top(rows);
    if found.len() > rows {
        let text = format!(" {} of {} ", selected + 1, found.len());
        let width = inside.width.saturating_sub(1);
        ink.put_right(frame.buffer_mut(), inside.x, inside.bottom(), width, &text, ink.style(Role::Muted));
    }
    for (index, command) in found.iter().enumerate().skip(top).take(rows) {
        let area = row_of(list, index - top);
        let row = command.row();
        let reason = command.check(app).err();
        let key = row.keys.first().map_or_else(String::new, |key| ink.key(key));
        let right = reason.map_or(key, str::to_owned);
        let room = area.width.saturating_sub(width(&right) as u16 + 4);
        let buffer = frame.buffer_mut();
        let style = ink.style(if reason.is_some() { Role::Faint } else { Role::Text });
        ink.put(buffer, area.x + 1, area.y, room, row.title, style);
        let role = if reason.is_some() { Role::Warning } else { Role::Key };
        ink.put_right(buffer, area.x, area.y, area.width.saturating_sub(1), &right, ink.style(role));
        if index == selected {
            ink.select(buffer, area, true);
        }
    }
}
