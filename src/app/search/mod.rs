//! Searching everything: what is sought, where, and what was found so far. Typing, moving and drawing ask here; `run` does the work in
//! pieces between keys and traffic.

mod batch;
mod missing;
mod query;
mod question;
mod results;
mod run;
mod verdicts;
mod world;

use std::collections::VecDeque;
use std::time::Duration;

use tui_input::Input;

use super::list_view::ListView;
use crate::model::{Message, Moment};
use crate::store::{Ingested, Seq, TopicId};
pub(super) use batch::Batch;
use query::Query;
pub use query::{Mode, Scope};
pub use question::{Answer, Question};
pub use results::{Hit, MAX_LISTED, Place};
pub use run::{Figures, Stage};
use run::{Run, Sight};
pub(super) use world::World;

/// Texts that can be called back in the entry.
const RECENT: usize = 50;

/// State of the search.
#[derive(Debug, Default)]
pub struct Search {
    /// The search is being typed.
    pub typing: bool,
    /// What is typed.
    pub input: Input,
    /// The text stands there from before: what is typed takes its place, as that of a selected text.
    pub replaced: bool,
    /// How the text is taken.
    pub mode: Mode,
    /// Where to search.
    pub scope: Scope,
    /// What is wrong with the text. What was found before stays.
    pub fault: Option<String>,
    /// Where one looks in the list.
    pub view: ListView,
    /// One went into the list before the row to be selected was found: the one that was marked, or the first.
    pub(super) awaits: bool,
    /// The topic or branch that was selected when the search was opened.
    pub(super) below: Option<TopicId>,
    run: Option<Run>,
    runs: u64,
    /// How many of the listed are newer than the moment shown.
    newer: usize,
    /// A moment of the past is shown.
    held: bool,
    /// Texts sought before, the latest first.
    recent: VecDeque<(Mode, String)>,
    /// Position in `recent` of the text that was called back, and what was typed before.
    recalled: Option<(usize, Mode, String)>,
    /// The first message that was not looked at, since the list was not on screen.
    missed: Option<Seq>,
}

/// What is said of a search in one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    /// How far it has come.
    pub stage: Stage,
    /// Messages found, as of the moment shown.
    pub found: u64,
    /// Messages that are listed.
    pub listed: usize,
    /// More were found before the moment shown than are listed, and were not counted.
    pub at_least: bool,
    /// What was looked at.
    pub figures: Figures,
    /// When it began.
    pub begun: Moment,
    /// How long it took, once it has ended.
    pub took: Option<Duration>,
    /// Messages found that are newer than the moment shown; `None` when those were not looked at.
    pub later: Option<u64>,
    /// What becomes of new messages.
    pub news: News,
    /// Capitals count, since there is one in the text.
    pub counts_capitals: bool,
}

/// What becomes of messages that come while the list is on screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// They are taken in.
    Live,
    /// The user wants none.
    Stopped,
    /// A moment of the past is shown: they are not listed.
    Held,
}

impl Search {
    /// Begins to search for what is typed. With nothing to seek nothing is found; with a fault it is told and what was found stays.
    /// Whether it began.
    pub(super) fn begin(&mut self, world: World<'_>, now: Moment) -> bool {
        match Query::parse(self.mode, self.input.value()) {
            Ok(Some(query)) => {
                self.fault = None;
                self.start((query, self.input.value().to_owned()), None, world, now);
                true
            }
            Ok(None) => {
                self.fault = None;
                self.run = None;
                self.view = ListView::default();
                false
            }
            Err(fault) => {
                self.fault = Some(fault);
                false
            }
        }
    }

    fn start(&mut self, query: (Query, String), limit: Option<Seq>, world: World<'_>, now: Moment) {
        self.runs += 1;
        self.missed = None;
        let mut run = Run::new(self.runs, query.clone(), self.scope, limit, world, now);
        // The first piece at once: a key shows what it found, and most histories are no larger.
        if !run.work(world) {
            run = Run::new(self.runs, query, self.scope, limit, world, now);
        }
        self.run = Some(run);
    }

    /// Begins again with the same text, since what it is about has changed.
    fn restart(&mut self, limit: Option<Seq>, world: World<'_>, now: Moment) {
        if let Some(run) = self.run.take() {
            let query = (run.query().clone(), run.sought);
            self.start(query, limit, world, now);
        }
    }

    /// Ends the search where it stands; what was found stays. Once the past was searched: takes in no new messages any more, or goes
    /// on with it.
    pub(super) fn stop(&mut self, world: World<'_>, now: Moment) {
        let Some(run) = self.run.as_mut() else { return };
        match run.stage() {
            Stage::Running => run.stop(),
            Stage::Complete if run.closed => self.go_on(world, now),
            Stage::Complete => run.closed = true,
            Stage::Stopped => {}
        }
    }

    /// Takes in new messages again, and those that came meanwhile.
    pub(super) fn go_on(&mut self, world: World<'_>, now: Moment) {
        let Some(run) = self.run.as_mut().filter(|run| run.closed) else { return };
        run.closed = false;
        self.reopened(world, now);
    }

    /// Whether a piece of work waits.
    pub(super) fn has_work(&self) -> bool {
        self.run.as_ref().is_some_and(Run::has_work)
    }

    /// Does a piece of work. Returns what is sought and the messages that a worker is to look at, when there are any, with the number of
    /// the search.
    pub(super) fn work(&mut self, world: World<'_>) -> Option<(u64, (Mode, String), Batch)> {
        let run = self.run.as_mut()?;
        if !run.work(world) {
            let (begun, limit) = (run.begun, run.limit);
            self.restart(limit, world, begun);
        }
        let run = self.run.as_mut()?;
        run.next_batch().map(|(sought, batch)| (run.number, sought, batch))
    }

    /// Takes in what a worker found. The next messages to look at, unless that search is over.
    pub(super) fn answered(&mut self, answer: Answer) -> Option<Question> {
        let Answer { connection, number, said, rest } = answer;
        let run = self.run.as_mut().filter(|run| run.number == number && !run.stopped)?;
        match said {
            Ok(found) => run.answered(found, rest),
            Err(fault) => {
                run.stop();
                self.fault = Some(fault);
                return None;
            }
        }
        let (sought, batch) = run.next_batch()?;
        Some(Question { connection, number, sought, batch })
    }

    /// A message came. It is looked at while the list is on screen.
    pub(super) fn arrived(&mut self, message: &Message, place: Ingested, world: World<'_>, shown: bool) {
        let (Some(run), Some(topic), Some(seq)) = (&mut self.run, place.topic, place.seq) else { return };
        if shown && !run.closed {
            run.arrived(Sight::of(message, topic, seq), world);
        } else {
            self.missed.get_or_insert(seq);
        }
    }

    /// The list comes on screen again: what came meanwhile is looked at. All is looked at anew, but where that takes long.
    pub(super) fn reopened(&mut self, world: World<'_>, now: Moment) {
        let run = self.run.as_mut().filter(|run| !run.stopped && !run.closed);
        if run.is_none() {
            return;
        }
        let (Some(missed), Some(run)) = (self.missed.take(), run) else { return };
        if !run.query().is_heavy || !run.catch_up(missed, world, now) {
            self.restart(None, world, now);
        }
    }

    /// Brings the list in line with the moment shown and with the height of the pane.
    pub(super) fn arrange(&mut self, world: World<'_>, height: usize, now: Moment) {
        let Some(run) = &mut self.run else {
            self.newer = 0;
            return self.view.arrange(0, None, height);
        };
        if run.stage() == Stage::Complete && run.took.is_none() || run.stopped && run.took.is_none() {
            run.took = Some(now.since(run.begun));
        }
        let moment = world.store.held_since().map(|_| world.store.shown_until());
        self.held = moment.is_some();
        let outdated = match (run.limit, moment) {
            // What is listed is all newer, and there is more that is not listed.
            (limit, Some(moment)) => {
                let oldest = run.results.hits().back().map(|hit| hit.seq);
                run.results.is_capped() && oldest > Some(moment) || limit.is_some_and(|limit| limit < moment)
            }
            (limit, None) => limit.is_some(),
        };
        let other_set = run.scope == Scope::Browsed && run.browsed != world.browse.revision();
        if (outdated || other_set) && !run.stopped {
            let limit = if outdated { moment } else { run.limit };
            self.restart(limit, world, now);
        }
        let Some(run) = &self.run else { return };
        self.newer = moment.map_or(0, |moment| run.results.first_until(moment));
        let rows = run.results.hits().len() - self.newer;
        let index = self.selected_index();
        self.view.arrange(rows, index, height);
    }

    /// What was found up to the moment shown, newest first, from row `first` on.
    pub fn hits_from(&self, first: usize) -> impl Iterator<Item = &Hit> {
        self.run.iter().flat_map(move |run| run.results.hits().iter().skip(self.newer + first))
    }

    /// Rows of the list.
    pub fn rows(&self) -> usize {
        self.run.as_ref().map_or(0, |run| run.results.hits().len() - self.newer)
    }

    /// Row of the selected message.
    pub(super) fn selected_index(&self) -> Option<usize> {
        let run = self.run.as_ref()?;
        run.results.position(self.view.selected?)?.checked_sub(self.newer)
    }

    /// Row to be selected, now that one is in the list: the one that was marked, otherwise the first. Nothing while the marked one may
    /// still turn up, or nothing was found.
    pub(super) fn first_choice(&self) -> Option<usize> {
        let run = self.run.as_ref()?;
        let may_turn_up = self.view.selected.is_some() && run.stage() == Stage::Running;
        let first = (!may_turn_up && self.rows() > 0).then_some(0);
        self.selected_index().or(first)
    }

    /// Where a message stands in what is sought, once more: for texts that are not as received.
    pub fn finder(&self) -> Option<&crate::payload::find::Finder> {
        match &self.run.as_ref()?.query().wanted {
            query::Wanted::Found(finder, _) => Some(finder),
            _ => self.run.as_ref()?.query().topic.as_ref()?.finder(),
        }
    }

    /// The field that messages were found without, since it has to be less than something, and how many those are.
    pub fn found_without(&self) -> Option<(&str, u64)> {
        let run = self.run.as_ref().filter(|run| run.figures.by_null > 0)?;
        let query::Wanted::Condition(condition) = &run.query().wanted else { return None };
        Some((missing::compared(condition).into_iter().next()?, run.figures.by_null))
    }

    /// What is to be said of the search; nothing when nothing is sought.
    pub fn report(&self) -> Option<Report> {
        let run = self.run.as_ref()?;
        let listed = self.rows();
        let capped = run.results.is_capped();
        let found = if self.newer > 0 { listed as u64 } else { run.results.found() };
        let news = match (self.held, run.closed) {
            (true, _) => News::Held,
            (false, true) => News::Stopped,
            (false, false) => News::Live,
        };
        Some(Report {
            later: run.limit.is_none().then_some(self.newer as u64),
            news,
            counts_capitals: run.query().counts_capitals(),
            stage: run.stage(),
            found,
            listed,
            at_least: capped && self.newer > 0,
            figures: run.figures,
            begun: run.begun,
            took: run.took,
        })
    }

    /// Whether what is typed is what was sought last, to its end.
    pub(super) fn is_sought(&self) -> bool {
        let sought = |run: &Run| run.sought == self.input.value() && run.scope == self.scope && !run.stopped;
        self.fault.is_none()
            && self.run.as_ref().is_some_and(|run| sought(run) && run.query().mode == self.mode)
    }

    /// Remembers what is typed, to be called back.
    pub(super) fn remember(&mut self) {
        let latest = (self.mode, self.input.value().to_owned());
        self.recalled = None;
        self.recent.retain(|known| *known != latest);
        self.recent.push_front(latest);
        self.recent.truncate(RECENT);
    }

    /// Puts an earlier text (or a later one) into the entry. False past the latest: there is nothing more to call back.
    pub(super) fn recall(&mut self, earlier: bool) -> bool {
        let typed = || (self.mode, self.input.value().to_owned());
        let (at, mode, text) = match (&self.recalled, earlier) {
            (None, false) => return false,
            // The latest is what stands there, unless something else was typed.
            (None, true) => (usize::from(self.recent.front() == Some(&typed())), typed().0, typed().1),
            (Some((at, mode, text)), true) => (at + 1, *mode, text.clone()),
            (Some((0, mode, text)), false) => {
                (self.mode, self.input) = (*mode, Input::new(text.clone()));
                self.recalled = None;
                return true;
            }
            (Some((at, mode, text)), false) => (at - 1, *mode, text.clone()),
        };
        if let Some((earlier_mode, earlier_text)) = self.recent.get(at).cloned() {
            (self.mode, self.input) = (earlier_mode, Input::new(earlier_text));
            self.recalled = Some((at, mode, text));
        }
        true
    }
}
