//! A value that only grows while a broker runs, and the rates that follow from it, one point for each interval in which
//! the broker published. Filled by the model; read by the Broker screen's figures and sparklines.

use std::collections::VecDeque;
use std::time::Duration;

use crate::model::Moment;

use super::reading::{Reading, put};

/// Rates kept: twenty minutes at mosquitto's default of ten seconds.
pub const HISTORY: usize = 120;

/// A total that arrives longer than this after the uptime belongs to the next interval, while no interval's length is known.
const BURST: Duration = Duration::from_millis(500);

/// A total since the broker started, with its recent rates.
#[derive(Debug, Clone, Default)]
pub struct Counter {
    reading: Option<Reading<u64>>,
    rates: VecDeque<f64>,
    /// When the interval's uptime arrived, and how much later a total still belongs to it.
    began: Option<(Moment, Duration)>,
    /// The total as of the interval that `began`.
    settled: Option<u64>,
    /// The total as of the interval before, and the time between the two; `None` while no rate can be told.
    span: Option<(u64, Duration)>,
}

impl Counter {
    /// The total, if the broker publishes it.
    pub fn reading(&self) -> Option<&Reading<u64>> {
        self.reading.as_ref()
    }

    /// Per second, over the last interval; `None` before the second interval and just after the broker restarted.
    pub fn rate(&self) -> Option<f64> {
        self.span.and(self.rates.back().copied())
    }

    /// Rates per second, oldest first, at most [`HISTORY`].
    pub fn rates(&self) -> impl ExactSizeIterator<Item = f64> {
        self.rates.iter().copied()
    }

    /// The broker published its uptime, `length` after the time before: until a new total arrives this one stood still.
    pub(super) fn begin_interval(&mut self, length: Option<Duration>, at: Moment) {
        let length = length.filter(|length| !length.is_zero());
        self.began = Some((at, length.map_or(BURST, |length| length / 2)));
        self.span = self.settled.zip(length);
        self.settled = self.reading.as_ref().map(|reading| reading.value);
        if self.span.is_some() {
            if self.rates.len() == HISTORY {
                self.rates.pop_front();
            }
            self.rates.push_back(0.0);
            self.measure();
        }
    }

    /// A total arrived. Brokers publish it right after the uptime of its interval, or right before.
    pub(super) fn set(&mut self, total: u64, topic: &str, at: Moment) {
        put(&mut self.reading, total, topic, at);
        if self.began.is_none_or(|(began, late)| at.since(began) <= late) {
            self.settled = Some(total);
            self.measure();
        }
    }

    /// Puts the rate of this interval in its place, the last.
    fn measure(&mut self) {
        let (Some((before, length)), Some(total)) = (self.span, self.settled) else { return };
        self.rates.pop_back();
        if let Some(grown) = total.checked_sub(before) {
            self.rates.push_back(grown as f64 / length.as_secs_f64());
        } else {
            // It counts from zero again: what it grew by cannot be told.
            self.span = None;
        }
    }
}
