//! Work in slices: what takes too long for one key or one frame is done piece by piece, and the loop looks at keys and traffic between
//! two pieces. A piece is measured by what is looked at, not by a clock: some milliseconds.

#[cfg(doc)]
use super::Effect;
use super::{App, Connection};

/// Bytes or messages that a piece may look at, in the measure of whoever works.
pub const PIECE: usize = 10_000;

impl App {
    /// Whether a piece of work waits.
    pub fn has_work(&self) -> bool {
        let waits = |connection: &Connection| {
            connection.store.has_travel_work() || connection.chart.has_work(&connection.store)
        };
        self.connection().tree.has_work() || self.connections.iter().any(waits)
    }
}

/// Does one piece of the work that waits; returns [`Effect`]s like an update.
pub fn work(app: &mut App) -> Vec<super::Effect> {
    let travelling = app.connections.iter_mut().find(|connection| connection.store.has_travel_work());
    if let Some(connection) = travelling {
        connection.store.travel_work(PIECE);
        connection.follow_travel();
    }
    let charting = |connection: &&mut Connection| connection.chart.has_work(&connection.store);
    if let Some(connection) = app.connections.iter_mut().find(charting) {
        connection.work_chart();
    }
    let connection = app.connection_mut();
    if connection.tree.has_work() {
        connection.tree.work(&connection.store);
    }
    Vec::new()
}
