//! The range in which a number usually is, and when one lies outside of it.
//!
//! - Nothing is odd before there were [`SETTLED`] numbers.
//! - A clock is never odd ([`crate::payload::diff`]), nor is a number that nearly always grew: it counts something.
//! - A number that moves is odd when it lies further outside of what was seen than all of that span, and than a twentieth of its size: so
//!   neither noise nor a walk is.
//! - One that seldom or never moved shows no span yet: it is odd when it is more than half its size away, and where it was 0 or had both
//!   signs nothing is known of its size.
//! - Only the first of a run of such numbers is odd. They leave the range as it is, so that one fault of a sensor does not hide the next,
//!   until there were [`STRAYS`] of them: then they are usual.

use super::SETTLED;
use crate::payload::diff::clock::is_clock_number;

/// Numbers outside of the range until it takes them in.
const STRAYS: u8 = 5;
/// Moves after which the span seen tells how far a number goes.
const MOVES: u32 = 8;
/// Parts of its size by which a number that moves, and one that seldom moves, may lie outside.
const MARGIN: f64 = 0.05;
const FIRST_MARGIN: f64 = 0.5;
/// A number that grew so many times for each time it fell counts something.
const GROWTH: u32 = 20;

/// What is known of a number.
#[derive(Debug, Clone, Default)]
pub(super) struct Range {
    /// Smallest and largest seen, strays left out.
    seen: Option<(f64, f64)>,
    last: f64,
    /// How many there were.
    count: u32,
    rises: u32,
    falls: u32,
    /// Numbers outside of it since it last grew, and whether the last number was one.
    strays: u8,
    is_astray: bool,
}

impl Range {
    /// Smallest and largest number that are usual; 0 before there was one.
    pub(super) fn usual(&self) -> (f64, f64) {
        self.seen.unwrap_or_default()
    }

    /// Whether `value`, as the next number under this name, is worth telling.
    pub(super) fn is_odd(&self, name: &str, value: f64) -> bool {
        !self.is_astray && self.is_outside(name, value)
    }

    pub(super) fn take_in(&mut self, name: &str, value: f64) {
        self.is_astray = self.is_outside(name, value);
        self.count = self.count.saturating_add(1);
        if self.is_astray && self.strays + 1 < STRAYS {
            self.strays += 1;
            return;
        }
        if let Some((min, max)) = self.seen {
            self.rises = self.rises.saturating_add(u32::from(value > self.last));
            self.falls = self.falls.saturating_add(u32::from(value < self.last));
            self.seen = Some((min.min(value), max.max(value)));
        } else {
            self.seen = Some((value, value));
        }
        self.last = value;
        if self.is_astray {
            (self.strays, self.is_astray) = (0, false);
        }
    }

    fn is_outside(&self, name: &str, value: f64) -> bool {
        let Some((min, max)) = self.seen.filter(|_| self.count >= SETTLED) else { return false };
        if (min..=max).contains(&value) {
            return false;
        }
        let (span, size) = (max - min, max.abs().max(min.abs()));
        let moves = self.rises.saturating_add(self.falls);
        let margin = if moves >= MOVES {
            span.max(size * MARGIN)
        } else if min <= 0.0 && max >= 0.0 {
            return false;
        } else {
            span.max(size * FIRST_MARGIN)
        };
        let is_far = value < min - margin || value > max + margin;
        is_far && !self.counts() && !is_clock_number(name, self.last, value)
    }

    /// Whether it nearly always grew.
    fn counts(&self) -> bool {
        self.rises >= MOVES && self.falls.saturating_mul(GROWTH) <= self.rises
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers, by their place, that are odd among those before.
    fn odd(name: &str, numbers: impl IntoIterator<Item = f64>) -> Vec<usize> {
        let mut range = Range::default();
        let mut odd = Vec::new();
        for (at, number) in numbers.into_iter().enumerate() {
            if range.is_odd(name, number) {
                odd.push(at);
            }
            range.take_in(name, number);
        }
        odd
    }

    /// `count` numbers that seem to come by chance, from 0 to 1.
    fn noise(count: usize) -> impl Iterator<Item = f64> {
        let mut state = 7_u64;
        std::iter::repeat_with(move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 53) as f64
        })
        .take(count)
    }

    #[test]
    fn noise_walks_drifts_and_counters_are_never_odd() {
        assert_eq!(odd("rpm", noise(5000).map(|part| 1200.0 + 250.0 * part)), [0; 0]);
        let mut at = 47.0;
        let walk = noise(5000).map(|part| {
            at += (part - 0.5) * 0.8;
            f64::round(at)
        });
        assert_eq!(odd("humidity", walk), [0; 0]);
        assert_eq!(
            odd("drift", noise(5000).enumerate().map(|(n, part)| 20.0 + n as f64 / 50.0 + part)),
            [0; 0]
        );
        assert_eq!(odd("energy", (0..500).map(|n| f64::from(n * n))), [0; 0]);
        let steps = [1_763_664_244.0, 1_763_664_245.0, 1_763_664_246.0, 1_999_999_999.0];
        assert_eq!(odd("last_seen", steps), [0; 0]);
        assert_eq!(odd("uptime", [5.0, 6.0, 5.0, 7.0, 6.0, 900.0]), [0; 0]);
    }

    #[test]
    fn what_wakes_from_nothing_is_not_odd_and_what_leaves_its_level_is() {
        let dawn = [3.0, 10.0, 30.0, 60.0, 100.0, 150.0];
        assert_eq!(odd("watt", std::iter::repeat_n(0.0, 100).chain(dawn)), [0; 0]);
        assert_eq!(odd("volt", std::iter::repeat_n(230.0, 30).chain([231.0, 240.0, 12.0])), [32]);
        assert_eq!(odd("temperature", std::iter::repeat_n(20.0, 30).chain([21.0, 85.0])), [31]);
        let pressure = noise(40).map(|part| 178.0 + 5.0 * part);
        assert_eq!(odd("pressure_bar", pressure.chain([176.0, 155.0])), [41]);
    }

    #[test]
    fn a_failure_is_told_when_it_begins_and_a_fault_does_not_hide_the_next() {
        let usual = || noise(40).map(|part| 20.0 + part);
        let failing = [85.0, 86.0, 88.0, 90.0, 91.0, 93.0, 95.0, 20.5, 94.0];
        assert_eq!(odd("temperature", usual().chain(failing)), [40], "later it is usual");
        let faults = [-127.0, 20.5, -127.0, 20.5, 85.0, 20.5];
        assert_eq!(odd("temperature", usual().chain(faults)), [40, 42, 44]);
    }
}
