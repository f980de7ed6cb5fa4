//! Finding text in the payload: lights what matches while it is typed, goes to the next place, scrolls there.

use super::super::prompt;
use crate::app::{App, Body, Connection, Find, Purpose};
use crate::payload::find::Match;
use crate::payload::{Style, WrapIndex, column_of, row_of};

/// Columns left of a place that is scrolled to.
const MARGIN: usize = 8;

/// Asks what to look for.
pub(super) fn ask(app: &mut App) {
    let text = app.connection().message.find.as_ref().map(|find| find.text.clone());
    prompt::open(app, Purpose::Find, text.unwrap_or_default());
}

/// Looks for what is typed so far; what was found.
pub(in crate::app::update) fn follow(app: &mut App, text: &str) -> Option<Result<String, String>> {
    let connection = app.connection_mut();
    if text.is_empty() {
        connection.message.find = None;
        return None;
    }
    if !matches!(connection.shown().map(|shown| &shown.body), Some(Body::Document(_))) {
        let view = connection.message.view.label();
        return Some(Err(format!("nothing is looked for in the {view} view: v goes on to a view of lines")));
    }
    match Find::new(text) {
        Ok(find) => connection.message.find = Some(find),
        Err(fault) => return Some(Err(fault.to_string())),
    }
    connection.look();
    go(connection, 0);
    connection.message.find.as_ref().map(|find| Ok(find.summary()))
}

/// Keeps what is typed.
pub(in crate::app::update) fn accept(app: &mut App, text: &str) -> Result<(), String> {
    match follow(app, text) {
        Some(Err(fault)) => Err(fault),
        _ => Ok(()),
    }
}

/// Forgets what was looked for.
pub(in crate::app::update) fn forget(app: &mut App) {
    app.connection_mut().message.find = None;
}

/// Goes to the next place, or the one before.
pub(super) fn step(app: &mut App, steps: isize) {
    go(app.connection_mut(), steps);
}

fn go(connection: &mut Connection, steps: isize) {
    let Some(place) = connection.message.find.as_mut().and_then(|find| find.step(steps)) else { return };
    scroll_to(connection, &place);
}

/// Brings a place on screen, from above and from the side.
fn scroll_to(connection: &mut Connection, place: &Match) {
    let wraps = connection.wraps();
    let message = &mut connection.message;
    let Some(document) = message.reader.shown().and_then(|shown| shown.document()).cloned() else { return };
    let (columns, style) = message.drawn.unwrap_or((80, Style::VIEW));
    let above = message.above;
    if wraps {
        let within = row_of(&document, place.line, place.range.start, columns, style);
        let first = match message.reader.wrapped(&document, columns, style) {
            Some(index) => index.row(place.line),
            None => WrapIndex::of(&document, columns, style).row(place.line),
        };
        message.scroll_to(above + first + within);
        return;
    }
    message.scroll_to(above + place.line);
    let column = column_of(&document, place.line, place.range.start, style);
    let scroll = message.scroll_mut();
    if !(scroll.column..(scroll.column + columns).saturating_sub(MARGIN)).contains(&column) {
        scroll.column = if column + MARGIN < columns { 0 } else { column.saturating_sub(columns / 3) };
    }
}
