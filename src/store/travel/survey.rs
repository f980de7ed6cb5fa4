//! Looking back from the moment shown: when the newest message of each branch came, and how many came in the seconds before. The
//! log is read backwards in slices, no further than something is still to be found.

use super::Travel;
use super::past::Last;
use crate::model::Moment;
use crate::store::{SYS, Seq, Store, USER};

/// Rates in the past are means over this time before the moment.
const RECENT_US: u64 = 10_000_000;
const MOST_SECONDS: f32 = RECENT_US as f32 / 1e6;

/// How far looking back has come.
#[derive(Debug, Default)]
pub(in crate::store) struct Survey {
    /// Tells what this survey counted from what earlier ones did.
    number: u32,
    moment_us: u64,
    /// Messages after this one have been seen.
    cursor: Seq,
    /// The time over which messages are counted begins here.
    since_us: u64,
    /// All of the time over which messages are counted has been seen.
    counted: bool,
    done: bool,
    /// What was counted is not all: part of that time lies before what is known.
    cut: bool,
    /// Oldest moment seen.
    oldest_us: u64,
    /// Bytes in that time, of the user's topics and of `$SYS`.
    bytes: [u64; 2],
}

impl Survey {
    /// Begins anew at a moment.
    pub(super) fn begin(&mut self, at: Seq, moment: Moment) {
        *self = Self {
            number: self.number.wrapping_add(1),
            moment_us: moment.mono_us,
            cursor: at,
            since_us: moment.mono_us.saturating_sub(RECENT_US),
            oldest_us: moment.mono_us,
            ..Self::default()
        };
    }

    pub(super) fn is_done(&self) -> bool {
        self.done
    }

    /// Seconds over which messages were counted.
    fn seconds(&self) -> f32 {
        let from = self.oldest_us.max(self.since_us);
        (self.moment_us.saturating_sub(from) as f32 / 1e6).clamp(1.0, MOST_SECONDS)
    }

    /// So many messages as a rate. What came once in a short time has none yet.
    fn rate_of(&self, messages: u32) -> f32 {
        let seconds = self.seconds();
        if messages < 2 && seconds < MOST_SECONDS { 0.0 } else { messages as f32 / seconds }
    }
}

impl Travel {
    /// Messages per second at or below `node` if they were another number at the hold; 0.0 until they are counted.
    pub(in crate::store) fn rate(&self, node: u32) -> Option<f32> {
        let later = self.past.of(node).filter(|later| later.messages > 0)?;
        let counted = self.survey.counted && later.survey == self.survey.number;
        Some(if counted { self.survey.rate_of(later.recent) } else { 0.0 })
    }

    /// Whether the time over which messages at or below `node` are counted has been seen, all of it.
    pub(in crate::store) fn knows_rate(&self, node: u32) -> bool {
        let differs = self.past.of(node).is_some_and(|later| later.messages > 0);
        !differs || self.survey.counted && !self.survey.cut
    }

    /// Payload bytes per second of a share, by the same rules.
    pub(in crate::store) fn byte_rate(&self, node: u32, share: usize) -> Option<f32> {
        self.past.of(node).filter(|later| later.messages > 0)?;
        let bytes = if self.survey.counted { self.survey.bytes[share] } else { 0 };
        Some(bytes as f32 / self.survey.seconds())
    }
}

impl Store {
    /// Looks back over about `budget` messages more.
    pub(super) fn look_back(&self, travel: &mut Travel, budget: u64) {
        if travel.survey.done {
            return;
        }
        let floor = self.floor();
        let upto = travel.survey.cursor;
        let after = floor.max(Seq(upto.0.saturating_sub(budget)));
        // To the end of the slice: a newer message follows an older one in it.
        let looking = travel.past.unknown > 0;
        for share in [USER, SYS] {
            for arrival in self.logs[share].arrivals(after, upto) {
                let at = arrival.received.mono_us;
                travel.survey.oldest_us = travel.survey.oldest_us.min(at);
                if !travel.survey.counted && at >= travel.survey.since_us {
                    travel.survey.bytes[share] += arrival.bytes;
                    self.count_recent(travel, arrival.topic, at);
                } else if looking {
                    self.find_last(travel, arrival.topic, at);
                }
            }
        }
        let survey = &mut travel.survey;
        survey.cursor = after;
        let at_the_end = after <= floor;
        if !survey.counted {
            let whole = survey.oldest_us < survey.since_us;
            survey.counted = whole || at_the_end;
            survey.cut = at_the_end && !whole && floor > Seq(0);
        }
        if at_the_end {
            travel.past.give_up_unknown();
        }
        survey.done = survey.counted && travel.past.unknown == 0;
    }

    /// One message in the time over which they are counted.
    fn count_recent(&self, travel: &mut Travel, topic: u32, at: u64) {
        let number = travel.survey.number;
        for node in self.line(topic) {
            travel.past.amend(node, |later| {
                if later.survey != number {
                    (later.survey, later.recent) = (number, 0);
                }
                later.recent += 1;
                later.last = newest(later.last, at);
            });
        }
    }

    /// One message before that time. The newest message of a node is shown to all above it; older ones need not be.
    fn find_last(&self, travel: &mut Travel, topic: u32, at: u64) {
        for node in self.line(topic) {
            let older = travel.past.amend(node, |later| {
                let older = matches!(later.last, Last::At(last) if last > at);
                later.last = newest(later.last, at);
                older
            });
            if older == Some(true) {
                break;
            }
        }
    }
}

fn newest(last: Last, at: u64) -> Last {
    Last::At(if let Last::At(known) = last { known.max(at) } else { at })
}
