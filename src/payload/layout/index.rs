//! Where the rows of a wrapped document begin, counted once for a width: so that scrolling to any row takes the same short time. Called by
//! the message pane; for large documents on a worker.

use std::ops::{ControlFlow, Range};

use super::{Document, Match, Position, Style, parts, row_count, wrap};

/// Rows of a whole document wrapped at one width.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrapIndex {
    columns: usize,
    style: Style,
    /// Rows before each line, and at the end those of all.
    before: Vec<u32>,
}

impl WrapIndex {
    /// Counts the rows of `document` at `columns` columns.
    pub fn of(document: &Document, columns: usize, style: Style) -> Self {
        let mut before = Vec::with_capacity(document.lines() + 1);
        let mut rows = 0u32;
        for line in 0..document.lines() {
            before.push(rows);
            let count = row_count(document, line, columns, style);
            rows = rows.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
        }
        before.push(rows);
        Self { columns, style, before }
    }

    /// Whether it was counted for this width and style.
    pub fn is_for(&self, columns: usize, style: Style) -> bool {
        (self.columns, self.style) == (columns, style)
    }

    /// Rows of the whole document, at least 1.
    pub fn rows(&self) -> usize {
        self.before.last().map_or(1, |rows| *rows as usize)
    }

    /// Where row `row` is, from 0; of one past the end, the last.
    pub fn position(&self, row: usize) -> Position {
        let row = row.min(self.rows().saturating_sub(1));
        let line = self.before.partition_point(|before| *before as usize <= row).saturating_sub(1);
        Position { line, row: row - self.row(line) }
    }

    /// First row of a line.
    pub fn row(&self, line: usize) -> usize {
        self.before.get(line).map_or(self.rows(), |before| *before as usize)
    }
}

/// Column at which byte `at` of a line is shown when lines are not wrapped.
pub fn column_of(document: &Document, line: usize, at: usize, style: Style) -> usize {
    let mut column = 0;
    let _ = up_to(line, at, |lit| {
        parts(document, line, style, 1, lit, |part| {
            if part.lit {
                return ControlFlow::Break(());
            }
            column += part.width;
            ControlFlow::Continue(())
        })
    });
    column
}

/// Row within a wrapped line on which byte `at` of it is shown.
pub fn row_of(document: &Document, line: usize, at: usize, columns: usize, style: Style) -> usize {
    let mut found = 0;
    let _ = up_to(line, at, |lit| {
        wrap(document, line, columns, style, lit, |row, part| {
            found = row;
            if part.lit { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        ControlFlow::Continue(())
    });
    found
}

/// Has everything from byte `at` on counted as found, so that whoever walks the line knows when he is there.
fn up_to(line: usize, at: usize, walk: impl FnOnce(&[Match]) -> ControlFlow<()>) -> ControlFlow<()> {
    let range: Range<usize> = at..usize::MAX;
    walk(&[Match { line, range }])
}
