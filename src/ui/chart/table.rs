//! The values of the selected series beside the chart, newest first; the one at the cursor stays in sight.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Picture;
use crate::config::Role;
use crate::payload::format;
use crate::ui::ink::{Ink, row_of};

/// Columns of the table, with the blanks before it.
pub(super) const WIDTH: u16 = 31;
/// Columns of the chart beside it, at least.
pub(super) const BESIDE: u16 = 38;
const TIME: u16 = 13;
/// Digits of a value: all that a number in floating point holds.
const DIGITS: usize = 15;

pub(super) fn draw(picture: &Picture<'_>, ink: &Ink<'_>, area: Rect, focused: bool, buffer: &mut Buffer) {
    let Some(series) = picture.chart.selected_series() else { return };
    let faint = ink.style(Role::Faint);
    let title = row_of(area, 0);
    ink.put(buffer, title.x + 1, title.y, TIME, "time", faint);
    ink.put_right(buffer, title.x + TIME, title.y, title.width.saturating_sub(TIME + 1), "value", faint);
    let rows = usize::from(area.height.saturating_sub(1));
    let points = &series.points;
    let known = picture.known_us(series);
    let mut newest = picture.until_of(series);
    if let Some(cursor) = picture.chart.cursor {
        newest = cursor;
        for _ in 0..rows / 2 {
            let Some(point) = points.after(newest).filter(|point| point.at.mono_us <= known) else { break };
            newest = point.at.mono_us;
        }
    }
    for (index, point) in points.newest_first(newest).take(rows).enumerate() {
        let line = row_of(area, index + 1);
        if picture.chart.cursor == Some(point.at.mono_us) {
            ink.select(buffer, line, focused);
        }
        ink.put(buffer, line.x + 1, line.y, TIME, &ink.time(point.at), ink.style(Role::Muted));
        let room = line.width.saturating_sub(TIME + 1);
        let value = format::number_within(point.value, DIGITS, usize::from(room));
        ink.put_right(buffer, line.x + TIME, line.y, room, &value, ink.style(Role::Text));
    }
}
