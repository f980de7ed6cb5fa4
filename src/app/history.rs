//! State of the history pane: which stretch of the topic's messages is on screen, newest first.

use crate::store::{Seq, Store, TopicId};

/// State of the history pane.
#[derive(Debug, Default)]
pub struct HistoryView {
    /// Messages newer than the first row.
    pub top: usize,
    /// Row of the selected message.
    pub selected_row: usize,
    /// Rows on screen.
    pub height: usize,
}

impl HistoryView {
    /// To the newest message of another topic.
    pub fn reset(&mut self) {
        self.top = 0;
        self.selected_row = 0;
    }

    /// Brings the stretch up to date. The message looked at keeps its row while newer ones come; with none (`at` is `None`) the
    /// list follows the newest.
    pub fn arrange(&mut self, store: &Store, topic: Option<TopicId>, at: Option<Seq>, height: usize) {
        self.height = height;
        let (Some(topic), Some(seq)) = (topic, at) else {
            self.reset();
            return;
        };
        if height == 0 {
            // Not on the screen: the row it would stand on waits until it is.
            return;
        }
        let index = store.index_of(topic, seq);
        let stored = store.history_len(topic);
        self.top = index.saturating_sub(self.selected_row.min(height - 1));
        self.top = self.top.min(stored.saturating_sub(height));
        self.selected_row = index.saturating_sub(self.top);
    }

    /// Moves the message looked at by `rows` (older when positive) and returns it; `None` follows the newest.
    pub fn step(&mut self, store: &Store, topic: TopicId, at: Option<Seq>, rows: isize) -> Option<Seq> {
        let index = at.map_or(0, |seq| store.index_of(topic, seq));
        let last = store.history_len(topic).saturating_sub(1);
        let wanted = index.saturating_add_signed(rows).min(last);
        let moved = wanted as isize - index as isize;
        self.selected_row = self.selected_row.saturating_add_signed(moved);
        if self.height > 0 {
            self.selected_row = self.selected_row.min(self.height - 1);
        }
        if wanted == 0 { None } else { store.nth_newest(topic, wanted).map(|message| message.seq) }
    }
}
