//! The chart, in the place of the message.
//!
//! ```text
//! ╭ Chart ────────────────────────────────── 2m 5s, live ╮
//! │                         last     min    mean     max │   legend.rs: the lines and their figures
//! │ ● kitchen/climate temp  20.4    18.1    20.2    22.7 │
//! │  22 ┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈⢀⠤⠒⠑⠢┈┈┈┈┈   time          value │   scale.rs: the heights; canvas.rs, lines.rs: the lines
//! │  20 ┈┈┈┈┈┈┈┈┈┈⡠⠔⠊⠁┈┈┈┈┈┈┈┈┈┈┈   14:03:20.114   20.4 │   table.rs: the values, newest first, where there is room
//! │     14:02:00      14:03:00      14:03:19.110   20.3 │   times.rs
//! ╰ what is to be known ────────────────────── at cursor ╯   frame.rs: what is said around all that
//! ```

mod canvas;
mod frame;
pub(super) mod legend;
mod lines;
mod scale;
pub(super) mod spark;
mod table;
mod times;

use std::time::Duration;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::Cache;
use super::ink::Ink;
use crate::app::chart::{Drawing, Grid, Heights, Plot, Series};
use crate::app::{App, Chart, Connection, Pane};
use crate::config::{Colours, Role};
use crate::model::Moment;
use crate::payload::width;
use canvas::{Canvas, LETTERS};
use lines::Breaks;
use scale::Scale;

/// Roles of the lines' colours.
const COLOURS: [Role; 6] =
    [Role::Series1, Role::Series2, Role::Series3, Role::Series4, Role::Series5, Role::Series6];
/// Rows of the lines, at least, before the legend gets more than one.
const LEAST_ROWS: u16 = 5;

/// What is drawn: the same for all parts of the chart.
struct Picture<'a> {
    connection: &'a Connection,
    chart: &'a Chart,
    grid: Grid,
    drawing: Drawing,
    shown_us: u64,
}

impl Picture<'_> {
    /// The end of what is on screen.
    fn until_us(&self) -> u64 {
        self.grid.until_us().saturating_sub(1).min(self.shown_us)
    }

    /// The last time at which a line is known.
    fn known_us(&self, series: &Series) -> u64 {
        let shown = Moment { mono_us: self.shown_us, wall_ms: 0 };
        self.connection.charted_until(series.topic, shown).mono_us
    }

    /// The end of a line on screen.
    fn until_of(&self, series: &Series) -> u64 {
        self.until_us().min(self.known_us(series))
    }
}

/// The style of a line.
fn line_style(ink: &Ink<'_>, colour: usize) -> Style {
    ink.style(COLOURS.get(colour).copied().unwrap_or(Role::Accent))
}

/// Stands for a line: in its colour, and without colours as a letter or number of its own.
fn mark(picture: &Picture<'_>, ink: &Ink<'_>, colour: usize) -> &'static str {
    const NUMBERS: [&str; 6] = ["1", "2", "3", "4", "5", "6"];
    match picture.drawing {
        Drawing::Ascii => LETTERS.get(colour).copied().unwrap_or("*"),
        _ if ink.appearance.look.colours == Colours::None => NUMBERS.get(colour).copied().unwrap_or("?"),
        _ => "●",
    }
}

pub(super) fn draw(app: &App, ink: &Ink<'_>, area: Rect, cache: &mut Cache, frame: &mut Frame<'_>) {
    let connection = app.connection();
    let chart = &connection.chart;
    let focused = connection.focus == Pane::Message && !connection.publish.open;
    let drawing = if ink.appearance.look.ascii { Drawing::Ascii } else { chart.drawing };
    let inside = ink.frame("", focused).inner(area);
    let places = Places::of(chart, inside);
    // The width of the numbers beside the lines follows from the lines, and the lines' from theirs: one round settles it.
    let mut labels = 3;
    let (mut picture, mut scales);
    let mut plot;
    let mut rounds = 0;
    loop {
        plot = places.plot(labels);
        let columns = usize::from(plot.width) * drawing.dots().0;
        let grid = chart.grid(ink.shown, columns);
        picture = Picture { connection, chart, grid, drawing, shown_us: ink.shown.mono_us };
        scales = Scales::of(&picture, plot.height);
        let wanted = scales.width();
        rounds += 1;
        if wanted <= labels || rounds == 3 {
            break;
        }
        labels = wanted;
    }
    let breaks = Breaks::of(connection, picture.grid, picture.shown_us);
    let buffer = frame.buffer_mut();
    frame::draw(&picture, ink, (&scales, &breaks, &places), area, focused, buffer);
    if chart.series().is_empty() || plot.width < 4 || plot.height == 0 {
        cache.measured.chart = Plot::default();
        return;
    }
    legend::draw(&picture, ink, places.legend, focused, buffer);
    draw_axes(&picture, ink, &scales, plot, buffer);
    draw_lines(&picture, ink, &scales, &breaks, plot, buffer);
    draw_cursor(&picture, ink, &scales, plot, buffer);
    if let Some(area) = places.table {
        table::draw(&picture, ink, area, focused, buffer);
    }
    cache.measured.chart = Plot { area: plot, dots: drawing.dots().0 as u16, grid: Some(picture.grid) };
    if ink.is_live() && chart.window.is_live() {
        let column = Duration::from_micros(picture.grid.column_us.saturating_mul(drawing.dots().0 as u64));
        cache.wake_in(ink.now, column.max(Duration::from_millis(250)));
    }
}

/// Where legend, lines and table stand.
struct Places {
    legend: Rect,
    /// Lines with the numbers on their left and the times below.
    body: Rect,
    table: Option<Rect>,
    /// The table is wanted, and there is no room for it.
    cramped: bool,
    /// Lines that have no row in the legend.
    unnamed: usize,
}

impl Places {
    fn of(chart: &Chart, inside: Rect) -> Self {
        let series = chart.series().len() as u16;
        let least = LEAST_ROWS + 1;
        let legend_rows = match inside.height.saturating_sub(least) {
            // A line of titles above, when all or most of it fits.
            room if room >= 2 => (series + 1).min(room),
            _ => u16::from(inside.height > 2),
        };
        let legend = Rect { height: legend_rows, width: inside.width.saturating_sub(1), ..inside };
        let body = Rect { y: inside.y + legend_rows, height: inside.height - legend_rows, ..inside };
        let fits = inside.width >= table::WIDTH + table::BESIDE && body.height > 3;
        let beside = if chart.table && fits { table::WIDTH } else { 0 };
        let table = (beside > 0).then(|| Rect { x: body.right() - beside + 1, width: beside - 2, ..body });
        Self {
            legend,
            body: Rect { width: body.width - beside, ..body },
            table,
            cramped: chart.table && !fits,
            unnamed: usize::from(series)
                .saturating_sub(usize::from(legend_rows - u16::from(legend_rows > 1))),
        }
    }

    /// The lines' own cells beside labels of some columns.
    fn plot(&self, labels: u16) -> Rect {
        let left = (labels + 2).min(self.body.width);
        Rect {
            x: self.body.x + left,
            width: (self.body.width - left).saturating_sub(1),
            height: self.body.height.saturating_sub(1),
            ..self.body
        }
    }
}

/// One scale for all lines, or one for each; and the one whose numbers stand beside them.
struct Scales {
    each: Vec<Scale>,
    shown: usize,
    own: bool,
}

impl Scales {
    fn of(picture: &Picture<'_>, rows: u16) -> Self {
        let since = picture.grid.since_us();
        let wanted = usize::from(rows / 3);
        let extremes = |series| extremes(series, since, picture.until_of(series));
        let extremes: Vec<Option<(f64, f64)>> = picture.chart.series().iter().map(extremes).collect();
        let known: Vec<(f64, f64)> = extremes.iter().flatten().copied().collect();
        let own = match picture.chart.heights {
            Heights::Fitting => scale::needs_own(&known),
            Heights::Shared => false,
            Heights::Own => known.len() > 1,
        };
        let low = known.iter().map(|(low, _)| *low).fold(f64::INFINITY, f64::min);
        let high = known.iter().map(|(_, high)| *high).fold(f64::NEG_INFINITY, f64::max);
        let all = if known.is_empty() { (0.0, 1.0) } else { (low, high) };
        let series = picture.chart.series();
        let only_switches = series.iter().all(|series| series.points.is_switch());
        let each = extremes.into_iter().zip(series).map(|(extremes, series)| {
            let (low, high) = if own { extremes.unwrap_or((0.0, 1.0)) } else { all };
            let is_switch = if own { series.points.is_switch() } else { only_switches };
            if is_switch { Scale::of_switch() } else { Scale::new(low, high, wanted) }
        });
        Self { each: each.collect(), shown: picture.chart.selected(), own }
    }

    fn shown(&self) -> Option<&Scale> {
        self.each.get(self.shown)
    }

    /// Columns of the widest number.
    fn width(&self) -> u16 {
        let ticks = self.shown().into_iter().flat_map(|scale| &scale.ticks);
        ticks.map(|(_, text)| width(text) as u16).max().unwrap_or_default()
    }
}

/// Lowest and highest value on screen; the value that a line comes in with counts, when there is no other.
fn extremes(series: &Series, since: u64, until: u64) -> Option<(f64, f64)> {
    let figures = series.points.figures(since, until);
    let before = || series.points.at(since).map(|point| (point.value, point.value));
    figures.map(|figures| (figures.min, figures.max)).or_else(before)
}

/// Numbers and times, each with a faint line through the picture.
fn draw_axes(picture: &Picture<'_>, ink: &Ink<'_>, scales: &Scales, plot: Rect, buffer: &mut Buffer) {
    let (across, up) = if picture.drawing == Drawing::Ascii { (".", ":") } else { ("┈", "┊") };
    let (faint, muted) = (ink.style(Role::Faint), ink.style(Role::Muted));
    let ticks = times::ticks(ink, picture.grid, picture.drawing.dots().0, plot.width);
    for tick in &ticks {
        for y in plot.top()..plot.bottom() {
            ink.put(buffer, plot.x + tick.column, y, 1, up, faint);
        }
    }
    if let Some(scale) = scales.shown() {
        let colour = picture.chart.selected_series().filter(|_| scales.own).map(|series| series.colour);
        let style = colour.map_or(muted, |colour| line_style(ink, colour));
        let labels = plot.x - 2;
        let mut last = None;
        for (value, text) in &scale.ticks {
            let y = plot.y + scale.row(*value, usize::from(plot.height)).round() as u16;
            if last == Some(y) {
                continue;
            }
            last = Some(y);
            (plot.left()..plot.right()).for_each(|x| {
                ink.put(buffer, x, y, 1, across, faint);
            });
            let wide = (width(text) as u16).min(labels);
            ink.put(buffer, plot.x - 1 - wide, y, wide, text, style);
        }
    }
    let mut free = plot.x.saturating_sub(2);
    for tick in &ticks {
        let wide = width(&tick.text) as u16;
        let x = (plot.x + tick.column).saturating_sub(wide / 2).max(free);
        if x + wide <= plot.right() {
            ink.put(buffer, x, plot.bottom(), wide, &tick.text, muted);
            free = x + wide + 2;
        }
    }
}

fn draw_lines(
    picture: &Picture<'_>,
    ink: &Ink<'_>,
    scales: &Scales,
    breaks: &Breaks,
    plot: Rect,
    buffer: &mut Buffer,
) {
    let mut canvas = Canvas::new(plot, picture.drawing);
    let series = picture.chart.series();
    // The selected one lies on top.
    let selected = picture.chart.selected();
    let order = (0..series.len()).filter(|place| *place != selected).chain([selected]);
    for (series, scale) in order.filter_map(|place| Some((series.get(place)?, scales.each.get(place)?))) {
        lines::draw(series, (scale, picture.grid, picture.known_us(series)), breaks, &mut canvas);
    }
    canvas.paint(plot, buffer, |colour| line_style(ink, colour));
    let several = series.len() > 1 && picture.drawing != Drawing::Ascii;
    if several && ink.appearance.look.colours == Colours::None {
        // Nothing else tells the lines apart.
        for (series, scale) in series.iter().zip(&scales.each) {
            let Some(point) = series.points.at(picture.until_of(series)) else { continue };
            let y = plot.y + scale.row(point.value, usize::from(plot.height)).round() as u16;
            let x = cell_of(picture, plot, point.at.mono_us).unwrap_or(plot.right() - 1);
            ink.put(buffer, x, y, 1, mark(picture, ink, series.colour), ink.style(Role::Text));
        }
    }
}

/// The screen column of a time.
fn cell_of(picture: &Picture<'_>, plot: Rect, at_us: u64) -> Option<u16> {
    let column = picture.grid.column(at_us)? / picture.drawing.dots().0;
    Some(plot.x + column as u16)
}

/// A line through the time that is read, and a mark on the selected series.
fn draw_cursor(picture: &Picture<'_>, ink: &Ink<'_>, scales: &Scales, plot: Rect, buffer: &mut Buffer) {
    let Some(at) = picture.chart.cursor else { return };
    let Some(x) = cell_of(picture, plot, at) else { return };
    let (line, point) = if picture.drawing == Drawing::Ascii { ("|", "X") } else { ("│", "◆") };
    let style = ink.style(Role::Accent);
    for y in plot.top()..plot.bottom() {
        let empty =
            buffer.cell((x, y)).is_some_and(|cell| matches!(cell.symbol(), " " | "┈" | "┊" | "." | ":"));
        if empty {
            ink.put(buffer, x, y, 1, line, style);
        }
    }
    let value =
        picture.chart.selected_series().and_then(|series| series.points.at(at.min(picture.known_us(series))));
    if let (Some(value), Some(scale)) = (value, scales.shown()) {
        let y = plot.y + scale.row(value.value, usize::from(plot.height)).round() as u16;
        ink.put(buffer, x, y, 1, point, style);
    }
}
