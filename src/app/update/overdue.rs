//! The list of the overdue: opening it, moving in it. What is selected there is selected in the tree.

use super::{moves, set_focus};
use crate::app::{App, Command, Effect, Left, Pane};
use crate::model::Moment;

pub(super) fn run(app: &mut App, _command: Command, now: Moment) -> Vec<Effect> {
    let connection = app.connection_mut();
    let shown = connection.shown_moment(now);
    connection.left = if connection.left == Left::Overdue { Left::Tree } else { Left::Overdue };
    connection.overdue.begin(shown);
    set_focus(app, Pane::Topics);
    Vec::new()
}

pub(super) fn movement(app: &mut App, command: Command) {
    let overdue = &app.connection().overdue;
    let wanted = overdue.selected().saturating_add_signed(moves::rows(command, moves::PAGE));
    select(app, wanted);
}

/// Selects a row of the list, and its topic in the tree.
pub(super) fn select(app: &mut App, row: usize) {
    let connection = app.connection_mut();
    if let Some(topic) = connection.overdue.select(row) {
        connection.tree.select(topic, &connection.store);
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
