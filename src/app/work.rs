//! Work in slices: what takes too long for one key or one frame is done piece by piece, and the loop looks at keys and traffic between
//! two pieces. A piece is measured by what is looked at, not by a clock: some milliseconds.

#[cfg(doc)]
use super::Effect;
use super::{App, overdue};

/// Bytes or messages that a piece may look at, in the measure of whoever works.
pub const PIECE: usize = 1;

impl App {
    /// Whether a piece of work waits.
    pub fn has_work(&self) -> bool {
        let connection = self.connection();
        connection.overdue.has_work()
    }
}

/// Does one piece of the work that waits; returns [`Effect`]s like an update.
pub fn work(app: &mut App) -> Vec<super::Effect> {
    let connection = app.connection_mut();
    if connection.overdue.has_work() {
        overdue::work(connection);
    }
    Vec::new()
}
