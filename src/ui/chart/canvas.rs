//! Dots on cells: vertical runs are what every line is made of. Braille has two by four dots in a cell, half blocks two, letters one.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::app::chart::{Drawing, MOST_SERIES};

/// Braille dots of the left and the right column, from top to bottom (U+2800 and on).
const BRAILLE: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];
/// Letters of the lines where nothing else can be drawn.
pub(super) const LETTERS: [&str; MOST_SERIES] = ["*", "o", "x", "+", "#", "@"];
/// No line.
const NOBODY: u8 = u8::MAX;

/// A cell: its dots, and whose the upper and the lower half are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cell {
    dots: u8,
    owners: [u8; 2],
}

const EMPTY: Cell = Cell { dots: 0, owners: [NOBODY; 2] };

/// Cells with dots. Rows count from the top.
#[derive(Debug)]
pub(super) struct Canvas {
    drawing: Drawing,
    width: usize,
    height: usize,
    cells: Vec<Cell>,
}

impl Canvas {
    pub(super) fn new(area: Rect, drawing: Drawing) -> Self {
        let (width, height) = (usize::from(area.width), usize::from(area.height));
        Self { drawing, width, height, cells: vec![EMPTY; width * height] }
    }

    /// Columns and rows of dots.
    pub(super) fn size(&self) -> (usize, usize) {
        let (columns, rows) = self.drawing.dots();
        (self.width * columns, self.height * rows)
    }

    /// Sets the dots of a column from one row to another, both included; what lies outside is left out.
    pub(super) fn run(&mut self, column: usize, rows: (usize, usize), owner: usize) {
        let (columns, in_cell) = self.drawing.dots();
        let (x, side) = (column / columns, column % columns);
        let (from, to) =
            (rows.0.min(rows.1), rows.0.max(rows.1).min((self.height * in_cell).saturating_sub(1)));
        if x >= self.width {
            return;
        }
        let mut row = from;
        while row <= to {
            let cell = &mut self.cells[row / in_cell * self.width + x];
            match self.drawing {
                Drawing::Dots => {
                    cell.dots |= BRAILLE[side][row % in_cell];
                    cell.owners = [owner as u8; 2];
                }
                Drawing::Blocks => cell.owners[row % in_cell] = owner as u8,
                Drawing::Ascii => cell.owners = [owner as u8; 2],
            }
            row += 1;
        }
    }

    /// Puts the cells that have dots on the screen; `style` gives the style of a line.
    pub(super) fn paint(&self, area: Rect, buffer: &mut Buffer, style: impl Fn(usize) -> Style) {
        for (index, cell) in self.cells.iter().enumerate().filter(|(_, cell)| **cell != EMPTY) {
            let at = (area.x + (index % self.width) as u16, area.y + (index / self.width) as u16);
            let Some(target) = buffer.cell_mut(at) else { continue };
            let [upper, lower] = cell.owners;
            let first = if upper == NOBODY { lower } else { upper };
            let own = style(usize::from(first));
            match self.drawing {
                Drawing::Dots => {
                    let symbol = char::from_u32(0x2800 + u32::from(cell.dots)).unwrap_or(' ');
                    target.set_char(symbol).set_style(own);
                }
                Drawing::Blocks if upper == lower => {
                    target.set_symbol("█").set_style(own);
                }
                Drawing::Blocks if lower == NOBODY => {
                    target.set_symbol("▀").set_style(own);
                }
                Drawing::Blocks if upper == NOBODY => {
                    target.set_symbol("▄").set_style(own);
                }
                Drawing::Blocks => {
                    target.set_symbol("▀").set_style(own);
                    if let Some(colour) = style(usize::from(lower)).fg {
                        target.set_bg(colour);
                    }
                }
                Drawing::Ascii => {
                    let letter = LETTERS.get(usize::from(first)).copied().unwrap_or("*");
                    target.set_symbol(letter).set_style(own);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn painted(drawing: Drawing, draw: impl Fn(&mut Canvas)) -> Vec<String> {
        let area = Rect::new(0, 0, 3, 2);
        let mut canvas = Canvas::new(area, drawing);
        draw(&mut canvas);
        let mut buffer = Buffer::empty(area);
        canvas.paint(area, &mut buffer, |_| Style::new());
        (0..2).map(|y| (0..3).map(|x| buffer[(x, y)].symbol()).collect()).collect()
    }

    #[test]
    fn runs_fill_dots_blocks_and_letters() {
        let run = |canvas: &mut Canvas| {
            let (columns, rows) = canvas.size();
            canvas.run(0, (0, rows - 1), 0);
            canvas.run(columns - 1, (rows - 1, rows - 1), 1);
            canvas.run(columns + 5, (0, 1), 0);
        };
        assert_eq!(painted(Drawing::Dots, run), ["⡇  ", "⡇ ⢀"]);
        assert_eq!(painted(Drawing::Blocks, run), ["█  ", "█ ▄"]);
        assert_eq!(painted(Drawing::Ascii, run), ["*  ", "* o"]);
    }

    #[test]
    fn two_lines_share_a_cell_of_blocks() {
        let both = |canvas: &mut Canvas| {
            canvas.run(1, (0, 0), 0);
            canvas.run(1, (1, 1), 1);
        };
        assert_eq!(painted(Drawing::Blocks, both), [" ▀ ", "   "]);
    }
}
