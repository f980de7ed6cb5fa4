//! From points to dots: at most two points of each column, joined by lines or by steps, broken where the link was down.

use super::canvas::Canvas;
use super::scale::Scale;
use crate::app::Connection;
use crate::app::chart::{Extent, Grid, Point, Series};

/// Stretches of time in which messages may be missing, oldest first, in monotonic microseconds.
pub(super) struct Breaks(Vec<(u64, u64)>);

impl Breaks {
    /// Those that reach into the grid.
    pub(super) fn of(connection: &Connection, grid: Grid, shown_us: u64) -> Self {
        let ended = connection.outages.iter().map(|(down, up)| (down.mono_us, up.mono_us));
        let open = connection.down_since().map(|down| (down.mono_us, u64::MAX));
        let until = grid.until_us().min(shown_us);
        let within = |(down, up): &(u64, u64)| *up >= grid.since_us() && *down <= until;
        Self(ended.chain(open).filter(within).collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first that begins at a time or after it.
    fn next(&self, at_us: u64) -> Option<(u64, u64)> {
        self.0.get(self.0.partition_point(|(down, _)| *down < at_us)).copied()
    }

    fn between(&self, from: Point, to: Point) -> bool {
        self.next(from.at.mono_us).is_some_and(|(_, up)| up <= to.at.mono_us)
    }
}

/// Draws a series. Costs columns, not points.
pub(super) fn draw(
    series: &Series,
    (scale, grid, shown_us): (&Scale, Grid, u64),
    breaks: &Breaks,
    canvas: &mut Canvas,
) {
    let place = |point: Point| {
        let column = match grid.column(point.at.mono_us) {
            Some(column) => column as f64,
            None => (point.at.mono_us as f64 - grid.from_us as f64) / grid.column_us as f64,
        };
        (column, scale.row(point.value, canvas.size().1))
    };
    let steps = series.points.is_switch();
    let columns = series.points.extents(grid, shown_us);
    let before = grid.since_us().checked_sub(1).and_then(|at| series.points.at(at));
    let after = series.points.after(grid.until_us().saturating_sub(1));
    let after = after.filter(|point| point.at.mono_us <= shown_us);
    let inside = columns.into_iter().flatten().flat_map(Extent::points);
    let mut strokes = Vec::new();
    let mut previous: Option<Point> = None;
    for point in before.into_iter().chain(inside).chain(after) {
        let joined = previous.filter(|previous| !breaks.between(*previous, point));
        strokes.push((joined.map_or_else(|| place(point), place), place(point)));
        previous = Some(point);
    }
    if let Some(last) = previous.filter(|_| steps && after.is_none()) {
        // A switch stays as it is until it is told otherwise, as far as one can know.
        let end = breaks.next(last.at.mono_us).map_or(shown_us, |(down, _)| down.min(shown_us));
        let end = grid.column(end).unwrap_or(grid.columns.saturating_sub(1)) as f64;
        let (column, row) = place(last);
        strokes.push(((column, row), (end.max(column), row)));
    }
    for (from, to) in strokes {
        stroke(canvas, from, to, steps, series.colour);
    }
}

/// A line, or a step, from one place to another that is not left of it. Columns beyond the canvas are left out.
fn stroke(canvas: &mut Canvas, from: (f64, f64), to: (f64, f64), steps: bool, owner: usize) {
    let columns = canvas.size().0;
    let (first, last) = (from.0.round().max(0.0), to.0.round().min(columns as f64 - 1.0));
    if first > last {
        return;
    }
    let row_at = |column: f64| {
        let way = (column.clamp(from.0, to.0) - from.0) / (to.0 - from.0);
        let way = if way.is_finite() { way } else { 1.0 };
        (from.1 + (to.1 - from.1) * way).round() as usize
    };
    for column in first as usize..=last as usize {
        let at = column as f64;
        let rows = match (steps, to.0 - from.0 < 0.5) {
            (_, true) => (from.1.round() as usize, to.1.round() as usize),
            (true, false) if at < to.0.round() => (from.1.round() as usize, from.1.round() as usize),
            (true, false) => (from.1.round() as usize, to.1.round() as usize),
            (false, false) => (row_at(at - 0.5), row_at(at + 0.5)),
        };
        canvas.run(column, rows, owner);
    }
}
