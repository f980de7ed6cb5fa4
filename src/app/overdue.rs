//! Topics that are silent for longer than usual: when one is, and the list of them all. The list is made by a sweep over the topics in
//! pieces, anew every few seconds while it is looked at; a row of the tree is judged by itself when it is drawn.

use std::time::Duration;

use super::{Connection, ListView};
use crate::model::Moment;
use crate::store::{Store, TopicId};

/// Overdue from so many of its usual gaps on.
const LATE: u32 = 3;
/// As good as gone from so many on.
const GONE: u32 = 10;
/// Nothing is overdue by less than this beyond its usual gap: a device that sends ten times a second may stumble.
const GRACE: Duration = Duration::from_secs(5);
/// Topics looked at in one piece of a sweep: about a millisecond.
const PIECE: usize = 10_000;
/// Time between two sweeps while the list is on screen.
const EVERY_US: u64 = 2_000_000;
/// The list holds this many, those that are overdue most; the count goes on.
const MOST: usize = 5_000;

/// How overdue a topic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lateness {
    /// Silent for more than three of its usual gaps.
    Late,
    /// For more than ten.
    Gone,
}

/// One overdue topic.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OverdueTopic {
    /// Which.
    pub topic: TopicId,
    /// For how long it is silent.
    pub silent: Duration,
    /// How long it usually is.
    pub usual: Duration,
}

impl OverdueTopic {
    /// How many of its usual gaps the silence lasts.
    pub fn times(&self) -> f32 {
        self.silent.as_secs_f32() / self.usual.as_secs_f32().max(0.001)
    }
}

/// State of the list of the overdue.
#[derive(Debug, Default)]
pub struct Overdue {
    found: Vec<OverdueTopic>,
    /// All that the last sweep found, listed or not.
    count: usize,
    /// Those it found that are muted, which are not listed.
    muted: usize,
    sweep: Option<Sweep>,
    swept_us: Option<u64>,
    /// Where one looks in the list. The selected topic stays selected while rows come and go.
    pub view: ListView<TopicId>,
    /// Row at which it stood last.
    row: usize,
}

/// A sweep under way.
#[derive(Debug)]
struct Sweep {
    now: Moment,
    next: usize,
    found: Vec<OverdueTopic>,
    count: usize,
    muted: usize,
}

impl Overdue {
    /// The overdue topics, the one with the longest silence (in its own measure) first; `None` before the first sweep ended.
    pub fn list(&self) -> Option<&[OverdueTopic]> {
        self.swept_us.map(|_| self.found.as_slice())
    }

    /// How many there are, listed or not.
    pub fn count(&self) -> usize {
        self.count
    }

    /// How many of them are muted: those are not listed.
    pub fn muted(&self) -> usize {
        self.muted
    }

    /// Index of the selected one; where it stood when it is no longer overdue.
    fn selected_index(&self) -> Option<usize> {
        let selected = self.view.selected?;
        let place = self.found.iter().position(|late| late.topic == selected);
        place.or_else(|| Some(self.row.min(self.found.len().checked_sub(1)?)))
    }

    /// The list comes on screen: its first row is to be selected.
    pub(super) fn reopened(&mut self) {
        self.view = ListView::default();
    }

    /// Leaves out what spoke since the sweep, and says how late the others are now.
    fn refresh(&mut self, store: &Store, now: Moment) {
        let before = self.found.len();
        self.found.retain_mut(|late| match store.silence(late.topic, now.mono_us) {
            Some((silent, usual)) if judge(silent, usual).is_some() => {
                (late.silent, late.usual) = (silent, usual);
                true
            }
            _ => false,
        });
        self.count = self.count.saturating_sub(before - self.found.len());
    }

    /// Brings the list in line with `now` and with the height of the pane. Selects the first row where none was yet; its topic.
    pub(super) fn arrange(&mut self, store: &Store, now: Moment, height: usize) -> Option<TopicId> {
        self.refresh(store, now);
        let settled = if self.view.selected.is_some() { None } else { self.select(0) };
        let index = self.selected_index();
        self.view.arrange(self.found.len(), index, height);
        self.row = index.unwrap_or_default();
        settled
    }

    /// Moves by `rows`; the topic that is selected then.
    pub(super) fn step(&mut self, rows: isize) -> Option<TopicId> {
        let is_there = self.found.iter().any(|late| Some(late.topic) == self.view.selected);
        // From between two rows, the next one is half a row away.
        let rows = if is_there || rows <= 0 { rows } else { rows - 1 };
        let at = self.view.step(self.found.len(), self.selected_index(), rows)?;
        self.select(at)
    }

    /// Selects the row `index`, or the last one; its topic.
    pub(super) fn select(&mut self, index: usize) -> Option<TopicId> {
        let row = self.found.get(index).or(self.found.last())?;
        self.view.selected = Some(row.topic);
        self.view.selected
    }

    /// Begins a sweep, unless one is under way or the last one is young.
    pub(super) fn begin(&mut self, now: Moment) {
        let due = self.swept_us.is_none_or(|at| now.mono_us.saturating_sub(at) >= EVERY_US);
        if due && self.sweep.is_none() {
            self.sweep = Some(Sweep { now, next: 0, found: Vec::new(), count: 0, muted: 0 });
        }
    }

    pub(super) fn has_work(&self) -> bool {
        self.sweep.is_some()
    }
}

/// How overdue `topic` is at `now`; `None` when it is not, or nothing is known of its usual gap, or the connection is down: then
/// everything is silent.
pub fn lateness(connection: &Connection, topic: TopicId, now: Moment) -> Option<Lateness> {
    if !connection.link.is_connected() {
        return None;
    }
    let (silent, usual) = connection.store.silence(topic, now.mono_us)?;
    judge(silent, usual)
}

fn judge(silent: Duration, usual: Duration) -> Option<Lateness> {
    if silent < usual + GRACE || silent <= usual * LATE {
        None
    } else if silent > usual * GONE {
        Some(Lateness::Gone)
    } else {
        Some(Lateness::Late)
    }
}

/// Does a piece of the sweep under way.
pub(super) fn work(connection: &mut Connection) {
    let Some(mut sweep) = connection.overdue.sweep.take() else { return };
    let store = &connection.store;
    let connected = connection.link.is_connected();
    let all = store.topics().len();
    for topic in store.topics_from(sweep.next).take(if connected { PIECE } else { 0 }) {
        let Some((silent, usual)) = store.silence(topic, sweep.now.mono_us) else { continue };
        if judge(silent, usual).is_none() {
            continue;
        }
        if connection.is_quiet(topic) {
            sweep.muted += 1;
            continue;
        }
        sweep.count += 1;
        sweep.found.push(OverdueTopic { topic, silent, usual });
        if sweep.found.len() == 2 * MOST {
            keep_most(&mut sweep.found, MOST);
        }
    }
    sweep.next += PIECE;
    let overdue = &mut connection.overdue;
    if connected && sweep.next < all {
        overdue.sweep = Some(sweep);
        return;
    }
    keep_most(&mut sweep.found, MOST);
    overdue.found = sweep.found;
    (overdue.count, overdue.muted) = (sweep.count, sweep.muted);
    overdue.swept_us = Some(sweep.now.mono_us);
}

/// The longest overdue first, and no more than the list holds.
fn keep_most(found: &mut Vec<OverdueTopic>, most: usize) {
    found.sort_by(|a, b| b.times().total_cmp(&a.times()).then(a.topic.cmp(&b.topic)));
    found.truncate(most);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn keeping_the_most_overdue_piece_by_piece_keeps_those_of_the_whole(
            silences in prop::collection::vec((1..1_000_u64, 1..100_u64), 0..60),
            piece in 1..20_usize,
        ) {
            let all: Vec<OverdueTopic> = silences
                .iter()
                .enumerate()
                .map(|(index, (silent, usual))| OverdueTopic {
                    topic: TopicId::from_index(index + 1),
                    silent: Duration::from_secs(*silent),
                    usual: Duration::from_secs(*usual),
                })
                .collect();
            let mut pieces = Vec::new();
            for some in all.chunks(piece) {
                pieces.extend_from_slice(some);
                keep_most(&mut pieces, 10);
            }
            let mut whole = all;
            keep_most(&mut whole, 10);
            prop_assert_eq!(pieces, whole);
        }
    }

    #[test]
    fn overdue_is_measured_by_the_topics_own_habit() {
        let of = |silent: u64, usual: u64| judge(Duration::from_secs(silent), Duration::from_secs(usual));
        assert_eq!(of(25, 10), None);
        assert_eq!(of(31, 10), Some(Lateness::Late));
        assert_eq!(of(101, 10), Some(Lateness::Gone));
        assert_eq!(of(4, 1), None, "a second more or less is nothing");
        assert_eq!(of(7, 1), Some(Lateness::Late));
    }
}
