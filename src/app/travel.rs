//! Travelling in time: which moment everything shows, and how far a step goes. The store does the travelling; here is what the user
//! asked for, and what of it the user has been told.

use crate::model::Moment;
use crate::store::{Seq, Store, TopicId};

use super::Connection;

/// Messages to go over before the next frame: a few milliseconds.
const AT_ONCE: usize = 4_000;

/// Steps of time that can be chosen, in milliseconds.
const STEPS_MS: [u64; 8] = [100, 1_000, 10_000, 60_000, 600_000, 3_600_000, 21_600_000, 86_400_000];
/// Unless one was chosen, so many steps lead through the whole past.
const STEPS_THROUGH: u64 = 30;

/// State of the travel.
#[derive(Debug, Default)]
pub struct Travel {
    /// Which of the steps was chosen.
    step: Option<usize>,
    /// The selected topic had not come yet at the moment shown: the second stands in for the first.
    stand_in: Option<(TopicId, Option<TopicId>)>,
    /// The scrubber is held with the mouse.
    pub(super) scrubbing: bool,
    /// The moment asked for is in the past.
    pub(super) away: bool,
    /// It was told that the moment asked for is gone.
    pub(super) told: bool,
}

impl Travel {
    /// Chooses shorter steps, or longer ones.
    pub(super) fn change_step(&mut self, store: &Store, longer: bool) {
        let now = self.step_index(store);
        let next = if longer { now + 1 } else { now.saturating_sub(1) };
        self.step = Some(next.min(STEPS_MS.len() - 1));
    }

    /// A step of time in milliseconds: the one chosen, else one that suits the length of the past.
    pub fn step_ms(&self, store: &Store) -> u64 {
        STEPS_MS[self.step_index(store)]
    }

    fn step_index(&self, store: &Store) -> usize {
        self.step.unwrap_or_else(|| {
            let length = store
                .span()
                .map_or(0, |span| span.last.1.mono_us.saturating_sub(span.first.1.mono_us) / 1_000);
            STEPS_MS.iter().rposition(|&step| step * STEPS_THROUGH <= length).unwrap_or(0)
        })
    }
}

/// A step as it is shown: `100 ms`, `10 s`, `1 min`.
pub fn step_label(step_ms: u64) -> String {
    match step_ms {
        0..1_000 => format!("{step_ms} ms"),
        1_000..60_000 => format!("{} s", step_ms / 1_000),
        60_000..3_600_000 => format!("{} min", step_ms / 60_000),
        _ => format!("{} h", step_ms / 3_600_000),
    }
}

impl Connection {
    /// Lets the view stand still, unless it does.
    pub(super) fn pause(&mut self, now: Moment) {
        if self.paused.is_none() {
            self.store.hold(now);
            self.paused = Some(now);
        }
    }

    /// Goes on with the present; the messages that came since the moment shown.
    pub(super) fn resume(&mut self) -> u64 {
        let since = self.store.backlog();
        self.paused = None;
        self.store.release();
        (self.travel.away, self.travel.told, self.travel.scrubbing) = (false, false, false);
        self.keep_selection();
        since
    }

    /// Shows everything as it was right after message `to`; without one, as it was when the view was paused.
    pub(super) fn go_to(&mut self, to: Option<Seq>) {
        self.travel.told = false;
        self.travel.away = to.is_some_and(|to| self.store.travel(to));
        if self.travel.away {
            self.store.travel_work(AT_ONCE);
            // What ages and rates need is near, as a rule.
            self.store.travel_work(AT_ONCE);
        } else {
            self.store.end_travel();
        }
        self.follow_travel();
    }

    /// After the moment has moved: nothing that has not come yet is looked at.
    pub(super) fn follow_travel(&mut self) {
        let until = self.store.shown_until();
        if self.message.at.is_some_and(|at| at > until) {
            self.message.at = None;
            self.message.reset();
        }
        self.keep_selection();
    }

    /// Keeps to the selected topic while it is not there: the branch above stands in for it until it comes.
    fn keep_selection(&mut self) {
        let selected = self.tree.selected();
        let wanted = match self.travel.stand_in {
            Some((wanted, stand_in)) if stand_in.is_none() || stand_in == selected => Some(wanted),
            _ => selected,
        };
        self.travel.stand_in = None;
        let Some(wanted) = wanted else { return };
        let shown = |node: &TopicId| !self.store.is_new_since_hold(*node);
        if shown(&wanted) {
            if selected != Some(wanted) {
                self.tree.select(wanted, &self.store);
            }
            return;
        }
        let above = std::iter::successors(self.store.parent(wanted), |node| self.store.parent(*node));
        let stand_in = above.filter(|node| *node != TopicId::ROOT).find(shown);
        self.travel.stand_in = Some((wanted, stand_in));
        if let Some(stand_in) = stand_in {
            self.tree.select(stand_in, &self.store);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_named_in_the_largest_unit() {
        let labels: Vec<_> = STEPS_MS.iter().map(|&step| step_label(step)).collect();
        assert_eq!(labels, ["100 ms", "1 s", "10 s", "1 min", "10 min", "1 h", "6 h", "24 h"]);
    }
}
