//! The message pane: scrolling, views, the tree's branches, older and newer messages, marking.

pub(super) mod decode;
pub(super) mod find;
pub(super) mod jq;

use super::{history, moves};
use crate::app::{App, Command, Effect, Pane, PayloadView};
use crate::model::{Moment, Severity};

/// Columns moved by one step to the side.
const SIDE_STEP: usize = 8;

pub(super) fn run(app: &mut App, command: Command, now: Moment) -> Vec<Effect> {
    use Command::{DecodeAs, FilterByJq, NextView, ShowDiff, ToggleWrap};
    if matches!(command, NextView | ShowDiff | ToggleWrap | FilterByJq | DecodeAs) {
        super::reveal_message(app);
    }
    match command {
        Command::OlderMessage => history::step(app, 1),
        Command::NewerMessage => history::step(app, -1),
        Command::LatestMessage => latest(app),
        Command::NextView => {
            let connection = app.connection_mut();
            connection.message.view = connection.message.view.next(connection.message.reader.shown());
        }
        Command::ShowDiff => diff(app),
        Command::ToggleWrap if !app.connection().message.view.wraps() => {
            let view = app.connection().message.view;
            let text = match view {
                PayloadView::Diff => {
                    "the diff is not wrapped: long values begin where they differ; v shows them whole"
                }
                _ => "only lines of text are wrapped: v leads to the views that have them",
            };
            app.notices.push_here(now, Severity::Warning, text);
        }
        Command::ToggleWrap => {
            let message = &mut app.connection_mut().message;
            message.wrap = !message.wrap;
            message.scroll_mut().column = 0;
        }
        Command::ScrollLeft | Command::ScrollRight => sideways(app, command == Command::ScrollRight),
        Command::ToggleNode | Command::OpenNodes | Command::CloseNodes => fold(app, command),
        Command::MarkMessage => mark(app, now),
        Command::FindInPayload => find::ask(app),
        Command::NextFound => find::step(app, 1),
        Command::PreviousFound => find::step(app, -1),
        Command::FilterByJq => jq::ask(app),
        Command::DecodeAs => decode::ask(app),
        _ => {}
    }
    Vec::new()
}

/// The diff with the message before or, on the topic of the marked one, with that; then with the marked one of another topic; then back.
fn diff(app: &mut App) {
    let connection = app.connection_mut();
    let next = connection.marked_elsewhere();
    let message = &mut connection.message;
    if message.view != PayloadView::Diff {
        message.before_diff = std::mem::replace(&mut message.view, PayloadView::Diff);
        message.with_marked = None;
    } else if next.is_some() {
        message.with_marked = next;
    } else {
        message.view = message.before_diff;
    }
}

/// Marks the shown message, or takes the mark from it.
fn mark(app: &mut App, now: Moment) {
    let connection = app.connection_mut();
    let Some(message) = connection.shown_message() else { return };
    let this = (message.topic, message.seq);
    let marked = &mut connection.message.marked;
    let text = if *marked == Some(this) {
        *marked = None;
        "no message is marked any more: D compares with the message before"
    } else {
        *marked = Some(this);
        "marked: D compares messages of this topic with it, pressed twice those of another one"
    };
    app.notices.push_here(now, Severity::Info, text.to_owned());
}

/// One step back: what was selected or looked for, then the older message, then the pane.
fn latest(app: &mut App) {
    let connection = app.connection_mut();
    if history::let_go(connection) || connection.message.find.take().is_some() {
        return;
    }
    if connection.message.at.take().is_none() {
        connection.focus = Pane::Topics;
    }
}

/// Left and right: out of and into branches in the tree view, else columns.
fn sideways(app: &mut App, right: bool) {
    let connection = app.connection_mut();
    let wraps = connection.wraps();
    let message = &mut connection.message;
    let Some(structure) = message.reader.shown().and_then(|shown| shown.structure()) else {
        let cut = message.cut;
        let scroll = message.scroll_mut();
        if !right {
            scroll.column = scroll.column.saturating_sub(SIDE_STEP);
        } else if !wraps && cut {
            scroll.column += SIDE_STEP;
        }
        return;
    };
    if right {
        message.folding.inward(structure);
    } else {
        message.folding.outward(structure);
    }
    message.see_selected();
}

fn fold(app: &mut App, command: Command) {
    let message = &mut app.connection_mut().message;
    let Some(structure) = message.reader.shown().and_then(|shown| shown.structure()) else { return };
    match command {
        Command::OpenNodes => message.folding.set_all(structure, true),
        Command::CloseNodes => message.folding.set_all(structure, false),
        _ => message.folding.toggle(structure),
    }
    message.see_selected();
}

pub(super) fn movement(app: &mut App, command: Command) {
    let page = app.connection().message.height.saturating_sub(1).max(1) as isize;
    scroll(app, moves::rows(command, page));
}

/// A click on a node of the tree view selects it, and opens or closes it.
pub(super) fn click(app: &mut App, row: u16) {
    let message = &mut app.connection_mut().message;
    let Some(structure) = message.reader.shown().and_then(|shown| shown.structure()) else { return };
    let Some((top, first)) = message.rows.filter(|(top, _)| row >= *top) else { return };
    let Some(line) = (first + usize::from(row - top)).checked_sub(message.above) else { return };
    if let Some(node) = structure.rows(message.folding.open(), line, 1).first() {
        message.folding.select(structure, *node);
        message.folding.toggle(structure);
    }
}

/// Moves by rows: the selection in the tree view, else the lines.
pub(super) fn scroll(app: &mut App, rows: isize) {
    let message = &mut app.connection_mut().message;
    match message.reader.shown().and_then(|shown| shown.structure()) {
        Some(structure) => {
            message.folding.step(structure, rows);
            message.see_selected();
        }
        None => message.scroll_by(rows),
    }
}
