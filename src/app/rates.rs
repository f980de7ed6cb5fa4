//! Our own rates over time, one point a second, for sparklines beside what the broker says.

use std::collections::VecDeque;

/// Points kept: two minutes.
const KEPT: usize = 120;

/// Messages and bytes a second, one point a second.
#[derive(Debug, Default)]
pub struct Rates {
    points: VecDeque<(f64, f64)>,
    /// Totals of messages and bytes at the last point.
    last: Option<(u64, u64, u64)>,
}

impl Rates {
    /// Takes a point: totals so far, at `now_us` on the monotonic clock.
    pub(super) fn sample(&mut self, messages: u64, bytes: u64, now_us: u64) {
        if let Some((old_messages, old_bytes, at)) = self.last.replace((messages, bytes, now_us)) {
            let seconds = now_us.saturating_sub(at) as f64 / 1e6;
            if seconds <= 0.0 {
                return;
            }
            if self.points.len() == KEPT {
                self.points.pop_front();
            }
            let per_second = |new: u64, old: u64| new.saturating_sub(old) as f64 / seconds;
            self.points.push_back((per_second(messages, old_messages), per_second(bytes, old_bytes)));
        }
    }

    /// Messages a second and bytes a second, oldest first.
    pub fn series(&self) -> (Vec<f64>, Vec<f64>) {
        self.points.iter().copied().unzip()
    }
}
