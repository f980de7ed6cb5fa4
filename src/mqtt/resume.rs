//! Notices that the machine or the program slept (C10): a laptop that was shut, a stopped process. Timers that ran out
//! meanwhile prove nothing about the broker. Asked by the live link and while waiting to connect.

use std::time::Duration;

use crate::model::Moment;

/// Compares the clocks from look to look.
#[derive(Debug)]
pub(super) struct Wakefulness {
    last: Moment,
    jump: Duration,
}

impl Wakefulness {
    /// Looks less than `jump` apart are being awake. Somebody must look more often than that.
    pub(super) fn new(now: Moment, jump: Duration) -> Self {
        Self { last: now, jump }
    }

    /// Whether there was a sleep since the last look: the monotonic clock went on without us (a stopped process), or the wall
    /// clock went on without the monotonic one (a suspended machine).
    pub(super) fn slept(&mut self, now: Moment) -> bool {
        let passed = now.since(self.last);
        let wall = Duration::from_millis(now.wall_ms.saturating_sub(self.last.wall_ms).max(0).unsigned_abs());
        self.last = now;
        passed > self.jump || wall.saturating_sub(passed) > self.jump
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(mono_s: u64, wall_s: i64) -> Moment {
        Moment { mono_us: mono_s * 1_000_000, wall_ms: wall_s * 1_000 }
    }

    #[test]
    fn c10_a_stopped_process_and_a_suspended_machine_are_both_noticed_once() {
        let mut awake = Wakefulness::new(moment(0, 1_000), Duration::from_secs(5));
        assert!(!awake.slept(moment(1, 1_001)));
        assert!(awake.slept(moment(91, 1_091)), "stopped for 90 s");
        assert!(!awake.slept(moment(92, 1_092)));
        assert!(awake.slept(moment(93, 5_000)), "suspended");
        assert!(!awake.slept(moment(94, 5_001)));
    }

    #[test]
    fn c26_a_wall_clock_set_back_is_no_sleep() {
        let mut awake = Wakefulness::new(moment(0, 100_000), Duration::from_secs(5));
        assert!(!awake.slept(moment(1, 13_600)));
        assert!(!awake.slept(moment(2, 13_601)));
    }
}
