//! Work in slices: what takes too long for one key or one frame is done piece by piece, and the loop looks at keys and traffic between
//! two pieces. A piece is measured by what is looked at, not by a clock: some milliseconds.

use super::{App, Connection, Effect};

/// Messages that a piece of travelling may pass.
const PIECE: usize = 10_000;

impl App {
    /// Whether a piece of work waits.
    pub fn has_work(&self) -> bool {
        let waits = |connection: &Connection| {
            connection.store.has_travel_work()
                || connection.chart.has_work(&connection.store)
                || connection.has_list_work()
        };
        let front = self.connection();
        front.tree.has_work()
            || front.has_history_work()
            || self.connections.iter().any(waits)
            || self.out.export.as_ref().is_some_and(|export| export.has_work())
    }
}

/// Does one piece of the work that waits, travelling first, then in the connection in front; returns [`Effect`]s like an update.
pub fn work(app: &mut App) -> Vec<Effect> {
    let travelling = app.connections.iter_mut().find(|connection| connection.store.has_travel_work());
    if let Some(connection) = travelling {
        connection.store.travel_work(PIECE);
        connection.follow_travel();
    }
    // The filter is being waited for, and beside a key it takes a few per cent of the time: it holds nobody up.
    let connection = app.connection_mut();
    if connection.tree.has_work() {
        connection.tree.work(&connection.store);
    }
    let charting = |connection: &&mut Connection| connection.chart.has_work(&connection.store);
    if let Some(connection) = app.connections.iter_mut().find(charting) {
        connection.work_chart();
        return Vec::new();
    }
    let front = app.active;
    let order = [front].into_iter().chain((0..app.connections.len()).filter(|index| *index != front));
    for index in order {
        let Some(connection) = app.connections.get_mut(index) else { continue };
        if connection.has_list_work() {
            return connection.list_work().into_iter().collect();
        }
    }
    let connection = app.connection_mut();
    if connection.has_history_work() {
        connection.history_work();
    }
    super::update::work_on_export(app)
}
