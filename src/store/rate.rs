//! Messages (or bytes) per second, measured from event to event so that one a second and fifty thousand a second both
//! read right. Twelve bytes a meter and no sweep: what has gone quiet is worked out when it is read.

/// A measurement ends with the first event this long after it began.
const WINDOW_MS: u32 = 1_000;
/// After this long without an event the past says nothing: measuring starts over.
const FORGET_US: u64 = 3_600_000_000;
/// Below this a rate reads as zero.
const FLOOR: f32 = 0.05;

/// One meter. The time of the last event is kept by the owner, who has it anyway.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Rate {
    /// Low 32 bits of the millisecond at which the open window began.
    began_ms: u32,
    /// Events in the open window, the one that opened it not counted.
    count: u32,
    /// Events per second as last measured.
    value: f32,
}

impl Rate {
    /// Counts `amount` at `now_us`; `last_us` is when something was counted before, if ever, and not after `now_us`.
    pub(super) fn count(&mut self, amount: u64, now_us: u64, last_us: Option<u64>) {
        let now_ms = (now_us / 1_000) as u32;
        if last_us.is_none_or(|last| now_us.saturating_sub(last) > FORGET_US) {
            *self = Self { began_ms: now_ms, count: 0, value: 0.0 };
            return;
        }
        self.count = self.count.saturating_add(u32::try_from(amount).unwrap_or(u32::MAX));
        let span_ms = now_ms.wrapping_sub(self.began_ms);
        if span_ms >= WINDOW_MS {
            self.close(span_ms);
            self.began_ms = now_ms;
        }
    }

    /// Ends a window. A change to more than double or less than half is news and shows at once; less is smoothed.
    fn close(&mut self, span_ms: u32) {
        let seconds = span_ms as f32 / 1_000.0;
        let measured = self.count as f32 / seconds;
        let steady = measured < 2.0 * self.value && measured > 0.5 * self.value;
        let weight = if steady { 1.0 - (-seconds).exp2() } else { 1.0 };
        self.value += weight * (measured - self.value);
        self.count = 0;
    }

    /// Events per second at `now_us`, the last event having been at `last_us`. Full value until one and a half of the usual
    /// gaps (at least a second) have passed in silence, then fading to zero at three times that.
    pub(super) fn read(self, now_us: u64, last_us: Option<u64>) -> f32 {
        let Some(last_us) = last_us else { return 0.0 };
        let silence_us = now_us.saturating_sub(last_us);
        if silence_us > FORGET_US {
            return 0.0;
        }
        let open_ms = ((now_us.max(last_us) / 1_000) as u32).wrapping_sub(self.began_ms);
        let open = self.count as f32 * 1_000.0 / open_ms.max(WINDOW_MS) as f32;
        let value = self.value.max(open);
        if value < FLOOR {
            return 0.0;
        }
        let patience = (1.5 / value).max(1.0);
        let silence = silence_us as f32 / 1e6;
        let value = value * ((3.0 * patience - silence) / (2.0 * patience)).clamp(0.0, 1.0);
        if value < FLOOR { 0.0 } else { value }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A meter and the time of its last event, as a node keeps them.
    #[derive(Default)]
    struct Meter {
        rate: Rate,
        last_us: Option<u64>,
    }

    impl Meter {
        fn event(&mut self, at_us: u64) {
            self.rate.count(1, at_us, self.last_us);
            self.last_us = Some(at_us);
        }

        fn read(&self, at_us: u64) -> f32 {
            self.rate.read(at_us, self.last_us)
        }
    }

    /// Events every `gap_us` for `seconds`; every reading after the first 4 s (or 4 gaps) must be within 10 %.
    fn steady(gap_us: u64, seconds: u64) -> (Meter, u64) {
        let mut meter = Meter::default();
        let expected = 1e6 / gap_us as f32;
        let settled = 4_000_000.max(4 * gap_us);
        let (mut at, end) = (5_000_000_000, 5_000_000_000 + seconds * 1_000_000);
        while at < end {
            meter.event(at);
            for part in 0..5 {
                let now = at + gap_us * part / 5;
                if now > 5_000_000_000 + settled {
                    let read = meter.read(now);
                    assert!((read / expected - 1.0).abs() < 0.1, "{expected}/s read as {read} at {now}");
                }
            }
            at += gap_us;
        }
        (meter, at - gap_us)
    }

    #[test]
    fn slow_and_fast_traffic_both_read_within_a_tenth() {
        steady(10_000_000, 200);
        steady(1_000_000, 60);
        steady(999_000, 60);
        steady(1_001_000, 60);
        steady(300_000, 60);
        steady(20, 6);
    }

    #[test]
    fn silence_reads_zero_within_seconds() {
        for gap in [1_000_000, 20] {
            let (meter, last) = steady(gap, 6);
            assert!(meter.read(last + 1_000_000) > 0.0);
            assert_eq!(meter.read(last + 5_000_000), 0.0);
            assert_eq!(meter.read(last + 400 * 86_400_000_000), 0.0, "b11: a year later");
        }
    }

    #[test]
    fn a_burst_shows_though_nothing_follows_it() {
        let mut meter = Meter::default();
        for index in 0..1_000 {
            meter.event(7_000_000 + index * 10);
        }
        assert!(meter.read(7_100_000) > 900.0);
        assert_eq!(meter.read(12_000_000), 0.0);
    }

    #[test]
    fn a_jump_in_traffic_shows_within_two_seconds() {
        let (mut meter, last) = steady(1_000_000, 20);
        for index in 1..=2_000 {
            meter.event(last + index * 1_000);
        }
        let read = meter.read(last + 2_000_000);
        assert!((read - 1_000.0).abs() < 100.0, "{read}");
    }

    #[test]
    fn a_meter_idle_for_months_starts_over() {
        let (mut meter, last) = steady(1_000_000, 10);
        let wrap = 4_294_967_296_000;
        meter.event(last + wrap + 5_000);
        assert_eq!(meter.read(last + wrap + 6_000), 0.0);
        meter.event(last + wrap + 1_005_000);
        assert!((meter.read(last + wrap + 1_005_000) - 1.0).abs() < 0.1);
    }

    #[test]
    fn c26_a_clock_that_stands_still_or_goes_back_gives_no_negative_rate() {
        let mut meter = Meter::default();
        for _ in 0..100 {
            meter.event(1_000_000);
        }
        assert!(meter.read(0) >= 0.0 && meter.read(0).is_finite());
    }
}
