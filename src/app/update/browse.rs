//! The browse set: what is in it, and moving in its list.

use super::{moves, pins};
use crate::app::{App, Command, Connection, Effect, Left, Toggled};
use crate::model::{Moment, Severity};
use crate::payload::format;

pub(super) fn run(app: &mut App, command: Command, now: Moment) -> Vec<Effect> {
    match command {
        Command::ToggleBrowsed => return toggle(app, now),
        Command::ShowBrowsed => {
            let connection = app.connection_mut();
            if connection.left != Left::Browse {
                connection.open_list(Left::Browse);
                connection.browse.reopened();
            }
        }
        _ => {
            let marks = app.connection().browse.marks().len();
            app.connection_mut().browse.empty();
            if marks > 0 {
                let text = format!("the browse set is empty; it had {}", counted(marks));
                app.notices.push_here(now, Severity::Info, text);
                return keep(app);
            }
        }
    }
    Vec::new()
}

fn counted(marks: usize) -> String {
    if marks == 1 { "1 mark".to_owned() } else { format!("{} marks", format::grouped(marks as u64)) }
}

/// Adds what is selected to the set, or takes it out: a branch with all below it.
fn toggle(app: &mut App, now: Moment) -> Vec<Effect> {
    let Connection { tree, store, browse, .. } = app.connection_mut();
    let Some(topic) = tree.selected() else { return Vec::new() };
    let branch = store.child_count(topic) > 0;
    match browse.toggle(store.path(topic), branch) {
        Ok(Toggled::Added(mark)) => {
            let text = format!("'{mark}' is in the browse set: B shows its messages");
            app.notices.push_here(now, Severity::Info, text);
        }
        Ok(Toggled::TakenOut(mark)) => {
            app.notices.push_here(now, Severity::Info, format!("'{mark}' is no longer in the browse set"));
        }
        Err(reason) => {
            app.notices.push_here(now, Severity::Warning, reason);
            return Vec::new();
        }
    }
    keep(app)
}

/// Writes the set down where the connection is a saved one.
fn keep(app: &mut App) -> Vec<Effect> {
    let connection = app.connection_mut();
    connection.profile.browsed = connection.browse.marks().to_vec();
    pins::write(app)
}

pub(super) fn movement(app: &mut App, command: Command) {
    let connection = app.connection_mut();
    let page = connection.browse.view.height.saturating_sub(1).max(1) as isize;
    step(connection, moves::rows(command, page));
}

/// Moves in the list by `rows`.
pub(super) fn step(connection: &mut Connection, rows: isize) {
    if let Some((seq, topic)) = connection.browse.step(rows, &connection.store) {
        connection.look_at(topic, seq);
    }
}

/// Selects the row at `index` of the list.
pub(super) fn select(connection: &mut Connection, index: usize) {
    if let Some((seq, topic)) = connection.browse.select(index) {
        connection.look_at(topic, seq);
    }
}
