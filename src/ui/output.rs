//! What a shell command printed: how it ended, what it complained of, and its output, wrapped and scrolled. Only the rows on screen
//! are laid out.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::ink::{Ink, row_of};
use super::{Cache, overlay};
use crate::app::layout;
use crate::app::out::Piped;
use crate::config::Role;
use crate::payload::{Position, advance, format, row_count, rows};

/// Rows above the output: how the command ended, and a blank one.
const ABOVE: u16 = 2;
/// Lines whose rows are counted one by one; of more lines each counts as one row.
const COUNTED: usize = 20_000;

/// What was counted of the output on screen, and where the top row stood, so that the next one is found from there.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(super) struct Counted {
    id: u64,
    columns: usize,
    rows: usize,
    top: (usize, Position),
}

pub(super) fn draw(piped: &Piped, ink: &Ink<'_>, body: Rect, cache: &mut Cache, buffer: &mut Buffer) {
    let title = ink.clean(&piped.command).into_owned();
    let frame = layout::overlay(body, 120, body.height);
    let title = ink.head(&title, usize::from(frame.width.saturating_sub(6)));
    let inside = overlay(ink, &title, frame, buffer);
    let inside = Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside };
    let Some(end) = &piped.end else {
        ink.put(buffer, inside.x, inside.y, inside.width, "running; Esc ends it", ink.style(Role::Muted));
        return;
    };
    let role = if end.good { Role::Good } else { Role::Warning };
    let size = format::bytes(end.output.len() as u64);
    let text = format!("{}   {size}", end.how);
    ink.put(buffer, inside.x, inside.y, inside.width, &text, ink.style(role));
    let area = Rect { y: inside.y + ABOVE, height: inside.height.saturating_sub(ABOVE), ..inside };
    if end.output.is_empty() && end.errors.is_empty() {
        ink.put(buffer, area.x, area.y, area.width, "It printed nothing.", ink.style(Role::Muted));
        return;
    }
    let style = ink.payload_style();
    let (columns, height) = (usize::from(area.width), usize::from(area.height));
    let lines = piped.document.lines();
    if (cache.output.id, cache.output.columns) != (piped.id, columns) {
        let rows = if lines <= COUNTED {
            (0..lines).map(|line| row_count(&piped.document, line, columns, style)).sum()
        } else {
            lines
        };
        cache.output = Counted { id: piped.id, columns, rows, ..Counted::default() };
    }
    let total = cache.output.rows;
    cache.measured.output = (total, height);
    let scroll = piped.scroll.min(total.saturating_sub(height));
    let top = if lines <= COUNTED {
        let (before, position) = cache.output.top;
        advance(&piped.document, position, scroll as isize - before as isize, columns, style)
    } else {
        Position { line: scroll, row: 0 }
    };
    cache.output.top = (scroll, top);
    for (index, row) in rows(&piped.document, top, columns, height, style).iter().enumerate() {
        let line = row_of(area, index);
        let role = if row.at.line < piped.error_lines { Role::Error } else { Role::Text };
        ink.put(buffer, line.x, line.y, line.width, &row.text(), ink.style(role));
    }
    if total > height {
        let (last, total) = ((scroll + height) as u64, total as u64);
        let text = format!(" {} of {} lines ", format::grouped(last), format::grouped(total));
        ink.put_right(buffer, inside.x, inside.bottom(), inside.width, &text, ink.style(Role::Muted));
    }
}
