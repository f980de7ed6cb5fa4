//! Bytes in hex beside ASCII: only the rows on screen are made; what was found is lit in both.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::super::ink::{Ink, row_of};
use crate::config::Role;
use crate::payload::hex;

/// Rows of `length` bytes in a pane of `columns`.
pub(super) fn lines(length: usize, columns: u16) -> usize {
    hex::row_count(length, hex::per_row(usize::from(columns)).0)
}

/// Draws from row `first` on, with the bytes `found` lit, which are in their order.
pub(super) fn draw(
    ink: &Ink<'_>,
    bytes: &[u8],
    first: usize,
    found: &[Range<usize>],
    area: Rect,
    buffer: &mut Buffer,
) {
    let (per_row, gaps) = hex::per_row(usize::from(area.width));
    for index in 0..usize::from(area.height) {
        let Some(row) = hex::row(bytes, first + index, per_row) else { break };
        let line = row_of(area, index);
        let room = |x: u16| line.right().saturating_sub(x);
        let mut x = line.x;
        x += ink.put(buffer, x, line.y, room(x), &row.address(), ink.style(Role::Faint)) + 2;
        let cells = x;
        x += ink.put(buffer, x, line.y, room(x), &row.cells(gaps), ink.style(Role::ValueNumber)) + 2;
        ink.put(buffer, x, line.y, room(x), &row.ascii(), ink.style(Role::ValueString));
        for lit in within(found, row.offset..row.offset + row.bytes.len()) {
            let (from, to) = (lit.start - row.offset, lit.end - row.offset);
            let columns = gaps.column(from)..gaps.column(to - 1) + 2;
            for (start, columns) in [(cells, columns), (x, from..to)] {
                let place = Rect { x: start + columns.start as u16, width: columns.len() as u16, ..line };
                buffer.set_style(place.intersection(line), ink.style(Role::Match));
            }
        }
    }
}

/// The parts of `found` that lie within `row`.
fn within(found: &[Range<usize>], row: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let from = found.partition_point(|range| range.end <= row.start);
    let here = found[from..].iter().take_while(move |range| range.start < row.end);
    here.map(move |range| range.start.max(row.start)..range.end.min(row.end))
}
