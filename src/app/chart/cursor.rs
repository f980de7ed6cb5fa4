//! The cursor of the chart goes from one drawn point to the next: where many points share a column these are its lowest and its
//! highest, so that a spike is never stepped over.

use ratatui::layout::Position;

use super::points::{Grid, Point, Points};
use super::{Chart, Window};
use crate::model::Moment;

/// Columns where nothing was drawn yet.
const COLUMNS: usize = 160;

impl Chart {
    /// Moves the cursor by `steps` drawn points of the selected series, to later ones when positive. Beyond the newest the cursor goes and
    /// the chart follows again.
    pub(in crate::app) fn step(&mut self, steps: isize, shown: Moment) {
        let grid = self.grid(shown, self.plot.grid.map_or(COLUMNS, |drawn| drawn.columns));
        // One that was left behind when the chart was moved begins anew.
        self.cursor = self.cursor.filter(|at| grid.column(*at).is_some());
        for _ in 0..steps.unsigned_abs() {
            let Some(points) = self.selected_series().map(|series| &series.points) else { return };
            let next = match (self.cursor, steps > 0) {
                (Some(at), true) => later(points, at, grid, shown.mono_us),
                (Some(at), false) => earlier(points, at, grid),
                (None, true) if self.window.is_live() => None,
                (None, true) => later(points, grid.since_us().saturating_sub(1), grid, shown.mono_us),
                // The newest on screen, which is not the newest of all when the chart was moved.
                (None, false) => points.at(grid.until_us().saturating_sub(1).min(shown.mono_us)),
            };
            match next {
                Some(point) => self.put(point.at.mono_us, grid, shown),
                None if steps > 0 => {
                    self.cursor = None;
                    self.window.end_us = None;
                    return;
                }
                None => return,
            }
        }
    }

    /// Puts the cursor on the drawn point of the selected series that is nearest to a time.
    pub(in crate::app) fn point_at(&mut self, at_us: u64, shown: Moment) {
        let Some(points) = self.selected_series().map(|series| &series.points) else { return };
        let grid = self.plot.grid.unwrap_or_else(|| self.grid(shown, COLUMNS));
        let found = [points.at(at_us.min(shown.mono_us)), later(points, at_us, grid, shown.mono_us)];
        let nearest = found.into_iter().flatten().min_by_key(|point| point.at.mono_us.abs_diff(at_us));
        if let Some(point) = nearest {
            self.put(point.at.mono_us, grid, shown);
        }
    }

    /// The time of a cell among the lines.
    pub(in crate::app) fn time_at(&self, at: Position) -> Option<u64> {
        let grid = self.plot.grid.filter(|_| self.plot.area.contains(at))?;
        let column = i64::from(at.x - self.plot.area.x) * i64::from(self.plot.dots);
        let time = grid.from_us.saturating_add(column.saturating_mul(grid.column_us as i64));
        Some(time.max(0) as u64)
    }

    /// What is read stands still: a part that followed the newest stops, and moves only to keep the cursor in it.
    fn put(&mut self, at_us: u64, grid: Grid, shown: Moment) {
        self.cursor = Some(at_us);
        if self.window.span_us.is_none() {
            return;
        }
        if self.window.is_live() {
            self.window = Window { end_us: Some(shown.mono_us), ..self.window };
        }
        if grid.column(at_us).is_none() {
            self.window = self.window.around(at_us, self.whole(shown));
        }
    }
}

/// Beginning and end of the column of a time, in or beside the grid.
fn column(at_us: u64, grid: Grid) -> Grid {
    let length = grid.column_us.max(1) as i64;
    let at = (at_us as i64).saturating_sub(grid.from_us).div_euclid(length);
    Grid { from_us: grid.from_us.saturating_add(at.saturating_mul(length)), columns: 1, ..grid }
}

fn drawn(points: &Points, column: Grid, until_us: u64) -> impl DoubleEndedIterator<Item = Point> {
    let extent = points.extents(column, until_us).into_iter().flatten().next();
    extent.into_iter().flat_map(|extent| extent.points().collect::<Vec<_>>())
}

fn earlier(points: &Points, at_us: u64, grid: Grid) -> Option<Point> {
    let own = column(at_us, grid);
    if let Some(point) = drawn(points, own, at_us).rev().find(|point| point.at.mono_us < at_us) {
        return Some(point);
    }
    let before = points.at(own.since_us().min(at_us).checked_sub(1)?)?;
    drawn(points, column(before.at.mono_us, grid), u64::MAX - 1).next_back()
}

fn later(points: &Points, at_us: u64, grid: Grid, shown_us: u64) -> Option<Point> {
    let own = column(at_us, grid);
    if let Some(point) = drawn(points, own, shown_us).find(|point| point.at.mono_us > at_us) {
        return Some(point);
    }
    let after = points.after(own.until_us().saturating_sub(1).max(at_us))?;
    drawn(points, column(after.at.mono_us, grid), shown_us).next()
}
