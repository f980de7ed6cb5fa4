//! How long a topic is usually silent between two messages, learnt as messages come: ten bytes a topic, no list of the past.
//!
//! Only a topic with a steady habit has a usual gap: at least [`LEAST_GAPS`] gaps in [`LEAST_SECONDS`] that differ little from each other.
//! What happens now and then (doors, alarms, availability) has none, and what the broker says under `$SYS` is no device's habit.
//!
//! - Messages less than [`TOGETHER`] apart are one: a device that sends five messages a minute at once is usually silent for a minute.
//! - What was retained comes at the broker's time and teaches nothing: neither the gap before it nor the one after it. The same holds for
//!   gaps in which there was no connection.
//! - One long silence does not make the next go unnoticed: a gap counts for three usual ones at most, and one of more than
//!   [`EXCEPTION`] or less than a part of that not at all. After [`LONG_ONES`] or [`SHORT_ONES`] such in a row the habit is learnt anew.
//! - A silence [`FORGOTTEN`] times as long as the habit lasted since the last long one is no silence but the end: what spoke for a minute
//!   is forgotten after half an hour. Of more than 254 gaps it is not: that is how far they are counted.

use super::index::push;
use super::{Store, TopicId};
use std::time::Duration;

/// Gaps, and seconds of them, before there is a habit.
const LEAST_GAPS: u8 = 6;
const LEAST_SECONDS: f32 = 30.0;
/// Seconds within which messages count as one.
const TOGETHER: f32 = 0.4;
/// Gaps that the averages are over.
const OVER: u8 = 16;
/// Usual gaps that one counts for at most, once there are some.
const BOUND: f32 = 3.0;
/// Times that a gap is longer, or shorter, than usual to be an exception; and exceptions in a row that are none.
const EXCEPTION: f32 = 10.0;
const LONG_ONES: i8 = 2;
const SHORT_ONES: i8 = 16;
/// The part of the usual gap by which gaps of a steady topic differ from it on average.
const STEADY: f32 = 1.0 / 3.0;
const FORGOTTEN: f32 = 30.0;
/// Microseconds in one unit of a stored time. 32 bits of them are more than a year, and then begin anew: only spans of less are told.
const UNIT_US: u64 = 10_000;

/// Parts of the usual gap that its spread is kept in.
const PARTS: f32 = 10_000.0;
/// Exceptions of a topic that nothing live came on, or something retained since.
const UNHEARD: i8 = i8::MIN;

/// Seconds in two bytes: from [`SHORTEST`] on each step is 0.04 % longer than the one before, up to twelve years.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Seconds(u16);

const SHORTEST: f32 = 0.01;
const STEP: f32 = 0.000_37;

impl Seconds {
    fn of(seconds: f32) -> Self {
        Self(((seconds / SHORTEST).ln() / STEP).round() as u16)
    }

    fn get(self) -> f32 {
        (f32::from(self.0) * STEP).exp() * SHORTEST
    }
}

/// When a topic speaks. 10 bytes: there is one for each node, and there may be a million.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Habit {
    /// When the last message came that is counted, in units of [`UNIT_US`]; as bytes, which need not be aligned.
    counted: [u8; 4],
    /// Average gap.
    usual: Seconds,
    /// Average difference from the usual gap, in [`PARTS`] of it.
    spread: u16,
    /// Gaps learnt from since the last long one, and those that make a habit.
    gaps: u8,
    /// Exceptions in a row until now: long ones, or below 0 short ones; or [`UNHEARD`].
    exceptions: i8,
}

impl Default for Habit {
    fn default() -> Self {
        Self { counted: [0; 4], usual: Seconds(0), spread: 0, gaps: 0, exceptions: UNHEARD }
    }
}

impl Habit {
    /// A live message came at `now_us`; gaps that began before `since_us` say nothing.
    fn note(&mut self, now_us: u64, since_us: u64) {
        let gap_us = self.counted_for_us(now_us);
        let gap = gap_us as f32 / 1e6;
        if self.exceptions == UNHEARD || gap_us > now_us.saturating_sub(since_us) {
            (self.counted, self.exceptions) = (units(now_us).to_ne_bytes(), 0);
        } else if gap >= TOGETHER {
            self.counted = units(now_us).to_ne_bytes();
            self.learn(gap);
        }
    }

    fn learn(&mut self, gap: f32) {
        let usual = self.usual.get();
        self.exceptions = match gap / usual {
            _ if self.gaps < LEAST_GAPS => 0,
            times if times > EXCEPTION => self.exceptions.max(0) + 1,
            times if times < EXCEPTION.recip() => self.exceptions.min(0) - 1,
            _ => 0,
        };
        if self.gaps == 0 || self.exceptions == LONG_ONES || self.exceptions == -SHORT_ONES {
            *self = Self { usual: Seconds::of(gap), spread: 0, gaps: 1, exceptions: 0, ..*self };
            return;
        }
        if self.exceptions > 0 {
            let least = (LEAST_SECONDS / usual).ceil() as u8;
            self.gaps = self.gaps.min(least.max(LEAST_GAPS));
        }
        if self.exceptions != 0 {
            return;
        }
        let gap = if self.gaps < LEAST_GAPS { gap } else { gap.min(usual * BOUND) };
        let difference = gap - usual;
        let share = f32::from(self.gaps.saturating_add(1).min(OVER)).recip();
        let spread = f32::from(self.spread);
        self.spread = (spread + (difference.abs() / usual * PARTS - spread) * share).round() as u16;
        self.usual = Seconds::of(usual + difference * share);
        self.gaps = self.gaps.saturating_add(1);
    }

    /// Microseconds from the last message that is counted to `now_us`; 0 when it came later.
    fn counted_for_us(&self, now_us: u64) -> u64 {
        let units = units(now_us).wrapping_sub(u32::from_ne_bytes(self.counted));
        if units > u32::MAX / 2 { 0 } else { u64::from(units) * UNIT_US }
    }

    /// Seconds for which it was learnt.
    fn lasted(&self) -> f32 {
        f32::from(self.gaps) * self.usual.get()
    }

    /// The usual gap, to the hundredth of a second.
    fn usual(&self) -> Duration {
        Duration::from_secs_f32((self.usual.get() * 100.0).round() / 100.0)
    }

    fn is_steady(&self) -> bool {
        self.gaps >= LEAST_GAPS && self.lasted() >= LEAST_SECONDS && f32::from(self.spread) <= STEADY * PARTS
    }

    /// Whether it ended so long ago that it is none any more.
    fn is_over(&self, silent: Duration) -> bool {
        self.gaps < u8::MAX && silent.as_secs_f32() > self.lasted() * FORGOTTEN
    }
}

/// A time in units of [`UNIT_US`], without what is beyond 32 bits.
fn units(us: u64) -> u32 {
    (us / UNIT_US) as u32
}

/// The habits of all nodes.
#[derive(Debug, Default)]
pub(super) struct Gaps {
    all: Vec<Habit>,
    /// A gap that began before this says nothing of its topic: nobody listened. In monotonic microseconds.
    since_us: u64,
}

impl Gaps {
    /// Makes room for nodes with ids below `nodes`.
    pub(super) fn extend_to(&mut self, nodes: usize) {
        while self.all.len() < nodes {
            push(&mut self.all, Habit::default());
        }
    }

    /// A message came on `node` at `now_us`.
    pub(super) fn note(&mut self, node: u32, now_us: u64, retained: bool) {
        let Some(habit) = self.all.get_mut(node as usize) else { return };
        if retained {
            habit.exceptions = UNHEARD;
        } else {
            habit.note(now_us, self.since_us);
        }
    }

    /// From `now_us` on gaps count anew.
    pub(super) fn begin(&mut self, now_us: u64) {
        self.since_us = now_us;
    }

    /// Bytes allocated.
    pub(super) fn allocated(&self) -> usize {
        self.all.capacity() * size_of::<Habit>()
    }
}

impl Store {
    /// For how long this topic is silent at `now_us` (monotonic; in the past, the moment shown), as far as anybody listened, and how long
    /// it usually is. `None` for a topic without a steady habit, or with one that is forgotten.
    pub fn silence(&self, topic: TopicId, now_us: u64) -> Option<(Duration, Duration)> {
        let habit = self.gaps.all.get(topic.index()).filter(|habit| habit.is_steady())?;
        if self.index.is_sys(topic.0) {
            return None;
        }
        let heard_us = self.own_last_us(topic)?;
        let silent_us = if habit.exceptions == UNHEARD {
            habit.counted_for_us(now_us)
        } else {
            now_us.saturating_sub(heard_us)
        };
        let silent = Duration::from_micros(silent_us.min(now_us.saturating_sub(self.gaps.since_us)));
        (!habit.is_over(silent)).then(|| (silent, habit.usual()))
    }

    /// The connection is up again since `now_us` (monotonic): what was silent before says nothing of any topic.
    pub fn begin_gaps(&mut self, now_us: u64) {
        self.gaps.begin(now_us);
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::model::{Message, Moment, QoS};
    use crate::store::Limits;

    /// What is usual after these gaps, in seconds, if anything is.
    fn usual(gaps: &[f32]) -> Option<f32> {
        let mut habit = Habit::default();
        let mut now = 100.0_f64;
        habit.note(100_000_000, 0);
        for gap in gaps {
            now += f64::from(*gap);
            habit.note((now * 1e6) as u64, 0);
        }
        habit.is_steady().then(|| habit.usual().as_secs_f32())
    }

    fn about(seconds: f32, found: Option<f32>) -> bool {
        found.is_some_and(|found| (seconds * 0.8..=seconds * 1.2).contains(&found))
    }

    #[test]
    fn a_habit_is_small_and_its_seconds_are_exact_enough() {
        assert_eq!(size_of::<Habit>(), 10);
        for seconds in [0.4_f32, 1.0, 3.333, 60.0, 3_600.0, 86_400.0, 31_557_600.0] {
            let kept = Seconds::of(seconds).get();
            assert!((kept / seconds - 1.0).abs() < 0.000_5, "{seconds} became {kept}");
        }
        assert_eq!(Seconds::of(0.0), Seconds(0));
        assert_eq!(Seconds::of(f32::MAX), Seconds(u16::MAX));
    }

    #[test]
    fn a_steady_topic_is_usually_silent_for_its_period() {
        assert!(about(10.0, usual(&[10.0; 40])));
        assert!(about(1.0, usual(&[1.1, 0.9, 1.0, 1.05, 0.95].repeat(10))));
        assert_eq!(usual(&[10.0; 5]), None, "six gaps make a habit");
        assert_eq!(usual(&[1.0; 20]), None, "and half a minute");
    }

    #[test]
    fn between_bursts_the_long_gap_is_the_usual_one() {
        assert!(about(60.0, usual(&[60.0, 0.02, 0.02, 0.02, 0.02].repeat(8))));
    }

    #[test]
    fn what_happens_now_and_then_has_no_usual_gap() {
        assert_eq!(usual(&[5.0, 90.0, 3.0, 400.0, 30.0, 8.0, 1200.0, 2.0, 60.0].repeat(4)), None);
        assert_eq!(usual(&[5.0, 20.0].repeat(20)), None);
        assert_eq!(usual(&[57.0, 1.0, 1.0, 1.0].repeat(20)), None);
    }

    #[test]
    fn a_burst_is_no_habit() {
        assert_eq!(usual(&vec![0.000_05; 20_000]), None);
    }

    #[test]
    fn one_long_silence_is_not_usual() {
        let mut gaps = vec![1.0; 50];
        gaps.push(5.0);
        assert!(about(1.0, usual(&gaps)));
        gaps.push(600.0);
        assert!(about(1.0, usual(&gaps)));
        gaps.push(600.0);
        assert_eq!(usual(&gaps), None, "the second in a row is: it is learnt anew");
        gaps.extend([1.0; 60]);
        assert!(about(1.0, usual(&gaps)));
    }

    #[test]
    fn another_period_is_learnt() {
        let mut gaps = vec![60.0; 20];
        gaps.extend(vec![1.0; 100]);
        assert!(about(1.0, usual(&gaps)));
        gaps.extend(vec![7.0; 60]);
        assert!(about(7.0, usual(&gaps)));
    }

    fn heard(store: &mut Store, second: u64, retain: bool, topic: &str) -> TopicId {
        let message = Message {
            topic: topic.to_owned(),
            payload: Bytes::from_static(b"1"),
            qos: QoS::AtMostOnce,
            retain,
            dup: false,
            properties: None,
            received: Moment { wall_ms: 0, mono_us: second * 1_000_000 },
        };
        store.ingest(&message).topic.expect("a topic")
    }

    #[test]
    fn what_was_retained_teaches_nothing() {
        let mut store = Store::new(Limits::default());
        for second in (10..600).step_by(60) {
            heard(&mut store, second, true, "door");
            heard(&mut store, second + 30, false, "door");
        }
        let door = heard(&mut store, 601, false, "door");
        assert_eq!(store.silence(door, 700_000_000), None);
    }

    #[test]
    fn a_replay_is_no_sign_of_life() {
        let mut store = Store::new(Limits::default());
        for second in (10..=100).step_by(10) {
            heard(&mut store, second, false, "sensor");
        }
        let sensor = heard(&mut store, 200, true, "sensor");
        let (silent, usual) = store.silence(sensor, 210_000_000).expect("a habit");
        assert_eq!((silent.as_secs(), usual.as_secs()), (110, 10));
    }

    #[test]
    fn a_topic_that_spoke_for_a_minute_is_forgotten_after_half_an_hour() {
        let mut store = Store::new(Limits::default());
        for second in 10..70 {
            heard(&mut store, second, false, "import");
            heard(&mut store, second, false, "$SYS/broker/load");
        }
        let topic = heard(&mut store, 70, false, "import");
        assert!(store.silence(topic, 1_000_000_000).is_some());
        assert_eq!(store.silence(topic, 2_000_000_000), None);
        let load = heard(&mut store, 71, false, "$SYS/broker/load");
        assert_eq!(store.silence(load, 100_000_000), None);
    }
}
