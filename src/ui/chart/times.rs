//! Times below the lines, at round places of the clock on the wall.

use jiff::Timestamp;

use crate::app::chart::Grid;
use crate::model::Moment;
use crate::ui::ink::Ink;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Round steps in milliseconds.
const STEPS: [i64; 27] = [
    1,
    2,
    5,
    10,
    20,
    50,
    100,
    200,
    500,
    SECOND,
    2 * SECOND,
    5 * SECOND,
    10 * SECOND,
    15 * SECOND,
    30 * SECOND,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    7 * DAY,
];
/// Blanks between two times, at least.
const APART: u16 = 4;

/// A time below the lines: its cell column, and what is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TimeTick {
    pub(super) column: u16,
    pub(super) text: String,
}

/// The moment at a monotonic time, by what the clock on the wall says now.
pub(super) fn moment_at(at_us: u64, shown: Moment) -> Moment {
    let apart_us = i128::from(at_us) - i128::from(shown.mono_us);
    let wall_ms = i128::from(shown.wall_ms) + apart_us.div_euclid(1_000);
    Moment { mono_us: at_us, wall_ms: i64::try_from(wall_ms).unwrap_or(shown.wall_ms) }
}

/// Times for `columns` cells of `dots` columns of the grid each.
pub(super) fn ticks(ink: &Ink<'_>, grid: Grid, dots: usize, columns: u16) -> Vec<TimeTick> {
    let cell_us = i128::from(grid.column_us.saturating_mul(dots as u64).max(1));
    let origin_us =
        i128::from(ink.shown.wall_ms) * 1_000 + i128::from(grid.from_us) - i128::from(ink.shown.mono_us);
    let span_ms = cell_us * i128::from(columns) / 1_000;
    let (step, format) = step(cell_us, span_ms);
    let offset_us = i128::from(offset_ms(ink)) * 1_000;
    let step_us = i128::from(step) * 1_000;
    let mut ticks: Vec<TimeTick> = Vec::new();
    let mut at_us = (origin_us + offset_us).div_euclid(step_us) * step_us - offset_us;
    while at_us < origin_us + cell_us * i128::from(columns) {
        if at_us >= origin_us
            && let Ok(wall_ms) = i64::try_from(at_us.div_euclid(1_000))
        {
            let column = ((at_us - origin_us) / cell_us) as u16;
            let text = ink.stamp(Moment { wall_ms, mono_us: 0 }, format);
            ticks.push(TimeTick { column, text });
        }
        at_us += step_us;
    }
    ticks
}

/// The shortest step whose times stand apart, and how they are written.
fn step(cell_us: i128, span_ms: i128) -> (i64, &'static str) {
    let long = span_ms > i128::from(DAY);
    let format = |step: i64| match step {
        ..SECOND => ("%H:%M:%S%.3f", 12),
        SECOND..MINUTE => ("%H:%M:%S", 8),
        MINUTE..DAY if long => ("%m-%d %H:%M", 11),
        MINUTE..DAY => ("%H:%M", 5),
        _ => ("%Y-%m-%d", 10),
    };
    let fits = |step: &i64| i128::from(*step) * 1_000 >= cell_us * i128::from(format(*step).1 + APART);
    let step = STEPS.into_iter().find(fits).unwrap_or_else(|| {
        // Months and years on one screen: so many weeks.
        let weeks = cell_us * i128::from(10 + APART) / 1_000 / i128::from(7 * DAY) + 1;
        i64::try_from(weeks).unwrap_or(i64::MAX / (7 * DAY)) * 7 * DAY
    });
    (step, format(step).0)
}

/// How far the wall clock of the zone is ahead of UTC.
fn offset_ms(ink: &Ink<'_>) -> i64 {
    let stamp = Timestamp::from_millisecond(ink.shown.wall_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    i64::from(ink.appearance.zone.to_offset(stamp).seconds()) * 1_000
}
