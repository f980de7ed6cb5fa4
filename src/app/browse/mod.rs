//! The browse set: marked topics whose messages are listed together, by time. Only a window of the list is known at a time; `gather`
//! finds what comes before and after it.

mod gather;
mod marks;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use super::list_view::ListView;
use super::node_set::NodeSet;
use crate::model::TopicFilter;
use crate::store::{Ingested, Seq, Store, TopicId};
use gather::{Gather, STRETCH, Wanted};
use marks::Marks;

/// Marks that a set holds at most.
const MARKS: usize = 1_000;
/// Messages known of the list at most.
const WINDOW: usize = 8 * STRETCH;
/// Topics tested for the set in one piece.
const TESTED_A_PIECE: usize = 20_000;

/// Topics of the set whose messages are counted for a picture, at most.
const COUNTED: usize = 2_000;

/// State of the browse set.
#[derive(Debug, Default)]
pub struct Browse {
    marks: Marks,
    /// Counts the changes of the marks.
    revision: u64,
    /// The topics of the set, of those tested so far.
    members: Vec<TopicId>,
    is_member: NodeSet,
    /// Topics of the store that were tested.
    tested: usize,
    /// A stretch of the list, newest first.
    window: VecDeque<(Seq, TopicId)>,
    /// The window begins with the newest message of the set, ends with the oldest.
    has_newest: bool,
    has_oldest: bool,
    gather: Option<Gather>,
    /// A message of the set came while the newest ones were being gathered.
    missed: bool,
    /// The end of the list is to be selected once it is known.
    going_to: Option<End>,
    /// The moment that the window is about.
    moment: Option<Seq>,
    /// Where one looks in the list.
    pub view: ListView,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Newest,
    Oldest,
}

/// What became of a topic that was added or taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Toggled {
    /// It is in the set now.
    Added(TopicFilter),
    /// It is no longer.
    TakenOut(TopicFilter),
}

impl Browse {
    /// The set with these marks.
    pub(super) fn of(marks: &[TopicFilter]) -> Self {
        Self { marks: Marks::of(marks.to_vec()), ..Self::default() }
    }

    /// The marks, each a topic or a branch with all below it.
    pub fn marks(&self) -> &[TopicFilter] {
        self.marks.list()
    }

    /// Whether `topic` is in the set.
    pub fn contains(&self, topic: &str) -> bool {
        self.marks.mean(topic)
    }

    /// Changes with each change of the marks.
    pub(super) fn revision(&self) -> u64 {
        self.revision
    }

    /// Adds a topic, or a branch with all below it; or takes it out. Or says why not.
    pub(super) fn toggle(&mut self, path: &str, branch: bool) -> Result<Toggled, String> {
        let text = if branch { format!("{path}/#") } else { path.to_owned() };
        let mark = TopicFilter::parse(&text)
            .ok()
            .filter(|mark| mark.shared().is_none())
            .ok_or("this topic cannot be put into the browse set")?;
        let mut marks = self.marks().to_vec();
        // A topic that was marked by itself may have become a branch since.
        if let Some(at) = marks.iter().position(|known| *known == mark || known.as_str() == path) {
            let mark = marks.remove(at);
            self.renew(marks);
            return Ok(Toggled::TakenOut(mark));
        }
        if let Some(above) = marks.iter().find(|known| known.matches(path)) {
            return Err(format!("it is in the browse set by '{above}': take that out"));
        }
        if marks.len() == MARKS {
            return Err(format!("the browse set holds at most {MARKS} marks"));
        }
        // What is marked by itself below a branch that is marked now needs no mark any more.
        marks.retain(|known| !branch || !mark.matches(known.as_str().trim_end_matches("/#")));
        marks.push(mark.clone());
        self.renew(marks);
        Ok(Toggled::Added(mark))
    }

    /// Takes everything out.
    pub(super) fn empty(&mut self) {
        self.renew(Vec::new());
    }

    /// Takes these marks, which another tab of the same profile has.
    pub(super) fn adopt(&mut self, marks: &[TopicFilter]) {
        if self.marks() != marks {
            self.renew(marks.to_vec());
        }
    }

    /// Other marks: all that was found out is about others.
    fn renew(&mut self, marks: Vec<TopicFilter>) {
        *self = Self {
            marks: Marks::of(marks),
            revision: self.revision + 1,
            moment: self.moment,
            view: ListView::on(self.view.selected),
            ..Self::default()
        };
    }

    /// Another broker's messages come from here on; the marks stay.
    pub(super) fn forget_broker(&mut self) {
        self.renew(self.marks().to_vec());
        self.view = ListView::default();
        self.moment = None;
    }

    /// Messages of the set in the history; `None` while the topics are not all known, without any, or for more of them than can be counted
    /// for a picture.
    pub fn count(&self, store: &Store) -> Option<u64> {
        let countable = self.tested >= store.topics().len() && (1..=COUNTED).contains(&self.members.len());
        let count = || self.members.iter().map(|topic| store.history_len(*topic) as u64).sum();
        countable.then(count)
    }

    /// The topics of the set that are known; more while [`Browse::has_work`].
    pub fn members(&self) -> &[TopicId] {
        &self.members
    }

    /// The list comes on screen again: what came meanwhile is not in the window.
    pub(super) fn reopened(&mut self) {
        self.has_newest = false;
        self.gather = None;
    }

    /// Whether a piece of work waits.
    pub(super) fn has_work(&self, store: &Store) -> bool {
        self.gather.is_some() || !self.marks().is_empty() && self.tested < store.topics().len()
    }

    /// Does a piece of work.
    pub(super) fn work(&mut self, store: &Store) {
        if self.tested < store.topics().len() {
            self.take_newcomers(store);
        } else if let Some(mut gather) = self.gather.take() {
            if gather.work(&self.members, store) {
                self.gathered(gather);
            } else {
                self.gather = Some(gather);
            }
        }
    }

    /// Tests some of the topics that came since.
    fn take_newcomers(&mut self, store: &Store) {
        let until = store.topics().len().min(self.tested + TESTED_A_PIECE);
        for topic in store.topics_from(self.tested).take(until.saturating_sub(self.tested)) {
            if self.contains(store.path(topic)) && self.take_in(topic) {
                // Its messages are newer than all that is known; they have not been seen to come.
                self.has_newest = false;
            }
        }
        self.tested = until;
    }

    /// Whether it was not there before.
    fn take_in(&mut self, topic: TopicId) -> bool {
        let new = self.is_member.insert(topic);
        if new {
            self.members.push(topic);
        }
        new
    }

    /// A message came while the list is on screen.
    pub(super) fn arrived(&mut self, place: Ingested, store: &Store) {
        let (Some(topic), Some(seq)) = (place.topic, place.seq) else { return };
        if place.new_topic && self.contains(store.path(topic)) {
            self.take_in(topic);
        }
        // While held the message is not there; then the window is brought up to date.
        if store.held_since().is_some() || !self.is_member.contains(topic) {
            return;
        }
        if !self.has_newest {
            self.missed = true;
            return;
        }
        self.window.push_front((seq, topic));
        if self.window.len() > WINDOW {
            self.window.pop_back();
            self.has_oldest = false;
        }
    }

    /// Brings the list in line with the moment shown and with the height of the pane. Returns the message at an end of the list that was
    /// gone to, once it is known.
    pub(super) fn arrange(&mut self, store: &Store, height: usize) -> Option<(Seq, TopicId)> {
        self.follow_moment(store);
        if self.tested < store.topics().len() {
            self.take_newcomers(store);
        }
        if self.gather.is_none() && self.tested >= store.topics().len() {
            self.look_further(store, height);
        }
        let arrived = self.going_to.take_if(|_| self.gather.is_none()).and_then(|end| {
            self.select(if end == End::Newest { 0 } else { self.window.len().saturating_sub(1) })
        });
        self.view.arrange(self.window.len(), self.selected_index(), height);
        arrived
    }

    /// Another moment is shown: what is newer is not there, and what is between may be missing.
    fn follow_moment(&mut self, store: &Store) {
        let moment = store.held_since().map(|_| store.shown_until());
        if moment == self.moment {
            return;
        }
        self.moment = moment;
        self.gather = None;
        self.has_newest = false;
        if let Some(moment) = moment {
            let newer = self.window.partition_point(|&(seq, _)| seq > moment);
            self.window.drain(..newer);
        }
        if self.window.is_empty() {
            self.has_oldest = false;
        }
    }

    /// Finds what comes before or after the window when it is about to come on screen.
    fn look_further(&mut self, store: &Store, height: usize) {
        let near = 2 * height.max(1);
        let top = self.view.top.min(self.window.len());
        let wanted = match (self.window.front(), self.window.back()) {
            (Some(&(newest, _)), _) if !self.has_newest && top <= near => Wanted::Newer(Some(newest)),
            (_, Some(&(oldest, _))) if !self.has_oldest && self.window.len() - top <= 2 * near => {
                Wanted::Older(Some(oldest))
            }
            (None, _) if !self.has_newest || !self.has_oldest => Wanted::Older(None),
            _ => return,
        };
        self.begin(wanted, store);
    }

    fn begin(&mut self, wanted: Wanted, store: &Store) {
        let mut gather = Gather::new(wanted, store);
        self.missed = false;
        // The first piece at once: few sets are larger.
        if gather.work(&self.members, store) {
            self.gathered(gather);
        } else {
            self.gather = Some(gather);
        }
    }

    fn gathered(&mut self, gather: Gather) {
        let wanted = gather.wanted();
        let complete = gather.is_complete();
        let found = gather.found();
        match wanted {
            Wanted::Older(from) => {
                self.has_newest |= from.is_none() && !self.missed;
                self.has_oldest = complete;
                self.window.extend(found);
                while self.window.len() > WINDOW {
                    self.window.pop_front();
                    self.has_newest = false;
                }
            }
            Wanted::Newer(from) => {
                self.has_oldest |= from.is_none();
                self.has_newest = complete && !self.missed;
                found.into_iter().rev().for_each(|each| self.window.push_front(each));
                while self.window.len() > WINDOW {
                    self.window.pop_back();
                    self.has_oldest = false;
                }
            }
        }
    }

    /// The list from row `first` of what is known on: message and topic, newest first.
    pub fn rows_from(&self, first: usize) -> impl Iterator<Item = (Seq, TopicId)> + '_ {
        self.window.iter().skip(first).copied()
    }

    /// Whether nothing is listed although everything was looked at.
    pub fn is_bare(&self) -> bool {
        self.window.is_empty() && self.has_newest && self.has_oldest
    }

    fn selected_index(&self) -> Option<usize> {
        let selected = self.view.selected?;
        let at = self.window.partition_point(|&(seq, _)| seq > selected);
        self.window.get(at).is_some_and(|&(seq, _)| seq == selected).then_some(at)
    }

    /// Moves by `rows`; the message that is selected then.
    pub(super) fn step(&mut self, rows: isize, store: &Store) -> Option<(Seq, TopicId)> {
        // The ends are further away than any window is long.
        let far = rows.unsigned_abs() > WINDOW;
        if far && rows < 0 && !self.has_newest {
            self.go_to(End::Newest, store);
        } else if far && rows > 0 && !self.has_oldest {
            self.go_to(End::Oldest, store);
        }
        let at = self.view.step(self.window.len(), self.selected_index(), rows)?;
        self.select(at)
    }

    /// Selects the row at `index` of what is known.
    pub(super) fn select(&mut self, index: usize) -> Option<(Seq, TopicId)> {
        let selected = self.window.get(index).copied()?;
        self.view.selected = Some(selected.0);
        Some(selected)
    }

    /// Begins the window anew at an end of the list.
    fn go_to(&mut self, end: End, store: &Store) {
        if self.tested < store.topics().len() {
            return;
        }
        self.window.clear();
        (self.has_newest, self.has_oldest) = (false, false);
        self.begin(if end == End::Newest { Wanted::Older(None) } else { Wanted::Newer(None) }, store);
        self.going_to = self.gather.is_some().then_some(end);
    }
}
