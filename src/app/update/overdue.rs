//! The list of the overdue: opening it, moving in it. What is selected there is selected in the tree.

use super::moves;
use crate::app::{App, Command, Connection, Effect, Left};
use crate::model::Moment;

pub(super) fn run(app: &mut App, _command: Command, now: Moment) -> Vec<Effect> {
    let connection = app.connection_mut();
    if connection.left == Left::Overdue {
        connection.close_list();
        return Vec::new();
    }
    connection.open_list(Left::Overdue);
    connection.overdue.reopened();
    let shown = connection.shown_moment(now);
    connection.overdue.begin(shown);
    Vec::new()
}

pub(super) fn movement(app: &mut App, command: Command) {
    let connection = app.connection_mut();
    let page = connection.overdue.view.height.saturating_sub(1).max(1) as isize;
    step(connection, moves::rows(command, page));
}

/// Moves in the list by `rows`.
pub(super) fn step(connection: &mut Connection, rows: isize) {
    if let Some(topic) = connection.overdue.step(rows) {
        connection.tree.point_at(topic);
    }
}

/// Selects a row of the list, and its topic in the tree.
pub(super) fn select(connection: &mut Connection, row: usize) {
    if let Some(topic) = connection.overdue.select(row) {
        connection.tree.point_at(topic);
    }
}

/// A second went by: what is looked at is brought up to date.
pub(super) fn tick(app: &mut App, now: Moment) {
    let connection = app.connection_mut();
    if connection.left == Left::Overdue {
        let shown = connection.shown_moment(now);
        connection.overdue.begin(shown);
    }
}
