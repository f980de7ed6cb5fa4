//! Tabs: one a connection, all live. Which is in front, what came in behind it, how the memory is shared.

use super::{App, Connection, DEMO, Effect, Screen, update};
use crate::config::Profile;
use crate::model::{ConnectionId, LinkState};
use crate::store::Limits;

impl App {
    /// Opens a connection in a tab of its own, in front; the effects begin it.
    pub fn open(&mut self, profile: Profile) -> Vec<Effect> {
        let effects = self.open_behind(profile);
        self.show_tab(self.connections.len() - 1);
        effects
    }

    /// Opens a connection in a tab of its own, behind what is in front.
    pub(super) fn open_behind(&mut self, profile: Profile) -> Vec<Effect> {
        let id = ConnectionId(self.next_connection);
        self.next_connection += 1;
        let copies = self.connections.iter().filter(|other| other.profile.name == profile.name).count();
        let mut connection = Connection::new(id, profile, self.limits_of_each(self.connections.len() + 1));
        if copies > 0 {
            connection.title = format!("{} ({})", connection.title, copies + 1);
        }
        if connection.profile.name == DEMO {
            self.demo = Some(Box::new(connection.profile.target.clone()));
        }
        let effects = update::begin(&mut connection);
        self.connections.push(connection);
        self.share_memory();
        effects
    }

    /// Closes a connection and its tab; the tab before it comes in front if this one was.
    pub fn close(&mut self, id: ConnectionId) -> Vec<Effect> {
        let Some(at) = self.connections.iter().position(|connection| connection.id == id) else {
            return Vec::new();
        };
        self.connections.remove(at);
        self.notices.settle(id);
        if self.active > at || self.active == self.connections.len() {
            self.active = self.active.saturating_sub(1);
        }
        self.share_memory();
        self.leave_front();
        vec![Effect::Close(id)]
    }

    /// Begins a connection anew, with what its profile says by now.
    pub(super) fn connect_again(&mut self, id: ConnectionId) -> Vec<Effect> {
        self.connection_by_id(id).map_or_else(Vec::new, update::begin)
    }

    /// Brings a tab in front.
    pub fn show_tab(&mut self, index: usize) {
        if index < self.connections.len() {
            self.leave_front();
            self.active = index;
            self.list.called = false;
            self.form = None;
        }
    }

    /// What the user looks at: which connection, and which of the screens.
    pub(super) fn in_front(&self) -> (ConnectionId, Screen) {
        (self.connection().id, self.screen())
    }

    /// What came so far to the connection in front has been seen.
    fn leave_front(&mut self) {
        let connection = self.connection_mut();
        connection.seen = connection.received();
    }

    /// The connection that commands are about: on the connections screen the selected one, else the one in front.
    pub fn subject(&self) -> Option<ConnectionId> {
        if self.screen() == Screen::Connections {
            let choice = self.choice()?;
            return self.opened(&choice).first().map(|connection| connection.id);
        }
        self.connections.get(self.active).map(|connection| connection.id)
    }

    /// The bounds of each store when there are `count` connections: the memory is shared equally.
    fn limits_of_each(&self, count: usize) -> Limits {
        Limits { bytes: self.settings.limits.bytes / count.max(1), ..self.settings.limits }
    }

    fn share_memory(&mut self) {
        let share = self.limits_of_each(self.connections.len()).bytes;
        for connection in &mut self.connections {
            connection.store.set_budget(share);
        }
    }

    /// Messages that came to a connection since it was last in front; 0 for the one in front.
    pub fn unseen(&self, index: usize) -> u64 {
        let in_front = index == self.active && self.screen() != Screen::Connections;
        match self.connections.get(index) {
            Some(connection) if !in_front => connection.received().saturating_sub(connection.seen),
            _ => 0,
        }
    }
}

impl Connection {
    /// Messages received so far, paused or not.
    pub fn received(&self) -> u64 {
        self.store.totals().messages + self.store.backlog()
    }

    /// Whether something is wrong that only a look at it tells: the link has trouble, or a filter was refused.
    pub fn is_troubled(&self) -> bool {
        let refused = self.subscriptions.refused() > 0;
        refused || matches!(self.link, LinkState::Waiting { .. } | LinkState::Stopped { trouble: Some(_) })
    }
}
