//! State of the history pane: which messages of the topic it lists, which stretch of them is on screen, newest first, and what
//! is said of each row.

mod changes;
mod criteria;
mod listing;
mod rows;

pub use criteria::{Criteria, HistoryFilter};
pub use rows::{HistoryColumns, HistoryRow, RowChange};

use super::Connection;
use super::layout::{self, Areas};
use crate::payload::format;
use crate::store::{Seq, Store, TopicId};
use listing::Listing;

/// Messages of a stretch that can be exported one by one.
const MOST_SELECTED: usize = 100_000;

/// State of the history pane.
#[derive(Debug, Default)]
pub struct HistoryView {
    /// Listed messages newer than the first row.
    pub top: usize,
    /// Row of the selected message, or where it would stand.
    pub selected_row: usize,
    /// Rows on screen.
    pub height: usize,
    criteria: Criteria,
    /// What is listed, when not all is.
    listing: Option<Listing>,
    rows: Vec<HistoryRow>,
    /// Columns that the changes were worded for, and the state of schemas they were read with.
    worded: Option<(HistoryColumns, u32)>,
    stretch: Option<Stretch>,
}

/// A stretch of messages, from where `V` was pressed to where it was pressed again, or to the message shown.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    topic: TopicId,
    from: Seq,
    to: Option<Seq>,
}

/// How many messages are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listed {
    /// Those found.
    pub found: usize,
    /// Those not looked at yet.
    pub unknown: usize,
    /// Of some only the beginning was looked at.
    pub cut: bool,
    /// Some are not listed in which only clocks went on.
    pub clocks_aside: bool,
}

impl HistoryView {
    /// To the newest message of another topic.
    pub fn reset(&mut self) {
        self.top = 0;
        self.selected_row = 0;
        self.listing = None;
        self.rows.clear();
    }

    /// Which messages are listed.
    pub fn criteria(&self) -> &Criteria {
        &self.criteria
    }

    /// Lists others from here on.
    pub(super) fn set_criteria(&mut self, criteria: Criteria) {
        self.criteria = criteria;
        self.listing = None;
    }

    /// How many messages are listed, when not all are.
    pub fn listed(&self) -> Option<Listed> {
        let listing = self.listing.as_ref()?;
        Some(Listed {
            found: listing.len(),
            unknown: listing.unknown(),
            cut: listing.is_cut(),
            clocks_aside: listing.has_clocks_aside(),
        })
    }

    /// The rows on screen, newest first.
    pub fn rows(&self) -> &[HistoryRow] {
        &self.rows
    }

    /// The selected stretch: its oldest and its newest message. An export of it leaves out what [`HistoryView::criteria`] leave out.
    /// `shown` is the message shown, up to which a stretch that was only begun goes.
    pub fn selection(&self, topic: TopicId, shown: Seq) -> Option<(Seq, Seq)> {
        let stretch = self.stretch.filter(|stretch| stretch.topic == topic)?;
        let to = stretch.to.unwrap_or(shown);
        Some((stretch.from.min(to), stretch.from.max(to)))
    }

    /// The listed messages of the selected stretch, oldest first; `shown` is as in [`HistoryView::selection`].
    ///
    /// # Errors
    /// Says that they are too many to be taken one by one, or not all known yet.
    pub(super) fn selected_messages(
        &self,
        store: &Store,
        topic: TopicId,
        shown: Seq,
    ) -> Option<Result<Vec<(TopicId, Seq)>, String>> {
        let (first, last) = self.selection(topic, shown)?;
        let newer = self.place(store, topic, last).0;
        let (before_first, listed) = self.place(store, topic, first);
        let count = (before_first + usize::from(listed)).saturating_sub(newer);
        if count > MOST_SELECTED {
            let most = format::grouped(MOST_SELECTED as u64);
            return Some(Err(format!("more than {most} messages are selected: export the whole history")));
        }
        if self.listing.as_ref().is_some_and(Listing::has_work) {
            return Some(Err("the history is still being looked through: a moment".to_owned()));
        }
        let mut messages: Vec<(TopicId, Seq)> = if let Some(listing) = &self.listing {
            (newer..newer + count).map_while(|at| Some((topic, listing.get(at)?))).collect()
        } else {
            let messages = store.history_from(topic, newer).take(count);
            messages.map(|message| (topic, message.seq)).filter(|(_, seq)| *seq >= first).collect()
        };
        messages.reverse();
        Some(Ok(messages))
    }

    /// Begins a stretch at a message, ends the one that was begun, or lets go of one that was ended. Whether one is selected.
    pub(super) fn select(&mut self, topic: TopicId, seq: Seq) -> bool {
        let begun = self.stretch.filter(|stretch| stretch.topic == topic);
        self.stretch = match begun {
            Some(Stretch { to: Some(_), .. }) => None,
            Some(stretch) => Some(Stretch { to: Some(seq), ..stretch }),
            None => Some(Stretch { topic, from: seq, to: None }),
        };
        self.stretch.is_some()
    }

    /// Whether the stretch that is selected ended where `V` was pressed again.
    pub(super) fn has_ended_stretch(&self) -> bool {
        self.stretch.is_some_and(|stretch| stretch.to.is_some())
    }

    /// Lets go of one thing: the stretch, else the filter. Whether there was one.
    pub(super) fn let_go(&mut self, topic: Option<TopicId>) -> bool {
        let stretch = self.stretch.take();
        if stretch.is_some_and(|stretch| Some(stretch.topic) == topic) {
            return true;
        }
        let filtered = self.criteria.filter.take().is_some();
        if filtered {
            self.listing = None;
        }
        filtered
    }

    /// Brings the stretch up to date. The message looked at keeps its row while newer ones come; with none (`at` is `None`) the
    /// list follows the newest.
    fn arrange(&mut self, store: &Store, topic: Option<TopicId>, at: Option<Seq>, height: usize) {
        self.height = height;
        let (Some(topic), Some(seq)) = (topic, at) else {
            self.top = 0;
            self.selected_row = 0;
            return;
        };
        if height == 0 {
            // Not on the screen: the row it would stand on waits until it is.
            return;
        }
        let index = self.place(store, topic, seq).0;
        let rows = self.len(store, topic);
        self.top = index.saturating_sub(self.selected_row.min(height - 1));
        self.top = self.top.min(rows.saturating_sub(height));
        self.selected_row = index.saturating_sub(self.top);
    }

    /// How many listed messages are newer than `seq`, and whether it is listed itself.
    fn place(&self, store: &Store, topic: TopicId, seq: Seq) -> (usize, bool) {
        match &self.listing {
            Some(listing) => listing.place(seq),
            None => (store.index_of(topic, seq), true),
        }
    }

    fn len(&self, store: &Store, topic: TopicId) -> usize {
        self.listing.as_ref().map_or_else(|| store.history_len(topic), Listing::len)
    }

    fn nth(&self, store: &Store, topic: TopicId, index: usize) -> Option<Seq> {
        match &self.listing {
            Some(listing) => listing.get(index),
            None => store.nth_newest(topic, index).map(|message| message.seq),
        }
    }

    /// Moves the message looked at by `rows` (older when positive) and returns it; `None` follows the newest.
    pub fn step(&mut self, store: &Store, topic: TopicId, at: Option<Seq>, rows: isize) -> Option<Seq> {
        let newest = store.nth_newest(topic, 0)?.seq;
        let (index, listed) = self.place(store, topic, at.unwrap_or(newest));
        let Some(last) = self.len(store, topic).checked_sub(1) else { return at };
        // From between two rows, the next one is half a row away.
        let rows = if listed || rows <= 0 { rows } else { rows - 1 };
        let Some(wanted) = index.checked_add_signed(rows).map(|wanted| wanted.min(last)) else {
            self.selected_row = 0;
            return None;
        };
        let moved = wanted as isize - index as isize;
        self.selected_row = self.selected_row.saturating_add_signed(moved);
        if self.height > 0 {
            self.selected_row = self.selected_row.min(self.height - 1);
        }
        self.nth(store, topic, wanted).filter(|seq| *seq != newest)
    }

    /// The newest listed message that is not newer than `seq`.
    pub(super) fn at_or_before(&self, store: &Store, topic: TopicId, seq: Seq) -> Option<Seq> {
        let index = self.place(store, topic, seq).0;
        self.nth(store, topic, index)
    }

    fn has_work(&self) -> bool {
        self.listing.as_ref().is_some_and(Listing::has_work) || self.rows.iter().any(HistoryRow::is_pending)
    }
}

impl Connection {
    /// Brings the history pane up to date.
    pub(super) fn arrange_history(&mut self, areas: &Areas) {
        let (height, columns) = (layout::history_rows(areas), areas.history.map_or(0, |area| area.width));
        let mut view = std::mem::take(&mut self.history);
        let topic = self.tree.selected().filter(|id| self.store.is_topic(*id));
        let open = view.criteria.is_open();
        match topic.filter(|_| !open) {
            None => view.listing = None,
            Some(topic) => {
                let known = view.listing.take().filter(|known| known.topic() == topic);
                let mut listing = known.unwrap_or_else(|| Listing::of(topic));
                listing.work(self, &view.criteria);
                view.listing = Some(listing);
            }
        }
        view.arrange(&self.store, topic, self.message.at, height);
        view.arrange_rows(self, topic, columns);
        self.history = view;
    }

    /// Whether the history pane, or what is said of its messages, waits for work.
    pub(super) fn has_history_work(&self) -> bool {
        self.history.has_work() || self.shapes.has_work()
    }

    /// Does a piece of the history's work.
    pub(super) fn history_work(&mut self) {
        if !self.history.has_work() {
            self.learn_shape();
            return;
        }
        let mut view = std::mem::take(&mut self.history);
        match &mut view.listing {
            Some(listing) if listing.has_work() => listing.work(self, &view.criteria),
            _ => view.word_rows(self),
        }
        self.history = view;
    }
}
