//! The lists in the place of the tree: opening one, where one was before, and what each shows once a frame is due.

use super::layout::{self, Areas};
use super::search::Question;
use super::{Connection, Effect, Job, Left, Pane, Scope, overdue};
use crate::model::{Message, Moment};
use crate::store::{Ingested, Seq, TopicId};

/// Where one was before a list took the place of the tree.
#[derive(Debug, Clone, Copy)]
pub(super) struct CameFrom {
    topic: Option<TopicId>,
    at: Option<Seq>,
    focus: Pane,
}

impl Connection {
    /// Puts a list in the place of the tree and gives it the keys.
    pub(super) fn open_list(&mut self, list: Left) {
        if self.left == Left::Tree {
            let (topic, at, focus) = (self.tree.selected(), self.message.at, self.focus);
            self.came_from = Some(CameFrom { topic, at, focus });
        }
        self.left = list;
        self.focus = Pane::Topics;
        self.zoomed = false;
    }

    /// A message came: the lists take it in.
    pub(super) fn list_arrival(&mut self, message: &Message, place: Ingested) {
        let shown = self.left == Left::Search;
        let (search, world) = self.search_in();
        search.arrived(message, place, world, shown);
        if self.left == Left::Browse {
            self.browse.arrived(place, &self.store);
        }
    }

    /// Selects the row at `index` of what was found: its message is shown beside it.
    pub(super) fn select_found(&mut self, index: usize) {
        let hit = self.search.hits_from(index).next().copied();
        if let Some(hit) = hit {
            self.search.awaits = false;
            self.search.view.selected = Some(hit.seq);
            self.look_at(hit.topic, hit.seq);
        }
    }

    /// Selects the row that one went into the list for, once it is there.
    pub(super) fn settle_in_list(&mut self) {
        let waits = self.search.awaits && !self.search.typing;
        if let Some(index) = self.search.first_choice().filter(|_| waits) {
            self.select_found(index);
        }
    }

    /// Whether a list has a piece of work to do.
    pub(super) fn has_list_work(&self) -> bool {
        let browsing = self.left == Left::Browse && self.browse.has_work(&self.store);
        browsing || self.overdue.has_work() || self.search.has_work()
    }

    /// Does a piece of the work of a list.
    pub(super) fn list_work(&mut self) -> Option<Effect> {
        if self.overdue.has_work() {
            overdue::work(self);
            return None;
        }
        if self.left == Left::Browse && self.browse.has_work(&self.store) {
            self.browse.work(&self.store);
            return None;
        }
        let (search, world) = self.search_in();
        let (number, sought, batch) = search.work(world)?;
        Some(Effect::Job(Job::Ask(Question { connection: self.id, number, sought, batch })))
    }

    /// Where a search looks, in words.
    pub fn search_place(&self) -> String {
        match self.search.scope {
            Scope::Everything => "everywhere but in $SYS".to_owned(),
            Scope::WithSys => "everywhere, $SYS included".to_owned(),
            Scope::Below(node) => format!("in {}", self.store.path(node)),
            Scope::Browsed => "in the browse set".to_owned(),
        }
    }

    /// The topic or branch that was selected in the tree.
    pub(super) fn selected_in_tree(&self) -> Option<TopicId> {
        self.came_from.map_or(self.tree.selected(), |before| before.topic)
    }

    /// The tree again, where one was before.
    pub(super) fn close_list(&mut self) {
        self.left = Left::Tree;
        self.search.typing = false;
        let Some(CameFrom { topic, at, focus }) = self.came_from.take() else { return };
        self.focus = focus;
        if let Some(topic) = topic {
            self.tree.point_at(topic);
            self.message.of = Some(topic);
            if self.message.at != at {
                self.message.at = at;
                self.message.reset();
            }
        }
    }
}

/// Brings the list in front up to date.
pub(super) fn arrange(connection: &mut Connection, areas: &Areas, now: Moment) {
    match connection.left {
        Left::Tree => {}
        Left::Overdue => {
            let (height, shown) = (layout::found_rows(areas, OVERDUE_LINES), connection.shown_moment(now));
            let Connection { overdue, store, .. } = connection;
            if let Some(topic) = overdue.arrange(store, shown, height) {
                connection.tree.point_at(topic);
            }
        }
        Left::Search => {
            let (search, world) = connection.search_in();
            search.arrange(world, layout::found_rows(areas, SEARCH_LINES), now);
            connection.settle_in_list();
        }
        Left::Browse => {
            let height = layout::found_rows(areas, 0);
            if let Some((seq, topic)) = connection.browse.arrange(&connection.store, height) {
                connection.look_at(topic, seq);
            }
        }
    }
}

/// Lines above the rows of the overdue: the titles of the columns.
pub const OVERDUE_LINES: u16 = 1;
/// Lines above the rows of the search: what is sought, and what came of it.
pub const SEARCH_LINES: u16 = 2;
