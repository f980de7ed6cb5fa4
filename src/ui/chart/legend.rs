//! The lines by name, each with its figures on screen: last or at the cursor, lowest, mean, highest, and how many points.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{Picture, line_style, mark};
use crate::app::chart::{Figures, Series};
use crate::config::Role;
use crate::payload::field::Field;
use crate::payload::{format, width};
use crate::ui::ink::{Ink, row_of};

/// Columns of a figure where there is room, and where there is not.
const FIGURES: (u16, u16) = (12, 9);
/// From this width on there is room.
const WIDE: u16 = 80;
/// Columns of the count.
const COUNT: u16 = 8;
/// Columns of the name, at least.
const NAME: u16 = 16;
/// Digits of a value, and of a mean.
const DIGITS: (usize, usize) = (9, 5);

/// What stands in the row of a series.
struct Row {
    /// The last value, or the one at the cursor.
    value: Option<f64>,
    figures: Option<Figures>,
}

/// Draws as many series as fit; the selected one is always among them. With room for it there is a line of titles.
pub(super) fn draw(picture: &Picture<'_>, ink: &Ink<'_>, area: Rect, focused: bool, buffer: &mut Buffer) {
    let all = picture.chart.series();
    let titled = usize::from(area.height) > 1;
    let rows = usize::from(area.height) - usize::from(titled);
    let top = picture.chart.selected().saturating_sub(rows.saturating_sub(1));
    let columns = columns(area.width, titled);
    if titled {
        titles(picture, ink, &columns, row_of(area, 0), buffer);
    }
    for (index, series) in all.iter().enumerate().skip(top).take(rows) {
        let line = row_of(area, index - top + usize::from(titled));
        let row = row(picture, series);
        if index == picture.chart.selected() && all.len() > 1 {
            ink.select(buffer, line, focused);
        }
        draw_row(picture, ink, series, &row, (&columns, titled), line, buffer);
    }
}

/// Which figures there is room for, in the order of the line, each with its columns.
fn columns(width: u16, titled: bool) -> Vec<(&'static str, u16)> {
    let figure = if width >= WIDE { FIGURES.0 } else { FIGURES.1 };
    let fits = |columns: u16| width >= NAME + columns + 4;
    let names: &[&str] = match () {
        () if fits(4 * figure) => &["last", "min", "mean", "max"],
        () if fits(3 * figure) => &["last", "min", "max"],
        () => &["last"],
    };
    let count = (titled && fits(4 * figure + COUNT + NAME)).then_some(("points", COUNT));
    names.iter().map(|name| (*name, figure)).chain(count).collect()
}

fn titles(picture: &Picture<'_>, ink: &Ink<'_>, columns: &[(&str, u16)], line: Rect, buffer: &mut Buffer) {
    let mut right = line.right();
    for (column, cell) in columns.iter().rev() {
        right -= cell;
        let text = if *column == "last" && picture.chart.cursor.is_some() { "at cursor" } else { column };
        ink.put_right(buffer, right, line.y, *cell, text, ink.style(Role::Faint));
    }
}

fn row(picture: &Picture<'_>, series: &Series) -> Row {
    let points = &series.points;
    let (since, until) = (picture.grid.since_us(), picture.until_of(series));
    let at = picture.chart.cursor.unwrap_or(until).min(until);
    Row { value: points.at(at).map(|point| point.value), figures: points.figures(since, until) }
}

fn draw_row(
    picture: &Picture<'_>,
    ink: &Ink<'_>,
    series: &Series,
    row: &Row,
    (columns, titled): (&[(&str, u16)], bool),
    line: Rect,
    buffer: &mut Buffer,
) {
    let (text, muted) = (ink.style(Role::Text), ink.style(Role::Muted));
    let colour = line_style(ink, series.colour);
    let mut right = line.right();
    for (column, cell) in columns.iter().rev() {
        right -= cell;
        // A blank stands before each.
        let number = |value: f64, digits: usize| {
            format::number_within(value, digits, usize::from(*cell).saturating_sub(1))
        };
        let (value, style) = match (*column, row.figures) {
            ("last", _) => (row.value.map_or_else(String::new, |value| number(value, DIGITS.0)), text),
            (_, None) => (ink.glyphs().dash.to_owned(), muted),
            ("min", Some(figures)) => (number(figures.min, DIGITS.0), muted),
            ("mean", Some(figures)) => (number(figures.mean, DIGITS.1), muted),
            ("max", Some(figures)) => (number(figures.max, DIGITS.0), muted),
            (_, Some(figures)) => (format::count(figures.count), muted),
        };
        // Without titles each figure says itself what it is.
        let named = !titled && *column != "last" && width(&value) + width(column) + 2 < usize::from(*cell);
        let value = if named { format!("{column} {value}") } else { value };
        ink.put_right(buffer, right, line.y, *cell, &value, style);
    }
    ink.put(buffer, line.x + 1, line.y, 1, mark(picture, ink, series.colour), colour);
    name(
        picture,
        ink,
        series,
        Rect { x: line.x + 3, width: right.saturating_sub(line.x + 4), ..line },
        buffer,
    );
}

/// Topic and field; of long ones their ends, which is where lines of one topic differ.
fn name(picture: &Picture<'_>, ink: &Ink<'_>, series: &Series, area: Rect, buffer: &mut Buffer) {
    let field = field_name(&series.field);
    let field = ink.clean(&field).into_owned();
    let topic = ink.clean(picture.connection.store.path(series.topic)).into_owned();
    let for_field =
        if field.is_empty() { 0 } else { (width(&field) + 1).min(usize::from(area.width) * 3 / 4) };
    let topic = ink.tail(&topic, usize::from(area.width).saturating_sub(for_field)).into_owned();
    let topic_style: Style = if field.is_empty() { ink.style(Role::Text) } else { ink.style(Role::Muted) };
    let used = ink.put(buffer, area.x, area.y, area.width, &topic, topic_style);
    let room = area.width.saturating_sub(used + 1);
    let field = ink.tail(&field, usize::from(room));
    ink.put(buffer, area.x + used + 1, area.y, room, &field, ink.style(Role::Text));
}

/// A field in few letters: a key of the outermost object is its name, the whole payload has none.
pub(in crate::ui) fn field_name(field: &Field) -> String {
    match field {
        Field::Whole => String::new(),
        Field::Pointer(pointer) => pointer.strip_prefix('/').unwrap_or(pointer).to_owned(),
        Field::Size => "size, B".to_owned(),
        Field::Gap => "gap, s".to_owned(),
        Field::XPath(_) | Field::Item(_) => field.to_string(),
    }
}
