//! The tree as it is filtered: taking a filter, keeping the rows in line with it, going from match to match.

use std::ops::Range;

use super::TreeView;
use crate::app::filter::{Filter, FilterFault, PIECE, Query, no_key};
use crate::app::node_set::NodeSet;
use crate::app::walk::Walk;
use crate::store::{Store, TopicId};

impl TreeView {
    /// The text of the filter at work, empty when there is none.
    pub fn filter_text(&self) -> &str {
        self.filter.as_ref().map_or("", Filter::text)
    }

    /// Number of topics the filter found so far.
    pub fn filter_matches(&self) -> Option<usize> {
        self.filter.as_ref().map(Filter::matches)
    }

    /// What is to be said of a filter that may not be meant as it was understood.
    pub fn filter_hint(&self) -> Option<String> {
        self.filter.as_ref().and_then(Filter::unknown_key).map(no_key)
    }

    /// Whether the selected topic is shown though it does not match any more.
    pub fn filter_spares_selected(&self) -> bool {
        let spared = |(filter, node): (&Filter, TopicId)| filter.is_stale(node);
        self.filter.as_ref().zip(self.selected).is_some_and(spared)
    }

    /// How far the filter is with the topics that were there when it began, in per cent, until it is through.
    pub fn filter_progress(&self) -> Option<usize> {
        self.filter.as_ref().and_then(Filter::progress)
    }

    /// Whether the filter keeps `node` from being shown.
    pub fn hides(&self, node: TopicId) -> bool {
        self.filter.as_ref().is_some_and(|filter| !filter.keep().contains(node))
    }

    /// Whether some payload was longer than what the filter looks at.
    pub fn filter_is_cut(&self) -> bool {
        self.filter.as_ref().is_some_and(Filter::is_cut)
    }

    /// What is wrong with the filter as last given; the one before it is still at work.
    pub fn filter_fault(&self) -> Option<&FilterFault> {
        self.filter_fault.as_ref()
    }

    /// Filters by `text` in the language of filters; a text that says nothing shows everything again, a faulty one changes nothing.
    /// `now_us` is the moment shown, in monotonic microseconds.
    pub fn set_filter(&mut self, text: &str, store: &Store, now_us: u64) {
        self.filter_fault = None;
        if text == self.filter_text() {
            return;
        }
        let query = match Query::parse(text) {
            Ok(query) => query,
            Err(fault) => {
                self.filter_fault = Some(fault);
                return;
            }
        };
        self.touched = true;
        let was = self.filter.is_some();
        self.filter = query.map(|query| Filter::new(text, query, store, now_us));
        self.closed = NodeSet::default();
        self.siblings.clear();
        let candidates = [self.selected, self.hidden_selection];
        if let Some(filter) = self.filter.as_mut().filter(|filter| filter.is_searching()) {
            candidates.into_iter().flatten().for_each(|id| filter.test_now(id, store));
        }
        self.give_selection_back();
        if was && self.filter.is_none() {
            self.reveal(store);
        }
        let shown = |id: TopicId| self.filter.as_ref().is_none_or(|filter| filter.keep().contains(id));
        if let Some(selected) = self.selected.filter(|selected| !shown(*selected)) {
            self.selected = None;
            self.hidden_selection.get_or_insert(selected);
        }
    }

    /// Selects again what the filter hid, if it does not any more.
    fn give_selection_back(&mut self) {
        let keep = self.filter.as_ref().map(Filter::keep);
        let shown = |id: &mut TopicId| keep.is_none_or(|keep| keep.contains(*id));
        if let Some(hidden) = self.hidden_selection.take_if(shown) {
            self.selected = Some(hidden);
        }
    }

    /// The filter is kept: what is selected now is where the user is, and not what it hid.
    pub(in crate::app) fn settle_in_filter(&mut self) {
        if self.selected.is_some() {
            self.hidden_selection = None;
        }
    }

    /// Before a frame: the filter looks at what came, and the lists of rows follow.
    pub(super) fn follow_filter(&mut self, store: &Store, now_us: u64) {
        let Some(filter) = &mut self.filter else { return };
        let searching = filter.is_searching();
        filter.follow(store, self.selected, self.rows.iter().map(|row| row.node), now_us);
        self.take_changes(store);
        if searching {
            self.give_selection_back();
        }
    }

    fn take_changes(&mut self, store: &Store) {
        let Some(filter) = &mut self.filter else { return };
        let changed = filter.take_changed();
        self.siblings.follow(changed, filter.keep(), store);
    }

    /// A message came on `topic`.
    pub(in crate::app) fn touch(&mut self, topic: TopicId) {
        if let Some(filter) = &mut self.filter {
            filter.touch(topic);
        }
    }

    /// A second went by; it is `now_us`.
    pub(in crate::app) fn tick(&mut self, now_us: u64) {
        if let Some(filter) = &mut self.filter {
            filter.tick(now_us);
        }
    }

    /// Something changed that no message tells of: retained marks were forgotten.
    pub(in crate::app) fn doubt_filter(&mut self) {
        if let Some(filter) = &mut self.filter {
            filter.doubt();
        }
    }

    /// Whether the filter has work to do between keys and traffic.
    pub(in crate::app) fn has_work(&self) -> bool {
        self.filter.as_ref().is_some_and(Filter::has_work)
    }

    /// Does a piece of it, some milliseconds long.
    pub(in crate::app) fn work(&mut self, store: &Store) {
        if let Some(filter) = &mut self.filter {
            filter.work(store, PIECE);
            self.take_changes(store);
        }
    }

    /// What the filter found in the level at the end of `topic`, as ranges of its bytes.
    pub fn lit(&self, topic: &str, level: &str) -> Vec<Range<usize>> {
        let Some(filter) = &self.filter else { return Vec::new() };
        let begin = topic.len().saturating_sub(level.len());
        let places = filter.places(topic).into_iter().filter(|place| place.end > begin);
        places.map(|place| place.start.saturating_sub(begin)..place.end - begin).collect()
    }

    /// Moves to the next (or previous) topic that the filter found, round and round; false without a match.
    pub fn step_match(&mut self, forward: bool, store: &Store, now_us: u64) -> bool {
        if self.filter.as_ref().is_none_or(|filter| filter.matches() == 0) {
            return false;
        }
        let start = self.selected;
        let mut walk = walk!(self, store, now_us);
        let from = start.and_then(|id| walk.at(id));
        let mut cursor = from.clone().or_else(|| walk.first());
        let mut wrapped = false;
        while let Some(at) = &mut cursor {
            let stepped = if forward { walk.next(at) } else { walk.previous(at) };
            if !stepped {
                if wrapped {
                    return false;
                }
                wrapped = true;
                cursor = if forward { walk.first() } else { walk.last() };
            }
            let Some(at) = &cursor else { return false };
            if walk.filter.is_some_and(|filter| filter.is_match(at.node())) {
                let node = at.node();
                self.pins.leave();
                self.selected = Some(node);
                self.hidden_selection = None;
                self.anchor_row = self
                    .rows
                    .iter()
                    .position(|row| row.node == node)
                    .or(Some(self.height.saturating_sub(1) / 2));
                return true;
            }
        }
        false
    }
}
