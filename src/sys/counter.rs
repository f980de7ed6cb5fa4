//! A value that only grows while a broker runs, and the rates that follow from it, one point for each interval in which
//! the broker published. Filled by the model; read by the Broker screen's figures and sparklines.

use std::collections::VecDeque;
use std::time::Duration;

use crate::model::Moment;

use super::reading::{Reading, put};

/// Rates kept: twenty minutes at mosquitto's default of ten seconds.
pub const HISTORY: usize = 120;

/// A total since the broker started, with its recent rates.
#[derive(Debug, Clone, Default)]
pub struct Counter {
    reading: Option<Reading<u64>>,
    rates: VecDeque<f64>,
    /// The total when the interval began, and how long it took; `None` while no rate can be told.
    interval: Option<(u64, Duration)>,
}

impl Counter {
    /// The total, if the broker publishes it.
    pub fn reading(&self) -> Option<&Reading<u64>> {
        self.reading.as_ref()
    }

    /// Per second, over the last interval; `None` before the second interval and just after the broker restarted.
    pub fn rate(&self) -> Option<f64> {
        self.interval.and(self.rates.back().copied())
    }

    /// Rates per second, oldest first, at most [`HISTORY`].
    pub fn rates(&self) -> impl ExactSizeIterator<Item = f64> {
        self.rates.iter().copied()
    }

    /// A new interval: until a new total arrives the counter has stood still.
    pub(super) fn begin_interval(&mut self, length: Option<Duration>) {
        let total = self.reading.as_ref().map(|reading| reading.value);
        self.interval = total.zip(length).filter(|(_, length)| !length.is_zero());
        if self.interval.is_some() {
            if self.rates.len() == HISTORY {
                self.rates.pop_front();
            }
            self.rates.push_back(0.0);
        }
    }

    pub(super) fn set(&mut self, total: u64, topic: &str, at: Moment) {
        put(&mut self.reading, total, topic, at);
        let Some((before, length)) = self.interval else { return };
        self.rates.pop_back();
        if let Some(grown) = total.checked_sub(before) {
            self.rates.push_back(grown as f64 / length.as_secs_f64());
        } else {
            // It counts from zero again: what it grew by cannot be told.
            self.interval = None;
        }
    }
}
