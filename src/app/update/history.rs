//! The history pane: moving in it shows that message.

use super::moves;
use crate::app::{App, Command, Effect};
use crate::model::Moment;

pub(super) fn run(_app: &mut App, _command: Command, _now: Moment) -> Vec<Effect> {
    Vec::new()
}

/// Moves by `rows`, to older messages when positive.
pub(super) fn step(app: &mut App, rows: isize) {
    let connection = app.connection_mut();
    let Some(topic) = connection.tree.selected() else { return };
    let before = connection.message.at;
    let at = connection.history.step(&connection.store, topic, before, rows);
    if at != before {
        connection.message.at = at;
        connection.message.reset();
    }
}

/// Looks at the message on a row of the screen.
pub(super) fn select_row(app: &mut App, row: usize) {
    let history = &app.connection().history;
    let (top, selected) = (history.top, history.selected_row);
    step(app, (top + row) as isize - (top + selected) as isize);
}

pub(super) fn movement(app: &mut App, command: Command) {
    let page = app.connection().history.height.saturating_sub(1).max(1) as isize;
    step(app, moves::rows(command, page));
}
