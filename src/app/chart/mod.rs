//! The chart: its series, and which stretch of time is on screen. Fed by `update::session` with what comes and by [`crate::app::work`]
//! with what came before; moved by `update::chart`; drawn by `ui::chart`.
//!
//! - `points`: the points of one series in blocks that know their extremes. `series`: reading them from messages.
//! - `window`: the stretch of time. `cursor`: the time that is read. `csv`: the points as text for a file.
//!
//! What the history has evicted stays in the chart as long as the series does: its points are its own.

mod csv;
mod cursor;
mod points;
mod series;
#[cfg(test)]
mod tests;
mod window;

use ratatui::layout::Rect;

use super::hints::hints;
use super::{Connection, Pane};
use crate::model::{Message, Moment};
use crate::payload::Hints;
use crate::payload::field::Field;
use crate::store::{Seq, Store, TopicId};

pub use csv::Csv;
pub use points::{Extent, Figures, Grid, MOST_POINTS, Point, Points};
pub use series::Series;
pub use window::Window;

/// Lines that can be told apart.
pub const MOST_SERIES: usize = 6;

/// What lines are drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Drawing {
    /// Braille: two by four dots in a cell.
    #[default]
    Dots,
    /// Half blocks: two in a cell.
    Blocks,
    /// A letter in a cell.
    Ascii,
}

impl Drawing {
    /// The next in turn.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Dots => Self::Blocks,
            Self::Blocks => Self::Ascii,
            Self::Ascii => Self::Dots,
        }
    }

    /// Columns and rows of dots in a cell.
    pub fn dots(self) -> (usize, usize) {
        match self {
            Self::Dots => (2, 4),
            Self::Blocks => (1, 2),
            Self::Ascii => (1, 1),
        }
    }
}

/// How the height of the picture is shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Heights {
    /// One scale for all lines, unless some would be next to flat on it.
    #[default]
    Fitting,
    /// One scale for all lines.
    Shared,
    /// A scale for each line.
    Own,
}

impl Heights {
    /// The next in turn.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Fitting => Self::Shared,
            Self::Shared => Self::Own,
            Self::Own => Self::Fitting,
        }
    }
}

/// Where the lines were last drawn: what moving and the mouse need to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Plot {
    /// The cells.
    pub area: Rect,
    /// Columns of dots in a cell.
    pub dots: u16,
    /// The columns of dots; `None` while nothing is drawn.
    pub grid: Option<Grid>,
}

/// The chart of a connection.
#[derive(Debug, Default)]
pub struct Chart {
    series: Vec<Series>,
    selected: usize,
    /// The stretch of time on screen.
    pub window: Window,
    /// The time that is read, in monotonic microseconds.
    pub cursor: Option<u64>,
    /// What lines are drawn with.
    pub drawing: Drawing,
    /// How high the lines reach.
    pub heights: Heights,
    /// A table of values stands beside it, where there is room.
    pub table: bool,
    /// The pane that had the keys before the chart, and whether it was zoomed.
    pub(super) came_from: (Pane, bool),
    /// Where it was last drawn.
    pub plot: Plot,
}

impl Chart {
    /// The series, in the order they were added.
    pub fn series(&self) -> &[Series] {
        &self.series
    }

    /// Place of the selected series.
    pub fn selected(&self) -> usize {
        self.selected
    }

    /// The selected series.
    pub fn selected_series(&self) -> Option<&Series> {
        self.series.get(self.selected)
    }

    /// Place of the series of this field.
    pub fn place_of(&self, topic: TopicId, field: &Field) -> Option<usize> {
        self.series.iter().position(|series| series.topic == topic && series.field == *field)
    }

    /// Selects a series.
    pub(super) fn select(&mut self, place: usize) {
        self.selected = place.min(self.series.len().saturating_sub(1));
    }

    /// Adds a series and selects it; one that is there already is only selected. Fails when there are too many, or the field is none.
    pub(super) fn add(&mut self, topic: TopicId, field: Field) -> Result<(), String> {
        if let Some(place) = self.place_of(topic, &field) {
            self.selected = place;
            return Ok(());
        }
        if self.series.len() == MOST_SERIES {
            return Err(format!(
                "not added: {MOST_SERIES} lines are what can be told apart; d takes the selected one out"
            ));
        }
        let free = |colour: &usize| self.series.iter().all(|series| series.colour != *colour);
        let colour = (0..MOST_SERIES).find(free).unwrap_or_default();
        self.series.push(Series::new(topic, field, colour)?);
        self.selected = self.series.len() - 1;
        Ok(())
    }

    /// Takes the selected series out.
    pub(super) fn remove(&mut self) {
        if self.selected < self.series.len() {
            self.series.remove(self.selected);
        }
        self.select(self.selected);
        if self.series.is_empty() {
            (self.window, self.cursor) = (Window::default(), None);
        }
    }

    /// Whether messages of a topic belong into it.
    fn is_of(&self, topic: TopicId) -> bool {
        self.series.iter().any(|series| series.topic == topic)
    }

    /// Takes in a message that has just come, after the store did.
    fn feed(&mut self, topic: TopicId, seq: Seq, message: &Message, held: Option<Moment>, hints: &Hints<'_>) {
        for series in self.series.iter_mut().filter(|series| series.topic == topic) {
            series.feed(seq, message, held, hints);
        }
    }

    /// Whether the history holds messages of its topics that were not looked at.
    pub fn has_work(&self, store: &Store) -> bool {
        self.series.iter().any(|series| series.has_work(store))
    }

    /// First and last of what there is up to the moment that is shown, in monotonic microseconds.
    pub fn whole(&self, shown: Moment) -> (u64, u64) {
        let firsts = self.series.iter().filter_map(|series| series.points.first());
        let first = firsts.map(|point| point.at.mono_us).min().unwrap_or(shown.mono_us);
        (first.min(shown.mono_us), shown.mono_us)
    }

    /// The columns on screen when `columns` fit.
    pub fn grid(&self, shown: Moment, columns: usize) -> Grid {
        self.window.grid(self.whole(shown).0, shown.mono_us, columns)
    }

    /// The line of a topic that stands for it in the tree: the selected one if it is of that topic.
    pub fn sparkline_series(&self, topic: TopicId) -> Option<&Series> {
        let of_topic = |series: &&Series| series.topic == topic;
        self.selected_series().filter(of_topic).or_else(|| self.series.iter().find(of_topic))
    }

    /// Heights from 0 to 7 of a small picture of the topic's line, oldest first: the value at the end of each column. `None` when the topic
    /// is not charted, in a column when nothing was known yet.
    pub fn sparkline(&self, topic: TopicId, shown: Moment, columns: usize) -> Option<Vec<Option<u8>>> {
        let series = self.sparkline_series(topic)?;
        let first = series.points.first()?.at.mono_us.min(shown.mono_us);
        let grid = Window::default().grid(first, shown.mono_us, columns);
        let ends = (1..=grid.columns as i64).map(|column| {
            let end = grid.from_us.saturating_add(column.saturating_mul(grid.column_us as i64));
            series.points.at((end.max(1) as u64 - 1).min(shown.mono_us))
        });
        let values: Vec<Option<f64>> = ends.map(|point| Some(point?.value)).collect();
        let known = || values.iter().flatten().copied();
        let (low, high) = if series.points.is_switch() {
            (0.0, 1.0)
        } else {
            (known().fold(f64::INFINITY, f64::min), known().fold(f64::NEG_INFINITY, f64::max))
        };
        Some(
            values
                .iter()
                .map(|value| value.map(|value| (place(value, low, high) * 7.0).round() as u8))
                .collect(),
        )
    }
}

impl Connection {
    /// Takes a message that has just come into the chart, when its topic is charted.
    pub(super) fn feed_chart(&mut self, topic: TopicId, seq: Seq, message: &Message) {
        if !self.chart.is_of(topic) {
            return;
        }
        let chosen = self.decoding_of(topic, seq);
        let hints = hints(&message.topic, chosen.as_ref(), &self.message, &self.sparkplug);
        let held = self.store.held_since().map(|held| held.at);
        self.chart.feed(topic, seq, message, held, &hints);
    }

    /// Reads a piece of the history for the first series that needs it.
    pub(super) fn work_chart(&mut self) {
        let place = self.chart.series.iter().position(|series| series.has_work(&self.store));
        let Some(topic) = place.map(|place| self.chart.series[place].topic) else { return };
        let chosen = self.decoding_of(topic, Seq::default());
        let hints = hints(self.store.path(topic), chosen.as_ref(), &self.message, &self.sparkplug);
        let series = place.and_then(|place| self.chart.series.get_mut(place));
        if let Some(series) = series {
            series.work(&self.store, &hints);
        }
    }

    /// The moment up to which a line of this topic is shown when `shown` is: of messages that came in the same microsecond the message
    /// travelled to may be the first, and the others are still to come.
    pub fn charted_until(&self, topic: TopicId, shown: Moment) -> Moment {
        let latest = self.store.standing().and(self.store.latest(topic));
        let to_come = self.store.standing().is_some()
            && latest.is_none_or(|latest| latest.received.mono_us < shown.mono_us);
        Moment { mono_us: shown.mono_us.saturating_sub(u64::from(to_come)), ..shown }
    }
}

/// Where `value` stands between `low` and `high`, from 0 to 1; in the middle when they are one. Safe for the largest numbers there are.
pub fn place(value: f64, low: f64, high: f64) -> f64 {
    let place = (value / 4.0 - low / 4.0) / (high / 4.0 - low / 4.0);
    if place.is_finite() { place.clamp(0.0, 1.0) } else { 0.5 }
}
