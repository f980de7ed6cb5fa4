//! Past notices, newest first, with their time, each in full.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::ink::{Ink, row_of};
use super::{Cache, overlay};
use crate::app::{App, layout};
use crate::config::Role;
use crate::payload::format;

/// Columns before the text: time and mark.
const BEFORE: u16 = 18;
/// Lines of one notice at most: nobody reads on, and a topic may have 65,535 characters.
const MOST_LINES: usize = 6;

pub(super) fn draw(app: &App, ink: &Ink<'_>, body: Rect, cache: &mut Cache, buffer: &mut Buffer) {
    let inside = overlay(ink, "Notices", layout::overlay(body, 120, 24), buffer);
    let notices = app.notices.newest_first();
    if notices.len() == 0 {
        let text = "Nothing happened yet.";
        ink.put(buffer, inside.x + 1, inside.y, inside.width, text, ink.style(Role::Muted));
    }
    let rows = usize::from(inside.height);
    let width = inside.width.saturating_sub(BEFORE + 1);
    let height = |text: &str| ink.wrapped(text, width, MOST_LINES).len();
    // How many of the oldest fill the area: scrolling ends with them.
    let mut room = rows;
    let oldest = notices.clone().rev().take(rows).take_while(|notice| {
        let fits = height(&notice.text) <= room;
        room = room.saturating_sub(height(&notice.text));
        fits
    });
    cache.measured.notices = (notices.len(), oldest.count().max(1));
    let scroll = app.notices.scroll.min(notices.len().saturating_sub(cache.measured.notices.1));
    let mut line = 0;
    for notice in notices.skip(scroll) {
        if line >= rows {
            break;
        }
        let (style, mark) = ink.severity(notice.severity);
        let row = row_of(inside, line);
        ink.put(buffer, row.x + 1, row.y, 12, &ink.time(notice.at), ink.style(Role::Muted));
        ink.put(buffer, row.x + 15, row.y, 2, mark, style.add_modifier(Modifier::BOLD));
        for text in ink.wrapped(&notice.text, width, MOST_LINES.min(rows - line)) {
            let row = row_of(inside, line);
            ink.put(buffer, row.x + BEFORE, row.y, width, &text, ink.style(Role::Text));
            line += 1;
        }
    }
    if app.notices.dropped() > 0 {
        let text = format!(" {} older ones let go ", format::grouped(app.notices.dropped()));
        let width = inside.width.saturating_sub(1);
        ink.put_right(buffer, inside.x, inside.bottom(), width, &text, ink.style(Role::Muted));
    }
}
