//! The scrubber under the tree, while the view is paused: how much came when over the whole past, when the link was down, where the
//! moment shown is, and how far a step of time goes.

use ratatui::buffer::Buffer;
use ratatui::style::{Modifier, Style};

use super::ink::Ink;
use crate::app::{App, Connection, PastTime, SCRUBBER_STEP, SCRUBBER_TIME, ScrubberAreas, step_label};
use crate::config::Role;
use crate::model::Moment;
use crate::payload::format;

pub(super) fn draw(app: &App, ink: &Ink<'_>, areas: &ScrubberAreas, buffer: &mut Buffer) {
    let connection = app.connection();
    let muted = ink.style(Role::Muted);
    let Some(past) = PastTime::of(connection) else {
        let text = "no past to go to: nothing has come yet, or all of it gave way";
        ink.put(buffer, areas.all.x, areas.all.y, areas.all.width, text, muted);
        return;
    };
    bar(connection, ink, areas, past, buffer);
    if areas.times {
        let (left, right) = ends(ink, past);
        ink.put(buffer, areas.all.x, areas.all.y, SCRUBBER_TIME, &left, muted);
        ink.put(buffer, areas.bar.right() + 1, areas.all.y, SCRUBBER_TIME, &right, muted);
    }
    if areas.step {
        let (text, style) = state(connection, ink);
        let x = areas.all.right() - SCRUBBER_STEP;
        ink.put_right(buffer, x, areas.all.y, SCRUBBER_STEP, &text, style);
    }
    if let Some(line) = areas.moment {
        let text = moment(connection, ink);
        ink.put(buffer, line.x, line.y, line.width, &text, ink.style(Role::Text));
    }
}

/// The times at both ends; the day of the month where the day alone would be taken for another.
fn ends(ink: &Ink<'_>, past: PastTime) -> (String, String) {
    let days = ink.day(past.from) != ink.day(past.to);
    let end = |moment: Moment| if days { ink.day_and_minute(moment) } else { ink.second(moment) };
    (end(past.from), end(past.to))
}

/// The step of time; or what keeps the figures from being complete.
fn state(connection: &Connection, ink: &Ink<'_>) -> (String, Style) {
    let ellipsis = ink.glyphs().ellipsis;
    match connection.store.standing() {
        Some(standing) if standing.seeking.is_some() => {
            (format!("seeking{ellipsis}"), ink.style(Role::Warning))
        }
        Some(standing) if standing.surveying => (format!("counting{ellipsis}"), ink.style(Role::Warning)),
        Some(standing) if standing.pushed => ("oldest kept".to_owned(), ink.style(Role::Warning)),
        _ => {
            let step = step_label(connection.travel.step_ms(&connection.store));
            (format!("step {step}"), ink.style(Role::Muted))
        }
    }
}

/// Where the moment is and what came then.
fn moment(connection: &Connection, ink: &Ink<'_>) -> String {
    let store = &connection.store;
    let dot = ink.glyphs().dot;
    let shown = connection.shown_moment(ink.now);
    let messages = format::grouped(store.totals().messages);
    match store.standing() {
        Some(standing) => {
            let topic = store.path(standing.topic);
            let topic = if topic.is_empty() { ink.glyphs().empty_level.into() } else { ink.clean(topic) };
            format!("{} {dot} message {messages} {dot} {topic}", ink.time(shown))
        }
        None => format!("{} {dot} {messages} messages {dot} where the view was paused", ink.time(shown)),
    }
}

fn bar(connection: &Connection, ink: &Ink<'_>, areas: &ScrubberAreas, past: PastTime, buffer: &mut Buffer) {
    let (glyphs, columns) = (ink.glyphs(), areas.bar.width);
    let counts = connection.store.density(usize::from(columns), past.from.mono_us, past.to.mono_us);
    let most = counts.iter().copied().max().unwrap_or(0);
    let shown = connection.shown_moment(ink.now).mono_us;
    let at = past.column(shown, columns);
    for (column, count) in (0..columns).zip(counts) {
        let (mark, role) = match count {
            _ if column == at => (glyphs.marker, Role::Accent),
            0 if was_down(connection, past, column, columns) => (glyphs.down_time, Role::Error),
            0 => (glyphs.dot, Role::Faint),
            _ => (glyphs.bars[level(count, most)], if column > at { Role::Faint } else { Role::Muted }),
        };
        let bold = if column == at { Modifier::BOLD } else { Modifier::empty() };
        let style = ink.style(role).add_modifier(bold);
        ink.put(buffer, areas.bar.x + column, areas.bar.y, 1, mark, style);
    }
}

/// Height of a bar. The root tells a few messages from none beside a burst of thousands.
fn level(count: u32, most: u32) -> usize {
    let part = (f64::from(count) / f64::from(most.max(1))).sqrt();
    ((part * 8.0).ceil() as usize).clamp(1, 8) - 1
}

/// Whether the link was down in the middle of a column.
fn was_down(connection: &Connection, past: PastTime, column: u16, columns: u16) -> bool {
    let (start, end) = (
        column.checked_sub(1).map_or(past.from.mono_us, |before| past.end_of(before, columns)),
        past.end_of(column, columns),
    );
    let middle = start + (end - start) / 2;
    connection.was_down_at(middle)
}
