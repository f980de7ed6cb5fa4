//! The lists in the place of the tree: going to what is selected, and back to the tree.

use crate::app::{App, Command, Effect, Left};
use crate::model::Moment;

pub(super) fn run(app: &mut App, _command: Command, _now: Moment) -> Vec<Effect> {
    // What is selected in the list is selected in the tree, too: it is enough to show the tree.
    let connection = app.connection_mut();
    connection.left = Left::Tree;
    connection.search.typing = false;
    Vec::new()
}
