//! What a shell command printed: how it ended, what it complained of, and its output, wrapped and scrolled. Only the rows on screen
//! are laid out.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::ink::{Ink, row_of};
use super::{Cache, overlay};
use crate::app::layout;
use crate::app::out::Piped;
use crate::config::Role;
use crate::payload::{WrapIndex, format, rows};

/// Rows above the output: how the command ended, and a blank one.
const ABOVE: u16 = 2;
/// The rows of the output on screen, counted once for each run and width.
#[derive(Debug, Default)]
pub(super) struct Counted(Option<(u64, WrapIndex)>);

pub(super) fn draw(piped: &Piped, ink: &Ink<'_>, body: Rect, cache: &mut Cache, buffer: &mut Buffer) {
    let title = format!("{} | {}", piped.form.label(), ink.clean(&piped.command));
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
    let counted = cache.output.0.take().filter(|(id, index)| *id == piped.id && index.is_for(columns, style));
    let (id, index) = counted.unwrap_or_else(|| (piped.id, WrapIndex::of(&piped.document, columns, style)));
    let total = index.rows();
    cache.measured.output = (total, height);
    let scroll = piped.scroll.min(total.saturating_sub(height));
    let top = index.position(scroll);
    cache.output.0 = Some((id, index));
    for (index, row) in rows(&piped.document, top, columns, height, style, &[]).iter().enumerate() {
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
