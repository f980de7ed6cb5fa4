//! Past notices, newest first, with their time.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::ink::{Ink, row_of};
use super::{Cache, overlay};
use crate::app::App;
use crate::config::Role;
use crate::payload::format;

pub(super) fn draw(app: &App, ink: &Ink<'_>, body: Rect, cache: &mut Cache, buffer: &mut Buffer) {
    let inside = overlay(ink, "Notices", body, 120, 24, buffer);
    let notices = app.notices.newest_first();
    if notices.len() == 0 {
        ink.put(
            buffer,
            inside.x + 1,
            inside.y,
            inside.width,
            "Nothing happened yet.",
            ink.style(Role::Muted),
        );
    }
    let rows = usize::from(inside.height);
    cache.measured.notices = (notices.len(), rows);
    let scroll = app.notices.scroll.min(notices.len().saturating_sub(rows));
    for (index, notice) in notices.skip(scroll).take(rows).enumerate() {
        let row = row_of(inside, index);
        let (style, mark) = ink.severity(notice.severity);
        ink.put(buffer, row.x + 1, row.y, 12, &ink.time(notice.at), ink.style(Role::Muted));
        ink.put(buffer, row.x + 15, row.y, 2, mark, style.add_modifier(Modifier::BOLD));
        ink.put(
            buffer,
            row.x + 18,
            row.y,
            row.width.saturating_sub(19),
            &ink.clean(&notice.text),
            ink.style(Role::Text),
        );
    }
    if app.notices.dropped() > 0 {
        let text = format!(" {} older ones let go ", format::grouped(app.notices.dropped()));
        ink.put_right(
            buffer,
            inside.x,
            inside.bottom(),
            inside.width.saturating_sub(1),
            &text,
            ink.style(Role::Muted),
        );
    }
}
