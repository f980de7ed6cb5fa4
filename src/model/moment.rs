//! Time, kept twice: ages, gaps and rates come from the monotonic clock, stamps on screen from the wall clock, so that a
//! clock set back or a summer-time change never makes an age negative.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// One point in time on both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Moment {
    /// Microseconds on the monotonic clock since the program's [`Clock`] started.
    pub mono_us: u64,
    /// Milliseconds since 1970-01-01 UTC on the wall clock.
    pub wall_ms: i64,
}

impl Moment {
    /// Time passed from `earlier` to this moment; zero if `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.mono_us.saturating_sub(earlier.mono_us))
    }

    /// This moment moved on by `span` on both clocks.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        let us = u64::try_from(span.as_micros()).unwrap_or(u64::MAX);
        Self {
            mono_us: self.mono_us.saturating_add(us),
            wall_ms: self.wall_ms.saturating_add((us / 1000) as i64),
        }
    }
}

/// Where moments come from. Copies of one clock agree with each other. Follows tokio's paused time in tests.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    start: Instant,
}

impl Clock {
    /// A clock that starts now, at `mono_us` 0.
    pub fn start() -> Self {
        Self { start: Instant::now() }
    }

    /// The present moment.
    pub fn now(&self) -> Moment {
        let mono_us = u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX);
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Moment { mono_us, wall_ms: i64::try_from(wall.as_millis()).unwrap_or(i64::MAX) }
    }

    /// The instant at which [`Clock::now`] will read `mono_us`.
    pub fn instant(&self, mono_us: u64) -> Instant {
        self.start + Duration::from_micros(mono_us)
    }
}
