//! When to try again: 1 s, doubling, a quarter of jitter either way, 30 s at most. Used by the session task between
//! attempts; a library left to itself would try thousands of times a second.

use std::time::Duration;

use super::timing::Timing;

/// Counts attempts since the last good connection and names the delay before the next.
#[derive(Debug)]
pub(super) struct Backoff {
    first: Duration,
    most: Duration,
    failures: u32,
    /// Sum of the delays without jitter, while they still grow.
    nominal: Duration,
    /// Sum of the delays given.
    given: Duration,
}

impl Backoff {
    pub(super) fn new(timing: &Timing) -> Self {
        Self {
            first: timing.retry_first,
            most: timing.retry_most,
            failures: 0,
            nominal: Duration::ZERO,
            given: Duration::ZERO,
        }
    }

    /// Number of the coming attempt, 1 for the first since the last success.
    pub(super) fn attempt(&self) -> u32 {
        self.failures.saturating_add(1)
    }

    /// Forgets past failures.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
        self.nominal = Duration::ZERO;
        self.given = Duration::ZERO;
    }

    /// Notes a failure; the delay before the next attempt. `random` is in 0.0..1.0.
    pub(super) fn failed(&mut self, random: f64) -> Duration {
        let doublings = self.failures.min(16);
        let nominal = (self.first * 2u32.pow(doublings)).min(self.most);
        let growing = doublings == 0 || self.first * 2u32.pow(doublings - 1) < self.most;
        self.failures = self.failures.saturating_add(1);
        let mut delay = nominal.mul_f64(0.75 + 0.5 * random).min(self.most);
        if growing {
            // Jitter may bring attempts forward by one first delay in all, no more: an unlucky row of short delays
            // must not add an attempt to the first minute.
            self.nominal += nominal;
            let least = self.nominal.saturating_sub(self.first).saturating_sub(self.given);
            delay = delay.max(least.min(self.most));
            self.given += delay;
        }
        delay
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delays(random: impl Fn(u32) -> f64) -> Vec<f64> {
        let mut backoff = Backoff::new(&Timing::default());
        (0..10).map(|i| backoff.failed(random(i)).as_secs_f64()).collect()
    }

    #[test]
    fn c01_delays_double_from_one_second_and_stay_within_thirty() {
        let even = delays(|_| 0.5);
        assert_eq!(even, [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0, 30.0, 30.0]);
        for row in [delays(|_| 0.0), delays(|_| 0.999), delays(|i| f64::from(i % 2) * 0.999)] {
            for (delay, nominal) in row.iter().zip(&even) {
                assert!((0.75 * nominal..=30.0f64.min(1.25 * nominal)).contains(delay), "{row:?}");
            }
        }
    }

    #[test]
    fn c01_no_luck_makes_more_than_six_attempts_in_the_first_minute() {
        for seed in 0..2_000 {
            let mut luck = fastrand::Rng::with_seed(seed);
            let mut backoff = Backoff::new(&Timing::default());
            let six: Duration =
                (0..6).map(|_| backoff.failed(if seed == 0 { 0.0 } else { luck.f64() })).sum();
            assert!(six >= Duration::from_secs(60), "seed {seed}: the seventh attempt comes after {six:?}");
        }
    }

    #[test]
    fn attempts_count_from_one_and_start_afresh_after_success() {
        let mut backoff = Backoff::new(&Timing::default());
        assert_eq!(backoff.attempt(), 1);
        backoff.failed(0.5);
        backoff.failed(0.5);
        assert_eq!(backoff.attempt(), 3);
        backoff.reset();
        assert_eq!(backoff.attempt(), 1);
        assert_eq!(backoff.failed(0.5), Duration::from_secs(1));
    }
}
