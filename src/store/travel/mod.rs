//! Any moment of the past: reading as of an earlier message than the hold. What came in between is kept as differences, node by
//! node; going from one moment to another undoes or redoes the messages between the two, in slices when they are many. Every
//! slice ends at a moment of which all figures are exact, so what is read on the way is true, only not yet where it was asked for.
//!
//! `past` is the difference, `forgets` what the order of arrival does not tell, `survey` looks further back for ages and rates.

mod forgets;
mod past;
mod survey;

use super::log::{Arrival, Log};
use super::{SYS, Seq, Store, TopicId, USER};
use crate::model::Moment;
pub(super) use forgets::Forgets;
pub(super) use past::Later;
use past::{Last, Past};
use survey::Survey;

/// Where reading stands in the past.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The newest message that reading knows of; later ones have not come yet.
    pub seq: Seq,
    /// When it came: take ages as of this moment.
    pub at: Moment,
    /// The topic it came on.
    pub topic: TopicId,
    /// The message that was asked for, while reading is on its way there.
    pub seeking: Option<Seq>,
    /// Ages and rates are still being looked for.
    pub surveying: bool,
    /// Eviction took the moment that was asked for: this is the oldest one left.
    pub pushed: bool,
}

/// The part of the past that can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The oldest message whose moment can be shown, and when it came.
    pub first: (Seq, Moment),
    /// The newest one; while held, at the hold.
    pub last: (Seq, Moment),
}

/// A journey into the past.
#[derive(Debug)]
pub(super) struct Travel {
    /// The newest message that has come at the moment shown.
    at: Seq,
    moment: Moment,
    topic: u32,
    target: Seq,
    pushed: bool,
    /// Of the times at which marks were taken away, those before this number have been at the moment shown.
    forgotten: usize,
    past: Past,
    survey: Survey,
}

impl Travel {
    pub(super) fn nodes(&self) -> u32 {
        self.past.nodes
    }

    pub(super) fn topics(&self) -> usize {
        self.past.topics
    }

    pub(super) fn seq(&self) -> Seq {
        self.at
    }

    pub(super) fn moment(&self) -> Moment {
        self.moment
    }

    pub(super) fn later(&self, node: u32) -> Option<&past::Later> {
        self.past.of(node)
    }

    pub(super) fn allocated(&self) -> usize {
        self.past.allocated()
    }

    /// When the newest message at or below `node` came; `known` is what is known at the hold.
    pub(super) fn last_us(&self, node: u32, known: Option<u64>) -> Option<u64> {
        match self.past.of(node) {
            Some(later) if later.messages > 0 => match later.last {
                Last::At(at) => Some(at),
                Last::Unknown | Last::Gone => None,
            },
            _ => known,
        }
    }
}

impl Store {
    /// The part of the past that can be shown: from the oldest message of the user's topics after which nothing has left the
    /// memory, to the newest. `None` without such a message.
    pub fn span(&self) -> Option<Span> {
        let log = &self.logs[USER];
        let first = log.oldest_after(Seq(self.floor().0.saturating_sub(1)))?;
        let last = log.newest_until(self.end()).filter(|&last| last >= first)?;
        Some(Span { first: (first, log.moment(first)?), last: (last, log.moment(last)?) })
    }

    /// Sets out for the moment right after message `to`, or the nearest one that can be shown; the store must be held. Does no
    /// work: [`Store::travel_work`] does. `false` when there is nowhere to go.
    pub fn travel(&mut self, to: Seq) -> bool {
        let (Some(hold), Some(span)) = (&self.hold, self.span()) else { return false };
        let end = hold.held.seq;
        let target = to.clamp(span.first.0, end.max(span.first.0));
        let near = |travel: &Travel| travel.at.0.abs_diff(target.0) <= end.0 - target.0;
        let mut travel = match self.travel.take() {
            Some(travel) if near(&travel) => travel,
            _ => Travel {
                at: end,
                moment: hold.held.at,
                topic: TopicId::ROOT.0,
                target,
                pushed: false,
                forgotten: hold.forgets,
                past: Past::new(hold.nodes, hold.topics),
                survey: Survey::default(),
            },
        };
        (travel.target, travel.pushed) = (target, to < target);
        if travel.at == target {
            self.roll(&mut travel, target);
            self.arrive(&mut travel);
        }
        self.travel = Some(travel);
        self.watch();
        true
    }

    /// Goes on with the journey, by about `budget` messages; tells whether there is more to do. Reading is exact after each call;
    /// what is not known yet is `None` or zero.
    pub fn travel_work(&mut self, budget: usize) -> bool {
        let Some(mut travel) = self.travel.take() else { return false };
        let budget = budget.max(1) as u64;
        if travel.at == travel.target {
            self.look_back(&mut travel, budget);
        } else {
            let to = if travel.target < travel.at {
                travel.target.0.max(travel.at.0.saturating_sub(budget))
            } else {
                travel.target.0.min(travel.at.0 + budget)
            };
            self.roll(&mut travel, Seq(to));
            self.arrive(&mut travel);
        }
        let more = travel.at != travel.target || !travel.survey.is_done();
        self.travel = Some(travel);
        self.watch();
        more
    }

    /// Whether [`Store::travel_work`] has something to do.
    pub fn has_travel_work(&self) -> bool {
        self.travel.as_ref().is_some_and(|travel| travel.at != travel.target || !travel.survey.is_done())
    }

    /// Ends the journey: reading is as of the hold again.
    pub fn end_travel(&mut self) {
        self.travel = None;
        self.watch();
    }

    /// Where reading stands in the past; `None` when it is as of the hold, or not held at all.
    pub fn standing(&self) -> Option<Standing> {
        let travel = self.travel.as_ref()?;
        Some(Standing {
            seq: travel.at,
            at: travel.moment,
            topic: TopicId(travel.topic),
            seeking: (travel.at != travel.target).then_some(travel.target),
            surveying: travel.at == travel.target && !travel.survey.is_done(),
            pushed: travel.pushed,
        })
    }

    /// The newest message that reading knows of: later ones are in no answer.
    pub fn shown_until(&self) -> Seq {
        self.travel.as_ref().map_or(self.end(), |travel| travel.at)
    }

    /// The newest message, of `$SYS` or of the user's topics; while held, at the hold.
    pub fn newest_message(&self, sys: bool) -> Option<Seq> {
        self.logs[usize::from(sys)].newest_until(self.end()).filter(|&found| found >= self.floor())
    }

    /// The message before the moment that is asked for, in order of arrival; of `$SYS` or of the user's topics.
    pub fn message_before(&self, seq: Seq, sys: bool) -> Option<Seq> {
        let before = Seq(seq.0.checked_sub(1)?);
        self.logs[usize::from(sys)].newest_until(before).filter(|&found| found >= self.floor())
    }

    /// The message after `seq` in order of arrival; of `$SYS` or of the user's topics. None after the hold.
    pub fn message_after(&self, seq: Seq, sys: bool) -> Option<Seq> {
        let found = self.logs[usize::from(sys)].oldest_after(seq.max(Seq(self.floor().0.saturating_sub(1))));
        found.filter(|&found| found <= self.end())
    }

    /// The newest message of the user's topics whose moment satisfies `holds`, which must hold for all moments before it as
    /// well; the oldest message when it holds for none.
    pub fn message_at(&self, holds: impl Fn(Moment) -> bool) -> Option<Seq> {
        let end = self.end();
        let found = self.logs[USER].newest(|seq, at| seq <= end && holds(at));
        found.filter(|&found| found >= self.floor()).or_else(|| self.span().map(|span| span.first.0))
    }

    /// When message `seq` came, if it is still in the memory.
    pub fn moment_of(&self, seq: Seq) -> Option<Moment> {
        self.logs.iter().find_map(|log| log.moment(seq))
    }

    /// Messages of the user's topics in each of `columns` equal parts of the time between two moments, in monotonic microseconds.
    pub fn density(&self, columns: usize, from_us: u64, to_us: u64) -> Vec<u32> {
        self.timeline.density(columns, from_us, to_us)
    }

    /// No moment before the one right after this message can be told.
    pub(super) fn floor(&self) -> Seq {
        self.logs[USER].floor().max(self.logs[SYS].floor()).max(self.forgets.floor())
    }

    /// The newest message there is, at the hold when there is one.
    fn end(&self) -> Seq {
        self.hold.as_ref().map_or(Seq(self.last_seq), |hold| hold.held.seq)
    }

    fn watch(&mut self) {
        let at = self.travel.as_ref().map(|travel| travel.at);
        self.logs.iter_mut().for_each(|log| log.watch(at));
    }

    /// Moves the moment shown to right after message `to`.
    fn roll(&self, travel: &mut Travel, to: Seq) {
        let arrivals = |after, upto| self.logs.iter().flat_map(move |log| log.arrivals(after, upto));
        if to < travel.at {
            arrivals(to, travel.at).for_each(|arrival| self.undo(&mut travel.past, arrival));
        } else {
            arrivals(travel.at, to).for_each(|arrival| self.redo(&mut travel.past, arrival));
        }
        self.forget_until(travel, to);
        self.shrink(&mut travel.past);
        travel.at = to;
    }

    /// Gives back, or takes away again, the retained marks that went between the moment shown and the one after message `to`.
    fn forget_until(&self, travel: &mut Travel, to: Seq) {
        let limit = self.hold.as_ref().map_or(0, |hold| hold.forgets);
        let wanted = self.forgets.before(to).min(limit);
        let given = wanted < travel.forgotten;
        let (first, end) = (wanted.min(travel.forgotten), wanted.max(travel.forgotten));
        for forget in self.forgets.range(first, end) {
            forget.topics.iter().for_each(|&topic| self.restore_mark(&mut travel.past, topic, given));
        }
        travel.forgotten = wanted;
    }

    /// Finds out when and where the moment shown is, and begins to look back from it.
    fn arrive(&self, travel: &mut Travel) {
        let at = travel.at;
        let newest = self.logs.iter().filter_map(|log| log.newest_until(at)).max();
        let before = |seq: Seq| Seq(seq.0.saturating_sub(1));
        let arrival =
            newest.and_then(|seq| self.logs.iter().find_map(|log| log.arrivals(before(seq), seq).next()));
        if let Some(arrival) = arrival {
            (travel.moment, travel.topic) = (arrival.received, arrival.topic);
        }
        travel.survey.begin(at, travel.moment);
    }

    /// After an eviction: a moment that can no longer be told moves to the oldest one that can.
    pub(super) fn keep_up(&mut self) {
        let floor = self.floor();
        if let Some(oldest) = self.logs[USER].oldest_at() {
            self.timeline.forget_before(oldest.mono_us);
        }
        let Some(mut travel) = self.travel.take() else { return self.forgets.trim(floor) };
        let lost: Vec<Arrival> = self.logs.iter_mut().flat_map(Log::take_lost).collect();
        if floor <= travel.at {
            self.travel = Some(travel);
        } else if floor < self.end() && self.forgets.floor() < floor {
            for &arrival in &lost {
                self.redo(&mut travel.past, arrival);
            }
            self.roll(&mut travel, floor);
            travel.target = travel.target.max(floor);
            travel.pushed = travel.target == floor;
            self.arrive(&mut travel);
            if let Some(newest) = lost.iter().max_by_key(|lost| lost.seq).filter(|lost| lost.seq == floor) {
                (travel.moment, travel.topic) = (newest.received, newest.topic);
                travel.survey.begin(floor, travel.moment);
            }
            self.travel = Some(travel);
        }
        self.forgets.trim(floor);
        self.watch();
    }
}
