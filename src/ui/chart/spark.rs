//! The small picture of a charted topic at the end of its value in the tree: the whole of its line in a few cells.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::line_style;
use crate::app::Connection;
use crate::store::TopicId;
use crate::ui::ink::Ink;

/// Cells of the picture.
const CELLS: u16 = 10;
/// Columns that are left to the value, at least.
const VALUE: u16 = 8;

/// Draws the picture at the right end of the value's cell; how many columns are left to the value.
pub(in crate::ui) fn draw(
    connection: &Connection,
    ink: &Ink<'_>,
    topic: TopicId,
    cell: Rect,
    buffer: &mut Buffer,
) -> u16 {
    if cell.width < CELLS + 1 + VALUE {
        return cell.width;
    }
    let chart = &connection.chart;
    let shown = connection.charted_until(topic, ink.shown);
    let Some(heights) = chart.sparkline(topic, shown, usize::from(CELLS)) else { return cell.width };
    let style = line_style(ink, chart.sparkline_series(topic).map_or(usize::MAX, |series| series.colour));
    let left = cell.right() - CELLS;
    for (column, height) in heights.into_iter().enumerate() {
        let bar = height.and_then(|height| ink.glyphs().bars.get(usize::from(height)));
        ink.put(buffer, left + column as u16, cell.y, 1, bar.copied().unwrap_or(" "), style);
    }
    cell.width - CELLS - 1
}
