//! What is said around the chart: the stretch of time, what is to be known of what is seen, and the time at the cursor.

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use super::lines::Breaks;
use super::{Picture, Places, Scales, times};
use crate::app::chart::Heights;
use crate::config::Role;
use crate::model::Moment;
use crate::payload::{format, width};
use crate::ui::ink::{Ink, row_of};

pub(super) fn draw(
    picture: &Picture<'_>,
    ink: &Ink<'_>,
    (scales, breaks, places): (&Scales, &Breaks, &Places),
    area: Rect,
    focused: bool,
    buffer: &mut Buffer,
) {
    let muted = ink.style(Role::Muted);
    let cursor = picture.chart.cursor.map(|at| format!(" at {} ", ink.time(moment_of(picture, ink, at))));
    let cursor = Line::styled(cursor.unwrap_or_default(), ink.style(Role::Accent)).right_aligned();
    let span = Line::styled(stretch(picture, ink), muted).right_aligned();
    let room = usize::from(area.width).saturating_sub(cursor.width() + 4);
    let own = match (scales.own, picture.chart.heights) {
        (true, _) => " each line has a scale of its own ",
        (false, Heights::Shared) if picture.chart.series().len() > 1 => " one scale for all lines ",
        _ => "",
    };
    let remarks = remarks(picture, ink, breaks, places).join(&format!(" {} ", ink.glyphs().dot));
    let remarks = if remarks.is_empty() { remarks } else { format!(" {} ", ink.head(&remarks, room)) };
    let own = Span::styled(ink.head(own, room.saturating_sub(width(&remarks))), muted);
    let remarks = Line::from(vec![Span::styled(remarks, ink.style(Role::Warning)), own]);
    let title = match places.unnamed {
        0 => "Chart".to_owned(),
        more => format!("Chart, {more} more {}", if more == 1 { "line" } else { "lines" }),
    };
    let block = ink.frame(&title, focused).title(span);
    let block = block.title_bottom(remarks).title_bottom(cursor);
    let inside = block.inner(area);
    block.render(area, buffer);
    if picture.chart.series().iter().all(|series| series.points.first().is_none()) && inside.height > 3 {
        let text = "No number yet: the next message draws the first point.";
        let row = row_of(inside, usize::from(inside.height / 2));
        ink.put(buffer, row.x + 2, row.y, row.width.saturating_sub(2), text, muted);
    }
}

/// The moment of a time; of a point, the one by its own clock on the wall.
fn moment_of(picture: &Picture<'_>, ink: &Ink<'_>, at_us: u64) -> Moment {
    let point = picture.chart.selected_series().and_then(|series| series.points.at(at_us));
    let exact = point.filter(|point| point.at.mono_us == at_us).map(|point| point.at);
    exact.unwrap_or_else(|| times::moment_at(at_us, ink.shown))
}

/// ` 2m 5s, live `, or from when to when.
fn stretch(picture: &Picture<'_>, ink: &Ink<'_>) -> String {
    let grid = picture.grid;
    if picture.chart.series().is_empty() {
        return String::new();
    }
    if picture.chart.window.is_live() {
        let whole = picture.chart.whole(ink.shown);
        let since = grid.since_us().max(whole.0);
        let span = Duration::from_micros(picture.shown_us.saturating_sub(since));
        let span = match span.as_millis() {
            milliseconds @ ..1_000 => format!("{milliseconds} ms"),
            _ => format::lasting(span),
        };
        let state = if picture.connection.paused.is_some() { "paused" } else { "live" };
        return format!(" {span}, {state} ");
    }
    let time = |at: u64| ink.stamp(times::moment_at(at, ink.shown), "%H:%M:%S");
    format!(" {} {} {} ", time(grid.since_us()), ink.glyphs().dash, time(picture.until_us()))
}

/// What is to be known of what is seen.
fn remarks(picture: &Picture<'_>, ink: &Ink<'_>, breaks: &Breaks, places: &Places) -> Vec<String> {
    let mut remarks = Vec::new();
    let series = picture.chart.series();
    let reading = series.iter().filter_map(|series| series.progress(&picture.connection.store));
    if let Some(share) = reading.min_by(f64::total_cmp) {
        remarks.push(format!("reading the history, {} %", (share * 100.0).floor()));
    }
    let thinned = series.iter().filter_map(|series| series.points.thinned_before());
    let thinned = thinned.max_by_key(|moment| moment.mono_us);
    if let Some(before) = thinned.filter(|before| before.mono_us >= picture.grid.since_us()) {
        remarks.push(format!("before {} extremes only", ink.stamp(before, "%H:%M:%S")));
    }
    if !breaks.is_empty() {
        remarks.push("not connected where a line breaks".to_owned());
    }
    if let Some(selected) = picture.chart.selected_series() {
        if selected.is_too_large {
            remarks.push("too large to unwrap for each message".to_owned());
        }
        if selected.without > 0 {
            remarks.push(format!("{} without this number", format::messages(selected.without)));
        }
    }
    if places.cramped {
        remarks.push("no room for the table: z zooms".to_owned());
    }
    remarks
}
