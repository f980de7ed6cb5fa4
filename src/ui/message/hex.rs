//! Bytes in hex beside ASCII: only the rows on screen are made.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::super::ink::{Ink, row_of};
use crate::config::Role;
use crate::payload::hex;

/// Rows of `length` bytes in a pane of `columns`.
pub(super) fn lines(length: usize, columns: u16) -> usize {
    hex::row_count(length, hex::per_row(usize::from(columns)))
}

pub(super) fn draw(ink: &Ink<'_>, bytes: &[u8], first: usize, area: Rect, buffer: &mut Buffer) {
    let per_row = hex::per_row(usize::from(area.width));
    for index in 0..usize::from(area.height) {
        let Some(row) = hex::row(bytes, first + index, per_row) else { break };
        let line = row_of(area, index);
        let room = |x: u16| line.right().saturating_sub(x);
        let mut x = line.x;
        x += ink.put(buffer, x, line.y, room(x), &row.address(), ink.style(Role::Faint)) + 2;
        x += ink.put(buffer, x, line.y, room(x), &row.cells(), ink.style(Role::ValueNumber)) + 2;
        ink.put(buffer, x, line.y, room(x), &row.ascii(), ink.style(Role::ValueString));
    }
}
