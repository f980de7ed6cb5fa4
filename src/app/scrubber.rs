//! The scrubber under the tree, while the view is paused: where its parts stand, and which column of its bar is which time. Drawing
//! and the mouse share it.

use ratatui::layout::Rect;

use super::{App, Connection};
use crate::model::Moment;

/// Columns of a time at either end of the bar.
pub const SCRUBBER_TIME: u16 = 8;
/// Columns of the step of time beside it.
pub const SCRUBBER_STEP: u16 = 12;
/// Below this width the step is left out, and below half of it the times.
const NARROW: u16 = 56;
/// From this height of the tree on, a second line says where and what the moment is.
const TALL: u16 = 18;
/// Below this height of the tree there is no room for it.
const LOW: u16 = 7;

/// Where the scrubber's parts stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScrubberAreas {
    /// All of it.
    pub all: Rect,
    /// The bar.
    pub bar: Rect,
    /// There is room for the time at either end.
    pub times: bool,
    /// There is room for the step of time.
    pub step: bool,
    /// The line that says where and what the moment is.
    pub moment: Option<Rect>,
}

/// Rows of the scrubber in a tree pane, frame included.
pub fn scrubber_rows(app: &App, topics: Rect) -> u16 {
    match topics.height {
        _ if app.connection().paused.is_none() => 0,
        0..LOW => 0,
        LOW..TALL => 1,
        _ => 2,
    }
}

/// The scrubber in a tree pane, frame included; `None` while time goes on, or without room.
pub fn scrubber(app: &App, topics: Rect) -> Option<ScrubberAreas> {
    let rows = scrubber_rows(app, topics);
    let all = Rect {
        x: topics.x + 2,
        y: topics.bottom().saturating_sub(1 + rows),
        width: topics.width.saturating_sub(4),
        height: rows,
    };
    if rows == 0 || all.width == 0 {
        return None;
    }
    let (times, step) = (all.width >= NARROW / 2, all.width >= NARROW);
    let left = if times { SCRUBBER_TIME + 1 } else { 0 };
    let right = left + if step { SCRUBBER_STEP } else { 0 };
    let bar = Rect { x: all.x + left, width: all.width - left - right, height: 1, ..all };
    let moment = (rows > 1).then_some(Rect { y: all.y + 1, height: 1, ..all });
    Some(ScrubberAreas { all, bar, times, step, moment })
}

/// The time that the bar covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastTime {
    /// When the oldest message came whose moment can be shown.
    pub from: Moment,
    /// When the view was paused.
    pub to: Moment,
}

impl PastTime {
    /// The time that the scrubber of `connection` covers; `None` while time goes on, or when there is no past.
    pub fn of(connection: &Connection) -> Option<Self> {
        let to = connection.paused?;
        Some(Self { from: connection.store.span()?.first.1, to })
    }

    fn length_us(self) -> u64 {
        self.to.mono_us.saturating_sub(self.from.mono_us).max(1)
    }

    /// The column of a moment, in monotonic microseconds, on a bar of `columns`.
    pub fn column(self, at_us: u64, columns: u16) -> u16 {
        let part = u128::from(at_us.saturating_sub(self.from.mono_us)) * u128::from(columns)
            / u128::from(self.length_us());
        u16::try_from(part).unwrap_or(u16::MAX).min(columns.saturating_sub(1))
    }

    /// The last moment of a column, in monotonic microseconds.
    pub fn end_of(self, column: u16, columns: u16) -> u64 {
        let part = u128::from(self.length_us()) * (u128::from(column) + 1) / u128::from(columns.max(1));
        self.from.mono_us.saturating_add(u64::try_from(part).unwrap_or(u64::MAX)).saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_ends_in_itself() {
        let at = |mono_us| Moment { mono_us, wall_ms: 0 };
        for (length, columns) in [(1_000_000, 46_u16), (46, 46), (7, 3)] {
            let past = PastTime { from: at(500), to: at(500 + length) };
            for column in 0..columns {
                let end = past.end_of(column, columns);
                assert_eq!(past.column(end, columns), column, "{length} us on {columns}");
            }
            assert_eq!(past.column(past.to.mono_us, columns), columns - 1);
            assert_eq!(past.column(0, columns), 0);
        }
    }
}
