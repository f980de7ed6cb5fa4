//! The tree pane: moving, opening, filtering, sorting.

use tui_input::Input;

use super::set_focus;
use crate::app::{App, Command, Pane, Step};
use crate::model::{Moment, Severity};
use crate::store::TopicId;

pub(super) fn run(app: &mut App, command: Command, now: Moment) {
    let now_us = app.connection().shown_moment(now).mono_us;
    match command {
        Command::FilterTree => {
            set_focus(app, Pane::Topics);
            let connection = app.connection_mut();
            let text = connection.tree.filter_text().to_owned();
            // A fault of an earlier try is not one of this text.
            connection.tree.set_filter(&text, &connection.store, now_us);
            connection.filter_input = Some(Input::new(text));
        }
        Command::NextSort => {
            let tree = &mut app.connection_mut().tree;
            let next = tree.sort().next();
            tree.set_sort(next);
        }
        Command::ExpandAll | Command::CollapseAll => {
            let connection = app.connection_mut();
            let open = command == Command::ExpandAll;
            connection.tree.set_open_below(TopicId::ROOT, open, &connection.store);
        }
        Command::NextMatch | Command::PreviousMatch => {
            let connection = app.connection_mut();
            let forward = command == Command::NextMatch;
            if !connection.tree.step_match(forward, &connection.store, now_us) {
                let text = "no topic on screen matches the filter";
                app.notices.push_here(now, Severity::Info, text);
            }
        }
        _ => on_selection(app, command, now),
    }
}

fn on_selection(app: &mut App, command: Command, now: Moment) {
    let now_us = app.connection().shown_moment(now).mono_us;
    let connection = app.connection_mut();
    let (tree, store) = (&mut connection.tree, &connection.store);
    let Some(selected) = tree.selected() else { return };
    if tree.pins().selected().is_some() {
        match command {
            Command::OpenNode | Command::Expand => return go_to(app, selected, now),
            Command::Collapse => return,
            _ => {}
        }
    }
    let branch = store.child_count(selected) > 0;
    match command {
        Command::OpenNode if branch => tree.set_open(selected, !tree.is_open(selected)),
        Command::OpenNode => set_focus(app, Pane::Message),
        Command::ExpandBelow => tree.set_open_below(selected, true, store),
        Command::CollapseBelow => tree.set_open_below(selected, false, store),
        Command::Expand if branch && !tree.is_open(selected) => tree.set_open(selected, true),
        Command::Expand if branch => tree.step(Step::Rows(1), store, now_us),
        Command::Expand => set_focus(app, Pane::Message),
        Command::Collapse if branch && tree.is_open(selected) => tree.set_open(selected, false),
        Command::Collapse => {
            if let Some(parent) = store.parent(selected).filter(|parent| *parent != TopicId::ROOT) {
                tree.select(parent, store);
            }
        }
        _ => {}
    }
}

/// Goes from a pin to its topic in the tree, opened.
pub(super) fn go_to(app: &mut App, node: TopicId, now: Moment) {
    let connection = app.connection_mut();
    if connection.tree.hides(node) {
        app.notices.push_here(
            now,
            Severity::Warning,
            "the filter hides this topic in the tree: Esc clears it",
        );
        return;
    }
    connection.tree.select(node, &connection.store);
    if connection.store.child_count(node) > 0 {
        connection.tree.set_open(node, true);
    }
}

pub(super) fn movement(app: &mut App, command: Command, now: Moment) {
    let now_us = app.connection().shown_moment(now).mono_us;
    let connection = app.connection_mut();
    let page = connection.tree.rows().len().saturating_sub(1).max(1) as isize;
    let step = match command {
        Command::Up => Step::Rows(-1),
        Command::Down => Step::Rows(1),
        Command::PageUp => Step::Rows(-page),
        Command::PageDown => Step::Rows(page),
        Command::Top => Step::First,
        _ => Step::Last,
    };
    connection.tree.step(step, &connection.store, now_us);
}

/// Brings the tree in line with the filter as typed.
pub(super) fn apply_filter(app: &mut App, now: Moment) {
    let connection = app.connection_mut();
    let now_us = connection.shown_moment(now).mono_us;
    let Some(input) = &connection.filter_input else { return };
    connection.tree.set_filter(input.value(), &connection.store, now_us);
}

/// Gives the keys back to the tree; a filter with a fault stays to be mended.
pub(super) fn keep_filter(app: &mut App) {
    let connection = app.connection_mut();
    if connection.tree.filter_fault().is_none() {
        connection.filter_input = None;
        connection.tree.settle_in_filter();
    }
}

pub(super) fn clear_filter(app: &mut App) {
    let connection = app.connection_mut();
    connection.filter_input = None;
    // Without a filter no moment matters.
    connection.tree.set_filter("", &connection.store, 0);
}
