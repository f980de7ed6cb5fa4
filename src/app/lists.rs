//! The lists in the place of the tree: opening one, where one was before, and what each shows once a frame is due.

use super::layout::{self, Areas};
use super::search::Question;
use super::{Connection, Effect, Job, Left, Pane, Scope};
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
        let Self { store, browse, search, left, .. } = self;
        search.arrived(message, place, store, browse, *left == Left::Search);
        if *left == Left::Browse {
            browse.arrived(place, store);
        }
    }

    /// Whether a list has a piece of work to do.
    pub(super) fn has_list_work(&self) -> bool {
        match self.left {
            Left::Browse => self.browse.has_work(&self.store) || self.search.has_work(),
            _ => self.search.has_work(),
        }
    }

    /// Does a piece of the work of a list.
    pub(super) fn list_work(&mut self) -> Option<Effect> {
        let Self { store, browse, search, left, .. } = self;
        if *left == Left::Browse && browse.has_work(store) {
            browse.work(store);
            return None;
        }
        let (number, condition, batch) = search.work(store, browse)?;
        Some(Effect::Job(Job::Ask(Question { connection: self.id, number, condition, batch })))
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
    let Connection { store, browse, search, .. } = connection;
    match connection.left {
        Left::Tree | Left::Overdue => {}
        Left::Search => search.arrange(store, browse, layout::found_rows(areas, SEARCH_LINES), now),
        Left::Browse => {
            if let Some((seq, topic)) = browse.arrange(store, layout::found_rows(areas, 0)) {
                connection.look_at(topic, seq);
            }
        }
    }
}

/// Lines above the rows of the search: what is sought, and what came of it.
pub const SEARCH_LINES: u16 = 2;
