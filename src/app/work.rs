//! Work in slices: what takes too long for one key or one frame is done piece by piece, and the loop looks at keys and traffic between
//! two pieces. A piece is measured by what is looked at, not by a clock: some milliseconds.

use super::{App, Effect};

impl App {
    /// Whether a piece of work waits.
    pub fn has_work(&self) -> bool {
        self.connections.iter().any(|connection| connection.has_list_work())
    }
}

/// Does one piece of the work that waits, that of the connection in front first; returns [`Effect`]s like an update.
pub fn work(app: &mut App) -> Vec<Effect> {
    let front = app.active;
    let order = [front].into_iter().chain((0..app.connections.len()).filter(|index| *index != front));
    for index in order {
        let Some(connection) = app.connections.get_mut(index) else { continue };
        if connection.has_list_work() {
            return connection.list_work().into_iter().collect();
        }
    }
    Vec::new()
}
