//! How many messages came when, over the whole time that the history covers: what a scrubber draws. A few thousand stretches of
//! time, finer while the history is short.

use std::collections::VecDeque;

/// Into how many stretches the time of the history is cut.
const STRETCHES: u64 = 2_048;
/// Most stretches kept; beyond, neighbours become one.
const MOST: usize = 4 * STRETCHES as usize;
/// Shortest stretch in microseconds.
const SHORTEST_US: u64 = 1_000;

/// Messages that came close together.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    first_us: u64,
    last_us: u64,
    count: u32,
}

/// When messages came.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    stretches: VecDeque<Stretch>,
}

impl Timeline {
    /// A message came at `at_us` of the monotonic clock.
    pub(super) fn note(&mut self, at_us: u64) {
        let oldest = self.stretches.front().map_or(at_us, |first| first.first_us);
        let width = (at_us.saturating_sub(oldest) / STRETCHES).max(SHORTEST_US);
        match self.stretches.back_mut() {
            Some(last) if at_us < last.first_us.saturating_add(width) => {
                last.last_us = last.last_us.max(at_us);
                last.count = last.count.saturating_add(1);
            }
            _ => {
                if self.stretches.len() == MOST {
                    self.halve();
                }
                self.stretches.push_back(Stretch { first_us: at_us, last_us: at_us, count: 1 });
            }
        }
    }

    /// Two neighbours become one.
    fn halve(&mut self) {
        let halved = self.stretches.make_contiguous().chunks(2).map(|pair| Stretch {
            first_us: pair[0].first_us,
            last_us: pair[pair.len() - 1].last_us,
            count: pair.iter().fold(0, |sum, each| sum.saturating_add(each.count)),
        });
        self.stretches = halved.collect();
    }

    /// The history no longer reaches back before `oldest_us`.
    pub(super) fn forget_before(&mut self, oldest_us: u64) {
        while self.stretches.front().is_some_and(|stretch| stretch.last_us < oldest_us) {
            self.stretches.pop_front();
        }
    }

    /// Messages in each of `columns` equal parts of the time between two moments. Within a stretch that reaches over several
    /// parts, messages are taken to have come evenly.
    pub(super) fn density(&self, columns: usize, from_us: u64, to_us: u64) -> Vec<u32> {
        let mut counts = vec![0.0_f64; columns];
        let span = to_us.saturating_sub(from_us).max(1) as f64;
        let place = |at: u64| (at.saturating_sub(from_us) as f64 / span * columns as f64).min(columns as f64);
        for stretch in &self.stretches {
            if stretch.last_us < from_us || stretch.first_us > to_us || from_us > to_us || columns == 0 {
                continue;
            }
            let whole = (stretch.last_us - stretch.first_us).max(1) as f64;
            let (first, last) = (stretch.first_us.max(from_us), stretch.last_us.min(to_us));
            let share = ((last - first).max(1) as f64 / whole).min(1.0) * f64::from(stretch.count);
            let (left, right) = (place(first), place(last));
            let end = (right as usize).min(columns - 1);
            let start = (left as usize).min(end);
            for (column, count) in counts.iter_mut().enumerate().take(end + 1).skip(start) {
                let part = if start == end {
                    1.0
                } else {
                    (right.min(column as f64 + 1.0) - left.max(column as f64)) / (right - left)
                };
                *count += share * part;
            }
        }
        counts.into_iter().map(|count| count.ceil() as u32).collect()
    }

    /// Bytes allocated.
    pub(super) fn allocated(&self) -> usize {
        self.stretches.capacity() * size_of::<Stretch>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_stays_empty_and_every_message_is_in_its_column() {
        let mut timeline = Timeline::default();
        for at in [0, 100, 200, 9_000_000, 9_000_500] {
            timeline.note(at);
        }
        assert_eq!(timeline.density(10, 0, 10_000_000), [3, 0, 0, 0, 0, 0, 0, 0, 0, 2]);
        assert_eq!(timeline.density(2, 8_000_000, 10_000_000), [0, 2]);
        assert_eq!(timeline.density(0, 0, 1), Vec::<u32>::new());
        assert_eq!(timeline.density(2, 150, 120), [0, 0], "a time that ends before it begins");
    }

    #[test]
    fn however_many_come_it_stays_small_and_a_flood_after_a_long_time_is_seen_in_detail() {
        let mut timeline = Timeline::default();
        for at in 0..200_000_u64 {
            timeline.note(at * 1_000_000);
        }
        assert!(timeline.stretches.len() <= MOST && timeline.allocated() < 400_000);
        let even = timeline.density(10, 0, 200_000_000_000);
        assert!(even.iter().all(|&count| (19_000..=21_500).contains(&count)), "{even:?}");
        let flood = 200_000_000_000;
        timeline.forget_before(flood);
        for step in 0..50_000_u64 {
            timeline.note(flood + step * 10 + if step < 25_000 { 0 } else { 1_000_000 });
        }
        let seen = timeline.density(4, flood, flood + 1_500_000);
        assert!(seen[0] > 20_000 && seen[1] == 0 && seen[3] > 20_000, "{seen:?}");
    }
}
