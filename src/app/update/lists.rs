//! The lists in the place of the tree: going to what is selected, and back to the tree.

use super::{set_focus, topics};
use crate::app::{App, Command, Effect, Left, Pane};
use crate::model::{Moment, Severity};

pub(super) fn run(app: &mut App, command: Command, now: Moment) -> Vec<Effect> {
    if command == Command::GoToFound {
        go_there(app, now);
    } else {
        app.connection_mut().close_list();
    }
    Vec::new()
}

/// What is selected in the list is selected in the tree, too: it is enough to show it there.
fn go_there(app: &mut App, now: Moment) {
    let connection = app.connection_mut();
    connection.left = Left::Tree;
    connection.search.typing = false;
    connection.came_from = None;
    let Some(topic) = connection.tree.selected() else { return };
    let hidden = connection.tree.hides(topic);
    connection.tree.select(topic, &connection.store);
    set_focus(app, Pane::Message);
    if hidden {
        topics::clear_filter(app);
        let text = "the filter of the tree hid this topic: it is cleared";
        app.notices.push_here(now, Severity::Info, text.to_owned());
    }
}
