//! The message pane: scrolling, views, older and newer messages.

use super::{history, moves};
use crate::app::{App, Command, Effect, Pane};

/// Columns moved by one step to the side.
const SIDE_STEP: usize = 8;

pub(super) fn run(app: &mut App, command: Command) -> Vec<Effect> {
    match command {
        Command::OlderMessage => history::step(app, 1),
        Command::NewerMessage => history::step(app, -1),
        Command::LatestMessage => {
            let connection = app.connection_mut();
            if connection.message.at.take().is_some() {
                connection.message.reset();
            } else {
                connection.focus = Pane::Topics;
            }
        }
        _ => {
            let wraps = app.connection().wraps();
            let view = &mut app.connection_mut().message;
            match command {
                Command::NextView => {
                    view.view = view.view.next();
                    view.reset();
                }
                Command::ToggleWrap => {
                    view.wrap = !view.wrap;
                    view.column = 0;
                }
                Command::ScrollLeft => view.column = view.column.saturating_sub(SIDE_STEP),
                Command::ScrollRight if !wraps && view.cut => view.column += SIDE_STEP,
                _ => {}
            }
        }
    }
    Vec::new()
}

pub(super) fn movement(app: &mut App, command: Command) {
    let view = &mut app.connection_mut().message;
    let page = view.height.saturating_sub(1).max(1) as isize;
    view.scroll_by(moves::rows(command, page));
}
